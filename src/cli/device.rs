//! The devices of this machine: all CPU cores, and the GPU through wgpu. Must not know texts.

#[cfg(not(target_os = "wasi"))]
mod native; // threads of rayon, and wgpu
#[cfg(target_os = "wasi")]
mod node; //   worker threads of Node, without a GPU

use std::{path::Path, sync::OnceLock, time::Instant};

use anyhow::Result;
use clap::ValueEnum;

#[cfg(not(target_os = "wasi"))]
use native::{AllCores, GpuOnHost};
#[cfg(target_os = "wasi")]
use node::{AllCores, GpuOnHost};

use nearmind_encoder::{
    Batch,
    device::{Choice, Device, ProbeBatch},
    manifest::Pooling,
    weights::Weights,
};

/// Tokens that one thread encodes at a time.
const TOKENS_PER_TASK: usize = 512;

/// Value of the option `--device`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum DeviceArg {
    /// All cores of the CPU
    #[default]
    Cpu,
    /// The GPU, or the CPU if the GPU is missing or computes wrong vectors
    Gpu,
    /// The faster of the two
    Auto,
}

impl From<DeviceArg> for Choice {
    fn from(arg: DeviceArg) -> Choice {
        match arg {
            DeviceArg::Auto => Choice::Auto,
            DeviceArg::Cpu => Choice::Cpu,
            DeviceArg::Gpu => Choice::Gpu,
        }
    }
}

/// All cores of this machine, and its GPU if that is chosen.
pub type NativeDevice = Device<AllCores, GpuOnHost>;

/// Checks the CPU and the GPU against the vectors of `probes`, and selects one of them by `choice`. `weights` are those of
/// the model in `folder`.
///
/// # Errors
/// If the weights cannot be used, or the CPU does not compute the probes' vectors.
pub fn choose(
    folder: &Path,
    weights: Weights<Vec<u8>>,
    pooling: Pooling,
    probes: ProbeBatch,
    choice: Choice,
) -> Result<NativeDevice> {
    let cores = AllCores::open(folder, &weights, pooling)?;
    let detail = cores.detail();
    let opener = GpuOnHost::new(weights, pooling);
    Ok(pollster::block_on(Device::choose(cores, detail, opener, choice, probes, clock))?)
}

/// Splits a batch into groups of whole texts, one for each task of a thread.
fn tasks(batch: &Batch) -> Vec<Batch> {
    let (mut tasks, mut first) = (Vec::new(), 0);
    while first + 1 < batch.starts.len() {
        tasks.push(batch.group(first, TOKENS_PER_TASK));
        first += tasks[tasks.len() - 1].starts.len() - 1;
    }
    tasks
}

/// Milliseconds since the first call.
fn clock() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1000.0
}
