//! Shopify products: those of `products.json`, and what the CSV has in common with them.
//!
//! The id of a product is its handle, which both exports have, so that a shop can switch between them. The id of a variant is
//! the handle plus the variant's own id or options. Pages and analytics use numbers, SKUs and barcodes, which become
//! alternative ids. Must not know how variants are folded.

use serde_json::{Map, Value};

use super::{
    RowQueue,
    assign::{assign, describe},
    object::{ColumnUses, MAX_KEYS},
    scalar::{address, text},
    stock::set_stock,
};
use crate::{
    columns::ColumnMap,
    raw::{Field, RawRow},
};

/// The option value of the only variant of a product without options.
const NO_OPTION: &str = "Default Title";

/// Whether an object is a product of `products.json`.
pub fn is_product(object: &Map<String, Value>) -> bool {
    object.get("variants").is_some_and(Value::is_array)
        && object.contains_key("handle")
        && (object.contains_key("body_html") || object.contains_key("vendor") || object.contains_key("options"))
}

/// The keys of a product that are read here.
const KEYS: [&str; 14] = [
    "id",
    "title",
    "handle",
    "body_html",
    "vendor",
    "product_type",
    "status",
    "published_at",
    "created_at",
    "tags",
    "images",
    "image",
    "options",
    "variants",
];

/// Returns a row for each variant.
pub fn read_product(row: u64, object: &Map<String, Value>, columns: &ColumnMap, used: &mut ColumnUses) -> RowQueue {
    let get = |key: &str| object.get(key).map(text).unwrap_or_default();
    let handle = get("handle");
    let mut product = RawRow::new(row);
    product.set(Field::Id, handle.clone());
    product.set(Field::Url, format!("/products/{handle}"));
    for (field, key) in [
        (Field::Title, "title"),
        (Field::Description, "body_html"),
        (Field::Brand, "vendor"),
        (Field::Category, "product_type"),
        (Field::Published, "status"),
    ] {
        product.set(field, get(key));
    }
    for (key, value) in object {
        // Of metafields and similar keys, use only those that the shop names.
        let meaning = columns.meaning_or(key, || None);
        assign(&mut product, meaning.as_ref(), &text(value));
        let own = meaning.is_none() && KEYS.contains(&key.as_str());
        if used.get(key).is_none_or(String::is_empty) && used.len() < MAX_KEYS {
            used.insert(key.clone(), if own { "Shopify-specific".into() } else { describe(meaning.as_ref()) });
        }
    }
    product.offer(Field::Date, 1, &get("published_at"));
    product.offer(Field::Date, 2, &get("created_at"));
    match object.get("tags") {
        Some(Value::Array(tags)) => product.tags.extend(tags.iter().map(text)),
        Some(tags) => product.tags.extend(text(tags).split(',').map(str::to_owned)),
        None => {}
    }
    // `null` if the product is not in the online store; the public feed has no such products.
    if object.get("published_at").is_some_and(Value::is_null) {
        product.offer(Field::Published, 1, "hidden");
    }
    let images = object.get("images").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let position = |image: &&Value| image.get("position").and_then(Value::as_u64).unwrap_or(u64::MAX);
    for first in [images.iter().min_by_key(position), object.get("image")].into_iter().flatten() {
        product.offer(Field::Image, 1, &address(first));
    }
    product.group_image = product[Field::Image].to_owned();
    let option_name = |option: &Value| text(option.get("name").unwrap_or(option));
    let options: Vec<String> = object
        .get("options")
        .and_then(Value::as_array)
        .map(|all| all.iter().map(option_name).collect())
        .unwrap_or_default();
    product.group_names.push(get("id"));
    let variants = object.get("variants").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if variants.is_empty() {
        product.names.append(&mut product.group_names);
        return [Ok(product)].into();
    }
    let variant = |variant: &Value| {
        let get = |key: &str| variant.get(key).map(text).unwrap_or_default();
        let mut raw = product.clone();
        set_prices(&mut raw, &get("price"), &get("compare_at_price"));
        if variant.get("available").is_some_and(Value::is_boolean) {
            raw.set(Field::Availability, get("available"));
            raw.set(Field::Stock, get("inventory_quantity"));
        } else {
            let tracked = !variant.get("inventory_management").is_some_and(Value::is_null);
            set_stock(&mut raw, &get("inventory_quantity"), tracked, get("inventory_policy") == "continue");
        }
        let picture = variant.get("featured_image").map(address).unwrap_or_default();
        if !picture.is_empty() {
            raw.set(Field::Image, picture);
        }
        let values = [get("option1"), get("option2"), get("option3")];
        raw.names = vec![get("id"), get("sku"), get("barcode")];
        let id = [get("id"), get("sku")].into_iter().find(|id| !id.is_empty()).unwrap_or_default();
        set_options(&mut raw, &handle, &id, options.iter().map(String::as_str).zip(values.iter().map(String::as_str)));
        Ok(raw)
    };
    variants.iter().map(variant).collect()
}

/// Sets the prices: Shopify's `price` is the current price, `compare_at_price` the crossed-out one.
pub fn set_prices(raw: &mut RawRow, price: &str, compare_at: &str) {
    raw.set(Field::Price, price);
    // Shopify writes 0 or the price itself if there is no price to compare with.
    if !compare_at.trim_matches(['0', '.']).is_empty() && compare_at != price {
        raw.set(Field::ListPrice, compare_at);
    }
}

/// Adds options as attributes. A variant with options gets its own id in the group of its product; without options it is the
/// product itself.
pub fn set_options<'v>(raw: &mut RawRow, handle: &str, id: &str, options: impl Iterator<Item = (&'v str, &'v str)>) {
    let values: Vec<_> = options.filter(|(_, value)| !value.is_empty() && *value != NO_OPTION).collect();
    if values.is_empty() {
        raw.names.append(&mut raw.group_names);
        return;
    }
    for (name, value) in &values {
        raw.add_attribute(if name.is_empty() { "option" } else { name }, value);
    }
    let own: Vec<_> = if id.is_empty() { values.iter().map(|(_, value)| *value).collect() } else { vec![id] };
    raw.set(Field::Id, format!("{handle}:{}", own.join("/")));
    raw.set(Field::Group, handle);
}
