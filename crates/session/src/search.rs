//! Search by word and by meaning, fused.
//!
//! Ranks are fused, not scores, which are of different kinds: reciprocal rank fusion (Cormack, Clarke and
//! Büttcher 2009). Must not know where the query's vector comes from.

use std::collections::BTreeMap;

use nearmind_core::{
    catalog::Catalog,
    text::{WeightedTerm, expand_query},
    vectors::{Hit, Query},
};

/// The constant of the paper: how little the first ranks stand out.
const K: f32 = 60.0;
/// How many hits each of the two lists brings.
const DEEP: usize = 100;
/// Below this cosine to the query an item has another meaning, however near all items are to it.
const THRESHOLD: f32 = 0.2;
/// Below this cosine an item is not of one kind with those that contain the query's words.
const ALIKE: f32 = 0.35;

/// Where the query lies among the items.
pub struct Meaning {
    /// Centred, of length 1. `[H]`
    vector: Vec<f32>,
    /// The least cosine of an item that is found.
    floor: f32,
}

impl Meaning {
    /// As the model says, for which an item that is less than `floor` like the query is about something else.
    pub fn encoded(vector: &[f32], floor: f32) -> Self {
        Self { vector: vector.to_vec(), floor: floor.max(THRESHOLD) }
    }

    /// Among the items that contain its words.
    pub fn by_words(vector: Vec<f32>) -> Self {
        Self { vector, floor: ALIKE }
    }
}

/// What was found, and by which words.
pub struct Found {
    /// The items, best first, with their fused scores.
    pub hits: Vec<Hit>,
    /// The query's words, and which words of the catalogue they matched.
    pub terms: Vec<WeightedTerm>,
}

/// The items for `query`, best first, ties by row. What contains no word of it and is not near its meaning is not found.
pub fn search(catalog: &Catalog, query: &str, meaning: Option<&Meaning>, limit: usize) -> Found {
    let terms = expand_query(query, &catalog.index, &catalog.segmenter);
    let by_word = catalog.index.search_weighted(&terms).into_iter().take(DEEP).map(|(row, _)| row);
    let by_meaning =
        meaning.filter(|_| catalog.matrix.width() > 0).map_or_else(Vec::new, |Meaning { vector, floor }| {
            catalog.matrix.top_k(&Query::new(vector), DEEP, *floor, |_| true).iter().map(|hit| hit.row).collect()
        });
    let mut scores: BTreeMap<u32, f32> = BTreeMap::new();
    for (rank, row) in by_word.enumerate().chain(by_meaning.into_iter().enumerate()) {
        *scores.entry(row).or_default() += 1.0 / (K + 1.0 + rank as f32);
    }
    let mut hits: Vec<Hit> = scores.into_iter().map(|(row, score)| Hit { row, score }).collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.row.cmp(&b.row)));
    hits.truncate(limit);
    Found { hits, terms }
}
