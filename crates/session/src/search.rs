//! Search by word and by meaning.
//!
//! The two lists are fused by rank, because their scores cannot be compared: reciprocal rank fusion (Cormack, Clarke
//! and Büttcher 2009). Must not know where the query's vector comes from.

use std::collections::BTreeMap;

use nearmind_core::{
    catalog::Catalog,
    sort::sort_by,
    text::{WeightedTerm, expand_query},
    vectors::{Hit, Query},
};

/// The constant k of the paper: the larger, the less the first ranks stand out.
const K: f32 = 60.0;
/// Hits of each of the two lists.
const DEPTH: usize = 100;
/// An item below this cosine to the query is not found, however close the query is to all items.
const THRESHOLD: f32 = 0.2;
/// The least cosine of an item to those that contain the query's words.
const ALIKE: f32 = 0.35;

/// The query's vector.
pub struct Meaning {
    /// Centred, of length 1. `[H]`
    vector: Vec<f32>,
    /// The least cosine of an item that is found.
    floor: f32,
}

impl Meaning {
    /// As the model encoded it; items below the cosine `floor` are about something else.
    pub fn encoded(vector: &[f32], floor: f32) -> Self {
        Self { vector: vector.to_vec(), floor: floor.max(THRESHOLD) }
    }

    /// The mean of the items that contain the query's words.
    pub fn by_words(vector: Vec<f32>) -> Self {
        Self { vector, floor: ALIKE }
    }
}

/// The items that were found, and by which words.
pub struct Found {
    /// The items, best first, with their fused scores.
    pub hits: Vec<Hit>,
    /// The words of the catalogue that the query's words matched.
    pub terms: Vec<WeightedTerm>,
}

/// The items for `query` for which `keep` holds, best first, ties by row: those that contain a word of it or are near its
/// meaning.
pub fn search(
    catalog: &Catalog,
    query: &str,
    meaning: Option<&Meaning>,
    limit: usize,
    keep: impl Fn(u32) -> bool,
) -> Found {
    let terms = expand_query(query, &catalog.index, &catalog.segmenter);
    let by_word =
        catalog.index.search_weighted(&terms).into_iter().map(|(row, _)| row).filter(|row| keep(*row)).take(DEPTH);
    let by_meaning =
        meaning.filter(|_| catalog.matrix.width() > 0).map_or_else(Vec::new, |Meaning { vector, floor }| {
            catalog.matrix.top_k(&Query::new(vector), DEPTH, *floor, &keep).iter().map(|hit| hit.row).collect()
        });
    let mut scores: BTreeMap<u32, f32> = BTreeMap::new();
    for (rank, row) in by_word.enumerate().chain(by_meaning.into_iter().enumerate()) {
        *scores.entry(row).or_default() += 1.0 / (K + 1.0 + rank as f32);
    }
    let mut hits: Vec<Hit> = scores.into_iter().map(|(row, score)| Hit { row, score }).collect();
    sort_by(&mut hits, |a, b| b.score.total_cmp(&a.score).then(a.row.cmp(&b.row)));
    hits.truncate(limit);
    Found { hits, terms }
}
