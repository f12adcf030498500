//! Where the model runs: on the CPU as soon as it is here, on the GPU when that has proven itself. The choice is
//! `encoder/device.rs`; here are this browser's two devices.

use super::{error::fatal, gpu_remote::OpenRemote, load::ModelFiles, scope::now_ms};
use nearmind_core::protocol::{DeviceChoice, DeviceReason, DeviceReport, Problem};
use nearmind_encoder::{
    cpu::CpuModel,
    device::{self, Choice, DeviceKind, GpuOpenError, ProbeBatch, Reason, Report, VerifyError},
};

pub type Device = device::Device<CpuModel, OpenRemote>;

/// The model on the CPU, proven with its known texts.
pub async fn on_cpu(files: &ModelFiles) -> Result<Device, Problem> {
    let broken = |error: &dyn std::fmt::Display| fatal("model", error.to_string());
    let cpu = CpuModel::load(&files.weights, files.manifest.pooling).map_err(|e| broken(&e))?;
    let detail = cpu.detail().to_owned();
    let probes = ProbeBatch::new(&files.probes, &files.tokenizer).map_err(|e| broken(&e))?;
    Device::on_cpu(cpu, detail, probes, now_ms).await.map_err(|error| broken(&error))
}

/// The report as the page reads it.
pub fn told(report: &Report) -> DeviceReport {
    let device = match report.kind {
        DeviceKind::Cpu => "cpu",
        DeviceKind::Gpu => "gpu",
    };
    DeviceReport {
        device: device.to_owned(),
        detail: report.detail.clone(),
        reason: reason(&report.reason),
        cpu_ms: report.cpu_ms,
        gpu_ms: report.gpu_ms,
    }
}

fn reason(reason: &Reason) -> DeviceReason {
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

/// What the page asks for, in the encoder's words.
pub fn asked(choice: DeviceChoice) -> Choice {
    match choice {
        DeviceChoice::Auto => Choice::Auto,
        DeviceChoice::Cpu => Choice::Cpu,
        DeviceChoice::Gpu => Choice::Gpu,
    }
}
