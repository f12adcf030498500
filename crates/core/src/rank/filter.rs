//! Filters: conditions on the named fields of an item or of the page's context, written as JSON.
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
//! A field may have several values (the steps of a category path, tags): one that matches is enough. Texts are compared
//! without regard to case. A field without a value matches nothing, so only `not` holds for it. Must not know what a
//! rule does with the items that match.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::{
    catalog::{Availability, ItemRef},
    json::parse_number,
};

/// Filters must not be nested deeper than this: it would be a mistake or an attack.
const MAX_DEPTH: usize = 16;

/// A condition on a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Filter {
    /// All of these match. An empty list always matches.
    All(Vec<Filter>),
    /// At least one of these matches. An empty list never matches.
    Any(Vec<Filter>),
    /// This one does not match.
    Not(Box<Filter>),
    /// One of the field's values equals this.
    #[allow(missing_docs, reason = "documented with the variant; ts-rs cannot print comments on its fields")]
    Eq { field: String, value: FilterValue },
    /// One of the field's values is among these.
    #[allow(missing_docs, reason = "documented with the variant")]
    In { field: String, values: Vec<FilterValue> },
    /// One of the field's values lies in this range, which includes both ends. An absent end is open.
    #[allow(missing_docs, reason = "documented with the variant")]
    Range {
        field: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<f64>,
    },
    /// The field has a value.
    Has(String),
}

/// A value that a field is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
pub enum FilterValue {
    /// A number. It equals a text that spells the same number.
    Number(#[cfg_attr(test, ts(type = "number"))] Number),
    /// A text, compared without regard to case or spaces around it.
    Text(String),
}

/// A value of a record's field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldValue<'a> {
    /// A number, such as a price.
    Number(f64),
    /// A text, such as a brand; never empty for an item.
    Text(&'a str),
}

/// Something with named fields.
pub trait Record {
    /// Whether `predicate` holds for any value of `field`. False for a field without a value.
    fn any(&self, field: &str, predicate: &mut dyn FnMut(FieldValue<'_>) -> bool) -> bool;
}

impl Filter {
    /// Whether `record` meets the condition.
    pub fn matches(&self, record: &impl Record) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.matches(record)),
            Self::Any(filters) => filters.iter().any(|filter| filter.matches(record)),
            Self::Not(filter) => !filter.matches(record),
            Self::Eq { field, value } => record.any(field, &mut |found| value.equals(found)),
            Self::In { field, values } => {
                record.any(field, &mut |found| values.iter().any(|value| value.equals(found)))
            }
            Self::Range { field, from, to } => record.any(field, &mut |found| {
                let number = match found {
                    FieldValue::Number(number) => Some(number),
                    FieldValue::Text(text) => parse_number(text),
                };
                number.is_some_and(|n| from.is_none_or(|from| n >= from) && to.is_none_or(|to| n <= to))
            }),
            Self::Has(field) => record.any(field, &mut |_| true),
        }
    }

    /// Replaces values of the field `id` by the ids that `id_of` gives, because shops have several names for one item.
    /// Names for which it gives `None` stay.
    pub fn resolve_item_ids(&mut self, id_of: &impl Fn(&str) -> Option<String>) {
        let resolve = |value: &mut FilterValue| {
            let id = match value {
                FilterValue::Text(name) => id_of(name),
                FilterValue::Number(number) => id_of(&number.to_string()),
            };
            id.into_iter().for_each(|id| *value = FilterValue::Text(id));
        };
        match self {
            Self::All(filters) | Self::Any(filters) => {
                filters.iter_mut().for_each(|filter| filter.resolve_item_ids(id_of))
            }
            Self::Not(filter) => filter.resolve_item_ids(id_of),
            Self::Eq { field, value } if field == "id" => resolve(value),
            Self::In { field, values } if field == "id" => values.iter_mut().for_each(resolve),
            _ => {}
        }
    }

    /// The first mistake in the filter, as a message for its author.
    pub fn problem(&self) -> Option<String> {
        self.problem_at(0)
    }

    fn problem_at(&self, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return Some(format!("a filter is nested more than {MAX_DEPTH} levels deep"));
        }
        match self {
            Self::All(filters) | Self::Any(filters) => filters.iter().find_map(|filter| filter.problem_at(depth + 1)),
            Self::Not(filter) => filter.problem_at(depth + 1),
            Self::Eq { field, .. } | Self::In { field, .. } | Self::Has(field) | Self::Range { field, .. }
                if field.is_empty() =>
            {
                Some("a filter has an empty field name".to_owned())
            }
            Self::Range { field, from: Some(from), to: Some(to) } if from > to => {
                Some(format!("the range of {field:?} is empty: `from` is {from} and `to` is {to}"))
            }
            Self::Range { field, from: None, to: None } => {
                Some(format!("the range of {field:?} needs `from`, `to` or both"))
            }
            _ => None,
        }
    }
}

impl FilterValue {
    fn equals(&self, found: FieldValue<'_>) -> bool {
        match (self, found) {
            (Self::Number(number), FieldValue::Number(found)) => number.as_f64() == Some(found),
            (Self::Number(number), FieldValue::Text(text)) => parse_number(text) == number.as_f64(),
            (Self::Text(text), FieldValue::Text(found)) => same_text(text, found),
            (Self::Text(text), FieldValue::Number(found)) => parse_number(text) == Some(found),
        }
    }
}

fn same_text(a: &str, b: &str) -> bool {
    let lower = |text: &'_ str| text.trim().chars().flat_map(char::to_lowercase).collect::<String>();
    a.eq_ignore_ascii_case(b) || (!(a.is_ascii() && b.is_ascii()) || a.len() != b.len()) && lower(a) == lower(b)
}

/// Fields: `id brand price currency availability stock rating ratings date group tag category title`. Any other name is
/// an attribute of the item.
impl Record for ItemRef<'_> {
    fn any(&self, field: &str, predicate: &mut dyn FnMut(FieldValue<'_>) -> bool) -> bool {
        let mut number = |value: Option<f64>| value.is_some_and(|value| predicate(FieldValue::Number(value)));
        match field {
            "price" => return number(self.price()),
            "stock" => return number(self.stock().map(f64::from)),
            "rating" => return number(self.rating().map(f64::from)),
            "ratings" => return number(self.rating_count().map(f64::from)),
            "date" => return number(self.date().map(|days| days as f64)),
            _ => {}
        }
        let mut text = |text: &str| !text.is_empty() && predicate(FieldValue::Text(text));
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
            // An attribute with several values has them in one text: `S, M, L`.
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
    use crate::catalog::{Item, ItemText, Items};

    fn item() -> Item {
        let words = ItemText {
            title: "Winter Boot".into(),
            categories: vec!["Clothing".into(), "Shoes".into()],
            ..ItemText::default()
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
    fn filters_match_as_written() {
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
    fn mistakes_are_reported() {
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
            (r#"{"not": {"range": {"field": "price"}}}"#, "needs `from`"),
            (r#"{"has": ""}"#, "empty field name"),
        ] {
            let problem = serde_json::from_str::<Filter>(filter).unwrap().problem();
            assert!(problem.as_ref().is_some_and(|text| text.contains(expect)), "{problem:?}");
        }
        let deep = format!("{}{}{}", r#"{"not":"#.repeat(40), r#"{"has":"a"}"#, "}".repeat(40));
        assert!(serde_json::from_str::<Filter>(&deep).unwrap().problem().is_some_and(|text| text.contains("deep")));
    }
}
