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

/// A larger batch than those of a visit takes long, at first much longer: browsers optimise a new module while it runs.
const LARGE_BATCH: usize = 4;

/// The CPU. Before a large batch it lets messages through, so that the page sees that the worker is alive.
pub struct Cpu(CpuModel);

impl Encoder for Cpu {
    fn width(&self) -> usize {
        self.0.width()
    }

    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        if batch.texts() > LARGE_BATCH {
            next_task().await;
        }
        self.0.encode(batch, output).await
    }

    async fn attention_rollout(&mut self, text: &Batch) -> Result<Option<Vec<f32>>, EncodeError> {
        self.0.attention_rollout(text).await
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
    Device::on_cpu(Cpu(cpu), detail, probes, now_ms).await.map_err(|error| js_error("Model", &error))
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
