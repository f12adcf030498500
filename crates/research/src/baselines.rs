//! The baselines ItemKNN and EASE, learned from the same interactions.
//!
//! They are not shipped: the cooccurrences of `nearmind learn` predict better and need no dense matrix. Must not know
//! contents.

use faer::{Mat, Side, linalg::solvers::DenseSolveCore};

/// EASE uses this many items, the most popular ones: it holds three dense matrices of 8 bytes times the square of the
/// items.
const MAX_DENSE: usize = 5000;

/// An item-item weight matrix.
pub enum ItemSimilarity {
    /// For each row its neighbours and their weights. N rows
    Sparse(Vec<Vec<(u32, f32)>>),
    /// `weights` `[D, D]` between `rows` `[D]`, with a column for each item of a history. `index` `[N]` is the position
    /// of a row in `rows`.
    Dense { weights: Mat<f32>, rows: Vec<u32>, index: Vec<Option<u32>> },
}

impl ItemSimilarity {
    /// ItemKNN: the cosine of the items' sets of visitors (Sarwar et al. 2001) with the shrinkage of Bell and Koren
    /// (2007). Keeps the `k` nearest neighbours.
    pub fn item_knn(histories: &[Vec<u32>], len: usize, shrinkage: f32, k: usize) -> Self {
        let counts = counts(histories, len);
        let mut pairs = cooccurrences(histories, len);
        for (row, neighbours) in pairs.iter_mut().enumerate() {
            for (other, common) in neighbours.iter_mut() {
                *common /= (counts[row] * counts[*other as usize]).sqrt() + shrinkage;
            }
            neighbours.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            neighbours.truncate(k);
        }
        Self::Sparse(pairs)
    }

    /// EASE: B = I - P diag(P)^-1 with P = (X'X + lambda I)^-1 (Steck 2019). `None` if the matrix cannot be inverted.
    pub fn ease(histories: &[Vec<u32>], len: usize, lambda: f64) -> Option<Self> {
        let counts = counts(histories, len);
        let mut rows: Vec<u32> = (0..len as u32).filter(|&row| counts[row as usize] > 0.0).collect();
        rows.sort_by(|a, b| counts[*b as usize].total_cmp(&counts[*a as usize]).then(a.cmp(b)));
        rows.truncate(MAX_DENSE);
        let mut index = vec![None; len];
        rows.iter().enumerate().for_each(|(at, &row)| index[row as usize] = Some(at as u32));
        let mut gram = Mat::<f64>::zeros(rows.len(), rows.len());
        for (at, &row) in rows.iter().enumerate() {
            gram[(at, at)] = f64::from(counts[row as usize]) + lambda;
        }
        for (row, neighbours) in cooccurrences(histories, len).into_iter().enumerate() {
            let Some(row) = index[row] else { continue };
            for (other, common) in neighbours {
                if let Some(other) = index[other as usize] {
                    gram[(row as usize, other as usize)] = f64::from(common);
                }
            }
        }
        let inverse = gram.llt(Side::Lower).ok()?.inverse();
        let weight = |column: usize, row: usize| {
            if row == column { 0.0 } else { (-inverse[(row, column)] / inverse[(column, column)]) as f32 }
        };
        Some(Self::Dense { weights: Mat::from_fn(rows.len(), rows.len(), weight), rows, index })
    }

    /// The score of every item for a history, given as rows with weights. `[N]`
    pub fn scores(&self, signals: &[(u32, f32)], len: usize) -> Vec<f32> {
        let mut scores = vec![0.0; len];
        match self {
            Self::Sparse(rows) => {
                for &(row, weight) in signals {
                    rows[row as usize].iter().for_each(|n| scores[n.0 as usize] += weight * n.1);
                }
            }
            Self::Dense { weights, rows, index } => {
                let included = signals.iter().filter_map(|signal| Some((index[signal.0 as usize]? as usize, signal.1)));
                for (at, weight) in included {
                    let column = weights.col(at).iter();
                    rows.iter().zip(column).for_each(|(&row, similarity)| scores[row as usize] += weight * similarity);
                }
            }
        }
        scores
    }
}

/// The number of visitors of each item. `[N]`
fn counts(histories: &[Vec<u32>], len: usize) -> Vec<f32> {
    let mut counts = vec![0f32; len];
    for history in histories {
        distinct(history).into_iter().for_each(|row| counts[row as usize] += 1.0);
    }
    counts
}

/// For each item, the other items that visitors chose too, with the number of these visitors. N rows
fn cooccurrences(histories: &[Vec<u32>], len: usize) -> Vec<Vec<(u32, f32)>> {
    let mut visitors: Vec<Vec<u32>> = vec![Vec::new(); len];
    let distinct: Vec<Vec<u32>> = histories.iter().map(|history| distinct(history)).collect();
    for (visitor, history) in distinct.iter().enumerate() {
        history.iter().for_each(|&row| visitors[row as usize].push(visitor as u32));
    }
    let mut common = vec![0f32; len];
    let row_counts = |row: usize| {
        let mut touched = Vec::new();
        for &visitor in &visitors[row] {
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
    (0..len).map(row_counts).collect()
}

/// The distinct rows of a history, in ascending order.
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
    fn item_knn_is_the_cosine_of_visitor_sets() {
        let knn = ItemSimilarity::item_knn(&histories(), 4, 0.0, 9);
        let scores = knn.scores(&[(0, 1.0)], 4);
        assert!((scores[1] - 1.0).abs() < 1e-6 && (scores[2] - 1.0 / 6f32.sqrt()).abs() < 1e-6);
        assert_eq!((scores[0], scores[3]), (0.0, 0.0));
    }

    #[test]
    fn ease_of_two_items_matches_the_formula() {
        // X'X = [[3, 3], [3, 3]] of items 0 and 1 alone, lambda 1: B01 = 3 / (3 + 1).
        let histories = vec![vec![0, 1]; 3];
        let ease = ItemSimilarity::ease(&histories, 3, 1.0).unwrap();
        let scores = ease.scores(&[(0, 1.0)], 3);
        assert!((scores[1] - 0.75).abs() < 1e-6, "{scores:?}");
        assert_eq!((scores[0], scores[2]), (0.0, 0.0));
    }
}
