//! How much each part of a score counts: plain numbers, learned from a shop's interactions or as they are here.
//!
//! `score_weights.<hash>.json` of the pack. Must not know how a score is made (`rank::build_scorer` does).

use serde::{Deserialize, Serialize};

/// The defaults stand where nothing was learned: they are what the sets of the evaluation have in common.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScoreWeights {
    /// What is left of a signal's weight after each later one, 0..1.
    pub step: f32,
    /// How much nearness counts over mere likeness: the exponent of the cosine to each signal.
    pub amplify: f32,
    /// How much longer the content remembers: how often the root of a signal's weight is taken before they sum to 1
    /// again. 0 as they are, 5 nearly all alike.
    #[serde(alias = "reach")]
    pub recency_flattening: u8,
    /// The same, of all scorer, for an item that nobody has touched.
    #[serde(alias = "lasting", skip_serializing_if = "is_nothing")]
    pub cold_item_flattening: u8,
    /// Weight of the content: what the texts say.
    pub content: f32,
    /// Weight of what others did after the same items.
    #[serde(alias = "together")]
    pub cooccurrence: f32,
    /// Weight of popularity.
    pub popularity: f32,
    /// The same on top for a visitor of whom nothing is known; with n things known a part of 1 + n of it.
    #[serde(skip_serializing_if = "is_zero")]
    pub newcomer: f32,
    /// Weight of the same brand.
    pub brand: f32,
    /// Weight of the same category.
    pub category: f32,
    /// Weight of a near price.
    pub price: f32,
    /// Weight of what is what is chosen in the context that the page states: place, device, season, weekday, hour.
    #[serde(alias = "occasion", skip_serializing_if = "is_one")]
    pub context_popularity: f32,
}

fn is_nothing(recency_flattening: &u8) -> bool {
    *recency_flattening == 0
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
            cooccurrence: 2.0,
            popularity: 0.02,
            newcomer: 0.0,
            brand: 0.0,
            category: 0.0,
            price: 0.0,
            context_popularity: 1.0,
        }
    }
}

/// Names that weights had before 0.2.0, each with the present one. The fields' serde aliases are the same.
const OLD_NAMES: [(&str, &str); 4] = [
    ("reach", "recencyFlattening"),
    ("lasting", "coldItemFlattening"),
    ("together", "cooccurrence"),
    ("occasion", "contextPopularity"),
];

impl ScoreWeights {
    /// The present name of a weight, given by its present name or by the one that it had before 0.2.0.
    pub fn current_name(name: &str) -> &str {
        OLD_NAMES.iter().find(|(old, _)| *old == name).map_or(name, |(_, current)| current)
    }

    /// From the pack's file; what it does not say is as by default, and no number is other than finite.
    pub fn read(json: &[u8]) -> Option<Self> {
        let score_weights: Self = serde_json::from_slice(json).ok()?;
        let Self { step, amplify, recency_flattening, cold_item_flattening, .. } = score_weights;
        let Self { content, cooccurrence, popularity, newcomer, brand, category, price, context_popularity, .. } =
            score_weights;
        let all =
            [step, amplify, content, cooccurrence, popularity, newcomer, brand, category, price, context_popularity];
        (all.iter().all(|value| value.is_finite())
            && (0.0..=1.0).contains(&step)
            && amplify >= 1.0
            && recency_flattening.max(cold_item_flattening) <= 8)
            .then_some(score_weights)
    }

    /// JSON that [`ScoreWeights::read`] reads.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("numbers have nothing that JSON lacks")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_by_default_and_nonsense_is_refused() {
        let learned = ScoreWeights { cooccurrence: 3.0, ..ScoreWeights::default() };
        assert_eq!(ScoreWeights::read(&learned.write()), Some(learned));
        assert_eq!(ScoreWeights::read(br#"{"cooccurrence": 3.0}"#), Some(learned));
        for bad in [r#"{"step": 2}"#, r#"{"content": 1e99}"#, r#"{"amplify": 0}"#, "none"] {
            assert_eq!(ScoreWeights::read(bad.as_bytes()), None, "{bad}");
        }
    }
}
