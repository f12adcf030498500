//! Attention rollout: how much the vector of a text attends to each of its tokens.
//!
//! Multiplies the attention weights of all layers, with residual connections counted as attention to the token itself
//! (Abnar and Zuidema, "Quantifying Attention Flow in Transformers", 2020). Simple and slow, because the kernels of
//! `attention.rs` do not store attention weights.

use super::{CpuModel, Matrix};
use crate::{Batch, EncodeError, OutputKind, bert};

/// Returns how much the mean of the last layer's tokens attends to each input token. `[T]`, sums to 1. Fails if the
/// batch does not fit the model.
pub async fn attention_rollout(model: &mut CpuModel, text: &Batch) -> Result<Vec<f32>, EncodeError> {
    text.check(&model.parameters.architecture)?;
    let architecture = model.parameters.architecture;
    let tokens = text.ids.len();
    let mut layers = Vec::new();
    let hook = |_: &mut CpuModel, qkv: &Matrix| layers.push(mean_weights(qkv.values(), tokens, architecture.heads));
    bert::forward_with_qkv_hook(model, architecture.layers, text, OutputKind::Vectors, hook).await?;
    let mut rollout = vec![1.0 / tokens as f32; tokens];
    for attention in layers.iter().rev() {
        let mut below: Vec<f32> = rollout.iter().map(|weight| weight / 2.0).collect();
        for (row, weight) in attention.chunks_exact(tokens).zip(&rollout) {
            below.iter_mut().zip(row).for_each(|(sum, attention)| *sum += weight / 2.0 * attention);
        }
        rollout = below;
    }
    Ok(rollout)
}

/// `softmax(q k^T)`, averaged over the heads; the query weights include the factor. `[T, 3H] -> [T, T]`
fn mean_weights(qkv: &[f32], tokens: usize, heads: usize) -> Vec<f32> {
    let hidden = qkv.len() / tokens / 3;
    let width = hidden / heads;
    let mut means = vec![0.0; tokens * tokens];
    for (query, mean) in qkv.chunks_exact(3 * hidden).zip(means.chunks_exact_mut(tokens)) {
        for head in (0..hidden).step_by(width) {
            let dot = |key: &[f32]| -> f32 {
                query[head..head + width].iter().zip(&key[hidden + head..]).map(|(q, k)| q * k).sum()
            };
            let scores: Vec<f32> = qkv.chunks_exact(3 * hidden).map(dot).collect();
            let peak = scores.iter().copied().fold(f32::MIN, f32::max);
            let exponentials: Vec<f32> = scores.iter().map(|score| (score - peak).exp()).collect();
            let total = exponentials.iter().sum::<f32>() * heads as f32;
            mean.iter_mut().zip(&exponentials).for_each(|(mean, exponential)| *mean += exponential / total);
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::{Encoder, synthetic::SyntheticModel, weights::Weights};

    #[test]
    fn the_rollout_sums_to_one_and_checks_the_batch() {
        let model = SyntheticModel::small(3);
        let weights = Weights::open(&model.weights, model.manifest.architecture).unwrap();
        let mut cpu = CpuModel::load(&weights, model.manifest.pooling).unwrap();
        let text = Batch { ids: vec![2, 120, 90, 130, 90, 3], starts: vec![0, 6] };
        let rollout = block_on(cpu.attention_rollout(&text)).unwrap().expect("the CPU computes it");
        assert_eq!(rollout.len(), 6);
        assert!(
            (rollout.iter().sum::<f32>() - 1.0).abs() < 1e-5 && rollout.iter().all(|&weight| weight > 0.0),
            "{rollout:?}"
        );
        assert!(block_on(cpu.attention_rollout(&Batch { ids: vec![1_000_000], starts: vec![0, 1] })).is_err());
    }

    #[test]
    fn a_token_attends_to_the_matching_key() {
        // One head of width 2: both queries match the key of the second token.
        let qkv = [9.0, 0.0, 0.0, 1.0, 0.0, 0.0, 9.0, 0.0, 1.0, 0.0, 0.0, 0.0];
        let weights = mean_weights(&qkv, 2, 1);
        assert!(weights[1] > 0.99 && weights[3] > 0.99, "{weights:?}");
    }
}
