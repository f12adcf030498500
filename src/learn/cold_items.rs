//! For items with few interactions: the items with similar texts that more is known about.
//!
//! Such an item then follows on whatever those items follow on. On films without any rating this gives a third more
//! hits than the texts alone. Must not know how relations are counted.

use rayon::prelude::*;

use nearmind_core::vectors::{Codes, Hit, Matrix, Query};

/// A cold item borrows from at most this many items.
const MAX_LENDERS: usize = 20;
/// In a larger catalogue the candidates are preselected by one-bit codes: comparing each of 100,000 items with all
/// others takes minutes, and it is done several times.
const PRESELECT_ABOVE: usize = 20_000;
/// How many candidates are preselected for each neighbour.
const POOL: usize = 10;
/// An item with more interactions than this borrows from nobody.
const MAX_INTERACTIONS: u32 = 10;
/// With this many interactions, an item borrows half as much as a new one.
const HALF_BORROWED: f32 = 3.0;

/// For each row the similar rows, with shares that sum to 1. N rows, empty for items that borrow from nobody
pub struct ColdItemNeighbours {
    rows: Vec<Vec<(u32, f32)>>,
}

impl ColdItemNeighbours {
    /// Finds neighbours for the rows with few interactions, among rows with more than twice as many. `counts` are the
    /// visitors of each row. `[N]`
    pub fn new(matrix: &Matrix, counts: &[u32]) -> Self {
        if matrix.width() == 0 {
            return Self::none(counts.len());
        }
        let codes = (matrix.len() > PRESELECT_ABOVE).then(|| Codes::new(matrix));
        let row = |row: u32| {
            let count = counts[row as usize];
            if count > MAX_INTERACTIONS {
                return Vec::new();
            }
            let query = Query::new(&matrix.vector(row));
            let lends = |other: u32| other != row && counts[other as usize] > 2 * count;
            let nearest = match &codes {
                Some(codes) => codes.top(matrix, &query, (MAX_LENDERS, MAX_LENDERS * POOL), f32::MIN_POSITIVE, lends),
                None => matrix.top(&query, MAX_LENDERS, f32::MIN_POSITIVE, lends),
            };
            shares(&nearest)
        };
        Self { rows: (0..counts.len() as u32).into_par_iter().map(row).collect() }
    }

    /// No item borrows.
    pub fn none(len: usize) -> Self {
        Self { rows: vec![Vec::new(); len] }
    }

    /// Takes the similar rows of each row, with their shares.
    #[cfg(test)]
    pub fn from_rows(rows: Vec<Vec<(u32, f32)>>) -> Self {
        Self { rows }
    }

    /// The reverse lists: for each row the cold items that borrow from it, with the part that each takes. An item
    /// without interactions takes all of `cold_start_borrow`, others take less the more interactions they have.
    pub fn borrowers(&self, counts: &[u32], cold_start_borrow: f32) -> Vec<Vec<(u32, f32)>> {
        let mut borrowers = vec![Vec::new(); self.rows.len()];
        if cold_start_borrow > 0.0 {
            for (borrower, neighbours) in self.rows.iter().enumerate() {
                let borrowed = HALF_BORROWED / (HALF_BORROWED + counts[borrower] as f32);
                neighbours.iter().for_each(|&(lender, share)| {
                    borrowers[lender as usize].push((borrower as u32, share * borrowed * cold_start_borrow))
                });
            }
        }
        borrowers
    }
}

/// Shares proportional to the squared cosines, so that near neighbours dominate.
fn shares(hits: &[Hit]) -> Vec<(u32, f32)> {
    let sum: f32 = hits.iter().map(|hit| hit.score * hit.score).sum();
    hits.iter().map(|hit| (hit.row, hit.score * hit.score / sum)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_item_borrows_from_similar_items_with_interactions() {
        let matrix = Matrix::quantize(2, &[1.0, 0.0, 0.9, 0.1, 0.8, 0.6, -1.0, 0.0]);
        let neighbours = ColdItemNeighbours::new(&matrix, &[0, 50, 5, 50]);
        let rows: Vec<_> = neighbours.rows[0].iter().map(|neighbour| neighbour.0).collect();
        assert_eq!(rows, [1, 2]);
        assert!((neighbours.rows[0].iter().map(|neighbour| neighbour.1).sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(neighbours.rows[1].is_empty() && neighbours.rows[3].is_empty());
        let borrowers = neighbours.borrowers(&[0, 50, 5, 50], 0.5);
        assert_eq!(borrowers[1].len(), 2);
        assert!(borrowers[1].iter().map(|borrower| borrower.1).sum::<f32>() < 1.0);
        assert!(ColdItemNeighbours::new(&Matrix::default(), &[0, 1]).borrowers(&[0, 1], 1.0).iter().all(Vec::is_empty));
    }
}
