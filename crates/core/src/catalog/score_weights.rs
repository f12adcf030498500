//! The weights of the parts of a score, learned from a shop's interactions or else the defaults.
//!
//! Stored in `score-weights.<hash>.json` of the pack. Must not know how a score is computed (see `rank::build_scorer`).

use serde::{Deserialize, Serialize};

use crate::json::from_bytes;

/// The weights and parameters of a score. The defaults are used if nothing was learned; they suit all data sets of the
/// evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScoreWeights {
    /// Recency decay, 0..=1: each later signal multiplies the weight of a signal by this.
    pub step: f32,
    /// The exponent of the cosine to each signal, at least 1. The higher, the more near neighbours count over distant
    /// ones.
    pub amplify: f32,
    /// Flattens the recency weights for the content score, 0..=8: each is raised to 2^-n, then they are normalised to
    /// sum 1. 0 leaves them unchanged, 5 makes them almost equal.
    #[serde(alias = "reach")]
    pub recency_flattening: u8,
    /// The same for a cold item, one without interactions, in all parts of the score.
    #[serde(alias = "lasting", skip_serializing_if = "is_no_flattening")]
    pub cold_item_flattening: u8,
    /// Weight of the content score: the similarity of the texts.
    pub content: f32,
    /// Weight of the words that an item shares with the titles of the visitor's items. Absent in packs before 0.3.0, which
    /// were learned without it: then 0.
    #[serde(skip_serializing_if = "is_zero", default = "zero")]
    pub words: f32,
    /// Weight of the co-occurrence score: what other visitors chose after the same items.
    #[serde(alias = "together")]
    pub cooccurrence: f32,
    /// Weight of popularity.
    pub popularity: f32,
    /// Additional weight of popularity for a new visitor: divided by 1 + n for a visitor with n signals.
    #[serde(skip_serializing_if = "is_zero")]
    pub newcomer: f32,
    /// Weight of an equal brand.
    pub brand: f32,
    /// Weight of an equal category.
    pub category: f32,
    /// Weight of a similar price.
    pub price: f32,
    /// Weight of the popularity in the context that the page states: place, device, season, weekday, hour.
    #[serde(alias = "occasion", skip_serializing_if = "is_one")]
    pub context_popularity: f32,
}

fn zero() -> f32 {
    0.0
}

fn is_no_flattening(flattening: &u8) -> bool {
    *flattening == 0
}

fn is_zero(weight: &f32) -> bool {
    *weight == 0.0
}

fn is_one(weight: &f32) -> bool {
    *weight == 1.0
}

impl Default for ScoreWeights {
    fn default() -> Self {
        Self {
            step: 0.7,
            amplify: 2.0,
            recency_flattening: 0,
            cold_item_flattening: 0,
            content: 1.0,
            words: 0.3,
            cooccurrence: 2.0,
            popularity: 0.02,
            newcomer: 0.0,
            // As `words`, chosen on the judged pairs of three shops (docs/results/ranking.md): without them 15% of the
            // first four cards in the demo are unrelated to the page's product.
            brand: 0.03,
            category: 0.4,
            price: 0.0,
            context_popularity: 1.0,
        }
    }
}

/// The names of weights before 0.2.0 with the current ones. The serde aliases of the fields must agree.
const OLD_NAMES: [(&str, &str); 4] = [
    ("reach", "recencyFlattening"),
    ("lasting", "coldItemFlattening"),
    ("together", "cooccurrence"),
    ("occasion", "contextPopularity"),
];

impl ScoreWeights {
    /// Returns the current name of a weight, given its current name or the one before 0.2.0.
    pub fn current_name(name: &str) -> &str {
        OLD_NAMES.iter().find(|(old, _)| *old == name).map_or(name, |(_, current)| current)
    }

    /// Decodes the file of a pack. Absent weights have their defaults. `None` if it is not JSON, or a number is not
    /// finite or out of range.
    pub fn read(json: &[u8]) -> Option<Self> {
        let score_weights: Self = from_bytes(json).ok()?;
        let Self { step, amplify, recency_flattening, cold_item_flattening, .. } = score_weights;
        let Self { content, words, cooccurrence, popularity, newcomer, brand, .. } = score_weights;
        let Self { category, price, context_popularity, .. } = score_weights;
        let places = [step, amplify, content, words, cooccurrence, popularity, newcomer];
        let fields = [brand, category, price, context_popularity];
        (places.iter().chain(&fields).all(|value| value.is_finite())
            && (0.0..=1.0).contains(&step)
            && amplify >= 1.0
            && recency_flattening.max(cold_item_flattening) <= 8)
            .then_some(score_weights)
    }

    /// Encodes the file.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("finite numbers can be written as JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_weights_are_defaults_and_bad_ones_are_rejected() {
        let learned = ScoreWeights { cooccurrence: 3.0, ..ScoreWeights::default() };
        assert_eq!(ScoreWeights::read(&learned.write()), Some(learned));
        // Weights that were learned before there were `words` were chosen without them.
        let before_words = ScoreWeights { words: 0.0, ..learned };
        assert_eq!(ScoreWeights::read(br#"{"cooccurrence": 3.0}"#), Some(before_words));
        for bad in [r#"{"step": 2}"#, r#"{"content": 1e99}"#, r#"{"amplify": 0}"#, "none"] {
            assert_eq!(ScoreWeights::read(bad.as_bytes()), None, "{bad}");
        }
    }
}
