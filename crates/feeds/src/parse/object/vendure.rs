//! Products in the responses of Vendure's shop API to the queries `products` and `search`. Amounts are in the currency's
//! smallest unit; `priceWithTax` is the price to pay. `https://docs.vendure.io/reference/graphql-api/shop/object-types/`. Must not know
//! how variants are folded.

use serde_json::{Map, Value};

use super::super::{
    RowQueue,
    scalar::{address, from_minor_units, get, minor_digits, objects},
};
use crate::raw::{Exclusion, Field, RawRow};
use nearmind_core::catalog::item::PATH_SEPARATOR;

type Object = Map<String, Value>;

/// The collection that contains all others.
const ROOT: &str = "__root_collection__";

pub fn is_product(object: &Object) -> bool {
    is_search_result(object) || objects(object, "variants").any(|variant| variant.contains_key("priceWithTax"))
}

/// Whether an object is a result of the query `search`.
fn is_search_result(object: &Object) -> bool {
    let own = object.contains_key("priceWithTax") || object.contains_key("productAsset");
    own && object.contains_key("productId") && object.contains_key("productName")
}

pub fn read_rows(row: u64, object: &Object) -> RowQueue {
    if is_search_result(object) {
        return [Ok(search_result(row, object))].into();
    }
    let product = product(row, object);
    let variants: Vec<&Object> = objects(object, "variants").collect();
    let several = variants.len() > 1;
    variants.into_iter().map(|variant| Ok(self::variant(&product, variant, several))).collect()
}

fn search_result(row: u64, object: &Object) -> RawRow {
    let mut raw = RawRow::new(row);
    exclude_disabled(&mut raw, object);
    let (product, variant) = (get(object, &["productId"]), get(object, &["productVariantId"]));
    // If results are grouped by product, a result has the price range of all variants and is the product itself.
    let is_variant = !variant.is_empty() && object.get("priceWithTax").is_none_or(|price| price.get("max").is_none());
    if is_variant {
        raw.set(Field::Group, product.clone());
        raw.names.extend([variant.clone(), get(object, &["sku"])]);
        raw.group_names.push(get(object, &["slug"]));
        raw.set(Field::Id, format!("{product}:{variant}"));
        raw.set(Field::Title, get(object, &["productVariantName", "productName"]));
    } else {
        raw.names.extend([get(object, &["slug"]), get(object, &["sku"])]);
        raw.set(Field::Id, product);
        raw.set(Field::Title, get(object, &["productName"]));
    }
    let asset = |key: &str| object.get(key).map(address).unwrap_or_default();
    raw.offer(Field::Image, 1, &asset("productVariantAsset"));
    raw.offer(Field::Image, 2, &asset("productAsset"));
    raw.set(Field::Description, get(object, &["description"]));
    raw.set(Field::Url, link(object));
    raw.set(Field::Availability, get(object, &["inStock"]));
    set_price(&mut raw, object);
    raw
}

fn product(row: u64, object: &Object) -> RawRow {
    let mut raw = RawRow::new(row);
    exclude_disabled(&mut raw, object);
    raw.set(Field::Id, get(object, &["id"]));
    raw.set(Field::Title, get(object, &["name"]));
    raw.set(Field::Description, get(object, &["description"]));
    raw.set(Field::Url, link(object));
    raw.set(Field::Date, get(object, &["createdAt"]));
    let picture = ["featuredAsset", "assets"].iter().filter_map(|key| object.get(*key)).map(address);
    raw.set(Field::Image, picture.into_iter().find(|picture| !picture.is_empty()).unwrap_or_default());
    raw.group_image = raw[Field::Image].to_owned();
    for value in objects(object, "facetValues") {
        let facet = value.get("facet").and_then(Value::as_object);
        let facet = facet.map(|facet| get(facet, &["name", "code"])).unwrap_or_default();
        if facet.eq_ignore_ascii_case("brand") {
            raw.offer(Field::Brand, 1, &get(value, &["name"]));
        } else {
            raw.add_attribute(&facet, &get(value, &["name"]));
        }
    }
    let paths = objects(object, "collections").map(|collection| {
        let crumbs: Vec<String> = objects(collection, "breadcrumbs").map(|crumb| get(crumb, &["name"])).collect();
        if crumbs.is_empty() { vec![get(collection, &["name"])] } else { crumbs }
    });
    let deepest = paths.max_by_key(Vec::len).unwrap_or_default();
    let steps: Vec<String> = deepest.into_iter().filter(|step| step != ROOT).collect();
    raw.set(Field::Category, steps.join(PATH_SEPARATOR));
    raw.group_names.push(get(object, &["slug"]));
    raw
}

fn variant(product: &RawRow, variant: &Object, several: bool) -> RawRow {
    let mut raw = product.clone();
    if raw.exclusion.is_none() {
        exclude_disabled(&mut raw, variant);
    }
    let (own, id) = (get(variant, &["id"]), product[Field::Id].to_owned());
    raw.names = vec![own.clone(), get(variant, &["sku"])];
    for option in objects(variant, "options") {
        let group = option.get("group").and_then(Value::as_object);
        let group = group.map(|group| get(group, &["name", "code"])).unwrap_or_default();
        raw.add_attribute(if group.is_empty() { "option" } else { &group }, &get(option, &["name"]));
    }
    if several {
        raw.set(Field::Group, id.clone());
        raw.set(Field::Id, format!("{id}:{own}"));
    } else {
        raw.names.append(&mut raw.group_names);
    }
    let picture = variant.get("featuredAsset").map(address).unwrap_or_default();
    if !picture.is_empty() {
        raw.set(Field::Image, picture);
    }
    // `IN_STOCK`, `LOW_STOCK`, `OUT_OF_STOCK`, or a number if the shop shows it.
    match get(variant, &["stockLevel"]).as_str() {
        "LOW_STOCK" => raw.set(Field::Availability, "in stock"),
        level if level.parse::<u32>().is_ok() => raw.set(Field::Stock, level),
        level => raw.set(Field::Availability, level),
    }
    set_price(&mut raw, variant);
    raw
}

fn exclude_disabled(raw: &mut RawRow, object: &Object) {
    if object.get("enabled") == Some(&Value::Bool(false)) {
        raw.exclusion = Some(Exclusion::Unpublished("disabled".into()));
    }
}

/// Sets the price: a number, `{value}`, or the lowest of `{min, max}`.
fn set_price(raw: &mut RawRow, object: &Object) {
    let currency = get(object, &["currencyCode"]);
    let amount =
        ["priceWithTax", "price"].iter().find_map(|key| object.get(*key)).map_or_else(
            String::new,
            |price| match price {
                Value::Object(price) => get(price, &["value", "min"]),
                one => super::super::scalar::text(one),
            },
        );
    raw.set(Field::Price, from_minor_units(&amount, minor_digits(&currency)));
    raw.set(Field::Currency, currency);
}

/// The path of the product's page in Vendure's storefronts.
fn link(object: &Object) -> String {
    let slug = get(object, &["slug"]);
    if slug.is_empty() { slug } else { format!("/products/{slug}") }
}
