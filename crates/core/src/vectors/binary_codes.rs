//! One bit a component: which side of the middle a vector lies on. Rows that agree with the query in most bits are
//! looked at again in int8, which gives nearly the list of a whole scan for an eighth of the memory traffic.
//!
//! On centred vectors the part of bits that differ grows with the angle (Charikar, "Similarity estimation techniques
//! from rounding algorithms", 2002). The codes are the signs of a [`Matrix`]: whoever has that one need not store them.

use super::{Hit, Matrix, Query};

/// N codes of H bits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BinaryCodes {
    /// `[N, ceil(H / 64)]`; bit i of a row is whether component i is above zero
    words: Vec<u64>,
    /// Words of a row.
    width: usize,
}

impl BinaryCodes {
    /// The codes of all rows of `matrix`. `[N]`
    pub fn new(matrix: &Matrix) -> Self {
        let width = matrix.width().div_ceil(64);
        let mut words = Vec::with_capacity(matrix.len() * width);
        for row in matrix.rows().chunks_exact(matrix.width().max(1)) {
            pack(row, &mut words);
        }
        Self { words, width }
    }

    /// The `k` best of the `pool` rows that agree with `query` in most bits, out of those that `keep` lets pass.
    /// `matrix` is the one that the codes were made of; the rest as in [`Matrix::top_k`].
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

    /// The `count` rows that agree with `query` in most bits, ties by row; in the order of rows.
    pub fn nearest(&self, query: &Query, count: usize, keep: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut code = Vec::with_capacity(self.width);
        pack(&query.values, &mut code);
        if self.width == 0 || code.len() != self.width {
            return Vec::new();
        }
        let distance = |row: &[u64]| row.iter().zip(&code).map(|(a, b)| ones(a ^ b)).sum::<u32>();
        let distances: Vec<u16> = self.words.chunks_exact(self.width).map(|row| distance(row) as u16).collect();
        let kept = || distances.iter().zip(0u32..).filter(|&(_, row)| keep(row));
        let mut rows_at = vec![0usize; 64 * self.width + 1];
        kept().for_each(|(&distance, _)| rows_at[usize::from(distance)] += 1);
        // The distance at which the pool is full, and how many of that distance still belong to it.
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

fn pack<T: Copy + PartialOrd + Default>(row: &[T], words: &mut Vec<u64>) {
    for part in row.chunks(64) {
        words.push(part.iter().rev().fold(0, |word, &value| word << 1 | u64::from(value > T::default())));
    }
}

/// How many bits are set: in the registers that every target has, for few have an instruction for it by default.
fn ones(word: u64) -> u32 {
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
        fn the_pool_is_what_sorting_by_distance_gives(
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
        fn with_the_whole_catalogue_as_pool_nothing_is_lost(
            data in prop::collection::vec(-1f32..1.0, 40 * 24),
            query in prop::collection::vec(-1f32..1.0, 24),
        ) {
            let (matrix, query) = (Matrix::quantize(24, &data), Query::new(&query));
            let found = BinaryCodes::new(&matrix).top_k(&matrix, &query, (7, 40), 0.0, |row| row % 3 != 0);
            prop_assert_eq!(found, matrix.top_k(&query, 7, 0.0, |row| row % 3 != 0));
        }
    }

    #[test]
    fn vectors_without_width_have_no_neighbours() {
        let none = Matrix::quantize(0, &[]);
        assert!(BinaryCodes::new(&none).nearest(&Query::new(&[]), 3, |_| true).is_empty());
    }
}
