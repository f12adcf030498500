//! The operations as weights.rs defines them: plain loops, sums in f64.

use crate::Batch;
use crate::dense::DenseLayer;
use crate::kernels::LinearKind;
use crate::manifest::{Activation, Architecture};
use crate::weights::{LinearWeights, NormWeights, Weights};

pub type TestWeights = Weights<Vec<u8>>;

/// Quantizes rows. Returns int8 values `[T, K]` and scales `[T]`.
pub fn quantize(x: &[f32], smooth: Option<&[f32]>, width: usize) -> (Vec<i8>, Vec<f32>) {
    let mut values = Vec::with_capacity(x.len());
    let mut scales = Vec::new();
    for row in x.chunks_exact(width) {
        let row: Vec<f32> = row.iter().enumerate().map(|(k, x)| smooth.map_or(*x, |s| x * s[k])).collect();
        let peak = row.iter().fold(0.0f32, |m, v| m.max(v.abs()));
        let inverse = if peak > 0.0 { 127.0 / peak } else { 0.0 };
        values.extend(row.iter().map(|v| (v * inverse).round_ties_even() as i8));
        scales.push(peak / 127.0);
    }
    (values, scales)
}

/// The integer products. `[T, K] -> [T, N]`
pub fn product(values: &[i8], w: &LinearWeights) -> Vec<i32> {
    let rows = values.chunks_exact(w.inputs);
    rows.flat_map(|x| w.weight.chunks_exact(w.inputs).map(|w| dot(x, w)).collect::<Vec<i32>>()).collect()
}

pub fn dot(x: &[i8], w: &[i8]) -> i32 {
    x.iter().zip(w).map(|(&x, &w)| i32::from(x) * i32::from(w)).sum()
}

/// `x W^T + b`. `[T, K] -> [T, N]`
pub fn linear(x: &[f32], w: &LinearWeights) -> Vec<f32> {
    let (values, scales) = quantize(x, w.smooth.as_deref(), w.inputs);
    let mut y = Vec::new();
    for (i, acc) in product(&values, w).into_iter().enumerate() {
        let (t, n) = (i / w.outputs, i % w.outputs);
        y.push(acc as f32 * w.scale[n] * scales[t] + w.bias[n]);
    }
    y
}

/// `x Phi(x)`, with the Taylor series of the error function. From 4 on, that function is 1 to eight digits.
pub fn gelu(x: f32) -> f32 {
    let z = f64::from(x).abs().min(4.0 * 2f64.sqrt()) / 2f64.sqrt();
    let (mut term, mut sum) = (z, z);
    for n in 1..200 {
        term *= -z * z / n as f64;
        sum += term / (2 * n + 1) as f64;
    }
    let erf = sum * 2.0 / std::f64::consts::PI.sqrt();
    (f64::from(x) * 0.5 * (1.0 + erf.copysign(f64::from(x)))) as f32
}

pub fn norm(x: &[f32], norm: &NormWeights, epsilon: f32) -> Vec<f32> {
    let width = norm.weight.len();
    let row = |row: &[f32]| -> Vec<f32> {
        let mean = row.iter().map(|&v| f64::from(v)).sum::<f64>() / width as f64;
        let variance = row.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / width as f64;
        let inverse = 1.0 / (variance + f64::from(epsilon)).sqrt();
        let scaled = row.iter().zip(&norm.weight).zip(&norm.bias);
        scaled.map(|((&v, &w), &b)| ((f64::from(v) - mean) * inverse) as f32 * w + b).collect()
    };
    x.chunks_exact(width).flat_map(row).collect()
}

pub fn add_norm(y: &[f32], residual: &[f32], weights: &NormWeights, epsilon: f32) -> Vec<f32> {
    let sum: Vec<f32> = y.iter().zip(residual).map(|(a, b)| a + b).collect();
    norm(&sum, weights, epsilon)
}

/// The layer norm of word and position embeddings. `[T, H]`
pub fn embed(model: &TestWeights, batch: &Batch) -> Vec<f32> {
    let a = model.architecture();
    let (words, positions) = (model.word_embeddings(), model.positions());
    let mut x = vec![0.0; batch.ids.len() * a.hidden];
    for text in batch.starts.windows(2) {
        for t in text[0]..text[1] {
            let row = &mut x[t as usize * a.hidden..][..a.hidden];
            words.row(batch.ids[t as usize], row);
            let position = &positions[(t - text[0]) as usize * a.hidden..];
            row.iter_mut().zip(position).for_each(|(x, p)| *x += p);
        }
    }
    norm(&x, &model.embedding_norm(), a.epsilon)
}

/// Softmax attention within each text. `[T, 3H] -> [T, H]`
pub fn attention(qkv: &[f32], a: &Architecture, batch: &Batch) -> Vec<f32> {
    let (hidden, width) = (a.hidden, a.head_width());
    let at = |t: usize, part: usize, c: usize| f64::from(qkv[t * 3 * hidden + part * hidden + c]);
    let mut out = vec![0.0; batch.ids.len() * hidden];
    for text in batch.starts.windows(2) {
        let rows = text[0] as usize..text[1] as usize;
        for head in (0..hidden).step_by(width) {
            for q in rows.clone() {
                let score = |k: usize| (head..head + width).map(|c| at(q, 0, c) * at(k, 1, c)).sum::<f64>();
                let scores: Vec<f64> = rows.clone().map(score).collect();
                let peak = scores.iter().copied().fold(f64::MIN, f64::max);
                let total: f64 = scores.iter().map(|s| (s - peak).exp()).sum();
                for c in head..head + width {
                    let weighted = rows.clone().zip(&scores).map(|(k, s)| (s - peak).exp() / total * at(k, 2, c));
                    out[q * hidden + c] = weighted.sum::<f64>() as f32;
                }
            }
        }
    }
    out
}

/// The mean of each text's rows, scaled to length 1. `[T, H] -> [B, H]`
pub fn pool(x: &[f32], hidden: usize, batch: &Batch) -> Vec<f32> {
    let mut vectors = Vec::new();
    for text in batch.starts.windows(2) {
        let rows = &x[text[0] as usize * hidden..text[1] as usize * hidden];
        let sum = |c: usize| rows.iter().skip(c).step_by(hidden).map(|&v| f64::from(v)).sum::<f64>();
        let sums: Vec<f64> = (0..hidden).map(sum).collect();
        let length = sums.iter().map(|s| s * s).sum::<f64>().sqrt();
        vectors.extend(sums.iter().map(|s| (s / length) as f32));
    }
    vectors
}

/// The dense layer of each text's mean state `[B, D]`, scaled to length 1, and its product with each state `[T, D]`.
pub fn dense(layer: &DenseLayer, states: &[f32], batch: &Batch) -> (Vec<f32>, Vec<f32>) {
    let inputs = layer.weight.len() / layer.bias.len();
    let product = |x: &[f64]| -> Vec<f64> {
        let dot = |w: &[f32]| w.iter().zip(x).map(|(&w, x)| f64::from(w) * x).sum::<f64>();
        layer.weight.chunks_exact(inputs).zip(&layer.bias).map(|(w, &b)| dot(w) + f64::from(b)).collect()
    };
    let wide: Vec<f64> = states.iter().map(|&v| f64::from(v)).collect();
    let tokens = wide.chunks_exact(inputs).flat_map(product).map(|v| v as f32).collect();
    let mut vectors = Vec::new();
    for text in batch.starts.windows(2) {
        let rows = &wide[text[0] as usize * inputs..text[1] as usize * inputs];
        let mean = |c: usize| rows.iter().skip(c).step_by(inputs).sum::<f64>() / f64::from(text[1] - text[0]);
        let mut vector = product(&(0..inputs).map(mean).collect::<Vec<f64>>());
        if layer.activation == Activation::Tanh {
            vector.iter_mut().for_each(|v| *v = v.tanh());
        }
        let length = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
        vectors.extend(vector.iter().map(|v| (v / length) as f32));
    }
    (vectors, tokens)
}

/// The whole forward pass, without a dense layer. Returns vectors `[B, H]` and token states `[T, H]`.
pub fn forward(model: &TestWeights, batch: &Batch) -> (Vec<f32>, Vec<f32>) {
    let a = model.architecture();
    let weights = |layer, which| model.linear(layer, which).unwrap();
    let mut x = embed(model, batch);
    for layer in 0..a.layers {
        let context = attention(&linear(&x, &weights(layer, LinearKind::Qkv)), a, batch);
        let y = linear(&context, &weights(layer, LinearKind::Output));
        x = add_norm(&y, &x, &model.norm_after(layer, LinearKind::Output), a.epsilon);
        let inner: Vec<f32> = linear(&x, &weights(layer, LinearKind::Up)).into_iter().map(gelu).collect();
        let y = linear(&inner, &weights(layer, LinearKind::Down));
        x = add_norm(&y, &x, &model.norm_after(layer, LinearKind::Down), a.epsilon);
    }
    (pool(&x, a.hidden, batch), x)
}
