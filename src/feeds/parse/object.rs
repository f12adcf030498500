//! A JSON object of any shop as a raw row: ours, Shopify's, schema.org's, or one with known or mapped keys.
//!
//! Must not know how the object was found.

use serde_json::{Map, Value};

use super::{
    Queue,
    assign::{assign, describe, image},
    jsonld, nested,
    scalar::{NOT_A_NUMBER, text},
    shopify,
};
use crate::{
    catalog::{Words, item::PATH_SEPARATOR},
    feeds::{
        columns::{Columns, Meaning, normal},
        raw::{Field, Raw, Unread, excerpt},
        value::date,
    },
};

/// Keys that a report names; a feed that has ids for keys would fill it.
pub const MOST_KEYS: usize = 500;

/// What the rows of a feed's keys were used for, by key.
pub type Used = std::collections::BTreeMap<String, String>;

/// The rows of one element: one, or one for each variant.
pub fn rows(row: u64, value: &Value, columns: &Columns, used: &mut Used) -> Queue {
    let Value::Object(object) = value else {
        let why = "it is not a JSON object".to_owned();
        return [Err(Unread { row, why, excerpt: excerpt(&value.to_string()) })].into();
    };
    if object.contains_key("@type") || object.contains_key("@graph") {
        return jsonld::rows(row, value).into();
    }
    if shopify::is_product(object) {
        return shopify::product(row, object, columns, used);
    }
    let mut raw = Raw::new(row);
    let ours = object.get("words").is_some_and(Value::is_object);
    for (key, value) in object {
        let name = normal(key);
        match (name.as_str(), value) {
            ("words", Value::Object(words)) => own_words(&mut raw, words),
            ("attributes", Value::Object(attributes)) if ours => {
                attributes.iter().for_each(|(name, value)| raw.attribute(name, &text(value)));
            }
            ("attributes", Value::Object(attributes)) => {
                for (name, value) in attributes {
                    nested::put(&mut raw, key, name, &text(value), columns, used);
                }
            }
            ("aliases", Value::Array(names)) => raw.names.extend(names.iter().map(text)),
            ("date", Value::Number(days)) if ours => {
                raw.set(Field::Date, days.as_i64().and_then(date::iso).unwrap_or_default());
            }
            ("group", Value::String(group)) if ours => raw.set(Field::Group, group.clone()),
            _ => {
                let meaning = columns.meaning(key);
                if used.get(key).is_none_or(String::is_empty) && used.len() < MOST_KEYS {
                    used.insert(key.clone(), describe(meaning.as_ref()));
                }
                put(&mut raw, meaning.as_ref(), value);
            }
        }
    }
    [Ok(raw)].into()
}

fn put(raw: &mut Raw, meaning: Option<&Meaning>, value: &Value) {
    match (meaning, value) {
        (_, Value::Null) | (None, _) => {}
        (Some(Meaning::Several(all)), _) => all.iter().for_each(|meaning| put(raw, Some(meaning), value)),
        // Where a number should be it is told; elsewhere it means that there is nothing.
        (_, Value::String(text)) if text == NOT_A_NUMBER => {
            if let Some(Meaning::Field(
                field @ (Field::Price | Field::SalePrice | Field::Rating | Field::Stock),
                rank,
            )) = meaning
            {
                raw.offer(*field, *rank, "NaN");
            }
        }
        (
            Some(Meaning::Field(field @ (Field::Price | Field::SalePrice | Field::ListPrice), rank)),
            Value::Object(money),
        ) => {
            let amount = ["amount", "value", "price"].iter().find_map(|key| money.get(*key)).map(text);
            raw.offer(*field, *rank, &amount.unwrap_or_default());
            let currency = ["currency", "currency_code", "currencyCode"].iter().find_map(|key| money.get(*key));
            raw.offer(Field::Currency, u8::MAX, &currency.map(text).unwrap_or_default());
        }
        (Some(Meaning::Field(Field::Rating, rank)), Value::Object(rating)) => {
            let get = |keys: &[&str]| keys.iter().find_map(|key| rating.get(*key)).map(text).unwrap_or_default();
            raw.offer(Field::Rating, *rank, &get(&["value", "average", "rate", "ratingValue"]));
            raw.offer(Field::RatingCount, *rank, &get(&["count", "reviewCount", "ratingCount"]));
        }
        (Some(Meaning::Field(Field::Category, rank)), Value::Array(steps)) => {
            let steps: Vec<String> = steps.iter().map(text).filter(|step| !step.is_empty()).collect();
            raw.offer(Field::Category, *rank, &steps.join(PATH_SEPARATOR));
        }
        (Some(Meaning::Tags), Value::Array(tags)) => raw.tags.extend(tags.iter().map(text)),
        // Reviews themselves, not their number.
        (Some(Meaning::Field(Field::RatingCount, rank)), Value::Array(reviews)) => {
            raw.offer(Field::RatingCount, *rank, &reviews.len().to_string());
        }
        (Some(Meaning::Field(Field::Image, rank)), Value::Array(_) | Value::Object(_)) => {
            raw.offer(Field::Image, *rank, &image(value));
        }
        (Some(Meaning::Attribute(name)), Value::Array(values)) => {
            let values = values.iter().map(text).filter(|value| !value.is_empty());
            raw.attribute(name, &values.collect::<Vec<_>>().join(", "));
        }
        _ => assign(raw, meaning, &text(value)),
    }
}

fn own_words(raw: &mut Raw, words: &Map<String, Value>) {
    for (lang, value) in words {
        // A language whose words are no words is left to the cleaning: it has no title.
        raw.words.push((lang.clone(), serde_json::from_value::<Words>(value.clone()).unwrap_or_default()));
    }
}
