//! The browser's two devices for the encoder: the CPU as soon as the model is loaded, and the GPU once it has passed its
//! test. `crates/encoder/src/device.rs` chooses between them.

use wasm_bindgen::JsValue;

use crate::{
    gpu_remote::OpenRemote,
    js::{JsFile, js_error, next_task, now_ms},
};
use nearmind_core::protocol::{DeviceReason, DeviceReport};
use nearmind_encoder::{
    Batch, Embeddings, EncodeError, Encoder, OutputKind,
    cpu::CpuModel,
    device::{self, DeviceKind, GpuOpenError, ProbeBatch, Reason, Report, VerifyError},
    manifest::{Manifest, Probes},
    tokenize::Tokenizer,
    weights::Weights,
};

pub type Device = device::Device<Cpu, OpenRemote>;

/// How long the CPU computes before it lets messages through, about: the page takes a worker that is silent for ten seconds
/// for dead. On some virtual machines, Firefox needs seconds for a text.
const TASK_MS: f64 = 200.0;

/// The CPU. Encodes a batch in several tasks, so that messages are answered meanwhile.
pub struct Cpu {
    model: CpuModel,
    /// How many tokens a task encodes; at first a single text, whose time says how fast the CPU is.
    tokens: usize,
}

impl Encoder for Cpu {
    fn width(&self) -> usize {
        self.model.width()
    }

    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        let mut all = Embeddings::default();
        let mut first = 0;
        while first < batch.texts() {
            if first > 0 {
                next_task().await;
            }
            let part = batch.group(first, self.tokens);
            let start = now_ms();
            all.append(self.model.encode(&part, output).await?);
            let ms = (now_ms() - start).max(1.0);
            self.tokens = (part.ids.len() as f64 * TASK_MS / ms) as usize;
            first += part.texts();
        }
        Ok(all)
    }

    async fn attention_rollout(&mut self, text: &Batch) -> Result<Option<Vec<f32>>, EncodeError> {
        self.model.attention_rollout(text).await
    }
}

/// Loads the model on the CPU and tests it with the model's probes.
pub async fn load_cpu(
    weights: &Weights<JsFile>,
    manifest: &Manifest,
    tokenizer: &Tokenizer,
    probes: &Probes,
) -> Result<Device, JsValue> {
    next_task().await;
    let cpu = CpuModel::load(weights, manifest.pooling).map_err(|error| js_error("Model", &error))?;
    let detail = cpu.detail().to_owned();
    let probes = ProbeBatch::new(probes, tokenizer).map_err(|error| js_error("Model", &error))?;
    Device::on_cpu(Cpu { model: cpu, tokens: 1 }, detail, probes, now_ms)
        .await
        .map_err(|error| js_error("Model", &error))
}

/// Converts the encoder's report to the one that the page reads.
pub fn device_report(report: &Report) -> DeviceReport {
    let device = match report.kind {
        DeviceKind::Cpu => "cpu",
        DeviceKind::Gpu => "gpu",
    };
    DeviceReport {
        device: device.to_owned(),
        detail: report.detail.clone(),
        reason: device_reason(&report.reason),
        cpu_ms: report.cpu_ms,
        gpu_ms: report.gpu_ms,
    }
}

fn device_reason(reason: &Reason) -> DeviceReason {
    match reason {
        Reason::Requested(DeviceKind::Cpu) => DeviceReason::AskedCpu,
        Reason::Requested(DeviceKind::Gpu) => DeviceReason::AskedGpu,
        Reason::NotTried => DeviceReason::Untried,
        Reason::NoGpu(GpuOpenError::NoAdapter(why)) => DeviceReason::Absent { why: why.clone() },
        Reason::NoGpu(GpuOpenError::Unsuitable(why)) => DeviceReason::Unfit { why: why.clone() },
        Reason::WrongResults(error) => {
            let cosine = if let VerifyError::Cosine { found, .. } = error { Some(*found) } else { None };
            DeviceReason::Wrong { cosine, why: error.to_string() }
        }
        Reason::Slower { .. } => DeviceReason::Slower,
        Reason::Faster { .. } => DeviceReason::Quicker,
        Reason::Lost(why) => DeviceReason::Lost { why: why.clone() },
    }
}
