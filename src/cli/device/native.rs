//! The CPU on all cores, by threads of rayon, and the GPU through wgpu.

use std::path::Path;

use anyhow::Result;
use rayon::prelude::*;

use super::{clock, tasks};
use nearmind_encoder::{
    Batch, Embeddings, EncodeError, Encoder, OutputKind,
    cpu::CpuModel,
    device::{GpuOpenError, GpuOpener},
    gpu::GpuModel,
    manifest::Pooling,
    weights::Weights,
};

/// The CPU kernels on all cores; each core encodes whole texts.
pub struct AllCores(CpuModel);

impl AllCores {
    pub fn open(_folder: &Path, weights: &Weights<Vec<u8>>, pooling: Pooling) -> Result<Self> {
        Ok(Self(CpuModel::load(weights, pooling)?))
    }

    /// The instruction set and the number of threads.
    pub fn detail(&self) -> String {
        format!("{}, {} threads", self.0.detail(), rayon::current_num_threads())
    }
}

impl Encoder for AllCores {
    fn width(&self) -> usize {
        self.0.width()
    }

    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        let tasks = tasks(batch);
        let parts = tasks.par_iter().map(|task| pollster::block_on(self.0.fork().encode(task, output)));
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
pub struct GpuOnHost {
    weights: Weights<Vec<u8>>,
    pooling: Pooling,
}

impl GpuOnHost {
    pub fn new(weights: Weights<Vec<u8>>, pooling: Pooling) -> Self {
        Self { weights, pooling }
    }
}

impl GpuOpener for GpuOnHost {
    type Gpu = GpuModel;

    async fn open(&mut self) -> Result<(GpuModel, String), GpuOpenError> {
        let gpu = GpuModel::open(&self.weights, self.pooling, clock).await?;
        let name = gpu.adapter().to_string();
        Ok((gpu, name))
    }
}
