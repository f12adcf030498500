//! The items that the visitor viewed, the latest first.

use std::collections::BTreeSet;

use crate::{profile::History, rank::Ranker, vectors::Hit};

/// The items of the list with score 0, because their order is that of the views. `excluded` are the rows that must not be
/// in it, such as the page's item and the cart.
pub fn recently_viewed(ranker: &Ranker, history: &History, excluded: &BTreeSet<u32>) -> Vec<Hit> {
    let is_shown =
        |row: &u32| ranker.eligible[*row as usize] && !ranker.refused.contains(row) && !excluded.contains(row);
    let rows = history.viewed().into_iter().filter(is_shown).take(ranker.limit);
    ranker.apply_pins(rows.map(|row| Hit { row, score: 0.0 }).collect())
}
