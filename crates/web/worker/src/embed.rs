//! Embeds texts without a shop: for the importer, for pages that measure, and for tests. Must not know sessions.

use std::rc::Rc;

use js_sys::Function;

use super::{
    devices::{Device, device_report, encoder_choice, load_cpu},
    error::fatal,
    load,
    scope::now_ms,
    wire::{EmbedRequest, EmbedResponse},
};
use nearmind_core::protocol::{DeviceChoice, Problem};
use nearmind_encoder::{
    Encoder, OutputKind,
    device::try_gpu,
    tokenize::Tokenizer,
    windows::{self, Limits},
};

/// A loaded model on the requested device.
pub struct Embedder {
    model: String,
    choice: DeviceChoice,
    tokenizer: Tokenizer,
    limits: Limits,
    device: Device,
}

impl Embedder {
    /// Embeds the texts with the model in `slot`, after loading the requested model if another one or none is there.
    pub async fn embed(
        slot: &mut Option<Self>,
        request: EmbedRequest,
        load_gpu: &Function,
    ) -> Result<EmbedResponse, Problem> {
        let matches = |loaded: &Self| loaded.model == request.model && loaded.choice == request.device;
        let embedder = match slot.take().filter(matches) {
            Some(embedder) => embedder,
            None => Self::load(request.model, request.device, load_gpu).await?,
        };
        let embedder = slot.insert(embedder);
        let encoder_problem = |error: &dyn std::fmt::Display| fatal("encoder", error.to_string());
        let tokens = request.texts.iter().map(|text| embedder.tokenizer.tokenize(text, request.role));
        let tokens: Vec<_> = tokens.collect::<Result<_, _>>().map_err(|error| encoder_problem(&error))?;
        let encoded = windows::encode(&mut embedder.device, &tokens, embedder.limits, OutputKind::Vectors).await;
        let encoded = encoded.map_err(|error| encoder_problem(&error))?;
        if let Some(reopener) = embedder.device.take_gpu_reopener() {
            embedder.device.restore_gpu(reopener.run().await);
        }
        let device = device_report(embedder.device.report());
        Ok(EmbedResponse { vectors: encoded.vectors, width: embedder.device.width(), device })
    }

    async fn load(model: String, choice: DeviceChoice, load_gpu: &Function) -> Result<Self, Problem> {
        let files = load::load_model(&model, true, Rc::new(|_| {})).await?;
        let mut device = load_cpu(&files).await?;
        let mut opener = files.opener(load_gpu.clone());
        let (probes, cpu) = device.baseline();
        let trial = try_gpu(&mut opener, encoder_choice(choice), probes, cpu, now_ms).await;
        device.apply_trial(trial, opener);
        let limits = (&files.manifest).into();
        Ok(Self { model, choice, tokenizer: files.tokenizer, limits, device })
    }
}
