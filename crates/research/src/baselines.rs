//! What the field compares with, learned from the same interactions: ItemKNN and EASE.
//!
//! Not shipped: what follows what foretells more, and takes no dense matrix. Must not know contents.

use faer::{Mat, Side, linalg::solvers::DenseSolveCore};

/// EASE inverts a dense matrix: 8 bytes times the square of the items, three times over. The most popular are kept.
const MOST_DENSE: usize = 5000;

/// Scores of items by items.
pub enum Similar {
    /// Sparse rows.
    Sparse(Vec<Vec<(u32, f32)>>),
    /// `weights` `[D, D]` between the `rows` `[D]`, a column for each that is known; `place` `[N]` finds a row among them.
    Dense { weights: Mat<f32>, rows: Vec<u32>, place: Vec<Option<u32>> },
}

impl Similar {
    /// Cosine of the sets of visitors, shrunk (Sarwar et al. 2001; the shrinking of Bell and Koren 2007).
    pub fn item_knn(histories: &[Vec<u32>], len: usize, shrink: f32, most: usize) -> Self {
        let counts = counts(histories, len);
        let mut pairs = together(histories, len);
        for (row, neighbours) in pairs.iter_mut().enumerate() {
            for (other, common) in neighbours.iter_mut() {
                *common /= (counts[row] * counts[*other as usize]).sqrt() + shrink;
            }
            neighbours.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            neighbours.truncate(most);
        }
        Self::Sparse(pairs)
    }

    /// EASE: B = I - P diag(P)^-1 with P = (X'X + lambda I)^-1 (Steck 2019).
    pub fn ease(histories: &[Vec<u32>], len: usize, lambda: f64) -> Option<Self> {
        let counts = counts(histories, len);
        let mut rows: Vec<u32> = (0..len as u32).filter(|&row| counts[row as usize] > 0.0).collect();
        rows.sort_by(|a, b| counts[*b as usize].total_cmp(&counts[*a as usize]).then(a.cmp(b)));
        rows.truncate(MOST_DENSE);
        let mut place = vec![None; len];
        rows.iter().enumerate().for_each(|(at, &row)| place[row as usize] = Some(at as u32));
        let mut gram = Mat::<f64>::zeros(rows.len(), rows.len());
        for (at, &row) in rows.iter().enumerate() {
            gram[(at, at)] = f64::from(counts[row as usize]) + lambda;
        }
        for (row, neighbours) in together(histories, len).into_iter().enumerate() {
            let Some(row) = place[row] else { continue };
            for (other, common) in neighbours {
                if let Some(other) = place[other as usize] {
                    gram[(row as usize, other as usize)] = f64::from(common);
                }
            }
        }
        let inverse = gram.llt(Side::Lower).ok()?.inverse();
        let weight = |column: usize, row: usize| {
            if row == column { 0.0 } else { (-inverse[(row, column)] / inverse[(column, column)]) as f32 }
        };
        Some(Self::Dense { weights: Mat::from_fn(rows.len(), rows.len(), weight), rows, place })
    }

    /// The score of every item for rows with weights. `[N]`
    pub fn scores(&self, signals: &[(u32, f32)], len: usize) -> Vec<f32> {
        let mut scores = vec![0.0; len];
        match self {
            Self::Sparse(rows) => {
                for &(row, weight) in signals {
                    rows[row as usize].iter().for_each(|n| scores[n.0 as usize] += weight * n.1);
                }
            }
            Self::Dense { weights, rows, place } => {
                let known = signals.iter().filter_map(|signal| Some((place[signal.0 as usize]? as usize, signal.1)));
                for (at, weight) in known {
                    let column = weights.col(at).iter();
                    rows.iter().zip(column).for_each(|(&row, like)| scores[row as usize] += weight * like);
                }
            }
        }
        scores
    }
}

fn counts(histories: &[Vec<u32>], len: usize) -> Vec<f32> {
    let mut counts = vec![0f32; len];
    for history in histories {
        distinct(history).into_iter().for_each(|row| counts[row as usize] += 1.0);
    }
    counts
}

/// How many visitors two items have in common, both ways.
fn together(histories: &[Vec<u32>], len: usize) -> Vec<Vec<(u32, f32)>> {
    let mut holders: Vec<Vec<u32>> = vec![Vec::new(); len];
    let distinct: Vec<Vec<u32>> = histories.iter().map(|history| distinct(history)).collect();
    for (visitor, history) in distinct.iter().enumerate() {
        history.iter().for_each(|&row| holders[row as usize].push(visitor as u32));
    }
    let mut common = vec![0f32; len];
    let of_row = |row: usize| {
        let mut touched = Vec::new();
        for &visitor in &holders[row] {
            for &other in distinct[visitor as usize].iter().filter(|&&other| other as usize != row) {
                if common[other as usize] == 0.0 {
                    touched.push(other);
                }
                common[other as usize] += 1.0;
            }
        }
        touched.sort_unstable();
        touched.into_iter().map(|other| (other, std::mem::take(&mut common[other as usize]))).collect()
    };
    (0..len).map(of_row).collect()
}

fn distinct(history: &[u32]) -> Vec<u32> {
    let mut rows = history.to_vec();
    rows.sort_unstable();
    rows.dedup();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histories() -> Vec<Vec<u32>> {
        vec![vec![0, 1], vec![0, 1, 2], vec![1, 0, 0], vec![2]]
    }

    #[test]
    fn item_knn_is_the_cosine_of_visitors() {
        let knn = Similar::item_knn(&histories(), 4, 0.0, 9);
        let scores = knn.scores(&[(0, 1.0)], 4);
        assert!((scores[1] - 1.0).abs() < 1e-6 && (scores[2] - 1.0 / 6f32.sqrt()).abs() < 1e-6);
        assert_eq!((scores[0], scores[3]), (0.0, 0.0));
    }

    #[test]
    fn ease_of_two_items_is_what_the_formula_says() {
        // X'X = [[3, 3], [3, 3]] of items 0 and 1 alone, lambda 1: B01 = 3 / (3 + 1).
        let histories = vec![vec![0, 1]; 3];
        let ease = Similar::ease(&histories, 3, 1.0).unwrap();
        let scores = ease.scores(&[(0, 1.0)], 3);
        assert!((scores[1] - 0.75).abs() < 1e-6, "{scores:?}");
        assert_eq!((scores[0], scores[2]), (0.0, 0.0));
    }
}
