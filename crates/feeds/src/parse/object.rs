//! A JSON object of any shop as raw rows: ours, schema.org's, that of a known shop system, or one with known or mapped
//! keys. Must not know how the object was found.

mod bigcommerce; // catalogue API
pub mod jsonapi; // resources with others that they refer to: Spree
mod magento; //    REST and GraphQL
mod vendure; //    GraphQL

use serde_json::{Map, Value};

use super::{
    Queue,
    assign::{assign, describe},
    jsonld, names, nested,
    scalar::{NOT_A_NUMBER, address, get, minor_units, objects, text},
    shopify,
};
use crate::{
    columns::{Columns, Meaning, normal},
    raw::{Field, Raw, Unread, excerpt},
    value::date,
};
use nearmind_core::catalog::{Words, item::PATH_SEPARATOR};

/// Keys that a report names; a feed that has ids for keys would fill it.
pub const MOST_KEYS: usize = 500;
/// What the rows of a feed's keys were used for, by key.
pub type Used = std::collections::BTreeMap<String, String>;

/// Reads the objects of one feed.
pub struct Objects {
    columns: Columns,
    /// What was made of each key so far.
    pub used: Used,
    magento: magento::Prices,
}

impl Objects {
    /// Reads objects by what the shop says of their keys, and by what is known of keys in general.
    pub fn new(columns: Columns) -> Self {
        Self { columns, used: Used::new(), magento: magento::Prices::default() }
    }

    /// The rows of one element: one, or one for each variant.
    pub fn rows(&mut self, row: u64, value: &Value) -> Queue {
        let Value::Object(object) = value else {
            let why = "it is not a JSON object".to_owned();
            return [Err(Unread { row, why, excerpt: excerpt(&value.to_string()) })].into();
        };
        if object.contains_key("@type") || object.contains_key("@graph") {
            return jsonld::rows(row, value).into();
        }
        if shopify::is_product(object) {
            return shopify::product(row, object, &self.columns, &mut self.used);
        }
        let known: (&str, Queue) = match object {
            _ if vendure::is_product(object) => ("Vendure", vendure::rows(row, object)),
            _ if magento::is_product(object) => ("Magento", [Ok(self.magento.row(row, object, &self.columns))].into()),
            _ if bigcommerce::is_product(object) => ("BigCommerce", bigcommerce::rows(row, object)),
            _ => return [Ok(self.row(row, object))].into(),
        };
        let (system, mut rows) = known;
        self.used.entry("products".into()).or_insert_with(|| format!("{system}'s own"));
        rows.iter_mut().flatten().for_each(|raw| put_named(raw, object, &self.columns));
        rows
    }

    /// What a JSON:API document has become.
    pub fn document(&self, document: &jsonapi::Document) -> Queue {
        document.rows(&self.columns)
    }

    fn row(&mut self, row: u64, object: &Map<String, Value>) -> Raw {
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
                        nested::put(&mut raw, key, name, &text(value), &self.columns, &mut self.used);
                    }
                }
                ("attributes", Value::Array(_)) => self.named_values(&mut raw, object, key),
                ("prices", Value::Object(prices)) if prices.contains_key("currency_minor_unit") => {
                    store_prices(&mut raw, prices);
                }
                // Beside what is paid now it is the price that is crossed out.
                ("regular price", Value::String(_) | Value::Number(_)) if object.contains_key("price") => {
                    raw.offer(Field::ListPrice, u8::MAX, &text(value));
                }
                ("aliases", Value::Array(names)) => raw.names.extend(names.iter().map(text)),
                ("date", Value::Number(days)) if ours => {
                    raw.set(Field::Date, days.as_i64().and_then(date::iso).unwrap_or_default());
                }
                ("group", Value::String(group)) if ours => raw.set(Field::Group, group.clone()),
                (_, Value::Bool(_) | Value::Number(_) | Value::String(_)) if names::hides(key, &text(value)) => {
                    raw.offer(Field::Published, 1, "hidden");
                }
                _ => {
                    let meaning = names::meaning(&self.columns, key, 0);
                    if self.used.get(key).is_none_or(String::is_empty) && self.used.len() < MOST_KEYS {
                        self.used.insert(key.clone(), describe(meaning.as_ref()));
                    }
                    put(&mut raw, meaning.as_ref(), value);
                }
            }
        }
        raw
    }

    /// `[{"name": "Colour", "options": ["red", "blue"]}]`, as WooCommerce and others list what a product is like.
    /// WooCommerce says which of them its pages show.
    fn named_values(&mut self, raw: &mut Raw, object: &Map<String, Value>, key: &str) {
        for attribute in objects(object, key) {
            let listed = ["options", "values", "terms"].iter().find_map(|key| attribute.get(*key)?.as_array());
            let value = match listed {
                Some(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
                None => get(attribute, &["value", "option"]),
            };
            let name = get(attribute, &["name"]);
            if attribute.get("visible") == Some(&true.into()) {
                raw.attribute(&name, &value);
            } else {
                nested::put(raw, key, &name, &value, &self.columns, &mut self.used);
            }
        }
    }
}

/// The keys of a known shop system's product that the shop names.
fn put_named(raw: &mut Raw, object: &Map<String, Value>, columns: &Columns) {
    for (key, value) in object {
        put(raw, columns.meaning_or(key, || None).as_ref(), value);
    }
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
            raw.offer(*field, *rank, &get(money, &["amount", "value", "price"]));
            raw.offer(Field::Currency, u8::MAX, &get(money, &["currency", "currency_code", "currencyCode"]));
        }
        (Some(Meaning::Field(Field::Rating, rank)), Value::Object(rating)) => {
            raw.offer(Field::Rating, *rank, &get(rating, &["value", "average", "rate", "ratingValue"]));
            raw.offer(Field::RatingCount, *rank, &get(rating, &["count", "reviewCount", "ratingCount"]));
        }
        (Some(Meaning::Field(field @ (Field::Image | Field::Url), rank)), Value::Array(_) | Value::Object(_)) => {
            raw.offer(*field, *rank, &address(value));
        }
        (Some(Meaning::Field(Field::Category, rank)), Value::Array(steps)) => {
            // Numbers are of categories that the feed does not name.
            let steps: Vec<String> =
                steps.iter().filter(|step| !step.is_number()).map(text).filter(|step| !step.is_empty()).collect();
            raw.offer(Field::Category, *rank, &steps.join(PATH_SEPARATOR));
        }
        (Some(Meaning::Tags), Value::Array(tags)) => raw.tags.extend(tags.iter().map(text)),
        // Reviews themselves, not their number.
        (Some(Meaning::Field(Field::RatingCount, rank)), Value::Array(reviews)) => {
            raw.offer(Field::RatingCount, *rank, &reviews.len().to_string());
        }
        (Some(Meaning::Attribute(name)), Value::Array(values)) => {
            let values = values.iter().map(text).filter(|value| !value.is_empty());
            raw.attribute(name, &values.collect::<Vec<_>>().join(", "));
        }
        _ => assign(raw, meaning, &text(value)),
    }
}

/// Prices of WooCommerce's Store API, in the currency's smallest unit.
fn store_prices(raw: &mut Raw, prices: &Map<String, Value>) {
    let digits = prices.get("currency_minor_unit").and_then(Value::as_u64).unwrap_or(2) as usize;
    for (field, rank, key) in
        [(Field::Price, 1, "regular_price"), (Field::Price, 2, "price"), (Field::SalePrice, 1, "sale_price")]
    {
        raw.offer(field, rank, &minor_units(&get(prices, &[key]), digits));
    }
    raw.offer(Field::Currency, 1, &get(prices, &["currency_code"]));
}

fn own_words(raw: &mut Raw, words: &Map<String, Value>) {
    for (lang, value) in words {
        // A language whose words are no words is left to the cleaning: it has no title.
        raw.words.push((lang.clone(), serde_json::from_value::<Words>(value.clone()).unwrap_or_default()));
    }
}
