//! Scorers by name: each gives every item a number for a history.
//!
//! `shipped` is what a shop gets from `nearmind learn`: the same settings, and the same `rank::evidence` that a visit
//! ranks by; each of its ablations is that sum without one part. Must not know what is measured.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{
    catalog::{Fields, Mixture},
    learn::{Learned, baselines::Similar, content, signals, visitor},
    profile::Columns,
    rank::{self, Parts},
    vectors::Matrix,
};

/// Decay of the baselines that know an order; the best of .5 to 1 on interactions held out.
const KNN_STEP: f32 = 0.8;
const CONTENT_STEP: f32 = 0.5;
/// Weight of the content beside EASE, both z-scored: the best published mixture of the two.
const BESIDE_EASE: f32 = 2.0;
pub const SHIPPED: &str = "shipped";

pub struct Scorers<'a> {
    pub learned: &'a Learned,
    pub fields: &'a Fields,
    /// Centred unit vectors.
    pub matrix: &'a Matrix,
    /// As the model gave them.
    pub raw: &'a Matrix,
    pub knn: Similar,
    pub ease: Option<Similar>,
    pub seed: u64,
}

impl Scorers<'_> {
    /// The scores `[N]` of each scorer for the `nth` case, by name; the same names for every case.
    pub fn scores(&self, nth: usize, history: &[u32]) -> Vec<(String, Vec<f32>)> {
        let len = self.fields.price.len();
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed ^ (nth as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut all: Vec<(String, Vec<f32>)> = Vec::new();
        let mut add = |name: &str, scores| all.push((name.to_owned(), scores));
        add("random", (0..len).map(|_| chance.random::<f32>()).collect());
        let relations = &self.learned.relations;
        add("popularity", (0..len as u32).map(|row| relations.popularity(row)).collect());
        add("item-knn", self.knn.scores(&signals(history, KNN_STEP), len));
        let linear = Mixture { amplify: 1.0, reach: 0, ..Mixture::default() };
        let recent = signals(history, CONTENT_STEP);
        add("content-raw", content(self.raw, &signals(history, 1.0), linear));
        let centred = content(self.matrix, &recent, linear);
        if let Some(ease) = &self.ease {
            let ease = ease.scores(&signals(history, 1.0), len);
            let mut mixed = standard(&ease);
            mixed.iter_mut().zip(standard(&centred)).for_each(|(sum, content)| *sum += BESIDE_EASE * content);
            add("ease", ease);
            add("ease+content", mixed);
        }
        add("content-centred", centred);
        add("unlearned", {
            let mixture = Mixture::default();
            let (profile, taste) = visitor(self.matrix, &signals(history, mixture.step), mixture);
            let catalog = (self.matrix, self.fields, None);
            rank::evidence(catalog, mixture, (&profile, &taste), &mut Columns::default()).totals()
        });
        let parts = self.parts(history);
        add(SHIPPED, parts.iter().map(Parts::total).collect());
        for (at, name) in Parts::default().named().iter().map(|part| part.0).enumerate() {
            if self.counts(at) {
                let without = |parts: &Parts| parts.total() - parts.named()[at].1;
                add(&format!("shipped-without-{name}"), parts.iter().map(without).collect());
            }
        }
        all
    }

    fn parts(&self, history: &[u32]) -> Vec<Parts> {
        let mixture = self.learned.mixture;
        let (profile, taste) = visitor(self.matrix, &signals(history, mixture.step), mixture);
        let catalog = (self.matrix, self.fields, Some(&self.learned.relations));
        let evidence = rank::evidence(catalog, mixture, (&profile, &taste), &mut Columns::default());
        (0..self.fields.price.len() as u32).map(|row| evidence.parts(row)).collect()
    }

    /// The part is in the mixture, and taking it out changes something.
    fn counts(&self, at: usize) -> bool {
        let Mixture { content, together, popularity, brand, category, price, .. } = self.learned.mixture;
        [content, together, popularity, brand, category, price][at] != 0.0
    }
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
