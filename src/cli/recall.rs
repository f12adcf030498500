//! How much of the nearest neighbours is lost when vectors are made smaller: recall@10 against f32.

use std::fmt;

use rayon::prelude::*;
use serde::Serialize;

use crate::vectors::{Centre, Codes, Matrix, Query, arithmetic::dot};

const K: usize = 10;
/// Rows that the codes choose to be looked at again, for each neighbour that is wanted.
const POOL: usize = 20;
/// Items whose neighbours are compared, evenly spaced.
const SAMPLE: usize = 300;

/// Part of the ten nearest in f32 that are among the ten nearest otherwise. Mean over the sample
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Recall {
    pub items: usize,
    pub dimensions: usize,
    pub int8: f64,
    /// One bit a component, and the nearest of these again in int8.
    pub one_bit: f64,
}

/// `vectors` `[N, D]` as the model gives them; `matrix` is what `centre` makes of them. `None` of too few items.
pub fn recall(vectors: &[f32], centre: &Centre, matrix: &Matrix) -> Option<Recall> {
    let width = centre.mean.len();
    if matrix.len() <= K || matrix.width() == 0 {
        return None;
    }
    let whole = Centre { basis: Vec::new(), ..centre.clone() };
    let exact = whole.apply_all(vectors);
    let codes = Codes::new(matrix);
    let items = matrix.len().min(SAMPLE);
    let one = |nth: usize| {
        let row = (nth * matrix.len() / items) as u32;
        let own = &exact[row as usize * width..][..width];
        let mut scores: Vec<(u32, f32)> = (0..)
            .zip(exact.chunks_exact(width))
            .filter(|&(other, _)| other != row)
            .map(|(o, v)| (o, dot(own, v)))
            .collect();
        scores.select_nth_unstable_by(K - 1, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let nearest = &scores[..K];
        let query = Query::new(&matrix.vector(row));
        let int8 = matrix.top(&query, K, f32::NEG_INFINITY, |other| other != row);
        let bits = codes.top(matrix, &query, (K, K * POOL), f32::NEG_INFINITY, |other| other != row);
        [int8, bits].map(|found| found.iter().filter(|hit| nearest.iter().any(|&(row, _)| row == hit.row)).count())
    };
    let found: Vec<[usize; 2]> = (0..items).into_par_iter().map(one).collect();
    let mean = |at: usize| found.iter().map(|found| found[at]).sum::<usize>() as f64 / (K * items) as f64;
    Some(Recall { items, dimensions: matrix.width(), int8: mean(0), one_bit: mean(1) })
}

impl fmt::Display for Recall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "recall@{K} against f32: {} dimensions in int8 {:.4}; in 1 bit, {} of them looked at again, {:.4} ({} items)",
            self.dimensions,
            self.int8,
            K * POOL,
            self.one_bit,
            self.items
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn int8_loses_next_to_nothing_and_too_few_dimensions_lose_much() {
        let mut seed = 9u32;
        let mut chance = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        let vectors: Vec<f32> = (0..500 * 64).map(|_| chance()).collect();
        let mut centre = Centre::learn(64, &vectors);
        let matrix = |centre: &Centre| Matrix::quantize(centre.width(), &centre.apply_all(&vectors));
        let whole = recall(&vectors, &centre, &matrix(&centre)).unwrap();
        assert!(whole.int8 > 0.97 && whole.one_bit > 0.9 && whole.items == 300, "{whole}");
        centre.basis = (0..8 * 64).map(|at| if at / 64 == at % 64 { 1.0 } else { 0.0 }).collect();
        let few = recall(&vectors, &centre, &matrix(&centre)).unwrap();
        assert!(few.int8 < 0.5, "{few}");
        assert_eq!(recall(&vectors[..640], &Centre::none(64), &Matrix::quantize(64, &vectors[..640])), None);
    }
}
