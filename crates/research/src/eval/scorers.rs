//! All scorers by name: each gives every item a score for a test case.
//!
//! `shipped` is the list that a shelf shows after `nearmind learn`: see [`super::shelf`]. `score` is the score that
//! this list is ranked by, before filters and diversification, and each ablation is that score without one part. Must
//! not know what is measured.

use std::borrow::Cow;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{dataset::TestCase, shelf::Shelf};
use crate::baselines::ItemSimilarity;
use nearmind::learn::{TrainingResult, build_profile, content_scorer, content_scores, with_wish};
use nearmind_core::{
    catalog::{Catalog, ScoreWeights},
    profile::SimilarityCache,
    rank::{self, ScoreBreakdown, TitleWords, scene::DiversityMethod},
    vectors::{Hit, Matrix, Query},
};
use nearmind_session::search::{Meaning, search};

/// Recency decay of the baselines that use the order of a history: the best of .5 to 1 on held-out interactions.
const KNN_STEP: f32 = 0.8;
const CONTENT_STEP: f32 = 0.5;
/// Weight of the content score added to EASE, both standardised: the best published combination of the two.
const EASE_CONTENT_WEIGHT: f32 = 2.0;
/// Hits of a search that get a score; all other items get 0.
const MAX_HITS: usize = 200;
/// The scorer of the list that a shelf shows.
pub const SHIPPED: &str = "shipped";
/// The scorer of the score alone.
pub const SCORE: &str = "score";
/// The score when a single visitor is enough to publish a pair ([`nearmind::learn::MinVisitors::ONE`]).
pub const UNLIMITED: &str = "score-unlimited";

/// The name of a scorer, and its score for every item. `[N]`
type NamedScores = (Cow<'static, str>, Vec<f32>);

/// What the scorers use.
pub struct Scorers<'a> {
    /// What was learned with the limit on visitors.
    pub learned: &'a TrainingResult,
    /// What was learned without a limit; `None` if `learned` has none either.
    pub unlimited: Option<&'a TrainingResult>,
    /// The number of interactions with each item. `[N]`
    pub counts: &'a [u32],
    pub catalog: &'a Catalog,
    /// Item vectors before centring.
    pub raw: &'a Matrix,
    /// Vectors of all queries before centring. `[Q, H]`
    pub query_vectors: &'a [f32],
    /// The index of each test case's query among them, if it has one.
    pub query_indices: &'a [Option<usize>],
    pub knn: ItemSimilarity,
    pub ease: Option<ItemSimilarity>,
    pub shelf: &'a Shelf<'a>,
    pub seed: u64,
}

impl Scorers<'_> {
    /// The scores `[N]` of each scorer for the `nth` test case, by name. Every case has the same names in the same
    /// order.
    pub fn scores(&self, nth: usize, case: &TestCase) -> Vec<(String, Vec<f32>)> {
        let width = self.raw.width();
        let raw_query = self.query_indices[nth].map(|index| &self.query_vectors[index * width..][..width]);
        let query_vector = raw_query.map(|vector| {
            let mut vector = vector.to_vec();
            self.catalog.centre.apply(&mut vector);
            vector
        });
        let mut all = self.baselines(nth, case);
        if !self.query_vectors.is_empty() {
            all.extend(self.query_scorers(case, raw_query, query_vector.as_deref()));
        }
        all.extend(self.learned_scorers(case, query_vector.as_deref()));
        all.into_iter().map(|(name, scores)| (name.into_owned(), scores)).collect()
    }

    /// Scorers that others use, and the score with default weights.
    fn baselines(&self, nth: usize, case: &TestCase) -> Vec<NamedScores> {
        let (matrix, len) = (&self.catalog.matrix, self.catalog.len());
        let mut random = ChaCha8Rng::seed_from_u64(self.seed ^ (nth as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let profile = |step| build_profile(case.events(), step);
        let unordered = profile(1.0);
        let linear =
            ScoreWeights { amplify: 1.0, recency_flattening: 0, cold_item_flattening: 0, ..ScoreWeights::default() };
        let content = |matrix, profile| content_scores(matrix, profile, linear, &|_| true);
        let mut all: Vec<NamedScores> = vec![
            ("random".into(), (0..len).map(|_| random.random::<f32>()).collect()),
            ("popularity".into(), self.counts.iter().map(|&count| count as f32).collect()),
            ("item-knn".into(), self.knn.scores(&profile(KNN_STEP).weighted_rows(), len)),
            // For carts, which have no order.
            ("item-knn-even".into(), self.knn.scores(&unordered.weighted_rows(), len)),
            ("content-raw".into(), content(self.raw, &unordered)),
        ];
        let centred = content(matrix, &profile(CONTENT_STEP));
        if let Some(ease) = &self.ease {
            let ease = ease.scores(&unordered.weighted_rows(), len);
            let mut mixed = standardise(&ease);
            let content = standardise(&centred);
            mixed.iter_mut().zip(content).for_each(|(sum, content)| *sum += EASE_CONTENT_WEIGHT * content);
            all.extend([("ease".into(), ease), ("ease+content".into(), mixed)]);
        }
        let score_weights = ScoreWeights::default();
        let profile = profile(score_weights.step);
        let content_scorer = content_scorer(matrix, &profile, None, score_weights);
        let catalog = (matrix, &self.catalog.fields, None);
        let unlearned =
            rank::build_scorer(catalog, score_weights, (&profile, &content_scorer), &mut SimilarityCache::default())
                .with_words(TitleWords::of(self.catalog).scores(&profile.weighted_rows()));
        all.extend([("content-centred".into(), centred), ("unlearned".into(), unlearned.scores())]);
        all
    }

    /// Scorers that use nothing but the query: vectors, words, or both. The vector is given before and after centring.
    /// `[H]`
    fn query_scorers(&self, case: &TestCase, raw: Option<&[f32]>, centred: Option<&[f32]>) -> [NamedScores; 4] {
        let len = self.catalog.len();
        let cosines = |matrix: &Matrix, vector: Option<&[f32]>| {
            vector.map_or_else(|| vec![0.0; len], |vector| matrix.scores(&Query::new(vector)))
        };
        let query = case.query.as_deref().unwrap_or_default();
        let search_scores = |vector: Option<&[f32]>| {
            let mut scores = vec![0.0; len];
            // Every query has an answer in the catalogue, so the usual threshold need not be raised.
            let meaning = vector.map(|vector| Meaning::encoded(vector, 0.0));
            let found = search(self.catalog, query, meaning.as_ref(), MAX_HITS, |_| true);
            found.hits.iter().for_each(|hit| scores[hit.row as usize] = hit.score);
            scores
        };
        [
            ("sentence-raw".into(), cosines(self.raw, raw)),
            ("sentence".into(), cosines(&self.catalog.matrix, centred)),
            ("sentence-words".into(), search_scores(None)),
            ("sentence-fused".into(), search_scores(centred)),
        ]
    }

    /// The scorers that use what was learned, and the ablations.
    fn learned_scorers(&self, case: &TestCase, query_vector: Option<&[f32]>) -> Vec<NamedScores> {
        let parts = self.score_parts(self.learned, case, query_vector);
        let score: Vec<f32> = parts.iter().map(ScoreBreakdown::total).collect();
        let dpp = self.shelf.with_method(DiversityMethod::Dpp);
        let mut all: Vec<NamedScores> = vec![
            (SHIPPED.into(), list_first(&score, &self.shelf.list(case))),
            ("shipped-dpp".into(), list_first(&score, &dpp.list(case))),
            (SCORE.into(), score),
        ];
        for (at, (name, _)) in ScoreBreakdown::default().named().into_iter().enumerate() {
            if self.is_used(at) {
                let without = |parts: &ScoreBreakdown| parts.total() - parts.named()[at].1;
                all.push((format!("score-without-{name}").into(), parts.iter().map(without).collect()));
            }
        }
        if let Some(unlimited) = self.unlimited {
            let parts = self.score_parts(unlimited, case, query_vector);
            all.push((UNLIMITED.into(), parts.iter().map(ScoreBreakdown::total).collect()));
        }
        all
    }

    /// The parts of every item's score. `query_vector` is the centred vector of the case's query. `[H]`
    fn score_parts(
        &self,
        learned: &TrainingResult,
        case: &TestCase,
        query_vector: Option<&[f32]>,
    ) -> Vec<ScoreBreakdown> {
        let (mut score_weights, history) = (learned.score_weights, &case.history);
        let context = learned.contexts.as_ref().map(|contexts| contexts.scores(&case.facts)).unwrap_or_default();
        if history.is_empty() && query_vector.is_none() {
            // A visitor without any data gets popular items.
            score_weights.popularity = 1.0;
        }
        let matrix = &self.catalog.matrix;
        let profile = build_profile(case.events(), score_weights.step);
        let profile = if query_vector.is_some() { with_wish(profile) } else { profile };
        let content_scorer = content_scorer(matrix, &profile, query_vector, score_weights);
        let catalog = (matrix, &self.catalog.fields, Some(&learned.relations));
        let scorer =
            rank::build_scorer(catalog, score_weights, (&profile, &content_scorer), &mut SimilarityCache::default())
                .with_context(context)
                .with_words(TitleWords::of(self.catalog).scores(&profile.weighted_rows()));
        (0..self.catalog.len() as u32).map(|row| scorer.breakdown(row)).collect()
    }

    /// Whether the part at this index of [`ScoreBreakdown::named`] has a weight, so that an ablation changes something.
    fn is_used(&self, at: usize) -> bool {
        let ScoreWeights { content, words, cooccurrence, popularity, newcomer, brand, category, price, .. } =
            self.learned.score_weights;
        let context = f32::from(u8::from(self.learned.contexts.is_some()));
        [content, words, cooccurrence, popularity + newcomer, brand, category, price, context][at] != 0.0
    }
}

/// Raises the scores of a shelf's list above all others, in its order, and leaves the rest unchanged.
fn list_first(scores: &[f32], list: &[Hit]) -> Vec<f32> {
    let best = scores.iter().copied().fold(0.0, f32::max);
    let mut scores = scores.to_vec();
    for (position, hit) in list.iter().enumerate() {
        scores[hit.row as usize] = best + (list.len() - position) as f32;
    }
    scores
}

/// Shifts and scales the scores to mean 0 and standard deviation 1.
fn standardise(scores: &[f32]) -> Vec<f32> {
    let len = scores.len() as f64;
    let mean = scores.iter().map(|&score| f64::from(score)).sum::<f64>() / len;
    let variance = scores.iter().map(|&score| (f64::from(score) - mean).powi(2)).sum::<f64>() / len;
    let deviation = variance.sqrt().max(1e-9);
    scores.iter().map(|&score| ((f64::from(score) - mean) / deviation) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardised_scores_have_mean_zero_and_deviation_one() {
        let scores = standardise(&[1.0, 2.0, 3.0, 6.0]);
        assert!(scores.iter().sum::<f32>().abs() < 1e-6);
        assert!((scores.iter().map(|score| score * score).sum::<f32>() / 4.0 - 1.0).abs() < 1e-6);
        assert_eq!(standardise(&[5.0; 3]), [0.0; 3]);
    }
}
