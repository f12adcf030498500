//! Computes what a pack ships from the chosen settings. Must not know how they were chosen.

use std::collections::BTreeMap;

use super::{
    ItemFeatures, MinVisitors, TrainingData,
    cold_items::ColdItemNeighbours,
    contexts::ContextCounts,
    cooccurrence::{Cooccurrences, HistoryIndex, Settings},
    pair_counts::count_pairs,
};
use nearmind_core::catalog::{ContextPopularity, Relations};

/// What a pack contains of the shop's interactions, besides the weights of a score.
pub struct PackData {
    /// The cooccurrences, as probabilities by row.
    pub relations: Relations,
    /// Popularity by context; `None` without field weights.
    pub contexts: Option<ContextPopularity>,
    /// How many pairs of items are not published because too few visitors chose both.
    pub suppressed_pairs: usize,
}

/// Counts all interactions with these settings. `field_weights` has the context fields in use, such as `place`, with
/// the weight of each.
pub fn publish(
    features: ItemFeatures,
    data: TrainingData,
    min_visitors: MinVisitors,
    settings: Settings,
    field_weights: &BTreeMap<String, f32>,
) -> PackData {
    let TrainingData { histories, details } = data;
    let len = features.matrix.len();
    let index = HistoryIndex::new(histories.iter().map(Vec::as_slice), len, min_visitors);
    let Cooccurrences { relations, suppressed_pairs } =
        index.cooccurrences(settings, &ColdItemNeighbours::new(features.matrix, index.counts()));
    let relations = count_pairs(relations, histories, min_visitors);
    let counts = || ContextCounts::new(histories, 0..histories.len(), details, min_visitors);
    let contexts = (!field_weights.is_empty()).then(|| counts().popularity(field_weights, len));
    PackData { relations, contexts, suppressed_pairs }
}
