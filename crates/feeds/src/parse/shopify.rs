//! Shopify's products: those of `products.json`, and what its CSV has in common with them.
//!
//! The id of a product is its handle, which both exports have: a shop may go from one to the other. The id of a
//! variant is the handle and the variant's own id or options. Pages and analytics say the numbers, SKUs and barcodes,
//! which are names besides. Must not know how variants are folded.

use serde_json::{Map, Value};

use super::{
    Queue,
    assign::{assign, describe},
    object::{MOST_KEYS, Used},
    scalar::{address, text},
    stock::set_stock,
};
use crate::{
    columns::Columns,
    raw::{Field, Raw},
};

/// A single variant is called so where a product has no options.
const NO_OPTION: &str = "Default Title";

/// Whether an object is a product of `products.json`.
pub fn is_product(object: &Map<String, Value>) -> bool {
    object.get("variants").is_some_and(Value::is_array)
        && object.contains_key("handle")
        && (object.contains_key("body_html") || object.contains_key("vendor") || object.contains_key("options"))
}

/// Keys of a product that are read here.
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

/// A row for each variant.
pub fn product(row: u64, object: &Map<String, Value>, columns: &Columns, used: &mut Used) -> Queue {
    let get = |key: &str| object.get(key).map(text).unwrap_or_default();
    let handle = get("handle");
    let mut product = Raw::new(row);
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
        // Metafields and the like: what the shop names, and nothing else.
        let meaning = columns.meaning_or(key, || None);
        assign(&mut product, meaning.as_ref(), &text(value));
        let own = meaning.is_none() && KEYS.contains(&key.as_str());
        if used.get(key).is_none_or(String::is_empty) && used.len() < MOST_KEYS {
            used.insert(key.clone(), if own { "Shopify's own".into() } else { describe(meaning.as_ref()) });
        }
    }
    product.offer(Field::Date, 1, &get("published_at"));
    product.offer(Field::Date, 2, &get("created_at"));
    match object.get("tags") {
        Some(Value::Array(tags)) => product.tags.extend(tags.iter().map(text)),
        Some(tags) => product.tags.extend(text(tags).split(',').map(str::to_owned)),
        None => {}
    }
    // `null` where the shop's own channel does not have it; the public feed has no such products.
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
        prices(&mut raw, &get("price"), &get("compare_at_price"));
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
        options_of(&mut raw, &handle, &id, options.iter().map(String::as_str).zip(values.iter().map(String::as_str)));
        Ok(raw)
    };
    variants.iter().map(variant).collect()
}

/// Shopify's `price` is what is paid; the one to compare with is crossed out.
pub fn prices(raw: &mut Raw, price: &str, compare_at: &str) {
    raw.set(Field::Price, price);
    // Shopify writes 0 or the price itself where there is nothing to compare with.
    if !compare_at.trim_matches(['0', '.']).is_empty() && compare_at != price {
        raw.set(Field::ListPrice, compare_at);
    }
}

/// Options as attributes; a variant that has any belongs to its product's group, one that has none is the product.
pub fn options_of<'v>(raw: &mut Raw, handle: &str, id: &str, options: impl Iterator<Item = (&'v str, &'v str)>) {
    let values: Vec<_> = options.filter(|(_, value)| !value.is_empty() && *value != NO_OPTION).collect();
    if values.is_empty() {
        raw.names.append(&mut raw.group_names);
        return;
    }
    for (name, value) in &values {
        raw.attribute(if name.is_empty() { "option" } else { name }, value);
    }
    let own: Vec<_> = if id.is_empty() { values.iter().map(|(_, value)| *value).collect() } else { vec![id] };
    raw.set(Field::Id, format!("{handle}:{}", own.join("/")));
    raw.set(Field::Group, handle);
}
