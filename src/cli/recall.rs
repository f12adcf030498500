//! How much of the nearest neighbours is lost when vectors are made smaller: recall@10 against f32.

use std::fmt;

use anyhow::Result;
use rayon::prelude::*;
use serde::Serialize;

use super::reduce::reduce;
use nearmind_core::vectors::{Centre, Codes, Hit, Matrix, Query, arithmetic::dot};

const K: usize = 10;
/// Rows that the codes choose to be looked at again, for each neighbour that is wanted.
const POOL: usize = 20;
/// Items whose neighbours are compared, evenly spaced.
const SAMPLE: usize = 300;
/// Dimensions that `inspect --recall` tries, where the model has more.
const TRIED: [usize; 4] = [256, 192, 128, 64];

/// Part of the ten nearest in f32 that are among the ten nearest otherwise. Mean over the sample
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Recall {
    pub items: usize,
    pub dimensions: usize,
    /// Fewer dimensions, and nothing else.
    pub f32: f64,
    pub int8: f64,
    /// One bit a component, and the nearest of these again in int8.
    pub one_bit: f64,
}

/// `vectors` `[N, D]` as the model gives them; `matrix` is what `centre` makes of them. `None` of too few items.
pub fn recall(vectors: &[f32], centre: &Centre, matrix: &Matrix) -> Option<Recall> {
    if matrix.len() <= K || matrix.width() == 0 {
        return None;
    }
    let whole = Centre { basis: Vec::new(), ..centre.clone() }.apply_all(vectors);
    let fewer = (!centre.basis.is_empty()).then(|| centre.apply_all(vectors));
    let codes = Codes::new(matrix);
    let items = matrix.len().min(SAMPLE);
    let one = |nth: usize| {
        let row = (nth * matrix.len() / items) as u32;
        let exact = nearest(&whole, centre.mean.len(), row);
        let fewer = fewer.as_ref().map_or_else(|| exact.clone(), |fewer| nearest(fewer, matrix.width(), row));
        let query = Query::new(&matrix.vector(row));
        let int8 = matrix.top(&query, K, f32::NEG_INFINITY, |other| other != row);
        let bits = codes.top(matrix, &query, (K, K * POOL), f32::NEG_INFINITY, |other| other != row);
        let rows = |hits: Vec<Hit>| hits.iter().map(|hit| hit.row).collect();
        [fewer, rows(int8), rows(bits)].map(|found: Vec<u32>| found.iter().filter(|row| exact.contains(row)).count())
    };
    let found: Vec<[usize; 3]> = (0..items).into_par_iter().map(one).collect();
    let mean = |at: usize| found.iter().map(|found| found[at]).sum::<usize>() as f64 / (K * items) as f64;
    Some(Recall { items, dimensions: matrix.width(), f32: mean(0), int8: mean(1), one_bit: mean(2) })
}

/// What catalogues of these `vectors` lose: `centre` leaves all dimensions, and fewer are tried too.
pub fn reductions(vectors: &[f32], centre: &Centre) -> Result<Vec<Recall>> {
    let all = Centre { basis: Vec::new(), ..centre.clone() };
    let mut dimensions: Vec<usize> = TRIED.into_iter().filter(|&fewer| fewer < all.width()).collect();
    dimensions.extend([all.width(), centre.width()]);
    dimensions.sort_unstable_by(|a, b| b.cmp(a));
    dimensions.dedup();
    let one = |dimensions| {
        let mut centre = all.clone();
        reduce(&mut centre, vectors, dimensions)?;
        Ok(recall(vectors, &centre, &Matrix::quantize(centre.width(), &centre.apply_all(vectors))))
    };
    dimensions.into_iter().filter_map(|dimensions| one(dimensions).transpose()).collect()
}

/// The `K` rows of `vectors` `[N, H]` nearest to `row`, itself left out; ties by row.
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
            "recall@{K} against f32: {} dimensions {:.4}; in int8 {:.4}; in 1 bit, {} items looked at again, {:.4} ({} items)",
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
    fn int8_loses_next_to_nothing_and_too_few_dimensions_lose_much() {
        let mut random = SplitMix64(9);
        let vectors: Vec<f32> = (0..500 * 64).map(|_| random.signed()).collect();
        let mut centre = Centre::learn(64, &vectors);
        let matrix = |centre: &Centre| Matrix::quantize(centre.width(), &centre.apply_all(&vectors));
        let whole = recall(&vectors, &centre, &matrix(&centre)).unwrap();
        assert!(whole.int8 > 0.97 && whole.one_bit > 0.9 && whole.items == 300, "{whole}");
        centre.basis = (0..8 * 64).map(|at| if at / 64 == at % 64 { 1.0 } else { 0.0 }).collect();
        let few = recall(&vectors, &centre, &matrix(&centre)).unwrap();
        assert!(few.int8 < 0.5 && few.f32 < 0.5 && whole.f32 == 1.0, "{few}");
        let all = reductions(&vectors, &Centre { basis: Vec::new(), ..centre }).unwrap();
        assert_eq!(all.iter().map(|recall| recall.dimensions).collect::<Vec<_>>(), [64]);
        assert_eq!(recall(&vectors[..640], &Centre::none(64), &Matrix::quantize(64, &vectors[..640])), None);
    }
}
