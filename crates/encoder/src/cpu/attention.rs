//! Dot-product attention of one text in f32, head by head.
//!
//! Processes eight queries at a time, one per lane, so that scores, exponentials and their sums are computed along
//! the keys without operations across lanes. Every output is one sum, in the order of the dimensions or keys, so
//! the target's vector width cannot change it. Must not know batches: a text never attends to another's tokens.

use super::float::{Constants, EXP, exp, max};

/// The number of queries, or dimensions, side by side in a register tile.
const LANES: usize = 8;
/// The number of keys, or queries, in a register tile.
const ROWS: usize = 4;

/// The operands of one head; the memory is reused between calls. T is rounded up to a multiple of [`ROWS`], D is the
/// width of a head.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The keys, [`ROWS`] side by side. `[T / 4, D, 4]`
    keys: Vec<[f32; ROWS]>,
    /// The values in panels of [`LANES`] dimensions. `[D / 8, T, 8]`
    values: Vec<[f32; LANES]>,
    /// The current queries, transposed. `[D, 8]`
    queries: Vec<[f32; LANES]>,
    /// The scores of the current queries, later replaced by their exponentials. `[T, 8]`
    scores: Vec<[f32; LANES]>,
}

/// `softmax(q k^T) v` for each head of `width` dimensions; the query weights include the factor of the scores.
/// `qkv: [T, 3H] -> out: [T, H]`
#[inline(always)]
pub fn attention(qkv: &[f32], tokens: usize, width: usize, scratch: &mut Scratch, out: &mut [f32]) {
    let hidden = out.len() / tokens;
    for head in (0..hidden).step_by(width) {
        scratch.take_keys_and_values(qkv, tokens, width, hidden, head);
        for first in (0..tokens).step_by(LANES) {
            let count = LANES.min(tokens - first);
            scratch.take_queries(&qkv[first * 3 * hidden..], count, width, hidden, head);
            scratch.score();
            let inverse = exponentials(&mut scratch.scores[..tokens]);
            scratch.weighted_values(tokens, count, &inverse, &mut out[first * hidden + head..], hidden);
        }
    }
}

impl Scratch {
    #[inline(always)]
    fn take_keys_and_values(&mut self, qkv: &[f32], tokens: usize, width: usize, hidden: usize, head: usize) {
        self.keys.clear();
        self.keys.resize(tokens.div_ceil(ROWS) * width, [0.0; ROWS]);
        self.values.resize(width / LANES * tokens, [0.0; LANES]);
        self.queries.resize(width, [0.0; LANES]);
        self.scores.resize(tokens.next_multiple_of(ROWS), [0.0; LANES]);
        for (t, row) in qkv.chunks_exact(3 * hidden).enumerate() {
            let (key, value) = (&row[hidden + head..][..width], &row[2 * hidden + head..][..width]);
            for (side, &k) in self.keys[t / ROWS * width..][..width].iter_mut().zip(key) {
                side[t % ROWS] = k;
            }
            for (panel, v) in value.as_chunks::<LANES>().0.iter().enumerate() {
                self.values[panel * tokens + t] = *v;
            }
        }
    }

    /// Lanes beyond the last query keep stale values, whose results are not read.
    #[inline(always)]
    fn take_queries(&mut self, qkv: &[f32], count: usize, width: usize, hidden: usize, head: usize) {
        for (lane, row) in qkv.chunks(3 * hidden).take(count).enumerate() {
            for (side, &q) in self.queries.iter_mut().zip(&row[head..][..width]) {
                side[lane] = q;
            }
        }
    }

    /// `scores[key][query] = q . k`
    #[inline(always)]
    fn score(&mut self) {
        let width = self.queries.len();
        for (keys, scores) in self.keys.chunks_exact(width).zip(self.scores.chunks_exact_mut(ROWS)) {
            scores.copy_from_slice(&combine::<ROWS, 0>(keys, &self.queries));
        }
    }

    /// `out[query][dimension] =` sum over keys of `weight * value`; the weights are divided by their sum.
    #[inline(always)]
    fn weighted_values(&self, tokens: usize, count: usize, inverse: &[f32; LANES], out: &mut [f32], hidden: usize) {
        for first in (0..count).step_by(ROWS) {
            for (p, panel) in self.values.chunks_exact(tokens).enumerate() {
                let weights = &self.scores[..tokens];
                let sums = if first == 0 {
                    combine::<LANES, 0>(weights, panel)
                } else {
                    combine::<LANES, ROWS>(weights, panel)
                };
                for (q, sums) in (first..count).zip(&sums) {
                    for (out, sum) in out[q * hidden + p * LANES..][..LANES].iter_mut().zip(sums) {
                        *out = sum * inverse[q];
                    }
                }
            }
        }
    }
}

/// `sum_i factors[i][FROM + r] * panel[i][l]`, in the order of i. `[n, S], [n, 8] -> [4, 8]`
#[inline(always)]
fn combine<const S: usize, const FROM: usize>(factors: &[[f32; S]], panel: &[[f32; LANES]]) -> [[f32; LANES]; ROWS] {
    let mut sums = [[0.0; LANES]; ROWS];
    for (factors, lanes) in factors.iter().zip(panel) {
        for r in 0..ROWS {
            for l in 0..LANES {
                sums[r][l] += factors[FROM + r] * lanes[l];
            }
        }
    }
    sums
}

/// Replaces the scores of each query by their exponentials, scaled so that the largest is 1. Returns one over the sums.
#[inline(always)]
fn exponentials(scores: &mut [[f32; LANES]]) -> [f32; LANES] {
    let constants = Constants::new(EXP);
    let mut peaks = [f32::MIN; LANES];
    for scores in &*scores {
        for l in 0..LANES {
            peaks[l] = max(peaks[l], scores[l]);
        }
    }
    let mut sums = [0.0; LANES];
    for scores in scores {
        for l in 0..LANES {
            scores[l] = exp(scores[l] - peaks[l], constants);
            sums[l] += scores[l];
        }
    }
    sums.map(|sum| 1.0 / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attention as it is defined, in f64.
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
    fn agrees_with_the_definition_at_odd_lengths() {
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
