//! The number of visitors who chose both items of a pair, for explanations such as "chosen together by 12 visitors".
//!
//! Actual visitors are counted, then rounded down as [`MinVisitors`] describes. Neighbours that an item borrowed from
//! similar items improve the predictions, but nobody chose those pairs. Must not know how neighbours were found.

use super::privacy::{self, MinVisitors};
use nearmind_core::catalog::Relations;

/// Smaller counts are published as 0, because the visitors might be recognised.
const MIN_COUNT: u16 = 3;

/// Adds to each pair of neighbours the number of histories that contain both.
pub fn count_pairs(relations: Relations, histories: &[Vec<u32>], min_visitors: MinVisitors) -> Relations {
    let mut pairs = vec![0u16; relations.edges()];
    let mut chosen = vec![false; relations.len()];
    for history in histories {
        let rows: Vec<u32> = privacy::last_positions(history).into_iter().map(|position| history[position]).collect();
        rows.iter().for_each(|&row| chosen[row as usize] = true);
        for &row in &rows {
            let both = relations.edges_of(row).filter(|edge| chosen[edge.1 as usize]);
            both.for_each(|(edge, _)| pairs[edge] = pairs[edge].saturating_add(1));
        }
        rows.iter().for_each(|&row| chosen[row as usize] = false);
    }
    let published =
        |count: u16| Some(min_visitors.round_count(count.into()) as u16).filter(|&count| count >= MIN_COUNT);
    pairs.iter_mut().for_each(|count| *count = published(*count).unwrap_or(0));
    relations.with_pairs(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_visitor_counts_once_and_small_counts_are_0() {
        let rows = vec![vec![(1, 0.5), (2, 0.3)], vec![(0, 0.5)], vec![]];
        let relations = Relations::new(vec![5, 5, 2], rows, 9);
        let histories = [vec![0, 1, 0, 1], vec![1, 0], vec![0, 2, 1], vec![0, 2], vec![2], vec![]];
        let counted = count_pairs(relations, &histories, MinVisitors::ONE);
        assert_eq!((counted.pair(0, 1), counted.pair(1, 0), counted.pair(0, 2)), (3, 3, 0));
        let limited = count_pairs(counted.clone(), &histories, MinVisitors::new(4));
        assert_eq!((limited.pair(0, 1), limited.pair(0, 2)), (0, 0));
    }
}
