//! Reads schema.org's `Product` in graphs, lists and groups, with single and aggregate offers, and the breadcrumbs of the
//! page as the category. Must not know where the JSON comes from.

use serde_json::{Map, Value};

use super::{
    RowResult,
    scalar::{address, text},
};
use crate::raw::{Field, RawRow, RowError, excerpt};
use nearmind_core::catalog::item::PATH_SEPARATOR;

/// The schema.org types of items: what shops, publishers and schools sell or show.
const PRODUCT_TYPES: [&str; 6] = ["Product", "IndividualProduct", "Book", "Movie", "Course", "NewsArticle"];
/// The types of pages that are items of a site if they have no product.
pub const PAGE_TYPES: [&str; 9] =
    ["Article", "BlogPosting", "TechArticle", "Report", "Recipe", "VideoObject", "Course", "LearningResource", "Event"];
/// Identifier properties, best first. `www/package/page-events.js` uses the same ones.
const ID_KEYS: [&str; 7] = ["sku", "productID", "mpn", "gtin", "gtin13", "isbn", "identifier"];
/// Properties used as an id if there is no identifier.
const FALLBACK_ID_KEYS: [&str; 3] = ["@id", "url", "productGroupID"];
/// The maximum nesting depth that is searched for products.
const MAX_DEPTH: usize = 32;

/// Returns a row for each product in a JSON-LD document, or one error row if there is none.
pub fn read_rows(row: u64, value: &Value) -> Vec<RowResult> {
    let products = read_products(row, value);
    if products.is_empty() {
        let why = "the JSON-LD has no schema.org Product".to_owned();
        return vec![Err(RowError { row, why, excerpt: excerpt(&value.to_string()) })];
    }
    products.into_iter().map(Ok).collect()
}

/// Returns the products in a JSON-LD document. Several documents of a page are given as an array.
pub fn read_products(row: u64, value: &Value) -> Vec<RawRow> {
    read_items(row, value, &PRODUCT_TYPES)
}

/// Returns the items of these schema.org types in a JSON-LD document.
pub fn read_items(row: u64, value: &Value, types: &[&str]) -> Vec<RawRow> {
    let mut found = PageProducts::default();
    collect_products(value, types, 0, &mut found);
    let several = found.products.len() > 1;
    let crumbs = &found.crumbs;
    found
        .products
        .iter()
        .map(|(product, group)| {
            let mut raw = product_row(row, product, *group);
            if !several && raw[Field::Category].is_empty() {
                // The last breadcrumb is the product's own page.
                let title = &raw[Field::Title];
                let steps: Vec<&str> = crumbs.iter().map(String::as_str).filter(|step| *step != title).collect();
                raw.offer(Field::Category, 1, &steps.join(PATH_SEPARATOR));
            }
            raw
        })
        .collect()
}

type Object<'v> = &'v Map<String, Value>;

#[derive(Default)]
struct PageProducts<'v> {
    /// Products, each with the group that it is a variant of, if any.
    products: Vec<(Object<'v>, Option<Object<'v>>)>,
    crumbs: Vec<String>,
}

/// Collects the items of these types and the breadcrumbs in a value, down to [`MAX_DEPTH`].
fn collect_products<'v>(value: &'v Value, types: &[&str], depth: usize, found: &mut PageProducts<'v>) {
    if depth > MAX_DEPTH {
        return;
    }
    let object = match value {
        Value::Array(values) => {
            return values.iter().for_each(|value| collect_products(value, types, depth + 1, found));
        }
        Value::Object(object) => object,
        _ => return,
    };
    if is_a(object, "BreadcrumbList") {
        let steps = object.get("itemListElement").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut steps: Vec<_> = steps.iter().collect();
        steps.sort_by_key(|step| step.get("position").and_then(Value::as_u64));
        // The first breadcrumb is the home page of the shop.
        found.crumbs = steps.iter().skip(1).map(|step| breadcrumb_name(step)).filter(|name| !name.is_empty()).collect();
        return;
    }
    if is_a(object, "ProductGroup") {
        let variants: Vec<_> = each(object.get("hasVariant")).filter_map(Value::as_object).collect();
        if variants.is_empty() {
            found.products.push((object, None));
        }
        found.products.extend(variants.into_iter().map(|variant| (variant, Some(object))));
        return;
    }
    if types.iter().any(|class| is_a(object, class)) {
        found.products.push((object, None));
        return;
    }
    for key in ["@graph", "itemListElement", "item", "mainEntity", "hasPart"] {
        if let Some(value) = object.get(key) {
            collect_products(value, types, depth + 1, found);
        }
    }
}

fn product_row(row: u64, product: &Map<String, Value>, group: Option<&Map<String, Value>>) -> RawRow {
    let mut raw = RawRow::new(row);
    let get = |key: &str| product.get(key).or_else(|| group.and_then(|group| group.get(key)));
    let offer = |raw: &mut RawRow, field: Field, keys: &[&str]| {
        for (rank, key) in keys.iter().enumerate() {
            raw.offer(field, rank as u8, &get(key).map(text).unwrap_or_default());
        }
    };
    let named = |object: &Object, keys: &[&str]| -> Vec<String> {
        keys.iter().filter_map(|key| object.get(*key)).map(text).filter(|name| !name.is_empty()).collect()
    };
    raw.names = named(&product, &ID_KEYS);
    raw.group_names = group.map(|group| named(&group, &ID_KEYS)).unwrap_or_default();
    let places = ID_KEYS.iter().chain(&FALLBACK_ID_KEYS).filter_map(|key| get(key)).map(text);
    raw.set(Field::Id, places.into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default());
    offer(&mut raw, Field::Title, &["name", "headline"]);
    offer(&mut raw, Field::Description, &["description"]);
    offer(&mut raw, Field::Url, &["url", "mainEntityOfPage", "@id"]);
    for (rank, key) in (0..).zip(["image", "thumbnailUrl"]) {
        raw.offer(Field::Image, rank, &get(key).map(address).unwrap_or_default());
    }
    offer(&mut raw, Field::Brand, &["brand", "manufacturer", "author"]);
    offer(&mut raw, Field::Category, &["category"]);
    for keywords in each(get("keywords")) {
        raw.tags.extend(text(keywords).split(',').map(str::to_owned));
    }
    offer(&mut raw, Field::Date, &["releaseDate", "datePublished"]);
    offer(&mut raw, Field::Lang, &["inLanguage"]);
    for name in ["color", "size", "material", "pattern"] {
        raw.add_attribute(name, &get(name).map(text).unwrap_or_default());
    }
    for property in each(get("additionalProperty")) {
        let part = |key: &str| property.get(key).map(text).unwrap_or_default();
        raw.add_attribute(&part("name"), &part("value"));
    }
    if let Some(rating) = get("aggregateRating") {
        let part = |key: &str| rating.get(key).map(text).unwrap_or_default();
        raw.set(Field::Rating, part("ratingValue"));
        raw.offer(Field::RatingBest, 1, &part("bestRating"));
        raw.offer(Field::RatingCount, 1, &part("ratingCount"));
        raw.offer(Field::RatingCount, 2, &part("reviewCount"));
    }
    let named = [group.and_then(|group| group.get("productGroupID")), product.get("productGroupID")];
    match named.into_iter().flatten().next().or_else(|| product.get("inProductGroupWithID")) {
        Some(id) => raw.set(Field::Group, text(id)),
        None => {
            if let Some(group) = group {
                raw.set(Field::Group, group.get("@id").or_else(|| group.get("name")).map(text).unwrap_or_default());
            }
        }
    }
    let offers: Vec<_> = each(get("offers"))
        .flat_map(|offer| {
            let inner: Vec<_> = each(offer.get("offers")).collect();
            if inner.is_empty() || offer.get("lowPrice").is_some() { vec![offer] } else { inner }
        })
        .collect();
    set_best_offer(&mut raw, &offers);
    raw
}

/// Sets the lowest price of all offers, and in stock if any of them is.
fn set_best_offer(raw: &mut RawRow, offers: &[&Value]) {
    let part = |offer: &Value, key: &str| offer.get(key).map(text).unwrap_or_default();
    let price = |offer: &Value| {
        let specified = offer.get("priceSpecification").map(|value| value.get(0).unwrap_or(value));
        let specified = |key: &str| specified.map(|value| part(value, key)).unwrap_or_default();
        let own = [part(offer, "lowPrice"), part(offer, "price"), specified("price")];
        let currency = [part(offer, "priceCurrency"), specified("priceCurrency")];
        let first = |texts: &[String]| texts.iter().find(|text| !text.is_empty()).cloned().unwrap_or_default();
        (first(&own), first(&currency))
    };
    let amount = |text: &str| crate::value::price::parse_price(text, "").map_or(f64::INFINITY, |price| price.amount);
    let mut prices: Vec<_> = offers.iter().map(|offer| price(offer)).collect();
    prices.sort_by(|a, b| amount(&a.0).total_cmp(&amount(&b.0)));
    if let Some((lowest, currency)) = prices.into_iter().next() {
        raw.set(Field::Price, lowest);
        raw.set(Field::Currency, currency);
    }
    let stock: Vec<String> = offers.iter().map(|offer| part(offer, "availability")).filter(|s| !s.is_empty()).collect();
    let in_stock = stock.iter().find(|stock| stock.ends_with("InStock")).or(stock.first());
    raw.set(Field::Availability, in_stock.cloned().unwrap_or_default());
    if let Some(url) = offers.first().map(|offer| part(offer, "url")) {
        raw.offer(Field::Url, u8::MAX, &url);
    }
}

fn breadcrumb_name(step: &Value) -> String {
    let named = step.get("name").or_else(|| step.get("item").and_then(|item| item.get("name")));
    named.map(text).unwrap_or_default()
}

fn is_a(object: &Map<String, Value>, class: &str) -> bool {
    each(object.get("@type")).filter_map(Value::as_str).any(|name| name.rsplit(['/', '#']).next() == Some(class))
}

/// Iterates over the values of a property; JSON-LD has a single value without a list.
fn each(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    match value {
        Some(Value::Array(values)) => values.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
    .iter()
}
