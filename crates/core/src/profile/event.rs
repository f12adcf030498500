//! What a visitor did: one line of the log, under GA4's names.

use serde::{Deserialize, Serialize};

/// GA4's e-commerce names, and the few that GA4 has none for (`like`, `dislike`, `hide`, `rate`, `wish`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum EventName {
    /// Items were shown in a list. It says nothing of a taste.
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
    /// The visitor dislikes an item: it is not shown until they like it, and counts against what is like it.
    Dislike,
    /// The visitor does not want to see an item: it is not shown, and nothing else follows from it.
    Hide,
    /// Stars, 1 to 5, in `value`.
    Rate,
    /// The answer to "what do you like?", in `text`.
    Wish,
}

impl EventName {
    /// Whether it says anything of a taste. Shown is not seen; hiding may have any reason; out of the cart
    /// only takes back what the cart said.
    pub fn expresses_preference(self) -> bool {
        !matches!(self, Self::ViewItemList | Self::RemoveFromCart | Self::Hide)
    }

    /// Something done in passing, which fades with the steps that follow, unlike something said for good.
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
    /// The search term or the wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What `rate` gave, 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// How long the visitor stayed with a `view_item`, as far as the page knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dwell_ms: Option<f64>,
    /// Milliseconds since the Unix epoch, by the page's clock.
    pub time_ms: f64,
}

/// Characters of an event's id or text; the rest is cut off.
const LONGEST: usize = 2000;

impl Event {
    /// The event as the log takes it, whatever the page sent: texts of at most 2,000 characters, numbers that are finite.
    pub fn sanitized(mut self, now_ms: f64) -> Self {
        for text in [&mut self.item, &mut self.text].into_iter().flatten() {
            if let Some((end, _)) = text.char_indices().nth(LONGEST) {
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

    /// Something done with an item.
    pub fn for_item(name: EventName, item: &str, time_ms: f64) -> Self {
        Self { name, item: Some(item.to_owned()), time_ms, ..Self::default() }
    }

    /// Something said: a wish or a search.
    pub fn for_text(name: EventName, text: &str, time_ms: f64) -> Self {
        Self { name, text: Some(text.to_owned()), time_ms, ..Self::default() }
    }
}

/// The visitor's standing opinion of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Opinion {
    /// The last opinion that the visitor gave is a like.
    Like,
    /// The last opinion that the visitor gave is a dislike.
    Dislike,
}
