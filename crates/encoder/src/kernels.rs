//! The fused operations that a device implements; `bert.rs` builds the forward pass from them.
//!
//! A device owns its copy of the weights and its activations; the forward pass only passes layer numbers. Linear
//! layers quantize their input rows to int8 (one scale per row), multiply them in integers with the int8 weights
//! (one scale per output channel), and continue in f32.

use super::{Batch, Embeddings, EncodeError, OutputKind};

/// One of the four linear layers of a BERT layer. The shapes `[N, K]` are output and input widths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinearKind {
    /// The query, key and value projections, concatenated. `[3H, H]`
    Qkv,
    /// The output projection of attention. `[H, H]`
    Output,
    /// The first layer of the feed-forward block. `[I, H]`
    Up,
    /// The second layer of the feed-forward block. `[H, I]`
    Down,
}

/// A device's implementation of the operations of BERT's encoder layer (Devlin et al. 2019, post-norm).
#[allow(async_fn_in_trait, reason = "one thread in the browser; natively the caller blocks")]
pub trait Kernels {
    /// Activations on the device, `[T, n]`. An operation that takes them by value may reuse their memory.
    type Activations;

    /// The layer norm of word + position + token type embeddings. `[T, H]`
    fn embed(&mut self, batch: &Batch) -> Self::Activations;
    /// `x W^T + b`. `[T, K] -> [T, N]`
    fn linear(&mut self, x: &Self::Activations, layer: usize, which: LinearKind) -> Self::Activations;
    /// `GELU(x W^T + b)`, GELU with the error function. `[T, K] -> [T, N]`
    fn linear_gelu(&mut self, x: &Self::Activations, layer: usize, which: LinearKind) -> Self::Activations;
    /// `LayerNorm(residual + x W^T + b)`. `[T, K], [T, H] -> [T, H]`
    fn linear_add_norm(
        &mut self,
        x: Self::Activations,
        layer: usize,
        which: LinearKind,
        residual: Self::Activations,
    ) -> Self::Activations;
    /// Scaled dot-product attention within each text. `[T, 3H] -> [T, H]`
    fn attention(&mut self, qkv: Self::Activations, batch: &Batch) -> Self::Activations;
    /// Pools the rows of each text and reads the output back. Normalises the vectors, unless a dense layer follows.
    /// `[T, H] -> [B, H]`
    async fn finish(
        &mut self,
        x: Self::Activations,
        batch: &Batch,
        output: OutputKind,
    ) -> Result<Embeddings, EncodeError>;
}
