//! Why a card is where it is, as plain data. Must not know how anything is computed.

use serde::{Deserialize, Serialize};

use crate::{explain::Part, profile::Event};

/// Why an item stands where it stands in a shelf's list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The page's name of the shelf.
    pub shelf: String,
    /// The shop's own id of the item.
    pub item: String,
    /// From 1; absent where the list does not have the item.
    pub place: Option<usize>,
    /// How many the list has.
    pub of: usize,
    /// Its place if score alone decided: what differs was done for variety, shares and pins.
    pub by_score: Option<usize>,
    /// The item's score in this list: the sum of `parts`.
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
    /// What it adds to the score. Negative where it lowers it.
    pub share: f32,
}

/// What one event adds to the score of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EventShare {
    /// The event, as the log has it.
    pub event: Event,
    /// The item's title in the page's language, or the text.
    pub label: String,
    /// What it adds to the score. Negative where it lowers it.
    pub share: f32,
    /// Where the item would stand without all that the visitor did with this item or text; as replaying the log says.
    /// Absent where it was not replayed.
    pub without: Option<Moved>,
}

/// Where an item stands in another list.
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
    /// The page's name of the shelf.
    pub shelf: String,
    /// The shop's own id of the item.
    pub item: String,
    /// From 1, where the list has it already.
    pub place: Option<usize>,
    /// The fewest events without which the list would have it; empty where there are none.
    pub remove: Vec<Event>,
    /// One more event with which the list would have it.
    pub add: Option<Event>,
    /// The same for people, in the page's language.
    pub sentence: Vec<Part>,
}

/// Where the model looked in an item's text; not a reason for anything.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    /// The shop's own id of the item.
    pub item: String,
    /// A word's share is its part of all attention. Empty where the device does not tell.
    pub parts: Vec<Part>,
}
