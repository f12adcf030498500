//! The places of a list that the shop decides about: variants, buried and pinned items, shares of groups, exploration.
//!
//! Works on a list that is ranked already, and never makes up a score. Must not know how items were scored.

use std::collections::BTreeSet;

use super::rules::Rules;
use crate::{catalog::Catalog, random::SplitMix64, sort::sort_by, vectors::Hit};

/// Keeps the best variant of each product. `pool` is best first.
pub fn keep_one_variant(catalog: &Catalog, pool: &mut Vec<Hit>) {
    let mut shown = BTreeSet::new();
    pool.retain(|hit| catalog.item(hit.row).group().is_none_or(|group| shown.insert(group)));
}

/// Splits the pool into the items that no `bury` rule matches, and those that one does.
pub fn split_buried(catalog: &Catalog, pool: Vec<Hit>, rules: &Rules) -> (Vec<Hit>, Vec<Hit>) {
    pool.into_iter().partition(|hit| !rules.bury.iter().any(|filter| filter.matches(&catalog.item(hit.row))))
}

/// Rows that together get a minimum share of the list.
pub struct ExposureGroup<'a> {
    /// Whether a row belongs to the group.
    pub contains: Box<dyn Fn(u32) -> bool + 'a>,
    /// The minimum share of the list, 0..1.
    pub share: f32,
    /// Whether to add the group's best rows to the pool if it has too few of them.
    pub beyond_pool: bool,
}

/// Reorders the list so that of its first k places, for any k, each group has at least `floor(share * k)`, as far as it
/// has rows: the next place goes to the best row of a group that is behind (Geyik, Ambler and Kenthapadi 2019,
/// "DetGreedy").
pub fn apply_group_shares(list: Vec<Hit>, groups: &[ExposureGroup], limit: usize) -> Vec<Hit> {
    if groups.is_empty() {
        return list;
    }
    let with_groups = |hit: Hit| (hit, groups.iter().map(|group| (group.contains)(hit.row)).collect::<Vec<bool>>());
    let mut left: Vec<(Hit, Vec<bool>)> = list.into_iter().map(with_groups).collect();
    let mut placed: Vec<Hit> = Vec::new();
    let mut counts = vec![0usize; groups.len()];
    while placed.len() < limit && !left.is_empty() {
        let places = placed.len() + 1;
        let is_behind = |nth: usize| (groups[nth].share * places as f32).floor() as usize > counts[nth];
        let behind = (0..groups.len()).filter(|&nth| is_behind(nth));
        let next = behind.filter_map(|nth| left.iter().position(|(_, is_member)| is_member[nth])).min();
        let (hit, is_member) = left.remove(next.unwrap_or(0));
        counts.iter_mut().zip(is_member).for_each(|(count, is_member)| *count += usize::from(is_member));
        placed.push(hit);
    }
    placed
}

/// Gives each place but the first, with probability `exploration`, to a random row of the pool that the list does not
/// show. The same seed gives the same list.
pub fn explore(mut list: Vec<Hit>, pool: &[Hit], exploration: f32, seed: u32) -> Vec<Hit> {
    if exploration <= 0.0 {
        return list;
    }
    let shown: BTreeSet<u32> = list.iter().map(|hit| hit.row).collect();
    let mut hidden: Vec<Hit> = pool.iter().filter(|hit| !shown.contains(&hit.row)).copied().collect();
    let mut random = SplitMix64(u64::from(seed));
    for place in list.iter_mut().skip(1) {
        let (draw, which) = (random.unit(), random.unit());
        if draw < exploration && !hidden.is_empty() {
            let at = ((which * hidden.len() as f32) as usize).min(hidden.len() - 1);
            *place = hidden.remove(at);
        }
    }
    list
}

/// Moves or inserts the pinned items to their places, except those in `refused`. A pinned item that is not in the list
/// gets the score 0.
pub fn apply_pins(catalog: &Catalog, mut list: Vec<Hit>, rules: &Rules, refused: &BTreeSet<u32>) -> Vec<Hit> {
    let mut pins = rules.pin.clone();
    sort_by(&mut pins, |a, b| a.place.cmp(&b.place));
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
    fn a_group_has_its_share_of_the_first_k_places() {
        let group =
            |first: u32, share| ExposureGroup { contains: Box::new(move |row| row >= first), share, beyond_pool: true };
        let list = apply_group_shares(hits(0..20), &[group(10, 0.4)], 10);
        for places in 1..=10 {
            let members = list[..places].iter().filter(|hit| hit.row >= 10).count();
            assert!(members >= (0.4 * places as f32) as usize, "{places}: {:?}", rows(&list));
        }
        assert_eq!(rows(&list).iter().filter(|row| **row >= 10).count(), 4);
        assert_eq!(apply_group_shares(hits(0..5), &[group(4, 1.0)], 5)[0].row, 4);
        assert_eq!(rows(&apply_group_shares(hits(0..5), &[group(9, 0.5)], 3)), [0, 1, 2]);
    }

    #[test]
    fn exploration_follows_the_seed_and_keeps_the_first_place() {
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
