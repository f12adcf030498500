//! How many visitors chose both of a pair: the number that a reason says, "chosen together by 12 visitors".
//!
//! Counted, not estimated, and rounded down as [`Limit`] says: what an item borrows from those like it foretells, but nobody has done it. Must not know how
//! neighbours were found.

use super::limit::{self, Limit};
use nearmind_core::catalog::Relations;

/// Of fewer visitors nothing is said: they might be recognised.
const FEWEST: u16 = 3;

/// The relations with their visitors counted: each history that has both items of a pair is one.
pub fn counted(relations: Relations, histories: &[Vec<u32>], limit: Limit) -> Relations {
    let mut pairs = vec![0u16; relations.edges()];
    let mut chosen = vec![false; relations.len()];
    for history in histories {
        let rows: Vec<u32> = limit::counted(history).into_iter().map(|place| history[place]).collect();
        rows.iter().for_each(|&row| chosen[row as usize] = true);
        for &row in &rows {
            let both = relations.edges_of(row).filter(|edge| chosen[edge.1 as usize]);
            both.for_each(|(edge, _)| pairs[edge] = pairs[edge].saturating_add(1));
        }
        rows.iter().for_each(|&row| chosen[row as usize] = false);
    }
    let published = |count: u16| Some(limit.count(count.into()) as u16).filter(|&count| count >= FEWEST);
    pairs.iter_mut().for_each(|count| *count = published(*count).unwrap_or(0));
    relations.with_pairs(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_are_counted_once_and_few_are_not_told() {
        let rows = vec![vec![(1, 0.5), (2, 0.3)], vec![(0, 0.5)], vec![]];
        let relations = Relations::new(vec![5, 5, 2], rows, 9);
        let histories = [vec![0, 1, 0, 1], vec![1, 0], vec![0, 2, 1], vec![0, 2], vec![2], vec![]];
        let counted = counted(relations, &histories, Limit::NONE);
        assert_eq!((counted.pair(0, 1), counted.pair(1, 0), counted.pair(0, 2)), (3, 3, 0));
        let limited = self::counted(counted.clone(), &histories, Limit::new(4));
        assert_eq!((limited.pair(0, 1), limited.pair(0, 2)), (0, 0));
    }
}
