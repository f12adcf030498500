//! What a visitor did: one line of the log, with GA4's event names.

use serde::{Deserialize, Serialize};

/// GA4's e-commerce event names, and those that GA4 lacks: `like`, `dislike`, `hide`, `rate`, `wish`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum EventName {
    /// Items were shown in a list. Does not count as a preference.
    ViewItemList,
    /// The visitor clicked on an item of a list.
    SelectItem,
    /// The visitor opened the page of an item.
    #[default]
    ViewItem,
    /// The visitor put an item into the cart.
    AddToCart,
    /// The visitor took an item out of the cart: its `add_to_cart` no longer counts.
    RemoveFromCart,
    /// The visitor bought an item.
    Purchase,
    /// The visitor searched for `text`.
    Search,
    /// The visitor likes an item; an earlier dislike no longer counts.
    Like,
    /// The visitor dislikes an item: it is not shown until they like it, and similar items score lower.
    Dislike,
    /// The visitor does not want to see an item: it is not shown. Other items are not affected.
    Hide,
    /// Stars, 1 to 5, in `value`.
    Rate,
    /// The answer to "what do you like?", in `text`.
    Wish,
}

impl EventName {
    /// Whether the event is evidence of a preference. An item that was shown was perhaps not seen, an item can be
    /// hidden for many reasons, and removal from the cart only revokes `add_to_cart`.
    pub fn expresses_preference(self) -> bool {
        !matches!(self, Self::ViewItemList | Self::RemoveFromCart | Self::Hide)
    }

    /// Whether the event is behaviour (implicit feedback), which decays with every later step, and not a statement
    /// (explicit feedback).
    pub fn is_implicit_feedback(self) -> bool {
        !matches!(self, Self::Like | Self::Dislike | Self::Rate | Self::Wish)
    }
}

/// One line of the visitor's log.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// What the visitor did.
    pub name: EventName,
    /// The item's id, for events that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The text of the search or of the wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The stars of a `rate`, 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Milliseconds that the visitor stayed on the page of a `view_item`, if the page knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dwell_ms: Option<f64>,
    /// Milliseconds since the Unix epoch, by the page's clock.
    pub time_ms: f64,
}

/// The most characters of an event's id or text. The rest is cut off.
const MAX_CHARS: usize = 2000;

impl Event {
    /// The event within the limits of the log, whatever the page sent: ids and texts of at most 2,000 characters, and
    /// only finite numbers. A time that is not finite becomes `now_ms`.
    pub fn sanitized(mut self, now_ms: f64) -> Self {
        for text in [&mut self.item, &mut self.text].into_iter().flatten() {
            if let Some((end, _)) = text.char_indices().nth(MAX_CHARS) {
                text.truncate(end);
            }
        }
        if !self.time_ms.is_finite() {
            self.time_ms = now_ms;
        }
        self.value = self.value.filter(|value| value.is_finite());
        self.dwell_ms = self.dwell_ms.filter(|dwell_ms| dwell_ms.is_finite());
        self
    }

    /// An event about an item.
    pub fn for_item(name: EventName, item: &str, time_ms: f64) -> Self {
        Self { name, item: Some(item.to_owned()), time_ms, ..Self::default() }
    }

    /// A wish or a search.
    pub fn for_text(name: EventName, text: &str, time_ms: f64) -> Self {
        Self { name, text: Some(text.to_owned()), time_ms, ..Self::default() }
    }
}

/// The visitor's opinion of an item: their last like or dislike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Opinion {
    /// The visitor's last opinion is a like.
    Like,
    /// The visitor's last opinion is a dislike.
    Dislike,
}
