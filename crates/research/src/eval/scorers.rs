//! Scorers by name: each gives every item a number for a history.
//!
//! `shipped` is what a shelf shows with what a shop gets from `nearmind learn`: see [`super::shelf`]. `score` is the sum that
//! it is made of, by itself, and each ablation is that sum without one part. Must not know what is measured.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{set::Case, shelf::Shelf};
use crate::baselines::Similar;
use nearmind::learn::{Learned, content, profile, taste, with_wish};
use nearmind_core::{
    catalog::{Catalog, ScoreWeights},
    profile::SimilarityCache,
    rank::{self, ScoreBreakdown, scene::DiversityMethod},
    vectors::{Hit, Matrix, Query},
};
use nearmind_session::search::{Meaning, search};

/// Decay of the baselines that know an order; the best of .5 to 1 on interactions held out.
const KNN_STEP: f32 = 0.8;
const CONTENT_STEP: f32 = 0.5;
/// Weight of the content beside EASE, both z-scored: the best published score_weights of the two.
const BESIDE_EASE: f32 = 2.0;
/// Hits of a search that are ranked; the others are alike.
const MOST_FOUND: usize = 200;
pub const SHIPPED: &str = "shipped";
pub const SCORE: &str = "score";
/// The score where a single visitor is enough for something to be published.
pub const UNLIMITED: &str = "score-unlimited";

pub struct Scorers<'a> {
    pub learned: &'a Learned,
    pub unlimited: Option<&'a Learned>,
    /// Interactions with each item. `[N]`
    pub counts: &'a [u32],
    pub catalog: &'a Catalog,
    /// Vectors as the model gave them.
    pub raw: &'a Matrix,
    /// Vectors of what visitors said, as the model gave them. `[Q, H]`
    pub said: &'a [f32],
    /// Which of them belongs to each case.
    pub places: &'a [Option<usize>],
    pub knn: Similar,
    pub ease: Option<Similar>,
    pub shelf: &'a Shelf<'a>,
    pub seed: u64,
}

impl Scorers<'_> {
    /// The scores `[N]` of each scorer for the `nth` case, by name; the same names for every case.
    pub fn scores(&self, nth: usize, case: &Case) -> Vec<(String, Vec<f32>)> {
        let (matrix, len) = (&self.catalog.matrix, self.catalog.len());
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed ^ (nth as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut all: Vec<(String, Vec<f32>)> = Vec::new();
        let mut add = |name: &str, scores| all.push((name.to_owned(), scores));
        add("random", (0..len).map(|_| chance.random::<f32>()).collect());
        add("popularity", self.counts.iter().map(|&count| count as f32).collect());
        let profile = |step| profile(case.acts(), step);
        let even = profile(1.0);
        add("item-knn", self.knn.scores(&profile(KNN_STEP).weighted_rows(), len));
        add("item-knn-even", self.knn.scores(&even.weighted_rows(), len)); // of a cart, which has no order
        let linear =
            ScoreWeights { amplify: 1.0, recency_flattening: 0, cold_item_flattening: 0, ..ScoreWeights::default() };
        let content = |matrix, profile| content(matrix, profile, linear, &|_| true);
        add("content-raw", content(self.raw, &even));
        let centred = content(matrix, &profile(CONTENT_STEP));
        if let Some(ease) = &self.ease {
            let ease = ease.scores(&even.weighted_rows(), len);
            let mut mixed = standard(&ease);
            mixed.iter_mut().zip(standard(&centred)).for_each(|(sum, content)| *sum += BESIDE_EASE * content);
            add("ease", ease);
            add("ease+content", mixed);
        }
        add("content-centred", centred);
        add("unlearned", {
            let score_weights = ScoreWeights::default();
            let profile = profile(score_weights.step);
            let taste = taste(matrix, &profile, None, score_weights);
            let catalog = (matrix, &self.catalog.fields, None);
            rank::build_scorer(catalog, score_weights, (&profile, &taste), &mut SimilarityCache::default()).scores()
        });
        let said = self.places[nth].map(|at| &self.said[at * self.raw.width()..][..self.raw.width()]);
        let centred = said.map(|said| {
            let mut said = said.to_vec();
            self.catalog.centre.apply(&mut said);
            said
        });
        if !self.said.is_empty() {
            let near = |matrix: &Matrix, vector: Option<&[f32]>| {
                vector.map_or_else(|| vec![0.0; len], |vector| matrix.scores(&Query::new(vector)))
            };
            let query = case.query.as_deref().unwrap_or_default();
            let found = |meaning: Option<&[f32]>| {
                let mut scores = vec![0.0; len];
                // Everybody here asks for something that there is: no floor but the usual one.
                let meaning = meaning.map(|vector| Meaning::encoded(vector, 0.0));
                let found = search(self.catalog, query, meaning.as_ref(), MOST_FOUND);
                found.hits.iter().for_each(|hit| scores[hit.row as usize] = hit.score);
                scores
            };
            add("sentence-raw", near(self.raw, said));
            add("sentence", near(matrix, centred.as_deref()));
            add("sentence-words", found(None));
            add("sentence-fused", found(centred.as_deref()));
        }
        let parts = self.parts(self.learned, case, centred.as_deref());
        let score: Vec<f32> = parts.iter().map(ScoreBreakdown::total).collect();
        add(SHIPPED, shown(&score, &self.shelf.list(case)));
        add("shipped-dpp", shown(&score, &self.shelf.with(DiversityMethod::Dpp).list(case)));
        add(SCORE, score);
        for (at, name) in ScoreBreakdown::default().named().iter().map(|part| part.0).enumerate() {
            if self.counts(at) {
                let without = |parts: &ScoreBreakdown| parts.total() - parts.named()[at].1;
                add(&format!("score-without-{name}"), parts.iter().map(without).collect());
            }
        }
        if let Some(unlimited) = self.unlimited {
            let parts = self.parts(unlimited, case, centred.as_deref());
            add(UNLIMITED, parts.iter().map(ScoreBreakdown::total).collect());
        }
        all
    }

    /// `said` is the vector of what the visitor says now. `[H]`
    fn parts(&self, learned: &Learned, case: &Case, said: Option<&[f32]>) -> Vec<ScoreBreakdown> {
        let (mut score_weights, history) = (learned.score_weights, &case.history);
        let context = learned.contexts.as_ref().map(|contexts| contexts.scores(&case.facts)).unwrap_or_default();
        if history.is_empty() && said.is_none() {
            // Of a visitor of whom nothing is known: what others like.
            score_weights.popularity = 1.0;
        }
        let matrix = &self.catalog.matrix;
        let profile = profile(case.acts(), score_weights.step);
        let profile = if said.is_some() { with_wish(profile) } else { profile };
        let taste = taste(matrix, &profile, said, score_weights);
        let catalog = (matrix, &self.catalog.fields, Some(&learned.relations));
        let scorer = rank::build_scorer(catalog, score_weights, (&profile, &taste), &mut SimilarityCache::default())
            .with_context(context);
        (0..self.catalog.len() as u32).map(|row| scorer.breakdown(row)).collect()
    }

    /// The part is in the score_weights, and taking it out changes something.
    fn counts(&self, at: usize) -> bool {
        let ScoreWeights { content, cooccurrence, popularity, newcomer, brand, category, price, .. } =
            self.learned.score_weights;
        let context = f32::from(u8::from(self.learned.contexts.is_some()));
        [content, cooccurrence, popularity + newcomer, brand, category, price, context][at] != 0.0
    }
}

/// Scores that put what a shelf shows first, in its order, and leave the rest as it was.
fn shown(scores: &[f32], list: &[Hit]) -> Vec<f32> {
    let best = scores.iter().copied().fold(0.0, f32::max);
    let mut scores = scores.to_vec();
    for (place, hit) in list.iter().enumerate() {
        scores[hit.row as usize] = best + (list.len() - place) as f32;
    }
    scores
}

/// With mean 0 and standard deviation 1.
fn standard(scores: &[f32]) -> Vec<f32> {
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
    fn standard_scores_have_mean_zero_and_deviation_one() {
        let scores = standard(&[1.0, 2.0, 3.0, 6.0]);
        assert!(scores.iter().sum::<f32>().abs() < 1e-6);
        assert!((scores.iter().map(|score| score * score).sum::<f32>() / 4.0 - 1.0).abs() < 1e-6);
        assert_eq!(standard(&[5.0; 3]), [0.0; 3]);
    }
}
