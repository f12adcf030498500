//! The devices of this machine: all CPU cores, and the GPU through wgpu. Must not know texts.

use std::sync::OnceLock;
use std::time::Instant;

use anyhow::Result;
use clap::ValueEnum;
use rayon::prelude::*;

use nearmind_encoder::cpu::CpuModel;
use nearmind_encoder::device::{Choice, Device, GpuOpenError, GpuOpener, ProbeBatch};
use nearmind_encoder::gpu::GpuModel;
use nearmind_encoder::manifest::Pooling;
use nearmind_encoder::weights::Weights;
use nearmind_encoder::{Batch, Embeddings, EncodeError, Encoder, OutputKind};

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
pub type NativeDevice = Device<AllCores, NativeGpuOpener>;

/// Checks the CPU and the GPU against the vectors of `probes`, and selects one of them by `choice`.
///
/// # Errors
/// If the weights cannot be used, or the CPU does not compute the probes' vectors.
pub fn choose(model: Weights<Vec<u8>>, pooling: Pooling, probes: ProbeBatch, choice: Choice) -> Result<NativeDevice> {
    let cores = AllCores(CpuModel::load(&model, pooling)?);
    let detail = format!("{}, {} threads", cores.0.detail(), rayon::current_num_threads());
    let opener = NativeGpuOpener { model, pooling };
    Ok(pollster::block_on(Device::choose(cores, detail, opener, choice, probes, clock))?)
}

/// The CPU kernels on all cores; each core encodes whole texts.
pub struct AllCores(CpuModel);

impl Encoder for AllCores {
    fn width(&self) -> usize {
        self.0.width()
    }

    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        let mut groups = Vec::new();
        let mut first = 0;
        while first + 1 < batch.starts.len() {
            groups.push(batch.group(first, TOKENS_PER_TASK));
            first += groups[groups.len() - 1].starts.len() - 1;
        }
        let parts = groups.par_iter().map(|group| pollster::block_on(self.0.fork().encode(group, output)));
        let parts: Vec<Embeddings> = parts.collect::<Result<_, _>>()?;
        let mut all = Embeddings::default();
        for part in parts {
            all.vectors.extend(part.vectors);
            all.tokens.extend(part.tokens);
        }
        Ok(all)
    }
}

/// Opens the GPU at the start, and again after its device was lost.
pub struct NativeGpuOpener {
    model: Weights<Vec<u8>>,
    pooling: Pooling,
}

impl GpuOpener for NativeGpuOpener {
    type Gpu = GpuModel;

    async fn open(&mut self) -> Result<(GpuModel, String), GpuOpenError> {
        let gpu = GpuModel::open(&self.model, self.pooling, clock).await?;
        let name = gpu.adapter().to_string();
        Ok((gpu, name))
    }
}

/// Milliseconds since the first call.
fn clock() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1000.0
}
