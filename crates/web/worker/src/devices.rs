//! The browser's two devices for the encoder: the CPU as soon as the model is loaded, and the GPU once it has passed its
//! test. `crates/encoder/src/device.rs` chooses between them.

use super::{error::fatal, gpu_remote::OpenRemote, load::ModelFiles, scope::now_ms};
use nearmind_core::protocol::{DeviceChoice, DeviceReason, DeviceReport, Problem};
use nearmind_encoder::{
    cpu::CpuModel,
    device::{self, Choice, DeviceKind, GpuOpenError, ProbeBatch, Reason, Report, VerifyError},
};

pub type Device = device::Device<CpuModel, OpenRemote>;

/// Loads the model on the CPU and tests it with the model's probes.
pub async fn load_cpu(files: &ModelFiles) -> Result<Device, Problem> {
    let model_problem = |error: &dyn std::fmt::Display| fatal("model", error.to_string());
    let cpu = CpuModel::load(&files.weights, files.manifest.pooling).map_err(|e| model_problem(&e))?;
    let detail = cpu.detail().to_owned();
    let probes = ProbeBatch::new(&files.probes, &files.tokenizer).map_err(|e| model_problem(&e))?;
    Device::on_cpu(cpu, detail, probes, now_ms).await.map_err(|error| model_problem(&error))
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

/// Converts the page's choice to the encoder's type.
pub fn encoder_choice(choice: DeviceChoice) -> Choice {
    match choice {
        DeviceChoice::Auto => Choice::Auto,
        DeviceChoice::Cpu => Choice::Cpu,
        DeviceChoice::Gpu => Choice::Gpu,
    }
}
