//! A selection for someone of whom nothing is known: few items that stand for all.
//!
//! Each item in turn is the one that brings the rest of the catalogue closest to the selection (greedy
//! facility location), so neither outliers nor the largest category win. Deterministic.

use crate::vectors::{Hit, Matrix};

/// Larger catalogues are represented by this many rows, evenly spaced in the order of ids.
const SAMPLE: usize = 400;

/// Up to `limit` rows that `keep` lets pass; the score is how much closer each brought the rest, 0..1.
pub fn select_varied(matrix: &Matrix, keep: impl Fn(u32) -> bool, limit: usize) -> Vec<Hit> {
    let all: Vec<u32> = (0..matrix.len() as u32).filter(|&row| keep(row)).collect();
    let sample: Vec<u32> =
        if all.len() <= SAMPLE { all } else { (0..SAMPLE).map(|nth| all[nth * all.len() / SAMPLE]).collect() };
    let likeness: Vec<Vec<f32>> =
        sample.iter().map(|&a| sample.iter().map(|&b| matrix.similarity(a, b)).collect()).collect();
    let mut covered = vec![0f32; sample.len()];
    let mut left: Vec<usize> = (0..sample.len()).collect();
    let mut taken = Vec::new();
    while taken.len() < limit && !left.is_empty() {
        let gain = |&at: &usize| likeness[at].iter().zip(&covered).map(|(new, old)| (new - old).max(0.0)).sum::<f32>();
        let gains: Vec<f32> = left.iter().map(gain).collect();
        let best = (1..left.len()).fold(0, |best, at| if gains[at] > gains[best] { at } else { best });
        let at = left.remove(best);
        covered.iter_mut().zip(&likeness[at]).for_each(|(old, new)| *old = old.max(*new));
        taken.push(Hit { row: sample[at], score: gains[best] / sample.len() as f32 });
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_is_represented_before_any_comes_twice() {
        let groups = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let rows: Vec<f32> = [0, 0, 0, 0, 1, 1, 2, 2, 2].iter().flat_map(|&group: &usize| groups[group]).collect();
        let matrix = Matrix::quantize(3, &rows);
        let picked: Vec<u32> = select_varied(&matrix, |row| row != 0, 3).iter().map(|hit| hit.row).collect();
        assert_eq!(picked, [1, 6, 4]);
        assert_eq!(select_varied(&matrix, |_| true, 20).len(), 9);
        assert_eq!(select_varied(&matrix, |_| false, 3), []);
    }
}
