//! Which items to show, and in which order: select, score, diversify.
//!
//! Pure and deterministic: equal inputs give equal lists, ties go to the smaller row, which is the smaller
//! id. Must not know how the query came about, nor what an item is.

pub mod evidence; // what speaks for each item, part by part
mod varied;

use std::collections::BTreeSet;

pub use evidence::{Evidence, Parts};
pub use varied::varied;

use crate::vectors::{Hit, Matrix, Query};

/// What relevance counts against sameness (maximal marginal relevance, Carbonell and Goldstein 1998).
const RELEVANCE: f32 = 0.75;
/// How many times the limit is considered before the list is diversified.
const POOL: usize = 5;

/// What fits `query`, diversified, without the `excluded` rows. Only what attracts more than it repels.
pub fn for_you(matrix: &Matrix, query: &Query, excluded: &BTreeSet<u32>, limit: usize) -> Vec<Hit> {
    let pool = matrix.top(query, limit.saturating_mul(POOL), f32::MIN_POSITIVE, |row| !excluded.contains(&row));
    diversify(matrix, pool, limit)
}

/// What is nearest to the item at `row`, the nearest first.
pub fn more_like_this(matrix: &Matrix, row: u32, excluded: &BTreeSet<u32>, limit: usize) -> Vec<Hit> {
    let query = Query::new(&matrix.vector(row));
    matrix.top(&query, limit, f32::MIN_POSITIVE, |other| other != row && !excluded.contains(&other))
}

/// Takes from `pool`, best first, what is good and unlike what was taken before.
fn diversify(matrix: &Matrix, mut pool: Vec<Hit>, limit: usize) -> Vec<Hit> {
    let Some(best) = pool.first().map(|hit| hit.score) else { return pool };
    let mut nearest = vec![0f32; pool.len()];
    let mut taken: Vec<Hit> = Vec::new();
    while taken.len() < limit && !pool.is_empty() {
        let worth = |at: usize| RELEVANCE * pool[at].score / best - (1.0 - RELEVANCE) * nearest[at];
        let next = (1..pool.len()).fold(0, |next, at| if worth(at) > worth(next) { at } else { next });
        let hit = pool.remove(next);
        nearest.remove(next);
        for (other, nearest) in pool.iter().zip(&mut nearest) {
            *nearest = nearest.max(matrix.similarity(hit.row, other.row));
        }
        taken.push(hit);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix() -> Matrix {
        // Two near copies, one different thing, one opposite.
        Matrix::quantize(2, &[1.0, 0.0, 0.999, -0.04, 0.1, 0.995, -1.0, 0.0])
    }

    fn rows(hits: Vec<Hit>) -> Vec<u32> {
        hits.into_iter().map(|hit| hit.row).collect()
    }

    #[test]
    fn near_copies_make_room_for_something_else() {
        let query = Query::new(&[1.0, 0.9]);
        assert_eq!(rows(for_you(&matrix(), &query, &BTreeSet::new(), 3)), [0, 2, 1]);
    }

    #[test]
    fn excluded_and_repelling_rows_stay_out() {
        let query = Query::new(&[1.0, 0.0]);
        assert_eq!(rows(for_you(&matrix(), &query, &BTreeSet::from([0]), 9)), [1, 2]);
        assert_eq!(rows(more_like_this(&matrix(), 0, &BTreeSet::from([2]), 9)), [1]);
    }

    #[test]
    fn nothing_known_and_nothing_there_are_survived() {
        assert_eq!(for_you(&matrix(), &Query::new(&[0.0, 0.0]), &BTreeSet::new(), 3), []);
        assert_eq!(for_you(&Matrix::default(), &Query::new(&[]), &BTreeSet::new(), 3), []);
    }
}
