//! What can be said of a list and its items, as data: reasons, notes and warnings with their names and numbers. A page
//! puts them into words (`www/package/languages`). Must not know any language.

use serde::{Deserialize, Serialize};

use crate::profile::EventName;

/// What contributes most to the score of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Claim {
    /// What the visitor did with another item.
    Event {
        /// What was done.
        name: EventName,
        /// The other item's title.
        title: String,
    },
    /// What the visitor wrote.
    Text {
        /// `wish` or `search`.
        name: EventName,
        /// The text as the visitor wrote it.
        text: String,
        /// The words of the text that the item's own text contains, in their order.
        words: Vec<String>,
    },
    /// The visitor chose several items of its category.
    Category {
        /// How many items.
        count: usize,
        /// The category's name.
        category: String,
    },
    /// The visitor chose several items of its brand.
    Brand {
        /// How many items.
        count: usize,
        /// The brand's name.
        brand: String,
    },
    /// The visitor chose several items of about its price.
    Price {
        /// How many items.
        count: usize,
    },
    /// Other visitors chose it together with an item that this visitor chose.
    Together {
        /// How many visitors at least.
        visitors: u32,
        /// The other item's title.
        title: String,
    },
    /// Other visitors chose it often.
    Popular {
        /// How many times at least.
        times: u32,
    },
}

/// What became of the text that the visitor wrote last, where the list does not follow it as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum TextNote {
    /// The text changes no list.
    Unused {
        /// The text as the visitor wrote it.
        text: String,
        /// Why it is not used.
        reason: UnusedReason,
        /// Primary subtags of the languages that the items are described in, ascending.
        languages: Vec<String>,
    },
    /// The text only says what is not wanted: these things are left out.
    LeftOut {
        /// What is not wanted, each thing by itself: `wool`.
        things: Vec<String>,
    },
}

/// Why a text of the visitor is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum UnusedReason {
    /// The model has not read it yet, and no item contains its words.
    Pending,
    /// No item is about it.
    NoMatch,
    /// No item is about it, and neither the items' texts nor the model are in its language.
    Language,
    /// It negates something, and it is unclear what.
    Unclear,
}

/// What the page's developer should read in the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Warning {
    /// Items are out of stock, and no other item may be shown.
    NothingToShow {
        /// Items that are out of stock.
        sold_out: usize,
        /// All items of the catalogue.
        items: usize,
    },
    /// The page names ids that no item of the catalogue has.
    UnknownIds {
        /// How many ids.
        count: usize,
        /// One of them.
        first: String,
    },
}
