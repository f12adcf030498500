//! From the settings that were chosen to what a pack ships. Must not know how they were chosen.

use std::collections::BTreeMap;

use super::{
    Limit, Past, Shop,
    cold_items::ColdItemNeighbours,
    contexts::Counts,
    follow::{Followers, Settings, Visits},
    pairs,
};
use nearmind_core::catalog::{ContextPopularity, Relations};

/// All that a pack says of the shop's interactions, beside the weights of a score.
pub struct Published {
    /// What follows what, as probabilities by row.
    pub relations: Relations,
    /// Of what tells where and when something happened, what foretells.
    pub contexts: Option<ContextPopularity>,
    /// Pairs of items that too few visitors chose to be published.
    pub left_out: usize,
}

/// `fields` are the columns that tell where and when, each with its weight.
pub fn publish(shop: Shop, past: Past, limit: Limit, settings: Settings, fields: &BTreeMap<String, f32>) -> Published {
    let len = shop.matrix.len();
    let visits = Visits::new(past.histories.iter().map(Vec::as_slice), len, limit);
    let Followers { relations, left_out } =
        visits.followers(settings, &ColdItemNeighbours::new(shop.matrix, visits.counts()));
    let relations = pairs::counted(relations, past.histories, limit);
    let counts = || Counts::of(past.histories, 0..past.histories.len(), past.occurred, limit);
    let contexts = (!fields.is_empty()).then(|| counts().contexts(fields, len));
    Published { relations, contexts, left_out }
}
