//! Which records a rule is about: a small language over named fields, written as JSON.
//!
//! ```json
//! {"all": [
//!   {"in": {"field": "category", "values": ["Shoes", "Boots"]}},
//!   {"range": {"field": "price", "from": 20, "to": 80}},
//!   {"not": {"eq": {"field": "availability", "value": "out-of-stock"}}},
//!   {"any": [{"eq": {"field": "color", "value": "navy"}}, {"has": "rating"}]}
//! ]}
//! ```
//!
//! A field may have several values (the steps of a category path, tags): one that fits is enough. Text is
//! compared without regard to case. What is not known fits nothing but `not`. Items and what the page says
//! of its surroundings are both records. Must not know what a rule does with what fits.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::catalog::{Availability, ItemRef};

/// Deeper nesting is a mistake, or meant to harm.
const DEEPEST: usize = 16;

/// A condition that a record fits or does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Filter {
    /// All of these hold. An empty list always holds.
    All(Vec<Filter>),
    /// At least one of these holds. An empty list never holds.
    Any(Vec<Filter>),
    /// This one does not hold.
    Not(Box<Filter>),
    /// One of the field's values equals this.
    #[allow(missing_docs, reason = "the variant says it; ts-rs has no place for more")]
    Eq { field: String, value: FilterValue },
    /// One of the field's values is among these.
    #[allow(missing_docs, reason = "the variant says it")]
    In { field: String, values: Vec<FilterValue> },
    /// Both ends belong to the range; an end that is absent is open.
    #[allow(missing_docs, reason = "the variant says it")]
    Range {
        field: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<f64>,
    },
    /// The field is known.
    Has(String),
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
pub enum FilterValue {
    /// A number; a text that is written as the same number equals it.
    Number(#[cfg_attr(test, ts(type = "number"))] Number),
    /// A text, compared without regard to case and to spaces around it.
    Text(String),
}

/// One value of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldValue<'a> {
    /// A number, such as a price.
    Number(f64),
    /// A text, such as a brand; never empty for an item.
    Text(&'a str),
}

/// Something with named fields.
pub trait Record {
    /// Whether any value of `field` satisfies `fits`.
    fn any(&self, field: &str, fits: &mut dyn FnMut(FieldValue<'_>) -> bool) -> bool;
}

impl Filter {
    /// Whether `record` fits.
    pub fn matches(&self, record: &impl Record) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.matches(record)),
            Self::Any(filters) => filters.iter().any(|filter| filter.matches(record)),
            Self::Not(filter) => !filter.matches(record),
            Self::Eq { field, value } => record.any(field, &mut |found| value.is(found)),
            Self::In { field, values } => record.any(field, &mut |found| values.iter().any(|value| value.is(found))),
            Self::Range { field, from, to } => record.any(field, &mut |found| {
                let number = match found {
                    FieldValue::Number(number) => Some(number),
                    FieldValue::Text(text) => text.trim().parse().ok(),
                };
                number.is_some_and(|n| from.is_none_or(|from| n >= from) && to.is_none_or(|to| n <= to))
            }),
            Self::Has(field) => record.any(field, &mut |_| true),
        }
    }

    /// Items that it names get the ids that `id` knows them by: shops have several names for one.
    pub fn resolve_item_ids(&mut self, id: &impl Fn(&str) -> Option<String>) {
        let named = |value: &mut FilterValue| {
            let known = match value {
                FilterValue::Text(name) => id(name),
                FilterValue::Number(number) => id(&number.to_string()),
            };
            known.into_iter().for_each(|known| *value = FilterValue::Text(known));
        };
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter_mut().for_each(|filter| filter.resolve_item_ids(id)),
            Self::Not(filter) => filter.resolve_item_ids(id),
            Self::Eq { field, value } if field == "id" => named(value),
            Self::In { field, values } if field == "id" => values.iter_mut().for_each(named),
            _ => {}
        }
    }

    /// What is wrong with it, for the person who wrote it.
    pub fn problem(&self) -> Option<String> {
        self.problem_at(0)
    }

    fn problem_at(&self, depth: usize) -> Option<String> {
        if depth > DEEPEST {
            return Some(format!("a filter is nested more than {DEEPEST} deep"));
        }
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter().find_map(|filter| filter.problem_at(depth + 1)),
            Self::Not(filter) => filter.problem_at(depth + 1),
            Self::Eq { field, .. } | Self::In { field, .. } | Self::Has(field) | Self::Range { field, .. }
                if field.is_empty() =>
            {
                Some("a filter names no field".to_owned())
            }
            Self::Range { field, from: Some(from), to: Some(to) } if from > to => {
                Some(format!("the range of {field:?} is empty: {from} is more than {to}"))
            }
            Self::Range { field, from: None, to: None } => {
                Some(format!("the range of {field:?} has neither `from` nor `to`"))
            }
            _ => None,
        }
    }
}

impl FilterValue {
    fn is(&self, found: FieldValue<'_>) -> bool {
        match (self, found) {
            (Self::Number(number), FieldValue::Number(found)) => number.as_f64() == Some(found),
            (Self::Number(number), FieldValue::Text(text)) => text.trim().parse().ok() == number.as_f64(),
            (Self::Text(text), FieldValue::Text(found)) => same_text(text, found),
            (Self::Text(text), FieldValue::Number(found)) => text.trim().parse() == Ok(found),
        }
    }
}

fn same_text(a: &str, b: &str) -> bool {
    let lower = |text: &'_ str| text.trim().chars().flat_map(char::to_lowercase).collect::<String>();
    a.eq_ignore_ascii_case(b) || (!(a.is_ascii() && b.is_ascii()) || a.len() != b.len()) && lower(a) == lower(b)
}

/// `id brand price currency availability stock rating ratings date group tag category title`, else an attribute.
impl Record for ItemRef<'_> {
    fn any(&self, field: &str, fits: &mut dyn FnMut(FieldValue<'_>) -> bool) -> bool {
        let mut number = |value: Option<f64>| value.is_some_and(|value| fits(FieldValue::Number(value)));
        match field {
            "price" => return number(self.price()),
            "stock" => return number(self.stock().map(f64::from)),
            "rating" => return number(self.rating().map(f64::from)),
            "ratings" => return number(self.rating_count().map(f64::from)),
            "date" => return number(self.date().map(|days| days as f64)),
            _ => {}
        }
        let mut text = |text: &str| !text.is_empty() && fits(FieldValue::Text(text));
        match field {
            "id" => text(self.id()),
            "brand" => text(self.brand()),
            "currency" => text(self.currency()),
            "group" => self.group().is_some_and(text),
            "tag" => self.tags().into_iter().any(text),
            "title" => self.words().any(|(_, words)| text(words.title)),
            "category" => self.categories().any(text),
            "availability" => self.availability().is_some_and(|availability| {
                text(match availability {
                    Availability::InStock => "in-stock",
                    Availability::OutOfStock => "out-of-stock",
                    Availability::Preorder => "preorder",
                })
            }),
            // Several values of an attribute stand in one text: `S, M, L`.
            _ => {
                let value = self.attributes().into_iter().find(|(name, _)| *name == field);
                value.is_some_and(|(_, value)| text(value) || value.split(", ").any(text))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Item, Items, Words};

    fn item() -> Item {
        let words = Words {
            title: "Winter Boot".into(),
            categories: vec!["Clothing".into(), "Shoes".into()],
            ..Words::default()
        };
        Item {
            id: "a".into(),
            brand: "Ærø".into(),
            price: Some(50.0),
            availability: Some(Availability::InStock),
            tags: vec!["winter".into(), "sale".into()],
            attributes: [("size".to_owned(), "S, M, L".to_owned()), ("ram".to_owned(), "16".to_owned())].into(),
            words: [("en".to_owned(), words)].into(),
            ..Item::default()
        }
    }

    #[test]
    fn conditions_hold_as_they_read() {
        for (filter, expect) in [
            (r#"{"eq": {"field": "category", "value": "clothing"}}"#, true),
            (r#"{"eq": {"field": "brand", "value": "ÆRØ"}}"#, true),
            (r#"{"eq": {"field": "price", "value": 50}}"#, true),
            (r#"{"eq": {"field": "ram", "value": 16}}"#, true),
            (r#"{"in": {"field": "size", "values": ["XL", "M"]}}"#, true),
            (r#"{"in": {"field": "size", "values": []}}"#, false),
            (r#"{"range": {"field": "price", "from": 50, "to": 60}}"#, true),
            (r#"{"range": {"field": "price", "from": 50.01}}"#, false),
            (r#"{"range": {"field": "rating", "from": 0}}"#, false),
            (r#"{"not": {"range": {"field": "rating", "from": 0}}}"#, true),
            (r#"{"has": "rating"}"#, false),
            (r#"{"all": [{"has": "size"}, {"eq": {"field": "availability", "value": "in-stock"}}]}"#, true),
            (r#"{"any": [{"has": "rating"}, {"eq": {"field": "tag", "value": "sale"}}]}"#, true),
            (r#"{"all": []}"#, true),
            (r#"{"any": []}"#, false),
        ] {
            let (filter, items): (Filter, _) = (serde_json::from_str(filter).unwrap(), Items::pack(&[item()]).unwrap());
            assert_eq!((filter.matches(&items.get(0)), filter.problem()), (expect, None), "{filter:?}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (filter, expect) in [
            (r#"{"equals": {"field": "a", "value": 1}}"#, "unknown variant `equals`, expected one of `all`, `any`"),
            (r#"{"eq": {"fild": "a", "value": 1}}"#, "unknown field `fild`"),
            (r#"{"eq": {"field": "a"}}"#, "missing field `value`"),
        ] {
            let error = serde_json::from_str::<Filter>(filter).unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        }
        for (filter, expect) in [
            (r#"{"range": {"field": "price", "from": 9, "to": 1}}"#, "is empty"),
            (r#"{"not": {"range": {"field": "price"}}}"#, "neither"),
            (r#"{"has": ""}"#, "no field"),
        ] {
            let problem = serde_json::from_str::<Filter>(filter).unwrap().problem();
            assert!(problem.as_ref().is_some_and(|text| text.contains(expect)), "{problem:?}");
        }
        let deep = format!("{}{}{}", r#"{"not":"#.repeat(40), r#"{"has":"a"}"#, "}".repeat(40));
        assert!(serde_json::from_str::<Filter>(&deep).unwrap().problem().is_some_and(|text| text.contains("deep")));
    }
}
