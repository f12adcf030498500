//! Binary codes: one sign bit per component. The rows at the smallest Hamming distance to the query are rescored in
//! int8, which gives nearly the list of a full scan for an eighth of the memory traffic.
//!
//! On centred vectors the share of bits that differ grows with the angle (Charikar, "Similarity estimation techniques
//! from rounding algorithms", 2002). The codes are the signs of a [`Matrix`], so they need not be stored with it.

use super::{Hit, Matrix, Query};

/// N codes of H bits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BinaryCodes {
    /// `[N, ceil(H / 64)]`; bit i of a row says whether component i is positive.
    words: Vec<u64>,
    /// The number of words of a row.
    width: usize,
}

impl BinaryCodes {
    /// Computes the codes of all rows of `matrix`.
    pub fn new(matrix: &Matrix) -> Self {
        let width = matrix.width().div_ceil(64);
        let mut words = Vec::with_capacity(matrix.len() * width);
        for row in matrix.rows().chunks_exact(matrix.width().max(1)) {
            pack(row, &mut words);
        }
        Self { words, width }
    }

    /// Approximate [`Matrix::top_k`]: rescores the `pool` rows nearest to `query` by Hamming distance, of those for
    /// which `keep` is true, and returns the `k` best that score at least `threshold`. `matrix` must be the one that
    /// the codes were computed from.
    pub fn top_k(
        &self,
        matrix: &Matrix,
        query: &Query,
        (k, pool): (usize, usize),
        threshold: f32,
        keep: impl Fn(u32) -> bool,
    ) -> Vec<Hit> {
        matrix.top_k_of(self.nearest(query, pool, keep), query, k, threshold)
    }

    /// Returns the `count` rows at the smallest Hamming distance to `query`, of those for which `keep` is true; ties by
    /// row. Sorted by row.
    pub fn nearest(&self, query: &Query, count: usize, keep: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut code = Vec::with_capacity(self.width);
        pack(&query.values, &mut code);
        if self.width == 0 || code.len() != self.width {
            return Vec::new();
        }
        let distance = |row: &[u64]| row.iter().zip(&code).map(|(a, b)| count_ones(a ^ b)).sum::<u32>();
        let distances: Vec<u16> = self.words.chunks_exact(self.width).map(|row| distance(row) as u16).collect();
        let kept = || distances.iter().zip(0u32..).filter(|&(_, row)| keep(row));
        let mut rows_at = vec![0usize; 64 * self.width + 1];
        kept().for_each(|(&distance, _)| rows_at[usize::from(distance)] += 1);
        // The distance at which `count` is reached, and how many rows at that distance are included.
        let (mut last, mut left) = (0, count);
        while last < rows_at.len() && rows_at[last] <= left {
            left -= rows_at[last];
            last += 1;
        }
        let near = |distance: usize| {
            if distance == last && left > 0 {
                left -= 1;
                return true;
            }
            distance < last
        };
        let mut near = near;
        kept().filter(|&(&distance, _)| near(usize::from(distance))).map(|(_, row)| row).collect()
    }
}

/// Appends the sign bits of `row`, 64 per word, lowest bit first.
fn pack<T: Copy + PartialOrd + Default>(row: &[T], words: &mut Vec<u64>) {
    for part in row.chunks(64) {
        words.push(part.iter().rev().fold(0, |word, &value| word << 1 | u64::from(value > T::default())));
    }
}

/// Returns the number of set bits. Uses plain integer operations that the compiler vectorizes, because few targets
/// enable a population count instruction by default.
fn count_ones(word: u64) -> u32 {
    let pairs = word - (word >> 1 & 0x5555_5555_5555_5555);
    let fours = (pairs & 0x3333_3333_3333_3333) + (pairs >> 2 & 0x3333_3333_3333_3333);
    let bytes = (fours + (fours >> 4)) & 0x0F0F_0F0F_0F0F_0F0F;
    (bytes.wrapping_mul(0x0101_0101_0101_0101) >> 56) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nearest_equals_a_sort_by_distance(
            data in prop::collection::vec(-1f32..1.0, 30 * 70),
            query in prop::collection::vec(-1f32..1.0, 70),
            count in 0usize..35,
        ) {
            let matrix = Matrix::quantize(70, &data);
            let query = Query::new(&query);
            let differs = |row: u32| {
                let row = &matrix.rows()[row as usize * 70..][..70];
                row.iter().zip(&query.values).filter(|(a, b)| (**a > 0) != (**b > 0)).count()
            };
            let mut expected: Vec<u32> = (0..30).filter(|row| row % 4 != 1).collect();
            expected.sort_by_key(|&row| (differs(row), row));
            expected.truncate(count);
            expected.sort_unstable();
            prop_assert_eq!(BinaryCodes::new(&matrix).nearest(&query, count, |row| row % 4 != 1), expected);
        }

        #[test]
        fn a_pool_of_all_rows_is_exact(
            data in prop::collection::vec(-1f32..1.0, 40 * 24),
            query in prop::collection::vec(-1f32..1.0, 24),
        ) {
            let (matrix, query) = (Matrix::quantize(24, &data), Query::new(&query));
            let found = BinaryCodes::new(&matrix).top_k(&matrix, &query, (7, 40), 0.0, |row| row % 3 != 0);
            prop_assert_eq!(found, matrix.top_k(&query, 7, 0.0, |row| row % 3 != 0));
        }
    }

    #[test]
    fn vectors_of_width_0_have_no_neighbours() {
        let none = Matrix::quantize(0, &[]);
        assert!(BinaryCodes::new(&none).nearest(&Query::new(&[]), 3, |_| true).is_empty());
    }
}
