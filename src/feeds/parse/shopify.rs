//! Shopify's two exports: products of `products.json`, and the CSV with a row a variant or a picture.
//!
//! The id of a product is its handle, which both exports have: a shop may go from one to the other. The id of a
//! variant is the handle and the variant's own id or options. Pages and analytics say the numbers, SKUs and barcodes,
//! which are names besides. Must not know how variants are folded.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Queue, Row, Rows, Stop, records::Records, scalar::text};
use crate::feeds::raw::{Field, Raw};

/// A single variant is called so where a product has no options.
const NO_OPTION: &str = "Default Title";

/// Whether an object is a product of `products.json`.
pub fn is_product(object: &Map<String, Value>) -> bool {
    object.get("variants").is_some_and(Value::is_array)
        && object.contains_key("handle")
        && (object.contains_key("body_html") || object.contains_key("vendor") || object.contains_key("options"))
}

/// A row for each variant.
pub fn product(row: u64, object: &Map<String, Value>) -> Queue {
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
    product.offer(Field::Date, 1, &get("published_at"));
    product.offer(Field::Date, 2, &get("created_at"));
    match object.get("tags") {
        Some(Value::Array(tags)) => product.tags.extend(tags.iter().map(text)),
        Some(tags) => product.tags.extend(text(tags).split(',').map(str::to_owned)),
        None => {}
    }
    let image = |value: Option<&Value>| match value {
        Some(Value::Object(image)) => image.get("src").map(text).unwrap_or_default(),
        Some(other) => text(other),
        None => String::new(),
    };
    let images = object.get("images").and_then(Value::as_array);
    product.offer(Field::Image, 1, &image(images.and_then(|images| images.first())));
    product.offer(Field::Image, 2, &image(object.get("image")));
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
        raw.set(Field::Availability, get("available"));
        raw.set(Field::Stock, get("inventory_quantity"));
        let picture = image(variant.get("featured_image"));
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

/// The CSV: what a product has once stands in its first row.
pub struct Csv<'a> {
    records: Records<'a>,
    product: Raw,
    names: [String; 3],
}

impl<'a> Csv<'a> {
    pub fn new(records: Records<'a>) -> Self {
        Self { records, product: Raw::default(), names: Default::default() }
    }

    fn begin(&mut self) {
        let handle = self.records.get("handle").to_owned();
        let mut product = Raw::new(self.records.row);
        product.set(Field::Url, format!("/products/{handle}"));
        product.set(Field::Id, handle);
        for (field, rank, column) in [
            (Field::Title, 1, "title"),
            (Field::Description, 1, "body (html)"),
            (Field::Brand, 1, "vendor"),
            (Field::Category, 1, "type"),
            (Field::Category, 2, "product category"),
            (Field::Image, 1, "image src"),
            (Field::Published, 1, "status"),
            (Field::Published, 2, "published"),
        ] {
            product.offer(field, rank, self.records.get(column));
        }
        product.tags = self.records.get("tags").split(',').map(str::to_owned).collect();
        self.names = ["option1 name", "option2 name", "option3 name"].map(|column| self.records.get(column).to_owned());
        self.product = product;
    }
}

impl Rows for Csv<'_> {
    fn next(&mut self) -> Result<Option<Row>, Stop> {
        loop {
            match self.records.advance()? {
                None => return Ok(None),
                Some(Err(unread)) => return Ok(Some(Err(unread))),
                Some(Ok(())) => {}
            }
            let records = &self.records;
            let first = records.get("handle") != &self.product[Field::Id] || !records.get("title").is_empty();
            let variant =
                ["variant price", "variant sku", "option1 value"].iter().any(|name| !records.get(name).is_empty());
            if first {
                self.begin();
            } else if !variant {
                continue; // one more picture of the same product
            }
            let records = &self.records;
            let mut raw = self.product.clone();
            raw.row = records.row;
            prices(&mut raw, records.get("variant price"), records.get("variant compare at price"));
            raw.set(Field::Stock, records.get("variant inventory qty"));
            raw.names = ["variant sku", "variant barcode"].map(|column| records.get(column).to_owned()).into();
            if !records.get("variant image").is_empty() {
                raw.set(Field::Image, records.get("variant image"));
            }
            let values = ["option1 value", "option2 value", "option3 value"].map(|column| records.get(column));
            let handle = self.product[Field::Id].to_owned();
            let names = self.names.iter().map(String::as_str);
            options_of(&mut raw, &handle, records.get("variant sku"), names.zip(values));
            return Ok(Some(Ok(raw)));
        }
    }

    fn row(&self) -> u64 {
        self.records.row
    }

    fn used(&self) -> BTreeMap<String, String> {
        const USED: [&str; 22] = [
            "handle",
            "title",
            "body (html)",
            "vendor",
            "type",
            "product category",
            "tags",
            "image src",
            "status",
            "published",
            "variant price",
            "variant compare at price",
            "variant inventory qty",
            "variant image",
            "variant sku",
            "variant barcode",
            "option1 value",
            "option2 value",
            "option3 value",
            "option1 name",
            "option2 name",
            "option3 name",
        ];
        let about = |name: &String| if USED.contains(&name.as_str()) { "Shopify's own".into() } else { String::new() };
        self.records.header.iter().map(|name| (name.clone(), about(name))).collect()
    }
}

/// Shopify's `price` is what is paid; the one to compare with is crossed out.
fn prices(raw: &mut Raw, price: &str, compare_at: &str) {
    raw.set(Field::Price, price);
    // Shopify writes 0 or the price itself where there is nothing to compare with.
    if !compare_at.trim_matches(['0', '.']).is_empty() && compare_at != price {
        raw.set(Field::ListPrice, compare_at);
    }
}

/// Options as attributes; a variant that has any belongs to its product's group, one that has none is the product.
fn options_of<'v>(raw: &mut Raw, handle: &str, id: &str, options: impl Iterator<Item = (&'v str, &'v str)>) {
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
