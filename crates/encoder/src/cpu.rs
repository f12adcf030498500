//! The encoder on the CPU: int8 products, everything else in f32, the same bytes with every instruction set.
//!
//! Must not know texts or other devices. A batch is encoded in groups of whole texts whose activations fit the
//! cache of one core. All operations except attention work on single rows, and attention stays within a text, so
//! grouping and batching change no result.

mod attention;
mod attention_rollout;
pub(crate) mod float;
mod instruction_set;
#[cfg(feature = "measure")]
pub mod measure;
mod ops;
mod parameters;
mod product;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::Arc;

pub use self::instruction_set::InstructionSet;
use self::parameters::{PackedLayer, PackedLinear, Parameters};
#[cfg(test)]
use self::product::PackedWeights;
use self::product::QuantizedRows;
use super::kernels::{Kernels, LinearKind};
use super::manifest::{ModelError, Pooling};
use super::weights::{ByteSource, Weights};
use super::{Batch, Embeddings, EncodeError, Encoder, OutputKind, bert};

/// Rows of a group. Each group reads all weights once and has three megabytes of activations.
const GROUP: usize = 256;
/// Rows of one product, so that their int8 values stay in the first-level cache.
const BLOCK: usize = 64;

/// A model on one core. Forks share the parameters and can encode in parallel.
#[derive(Debug)]
pub struct CpuModel {
    parameters: Arc<Parameters>,
    quantized: QuantizedRows,
    scratch: attention::Scratch,
    /// The memory of activations that are no longer needed, for reuse.
    spare: Vec<Vec<f32>>,
}

/// Activations, row-major `[rows, width]`; the vector may be longer.
#[derive(Debug)]
pub struct Matrix {
    memory: Vec<f32>,
    rows: usize,
    width: usize,
}

impl Matrix {
    fn values(&self) -> &[f32] {
        &self.memory[..self.rows * self.width]
    }

    fn values_mut(&mut self) -> &mut [f32] {
        &mut self.memory[..self.rows * self.width]
    }
}

impl CpuModel {
    /// Loads a model for the fastest instruction set of this machine. Fails as [`Weights::linear`] does.
    pub fn load<S: ByteSource>(file: &Weights<S>, pooling: Pooling) -> Result<CpuModel, ModelError> {
        Self::load_with(InstructionSet::best(), file, pooling)
    }

    /// Loads a model for one instruction set. Panics if it is not in [`InstructionSet::available`].
    pub fn load_with<S: ByteSource>(
        isa: InstructionSet,
        file: &Weights<S>,
        pooling: Pooling,
    ) -> Result<CpuModel, ModelError> {
        assert!(InstructionSet::available().contains(&isa), "this machine does not have {}", isa.name());
        Ok(Self::with(Arc::new(Parameters::load(file, pooling, isa)?)))
    }

    /// Returns an encoder for another thread that shares the parameters.
    pub fn fork(&self) -> CpuModel {
        Self::with(self.parameters.clone())
    }

    fn with(parameters: Arc<Parameters>) -> CpuModel {
        let (quantized, scratch) = (QuantizedRows::default(), attention::Scratch::default());
        CpuModel { parameters, quantized, scratch, spare: Vec::new() }
    }

    /// The name of the instruction set in use, such as `relaxed SIMD` or `AVX-VNNI`.
    pub fn detail(&self) -> &'static str {
        self.parameters.isa.name()
    }

    fn hidden(&self) -> usize {
        self.parameters.architecture.hidden
    }

    /// Returns a matrix whose values are unspecified, in reused memory if there is any.
    fn take(&mut self, rows: usize, width: usize) -> Matrix {
        let mut memory = self.spare.pop().unwrap_or_default();
        if memory.len() < rows * width {
            memory.resize(rows * width, 0.0);
        }
        Matrix { memory, rows, width }
    }

    /// Keeps the memory of a matrix for reuse.
    fn give(&mut self, rows: Matrix) {
        self.spare.push(rows.memory);
    }

    /// Multiplies in blocks of rows, and calls `finish(isa, first row, row scales, products, layer, linear layer)` for
    /// each block.
    fn product_in_blocks(
        &mut self,
        x: &Matrix,
        layer: usize,
        which: LinearKind,
        y: &mut [f32],
        mut finish: impl FnMut(InstructionSet, usize, &[f32], &mut [f32], &PackedLayer, &PackedLinear),
    ) {
        let parameters = self.parameters.clone();
        let (isa, layer) = (parameters.isa, &parameters.layers[layer]);
        let linear = layer.linear(which);
        let width = linear.width();
        let blocks = x.values().chunks(BLOCK * x.width).zip(y.chunks_mut(BLOCK * width));
        for (block, (x, y)) in blocks.enumerate() {
            isa.quantize(x, &linear.smooth, &mut self.quantized);
            isa.product(&mut self.quantized, &linear.weights, y);
            finish(isa, block * BLOCK, &self.quantized.scales, y, layer, linear);
        }
    }
}

impl Kernels for CpuModel {
    type Activations = Matrix;

    fn embed(&mut self, batch: &Batch) -> Matrix {
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
        parameters.isa.layer_norm(x.values_mut(), &parameters.embedding_norm);
        x
    }

    fn linear(&mut self, x: &Matrix, layer: usize, which: LinearKind) -> Matrix {
        let mut y = self.take(x.rows, self.parameters.layers[layer].linear(which).width());
        self.product_in_blocks(x, layer, which, y.values_mut(), |isa, _, rows, y, _, linear| {
            isa.rescale(y, rows, &linear.scale, &linear.bias);
        });
        y
    }

    fn linear_gelu(&mut self, x: &Matrix, layer: usize, which: LinearKind) -> Matrix {
        let mut y = self.take(x.rows, self.parameters.layers[layer].linear(which).width());
        self.product_in_blocks(x, layer, which, y.values_mut(), |isa, _, rows, y, _, linear| {
            isa.rescale_gelu(y, rows, &linear.scale, &linear.bias);
        });
        y
    }

    fn linear_add_norm(&mut self, x: Matrix, layer: usize, which: LinearKind, mut residual: Matrix) -> Matrix {
        let mut y = self.take(residual.rows, residual.width);
        let width = residual.width;
        let sum = residual.values_mut();
        self.product_in_blocks(&x, layer, which, y.values_mut(), |isa, first, rows, y, layer, linear| {
            let sum = &mut sum[first * width..][..y.len()];
            isa.rescale_add_norm(y, rows, &linear.scale, &linear.bias, layer.norm_after(which), sum);
        });
        self.give(x);
        self.give(y);
        residual
    }

    fn attention(&mut self, qkv: Matrix, batch: &Batch) -> Matrix {
        let (hidden, head) = (self.hidden(), self.parameters.architecture.head_width());
        let mut out = self.take(qkv.rows, hidden);
        for text in batch.starts.windows(2) {
            let (from, to) = (text[0] as usize, text[1] as usize);
            let qkv = &qkv.values()[from * 3 * hidden..to * 3 * hidden];
            let out = &mut out.memory[from * hidden..to * hidden];
            self.parameters.isa.attention(qkv, to - from, head, &mut self.scratch, out);
        }
        self.give(qkv);
        out
    }

    async fn finish(&mut self, x: Matrix, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        let hidden = self.hidden();
        let mut vectors = vec![0.0; (batch.starts.len() - 1) * hidden];
        for (text, vector) in batch.starts.windows(2).zip(vectors.chunks_exact_mut(hidden)) {
            let rows = &x.values()[text[0] as usize * hidden..text[1] as usize * hidden];
            self.parameters.isa.pool(rows, self.parameters.pooling, vector);
            if self.parameters.dense.is_none() {
                self.parameters.isa.normalize(vector);
            }
        }
        let tokens = if output == OutputKind::VectorsAndTokens { x.values().to_vec() } else { Vec::new() };
        self.give(x);
        Ok(Embeddings { vectors, tokens })
    }
}

impl Encoder for CpuModel {
    fn width(&self) -> usize {
        self.parameters.architecture.width()
    }

    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError> {
        batch.check(&self.parameters.architecture)?;
        let mut all = Embeddings::default();
        let mut first = 0;
        while first + 1 < batch.starts.len() {
            let group = batch.group(first, GROUP);
            let layers = self.parameters.layers.len();
            let mut encoded = bert::forward(self, layers, &group, output).await?;
            if let Some(dense) = &self.parameters.dense {
                encoded = dense.apply(&encoded);
            }
            all.append(encoded);
            first += group.texts();
        }
        Ok(all)
    }

    async fn attention_rollout(&mut self, text: &Batch) -> Result<Option<Vec<f32>>, EncodeError> {
        attention_rollout::attention_rollout(self, text).await.map(Some)
    }
}
