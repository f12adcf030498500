//! Vectors quantized to int8 with one scale per row, and exact top-k search over them.
//!
//! Products are summed in integers, so the order of summation, the register width and fused operations cannot change
//! the result: every target computes the same scores. Must not know what a row stands for.

pub mod arithmetic; // dot product and norm in f32, summed in a fixed order
mod binary_codes; //   sign bits of the components, for approximate search
pub mod centre; //     centring: removes what all texts have in common
pub mod metric; //     similarity of two vectors
pub mod pca; //        projection to two dimensions, for a plot
mod products; //       integer dot products with SIMD

use std::{cmp::Ordering, collections::BinaryHeap};

pub use binary_codes::BinaryCodes;
pub use centre::Centre;
pub use metric::Metric;
use products::products;

/// N vectors of width H, quantized to int8. Component h of row n is `rows[n * H + h] as f32 * scales[n]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matrix {
    width: usize,
    /// `[N, H]`, row-major. Each byte is an i8 in -127..=127, kept as the bytes of the file.
    rows: Vec<u8>,
    /// `[N]`
    scales: Vec<f32>,
}

/// A query vector, quantized to at most 16 bits per component, so that a sum of H products with int8 fits in 32 bits.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// `[H]`
    values: Vec<i16>,
    scale: f32,
}

impl Query {
    /// Quantizes `vector` `[H]`. The scale maps its largest absolute component to the largest integer.
    pub fn new(vector: &[f32]) -> Self {
        let max = (i32::MAX / (127 * vector.len().max(1) as i32)).min(i32::from(i16::MAX)) as f32;
        let largest = largest(vector);
        let scale = if largest > 0.0 { largest / max } else { 1.0 };
        Self { values: vector.iter().map(|value| (value / scale).round() as i16).collect(), scale }
    }
}

/// A row and its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The row in the matrix.
    pub row: u32,
    /// The similarity; higher is better.
    pub score: f32,
}

impl Matrix {
    /// Quantizes `vectors` `[N, H]` to int8. The scale of each row maps its largest absolute component to 127.
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

    /// `rows` rows of width 0, for items without vectors. They score 0.
    pub fn zeros(rows: usize) -> Self {
        Self { width: 0, rows: Vec::new(), scales: vec![0.0; rows] }
    }

    /// Builds the matrix from the parts that a file stores: `rows` `[N, H]`, each byte an i8, and `scales` `[N]`.
    /// `None` if the lengths do not agree.
    pub fn from_parts(width: usize, rows: Vec<u8>, scales: Vec<f32>) -> Option<Self> {
        (scales.len().checked_mul(width)? == rows.len()).then_some(Self { width, rows, scales })
    }

    /// The number of rows, N.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.scales.is_empty()
    }

    /// The number of components of a row, H.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The quantized components. `[N, H]`
    pub fn rows(&self) -> &[i8] {
        bytemuck::cast_slice(&self.rows)
    }

    /// The scale of each row. `[N]`
    pub fn scales(&self) -> &[f32] {
        &self.scales
    }

    /// Returns row `row` in f32. `[H]`
    pub fn vector(&self, row: u32) -> Vec<f32> {
        self.row(row).iter().map(|&value| f32::from(value) * self.scales[row as usize]).collect()
    }

    /// Returns the dot product of a row and `query`.
    pub fn score(&self, row: u32, query: &Query) -> f32 {
        let mut sum = [0];
        products(self.row(row), &query.values, &mut sum);
        self.scaled(row, sum[0], query)
    }

    /// Returns the dot products of all rows and `query`. `[N]`
    pub fn scores(&self, query: &Query) -> Vec<f32> {
        let mut scores = Vec::with_capacity(self.len());
        self.for_each_score(query, |_, score| scores.push(score));
        scores
    }

    /// Returns the dot product of two rows.
    pub fn similarity(&self, a: u32, b: u32) -> f32 {
        let sum: i32 = self.row(a).iter().zip(self.row(b)).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum();
        sum as f32 * (self.scales[a as usize] * self.scales[b as usize])
    }

    /// Returns the `k` best of the rows that score at least `threshold` and for which `keep` is true: best first, ties
    /// by row. The search is exact. `keep` is called only for rows that score high enough.
    pub fn top_k(&self, query: &Query, k: usize, threshold: f32, keep: impl Fn(u32) -> bool) -> Vec<Hit> {
        let mut best = TopK::new(k.min(self.len()), threshold);
        self.for_each_score(query, |row, score| best.offer(Hit { row, score }, &keep));
        best.into_list()
    }

    /// Returns the `k` best of `rows` that score at least `threshold`, ordered as by [`Matrix::top_k`].
    pub fn top_k_of(&self, rows: impl IntoIterator<Item = u32>, query: &Query, k: usize, threshold: f32) -> Vec<Hit> {
        let mut best = TopK::new(k.min(self.len()), threshold);
        rows.into_iter().for_each(|row| best.offer(Hit { row, score: self.score(row, query) }, &|_| true));
        best.into_list()
    }

    /// Calls `visit` with each row and its score, in the order of the rows.
    fn for_each_score(&self, query: &Query, mut visit: impl FnMut(u32, f32)) {
        let mut sums = [0; BLOCK];
        for start in (0..self.len()).step_by(BLOCK) {
            let sums = &mut sums[..BLOCK.min(self.len() - start)];
            products(&self.rows()[start * self.width..][..sums.len() * self.width], &query.values, sums);
            for (row, &sum) in (start as u32..).zip(&*sums) {
                visit(row, self.scaled(row, sum, query));
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

/// The number of rows whose products are computed at once.
const BLOCK: usize = 256;

/// The best k hits so far.
struct TopK {
    k: usize,
    /// The lowest score that can still enter.
    min_score: f32,
    heap: BinaryHeap<Ranked>,
}

impl TopK {
    fn new(k: usize, threshold: f32) -> Self {
        Self { k, min_score: threshold, heap: BinaryHeap::with_capacity(k + 1) }
    }

    #[inline]
    fn offer(&mut self, hit: Hit, keep: &impl Fn(u32) -> bool) {
        // Most rows of a large catalogue return here.
        if hit.score < self.min_score || self.k == 0 || !keep(hit.row) {
            return;
        }
        self.heap.push(Ranked(hit));
        if self.heap.len() > self.k {
            self.heap.pop();
        }
        if let Some(worst) = self.heap.peek().filter(|_| self.heap.len() == self.k) {
            self.min_score = self.min_score.max(worst.0.score);
        }
    }

    fn into_list(self) -> Vec<Hit> {
        self.heap.into_sorted_vec().into_iter().map(|ranked| ranked.0).collect()
    }
}

/// Orders hits by their place in the list: a higher score is less, ties by row.
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

/// Returns the largest absolute component.
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
        fn top_k_equals_a_full_sort(data in vectors(40, 24), query in vectors(1, 24), k in 0usize..45) {
            let matrix = Matrix::quantize(24, &data);
            let query = Query::new(&query);
            let mut all: Vec<Hit> = (0..40).map(|row| Hit { row, score: matrix.score(row, &query) }).collect();
            all.retain(|hit| hit.row % 3 != 0 && hit.score >= -0.5);
            all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.row.cmp(&b.row)));
            all.truncate(k);
            prop_assert_eq!(matrix.top_k(&query, k, -0.5, |row| row % 3 != 0), all);
        }

        #[test]
        fn the_quantization_error_is_small(data in vectors(2, 64)) {
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
    fn sums_of_wide_vectors_do_not_overflow() {
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
