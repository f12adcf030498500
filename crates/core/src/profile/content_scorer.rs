//! The content score: how similar the text of an item is to the items and texts of the visitor's signals.
//!
//! ```text
//! score(v) = sum over signals s of w_s * g(similarity(v, v_s)),    g(c) = c, or max(c, 0)^p with p > 1
//! w_s      = the recent weight of s, or its cold weight if nobody has interacted with the item yet
//! ```
//!
//! Recent weights favour what the visitor did last. They suit items with interactions, because those show what other
//! visitors chose next. An item without interactions (a cold item) is compared with the visitor's whole history by cold
//! weights, which are flatter: on films that nobody had rated, they predicted 1.5 times as many choices as recent
//! weights. A gradual change from cold to recent weights predicted no more.
//!
//! The score is a sum, so that the share of each signal is known. With p = 1 it is the dot product with one direction.
//! A higher p favours items that are very similar to one of several interests over items between them ("case
//! amplification", Breese, Heckerman and Kadie 1998). The similarities of one signal to all rows are then a column that
//! depends only on the catalogue, so that one more event costs one more column. Must not know how vectors are made.

use std::collections::BTreeMap;

use super::{Profile, Signal, Source};
use crate::vectors::{Matrix, Metric, Query, arithmetic::add_scaled};

/// With p > 1 only so many of the heaviest signals are scored, because each needs a column.
const MAX_COLUMNS: usize = 24;

/// The highest exponent. With higher ones only near duplicates would score.
const MAX_AMPLIFY: f32 = 8.0;

/// How similarity and the weights of signals turn into a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimilaritySettings {
    /// The similarity of two vectors.
    pub metric: Metric,
    /// The exponent p above, at least 1.
    pub amplify: f32,
    /// Flattens the recent weights, see [`flatten_weights`]. At 0 the last events count most, at 5 all count almost
    /// equally.
    pub recency_flattening: u8,
    /// The same for items that nobody has interacted with.
    pub cold_item_flattening: u8,
}

/// Whether anybody has interacted with the item at a row.
pub type HasInteractions<'a> = &'a dyn Fn(u32) -> bool;

/// Makes weights more equal: raises each to 2^-`flattening`, keeps its sign, and scales all to the former sum of
/// absolute values. 0 leaves them unchanged.
pub fn flatten_weights(weights: &[f32], flattening: u8) -> Vec<f32> {
    if flattening == 0 {
        return weights.to_vec();
    }
    let root = |weight: &f32| (0..flattening).fold(weight.abs(), |weight, _| weight.sqrt()).copysign(*weight);
    let sum = |weights: &[f32]| weights.iter().map(|weight| weight.abs()).sum::<f32>();
    let flat: Vec<f32> = weights.iter().map(root).collect();
    let factor = sum(weights) / sum(&flat).max(f32::MIN_POSITIVE);
    flat.into_iter().map(|weight| weight * factor).collect()
}

/// The amplified similarities of all rows to one source. `[N]`
pub type Column = Vec<f32>;

/// Caches the columns of the signals that were scored last.
#[derive(Debug, Default)]
pub struct SimilarityCache {
    /// The columns by metric, bits of the exponent, and source; each with the value of `uses` at its last request.
    columns: BTreeMap<(Metric, u32, Source), (u64, Column)>,
    /// The number of columns that were requested so far.
    uses: u64,
}

/// Scores items by their vectors, for one profile.
#[derive(Debug, Clone, PartialEq)]
pub struct ContentScorer {
    /// Signals with their recent weights and their vectors `[H]`, in the order of first appearance.
    signals: Vec<(Signal, Vec<f32>)>,
    /// The weight of each signal for items that nobody has interacted with.
    cold_weights: Vec<f32>,
    settings: SimilaritySettings,
    /// The sums of all vectors with recent and with cold weights, `[H]` each; `None` if the score is not linear.
    directions: Option<(Vec<f32>, Vec<f32>)>,
}

impl SimilaritySettings {
    /// `max(c, 0)^p`. If p is not whole, interpolates between the powers of the two nearest whole exponents, because
    /// the power functions of platforms differ in their last bits.
    fn amplified(self, similarity: f32) -> f32 {
        if self.amplify <= 1.0 {
            return similarity;
        }
        let c = similarity.max(0.0);
        let exponent = self.amplify.clamp(1.0, MAX_AMPLIFY);
        let whole = exponent.floor();
        let power = (1..whole as u32).fold(c, |power, _| power * c);
        let part = exponent - whole;
        if part > 0.0 { (1.0 - part) * power + part * power * c } else { power }
    }

    /// Whether the score of an item is the dot product of its vector with one direction.
    fn is_linear(self) -> bool {
        self.amplify <= 1.0 && matches!(self.metric, Metric::Cosine | Metric::Dot)
    }

    /// The amplified similarity of two vectors `[H]`.
    pub fn similarity(self, a: &[f32], b: &[f32]) -> f32 {
        self.amplified(self.metric.similarity(a, b))
    }
}

impl ContentScorer {
    /// `vector_of` gives the centred unit vector `[H]` of a source. Signals for which it gives `None` are left out.
    pub fn new(
        profile: &Profile,
        settings: SimilaritySettings,
        vector_of: impl Fn(&Source) -> Option<Vec<f32>>,
    ) -> Self {
        let with_vector = |signal: &Signal| Some((signal.clone(), vector_of(&signal.source)?));
        let limit = if settings.is_linear() { usize::MAX } else { MAX_COLUMNS };
        let mut signals: Vec<_> = profile.heaviest_signals(limit).filter_map(with_vector).collect();
        let weights: Vec<f32> = signals.iter().map(|(signal, _)| signal.weight).collect();
        let cold_weights = flatten_weights(&weights, settings.cold_item_flattening);
        let recent_weights = flatten_weights(&weights, settings.recency_flattening);
        signals.iter_mut().zip(recent_weights).for_each(|((signal, _), recent)| signal.weight = recent);
        let width = signals.first().map_or(0, |(_, first)| first.len());
        let directions = (settings.is_linear() && width > 0).then(|| {
            let (mut recent, mut cold) = (vec![0.0; width], vec![0.0; width]);
            for ((signal, vector), cold_weight) in signals.iter().zip(&cold_weights) {
                add_scaled(&mut recent, signal.weight, vector);
                add_scaled(&mut cold, *cold_weight, vector);
            }
            (recent, cold)
        });
        Self { signals, cold_weights, settings, directions }
    }

    /// The signals, in the order of first appearance, with recent weights and their vectors `[H]`.
    pub fn signals(&self) -> &[(Signal, Vec<f32>)] {
        &self.signals
    }

    /// Whether the visitor likes anything. Dislikes alone do not say what to show.
    pub fn has_positive_signal(&self) -> bool {
        self.signals.iter().any(|(signal, _)| signal.weight > 0.0)
    }

    /// Each signal with its vector `[H]`, and its weight for an item with or without interactions.
    fn weighted_signals(&self, has_interactions: bool) -> impl Iterator<Item = (&Signal, &[f32], f32)> {
        let signals = self.signals.iter().zip(&self.cold_weights);
        signals.map(move |((signal, vector), &cold_weight)| {
            (signal, vector.as_slice(), if has_interactions { signal.weight } else { cold_weight })
        })
    }

    /// What each signal adds to the score of an item with this vector `[H]`, with or without interactions.
    pub fn contributions(&self, vector: &[f32], has_interactions: bool) -> impl Iterator<Item = (&Signal, f32)> {
        let signals = self.weighted_signals(has_interactions);
        signals.map(move |(signal, own, weight)| (signal, weight * self.settings.similarity(vector, own)))
    }

    /// The score of an item with this vector `[H]`, with or without interactions.
    pub fn score(&self, vector: &[f32], has_interactions: bool) -> f32 {
        self.contributions(vector, has_interactions).map(|(_, share)| share).sum()
    }

    /// The direction `[H]` whose dot product with `vector` `[H]` is the score of that item, if the metric is cosine or
    /// dot product, and an approximation of it for other metrics. The shares of the item's words are computed from it.
    pub fn direction(&self, vector: &[f32], has_interactions: bool) -> Vec<f32> {
        let mut direction = vec![0.0; vector.len()];
        for (_, own, weight) in self.weighted_signals(has_interactions) {
            if self.settings.is_linear() {
                add_scaled(&mut direction, weight, own);
                continue;
            }
            let similarity = self.settings.metric.similarity(vector, own);
            if similarity > 0.0 {
                add_scaled(&mut direction, weight * self.settings.amplified(similarity) / similarity, own);
            }
        }
        direction
    }

    /// The weighted sum of the vectors of an interest's members. `[H]`
    pub fn interest_direction(&self, members: &[Source]) -> Vec<f32> {
        let mut direction = vec![0.0; self.signals.first().map_or(0, |(_, vector)| vector.len())];
        let signals = self.signals.iter().filter(|(signal, _)| members.contains(&signal.source));
        signals.for_each(|(signal, vector)| add_scaled(&mut direction, signal.weight, vector));
        direction
    }

    /// The score of every row of `matrix`. `[N]`
    pub fn scores(
        &self,
        matrix: &Matrix,
        has_interactions: HasInteractions,
        similarities: &mut SimilarityCache,
    ) -> Vec<f32> {
        let cold_rows = || (0..matrix.len() as u32).filter(|&row| !has_interactions(row));
        if let Some((recent, cold)) = &self.directions {
            let mut scores = matrix.scores(&Query::new(recent));
            if recent != cold {
                let cold = Query::new(cold);
                cold_rows().for_each(|row| scores[row as usize] = matrix.score(row, &cold));
            }
            return scores;
        }
        let mut scores = vec![0.0; matrix.len()];
        for ((signal, vector), cold_weight) in self.signals.iter().zip(&self.cold_weights) {
            let column = similarities.column(self.settings, &signal.source, vector, matrix);
            add_scaled(&mut scores, signal.weight, column);
            if signal.weight != *cold_weight {
                let more = cold_weight - signal.weight;
                cold_rows().for_each(|row| scores[row as usize] += more * column[row as usize]);
            }
        }
        scores
    }

    /// The similarity of `vector` `[H]` to the disliked signal that it is most similar to, at least 0; 0 if there is
    /// none.
    pub fn max_disliked_similarity(&self, vector: &[f32]) -> f32 {
        let disliked = self.signals.iter().filter(|(signal, _)| signal.weight < 0.0);
        disliked.map(|(_, own)| self.settings.metric.similarity(vector, own)).fold(0.0, f32::max)
    }
}

impl SimilarityCache {
    /// The columns of two profiles, so that going back and forth between two lists computes none again.
    const MAX_CACHED: usize = 2 * MAX_COLUMNS;

    /// The column `[N]` of `source`, whose vector is `vector` `[H]`. Computes it if it is not cached.
    pub fn column(
        &mut self,
        settings: SimilaritySettings,
        source: &Source,
        vector: &[f32],
        matrix: &Matrix,
    ) -> &Column {
        let key = (settings.metric, settings.amplify.to_bits(), source.clone());
        if self.columns.len() >= Self::MAX_CACHED && !self.columns.contains_key(&key) {
            let oldest = self.columns.iter().min_by_key(|(_, (last_use, _))| *last_use).map(|(key, _)| key.clone());
            oldest.and_then(|oldest| self.columns.remove(&oldest));
        }
        self.uses += 1;
        let (last_use, column) = self.columns.entry(key).or_insert_with(|| {
            let mut column = settings.metric.similarities(matrix, vector);
            column.iter_mut().for_each(|value| *value = settings.amplified(*value));
            (0, column)
        });
        *last_use = self.uses;
        column
    }

    /// Removes all columns. Necessary when the catalogue or the model changes.
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

    fn content_scorer(weights: &[f32], vectors: &[f32], amplify: f32) -> ContentScorer {
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
        let settings =
            SimilaritySettings { metric: Metric::Cosine, amplify, recency_flattening: 0, cold_item_flattening: 1 };
        ContentScorer::new(&Profile { signals, ..Profile::default() }, settings, |source| match source {
            Source::Item(row) => Some(vector(*row as usize)),
            Source::Text(_) => None,
        })
    }

    proptest! {
        #[test]
        fn contributions_direction_and_columns_agree(
            weights in prop::collection::vec(-0.5f32..1.0, 4),
            vectors in prop::collection::vec(-1f32..1.0, 5 * WIDTH),
            amplify in prop::sample::select(vec![1f32, 1.3, 2.0, 3.7]),
            has_interactions in prop::bool::ANY,
        ) {
            let scorer = content_scorer(&weights, &vectors, amplify);
            let mut item = vectors[4 * WIDTH..].to_vec();
            normalize(&mut item);
            let score = scorer.score(&item, has_interactions);
            prop_assert!((dot(&scorer.direction(&item, has_interactions), &item) - score).abs() < 1e-4);
            let matrix = Matrix::quantize(WIDTH, &item);
            let scores = scorer.scores(&matrix, &|_| has_interactions, &mut SimilarityCache::default());
            prop_assert!((scores[0] - score).abs() < 0.05);
        }
    }

    #[test]
    fn amplified_items_between_two_interests_gain_nothing() {
        let mut vectors = vec![0.0; 2 * WIDTH];
        (vectors[0], vectors[WIDTH + 1]) = (1.0, 1.0);
        let (one, between) = ([1.0, 0.0], [0.5f32.sqrt(), 0.5f32.sqrt()]);
        let item = |first: [f32; 2]| [&first[..], &[0.0; WIDTH - 2]].concat();
        let gain = |amplify| {
            let scorer = content_scorer(&[0.5, 0.5], &vectors, amplify);
            scorer.score(&item(between), true) - scorer.score(&item(one), true)
        };
        assert!(gain(1.0) > 0.2 && gain(2.0).abs() < 1e-6 && gain(3.0) < -0.1);
    }

    #[test]
    fn only_the_heaviest_signals_are_scored() {
        let weights: Vec<f32> = (0..40).map(|nth| 1.0 + nth as f32 / 100.0).collect();
        let scorer = content_scorer(&weights, &[0.5; 40 * WIDTH], 2.0);
        let rows: Vec<_> = scorer.signals().iter().map(|(signal, _)| signal.source.clone()).collect();
        assert_eq!(rows, (16..40).map(Source::Item).collect::<Vec<_>>());
    }

    #[test]
    fn strong_flattening_makes_all_weights_equal() {
        let weights = [0.9, 0.09, -0.01];
        assert_eq!(flatten_weights(&weights, 0), weights);
        let flat = flatten_weights(&weights, 8);
        assert!(flat.iter().all(|weight| (weight.abs() - 1.0 / 3.0).abs() < 0.01), "{flat:?}");
        assert!(flat[2] < 0.0 && (flat.iter().map(|weight| weight.abs()).sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn cold_items_use_flattened_weights() {
        let scorer = content_scorer(&[0.1, 0.9], &[[1.0; WIDTH], [0.5; WIDTH]].concat(), 1.0);
        let weights = |has_interactions| {
            scorer.contributions(&[0.1; WIDTH], has_interactions).map(|share| share.1).collect::<Vec<f32>>()
        };
        let (cold, recent) = (weights(false), weights(true));
        assert!((cold[1] / cold[0] - 3.0).abs() < 1e-4 && (recent[1] / recent[0] - 9.0).abs() < 1e-3);
    }
}
