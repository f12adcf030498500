//! Problems of a catalogue and of a page's ids, as plain data. Must not know how they are found.

use serde::{Deserialize, Serialize};

/// Problems of a catalogue and of a page's ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// The number of items in the catalogue.
    pub items: usize,
    /// The number of items that are out of stock.
    pub sold_out: usize,
    /// The number of items that the built-in scene for shops can show.
    pub can_be_shown: usize,
    /// Ids that the page or the visitor's log uses and no item has, the most frequent first.
    pub unmatched: Vec<UnmatchedId>,
    /// The number of unmatched ids that are not listed.
    pub more_unmatched: usize,
}

/// An id that no item of the catalogue has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UnmatchedId {
    /// The id, as the page or the log writes it.
    pub id: String,
    /// How often it is used.
    pub count: usize,
    /// The most similar id or other name of an item, if one is similar.
    pub nearest: Option<String>,
}
