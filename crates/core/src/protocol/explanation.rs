//! Explanations of a card's place, as plain data. Must not know how anything is computed.

use serde::{Deserialize, Serialize};

use super::{Basis, Claim};
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
    /// What each interest adds to those parts that come from the visit.
    pub interests: Vec<InterestShare>,
    /// What each event adds to the score, by how much it says; together they are the parts that come from the visit.
    pub events: Vec<EventShare>,
    /// What the list is based on.
    pub basis: Basis,
    /// What contributes most to the score; absent where no event of the visit is the reason.
    pub claim: Option<Claim>,
    /// Where the item would be without what adds most to its score; absent where it was not replayed.
    pub without: Option<Without>,
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ScorePart {
    /// Its name: `content`, `cooccurrence`.
    pub name: String,
    /// What it adds to the score. Negative where it lowers it.
    pub share: f32,
}

/// What an interest adds to the score of an item.
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
    /// The item's place without any of the visitor's events on this item or text, from replaying the log. Absent if it
    /// was not replayed.
    pub without: Option<Moved>,
}

/// Where an item would be if the visitor had done nothing with another item or text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Without {
    /// The other item's title in the page's language, or the text.
    pub label: String,
    /// From 1; absent where it would not be among the first `of`.
    pub place: Option<usize>,
    /// How far the list was continued.
    pub of: usize,
}

/// Where an item stands in another list.
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
    /// Its title in the page's language.
    pub title: String,
    /// From 1, where the list has it already.
    pub place: Option<usize>,
    /// The fewest events to remove so that the item is in the list; empty if there are none.
    pub remove: Vec<Event>,
    /// What each event of `remove` is about: the item's title in the page's language, or the text.
    pub remove_labels: Vec<String>,
    /// One more event with which the list would have it.
    pub add: Option<Event>,
    /// What `add` is about, in the same way.
    pub add_label: Option<String>,
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
