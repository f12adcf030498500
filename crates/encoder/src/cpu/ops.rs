//! The f32 operations around the integer products, with one source for all targets. Rows are slices of `[rows, width]`.
//!
//! Everything is `inline(always)`, so that `instruction_set.rs` can compile it for each instruction set. Must not know
//! where weights come from.

use super::float::{Constants, GELU, ROUND, gelu, max, sum};
use super::product::QuantizedRows;
use crate::manifest::Pooling;

/// Quantizes rows: `q = round(x * smooth / scale)`, with `scale = max |x * smooth| / 127` per row. `x: [M, K]`,
/// `smooth: [K]`
#[inline(always)]
pub fn quantize(x: &[f32], smooth: &[f32], q: &mut QuantizedRows) {
    let width = smooth.len();
    q.resize(x.len() / width, width);
    let (round, mask, magnitude) = std::hint::black_box((ROUND, 0xff, 0x7fff_ffff));
    let rows = x.chunks_exact(width).zip(q.words.chunks_exact_mut(width / 4));
    for ((x, words), (scale, total)) in rows.zip(q.scales.iter_mut().zip(&mut q.sums)) {
        // Absolute values compare like their bits, and the compiler may reorder an integer maximum.
        let peak = x.iter().zip(smooth).fold(0, |most, (x, s)| u32::max(most, (x * s).to_bits() & magnitude));
        let peak = f32::from_bits(peak);
        let inverse = if peak > 0.0 { 127.0 / peak } else { 0.0 };
        // The low byte is the rounded value. All other bits come from `ROUND` and are subtracted from the sum below.
        let bits = |x: f32, smooth: f32| (x * smooth * inverse + round).to_bits();
        let [x0, x1, x2, x3] = quarters(x);
        let [s0, s1, s2, s3] = quarters(smooth);
        let mut sum = 0u32;
        for (((((word, x0), x1), x2), x3), (((s0, s1), s2), s3)) in
            words.iter_mut().zip(x0).zip(x1).zip(x2).zip(x3).zip(s0.iter().zip(s1).zip(s2).zip(s3))
        {
            let (b0, b1, b2, b3) = (bits(*x0, *s0), bits(*x1, *s1), bits(*x2, *s2), bits(*x3, *s3));
            *word = b0 & mask | (b1 & mask) << 8 | (b2 & mask) << 16 | b3 << 24;
            sum = sum.wrapping_add(b0).wrapping_add(b1).wrapping_add(b2).wrapping_add(b3);
        }
        *scale = peak / 127.0;
        *total = sum.wrapping_sub(ROUND.to_bits().wrapping_mul(width as u32)) as i32;
    }
}

/// Splits a row into four quarters.
#[inline(always)]
fn quarters(x: &[f32]) -> [&[f32]; 4] {
    let (low, high) = x.split_at(x.len() / 2);
    let ((a, b), (c, d)) = (low.split_at(low.len() / 2), high.split_at(high.len() / 2));
    [a, b, c, d]
}

/// `y = y * column scale * row scale + bias`, in place. `y: [M, N]`, `rows: [M]`, `scales: [N]`, `bias: [N]`
#[inline(always)]
pub fn rescale(y: &mut [f32], rows: &[f32], scales: &[f32], bias: &[f32]) {
    for (y, &row) in y.chunks_exact_mut(scales.len()).zip(rows) {
        for ((y, &s), &b) in y.iter_mut().zip(scales).zip(bias) {
            *y = *y * s * row + b;
        }
    }
}

/// [`rescale`], then GELU.
#[inline(always)]
pub fn rescale_gelu(y: &mut [f32], rows: &[f32], scales: &[f32], bias: &[f32]) {
    let constants = Constants::new(GELU);
    for (y, &row) in y.chunks_exact_mut(scales.len()).zip(rows) {
        for ((y, &s), &b) in y.iter_mut().zip(scales).zip(bias) {
            *y = gelu(*y * s * row + b, constants);
        }
    }
}

/// `x = LayerNorm(x + rescale(y))`, in place; `x: [M, N]` is the residual.
#[inline(always)]
pub fn rescale_add_norm(y: &[f32], rows: &[f32], scales: &[f32], bias: &[f32], norm: &Norm, x: &mut [f32]) {
    let width = scales.len();
    for ((y, x), &row) in y.chunks_exact(width).zip(x.chunks_exact_mut(width)).zip(rows) {
        for (((x, &y), &s), &b) in x.iter_mut().zip(y).zip(scales).zip(bias) {
            *x += y * s * row + b;
        }
        norm_row(x, norm);
    }
}

/// The weight and bias of a layer norm, both `[H]`.
#[derive(Debug, Clone)]
pub struct Norm {
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
    pub epsilon: f32,
}

/// Applies a layer norm to each row, in place. `x: [M, H]`
#[inline(always)]
pub fn layer_norm(x: &mut [f32], norm: &Norm) {
    for x in x.chunks_exact_mut(norm.weight.len()) {
        norm_row(x, norm);
    }
}

#[inline(always)]
fn norm_row(x: &mut [f32], norm: &Norm) {
    let n = x.len() as f32;
    let mean = sum(x, |v| v) / n;
    let variance = sum(x, |v| (v - mean) * (v - mean)) / n;
    let inverse = 1.0 / (variance + norm.epsilon).sqrt();
    for ((x, &weight), &bias) in x.iter_mut().zip(&norm.weight).zip(&norm.bias) {
        *x = (*x - mean) * inverse * weight + bias;
    }
}

/// Pools the rows of a text to one vector. `rows: [T, H] -> out: [H]`
#[inline(always)]
pub fn pool(rows: &[f32], pooling: Pooling, out: &mut [f32]) {
    let tokens = rows.len() / out.len();
    out.copy_from_slice(&rows[..out.len()]);
    let rest = rows.chunks_exact(out.len()).skip(1);
    match pooling {
        Pooling::First => {}
        // Adding 0 turns -0 into 0: targets may differ in which of the two they take as the maximum.
        Pooling::Max => rest.for_each(|row| out.iter_mut().zip(row).for_each(|(o, &v)| *o = max(*o, v) + 0.0)),
        Pooling::Mean => {
            rest.for_each(|row| out.iter_mut().zip(row).for_each(|(o, &v)| *o += v));
            let inverse = 1.0 / tokens as f32;
            out.iter_mut().for_each(|o| *o *= inverse);
        }
    }
}

/// Scales a vector to length 1; a zero vector stays zero. `[H]`
#[inline(always)]
pub fn normalize(x: &mut [f32]) {
    let length = sum(x, |v| v * v).sqrt();
    let inverse = if length > 0.0 { 1.0 / length } else { 0.0 };
    for x in x {
        *x *= inverse;
    }
}
