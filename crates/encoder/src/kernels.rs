//! The fused steps that a device offers; `bert.rs` writes the forward pass once over them.
//!
//! A device owns its copy of the weights and its activations; the pass only names layers. LinearKind
//! layers quantize the rows they are given (int8, a scale a row), multiply in integers with the
//! int8 weights (a scale an output channel), and continue in f32.

use super::{Batch, Embeddings, EncodeError, OutputKind};

/// Which linear layer of a BERT layer. `[N, K]` are output and input widths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinearKind {
    /// Query, key and value in one. `[3H, H]`
    Qkv,
    /// Attention's output projection. `[H, H]`
    Output,
    /// `[I, H]`
    Up,
    /// `[H, I]`
    Down,
}

/// One device's implementation of the steps of BERT's encoder layer (Devlin et al. 2019, post-norm).
#[allow(async_fn_in_trait, reason = "one thread in the browser; natively the caller blocks")]
pub trait Kernels {
    /// Activations on the device, `[T, n]`. A step that takes them by value may use their memory again.
    type Activations;

    /// Word + position + type embeddings, layer norm. `[T, H]`
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
    /// Pools each text's rows, normalises, and reads the result back. `[T, H] -> [B, H]`
    async fn finish(
        &mut self,
        x: Self::Activations,
        batch: &Batch,
        output: OutputKind,
    ) -> Result<Embeddings, EncodeError>;
}
