//! Which known items an item that few have touched is like, by what their texts say.
//!
//! It then follows on what they follow on: of films that nobody has rated yet a third more are foretold than by their
//! texts alone. Must not know what follows what.

use rayon::prelude::*;

use nearmind_core::vectors::{Codes, Hit, Matrix, Query};

/// Items that one borrows from.
const MOST_LIKE: usize = 20;
/// Of more items the nearest are chosen by one bit a component first, so many for each that is wanted: to hold each of
/// 100,000 against all others takes minutes, several times over.
const MANY: usize = 20_000;
const POOL: usize = 10;
/// An item with more interactions than this stands for itself.
const WELL_KNOWN: u32 = 10;
/// Half of what is known of an item is its own after so many interactions.
const HALF_KNOWN: f32 = 3.0;

/// For each row the rows that it is like, with shares that sum to 1. N rows, empty for those that stand for themselves
pub struct ColdItemNeighbours {
    rows: Vec<Vec<(u32, f32)>>,
}

impl ColdItemNeighbours {
    /// Of the rows that `counts` knows little of, among those that it knows more of.
    pub fn new(matrix: &Matrix, counts: &[u32]) -> Self {
        if matrix.width() == 0 {
            return Self::none(counts.len());
        }
        let codes = (matrix.len() > MANY).then(|| Codes::new(matrix));
        let row = |row: u32| {
            let count = counts[row as usize];
            if count > WELL_KNOWN {
                return Vec::new();
            }
            let query = Query::new(&matrix.vector(row));
            let known = |other: u32| other != row && counts[other as usize] > 2 * count;
            let nearest = match &codes {
                Some(codes) => codes.top(matrix, &query, (MOST_LIKE, MOST_LIKE * POOL), f32::MIN_POSITIVE, known),
                None => matrix.top(&query, MOST_LIKE, f32::MIN_POSITIVE, known),
            };
            shares(&nearest)
        };
        Self { rows: (0..counts.len() as u32).into_par_iter().map(row).collect() }
    }

    /// Nobody borrows.
    pub fn none(len: usize) -> Self {
        Self { rows: vec![Vec::new(); len] }
    }

    /// The likest items of each row, with how alike they are.
    #[cfg(test)]
    pub fn from_rows(rows: Vec<Vec<(u32, f32)>>) -> Self {
        Self { rows }
    }

    /// For each row who borrows from it, and how much: all of a new item, less the more is known of it.
    pub fn lent(&self, counts: &[u32], cold_start_borrow: f32) -> Vec<Vec<(u32, f32)>> {
        let mut lent = vec![Vec::new(); self.rows.len()];
        if cold_start_borrow > 0.0 {
            for (borrower, neighbours) in self.rows.iter().enumerate() {
                let unknown = HALF_KNOWN / (HALF_KNOWN + counts[borrower] as f32);
                neighbours.iter().for_each(|&(like, share)| {
                    lent[like as usize].push((borrower as u32, share * unknown * cold_start_borrow))
                });
            }
        }
        lent
    }
}

/// Nearer ones count for more than their number.
fn shares(hits: &[Hit]) -> Vec<(u32, f32)> {
    let sum: f32 = hits.iter().map(|hit| hit.score * hit.score).sum();
    hits.iter().map(|hit| (hit.row, hit.score * hit.score / sum)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_item_is_like_those_that_are_known_and_near() {
        let matrix = Matrix::quantize(2, &[1.0, 0.0, 0.9, 0.1, 0.8, 0.6, -1.0, 0.0]);
        let neighbours = ColdItemNeighbours::new(&matrix, &[0, 50, 5, 50]);
        let rows: Vec<_> = neighbours.rows[0].iter().map(|like| like.0).collect();
        assert_eq!(rows, [1, 2]);
        assert!((neighbours.rows[0].iter().map(|like| like.1).sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(neighbours.rows[1].is_empty() && neighbours.rows[3].is_empty());
        let lent = neighbours.lent(&[0, 50, 5, 50], 0.5);
        assert_eq!(lent[1].len(), 2);
        assert!(lent[1].iter().map(|lent| lent.1).sum::<f32>() < 1.0);
        assert!(ColdItemNeighbours::new(&Matrix::default(), &[0, 1]).lent(&[0, 1], 1.0).iter().all(Vec::is_empty));
    }
}
