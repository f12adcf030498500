//! Diversification: which candidate to take next, so that the list does not repeat itself.
//!
//! Both methods are greedy. Maximal marginal relevance (Carbonell and Goldstein 1998) lowers a candidate by its
//! similarity to the one taken item that it is most similar to. A determinantal point process (Chen, Zhang and Zhou
//! 2018, "Fast Greedy MAP Inference") lowers it by what all taken items together explain of it. Must not know where
//! scores come from.

use super::scene::{Diversity, DiversityMethod};
use crate::vectors::{Hit, Matrix};

/// Up to `limit` rows of `pool` (best first), in the order to show them.
pub fn diversify(matrix: &Matrix, pool: Vec<Hit>, diversity: Diversity, limit: usize) -> Vec<Hit> {
    let Diversity { method, strength } = diversity;
    if matrix.width() == 0 || strength == 0.0 || pool.len() < 3 {
        return pool.into_iter().take(limit).collect();
    }
    let relevance = relevance(&pool);
    let order = match method {
        DiversityMethod::None => (0..pool.len().min(limit)).collect(),
        DiversityMethod::Mmr => mmr(matrix, &pool, &relevance, strength, limit),
        DiversityMethod::Dpp => dpp(matrix, &pool, &relevance, strength, limit),
    };
    order.into_iter().map(|at| pool[at]).collect()
}

/// Scores scaled to 0..1, where 1 is the best of the pool and 0 the worst or the score 0, whichever is lower. All 1 if
/// all scores are equal.
fn relevance(pool: &[Hit]) -> Vec<f32> {
    let best = pool.iter().fold(f32::NEG_INFINITY, |best, hit| best.max(hit.score));
    // At most 0, so that in a pool of high scores the worst one does not magnify small differences between the others.
    let worst = pool.iter().fold(best, |worst, hit| worst.min(hit.score)).min(0.0);
    let spread = best - worst;
    pool.iter().map(|hit| if spread > 0.0 { (hit.score - worst) / spread } else { 1.0 }).collect()
}

fn mmr(matrix: &Matrix, pool: &[Hit], relevance: &[f32], strength: f32, limit: usize) -> Vec<usize> {
    // The similarity of each candidate to the taken item that it is most similar to.
    let mut max_similarity = vec![0f32; pool.len()];
    let mut left: Vec<usize> = (0..pool.len()).collect();
    let mut taken = Vec::new();
    while taken.len() < limit && !left.is_empty() {
        let next = argmax(&left, |at| (1.0 - strength) * relevance[at] - strength * max_similarity[at]);
        let at = left.remove(next);
        for &other in &left {
            max_similarity[other] = max_similarity[other].max(matrix.similarity(pool[at].row, pool[other].row));
        }
        taken.push(at);
    }
    taken
}

/// The kernel is `exp(a r_i) S_ij exp(a r_j)` with `a = (1 - strength) / (2 strength)`, as in the paper.
fn dpp(matrix: &Matrix, pool: &[Hit], relevance: &[f32], strength: f32, limit: usize) -> Vec<usize> {
    let weight = (1.0 - strength) / strength;
    // Starts at exactly 1: a quantised vector's product with itself would be a little off.
    let mut unexplained = vec![1f32; pool.len()];
    let mut factors: Vec<Vec<f32>> = vec![Vec::new(); pool.len()];
    let mut left: Vec<usize> = (0..pool.len()).collect();
    let mut taken = Vec::new();
    while taken.len() < limit && !left.is_empty() {
        let next = argmax(&left, |at| weight * relevance[at] + unexplained[at].max(1e-6).ln());
        let at = left.remove(next);
        let root = unexplained[at].max(1e-6).sqrt();
        let own = factors[at].clone();
        for &other in &left {
            let shared: f32 = own.iter().zip(&factors[other]).map(|(a, b)| a * b).sum();
            let factor = (matrix.similarity(pool[at].row, pool[other].row) - shared) / root;
            factors[other].push(factor);
            unexplained[other] -= factor * factor;
        }
        taken.push(at);
    }
    taken
}

/// The position in `left` of the candidate with the highest value, the first of equals.
fn argmax(left: &[usize], value: impl Fn(usize) -> f32) -> usize {
    let values: Vec<f32> = left.iter().map(|&at| value(at)).collect();
    (1..left.len()).fold(0, |best, at| if values[at] > values[best] { at } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows 0 and 1 are near copies, 2 is different, 3 is the opposite of 0.
    fn matrix() -> Matrix {
        Matrix::quantize(2, &[1.0, 0.0, 0.999, -0.04, 0.1, 0.995, -1.0, 0.0])
    }

    fn pool(scores: [f32; 4]) -> Vec<Hit> {
        let mut pool: Vec<_> = scores.into_iter().zip(0..).map(|(score, row)| Hit { row, score }).collect();
        pool.sort_by(|a, b| b.score.total_cmp(&a.score));
        pool
    }

    fn rows(method: DiversityMethod, strength: f32, scores: [f32; 4], limit: usize) -> Vec<u32> {
        let hits = diversify(&matrix(), pool(scores), Diversity { method, strength }, limit);
        hits.into_iter().map(|hit| hit.row).collect()
    }

    #[test]
    fn near_copies_come_after_different_items() {
        for method in [DiversityMethod::Mmr, DiversityMethod::Dpp] {
            assert_eq!(rows(method, 0.4, [1.0, 0.98, 0.9, -0.9], 3), [0, 2, 1], "{method:?}");
            assert_eq!(rows(method, 0.0, [1.0, 0.98, 0.9, -0.9], 3), [0, 1, 2], "{method:?}");
        }
        assert_eq!(rows(DiversityMethod::None, 0.9, [1.0, 0.98, 0.9, -0.9], 2), [0, 1]);
    }

    #[test]
    fn equal_and_few_candidates_are_no_problem() {
        for method in [DiversityMethod::Mmr, DiversityMethod::Dpp] {
            assert_eq!(rows(method, 1.0, [0.0; 4], 9).len(), 4);
            let diversity = Diversity { method, strength: 0.5 };
            assert_eq!(diversify(&Matrix::default(), Vec::new(), diversity, 3), []);
            let copies = Matrix::quantize(2, &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
            assert_eq!(diversify(&copies, pool([0.1, 0.1, 0.1, 0.1]), diversity, 4).len(), 4);
        }
    }
}
