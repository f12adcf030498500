//! Products of BigCommerce's catalogue API (`GET /v3/catalog/products?include=variants,images`). It is
//! the view of the shop's staff: it has cost prices and hidden products, and neither is published. Must not know how variants
//! are folded.

use serde_json::{Map, Value};

use super::super::{
    RowQueue,
    scalar::{get, objects},
};
use crate::raw::{Exclusion, Field, RawRow};
use nearmind_core::catalog::item::PATH_SEPARATOR;

type Object = Map<String, Value>;

pub fn is_product(object: &Object) -> bool {
    object.contains_key("calculated_price") && (object.contains_key("is_visible") || object.contains_key("custom_url"))
}

pub fn read_rows(row: u64, object: &Object) -> RowQueue {
    let product = product(row, object);
    let variants: Vec<&Object> =
        objects(object, "variants").filter(|variant| objects(variant, "option_values").next().is_some()).collect();
    if variants.is_empty() {
        let mut alone = product;
        set_stock(&mut alone, object, object);
        return [Ok(alone)].into();
    }
    let row = |variant: &Object| {
        let mut raw = product.clone();
        let (id, own) = (get(object, &["id"]), get(variant, &["id", "sku"]));
        raw.group_names = std::mem::take(&mut raw.names);
        raw.names = vec![own.clone(), get(variant, &["sku"]), get(variant, &["upc", "gtin"])];
        raw.set(Field::Id, format!("{id}:{own}"));
        raw.set(Field::Group, id);
        for option in objects(variant, "option_values") {
            raw.add_attribute(&get(option, &["option_display_name"]), &get(option, &["label"]));
        }
        set_prices(&mut raw, variant);
        let picture = get(variant, &["image_url"]);
        if !picture.is_empty() {
            raw.set(Field::Image, picture);
        }
        set_stock(&mut raw, object, variant);
        if variant.get("purchasing_disabled") == Some(&true.into()) {
            raw.set(Field::Availability, "out of stock");
        }
        Ok(raw)
    };
    variants.into_iter().map(row).collect()
}

fn product(row: u64, object: &Object) -> RawRow {
    let mut raw = RawRow::new(row);
    raw.offer(Field::Id, 1, &get(object, &["id"]));
    raw.offer(Field::Id, 2, &get(object, &["sku"]));
    raw.set(Field::Title, get(object, &["name"]));
    raw.set(Field::Description, get(object, &["description"]));
    raw.set(Field::Brand, get(object, &["brand_name", "brand"]));
    raw.set(Field::Url, object.get("custom_url").map(super::super::scalar::address).unwrap_or_default());
    raw.set(Field::Date, get(object, &["date_created"]));
    let pictures = || objects(object, "images");
    let main = pictures().find(|picture| picture.get("is_thumbnail") == Some(&true.into())).or(pictures().next());
    let main = object.get("primary_image").and_then(Value::as_object).or(main);
    raw.set(
        Field::Image,
        main.map(|picture| get(picture, &["url_standard", "url_zoom", "image_url"])).unwrap_or_default(),
    );
    raw.group_image = raw[Field::Image].to_owned();
    let steps: Vec<String> = objects(object, "categories").map(|category| get(category, &["name"])).collect();
    raw.set(Field::Category, steps.join(PATH_SEPARATOR));
    set_prices(&mut raw, object);
    let hidden = object.get("is_visible") == Some(&false.into());
    if hidden || get(object, &["availability"]) == "disabled" {
        raw.exclusion = Some(Exclusion::Unpublished("hidden".into()));
    }
    raw
}

/// Sets the prices. `calculated_price` is the current price; 0 means that the shop has not entered a price.
fn set_prices(raw: &mut RawRow, object: &Object) {
    let amount = |key: &str| object.get(key).and_then(Value::as_f64).filter(|amount| *amount > 0.0);
    if let Some(paid) = amount("calculated_price").or(amount("sale_price")).or(amount("price")) {
        raw.set(Field::Price, paid.to_string());
    }
    if let Some(full) = amount("retail_price").or(amount("price")) {
        raw.set(Field::ListPrice, full.to_string());
    }
}

fn set_stock(raw: &mut RawRow, product: &Object, variant: &Object) {
    if ["", "none"].contains(&get(product, &["inventory_tracking"]).as_str()) {
        raw.set(Field::Availability, get(product, &["availability"]));
    } else {
        raw.set(Field::Stock, get(variant, &["inventory_level"]));
    }
}
