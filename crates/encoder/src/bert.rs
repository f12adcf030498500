//! BERT's forward pass, written once for every device. Must not know what a kernel does inside.

use super::kernels::{Kernels, LinearKind};
use super::{Batch, Embeddings, EncodeError, OutputKind};

/// Embeds the batch and runs `layers` post-norm encoder layers over it.
pub async fn forward<K: Kernels>(
    k: &mut K,
    layers: usize,
    batch: &Batch,
    output: OutputKind,
) -> Result<Embeddings, EncodeError> {
    watched(k, layers, batch, output, |_, _| {}).await
}

/// [`forward`], and `see` sees queries, keys and values `[T, 3H]` of each layer.
pub async fn watched<K: Kernels>(
    k: &mut K,
    layers: usize,
    batch: &Batch,
    output: OutputKind,
    mut see: impl FnMut(&mut K, &K::Activations),
) -> Result<Embeddings, EncodeError> {
    let mut x = k.embed(batch);
    for layer in 0..layers {
        let qkv = k.linear(&x, layer, LinearKind::Qkv);
        see(k, &qkv);
        let context = k.attention(qkv, batch);
        x = k.linear_add_norm(context, layer, LinearKind::Output, x);
        let up = k.linear_gelu(&x, layer, LinearKind::Up);
        x = k.linear_add_norm(up, layer, LinearKind::Down, x);
    }
    k.finish(x, batch, output).await
}
