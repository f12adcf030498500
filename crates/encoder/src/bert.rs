//! The forward pass of BERT, written once for all devices. Must not know how a kernel computes.

use super::kernels::{Kernels, LinearKind};
use super::{Batch, Embeddings, EncodeError, OutputKind};

/// Embeds the batch and runs `layers` post-norm encoder layers on it.
pub async fn forward<K: Kernels>(
    k: &mut K,
    layers: usize,
    batch: &Batch,
    output: OutputKind,
) -> Result<Embeddings, EncodeError> {
    forward_with_qkv_hook(k, layers, batch, output, |_, _| {}).await
}

/// [`forward`] that also passes the queries, keys and values `[T, 3H]` of each layer to `hook`.
pub async fn forward_with_qkv_hook<K: Kernels>(
    k: &mut K,
    layers: usize,
    batch: &Batch,
    output: OutputKind,
    mut hook: impl FnMut(&mut K, &K::Activations),
) -> Result<Embeddings, EncodeError> {
    let mut x = k.embed(batch);
    for layer in 0..layers {
        let qkv = k.linear(&x, layer, LinearKind::Qkv);
        hook(k, &qkv);
        let context = k.attention(qkv, batch);
        x = k.linear_add_norm(context, layer, LinearKind::Output, x);
        let up = k.linear_gelu(&x, layer, LinearKind::Up);
        x = k.linear_add_norm(up, layer, LinearKind::Down, x);
    }
    k.finish(x, batch, output).await
}
