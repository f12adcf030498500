//! A profile in the space of the item vectors: what each signal adds to the score of an item.
//!
//! ```text
//! score(v) = sum over signals s of w_s * g(likeness(v, v_s)),    g(c) = c, or max(c, 0)^p with p > 1
//! w_s      = recent_s, or lasting_s for an item that nobody has touched yet
//! ```
//! Of an item that others have bought, those who bought it say when it is due; a new one is held against all that the
//! visitor ever did: of films that nobody had rated, half as many again are foretold as by what was seen last. A gate
//! that opens by degrees foretold no more.
//! A sum, so that a reason is arithmetic. Plainly, it is a product with one direction. The higher p, the more
//! each of several tastes is served by what is really like it, instead of by what lies between them ("case
//! amplification", Breese, Heckerman and Kadie 1998); then the likenesses of a signal to all rows are one
//! column, which nothing but the catalogue changes: one more event costs one more column. Must not know how
//! vectors are made.

use std::collections::BTreeMap;

use super::{Profile, Signal, Source};
use crate::vectors::{Matrix, Metric, Query, arithmetic::add};

/// SimilarityCache that are weighed at once, of the heaviest signals.
const MOST_COLUMNS: usize = 24;

/// Higher powers leave nothing but copies.
const MOST_AMPLIFIED: f32 = 8.0;

/// How likeness counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimilaritySettings {
    /// How the likeness of two vectors is measured.
    pub metric: Metric,
    /// p above; at least 1
    pub amplify: f32,
    /// How many times the root is taken of each weight: with 0 the last events decide, with 5 all that ever happened.
    pub recency_flattening: u8,
    /// The same for an item that nobody has touched.
    pub cold_item_flattening: u8,
}

/// Whether anybody has touched the item at a row.
pub type HasInteractions<'a> = &'a dyn Fn(u32) -> bool;

/// Weights that differ less, and sum to what they did: of each the root is taken `recency_flattening` times.
pub fn flatten_weights(weights: &[f32], recency_flattening: u8) -> Vec<f32> {
    if recency_flattening == 0 {
        return weights.to_vec();
    }
    let root = |weight: &f32| (0..recency_flattening).fold(weight.abs(), |weight, _| weight.sqrt()).copysign(*weight);
    let sum = |weights: &[f32]| weights.iter().map(|weight| weight.abs()).sum::<f32>();
    let flat: Vec<f32> = weights.iter().map(root).collect();
    let factor = sum(weights) / sum(&flat).max(f32::MIN_POSITIVE);
    flat.into_iter().map(|weight| weight * factor).collect()
}

/// Likeness of all rows to one source, amplified. `[N]`
pub type Column = Vec<f32>;

/// The columns of the signals that ranked last: derived, and made again where they are missing.
#[derive(Debug, Default)]
pub struct SimilarityCache {
    /// By metric, bits of the exponent and source; each with when it was asked for last.
    columns: BTreeMap<(Metric, u32, Source), (u64, Column)>,
    last_used: u64,
}

/// Signals with their vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct ContentScorer {
    /// Their weights are the recent ones.
    signals: Vec<(Signal, Vec<f32>)>,
    /// What each weighs for an item that nobody has touched.
    cold_weights: Vec<f32>,
    likeness: SimilaritySettings,
    /// The sums of all signals by either weight. `[H]`; empty where scores are no product
    directions: Option<(Vec<f32>, Vec<f32>)>,
}

impl SimilaritySettings {
    /// `max(c, 0)^p`; between two whole exponents a score_weights of both powers, because the platforms' own powers differ in
    /// their last bits.
    fn amplified(self, likeness: f32) -> f32 {
        if self.amplify <= 1.0 {
            return likeness;
        }
        let c = likeness.max(0.0);
        let whole = self.amplify.clamp(1.0, MOST_AMPLIFIED).floor();
        let power = (1..whole as u32).fold(c, |power, _| power * c);
        let part = self.amplify.clamp(1.0, MOST_AMPLIFIED) - whole;
        if part > 0.0 { (1.0 - part) * power + part * power * c } else { power }
    }

    /// Scores are products with one direction.
    fn is_linear(self) -> bool {
        self.amplify <= 1.0 && matches!(self.metric, Metric::Cosine | Metric::Dot)
    }

    /// What `like` adds to the score of `vector`, both `[H]`.
    pub fn similarity(self, vector: &[f32], like: &[f32]) -> f32 {
        self.amplified(self.metric.likeness(vector, like))
    }
}

impl ContentScorer {
    /// `vector_of` gives the centred unit vector `[H]` of a source, or `None` while it has none.
    pub fn new(profile: &Profile, likeness: SimilaritySettings, vector_of: impl Fn(&Source) -> Option<Vec<f32>>) -> Self {
        let with_vector = |signal: &Signal| Some((signal.clone(), vector_of(&signal.source)?));
        let most = if likeness.is_linear() { usize::MAX } else { MOST_COLUMNS };
        let mut signals: Vec<_> = profile.heaviest(most).filter_map(with_vector).collect();
        let weights: Vec<f32> = signals.iter().map(|(signal, _)| signal.weight).collect();
        let cold_weights = flatten_weights(&weights, likeness.cold_item_flattening);
        signals
            .iter_mut()
            .zip(flatten_weights(&weights, likeness.recency_flattening))
            .for_each(|(signal, recent)| signal.0.weight = recent);
        let width = signals.first().map_or(0, |(_, first)| first.len());
        let directions = (likeness.is_linear() && width > 0).then(|| {
            let mut directions = (vec![0.0; width], vec![0.0; width]);
            for ((signal, vector), cold_weights) in signals.iter().zip(&cold_weights) {
                add(&mut directions.0, signal.weight, vector);
                add(&mut directions.1, *cold_weights, vector);
            }
            directions
        });
        Self { signals, cold_weights, likeness, directions }
    }

    /// By first appearance, each with its vector `[H]`.
    pub fn signals(&self) -> &[(Signal, Vec<f32>)] {
        &self.signals
    }

    /// Something attracts the visitor, not only repels.
    pub fn has_positive_signal(&self) -> bool {
        self.signals.iter().any(|(signal, _)| signal.weight > 0.0)
    }

    /// Each signal with its vector, and what it weighs for an item that somebody has touched, or nobody.
    fn weighed(&self, has_interactions: bool) -> impl Iterator<Item = (&Signal, &[f32], f32)> {
        let both = self.signals.iter().zip(&self.cold_weights);
        both.map(move |((signal, own), &cold_weights)| {
            (signal, own.as_slice(), if has_interactions { signal.weight } else { cold_weights })
        })
    }

    /// What each signal adds to the score of `vector` `[H]`, of an item that somebody has touched, or nobody.
    pub fn contributions(&self, vector: &[f32], has_interactions: bool) -> impl Iterator<Item = (&Signal, f32)> {
        self.weighed(has_interactions).map(move |(signal, own, weight)| (signal, weight * self.likeness.similarity(vector, own)))
    }

    /// The score of `vector` `[H]`, of an item that somebody has touched, or nobody.
    pub fn score(&self, vector: &[f32], has_interactions: bool) -> f32 {
        self.contributions(vector, has_interactions).map(|(_, share)| share).sum()
    }

    /// The direction whose product with `vector` `[H]` is its score, as far as likeness is a product: what the
    /// words of that item are weighed by. `[H]`
    pub fn direction(&self, vector: &[f32], has_interactions: bool) -> Vec<f32> {
        let mut direction = vec![0.0; vector.len()];
        for (_, own, weight) in self.weighed(has_interactions) {
            if self.likeness.is_linear() {
                add(&mut direction, weight, own);
                continue;
            }
            let likeness = self.likeness.metric.likeness(vector, own);
            if likeness > 0.0 {
                add(&mut direction, weight * self.likeness.amplified(likeness) / likeness, own);
            }
        }
        direction
    }

    /// The sum of these sources' signals. `[H]`
    pub fn interest_direction(&self, sources: &[Source]) -> Vec<f32> {
        let mut toward = vec![0.0; self.signals.first().map_or(0, |(_, vector)| vector.len())];
        let own = self.signals.iter().filter(|(signal, _)| sources.contains(&signal.source));
        own.for_each(|(signal, vector)| add(&mut toward, signal.weight, vector));
        toward
    }

    /// The score of every row. `[N]`
    pub fn scores(&self, matrix: &Matrix, has_interactions: HasInteractions, similarities: &mut SimilarityCache) -> Vec<f32> {
        let cold_rows = || (0..matrix.len() as u32).filter(|&row| !has_interactions(row));
        if let Some((recent, cold_weights)) = &self.directions {
            let mut scores = matrix.scores(&Query::new(recent));
            if recent != cold_weights {
                let cold_weights = Query::new(cold_weights);
                cold_rows().for_each(|row| scores[row as usize] = matrix.score(row, &cold_weights));
            }
            return scores;
        }
        let mut scores = vec![0.0; matrix.len()];
        for ((signal, vector), cold_weights) in self.signals.iter().zip(&self.cold_weights) {
            let column = similarities.column(self.likeness, &signal.source, vector, matrix);
            add(&mut scores, signal.weight, column);
            if signal.weight != *cold_weights {
                let more = cold_weights - signal.weight;
                cold_rows().for_each(|row| scores[row as usize] += more * column[row as usize]);
            }
        }
        scores
    }

    /// How like the row is to what the visitor likes least, 0 where nothing repels.
    pub fn max_disliked_similarity(&self, vector: &[f32]) -> f32 {
        let repelling = self.signals.iter().filter(|(signal, _)| signal.weight < 0.0);
        repelling.map(|(_, own)| self.likeness.metric.likeness(vector, own)).fold(0.0, f32::max)
    }
}

impl SimilarityCache {
    /// Twice what one taste needs, so that a visitor who goes back and forth finds them again.
    const MOST: usize = 2 * MOST_COLUMNS;

    /// The column of `source`, whose vector `[H]` is `vector`: computed if it is not columns. `[N]`
    pub fn column(&mut self, likeness: SimilaritySettings, source: &Source, vector: &[f32], matrix: &Matrix) -> &Column {
        let key = (likeness.metric, likeness.amplify.to_bits(), source.clone());
        if self.columns.len() >= Self::MOST && !self.columns.contains_key(&key) {
            let oldest = self.columns.iter().min_by_key(|(_, (last_used, _))| *last_used).map(|(key, _)| key.clone());
            oldest.and_then(|oldest| self.columns.remove(&oldest));
        }
        self.last_used += 1;
        let (last_used, column) = self.columns.entry(key).or_insert_with(|| {
            let mut column = likeness.metric.column(matrix, vector);
            column.iter_mut().for_each(|value| *value = likeness.amplified(*value));
            (0, column)
        });
        *last_used = self.last_used;
        column
    }

    /// The catalogue or the model is another one.
    pub fn clear(&mut self) {
        self.columns.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        profile::EventName,
        vectors::arithmetic::{dot, normalize},
    };

    const WIDTH: usize = 8;

    fn taste(weights: &[f32], vectors: &[f32], amplify: f32) -> ContentScorer {
        let vector = |nth: usize| {
            let mut vector = vectors[nth * WIDTH..][..WIDTH].to_vec();
            normalize(&mut vector);
            vector
        };
        let signal = |(nth, weight): (usize, &f32)| Signal {
            source: Source::Item(nth as u32),
            weight: *weight,
            main_event: EventName::ViewItem,
        };
        let signals = weights.iter().enumerate().map(signal).collect();
        let likeness = SimilaritySettings { metric: Metric::Cosine, amplify, recency_flattening: 0, cold_item_flattening: 1 };
        ContentScorer::new(&Profile { signals, ..Profile::default() }, likeness, |source| match source {
            Source::Item(row) => Some(vector(*row as usize)),
            Source::Text(_) => None,
        })
    }

    proptest! {
        #[test]
        fn contributions_and_direction_and_columns_agree(
            weights in prop::collection::vec(-0.5f32..1.0, 4),
            vectors in prop::collection::vec(-1f32..1.0, 5 * WIDTH),
            amplify in prop::sample::select(vec![1f32, 1.3, 2.0, 3.7]),
            has_interactions in prop::bool::ANY,
        ) {
            let taste = taste(&weights, &vectors, amplify);
            let mut item = vectors[4 * WIDTH..].to_vec();
            normalize(&mut item);
            let score = taste.score(&item, has_interactions);
            prop_assert!((dot(&taste.direction(&item, has_interactions), &item) - score).abs() < 1e-4);
            let matrix = Matrix::quantize(WIDTH, &item);
            prop_assert!((taste.scores(&matrix, &|_| has_interactions, &mut SimilarityCache::default())[0] - score).abs() < 0.05);
        }
    }

    #[test]
    fn what_lies_between_two_tastes_has_no_advantage() {
        let mut vectors = vec![0.0; 2 * WIDTH];
        (vectors[0], vectors[WIDTH + 1]) = (1.0, 1.0);
        let (one, between) = ([1.0, 0.0], [0.5f32.sqrt(), 0.5f32.sqrt()]);
        let item = |first: [f32; 2]| [&first[..], &[0.0; WIDTH - 2]].concat();
        let gain = |amplify| {
            let taste = taste(&[0.5, 0.5], &vectors, amplify);
            taste.score(&item(between), true) - taste.score(&item(one), true)
        };
        assert!(gain(1.0) > 0.2 && gain(2.0).abs() < 1e-6 && gain(3.0) < -0.1);
    }

    #[test]
    fn the_strongest_signals_are_weighed() {
        let weights: Vec<f32> = (0..40).map(|nth| 1.0 + nth as f32 / 100.0).collect();
        let taste = taste(&weights, &[0.5; 40 * WIDTH], 2.0);
        let rows: Vec<_> = taste.signals().iter().map(|(signal, _)| signal.source.clone()).collect();
        assert_eq!(rows, (16..40).map(Source::Item).collect::<Vec<_>>());
    }

    #[test]
    fn with_reach_the_first_event_says_as_much_as_the_last() {
        let weights = [0.9, 0.09, -0.01];
        assert_eq!(flatten_weights(&weights, 0), weights);
        let flat = flatten_weights(&weights, 8);
        assert!(flat.iter().all(|weight| (weight.abs() - 1.0 / 3.0).abs() < 0.01), "{flat:?}");
        assert!(flat[2] < 0.0 && (flat.iter().map(|weight| weight.abs()).sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_new_item_is_held_against_all_that_ever_happened() {
        let taste = taste(&[0.1, 0.9], &[[1.0; WIDTH], [0.5; WIDTH]].concat(), 1.0);
        let weights = |has_interactions| taste.contributions(&[0.1; WIDTH], has_interactions).map(|share| share.1).collect::<Vec<f32>>();
        let (new, has_interactions) = (weights(false), weights(true));
        assert!((new[1] / new[0] - 3.0).abs() < 1e-4 && (has_interactions[1] / has_interactions[0] - 9.0).abs() < 1e-3);
    }
}
