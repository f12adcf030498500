//! What the visitor's own page shows: events, interests and the map. Must not know how they are found.

use serde::{Deserialize, Serialize};

use crate::profile::Event;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProfileSummary {
    /// The heaviest first.
    pub interests: Vec<InterestLine>,
    pub events: Vec<EventLine>,
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
    pub muted: bool,
    /// The events that it is made of, oldest first.
    pub events: Vec<EventLine>,
}

/// Items and interests, near where they are alike. Coordinates are of no unit.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InterestMap {
    pub points: Vec<MapPoint>,
    pub interests: Vec<MapInterest>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MapPoint {
    pub item: String,
    pub title: String,
    pub x: f32,
    pub y: f32,
    pub kind: PointKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum PointKind {
    Recommended,
    Seen,
    Other,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MapInterest {
    pub name: String,
    pub x: f32,
    pub y: f32,
}

/// An event as a person reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EventLine {
    pub event: Event,
    /// The item's title in the page's language, or the text.
    pub label: String,
    /// Its weight in the profile now, 0..1 of all positive weight; negative for dislikes.
    pub weight: f32,
    /// It counts for nothing, because the visitor says so.
    pub muted: bool,
    /// It counts for nothing, because nothing can be made of it here: why, in the page's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unused: Option<String>,
}
