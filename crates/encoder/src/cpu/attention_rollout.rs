//! Attention as weights, for the curious: which tokens the model looked at on the way to a text's vector.
//!
//! Rolled out over the layers, the residual connections counted as looking at oneself (Abnar and Zuidema,
//! "Quantifying Attention Flow in Transformers", 2020). Plain and slow: the kernels of `attention.rs` keep no weights.

use super::{CpuModel, Matrix};
use crate::{Batch, EncodeError, OutputKind, bert};

/// What the mean over all tokens of the last layer draws from each token of the first. `[T]`, sums to 1
pub async fn attention_rollout(model: &mut CpuModel, text: &Batch) -> Result<Vec<f32>, EncodeError> {
    text.check(&model.parameters.architecture)?;
    let architecture = model.parameters.architecture;
    let tokens = text.ids.len();
    let mut layers = Vec::new();
    let see = |_: &mut CpuModel, qkv: &Matrix| layers.push(looks(qkv.values(), tokens, architecture.heads));
    bert::watched(model, architecture.layers, text, OutputKind::Vectors, see).await?;
    let mut drawn = vec![1.0 / tokens as f32; tokens];
    for looks in layers.iter().rev() {
        let mut below: Vec<f32> = drawn.iter().map(|weight| weight / 2.0).collect();
        for (row, weight) in looks.chunks_exact(tokens).zip(&drawn) {
            below.iter_mut().zip(row).for_each(|(sum, look)| *sum += weight / 2.0 * look);
        }
        drawn = below;
    }
    Ok(drawn)
}

/// `softmax(q k^T)`, the mean over the heads; the scores' factor is in the query's weights. `[T, 3H] -> [T, T]`
fn looks(qkv: &[f32], tokens: usize, heads: usize) -> Vec<f32> {
    let hidden = qkv.len() / tokens / 3;
    let width = hidden / heads;
    let mut looks = vec![0.0; tokens * tokens];
    for (query, mean) in qkv.chunks_exact(3 * hidden).zip(looks.chunks_exact_mut(tokens)) {
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
    looks
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::{Encoder, synthetic::SyntheticModel, weights::Weights};

    #[test]
    fn it_sums_to_one_and_needs_one_text() {
        let model = SyntheticModel::small(3);
        let weights = Weights::open(&model.weights, model.manifest.architecture).unwrap();
        let mut cpu = CpuModel::load(&weights, model.manifest.pooling).unwrap();
        let text = Batch { ids: vec![2, 120, 90, 130, 90, 3], starts: vec![0, 6] };
        let drawn = block_on(cpu.attention_rollout(&text)).unwrap().expect("the CPU tells");
        assert_eq!(drawn.len(), 6);
        assert!(
            (drawn.iter().sum::<f32>() - 1.0).abs() < 1e-5 && drawn.iter().all(|&weight| weight > 0.0),
            "{drawn:?}"
        );
        assert!(block_on(cpu.attention_rollout(&Batch { ids: vec![1_000_000], starts: vec![0, 1] })).is_err());
    }

    #[test]
    fn every_token_looks_where_its_key_is() {
        // One head of width 2: both queries point at the second token's key.
        let qkv = [9.0, 0.0, 0.0, 1.0, 0.0, 0.0, 9.0, 0.0, 1.0, 0.0, 0.0, 0.0];
        let looks = looks(&qkv, 2, 1);
        assert!(looks[1] > 0.99 && looks[3] > 0.99, "{looks:?}");
    }
}
