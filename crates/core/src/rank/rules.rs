//! What the shop wants whatever the visitor likes: a JSON file of rules, and the surroundings they ask about.
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
//! `add` is in units of the scores' standard deviation over the catalogue: 1 is much. Must not know scores.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::filter::{Filter, FieldValue, Record, FilterValue};
use crate::catalog::context_popularity::{FIELDS, Fact, value};

/// What the shop wants of a list. As JSON every field may be absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Rules {
    /// Items at a fixed place.
    pub pin: Vec<Pin>,
    /// Never shown.
    pub exclude: Vec<Filter>,
    /// Shown after everything else.
    pub bury: Vec<Filter>,
    /// Raised, or lowered with a negative `add`.
    pub boost: Vec<Boost>,
    /// What goes with what is in the cart, or with the item of a product page.
    pub goes_with: Vec<GoesWith>,
}

/// An item at a fixed place of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The item's id, or another of its names.
    pub item: String,
    /// 1 is the first.
    pub place: usize,
}

/// Items that a list prefers or avoids, always or in some surroundings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Boost {
    /// About the surroundings; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Filter>,
    /// The items that are raised or lowered.
    pub items: Filter,
    /// What their scores change by, in standard deviations of the scores. Negative lowers them.
    pub add: f32,
}

/// Items that a list prefers because of what is in the cart, or of the page's item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct GoesWith {
    /// About an item of the cart.
    pub with: Filter,
    /// The items that are raised.
    pub show: Filter,
    /// What their scores change by, in standard deviations of the scores; 1 where it is absent.
    #[serde(default = "one")]
    pub add: f32,
}

fn one() -> f32 {
    1.0
}

impl Rules {
    /// Those about items.
    pub fn item_filters_mut(&mut self) -> impl Iterator<Item = &mut Filter> {
        let goes_with = self.goes_with.iter_mut().flat_map(|rule| [&mut rule.with, &mut rule.show]);
        let boosts = self.boost.iter_mut().map(|boost| &mut boost.items);
        self.exclude.iter_mut().chain(&mut self.bury).chain(boosts).chain(goes_with)
    }

    /// Both, the other's after one's own.
    pub fn merge(mut self, other: Self) -> Self {
        self.pin.extend(other.pin);
        self.exclude.extend(other.exclude);
        self.bury.extend(other.bury);
        self.boost.extend(other.boost);
        self.goes_with.extend(other.goes_with);
        self
    }

    /// What is wrong with them, for the person who wrote them.
    pub fn problem(&self) -> Option<String> {
        let adds = self.boost.iter().map(|boost| boost.add).chain(self.goes_with.iter().map(|rule| rule.add));
        let filters = self.exclude.iter().chain(&self.bury);
        let boosts = self.boost.iter().flat_map(|boost| boost.when.iter().chain([&boost.items]));
        let goes_with = self.goes_with.iter().flat_map(|rule| [&rule.with, &rule.show]);
        let wild = |add: f32| (!add.is_finite()).then(|| format!("a rule adds {add}: give it a number"));
        let unplaced = |pin: &Pin| (pin.place == 0).then(|| format!("{:?} is pinned to place 0; 1 is first", pin.item));
        (filters.chain(boosts).chain(goes_with).find_map(Filter::problem))
            .or_else(|| adds.into_iter().find_map(wild))
            .or_else(|| self.pin.iter().find_map(unplaced))
    }
}

/// What the page says of its surroundings. Nothing of it is kept, and nothing is found out that it does not say.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Context {
    /// Ids of the items that lie in the cart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cart: Vec<String>,
    /// The page's own text, or what the visitor says they need now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Anything else that a rule may ask for. Of `place`, `device`, `season`, `weekday` and `hour` a shop may have learned
    /// what is chosen then: [`crate::catalog::contexts`].
    #[serde(flatten)]
    pub facts: BTreeMap<String, Option<ContextValue>>,
}

impl Context {
    /// What of it is said of the occasion, as it is learned.
    pub fn learned_facts(&self) -> Vec<Fact> {
        let mut said = Vec::new();
        for field in FIELDS {
            self.any(field, &mut |found| {
                let text = match found {
                    FieldValue::Text(text) => text.to_owned(),
                    FieldValue::Number(number) => number.to_string(),
                };
                said.push((field.to_owned(), value(&text)));
                false
            });
        }
        said
    }
}

/// One value or several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
pub enum ContextValue {
    /// A number or a text.
    One(FilterValue),
    /// A list of values: one that fits is enough.
    Several(Vec<FilterValue>),
    /// As a number: `true` is 1 and `false` is 0.
    Flag(bool),
}

/// `cart` holds ids; every other field is a fact.
impl Record for Context {
    fn any(&self, field: &str, fits: &mut dyn FnMut(FieldValue<'_>) -> bool) -> bool {
        if field == "cart" {
            return self.cart.iter().any(|id| fits(FieldValue::Text(id)));
        }
        let mut holds = |value: &FilterValue| match value {
            FilterValue::Number(number) => number.as_f64().is_some_and(|number| fits(FieldValue::Number(number))),
            FilterValue::Text(text) => fits(FieldValue::Text(text)),
        };
        match self.facts.get(field).and_then(Option::as_ref) {
            None => false,
            Some(ContextValue::One(one)) => holds(one),
            Some(ContextValue::Several(several)) => several.iter().any(holds),
            Some(ContextValue::Flag(yes)) => holds(&FilterValue::Number(Number::from(u8::from(*yes)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_asks_about_the_surroundings() {
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
    fn wrong_rules_are_told() {
        for (rules, expect) in [
            (r#"{"pin": [{"item": "a", "place": 0}]}"#, "place 0"),
            (r#"{"bury": [{"has": ""}]}"#, "no field"),
            (r#"{"boost": [{"when": {"range": {"field": "hour"}}, "items": {"all": []}, "add": 1}]}"#, "neither"),
        ] {
            let problem = serde_json::from_str::<Rules>(rules).unwrap().problem();
            assert!(problem.as_ref().is_some_and(|text| text.contains(expect)), "{problem:?}");
        }
        let error = serde_json::from_str::<Rules>(r#"{"pins": []}"#).unwrap_err().to_string();
        assert!(error.contains("unknown field `pins`"), "{error}");
    }
}
