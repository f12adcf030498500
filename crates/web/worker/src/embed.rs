//! Texts to vectors without a shop: for the page that measures, and for tests. Must not know sessions.

use js_sys::Function;

use super::{
    devices::{Device, asked, on_cpu, told},
    error::fatal,
    load,
    scope::now_ms,
    wire::{Embed, Embedded},
};
use nearmind_core::protocol::{DeviceChoice, Problem};
use nearmind_encoder::{
    Encoder, OutputKind,
    device::try_gpu,
    tokenize::Tokenizer,
    windows::{self, Limits},
};

/// A model on the device that was asked for.
pub struct Embedder {
    model: String,
    choice: DeviceChoice,
    tokenizer: Tokenizer,
    limits: Limits,
    device: Device,
}

impl Embedder {
    /// Loads what is asked for unless it is loaded, and encodes.
    pub async fn answer(slot: &mut Option<Self>, embed: Embed, load_gpu: &Function) -> Result<Embedded, Problem> {
        let fits = |known: &Self| known.model == embed.model && known.choice == embed.device;
        let embedder = match slot.take().filter(fits) {
            Some(embedder) => embedder,
            None => Self::load(embed.model, embed.device, load_gpu).await?,
        };
        let embedder = slot.insert(embedder);
        let failed = |error: &dyn std::fmt::Display| fatal("encoder", error.to_string());
        let tokens = embed.texts.iter().map(|text| embedder.tokenizer.tokenize(text, embed.role));
        let tokens: Vec<_> = tokens.collect::<Result<_, _>>().map_err(|error| failed(&error))?;
        let encoded = windows::encode(&mut embedder.device, &tokens, embedder.limits, OutputKind::Vectors).await;
        let encoded = encoded.map_err(|error| failed(&error))?;
        if let Some(reopener) = embedder.device.take_gpu_reopener() {
            embedder.device.restore_gpu(reopener.run().await);
        }
        let device = told(embedder.device.report());
        Ok(Embedded { vectors: encoded.vectors, width: embedder.device.width(), device })
    }

    async fn load(model: String, choice: DeviceChoice, load_gpu: &Function) -> Result<Self, Problem> {
        let files = load::model(&model, true, |_| {}).files().await?;
        let mut device = on_cpu(&files).await?;
        let mut opener = files.opener(load_gpu.clone());
        let (probes, cpu) = device.baseline();
        let trial = try_gpu(&mut opener, asked(choice), probes, cpu, now_ms).await;
        device.apply_trial(trial, opener);
        let limits = (&files.manifest).into();
        Ok(Self { model, choice, tokenizer: files.tokenizer, limits, device })
    }
}
