//! A profile in the space of the item vectors: one direction that is the sum of its interests.
//!
//! The score of an item is its dot product with the direction, hence a sum over the interests: the one
//! that adds most is the true reason. Must not know how vectors are made.

use super::{Interest, Profile, Source};
use crate::vectors::{
    Query,
    arithmetic::{add, dot},
};

/// Interests with their vectors, and their weighted sum.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taste {
    parts: Vec<(Interest, Vec<f32>)>,
    /// `sum of weight * vector`. `[H]`
    pub direction: Vec<f32>,
}

impl Taste {
    /// `vector_of` gives the centred unit vector `[H]` of a source, or `None` while it has none.
    pub fn new(profile: &Profile, width: usize, vector_of: impl Fn(&Source) -> Option<Vec<f32>>) -> Self {
        let with_vector = |interest: &Interest| Some((interest.clone(), vector_of(&interest.source)?));
        let strong = profile.interests.iter().filter(|interest| !interest.is_faint());
        let parts: Vec<_> = strong.filter_map(with_vector).collect();
        let mut direction = vec![0.0; width];
        parts.iter().for_each(|(interest, vector)| add(&mut direction, interest.weight, vector));
        Self { parts, direction }
    }

    /// Something attracts the visitor, not only repels.
    pub fn is_known(&self) -> bool {
        self.parts.iter().any(|(interest, _)| interest.weight > 0.0)
    }

    pub fn query(&self) -> Query {
        Query::new(&self.direction)
    }

    /// What each interest adds to the score of `vector` `[H]`.
    pub fn contributions(&self, vector: &[f32]) -> impl Iterator<Item = (&Interest, f32)> {
        self.parts.iter().map(move |(interest, own)| (interest, interest.weight * dot(own, vector)))
    }

    /// The interest that adds most to the score of `vector`, if any adds to it; the earlier of equals.
    pub fn reason(&self, vector: &[f32]) -> Option<&Interest> {
        let mut best: Option<(&Interest, f32)> = None;
        for (interest, share) in self.contributions(vector) {
            if share > best.map_or(0.0, |(_, most)| most) {
                best = Some((interest, share));
            }
        }
        best.map(|(interest, _)| interest)
    }
}
