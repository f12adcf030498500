//! What a visitor did: one line of the log, under GA4's names.

use serde::{Deserialize, Serialize};

/// GA4's e-commerce names, and the few that GA4 has none for (`like`, `dislike`, `hide`, `wish`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventName {
    ViewItemList,
    SelectItem,
    ViewItem,
    AddToCart,
    RemoveFromCart,
    Purchase,
    Search,
    Like,
    Dislike,
    Hide,
    /// The answer to "what do you like?", in `text`.
    Wish,
}

/// One line of the visitor's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    pub name: EventName,
    /// The item's id, for events that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The search term or the wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Milliseconds since the Unix epoch, by the page's clock.
    pub time_ms: f64,
}

/// The visitor's standing opinion of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opinion {
    Like,
    Dislike,
}
