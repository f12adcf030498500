//! Which items to show, and in which order: select, score, diversify, place.
//!
//! Pure and deterministic: equal inputs give equal lists, ties go to the smaller row, which is the smaller
//! id; chance comes in as a seed. Must not know how the scores came about, nor who is shown the list.

pub mod diverse; //  which of the pool to take next
pub mod scorer; // what speaks for each item, part by part
pub mod filter; //   which records a rule is about
mod place; //        variants, buried and pinned items, shares of groups, chance
pub mod rules; //    what the shop wants whatever the visitor likes
pub mod scene; //    how one kind of list is made
mod varied; //       a selection for someone of whom nothing is known

use std::{cmp::Ordering, collections::BTreeSet};

pub use filter::Filter;
pub use place::Group;
pub use rules::{Context, Rules};
pub use scene::{ShelfKind, Scene};
pub use scorer::{ScoreBreakdown, Scorer, has_interactions};
pub use varied::varied;

use crate::{
    catalog::{Catalog, Fields, Relations, ScoreWeights},
    profile::{SimilarityCache, ContentScorer, Profile},
    vectors::{Hit, Matrix},
};

/// How many times the limit is considered before the list is diversified.
const POOL: usize = 5;

/// What speaks for each item, of a visitor with this profile: the one way that a session and an evaluation score.
pub fn build_scorer<'a>(
    (matrix, fields, relations): (&Matrix, &'a Fields, Option<&'a Relations>),
    score_weights: ScoreWeights,
    (profile, taste): (&Profile, &ContentScorer),
    columns: &mut SimilarityCache,
) -> Scorer<'a> {
    let has_interactions = |row| has_interactions(relations, row);
    // A catalogue without vectors still has as many rows as fields.
    let content =
        if matrix.width() == 0 { vec![0.0; fields.price.len()] } else { taste.scores(matrix, &has_interactions, columns) };
    Scorer::from_parts(relations, fields, score_weights, &profile.weighted_rows(), content)
}

/// What a list is made from, beside the scores.
pub struct Order<'a> {
    /// The catalogue whose items are ranked.
    pub catalog: &'a Catalog,
    /// How the list is made: its variants, diversity and exploration.
    pub scene: &'a Scene,
    /// The scene's and the request's.
    pub rules: &'a Rules,
    /// Rows that may be shown. `[N]`
    pub fits: &'a [bool],
    /// What rules add, in standard deviations of the scores. `[N]`, or empty for nothing
    pub lift: &'a [f32],
    /// Rows that are to have a part of the list.
    pub groups: &'a [Group<'a>],
    /// Rows that are not shown, pinned or not.
    pub refused: &'a BTreeSet<u32>,
    /// Rows that are not shown unless they are pinned.
    pub excluded: &'a BTreeSet<u32>,
    /// Where chance begins: the same seed gives the same list.
    pub seed: u32,
    /// The most rows that the list may have.
    pub limit: usize,
}

/// The list for `scores` `[N]`, of rows that score more than `above`.
pub fn list(order: &Order, scores: &[f32], above: f32) -> Vec<Hit> {
    let Order { catalog, scene, rules, limit, .. } = order;
    let lifted = lifted(scores, order.lift);
    let may = |row: usize| {
        let id = row as u32;
        order.fits[row] && !order.refused.contains(&id) && !order.excluded.contains(&id)
    };
    let lifts = |row: usize| order.lift.get(row).is_some_and(|lift| *lift > 0.0);
    let attracts = |row: usize| scores[row] > above || lifts(row);
    let ranked = lifted.as_deref().unwrap_or(scores);
    let mut pool = top(ranked, limit.saturating_mul(POOL), |row| may(row) && attracts(row));
    for group in order.groups.iter().filter(|group| group.everywhere) {
        // A group that the pool has too few of: a share is due to what attracts less, too.
        let wanted = (group.share * *limit as f32).ceil() as usize;
        if pool.iter().filter(|hit| (group.has)(hit.row)).count() < wanted {
            pool.extend(top(ranked, wanted, |row| may(row) && (group.has)(row as u32)));
        }
    }
    pool.sort_by(by_score);
    pool.dedup_by_key(|hit| hit.row);
    if !scene.variants {
        place::one_variant(catalog, &mut pool);
    }
    let (pool, buried) = place::buried(catalog, pool, rules);
    let many = if order.groups.is_empty() { *limit } else { pool.len() };
    let mut list = diverse::diverse(&catalog.matrix, pool.clone(), scene.diversity, many);
    list = place::with_shares(list, order.groups, *limit);
    list.truncate(*limit);
    list = place::explored(list, &pool, scene.exploration, order.seed);
    list.extend(buried);
    list = place::pinned(catalog, list, rules, order.refused);
    list.truncate(*limit);
    list
}

/// A list that is chosen already, with what the rules say of places.
pub fn selection(order: &Order, chosen: Vec<Hit>) -> Vec<Hit> {
    let mut list = place::pinned(order.catalog, chosen, order.rules, order.refused);
    list.truncate(order.limit);
    list
}

/// The `k` best rows that `keep` lets pass: best first, ties by row.
pub fn top(scores: &[f32], k: usize, keep: impl Fn(usize) -> bool) -> Vec<Hit> {
    let mut best: Vec<Hit> = Vec::with_capacity(2 * k + 1);
    let mut worst = f32::NEG_INFINITY;
    for (row, &score) in scores.iter().enumerate() {
        // Rows ascend: of equals the earlier stays.
        if score > worst && keep(row) {
            best.push(Hit { row: row as u32, score });
            if best.len() >= 2 * k.max(1) {
                best.select_nth_unstable_by(k.max(1) - 1, by_score);
                best.truncate(k);
                worst = best.iter().map(|hit| hit.score).fold(f32::INFINITY, f32::min);
            }
        }
    }
    best.sort_unstable_by(by_score);
    best.truncate(k);
    best
}

/// Scores with what rules add; `None` where they add nothing.
fn lifted(scores: &[f32], lift: &[f32]) -> Option<Vec<f32>> {
    if lift.iter().all(|lift| *lift == 0.0) {
        return None;
    }
    let deviation = match deviation(scores) {
        0.0 => 1.0, // all are equal: rules decide alone
        deviation => deviation,
    };
    Some(scores.iter().zip(lift).map(|(score, lift)| score + lift * deviation).collect())
}

/// Summed in f64 and in the order of the rows.
fn deviation(scores: &[f32]) -> f32 {
    let count = scores.len().max(1) as f64;
    let mean = scores.iter().map(|score| f64::from(*score)).sum::<f64>() / count;
    let squares = scores.iter().map(|score| (f64::from(*score) - mean).powi(2)).sum::<f64>();
    (squares / count).sqrt() as f32
}

/// Orders as a list does: the better score first, then the smaller row.
fn by_score(a: &Hit, b: &Hit) -> Ordering {
    b.score.total_cmp(&a.score).then(a.row.cmp(&b.row))
}

#[cfg(test)]
mod tests;
