//! How much each part of a score counts: plain numbers, learned from a shop's interactions or as they are here.
//!
//! `mixture.<hash>.json` of the pack. Must not know how a score is made (`rank::evidence` does).

use serde::{Deserialize, Serialize};

/// The defaults stand where nothing was learned: they are what the sets of the evaluation have in common.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Mixture {
    /// What is left of a signal's weight after each later one, 0..1.
    pub step: f32,
    /// How much nearness counts over mere likeness: the exponent of the cosine to each signal.
    pub amplify: f32,
    /// How much longer the content remembers: how often the root of a signal's weight is taken before they sum to 1
    /// again. 0 as they are, 5 nearly all alike.
    pub reach: u8,
    /// The same, of all evidence, for an item that nobody has touched.
    #[serde(skip_serializing_if = "is_nothing")]
    pub lasting: u8,
    /// Weight of the content: what the texts say.
    pub content: f32,
    /// Weight of what others did after the same items.
    pub together: f32,
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
    /// Weight of what is chosen on such an occasion: where and when, as far as the page says it.
    #[serde(skip_serializing_if = "is_one")]
    pub occasion: f32,
}

fn is_nothing(reach: &u8) -> bool {
    *reach == 0
}

fn is_zero(weight: &f32) -> bool {
    *weight == 0.0
}

fn is_one(weight: &f32) -> bool {
    *weight == 1.0
}

impl Default for Mixture {
    fn default() -> Self {
        Self {
            step: 0.7,
            amplify: 2.0,
            reach: 0,
            lasting: 0,
            content: 1.0,
            together: 2.0,
            popularity: 0.02,
            newcomer: 0.0,
            brand: 0.0,
            category: 0.0,
            price: 0.0,
            occasion: 1.0,
        }
    }
}

impl Mixture {
    /// From the pack's file; what it does not say is as by default, and no number is other than finite.
    pub fn read(json: &[u8]) -> Option<Self> {
        let mixture: Self = serde_json::from_slice(json).ok()?;
        let Self { step, amplify, reach, lasting, .. } = mixture;
        let Self { content, together, popularity, newcomer, brand, category, price, occasion, .. } = mixture;
        let all = [step, amplify, content, together, popularity, newcomer, brand, category, price, occasion];
        (all.iter().all(|value| value.is_finite())
            && (0.0..=1.0).contains(&step)
            && amplify >= 1.0
            && reach.max(lasting) <= 8)
            .then_some(mixture)
    }

    /// JSON that [`Mixture::read`] reads.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("numbers have nothing that JSON lacks")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_by_default_and_nonsense_is_refused() {
        let learned = Mixture { together: 3.0, ..Mixture::default() };
        assert_eq!(Mixture::read(&learned.write()), Some(learned));
        assert_eq!(Mixture::read(br#"{"together": 3.0}"#), Some(learned));
        for bad in [r#"{"step": 2}"#, r#"{"content": 1e99}"#, r#"{"amplify": 0}"#, "none"] {
            assert_eq!(Mixture::read(bad.as_bytes()), None, "{bad}");
        }
    }
}
