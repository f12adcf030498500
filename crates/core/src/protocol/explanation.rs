//! Why a card is where it is, as plain data. Must not know how anything is computed.

use serde::{Deserialize, Serialize};

use super::{Basis, Claim};
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

/// A summand of a score.
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
    /// Its title in the page's language.
    pub title: String,
    /// From 1, where the list has it already.
    pub place: Option<usize>,
    /// The fewest events without which the list would have it; empty where there are none.
    pub remove: Vec<Event>,
    /// What each event of `remove` is about: the item's title in the page's language, or the text.
    pub remove_labels: Vec<String>,
    /// One more event with which the list would have it.
    pub add: Option<Event>,
    /// What `add` is about, in the same way.
    pub add_label: Option<String>,
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
