//! What the shop decides about places: variants, buried and pinned items, shares of groups, and chance.
//!
//! Works on a list that is ranked already and never invents a score. Must not know why an item scored.

use std::collections::BTreeSet;

use super::rules::Rules;
use crate::{catalog::Catalog, random::SplitMix64, vectors::Hit};

/// Keeps the best variant of each product. `pool` is best first.
pub fn keep_one_variant(catalog: &Catalog, pool: &mut Vec<Hit>) {
    let mut shown = BTreeSet::new();
    pool.retain(|hit| catalog.item(hit.row).group().is_none_or(|group| shown.insert(group)));
}

/// The pool without what is buried, and what is.
pub fn split_buried(catalog: &Catalog, pool: Vec<Hit>, rules: &Rules) -> (Vec<Hit>, Vec<Hit>) {
    pool.into_iter().partition(|hit| !rules.bury.iter().any(|filter| filter.matches(&catalog.item(hit.row))))
}

/// Rows that are to have a part of the list.
pub struct ExposureGroup<'a> {
    /// Whether the row belongs to the group.
    pub contains: Box<dyn Fn(u32) -> bool + 'a>,
    /// 0..1
    pub share: f32,
    /// Its rows are looked for beyond the best of all.
    pub beyond_pool: bool,
}

/// Of any first k places each group has at least `floor(share * k)`, as far as it has rows: the next place goes to
/// the best of a group that is behind (Geyik, Ambler and Kenthapadi 2019, "DetGreedy").
pub fn apply_group_shares(list: Vec<Hit>, groups: &[ExposureGroup], limit: usize) -> Vec<Hit> {
    if groups.is_empty() {
        return list;
    }
    let of = |hit: Hit| (hit, groups.iter().map(|group| (group.contains)(hit.row)).collect::<Vec<bool>>());
    let mut left: Vec<(Hit, Vec<bool>)> = list.into_iter().map(of).collect();
    let mut placed: Vec<Hit> = Vec::new();
    let mut counts = vec![0usize; groups.len()];
    while placed.len() < limit && !left.is_empty() {
        let places = placed.len() + 1;
        let lacks = |nth: usize| (groups[nth].share * places as f32).floor() as usize > counts[nth];
        let behind = (0..groups.len()).filter(|&nth| lacks(nth));
        let next = behind.filter_map(|nth| left.iter().position(|(_, has)| has[nth])).min();
        let (hit, has) = left.remove(next.unwrap_or(0));
        counts.iter_mut().zip(has).for_each(|(count, has)| *count += usize::from(has));
        placed.push(hit);
    }
    placed
}

/// With chance `exploration` a place, but the first, is given to one of the pool that the list would not show.
/// The same seed gives the same list.
pub fn explore(mut list: Vec<Hit>, pool: &[Hit], exploration: f32, seed: u32) -> Vec<Hit> {
    if exploration <= 0.0 {
        return list;
    }
    let shown: BTreeSet<u32> = list.iter().map(|hit| hit.row).collect();
    let mut hidden: Vec<Hit> = pool.iter().filter(|hit| !shown.contains(&hit.row)).copied().collect();
    let mut chance = SplitMix64(u64::from(seed));
    for place in list.iter_mut().skip(1) {
        let (lot, which) = (chance.unit(), chance.unit());
        if lot < exploration && !hidden.is_empty() {
            let at = ((which * hidden.len() as f32) as usize).min(hidden.len() - 1);
            *place = hidden.remove(at);
        }
    }
    list
}

/// Puts pinned rows where the rules want them. Rows of `refused` are not shown, pinned or not.
pub fn apply_pins(catalog: &Catalog, mut list: Vec<Hit>, rules: &Rules, refused: &BTreeSet<u32>) -> Vec<Hit> {
    let mut pins = rules.pin.clone();
    pins.sort_by_key(|pin| pin.place);
    for pin in pins {
        let Some(row) = catalog.row(&pin.item).filter(|row| !refused.contains(row)) else { continue };
        let score = list.iter().find(|hit| hit.row == row).map_or(0.0, |hit| hit.score);
        list.retain(|hit| hit.row != row);
        list.insert((pin.place - 1).min(list.len()), Hit { row, score });
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(rows: impl IntoIterator<Item = u32>) -> Vec<Hit> {
        rows.into_iter().map(|row| Hit { row, score: 1.0 / (row + 1) as f32 }).collect()
    }

    fn rows(hits: &[Hit]) -> Vec<u32> {
        hits.iter().map(|hit| hit.row).collect()
    }

    #[test]
    fn a_group_has_its_share_of_every_beginning_as_far_as_it_goes() {
        let group = |first: u32, share| ExposureGroup { contains: Box::new(move |row| row >= first), share, beyond_pool: true };
        let list = apply_group_shares(hits(0..20), &[group(10, 0.4)], 10);
        for places in 1..=10 {
            let of_group = list[..places].iter().filter(|hit| hit.row >= 10).count();
            assert!(of_group >= (0.4 * places as f32) as usize, "{places}: {:?}", rows(&list));
        }
        assert_eq!(rows(&list).iter().filter(|row| **row >= 10).count(), 4);
        assert_eq!(apply_group_shares(hits(0..5), &[group(4, 1.0)], 5)[0].row, 4);
        assert_eq!(rows(&apply_group_shares(hits(0..5), &[group(9, 0.5)], 3)), [0, 1, 2]);
    }

    #[test]
    fn chance_comes_from_the_seed_and_leaves_the_first_place_alone() {
        let pool = hits(0..50);
        let list = |seed| rows(&explore(pool[..10].to_vec(), &pool, 0.3, seed));
        assert_eq!(list(7), list(7));
        assert_ne!(list(7), list(8));
        let drawn: usize = (0..200).map(|seed| list(seed).iter().filter(|row| **row >= 10).count()).sum();
        assert!((0.25..0.35).contains(&(drawn as f32 / (200.0 * 9.0))), "{drawn}");
        for seed in 0..20 {
            let list = list(seed);
            assert!(list[0] == 0 && list.iter().collect::<BTreeSet<_>>().len() == 10);
        }
        assert_eq!(rows(&explore(pool[..10].to_vec(), &pool, 0.0, 7)), rows(&pool[..10]));
    }
}
