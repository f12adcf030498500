//! Measures how many of the nearest neighbours are still found when vectors are made smaller: recall@10 against f32.

use std::fmt;

use anyhow::Result;
use rayon::prelude::*;
use serde::Serialize;

use super::reduce::reduce;
use nearmind_core::vectors::{Centre, Codes, Hit, Matrix, Query, arithmetic::dot};

const K: usize = 10;
/// How many candidates the one-bit codes preselect for each neighbour; int8 ranks them again.
const POOL: usize = 20;
/// How many items' neighbours are compared, evenly spaced.
const SAMPLE: usize = 300;
/// Dimensions that `inspect --recall` measures, if the model has more.
const DIMENSIONS: [usize; 4] = [256, 192, 128, 64];

/// Recall@10: the part of the ten nearest items in f32 that are also among the ten nearest in a smaller format. Each
/// figure is the mean over a sample of items, 0..1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Recall {
    /// The size of the sample.
    pub items: usize,
    pub dimensions: usize,
    /// In f32 with this many dimensions.
    pub f32: f64,
    /// In int8 with this many dimensions.
    pub int8: f64,
    /// With candidates preselected by one bit per component and ranked again in int8.
    pub one_bit: f64,
}

/// Measures the recall of `matrix`, which `centre` made of the model's `vectors` `[N, D]`. `None` for ten items or
/// fewer.
pub fn measure_recall(vectors: &[f32], centre: &Centre, matrix: &Matrix) -> Option<Recall> {
    if matrix.len() <= K || matrix.width() == 0 {
        return None;
    }
    let full = Centre { basis: Vec::new(), ..centre.clone() }.apply_all(vectors);
    let reduced = (!centre.basis.is_empty()).then(|| centre.apply_all(vectors));
    let codes = Codes::new(matrix);
    let items = matrix.len().min(SAMPLE);
    let one = |nth: usize| {
        let row = (nth * matrix.len() / items) as u32;
        let exact = nearest(&full, centre.mean.len(), row);
        let f32 = reduced.as_ref().map_or_else(|| exact.clone(), |reduced| nearest(reduced, matrix.width(), row));
        let query = Query::new(&matrix.vector(row));
        let int8 = matrix.top(&query, K, f32::NEG_INFINITY, |other| other != row);
        let bits = codes.top(matrix, &query, (K, K * POOL), f32::NEG_INFINITY, |other| other != row);
        let rows = |hits: Vec<Hit>| hits.iter().map(|hit| hit.row).collect();
        [f32, rows(int8), rows(bits)].map(|found: Vec<u32>| found.iter().filter(|row| exact.contains(row)).count())
    };
    let found: Vec<[usize; 3]> = (0..items).into_par_iter().map(one).collect();
    let mean = |at: usize| found.iter().map(|found| found[at]).sum::<usize>() as f64 / (K * items) as f64;
    Some(Recall { items, dimensions: matrix.width(), f32: mean(0), int8: mean(1), one_bit: mean(2) })
}

/// Measures the recall of `vectors` `[N, D]` with all dimensions, with those of `centre`, and with fewer.
pub fn recall_by_dimensions(vectors: &[f32], centre: &Centre) -> Result<Vec<Recall>> {
    let all = Centre { basis: Vec::new(), ..centre.clone() };
    let mut dimensions: Vec<usize> = DIMENSIONS.into_iter().filter(|&dimensions| dimensions < all.width()).collect();
    dimensions.extend([all.width(), centre.width()]);
    dimensions.sort_unstable_by(|a, b| b.cmp(a));
    dimensions.dedup();
    let one = |dimensions| {
        let mut centre = all.clone();
        reduce(&mut centre, vectors, dimensions)?;
        Ok(measure_recall(vectors, &centre, &Matrix::quantize(centre.width(), &centre.apply_all(vectors))))
    };
    dimensions.into_iter().filter_map(|dimensions| one(dimensions).transpose()).collect()
}

/// The `K` rows of `vectors` `[N, H]` nearest to `row`, without `row` itself; ties by row.
fn nearest(vectors: &[f32], width: usize, row: u32) -> Vec<u32> {
    let own = &vectors[row as usize * width..][..width];
    let others = (0..).zip(vectors.chunks_exact(width)).filter(|&(other, _)| other != row);
    let mut scores: Vec<(u32, f32)> = others.map(|(other, vector)| (other, dot(own, vector))).collect();
    scores.select_nth_unstable_by(K - 1, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    scores[..K].iter().map(|score| score.0).collect()
}

impl fmt::Display for Recall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "recall@{K} against f32: {} dimensions {:.4}; in int8 {:.4}; in 1 bit, {} candidates ranked again, {:.4} ({} items)",
            self.dimensions,
            self.f32,
            self.int8,
            K * POOL,
            self.one_bit,
            self.items
        )
    }
}

#[cfg(test)]
mod tests {
    use nearmind_core::random::SplitMix64;

    use super::*;

    #[test]
    fn int8_keeps_recall_and_too_few_dimensions_lose_it() {
        let mut random = SplitMix64(9);
        let vectors: Vec<f32> = (0..500 * 64).map(|_| random.signed()).collect();
        let mut centre = Centre::learn(64, &vectors);
        let matrix = |centre: &Centre| Matrix::quantize(centre.width(), &centre.apply_all(&vectors));
        let whole = measure_recall(&vectors, &centre, &matrix(&centre)).unwrap();
        assert!(whole.int8 > 0.97 && whole.one_bit > 0.9 && whole.items == 300, "{whole}");
        centre.basis = (0..8 * 64).map(|at| if at / 64 == at % 64 { 1.0 } else { 0.0 }).collect();
        let few = measure_recall(&vectors, &centre, &matrix(&centre)).unwrap();
        assert!(few.int8 < 0.5 && few.f32 < 0.5 && whole.f32 == 1.0, "{few}");
        let all = recall_by_dimensions(&vectors, &Centre { basis: Vec::new(), ..centre }).unwrap();
        assert_eq!(all.iter().map(|recall| recall.dimensions).collect::<Vec<_>>(), [64]);
        assert_eq!(measure_recall(&vectors[..640], &Centre::none(64), &Matrix::quantize(64, &vectors[..640])), None);
    }
}
