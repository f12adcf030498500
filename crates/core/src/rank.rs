//! Which items to show, and in which order: scores to a list by candidate selection, diversification and the shop's
//! rules.
//!
//! Pure and deterministic: equal inputs give equal lists. Of equal scores the smaller row comes first, which is the
//! smaller id; randomness comes from a seed. Must not know how the profile came about, nor who is shown the list.

pub mod diverse; // diversification: MMR and DPP
pub mod filter; //  conditions on items and on the page's context
mod place; //       variants, buried and pinned items, shares of groups, exploration
pub mod rules; //   the shop's rules: pin, exclude, bury, boost, goes with
pub mod scene; //   the settings of one kind of list
pub mod scorer; //  the score of each item and its parts
mod title_words; // words in common with the titles of the visitor's items
mod varied; //      a varied selection for the cold start

use std::{cmp::Ordering, collections::BTreeSet};

pub use filter::Filter;
pub use place::ExposureGroup;
pub use rules::{Context, Rules};
pub use scene::{Scene, ShelfKind};
pub use scorer::{ScoreBreakdown, Scorer, has_interactions};
pub use title_words::TitleWords;
pub use varied::select_varied;

use crate::{
    catalog::{Catalog, Fields, Relations, ScoreWeights},
    profile::{ContentScorer, Profile, SimilarityCache},
    sort::sort_by,
    vectors::{Hit, Matrix},
};

/// The list is diversified from this many times as many candidates as it has places.
const CANDIDATES_PER_PLACE: usize = 5;

/// Builds the scorer for a visitor with this profile. Sessions and evaluations both score with it.
pub fn build_scorer<'a>(
    (matrix, fields, relations): (&Matrix, &'a Fields, Option<&'a Relations>),
    score_weights: ScoreWeights,
    (profile, content_scorer): (&Profile, &ContentScorer),
    similarities: &mut SimilarityCache,
) -> Scorer<'a> {
    let has_interactions = |row| has_interactions(relations, row);
    let content = if matrix.width() == 0 {
        // A catalogue without vectors has no rows in its matrix, but as many items as ever.
        vec![0.0; fields.price.len()]
    } else {
        content_scorer.scores(matrix, &has_interactions, similarities)
    };
    Scorer::from_parts(relations, fields, score_weights, &profile.weighted_rows(), content)
}

/// Turns the scores of all items into a list.
pub struct Ranker<'a> {
    /// The catalogue whose items are ranked.
    pub catalog: &'a Catalog,
    /// How the list is made: variants, diversity and exploration.
    pub scene: &'a Scene,
    /// The rules of the scene and of the request together.
    pub rules: &'a Rules,
    /// Whether each row may be shown. `[N]`
    pub eligible: &'a [bool],
    /// What the rules add to each score, in standard deviations of the scores. `[N]`, or empty if they add nothing
    pub boosts: &'a [f32],
    /// Groups of rows that each get a minimum share of the list.
    pub groups: &'a [ExposureGroup<'a>],
    /// Rows that are not shown, not even if they are pinned.
    pub refused: &'a BTreeSet<u32>,
    /// Rows that are not shown unless they are pinned.
    pub excluded: &'a BTreeSet<u32>,
    /// Seed of the exploration: the same seed gives the same list.
    pub seed: u32,
    /// The most rows that the list may have.
    pub limit: usize,
}

impl Ranker<'_> {
    /// The list for `scores` `[N]`, of rows that score more than `threshold` or are boosted, best first.
    pub fn rank(&self, scores: &[f32], threshold: f32) -> Vec<Hit> {
        let Self { catalog, scene, rules, limit, .. } = *self;
        let boosted_scores = add_boosts(scores, self.boosts);
        let final_scores = boosted_scores.as_deref().unwrap_or(scores);
        let is_allowed = |row: usize| {
            let id = row as u32;
            self.eligible[row] && !self.refused.contains(&id) && !self.excluded.contains(&id)
        };
        let is_boosted = |row: usize| self.boosts.get(row).is_some_and(|boost| *boost > 0.0);
        let is_candidate = |row: usize| is_allowed(row) && (scores[row] > threshold || is_boosted(row));
        let mut pool = top(final_scores, limit.saturating_mul(CANDIDATES_PER_PLACE), is_candidate);
        for group in self.groups.iter().filter(|group| group.beyond_pool) {
            // The pool may have too few of the group: then items below the threshold count, too.
            let places = (group.share * limit as f32).ceil() as usize;
            if pool.iter().filter(|hit| (group.contains)(hit.row)).count() < places {
                pool.extend(top(final_scores, places, |row| is_allowed(row) && (group.contains)(row as u32)));
            }
        }
        sort_by(&mut pool, by_score);
        pool.dedup_by_key(|hit| hit.row);
        if !scene.variants {
            place::keep_one_variant(catalog, &mut pool);
        }
        let (pool, buried) = place::split_buried(catalog, pool, rules);
        let diversified = if self.groups.is_empty() { limit } else { pool.len() };
        let mut list = diverse::diversify(&catalog.matrix, pool.clone(), scene.diversity, diversified);
        list = place::apply_group_shares(list, self.groups, limit);
        list.truncate(limit);
        list = place::explore(list, &pool, scene.exploration, self.seed);
        list.extend(buried);
        self.apply_pins(list)
    }

    /// Puts pinned items at their places of a list that is made already, and cuts it to the limit.
    pub fn apply_pins(&self, list: Vec<Hit>) -> Vec<Hit> {
        let mut list = place::apply_pins(self.catalog, list, self.rules, self.refused);
        list.truncate(self.limit);
        list
    }
}

/// The `k` best rows for which `keep` holds: best first, of equals the smaller row first.
pub fn top(scores: &[f32], k: usize, keep: impl Fn(usize) -> bool) -> Vec<Hit> {
    let mut best: Vec<Hit> = Vec::with_capacity(2 * k + 1);
    let mut worst = f32::NEG_INFINITY;
    for (row, &score) in scores.iter().enumerate() {
        // Rows ascend, so a later row of the same score cannot replace an earlier one.
        if score > worst && keep(row) {
            best.push(Hit { row: row as u32, score });
            if best.len() >= 2 * k.max(1) {
                best.select_nth_unstable_by(k.max(1) - 1, by_score);
                best.truncate(k);
                worst = best.iter().map(|hit| hit.score).fold(f32::INFINITY, f32::min);
            }
        }
    }
    sort_by(&mut best, by_score);
    best.truncate(k);
    best
}

/// Scores with the boosts of rules added; `None` if there are none.
fn add_boosts(scores: &[f32], boosts: &[f32]) -> Option<Vec<f32>> {
    if boosts.iter().all(|boost| *boost == 0.0) {
        return None;
    }
    let unit = match standard_deviation(scores) {
        0.0 => 1.0, // all scores are equal: the rules alone decide
        deviation => deviation,
    };
    Some(scores.iter().zip(boosts).map(|(score, boost)| score + boost * unit).collect())
}

/// Summed in f64 in the order of the rows, so that every machine gets the same.
fn standard_deviation(scores: &[f32]) -> f32 {
    let count = scores.len().max(1) as f64;
    let mean = scores.iter().map(|score| f64::from(*score)).sum::<f64>() / count;
    let squares = scores.iter().map(|score| (f64::from(*score) - mean).powi(2)).sum::<f64>();
    (squares / count).sqrt() as f32
}

/// The order of a list: the better score first, then the smaller row.
fn by_score(a: &Hit, b: &Hit) -> Ordering {
    b.score.total_cmp(&a.score).then(a.row.cmp(&b.row))
}

#[cfg(test)]
mod tests;
