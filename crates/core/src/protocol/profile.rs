//! What the visitor's own page shows: events, interests and the map. Must not know how they are found.

use serde::{Deserialize, Serialize};

use super::UnusedReason;
use crate::profile::Event;

/// What the device knows of the visitor.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProfileSummary {
    /// The heaviest first.
    pub interests: Vec<InterestLine>,
    /// All events of the log, oldest first.
    pub events: Vec<EventLine>,
    /// Size of the log as JSON, in bytes.
    pub stored_bytes: f64,
    /// For how many days typed texts are kept; 0: until they are deleted.
    pub text_days: u32,
}

/// Several things that one taste explains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct InterestLine {
    /// For commands; stays while the interest's oldest item does.
    pub id: String,
    /// The visitor's own name for it, or else its words.
    pub name: String,
    /// The words that its items have in common, in the page's language as far as items have it.
    pub words: Vec<String>,
    /// Part of all positive weight, 0..1, as it would be if nothing were muted.
    pub weight: f32,
    /// It is left out of all lists, because the visitor says so.
    pub muted: bool,
    /// The events that it is made of, oldest first.
    pub events: Vec<EventLine>,
}

/// Items and interests, near where they are alike. Coordinates are of no unit.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InterestMap {
    /// Items that the visitor saw, recommended ones, and of a large catalogue only some of the others.
    pub points: Vec<MapPoint>,
    /// One for each interest that has items.
    pub interests: Vec<MapInterest>,
}

/// An item as a point of the map.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MapPoint {
    /// The shop's own id of the item.
    pub item: String,
    /// The title in the page's language, or else in another; the id where there is none.
    pub title: String,
    /// Along the direction in which the items differ most.
    pub x: f32,
    /// At a right angle to it.
    pub y: f32,
    /// How it is marked.
    pub kind: PointKind,
}

/// How an item is marked on the map. Of two that are true the first holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum PointKind {
    /// It is one of the command's `recommended`.
    Recommended,
    /// The visitor did something with it.
    Seen,
    /// It is there for comparison.
    Other,
}

/// An interest as a point of the map, in the middle of its items.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MapInterest {
    /// The visitor's own name for it, or else its words.
    pub name: String,
    /// Along the direction in which the items differ most.
    pub x: f32,
    /// At a right angle to it.
    pub y: f32,
}

/// An event as a person reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EventLine {
    /// What the visitor did.
    pub event: Event,
    /// The item's title in the page's language, or the text.
    pub label: String,
    /// Its weight in the profile now, 0..1 of all positive weight; negative for dislikes.
    pub weight: f32,
    /// It counts for nothing, because the visitor says so.
    pub muted: bool,
    /// Why its text counts for nothing; absent where it counts, and where that is not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unused: Option<UnusedReason>,
}
