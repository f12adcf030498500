//! The encoder on the CPU: int8 products, everything else in f32, the same bytes on every path.
//!
//! Must not know texts or devices other than itself. A batch is encoded in groups of whole texts whose
//! activations fit the core's own cache; all but attention works row by row, so grouping and batching
//! change nothing.

mod attention_rollout;
mod attention;
mod float;
#[cfg(feature = "measure")]
pub mod measure;
mod parameters;
mod instruction_set;
mod product;
mod steps;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::Arc;

pub use self::instruction_set::InstructionSet;
use self::parameters::{Dense, Layer, Parameters};
#[cfg(test)]
use self::product::Packed;
use self::product::Quantized;
use super::kernels::{Kernels, LinearKind};
use super::manifest::{ModelError, Pooling};
use super::weights::{ByteSource, Weights};
use super::{Batch, Embeddings, EncodeError, Encoder, OutputKind, bert};

/// Rows of a group: each reads all weights once, and three megabytes of activations lie beside them.
const GROUP: usize = 256;
/// Rows that one product takes: their int8 values stay in the first-level cache.
const BLOCK: usize = 64;

/// A model on one core. Copies share the parameters and encode side by side.
#[derive(Debug)]
pub struct CpuModel {
    parameters: Arc<Parameters>,
    quantized: Quantized,
    scratch: attention::Scratch,
    /// Memory of activations that have ended.
    spare: Vec<Vec<f32>>,
}

/// Activations, row-major `[rows, width]`; the memory may be longer.
#[derive(Debug)]
pub struct Rows {
    memory: Vec<f32>,
    rows: usize,
    width: usize,
}

impl Rows {
    fn values(&self) -> &[f32] {
        &self.memory[..self.rows * self.width]
    }

    fn values_mut(&mut self) -> &mut [f32] {
        &mut self.memory[..self.rows * self.width]
    }
}

impl CpuModel {
    /// Loads a model for the fastest path of this machine.
    pub fn load<S: ByteSource>(file: &Weights<S>, pooling: Pooling) -> Result<CpuModel, ModelError> {
        Self::load_with(InstructionSet::best(), file, pooling)
    }

    /// Loads a model for one path; it must be one of [`InstructionSet::available`].
    pub fn load_for<S: ByteSource>(
        path: InstructionSet,
        file: &Weights<S>,
        pooling: Pooling,
    ) -> Result<CpuModel, ModelError> {
        assert!(InstructionSet::available().contains(&path), "this machine cannot run {}", path.name());
        Ok(Self::with(Arc::new(Parameters::load(file, pooling, path)?)))
    }

    /// Another one with the same parameters, for another thread.
    pub fn fork(&self) -> CpuModel {
        Self::with(self.parameters.clone())
    }

    fn with(parameters: Arc<Parameters>) -> CpuModel {
        let (quantized, scratch) = (Quantized::default(), attention::Scratch::default());
        CpuModel { parameters, quantized, scratch, spare: Vec::new() }
    }

    /// The kernels in use: `relaxed SIMD`, `AVX-VNNI`.
    pub fn detail(&self) -> &'static str {
        self.parameters.path.name()
    }

    fn hidden(&self) -> usize {
        self.parameters.architecture.hidden
    }

    fn take(&mut self, rows: usize, width: usize) -> Rows {
        let mut memory = self.spare.pop().unwrap_or_default();
        if memory.len() < rows * width {
            memory.resize(rows * width, 0.0);
        }
        Rows { memory, rows, width }
    }

    fn give(&mut self, rows: Rows) {
        self.spare.push(rows.memory);
    }

    /// Products of a layer in blocks of rows, each finished by `finish(block, row scales, products, dense)`.
    fn dense(
        &mut self,
        x: &Rows,
        layer: usize,
        which: LinearKind,
        y: &mut [f32],
        mut finish: impl FnMut(InstructionSet, usize, &[f32], &mut [f32], &Layer, &Dense),
    ) {
        let parameters = self.parameters.clone();
        let (path, layer) = (parameters.path, &parameters.layers[layer]);
        let dense = layer.dense(which);
        let width = dense.width();
        let blocks = x.values().chunks(BLOCK * x.width).zip(y.chunks_mut(BLOCK * width));
        for (block, (x, y)) in blocks.enumerate() {
            path.quantize(x, &dense.smooth, &mut self.quantized);
            path.product(&mut self.quantized, &dense.packed, y);
            finish(path, block * BLOCK, &self.quantized.scales, y, layer, dense);
        }
    }
}

impl Kernels for CpuModel {
    type Rows = Rows;

    fn embed(&mut self, batch: &Batch) -> Rows {
        let parameters = self.parameters.clone();
        let hidden = self.hidden();
        let mut x = self.take(batch.ids.len(), hidden);
        for text in batch.starts.windows(2) {
            for (position, at) in (text[0] as usize..text[1] as usize).enumerate() {
                let row = &mut x.memory[at * hidden..][..hidden];
                parameters.words.row(batch.ids[at], row);
                for (x, p) in row.iter_mut().zip(&parameters.positions[position * hidden..]) {
                    *x += p;
                }
            }
        }
        parameters.path.layer_norm(x.values_mut(), &parameters.embedding_norm);
        x
    }

    fn linear(&mut self, x: &Rows, layer: usize, which: LinearKind) -> Rows {
        let mut y = self.take(x.rows, self.parameters.layers[layer].dense(which).width());
        self.dense(x, layer, which, y.values_mut(), |path, _, rows, y, _, dense| {
            path.rescale(y, rows, &dense.scale, &dense.bias);
        });
        y
    }

    fn linear_gelu(&mut self, x: &Rows, layer: usize, which: LinearKind) -> Rows {
        let mut y = self.take(x.rows, self.parameters.layers[layer].dense(which).width());
        self.dense(x, layer, which, y.values_mut(), |path, _, rows, y, _, dense| {
            path.rescale_gelu(y, rows, &dense.scale, &dense.bias);
        });
        y
    }

    fn linear_add_norm(&mut self, x: Rows, layer: usize, which: LinearKind, mut residual: Rows) -> Rows {
        let mut y = self.take(residual.rows, residual.width);
        let width = residual.width;
        let sum = residual.values_mut();
        self.dense(&x, layer, which, y.values_mut(), |path, first, rows, y, layer, dense| {
            let sum = &mut sum[first * width..][..y.len()];
            path.rescale_add_norm(y, rows, &dense.scale, &dense.bias, layer.norm_after(which), sum);
        });
        self.give(x);
        self.give(y);
        residual
    }

    fn attention(&mut self, qkv: Rows, batch: &Batch) -> Rows {
        let (hidden, head) = (self.hidden(), self.parameters.architecture.head_width());
        let mut out = self.take(qkv.rows, hidden);
        for text in batch.starts.windows(2) {
            let (from, to) = (text[0] as usize, text[1] as usize);
            let qkv = &qkv.values()[from * 3 * hidden..to * 3 * hidden];
            let out = &mut out.memory[from * hidden..to * hidden];
            self.parameters.path.attention(qkv, to - from, head, &mut self.scratch, out);
        }
        self.give(qkv);
        out
    }

    async fn finish(&mut self, x: Rows, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        let hidden = self.hidden();
        let mut vectors = vec![0.0; (batch.starts.len() - 1) * hidden];
        for (text, vector) in batch.starts.windows(2).zip(vectors.chunks_exact_mut(hidden)) {
            let rows = &x.values()[text[0] as usize * hidden..text[1] as usize * hidden];
            self.parameters.path.pool(rows, self.parameters.pooling, vector);
            self.parameters.path.normalize(vector);
        }
        let tokens = if output == OutputKind::VectorsAndTokens { x.values().to_vec() } else { Vec::new() };
        self.give(x);
        Ok(Embeddings { vectors, tokens })
    }
}

impl Encoder for CpuModel {
    fn width(&self) -> usize {
        self.hidden()
    }

    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        batch.check(&self.parameters.architecture)?;
        let mut all = Embeddings::default();
        let mut first = 0;
        while first + 1 < batch.starts.len() {
            let group = batch.group(first, GROUP);
            let layers = self.parameters.layers.len();
            let encoded = bert::forward(self, layers, &group, output).await?;
            all.vectors.extend(encoded.vectors);
            all.tokens.extend(encoded.tokens);
            first += group.starts.len() - 1;
        }
        Ok(all)
    }

    async fn attention_rollout(&mut self, text: &Batch) -> Result<Option<Vec<f32>>, EncodeError> {
        attention_rollout::attention_rollout(self, text).await.map(Some)
    }
}
