//! The visitor's profile, as the page shows it: events, interests and the map. Must not know how they are computed.

use serde::{Deserialize, Serialize};

use super::UnusedReason;
use crate::profile::Event;

/// What the device knows about the visitor.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProfileSummary {
    /// The interests, the strongest first.
    pub interests: Vec<InterestLine>,
    /// All events of the log, oldest first.
    pub events: Vec<EventLine>,
    /// The size of the log, as JSON text, in bytes.
    pub stored_bytes: f64,
    /// The number of days that typed texts are kept; 0 if they are kept until they are deleted.
    pub text_days: u32,
}

/// An interest: a group of similar items and texts in the visitor's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct InterestLine {
    /// The id, for commands. Stays the same as long as the interest's oldest item does.
    pub id: String,
    /// The visitor's own name for the interest, or else its words.
    pub name: String,
    /// Words that are typical of its items and texts, in the page's language if the items have texts in it.
    pub words: Vec<String>,
    /// Its share of all positive weight, 0..=1. Muted interests and events count here like others.
    pub weight: f32,
    /// Whether the visitor has muted it.
    pub muted: bool,
    /// The events of the interest, oldest first.
    pub events: Vec<EventLine>,
}

/// Items and interests as points in two dimensions. Similar ones are near each other; coordinates have no unit.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InterestMap {
    /// Items that the visitor interacted with, recommended items, and others; of a large catalogue only some of the
    /// others.
    pub points: Vec<MapPoint>,
    /// One point for each interest that has items.
    pub interests: Vec<MapInterest>,
}

/// An item as a point of the map.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MapPoint {
    /// The shop's own id of the item.
    pub item: String,
    /// The title in the page's language, or else in another; the id if there is no title.
    pub title: String,
    /// Coordinate along the direction in which the items differ most.
    pub x: f32,
    /// Coordinate along the direction in which they differ second most.
    pub y: f32,
    /// How to mark it.
    pub kind: PointKind,
}

/// How an item is marked on the map. If two apply, the first is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum PointKind {
    /// The item is in `recommended` of the command.
    Recommended,
    /// The visitor interacted with the item.
    Seen,
    /// Another item, for comparison.
    Other,
}

/// An interest as a point of the map, at the mean of its items.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MapInterest {
    /// The visitor's own name for the interest, or else its words.
    pub name: String,
    /// Coordinate along the direction in which the items differ most.
    pub x: f32,
    /// Coordinate along the direction in which they differ second most.
    pub y: f32,
}

/// An event, as shown to the visitor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EventLine {
    /// The event.
    pub event: Event,
    /// The item's title in the page's language, or the text.
    pub label: String,
    /// Its current weight in the profile as a share of all positive weight, 0..=1; negative for dislikes.
    pub weight: f32,
    /// Whether the visitor has muted it.
    pub muted: bool,
    /// Why its text is not used; absent if it is used, if that is not decided yet, and for events without a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unused: Option<UnusedReason>,
}
