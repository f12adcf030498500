//! Reasons, notes and warnings as data: names and numbers that the page puts into words (`www/package/languages`). Must
//! not know any language.

use serde::{Deserialize, Serialize};

use crate::profile::EventName;

/// The main reason why an item is in a list: what contributes most to its score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Claim {
    /// An event of the visitor with another item.
    Event {
        /// The name of the event.
        name: EventName,
        /// The other item's title in the page's language.
        title: String,
    },
    /// A text that the visitor typed.
    Text {
        /// `wish` or `search`.
        name: EventName,
        /// The text as the visitor typed it.
        text: String,
        /// The words of `text` that the item's title or description contains, in the order of `text`.
        words: Vec<String>,
    },
    /// The visitor chose other items of the same category.
    Category {
        /// The number of those items.
        count: usize,
        /// The category's name.
        category: String,
    },
    /// The visitor chose other items of the same brand.
    Brand {
        /// The number of those items.
        count: usize,
        /// The brand's name.
        brand: String,
    },
    /// The visitor chose other items of about the same price.
    Price {
        /// The number of those items.
        count: usize,
    },
    /// Other visitors chose both this item and an item that this visitor chose.
    Together {
        /// The number of those visitors, which may be rounded down.
        visitors: u32,
        /// The other item's title in the page's language.
        title: String,
    },
    /// Other visitors often chose this item.
    Popular {
        /// The number of times that it was chosen, which may be rounded down.
        times: u32,
    },
}

/// A note about the visitor's last text: it is not used, or it excludes items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum TextNote {
    /// The text has no effect on any list.
    Unused {
        /// The text as the visitor typed it.
        text: String,
        /// Why it is not used.
        reason: UnusedReason,
        /// Primary subtags of the languages in which the items have texts, sorted.
        languages: Vec<String>,
    },
    /// The text only names things that the visitor does not want. Items with these are left out.
    LeftOut {
        /// The things that the visitor does not want, such as `wool`.
        things: Vec<String>,
    },
    /// The text says what items may cost. Others are left out.
    PriceLimit {
        /// The lowest price, if there is one.
        from: Option<f64>,
        /// The highest price, if there is one.
        to: Option<f64>,
        /// ISO 4217 code of the currency.
        currency: String,
        /// Whether some item has such a price. If none has, the limit is not used.
        is_kept: bool,
    },
}

/// Why a text of the visitor is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum UnusedReason {
    /// The model has not encoded it yet, and no item contains its words.
    Pending,
    /// No item fits it.
    NoMatch,
    /// No item fits it, and neither the items' texts nor the model support its language.
    Language,
    /// It contains a negation, and it is unclear what is negated.
    Unclear,
}

/// A problem of the page or its catalogue, logged to the console for the page's developer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Warning {
    /// The built-in scenes can show no item, because the items are out of stock.
    NothingToShow {
        /// The number of items that are out of stock.
        sold_out: usize,
        /// The number of items in the catalogue.
        items: usize,
    },
    /// The page uses ids that no item of the catalogue has.
    UnknownIds {
        /// The number of such ids.
        count: usize,
        /// One of these ids, as an example.
        first: String,
    },
}
