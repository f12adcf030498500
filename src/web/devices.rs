//! Where the model runs: on the CPU as soon as it is here, on the GPU when that has proven itself. The choice is
//! `encoder/device.rs`; here are this browser's two devices.

use super::{error::fatal, gpu_remote::OpenRemote, load::ModelFiles, scope::now_ms};
use crate::{
    encoder::{
        cpu::CpuModel,
        device::{self, Choice, Kind, Probes, Report},
        tokenize::Role,
    },
    protocol::{DeviceChoice, DeviceReport, Problem},
};

pub type Device = device::Device<CpuModel, OpenRemote>;

/// The model on the CPU, proven with its known texts.
pub async fn on_cpu(files: &ModelFiles) -> Result<Device, Problem> {
    let broken = |error: &dyn std::fmt::Display| fatal("model", error.to_string());
    let cpu = CpuModel::load(&files.weights, files.manifest.pooling).map_err(|e| broken(&e))?;
    let detail = cpu.detail().to_owned();
    let texts: Vec<_> = files.probes.probes.iter().map(|probe| probe.text.as_str()).collect();
    let batch = files.tokenizer.batch(&texts, Role::Passage).map_err(|e| broken(&e))?;
    let vectors = files.probes.probes.iter().flat_map(|probe| probe.vector.iter().copied()).collect();
    Device::on_cpu(cpu, detail, Probes { batch, vectors }, now_ms).await.map_err(|flaw| broken(&flaw))
}

/// The report as the page reads it.
pub fn told(report: &Report) -> DeviceReport {
    let device = match report.kind {
        Kind::Cpu => "cpu",
        Kind::Gpu => "gpu",
    };
    DeviceReport {
        device: device.to_owned(),
        detail: report.detail.clone(),
        reason: report.reason.to_string(),
        cpu_ms: report.cpu_ms,
        gpu_ms: report.gpu_ms,
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
