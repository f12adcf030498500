//! The shop's own rules for a list, whatever the visitor likes, and the page's context that they may depend on. Rules
//! are JSON:
//!
//! ```json
//! {
//!   "pin": [{"item": "gift-card", "place": 2}],
//!   "exclude": [{"eq": {"field": "category", "value": "Spare parts"}}],
//!   "bury": [{"eq": {"field": "availability", "value": "out-of-stock"}}],
//!   "boost": [{"when": {"eq": {"field": "season", "value": "winter"}},
//!              "items": {"eq": {"field": "tag", "value": "winter"}}, "add": 0.5}],
//!   "goesWith": [{"with": {"eq": {"field": "category", "value": "Bicycles"}},
//!                 "show": {"eq": {"field": "category", "value": "Helmets"}}, "add": 1}]
//! }
//! ```
//!
//! `add` is in standard deviations of the scores over the catalogue; 1 is a lot. Must not know scores.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::filter::{FieldValue, Filter, FilterValue, Record};
use crate::catalog::context_popularity::{FIELDS, Fact, normalize_value};

/// The shop's rules for a list. As JSON every field may be absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Rules {
    /// Items at fixed places.
    pub pin: Vec<Pin>,
    /// Items that are never shown.
    pub exclude: Vec<Filter>,
    /// Items that are shown after everything else.
    pub bury: Vec<Filter>,
    /// Items whose scores are raised, or lowered with a negative `add`.
    pub boost: Vec<Boost>,
    /// Items that go with the items in the cart, or with the item of a product page.
    pub goes_with: Vec<GoesWith>,
}

/// An item at a fixed place of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The item's id, or another of its names.
    pub item: String,
    /// The place in the list; 1 is the first.
    pub place: usize,
}

/// Raises or lowers the scores of items, always or in some contexts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Boost {
    /// A condition on the page's context. Absent: the rule always applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Filter>,
    /// The items whose scores change.
    pub items: Filter,
    /// What is added to their scores, in standard deviations of the scores. Negative values lower them.
    pub add: f32,
}

/// Raises the scores of items that go with an item in the cart, or with the page's item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct GoesWith {
    /// A condition on an item in the cart, or on the page's item.
    pub with: Filter,
    /// The items whose scores are raised.
    pub show: Filter,
    /// What is added to their scores, in standard deviations of the scores. Absent: 1.
    #[serde(default = "one")]
    pub add: f32,
}

fn one() -> f32 {
    1.0
}

impl Rules {
    /// All filters on items, to be changed.
    pub fn item_filters_mut(&mut self) -> impl Iterator<Item = &mut Filter> {
        let goes_with = self.goes_with.iter_mut().flat_map(|rule| [&mut rule.with, &mut rule.show]);
        let boosts = self.boost.iter_mut().map(|boost| &mut boost.items);
        self.exclude.iter_mut().chain(&mut self.bury).chain(boosts).chain(goes_with)
    }

    /// These rules, followed by those of `other`.
    pub fn merge(mut self, other: Self) -> Self {
        self.pin.extend(other.pin);
        self.exclude.extend(other.exclude);
        self.bury.extend(other.bury);
        self.boost.extend(other.boost);
        self.goes_with.extend(other.goes_with);
        self
    }

    /// The first mistake in the rules, as a message for their author.
    pub fn problem(&self) -> Option<String> {
        let adds = self.boost.iter().map(|boost| boost.add).chain(self.goes_with.iter().map(|rule| rule.add));
        let filters = self.exclude.iter().chain(&self.bury);
        let boosts = self.boost.iter().flat_map(|boost| boost.when.iter().chain([&boost.items]));
        let goes_with = self.goes_with.iter().flat_map(|rule| [&rule.with, &rule.show]);
        let infinite =
            |add: f32| (!add.is_finite()).then(|| format!("a rule has `add` {add}; it must be a finite number"));
        let at_zero =
            |pin: &Pin| (pin.place == 0).then(|| format!("{:?} is pinned to place 0; the first place is 1", pin.item));
        (filters.chain(boosts).chain(goes_with).find_map(Filter::problem))
            .or_else(|| adds.into_iter().find_map(infinite))
            .or_else(|| self.pin.iter().find_map(at_zero))
    }
}

/// The context of a request, as the page states it. Never stored.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Context {
    /// Ids of the items in the cart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cart: Vec<String>,
    /// The page's own text, or what the visitor says they need now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Anything else that a rule may depend on. For `place`, `device`, `season`, `weekday` and `hour` a shop may have
    /// learned which items are popular: [`crate::catalog::context_popularity`].
    #[serde(flatten)]
    pub facts: BTreeMap<String, Option<ContextValue>>,
}

impl Context {
    /// The facts whose popular items a shop can learn, as field and normalised value.
    pub fn learned_facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for field in FIELDS {
            self.any(field, &mut |found| {
                let text = match found {
                    FieldValue::Text(text) => text.to_owned(),
                    FieldValue::Number(number) => number.to_string(),
                };
                facts.push((field.to_owned(), normalize_value(&text)));
                false
            });
        }
        facts
    }
}

/// One value or several of a field of the context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
pub enum ContextValue {
    /// A number or a text.
    One(FilterValue),
    /// A list of values: one that matches is enough.
    Several(Vec<FilterValue>),
    /// Compared as a number: `true` is 1 and `false` is 0.
    Flag(bool),
}

/// The field `cart` has the ids in the cart; any other field is a fact.
impl Record for Context {
    fn any(&self, field: &str, predicate: &mut dyn FnMut(FieldValue<'_>) -> bool) -> bool {
        if field == "cart" {
            return self.cart.iter().any(|id| predicate(FieldValue::Text(id)));
        }
        let mut matches = |value: &FilterValue| match value {
            FilterValue::Number(number) => number.as_f64().is_some_and(|number| predicate(FieldValue::Number(number))),
            FilterValue::Text(text) => predicate(FieldValue::Text(text)),
        };
        match self.facts.get(field).and_then(Option::as_ref) {
            None => false,
            Some(ContextValue::One(one)) => matches(one),
            Some(ContextValue::Several(several)) => several.iter().any(matches),
            Some(ContextValue::Flag(flag)) => matches(&FilterValue::Number(Number::from(u8::from(*flag)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_match_the_context() {
        let context: Context =
            serde_json::from_str(r#"{"cart": ["a"], "season": "Winter", "hour": 19, "tags": ["rain", "cold"]}"#)
                .unwrap();
        for (when, expect) in [
            (r#"{"eq": {"field": "season", "value": "winter"}}"#, true),
            (r#"{"range": {"field": "hour", "from": 18, "to": 23}}"#, true),
            (r#"{"eq": {"field": "tags", "value": "cold"}}"#, true),
            (r#"{"eq": {"field": "cart", "value": "b"}}"#, false),
            (r#"{"has": "place"}"#, false),
        ] {
            assert_eq!(serde_json::from_str::<Filter>(when).unwrap().matches(&context), expect, "{when}");
        }
        let fact = |field: &str, value: &str| (field.to_owned(), value.to_owned());
        assert_eq!(context.learned_facts(), [fact("season", "winter"), fact("hour", "19")]);
    }

    #[test]
    fn mistakes_in_rules_are_reported() {
        for (rules, expect) in [
            (r#"{"pin": [{"item": "a", "place": 0}]}"#, "place 0"),
            (r#"{"bury": [{"has": ""}]}"#, "empty field name"),
            (r#"{"boost": [{"when": {"range": {"field": "hour"}}, "items": {"all": []}, "add": 1}]}"#, "needs `from`"),
        ] {
            let problem = serde_json::from_str::<Rules>(rules).unwrap().problem();
            assert!(problem.as_ref().is_some_and(|text| text.contains(expect)), "{problem:?}");
        }
        let error = serde_json::from_str::<Rules>(r#"{"pins": []}"#).unwrap_err().to_string();
        assert!(error.contains("unknown field `pins`"), "{error}");
    }
}
