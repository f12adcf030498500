//! A profile in the space of the item vectors: what each signal adds to the score of an item.
//!
//! ```text
//! score(v) = sum over signals s of w_s * g(likeness(v, v_s)),    g(c) = c, or max(c, 0)^p with p > 1
//! ```
//! A sum, so that a reason is arithmetic. Plainly, it is a product with one direction. The higher p, the more
//! each of several tastes is served by what is really like it, instead of by what lies between them ("case
//! amplification", Breese, Heckerman and Kadie 1998); then the likenesses of a signal to all rows are one
//! column, which nothing but the catalogue changes: one more event costs one more column. Must not know how
//! vectors are made.

use std::collections::BTreeMap;

use super::{Profile, Signal, Source};
use crate::vectors::{Matrix, Metric, Query, arithmetic::add};

/// Columns that are weighed at once, of the heaviest signals.
const MOST_COLUMNS: usize = 24;

/// Higher powers leave nothing but copies.
const MOST_AMPLIFIED: f32 = 8.0;

/// How likeness counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    pub metric: Metric,
    /// p above; at least 1
    pub amplify: f32,
    /// How many times the root is taken of each weight: with 0 the last events decide, with 5 all that ever happened.
    pub reach: u8,
}

/// Likeness of all rows to one source. `[N]`
pub type Column = Vec<f32>;

/// The columns of the signals that ranked last: derived, and made again where they are missing.
#[derive(Debug, Default)]
pub struct Columns {
    kept: BTreeMap<(Metric, Source), Column>,
}

/// Signals with their vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct Taste {
    signals: Vec<(Signal, Vec<f32>)>,
    likeness: Likeness,
    /// The sum of all signals. `[H]`; empty where scores are no product
    direction: Vec<f32>,
}

impl Likeness {
    /// `max(c, 0)^p`; between two whole exponents a mixture of both powers, because the platforms' own powers differ in
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

    /// Weights that differ less, and sum to what they did.
    fn tempered(self, signals: &mut [(Signal, Vec<f32>)]) {
        let sum = |signals: &[(Signal, Vec<f32>)]| signals.iter().map(|(signal, _)| signal.weight.abs()).sum::<f32>();
        let before = sum(signals);
        for (signal, _) in signals.iter_mut().filter(|_| self.reach > 0) {
            let flat = (0..self.reach).fold(signal.weight.abs(), |weight, _| weight.sqrt());
            signal.weight = flat.copysign(signal.weight);
        }
        let factor = before / sum(signals).max(f32::MIN_POSITIVE);
        signals.iter_mut().filter(|_| self.reach > 0).for_each(|(signal, _)| signal.weight *= factor);
    }

    /// What `like` adds to the score of `vector`, both `[H]`.
    pub fn of(self, vector: &[f32], like: &[f32]) -> f32 {
        self.amplified(self.metric.likeness(vector, like))
    }
}

impl Taste {
    /// `vector_of` gives the centred unit vector `[H]` of a source, or `None` while it has none.
    pub fn new(profile: &Profile, likeness: Likeness, vector_of: impl Fn(&Source) -> Option<Vec<f32>>) -> Self {
        let with_vector = |signal: &Signal| Some((signal.clone(), vector_of(&signal.source)?));
        let most = if likeness.is_linear() { usize::MAX } else { MOST_COLUMNS };
        let mut signals: Vec<_> = profile.heaviest(most).filter_map(with_vector).collect();
        likeness.tempered(&mut signals);
        let mut direction = Vec::new();
        if let Some((_, first)) = signals.first().filter(|_| likeness.is_linear()) {
            direction.resize(first.len(), 0.0);
            signals.iter().for_each(|(signal, vector)| add(&mut direction, signal.weight, vector));
        }
        Self { signals, likeness, direction }
    }

    /// By first appearance, each with its vector `[H]`.
    pub fn signals(&self) -> &[(Signal, Vec<f32>)] {
        &self.signals
    }

    /// Something attracts the visitor, not only repels.
    pub fn is_known(&self) -> bool {
        self.signals.iter().any(|(signal, _)| signal.weight > 0.0)
    }

    /// What each signal adds to the score of `vector` `[H]`.
    pub fn contributions(&self, vector: &[f32]) -> impl Iterator<Item = (&Signal, f32)> {
        self.signals.iter().map(move |(signal, own)| (signal, signal.weight * self.likeness.of(vector, own)))
    }

    pub fn score(&self, vector: &[f32]) -> f32 {
        self.contributions(vector).map(|(_, share)| share).sum()
    }

    /// The direction whose product with `vector` `[H]` is its score, as far as likeness is a product: what the
    /// words of that item are weighed by. `[H]`
    pub fn direction(&self, vector: &[f32]) -> Vec<f32> {
        if self.likeness.is_linear() {
            return self.direction.clone();
        }
        let mut direction = vec![0.0; vector.len()];
        for (signal, own) in &self.signals {
            let likeness = self.likeness.metric.likeness(vector, own);
            if likeness > 0.0 {
                add(&mut direction, signal.weight * self.likeness.amplified(likeness) / likeness, own);
            }
        }
        direction
    }

    /// The sum of these sources' signals. `[H]`
    pub fn toward(&self, sources: &[Source]) -> Vec<f32> {
        let mut toward = vec![0.0; self.signals.first().map_or(0, |(_, vector)| vector.len())];
        let own = self.signals.iter().filter(|(signal, _)| sources.contains(&signal.source));
        own.for_each(|(signal, vector)| add(&mut toward, signal.weight, vector));
        toward
    }

    /// The score of every row. `[N]`
    pub fn scores(&self, matrix: &Matrix, columns: &mut Columns) -> Vec<f32> {
        if !self.direction.is_empty() {
            return matrix.scores(&Query::new(&self.direction));
        }
        let mut scores = vec![0.0; matrix.len()];
        for (signal, vector) in &self.signals {
            let column = columns.of(self.likeness.metric, &signal.source, vector, matrix);
            for (score, likeness) in scores.iter_mut().zip(column) {
                *score += signal.weight * self.likeness.amplified(*likeness);
            }
        }
        scores
    }

    /// How like the row is to what the visitor likes least, 0 where nothing repels.
    pub fn repelled(&self, vector: &[f32]) -> f32 {
        let repelling = self.signals.iter().filter(|(signal, _)| signal.weight < 0.0);
        repelling.map(|(_, own)| self.likeness.metric.likeness(vector, own)).fold(0.0, f32::max)
    }
}

impl Columns {
    /// Twice what one taste needs, so that a visitor who goes back and forth finds them again.
    const MOST: usize = 2 * MOST_COLUMNS;

    pub fn of(&mut self, metric: Metric, source: &Source, vector: &[f32], matrix: &Matrix) -> &Column {
        let key = (metric, source.clone());
        if self.kept.len() >= Self::MOST && !self.kept.contains_key(&key) {
            self.kept.clear();
        }
        self.kept.entry(key).or_insert_with(|| metric.column(matrix, vector))
    }

    /// The catalogue or the model is another one.
    pub fn clear(&mut self) {
        self.kept.clear();
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

    fn taste(weights: &[f32], vectors: &[f32], amplify: f32) -> Taste {
        let vector = |nth: usize| {
            let mut vector = vectors[nth * WIDTH..][..WIDTH].to_vec();
            normalize(&mut vector);
            vector
        };
        let signal = |(nth, weight): (usize, &f32)| Signal {
            source: Source::Item(nth as u32),
            weight: *weight,
            because: EventName::ViewItem,
        };
        let signals = weights.iter().enumerate().map(signal).collect();
        let likeness = Likeness { metric: Metric::Cosine, amplify, reach: 0 };
        Taste::new(&Profile { signals, ..Profile::default() }, likeness, |source| match source {
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
        ) {
            let taste = taste(&weights, &vectors, amplify);
            let mut item = vectors[4 * WIDTH..].to_vec();
            normalize(&mut item);
            let score = taste.score(&item);
            prop_assert!((dot(&taste.direction(&item), &item) - score).abs() < 1e-4);
            let matrix = Matrix::quantize(WIDTH, &item);
            prop_assert!((taste.scores(&matrix, &mut Columns::default())[0] - score).abs() < 0.05);
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
            taste.score(&item(between)) - taste.score(&item(one))
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
        let profile = Profile {
            signals: [0.9, 0.09, -0.01]
                .into_iter()
                .zip(0..)
                .map(|(weight, row)| Signal { source: Source::Item(row), weight, because: EventName::ViewItem })
                .collect(),
            ..Profile::default()
        };
        let weights = |reach| {
            let likeness = Likeness { metric: Metric::Cosine, amplify: 1.0, reach };
            let taste = Taste::new(&profile, likeness, |_| Some(vec![1.0]));
            taste.signals().iter().map(|(signal, _)| signal.weight).collect::<Vec<_>>()
        };
        assert_eq!(weights(0), [0.9, 0.09, -0.01]);
        let flat = weights(8);
        assert!(flat.iter().all(|weight| (weight.abs() - 1.0 / 3.0).abs() < 0.01), "{flat:?}");
        assert!(flat[2] < 0.0 && (flat.iter().map(|weight| weight.abs()).sum::<f32>() - 1.0).abs() < 1e-6);
    }
}
