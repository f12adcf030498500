//! What of a catalogue and of a page's ids will not work, as plain data. Must not know how it is found.

use serde::{Deserialize, Serialize};

/// What of a catalogue and of a page's ids will not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// How many items the catalogue has.
    pub items: usize,
    /// Items that are out of stock.
    pub sold_out: usize,
    /// Items that the built-in scene for shops may show.
    pub can_be_shown: usize,
    /// Ids that the page or the visitor's log names and no item has, those named most often first.
    pub unmatched: Vec<UnmatchedId>,
    /// How many there are beside those that are listed.
    pub more_unmatched: usize,
}

/// An id that no item of the catalogue has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UnmatchedId {
    /// The id as the page or the log has it.
    pub id: String,
    /// How often it is named.
    pub count: usize,
    /// The nearest id or other name of an item, where one is near.
    pub nearest: Option<String>,
}
