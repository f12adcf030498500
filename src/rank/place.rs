//! What the shop decides about places: variants, buried and pinned items, shares of groups, and chance.
//!
//! Works on a list that is ranked already and never invents a score. Must not know why an item scored.

use std::collections::BTreeSet;

use super::{
    filter::Filter,
    rules::Rules,
    scene::{Exposure, Scene},
};
use crate::{catalog::Catalog, vectors::Hit};

/// Keeps the best variant of each product. `pool` is best first.
pub fn one_variant(catalog: &Catalog, pool: &mut Vec<Hit>) {
    let mut shown = BTreeSet::new();
    pool.retain(|hit| catalog.item(hit.row).group.as_ref().is_none_or(|group| shown.insert(group.clone())));
}

/// The pool without what is buried, and what is.
pub fn buried(catalog: &Catalog, pool: Vec<Hit>, rules: &Rules) -> (Vec<Hit>, Vec<Hit>) {
    pool.into_iter().partition(|hit| !rules.bury.iter().any(|filter| filter.holds(catalog.item(hit.row))))
}

/// Of any first k places each group has at least `floor(share * k)`, as far as it has items: the next place goes to
/// the best of the group that is furthest behind (Geyik, Ambler and Kenthapadi 2019, "DetGreedy").
pub fn with_shares(catalog: &Catalog, list: Vec<Hit>, groups: &[Exposure], limit: usize) -> Vec<Hit> {
    if groups.is_empty() {
        return list;
    }
    let belongs = |hit: &Hit, filter: &Filter| filter.holds(catalog.item(hit.row));
    let mut left = list;
    let mut placed: Vec<Hit> = Vec::new();
    let mut counts = vec![0usize; groups.len()];
    while placed.len() < limit && !left.is_empty() {
        let places = placed.len() + 1;
        let lacks = |nth: usize| (groups[nth].share * places as f32).floor() as usize > counts[nth];
        let behind = (0..groups.len()).filter(|&nth| lacks(nth));
        let next = behind.filter_map(|nth| left.iter().position(|hit| belongs(hit, &groups[nth].items))).min();
        let hit = left.remove(next.unwrap_or(0));
        counts.iter_mut().zip(groups).for_each(|(count, group)| *count += usize::from(belongs(&hit, &group.items)));
        placed.push(hit);
    }
    placed
}

/// With chance `exploration` a place, but the first, is given to one of the pool that the list would not show.
/// The same seed gives the same list.
pub fn explored(mut list: Vec<Hit>, pool: &[Hit], exploration: f32, seed: u32) -> Vec<Hit> {
    if exploration <= 0.0 {
        return list;
    }
    let shown: BTreeSet<u32> = list.iter().map(|hit| hit.row).collect();
    let mut hidden: Vec<Hit> = pool.iter().filter(|hit| !shown.contains(&hit.row)).copied().collect();
    let mut chance = Chance(u64::from(seed));
    for place in list.iter_mut().skip(1) {
        let (lot, which) = (chance.part(), chance.part());
        if lot < exploration && !hidden.is_empty() {
            let at = ((which * hidden.len() as f32) as usize).min(hidden.len() - 1);
            *place = hidden.remove(at);
        }
    }
    list
}

/// Puts pinned rows where the rules want them. Rows of `refused` are not shown, pinned or not.
pub fn pinned(catalog: &Catalog, mut list: Vec<Hit>, rules: &Rules, refused: &BTreeSet<u32>) -> Vec<Hit> {
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

/// Everything that is decided about places, in turn; `pool` is best first and diversified up to `limit`.
pub fn places(catalog: &Catalog, list: Vec<Hit>, pool: &[Hit], scene: &Scene, seed: u32, limit: usize) -> Vec<Hit> {
    let mut list = with_shares(catalog, list, &scene.exposure, limit);
    list.truncate(limit);
    explored(list, pool, scene.exploration, seed)
}

/// SplitMix64 (Steele, Lea and Flood 2014): a few bits of chance that are the same everywhere.
struct Chance(u64);

impl Chance {
    /// 0..1
    fn part(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    }
}
