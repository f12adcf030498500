//! Dot-product attention of one text in f32, head by head, in register tiles of 4 queries.
//!
//! Every output is one sum in the order of the dimensions or keys, so the width of the target's vectors
//! cannot change it. Must not know batches: a text never sees another's tokens.

use super::float::{Constants, EXP, LANES, exp, largest, sum};

/// Keys or dimensions a register tile is wide.
const TILE: usize = 8;
/// Queries a register tile is high.
const ROWS: usize = 4;

/// One head's operands, kept between calls.
#[derive(Debug, Default)]
pub struct Scratch {
    tokens: usize,
    width: usize,
    /// Keys, transposed in panels of [`TILE`]. `[T / 8, D, 8]`, D a head's width
    keys: Vec<[f32; TILE]>,
    /// Values in panels of [`TILE`] dimensions. `[D / 8, T, 8]`
    values: Vec<[f32; TILE]>,
    /// Scores of [`ROWS`] queries. `[4, T]`, T rounded up to [`LANES`]
    scores: Vec<f32>,
}

/// `softmax(q k^T) v` for each head of `width` dimensions; the scores' factor is in the query's weights.
/// `qkv: [T, 3H] -> out: [T, H]`
#[inline(always)]
pub fn attention(qkv: &[f32], tokens: usize, width: usize, scratch: &mut Scratch, out: &mut [f32]) {
    let hidden = out.len() / tokens;
    for head in (0..hidden).step_by(width) {
        scratch.fill(qkv, tokens, width, hidden, head);
        let queries = |t: usize| &qkv[t * 3 * hidden + head..][..width];
        let mut t = 0;
        while t + ROWS <= tokens {
            rows::<ROWS>(queries, t, scratch, &mut out[t * hidden + head..], hidden);
            t += ROWS;
        }
        // What is left over is taken together with rows that are done already, if there are enough.
        if t < tokens && tokens >= ROWS {
            t = tokens - ROWS;
            rows::<ROWS>(queries, t, scratch, &mut out[t * hidden + head..], hidden);
            t = tokens;
        }
        while t < tokens {
            rows::<1>(queries, t, scratch, &mut out[t * hidden + head..], hidden);
            t += 1;
        }
    }
}

impl Scratch {
    /// Takes the keys and values of the head that starts at channel `head`.
    #[inline(always)]
    fn fill(&mut self, qkv: &[f32], tokens: usize, width: usize, hidden: usize, head: usize) {
        self.tokens = tokens;
        self.width = width;
        let padded = tokens.next_multiple_of(LANES);
        self.keys.clear();
        self.keys.resize(padded / TILE * width, [0.0; TILE]);
        self.values.resize(width / TILE * tokens, [0.0; TILE]);
        self.scores.resize(ROWS * padded, 0.0);
        for (t, row) in qkv.chunks_exact(3 * hidden).enumerate() {
            let (key, value) = (&row[hidden + head..][..width], &row[2 * hidden + head..][..width]);
            for (lanes, &k) in self.keys[t / TILE * width..][..width].iter_mut().zip(key) {
                lanes[t % TILE] = k;
            }
            for (panel, v) in value.as_chunks::<TILE>().0.iter().enumerate() {
                self.values[panel * tokens + t] = *v;
            }
        }
    }
}

/// The outputs of queries `first .. first + R`, written to `out: [R, H]` from this head's channels on.
#[inline(always)]
fn rows<'a, const R: usize>(
    queries: impl Fn(usize) -> &'a [f32],
    first: usize,
    scratch: &mut Scratch,
    out: &mut [f32],
    hidden: usize,
) {
    let (tokens, padded) = (scratch.tokens, scratch.tokens.next_multiple_of(LANES));
    let queries: [&[f32]; R] = std::array::from_fn(|r| queries(first + r));
    for (p, panel) in scratch.keys.chunks_exact(scratch.width).enumerate() {
        for (r, scores) in combine(queries, panel).iter().enumerate() {
            scratch.scores[r * padded + p * TILE..][..TILE].copy_from_slice(scores);
        }
    }
    let mut inverse = [0.0; R];
    for (row, inverse) in scratch.scores.chunks_exact_mut(padded).zip(&mut inverse) {
        row[tokens..].fill(f32::NEG_INFINITY);
        *inverse = 1.0 / exponentials(row);
    }
    for (p, panel) in scratch.values.chunks_exact(tokens).enumerate() {
        let weights = std::array::from_fn(|r| &scratch.scores[r * padded..][..tokens]);
        for (r, sums) in combine::<R>(weights, panel).iter().enumerate() {
            for (out, sum) in out[r * hidden + p * TILE..][..TILE].iter_mut().zip(sums) {
                *out = sum * inverse[r];
            }
        }
    }
}

/// `sum_i factors[r][i] * panel[i]`, in the order of i. `panel: [n, 8] -> [R, 8]`
#[inline(always)]
fn combine<const R: usize>(factors: [&[f32]; R], panel: &[[f32; TILE]]) -> [[f32; TILE]; R] {
    let factors = factors.map(|f| &f[..panel.len()]);
    let mut sums = [[0.0; TILE]; R];
    for (i, lanes) in panel.iter().enumerate() {
        for r in 0..R {
            for l in 0..TILE {
                sums[r][l] += factors[r][i] * lanes[l];
            }
        }
    }
    sums
}

/// Replaces a row of scores by their exponentials, the largest being 1, and returns their sum.
#[inline(always)]
fn exponentials(row: &mut [f32]) -> f32 {
    let constants = Constants::new(EXP);
    let peak = largest(row, |v| v, f32::MIN);
    for v in row.iter_mut() {
        *v = exp(*v - peak, constants);
    }
    sum(row, |v| v)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attention by its definition, in f64.
    fn by_definition(qkv: &[f32], tokens: usize, width: usize, hidden: usize) -> Vec<f64> {
        let at = |t: usize, part: usize, c: usize| f64::from(qkv[t * 3 * hidden + part * hidden + c]);
        let mut out = vec![0.0; tokens * hidden];
        for head in (0..hidden).step_by(width) {
            for q in 0..tokens {
                let dot = |k: usize| (head..head + width).map(|c| at(q, 0, c) * at(k, 1, c)).sum::<f64>();
                let weights: Vec<f64> = (0..tokens).map(|k| dot(k).exp()).collect();
                let total: f64 = weights.iter().sum();
                for c in head..head + width {
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
        for (tokens, width) in
            [(1, 32), (2, 32), (3, 16), (4, 32), (5, 64), (15, 32), (16, 32), (17, 16), (33, 32), (70, 32), (7, 32)]
        {
            let qkv: Vec<f32> =
                (0..tokens * 3 * hidden).map(|i| ((i * 7919 % 1009) as f32 / 300.0 - 1.6).sin()).collect();
            let mut out = vec![0.0; tokens * hidden];
            attention(&qkv, tokens, width, &mut scratch, &mut out);
            for (a, b) in out.iter().zip(by_definition(&qkv, tokens, width, hidden)) {
                assert!((f64::from(*a) - b).abs() < 1e-5, "{tokens} tokens: {a} not {b}");
            }
        }
    }

    #[test]
    fn huge_scores_stay_finite() {
        let (tokens, hidden) = (3, 32);
        let qkv = vec![1e4; tokens * 3 * hidden];
        let mut out = vec![0.0; tokens * hidden];
        attention(&qkv, tokens, 32, &mut Scratch::default(), &mut out);
        assert!(out.iter().all(|v| (v / 1e4 - 1.0).abs() < 1e-5), "{out:?}");
    }
}
