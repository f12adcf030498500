//! Explanations of a card's place, as plain data. Must not know how anything is computed.

use serde::{Deserialize, Serialize};

use crate::{explain::Part, profile::Event};

/// Why an item has its place in a shelf's list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The page's name for the shelf.
    pub shelf: String,
    /// The shop's own id of the item.
    pub item: String,
    /// The item's place, from 1; absent if it is not in the list.
    pub place: Option<usize>,
    /// The length of the list.
    pub of: usize,
    /// The place by score alone. Variety, exposure shares and pins account for the difference.
    pub by_score: Option<usize>,
    /// The item's score in this list: the sum of `parts`.
    pub score: f32,
    /// The parts that the score is the sum of, the largest first.
    pub parts: Vec<ScorePart>,
    /// What each interest contributes to the parts that come from the visitor's events, labelled as the visitor knows
    /// it.
    pub interests: Vec<ScorePart>,
    /// What each event contributes to the score, the largest first. They sum to the parts that come from the visitor's
    /// events.
    pub events: Vec<EventShare>,
    /// The explanation in sentences. Every claim is backed by a number in `parts`, `events` or the catalogue.
    pub sentences: Vec<Vec<Part>>,
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ScorePart {
    /// The name, for programs.
    pub name: String,
    /// The name for people, in the page's language.
    pub label: String,
    /// Its contribution to the score; negative if it lowers the score.
    pub share: f32,
}

/// What one event contributes to the score of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EventShare {
    /// The event, as in the log.
    pub event: Event,
    /// The item's title in the page's language, or the text.
    pub label: String,
    /// Its contribution to the score; negative if it lowers the score.
    pub share: f32,
    /// The item's place without any of the visitor's events on this item or text, from replaying the log. Absent if it
    /// was not replayed.
    pub without: Option<Moved>,
}

/// An item's place in another list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    /// From 1; absent if the item is not in that list.
    pub place: Option<usize>,
}

/// What would bring an item into a shelf's list, confirmed by replaying the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WhyNot {
    /// The page's name for the shelf.
    pub shelf: String,
    /// The shop's own id of the item.
    pub item: String,
    /// The item's place, from 1, if it is already in the list.
    pub place: Option<usize>,
    /// The fewest events to remove so that the item is in the list; empty if there are none.
    pub remove: Vec<Event>,
    /// One event to add so that the item is in the list.
    pub add: Option<Event>,
    /// The same as a sentence in the page's language.
    pub sentence: Vec<Part>,
}

/// The model's attention to the words of an item's text. It is no explanation of a ranking.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    /// The shop's own id of the item.
    pub item: String,
    /// The text. A word's `share` is its share of all attention. Empty if the device does not return attention.
    pub parts: Vec<Part>,
}
