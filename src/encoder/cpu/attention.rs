//! Scaled dot-product attention of one text in f32, head by head, in register tiles of 4 queries.
//!
//! Every output is one sum in the order of the dimensions or keys, so the width of the target's vectors
//! cannot change it. Must not know batches: a text never sees another's tokens.

use super::float::{LANES, exp2, largest, sum};

/// Width of one head. MiniLM, E5-small and BGE-small have 32.
pub const HEAD: usize = 32;
/// Keys or dimensions a register tile is wide.
const TILE: usize = 8;
/// Queries a register tile is high.
const ROWS: usize = 4;

/// One head's operands, kept between calls.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Keys, transposed in panels of [`TILE`]. `[T / 8, 32, 8]`
    keys: Vec<[f32; TILE]>,
    /// Values in panels of [`TILE`] dimensions. `[4, T, 8]`
    values: Vec<[f32; TILE]>,
    /// Scores of [`ROWS`] queries. `[4, T]`, T rounded up to [`LANES`]
    scores: Vec<f32>,
}

/// `softmax(q k^T / sqrt(32)) v` for each head. `qkv: [T, 3H] -> out: [T, H]`
#[inline(always)]
pub fn attention(qkv: &[f32], tokens: usize, scratch: &mut Scratch, out: &mut [f32]) {
    let hidden = out.len() / tokens;
    let padded = tokens.next_multiple_of(LANES);
    scratch.keys.clear();
    scratch.keys.resize(padded / TILE * HEAD, [0.0; TILE]);
    scratch.values.resize(HEAD / TILE * tokens, [0.0; TILE]);
    scratch.scores.resize(ROWS * padded, 0.0);
    for head in (0..hidden).step_by(HEAD) {
        for (t, row) in qkv.chunks_exact(3 * hidden).enumerate() {
            let key = &row[hidden + head..][..HEAD];
            let panel = &mut scratch.keys[t / TILE * HEAD..][..HEAD];
            for (lanes, &k) in panel.iter_mut().zip(key) {
                lanes[t % TILE] = k;
            }
            let value = &row[2 * hidden + head..][..HEAD];
            for (panel, v) in value.as_chunks::<TILE>().0.iter().enumerate() {
                scratch.values[panel * tokens + t] = *v;
            }
        }
        let mut t = 0;
        while t + ROWS <= tokens {
            rows::<ROWS>(qkv, t, tokens, hidden, head, scratch, out);
            t += ROWS;
        }
        while t < tokens {
            rows::<1>(qkv, t, tokens, hidden, head, scratch, out);
            t += 1;
        }
    }
}

/// The outputs of queries `first .. first + R` for one head.
#[inline(always)]
fn rows<const R: usize>(
    qkv: &[f32],
    first: usize,
    tokens: usize,
    hidden: usize,
    head: usize,
    scratch: &mut Scratch,
    out: &mut [f32],
) {
    let padded = tokens.next_multiple_of(LANES);
    let queries: [&[f32; HEAD]; R] = std::array::from_fn(|r| {
        let at = (first + r) * 3 * hidden + head;
        qkv[at..at + HEAD].try_into().expect("a slice of HEAD values")
    });
    for (p, panel) in scratch.keys.as_chunks::<HEAD>().0.iter().enumerate() {
        let mut acc = [[0.0f32; TILE]; R];
        for (d, keys) in panel.iter().enumerate() {
            for (acc, query) in acc.iter_mut().zip(&queries) {
                for (a, k) in acc.iter_mut().zip(keys) {
                    *a += query[d] * k;
                }
            }
        }
        for (r, acc) in acc.iter().enumerate() {
            scratch.scores[r * padded + p * TILE..][..TILE].copy_from_slice(acc);
        }
    }
    let mut inverse = [0.0f32; R];
    for (row, inverse) in scratch.scores.chunks_exact_mut(padded).zip(&mut inverse) {
        row[tokens..].fill(f32::NEG_INFINITY);
        softmax(row, inverse);
    }
    let mut weights: [&[f32]; R] = [&[]; R];
    for (weights, row) in weights.iter_mut().zip(scratch.scores.chunks_exact(padded)) {
        *weights = &row[..tokens];
    }
    for (p, panel) in scratch.values.chunks_exact(tokens).enumerate() {
        let mut acc = [[0.0f32; TILE]; R];
        for (t, values) in panel.iter().enumerate() {
            for (acc, weights) in acc.iter_mut().zip(&weights) {
                for (a, v) in acc.iter_mut().zip(values) {
                    *a += weights[t] * v;
                }
            }
        }
        for (r, acc) in acc.iter().enumerate() {
            let out = &mut out[(first + r) * hidden + head + p * TILE..][..TILE];
            for (o, a) in out.iter_mut().zip(acc) {
                *o = a * inverse[r];
            }
        }
    }
}

/// Replaces scores by their exponentials; `inverse` is one over their sum. The length is a multiple of `LANES`.
#[inline(always)]
fn softmax(row: &mut [f32], inverse: &mut f32) {
    // exp(s / sqrt(32)) as a power of two.
    const SCALE: f32 = std::f32::consts::LOG2_E * 0.176_776_7;
    let peak = largest(row, |v| v, f32::MIN);
    for v in row.iter_mut() {
        *v = exp2((*v - peak) * SCALE);
    }
    *inverse = 1.0 / sum(row, |v| v);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attention by its definition, in f64.
    fn by_definition(qkv: &[f32], tokens: usize, hidden: usize) -> Vec<f64> {
        let at = |t: usize, part: usize, c: usize| f64::from(qkv[t * 3 * hidden + part * hidden + c]);
        let mut out = vec![0.0; tokens * hidden];
        for head in (0..hidden).step_by(HEAD) {
            for q in 0..tokens {
                let dot = |k: usize| (head..head + HEAD).map(|c| at(q, 0, c) * at(k, 1, c)).sum::<f64>();
                let weights: Vec<f64> = (0..tokens).map(|k| (dot(k) / 32f64.sqrt()).exp()).collect();
                let total: f64 = weights.iter().sum();
                for c in head..head + HEAD {
                    out[q * hidden + c] = (0..tokens).map(|k| weights[k] / total * at(k, 2, c)).sum();
                }
            }
        }
        out
    }

    #[test]
    fn agrees_with_its_definition_at_odd_lengths() {
        let hidden = 64;
        let mut scratch = Scratch::default();
        for tokens in [1, 2, 3, 4, 5, 15, 16, 17, 33, 70, 7] {
            let qkv: Vec<f32> =
                (0..tokens * 3 * hidden).map(|i| ((i * 7919 % 1009) as f32 / 300.0 - 1.6).sin() * 2.0).collect();
            let mut out = vec![0.0; tokens * hidden];
            attention(&qkv, tokens, &mut scratch, &mut out);
            for (a, b) in out.iter().zip(by_definition(&qkv, tokens, hidden)) {
                assert!((f64::from(*a) - b).abs() < 1e-5, "{tokens} tokens: {a} not {b}");
            }
        }
    }

    #[test]
    fn huge_scores_stay_finite() {
        let (tokens, hidden) = (3, 32);
        let qkv = vec![1e4; tokens * 3 * hidden];
        let mut out = vec![0.0; tokens * hidden];
        attention(&qkv, tokens, &mut Scratch::default(), &mut out);
        assert!(out.iter().all(|v| (v / 1e4 - 1.0).abs() < 1e-5), "{out:?}");
    }
}
