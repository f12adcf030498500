//! Converts JSON objects into raw rows: objects in Nearmind's own format, schema.org's, those of known shop systems, and any
//! with known or mapped keys. Must not know how the object was found.

mod bigcommerce; // catalogue API
pub mod jsonapi; // JSON:API documents, as Spree has them
mod magento; //    REST and GraphQL
mod vendure; //    GraphQL

use serde_json::{Map, Value};

use super::{
    RowQueue,
    assign::{assign, describe},
    jsonld, names, nested,
    scalar::{NOT_A_NUMBER, address, from_minor_units, get, objects, text},
    shopify,
};
use crate::{
    columns::{ColumnMap, Meaning, normalize_name},
    raw::{Field, RawRow, RowError, excerpt},
    value::date,
};
use nearmind_core::catalog::{ItemText, item::PATH_SEPARATOR};

/// The maximum number of keys in a report, because a feed may use ids as keys.
pub const MAX_KEYS: usize = 500;
/// How the columns, keys or tags of a feed were used, by name; empty if they were left out.
pub type ColumnUses = std::collections::BTreeMap<String, String>;

/// Converts the objects of one feed.
pub struct ObjectReader {
    columns: ColumnMap,
    /// How each key was used so far.
    pub column_uses: ColumnUses,
    magento: magento::PartPrices,
}

impl ObjectReader {
    /// Creates a reader that uses the shop's column map and the table of known names.
    pub fn new(columns: ColumnMap) -> Self {
        Self { columns, column_uses: ColumnUses::new(), magento: magento::PartPrices::default() }
    }

    /// Converts one element into rows: one, or one for each variant.
    pub fn read_rows(&mut self, row: u64, value: &Value) -> RowQueue {
        let Value::Object(object) = value else {
            let why = "the element is not a JSON object".to_owned();
            return [Err(RowError { row, why, excerpt: excerpt(&value.to_string()) })].into();
        };
        if object.contains_key("@type") || object.contains_key("@graph") {
            return jsonld::read_rows(row, value).into();
        }
        if shopify::is_product(object) {
            return shopify::read_product(row, object, &self.columns, &mut self.column_uses);
        }
        let (system, mut rows): (&str, RowQueue) = match object {
            _ if vendure::is_product(object) => ("Vendure", vendure::read_rows(row, object)),
            _ if magento::is_product(object) => {
                ("Magento", [Ok(self.magento.read_row(row, object, &self.columns))].into())
            }
            _ if bigcommerce::is_product(object) => ("BigCommerce", bigcommerce::read_rows(row, object)),
            _ => return [Ok(self.read_row(row, object))].into(),
        };
        self.column_uses.entry("products".into()).or_insert_with(|| format!("{system}-specific"));
        rows.iter_mut().flatten().for_each(|raw| assign_mapped(raw, object, &self.columns));
        rows
    }

    /// Returns the rows of a JSON:API document.
    pub fn read_document(&self, document: &jsonapi::Document) -> RowQueue {
        document.to_rows(&self.columns)
    }

    fn read_row(&mut self, row: u64, object: &Map<String, Value>) -> RawRow {
        let mut raw = RawRow::new(row);
        let is_own_format = object.get("words").is_some_and(Value::is_object);
        for (key, value) in object {
            let name = normalize_name(key);
            match (name.as_str(), value) {
                ("words", Value::Object(words)) => add_words(&mut raw, words),
                ("attributes", Value::Object(attributes)) if is_own_format => {
                    attributes.iter().for_each(|(name, value)| raw.add_attribute(name, &text(value)));
                }
                ("attributes", Value::Object(attributes)) => {
                    for (name, value) in attributes {
                        nested::assign_pair(&mut raw, key, name, &text(value), &self.columns, &mut self.column_uses);
                    }
                }
                ("attributes", Value::Array(_)) => self.add_named_values(&mut raw, object, key),
                ("prices", Value::Object(prices)) if prices.contains_key("currency_minor_unit") => {
                    set_store_prices(&mut raw, prices);
                }
                // Next to the current price, the regular price is the crossed-out one.
                ("regular price", Value::String(_) | Value::Number(_)) if object.contains_key("price") => {
                    raw.offer(Field::ListPrice, u8::MAX, &text(value));
                }
                ("aliases", Value::Array(names)) => raw.names.extend(names.iter().map(text)),
                ("date", Value::Number(days)) if is_own_format => {
                    raw.set(Field::Date, days.as_i64().and_then(date::to_iso).unwrap_or_default());
                }
                ("group", Value::String(group)) if is_own_format => raw.set(Field::Group, group.clone()),
                (_, Value::Bool(_) | Value::Number(_) | Value::String(_)) if names::hides(key, &text(value)) => {
                    raw.offer(Field::Published, 1, "hidden");
                }
                _ => {
                    let meaning = names::meaning(&self.columns, key, 0);
                    if self.column_uses.get(key).is_none_or(String::is_empty) && self.column_uses.len() < MAX_KEYS {
                        self.column_uses.insert(key.clone(), describe(meaning.as_ref()));
                    }
                    assign_value(&mut raw, meaning.as_ref(), value);
                }
            }
        }
        raw
    }

    /// Adds attributes such as `[{"name": "Colour", "options": ["red", "blue"]}]` of WooCommerce and others. WooCommerce also
    /// says which of them its pages show.
    fn add_named_values(&mut self, raw: &mut RawRow, object: &Map<String, Value>, key: &str) {
        for attribute in objects(object, key) {
            let listed = ["options", "values", "terms"].iter().find_map(|key| attribute.get(*key)?.as_array());
            let value = match listed {
                Some(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
                None => get(attribute, &["value", "option"]),
            };
            let name = get(attribute, &["name"]);
            if attribute.get("visible") == Some(&true.into()) {
                raw.add_attribute(&name, &value);
            } else {
                nested::assign_pair(raw, key, &name, &value, &self.columns, &mut self.column_uses);
            }
        }
    }
}

/// Assigns the keys of a known shop system that are in the shop's column map.
fn assign_mapped(raw: &mut RawRow, object: &Map<String, Value>, columns: &ColumnMap) {
    for (key, value) in object {
        assign_value(raw, columns.meaning_or(key, || None).as_ref(), value);
    }
}

fn assign_value(raw: &mut RawRow, meaning: Option<&Meaning>, value: &Value) {
    match (meaning, value) {
        (_, Value::Null) | (None, _) => {}
        (Some(Meaning::Several(all)), _) => all.iter().for_each(|meaning| assign_value(raw, Some(meaning), value)),
        // In a number field this is a problem to report; elsewhere it means that there is no value.
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
            // Numbers are ids of categories whose names are not in the feed.
            let steps: Vec<String> =
                steps.iter().filter(|step| !step.is_number()).map(text).filter(|step| !step.is_empty()).collect();
            raw.offer(Field::Category, *rank, &steps.join(PATH_SEPARATOR));
        }
        (Some(Meaning::Tags), Value::Array(tags)) => raw.tags.extend(tags.iter().map(text)),
        // A list of reviews instead of their number.
        (Some(Meaning::Field(Field::RatingCount, rank)), Value::Array(reviews)) => {
            raw.offer(Field::RatingCount, *rank, &reviews.len().to_string());
        }
        (Some(Meaning::Attribute(name)), Value::Array(values)) => {
            let values = values.iter().map(text).filter(|value| !value.is_empty());
            raw.add_attribute(name, &values.collect::<Vec<_>>().join(", "));
        }
        _ => assign(raw, meaning, &text(value)),
    }
}

/// Sets the prices of WooCommerce's Store API, which are in the currency's smallest unit.
fn set_store_prices(raw: &mut RawRow, prices: &Map<String, Value>) {
    let digits = prices.get("currency_minor_unit").and_then(Value::as_u64).unwrap_or(2) as usize;
    for (field, rank, key) in
        [(Field::Price, 1, "regular_price"), (Field::Price, 2, "price"), (Field::SalePrice, 1, "sale_price")]
    {
        raw.offer(field, rank, &from_minor_units(&get(prices, &[key]), digits));
    }
    raw.offer(Field::Currency, 1, &get(prices, &["currency_code"]));
}

fn add_words(raw: &mut RawRow, words: &Map<String, Value>) {
    for (lang, value) in words {
        // A language with invalid texts gets an empty title, which the cleaning reports.
        raw.words.push((lang.clone(), serde_json::from_value::<ItemText>(value.clone()).unwrap_or_default()));
    }
}
