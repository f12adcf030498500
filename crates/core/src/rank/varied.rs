//! A varied selection for the cold start: a few items that represent all of them.
//!
//! Each next item is the one that brings the rest of the catalogue closest to the selection (greedy facility location),
//! so that neither outliers nor the largest category win. Deterministic.

use crate::vectors::{Hit, Matrix};

/// Of more rows than this, only so many are looked at, evenly spaced in the order of ids.
const MAX_SAMPLE: usize = 400;

/// Up to `limit` rows for which `keep` holds. The score is the gain in the mean similarity of all rows to the
/// selection, 0..1.
pub fn select_varied(matrix: &Matrix, keep: impl Fn(u32) -> bool, limit: usize) -> Vec<Hit> {
    let all: Vec<u32> = (0..matrix.len() as u32).filter(|&row| keep(row)).collect();
    let sample: Vec<u32> = if all.len() <= MAX_SAMPLE {
        all
    } else {
        (0..MAX_SAMPLE).map(|nth| all[nth * all.len() / MAX_SAMPLE]).collect()
    };
    let similarities: Vec<Vec<f32>> =
        sample.iter().map(|&a| sample.iter().map(|&b| matrix.similarity(a, b)).collect()).collect();
    // The similarity of each row to the selected row that it is most similar to.
    let mut covered = vec![0f32; sample.len()];
    let mut left: Vec<usize> = (0..sample.len()).collect();
    let mut selected = Vec::new();
    while selected.len() < limit && !left.is_empty() {
        let gain =
            |&at: &usize| similarities[at].iter().zip(&covered).map(|(new, old)| (new - old).max(0.0)).sum::<f32>();
        let gains: Vec<f32> = left.iter().map(gain).collect();
        let best = (1..left.len()).fold(0, |best, at| if gains[at] > gains[best] { at } else { best });
        let at = left.remove(best);
        covered.iter_mut().zip(&similarities[at]).for_each(|(old, new)| *old = old.max(*new));
        selected.push(Hit { row: sample[at], score: gains[best] / sample.len() as f32 });
    }
    selected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_is_represented_once_before_any_repeats() {
        let groups = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let rows: Vec<f32> = [0, 0, 0, 0, 1, 1, 2, 2, 2].iter().flat_map(|&group: &usize| groups[group]).collect();
        let matrix = Matrix::quantize(3, &rows);
        let selected: Vec<u32> = select_varied(&matrix, |row| row != 0, 3).iter().map(|hit| hit.row).collect();
        assert_eq!(selected, [1, 6, 4]);
        assert_eq!(select_varied(&matrix, |_| true, 20).len(), 9);
        assert_eq!(select_varied(&matrix, |_| false, 3), []);
    }
}
