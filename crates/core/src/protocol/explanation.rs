//! Answers to "why this item?" and "why not that one?", as plain data. Must not know how anything is computed.

use serde::{Deserialize, Serialize};

use super::{Basis, Claim};
use crate::{explain::Part, profile::Event};

/// Why an item ranks where it does in a shelf's list.
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
    /// The place that the item would have if the list were sorted by score alone; absent if it is not in the list.
    /// Diversity, exposure and rules can move an item.
    pub by_score: Option<usize>,
    /// The item's score in this list: the sum of `parts`.
    pub score: f32,
    /// The parts that sum to `score`, the largest absolute share first.
    pub parts: Vec<ScorePart>,
    /// What each interest of the visitor adds to the score, the largest absolute share first.
    pub interests: Vec<InterestShare>,
    /// What each event of the visitor adds to the score. Events of one item or text follow each other, those with the
    /// largest absolute share first. Only the first twelve events are listed.
    pub events: Vec<EventShare>,
    /// What the list is based on.
    pub basis: Basis,
    /// The main reason, as on the card; absent if no reason is certain.
    pub claim: Option<Claim>,
    /// Where the item would rank without the item or text that adds most to its score; absent if not computed.
    pub without: Option<Without>,
}

/// One part of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ScorePart {
    /// The name: `content`, `words`, `cooccurrence`, `popularity`, `brand`, `category`, `price`, `contextPopularity`, `context`
    /// (the page's text and cart), `rules` (boosts) or `variety` (a list that is made without scores).
    pub name: String,
    /// What it adds to the score; negative if it lowers the score.
    pub share: f32,
}

/// What one interest contributes to the score of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InterestShare {
    /// The interest's id.
    pub name: String,
    /// The visitor's own name for it, or else its words.
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
    /// Where the explained item would rank if the visitor had no events about this event's item or text. Only set for
    /// the first event of each of the items and texts that add most.
    pub without: Option<Moved>,
}

/// Where an item would rank if the visitor had no events about another item or text, found by ranking again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Without {
    /// The other item's title in the page's language, or the text.
    pub label: String,
    /// The place, from 1; absent if the item would not be among the first `of`.
    pub place: Option<usize>,
    /// The number of places that were looked at; more than the list shows.
    pub of: usize,
}

/// The place of an item in a list that was ranked again without some events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    /// The place, from 1; absent if the item is not in that list, even if it is continued.
    pub place: Option<usize>,
}

/// What would bring an item into a shelf's list, confirmed by ranking again.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WhyNot {
    /// The page's name for the shelf.
    pub shelf: String,
    /// The shop's own id of the item.
    pub item: String,
    /// Its title in the page's language.
    pub title: String,
    /// The place of the item, from 1, if it is already in the list.
    pub place: Option<usize>,
    /// The events whose removal would bring the item into the list, none of them superfluous; empty if no such events
    /// were found.
    pub remove: Vec<Event>,
    /// What each event of `remove` is about: the item's title in the page's language, or the text.
    pub remove_labels: Vec<String>,
    /// One additional event that would bring the item into the list; absent if none was found.
    pub add: Option<Event>,
    /// What `add` is about: the item's title in the page's language.
    pub add_label: Option<String>,
}

/// The model's attention to the words of an item's text. It does not explain a ranking.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    /// The shop's own id of the item.
    pub item: String,
    /// The item's text. A word's `share` is its share of all attention. Empty if the device does not return attention.
    pub parts: Vec<Part>,
}
