//! Why a card is where it is, as plain data. Must not know how anything is computed.

use serde::{Deserialize, Serialize};

use crate::{explain::Part, profile::Event};

/// Why an item stands where it stands in a shelf's list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    pub shelf: String,
    pub item: String,
    /// From 1; absent where the list does not have the item.
    pub place: Option<usize>,
    /// How many the list has.
    pub of: usize,
    /// Its place if score alone decided: what differs was done for variety, shares and pins.
    pub by_score: Option<usize>,
    pub score: f32,
    /// What the score is the sum of, by how much each says.
    pub parts: Vec<ScorePart>,
    /// What each interest adds, named as the visitor knows it; of those parts that come from the visit.
    pub interests: Vec<ScorePart>,
    /// What each event adds to the score, by how much it says; together they are the parts that come from the visit.
    pub events: Vec<EventShare>,
    /// Every sentence's claim is a number of `parts`, `events` or the catalogue.
    pub sentences: Vec<Vec<Part>>,
}

/// A summand of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ScorePart {
    /// For programs.
    pub name: String,
    /// For people, in the page's language.
    pub label: String,
    pub share: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EventShare {
    pub event: Event,
    /// The item's title in the page's language, or the text.
    pub label: String,
    pub share: f32,
    /// Where the item would stand without all that the visitor did with this item or text; as replaying the log says.
    /// Absent where it was not replayed.
    pub without: Option<Moved>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    /// From 1; absent where the list would not reach it.
    pub place: Option<usize>,
}

/// What would bring an item into a shelf's list. Replaying the log has confirmed it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WhyNot {
    pub shelf: String,
    pub item: String,
    /// From 1, where the list has it already.
    pub place: Option<usize>,
    /// The fewest events without which the list would have it; empty where there are none.
    pub remove: Vec<Event>,
    /// One more event with which the list would have it.
    pub add: Option<Event>,
    pub sentence: Vec<Part>,
}

/// Where the model looked in an item's text; not a reason for anything.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    pub item: String,
    /// A word's share is its part of all attention. Empty where the device does not tell.
    pub parts: Vec<Part>,
}
