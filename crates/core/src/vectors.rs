//! Vectors as int8 with a scale a row, and the exact top k of them.
//!
//! Must not know what a row stands for. Products are summed in integers, which no order of summation,
//! width of a register or fused operation can change: every target finds the same scores.

pub mod arithmetic; // dot product and norm in f32, in one fixed order
pub mod centre; //     what all texts have in common, taken out
mod binary_codes; //          one bit a component
mod products; //       the sums, on each target's registers
pub mod metric; //     how like two vectors are
pub mod pca; //      two dimensions of them, to look at

use std::{cmp::Ordering, collections::BinaryHeap};

pub use binary_codes::BinaryCodes;
pub use centre::Centre;
pub use metric::Metric;
use products::products;

/// N vectors of width H. A component is `rows[n * H + h] as f32 * scales[n]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matrix {
    width: usize,
    /// `[N, H]`, row-major: an i8 each, -127..=127, as the bytes that a file has
    rows: Vec<u8>,
    /// `[N]`
    scales: Vec<f32>,
}

/// A vector to compare rows with: 16 bits a component, few enough that a sum of H products fits in 32.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// `[H]`
    values: Vec<i16>,
    scale: f32,
}

impl Query {
    /// Rounds `vector` `[H]` to integers and a scale, by its own largest component.
    pub fn new(vector: &[f32]) -> Self {
        let most = (i32::MAX / (127 * vector.len().max(1) as i32)).min(i32::from(i16::MAX)) as f32;
        let largest = largest(vector);
        let scale = if largest > 0.0 { largest / most } else { 1.0 };
        Self { values: vector.iter().map(|value| (value / scale).round() as i16).collect(), scale }
    }
}

/// A row and its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The row in the matrix.
    pub row: u32,
    /// How well it fits: more is better.
    pub score: f32,
}

impl Matrix {
    /// Rounds `vectors` `[N, H]` to int8, each by its own largest component.
    pub fn quantize(width: usize, vectors: &[f32]) -> Self {
        let mut matrix = Self { width, rows: Vec::with_capacity(vectors.len()), scales: Vec::new() };
        for vector in vectors.chunks_exact(width.max(1)) {
            let largest = largest(vector);
            let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
            matrix.rows.extend(vector.iter().map(|value| (value / scale).round() as i8 as u8));
            matrix.scales.push(scale);
        }
        matrix
    }

    /// Rows of which nothing is known: they score 0.
    pub fn zeros(rows: usize) -> Self {
        Self { width: 0, rows: Vec::new(), scales: vec![0.0; rows] }
    }

    /// From stored parts: `rows` `[N, H]`, an i8 each, `scales` `[N]`. `None` where the lengths do not agree.
    pub fn from_parts(width: usize, rows: Vec<u8>, scales: Vec<f32>) -> Option<Self> {
        (scales.len().checked_mul(width)? == rows.len()).then_some(Self { width, rows, scales })
    }

    /// N
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// H
    pub fn width(&self) -> usize {
        self.width
    }

    /// `[N, H]`
    pub fn rows(&self) -> &[i8] {
        bytemuck::cast_slice(&self.rows)
    }

    /// `[N]`
    pub fn scales(&self) -> &[f32] {
        &self.scales
    }

    /// One row in f32. `[H]`
    pub fn vector(&self, row: u32) -> Vec<f32> {
        self.row(row).iter().map(|&value| f32::from(value) * self.scales[row as usize]).collect()
    }

    /// Dot product of a row with `query`.
    pub fn score(&self, row: u32, query: &Query) -> f32 {
        let mut sum = [0];
        products(self.row(row), &query.values, &mut sum);
        self.scaled(row, sum[0], query)
    }

    /// Dot products of all rows with `query`. `[N]`
    pub fn scores(&self, query: &Query) -> Vec<f32> {
        let mut scores = Vec::with_capacity(self.len());
        self.each_score(query, |_, score| scores.push(score));
        scores
    }

    /// Dot product of two rows.
    pub fn similarity(&self, a: u32, b: u32) -> f32 {
        let sum: i32 = self.row(a).iter().zip(self.row(b)).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum();
        sum as f32 * (self.scales[a as usize] * self.scales[b as usize])
    }

    /// The `k` best rows that score at least `threshold` and that `keep` lets pass: best first, ties by row. Exact.
    /// `keep` is asked only of rows that are good enough.
    pub fn top_k(&self, query: &Query, k: usize, threshold: f32, keep: impl Fn(u32) -> bool) -> Vec<Hit> {
        let mut best = Best::new(k.min(self.len()), threshold);
        self.each_score(query, |row, score| best.offer(Hit { row, score }, &keep));
        best.into_list()
    }

    /// The `k` best of `rows`, as [`Matrix::top_k`] orders them.
    pub fn top_k_of(&self, rows: impl IntoIterator<Item = u32>, query: &Query, k: usize, threshold: f32) -> Vec<Hit> {
        let mut best = Best::new(k.min(self.len()), threshold);
        rows.into_iter().for_each(|row| best.offer(Hit { row, score: self.score(row, query) }, &|_| true));
        best.into_list()
    }

    fn each_score(&self, query: &Query, mut take: impl FnMut(u32, f32)) {
        let mut sums = [0; BLOCK];
        for start in (0..self.len()).step_by(BLOCK) {
            let sums = &mut sums[..BLOCK.min(self.len() - start)];
            products(&self.rows()[start * self.width..][..sums.len() * self.width], &query.values, sums);
            for (row, &sum) in (start as u32..).zip(&*sums) {
                take(row, self.scaled(row, sum, query));
            }
        }
    }

    fn scaled(&self, row: u32, sum: i32, query: &Query) -> f32 {
        sum as f32 * (self.scales[row as usize] * query.scale)
    }

    fn row(&self, row: u32) -> &[i8] {
        let start = row as usize * self.width;
        &self.rows()[start..start + self.width]
    }
}

/// Rows whose products are summed before they are looked at.
const BLOCK: usize = 256;

/// The best hits so far.
struct Best {
    k: usize,
    /// What a hit has to score to be looked at.
    least: f32,
    kept: BinaryHeap<Ranked>,
}

impl Best {
    fn new(k: usize, threshold: f32) -> Self {
        Self { k, least: threshold, kept: BinaryHeap::with_capacity(k + 1) }
    }

    #[inline]
    fn offer(&mut self, hit: Hit, keep: &impl Fn(u32) -> bool) {
        // Most rows of a large catalogue end here.
        if hit.score < self.least || self.k == 0 || !keep(hit.row) {
            return;
        }
        self.kept.push(Ranked(hit));
        if self.kept.len() > self.k {
            self.kept.pop();
        }
        if let Some(worst) = self.kept.peek().filter(|_| self.kept.len() == self.k) {
            self.least = self.least.max(worst.0.score);
        }
    }

    fn into_list(self) -> Vec<Hit> {
        self.kept.into_sorted_vec().into_iter().map(|ranked| ranked.0).collect()
    }
}

/// Orders hits as a list does: the better score is less, then the smaller row.
struct Ranked(Hit);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.score.total_cmp(&self.0.score).then(self.0.row.cmp(&other.0.row))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

fn largest(vector: &[f32]) -> f32 {
    vector.iter().fold(0.0, |largest, value| largest.max(value.abs()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vectors(rows: usize, width: usize) -> impl Strategy<Value = Vec<f32>> {
        prop::collection::vec(-1f32..1.0, rows * width)
    }

    proptest! {
        #[test]
        fn the_top_is_what_sorting_everything_gives(data in vectors(40, 24), query in vectors(1, 24), k in 0usize..45) {
            let matrix = Matrix::quantize(24, &data);
            let query = Query::new(&query);
            let mut all: Vec<Hit> = (0..40).map(|row| Hit { row, score: matrix.score(row, &query) }).collect();
            all.retain(|hit| hit.row % 3 != 0 && hit.score >= -0.5);
            all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.row.cmp(&b.row)));
            all.truncate(k);
            prop_assert_eq!(matrix.top_k(&query, k, -0.5, |row| row % 3 != 0), all);
        }

        #[test]
        fn rounding_costs_little(data in vectors(2, 64)) {
            let matrix = Matrix::quantize(64, &data);
            let exact = arithmetic::dot(&data[..64], &data[64..]);
            prop_assert!((matrix.score(0, &Query::new(&data[64..])) - exact).abs() < 0.15);
            prop_assert!((matrix.similarity(0, 1) - exact).abs() < 0.3);
        }
    }

    #[test]
    fn equal_scores_are_ordered_by_row() {
        let matrix = Matrix::quantize(2, &[1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0]);
        let rows: Vec<_> = matrix.top_k(&Query::new(&[1.0, 0.0]), 2, 0.0, |_| true).iter().map(|hit| hit.row).collect();
        assert_eq!(rows, [0, 2]);
    }

    #[test]
    fn the_widest_sum_fits() {
        for width in [1, 384, 516, 1024, 4096] {
            let matrix = Matrix::quantize(width, &vec![1.0; width]);
            let score = matrix.score(0, &Query::new(&vec![1.0; width]));
            assert!((score / width as f32 - 1.0).abs() < 1e-3, "{width}: {score}");
        }
    }

    #[test]
    fn zero_vectors_score_zero() {
        let matrix = Matrix::quantize(3, &[0.0; 3]);
        assert_eq!(matrix.score(0, &Query::new(&[0.0; 3])), 0.0);
    }
}
