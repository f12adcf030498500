//! Products in Magento's (Adobe Commerce's) responses to `GET /V1/products` and the GraphQL query `products`. The id is the
//! SKU, which the shop's pages and other exports also have. Must not know how the list was found.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::super::{
    assign::assign,
    names,
    scalar::{address, get, objects, text},
};
use crate::{
    columns::ColumnMap,
    raw::{Exclusion, Field, RawRow},
};
use nearmind_core::catalog::item::PATH_SEPARATOR;

type Object = Map<String, Value>;

/// The maximum number of prices that are remembered, about 16 MB.
const MAX_PRICES: usize = 500_000;
/// The folder of pictures, and the value for no picture.
const MEDIA: &str = "/media/catalog/product";
const NO_PICTURE: &str = "no_selection";
/// Product types whose price is that of their parts; their own price is 0.
const COMPOSITE: [&str; 3] = ["configurable", "bundle", "grouped"];

/// The prices of simple products by numeric id. A configurable product, which comes after its parts, costs what they cost.
#[derive(Debug, Default)]
pub struct PartPrices(HashMap<u64, f64>);

pub fn is_product(object: &Object) -> bool {
    let rest = object.get("custom_attributes").is_some_and(Value::is_array) || object.contains_key("attribute_set_id");
    object.contains_key("sku") && (rest || object.contains_key("price_range"))
}

impl PartPrices {
    pub fn read_row(&mut self, row: u64, object: &Object, columns: &ColumnMap) -> RawRow {
        let mut raw = RawRow::new(row);
        raw.offer(Field::Id, 1, &get(object, &["sku"]));
        raw.offer(Field::Id, 2, &get(object, &["id", "uid"]));
        raw.set(Field::Title, get(object, &["name"]));
        raw.set(Field::Date, get(object, &["created_at"]));
        self.set_price(&mut raw, object);
        read_custom_attributes(&mut raw, object, columns);
        for key in ["description", "short_description"] {
            if let Some(Value::Object(html)) = object.get(key) {
                raw.offer(Field::Description, 1, &get(html, &["html"]));
            }
        }
        let slug = get(object, &["url_key"]);
        raw.offer(Field::Url, 2, &link(&slug, &get(object, &["url_suffix"])));
        for key in ["image", "small_image", "thumbnail"] {
            raw.offer(Field::Image, 2, &picture(&object.get(key).map(address).unwrap_or_default()));
        }
        let shown =
            objects(object, "media_gallery_entries").filter(|entry| entry.get("disabled") != Some(&true.into()));
        shown.for_each(|entry| raw.offer(Field::Image, 3, &picture(&get(entry, &["file"]))));
        let steps: Vec<String> = objects(object, "categories").map(|category| get(category, &["name"])).collect();
        raw.offer(Field::Category, 1, &steps.join(PATH_SEPARATOR));
        raw.set(Field::Availability, get(object, &["stock_status"]));
        if let Some(stock) = object.get("extension_attributes").and_then(|more| more.get("stock_item")?.as_object()) {
            raw.offer(Field::Availability, 2, &get(stock, &["is_in_stock"]));
            if stock.get("manage_stock") != Some(&false.into()) {
                raw.offer(Field::Stock, 1, &get(stock, &["qty"]));
            }
        }
        let hidden = match (get(object, &["status"]).as_str(), get(object, &["visibility"]).as_str()) {
            ("2", _) => Some("disabled"),
            (_, "1") => Some("not visible individually"),
            _ => None,
        };
        raw.exclusion = hidden.map(|why| Exclusion::Unpublished(why.into()));
        raw
    }

    fn set_price(&mut self, raw: &mut RawRow, object: &Object) {
        let mut amount = object.get("price").and_then(Value::as_f64);
        if COMPOSITE.contains(&get(object, &["type_id"]).as_str()) {
            let more = object.get("extension_attributes").and_then(Value::as_object);
            let parts = more.and_then(|more| more.get("configurable_product_links")?.as_array()).into_iter().flatten();
            let lowest_part = parts.filter_map(|id| self.0.get(&id.as_u64()?).copied()).reduce(f64::min);
            amount = lowest_part.or(amount.filter(|amount| *amount > 0.0));
        } else if let Some((id, amount)) = object.get("id").and_then(Value::as_u64).zip(amount)
            && self.0.len() < MAX_PRICES
        {
            self.0.insert(id, amount);
        }
        raw.set(Field::Price, amount.map(|amount| amount.to_string()).unwrap_or_default());
        // GraphQL: the current price, and the price without a discount.
        let lowest = object.get("price_range").and_then(|range| range.get("minimum_price"));
        let money = |key: &str| lowest.and_then(|lowest| lowest.get(key)?.as_object());
        if let Some(paid) = money("final_price").or(money("regular_price")) {
            raw.set(Field::Price, get(paid, &["value"]));
            raw.set(Field::Currency, get(paid, &["currency"]));
            raw.set(Field::ListPrice, money("regular_price").map(|full| get(full, &["value"])).unwrap_or_default());
        }
    }
}

/// Reads the shop's custom attributes. Option ids are skipped, because they are numbers that people cannot read; of the rest
/// only known or mapped attributes are used.
fn read_custom_attributes(raw: &mut RawRow, object: &Object, columns: &ColumnMap) {
    let mut sale = (String::new(), false);
    for attribute in objects(object, "custom_attributes") {
        let (code, value) = (get(attribute, &["attribute_code"]), attribute.get("value").map(text).unwrap_or_default());
        match code.as_str() {
            "description" => raw.offer(Field::Description, 2, &value),
            "short_description" => raw.offer(Field::Description, 1, &value),
            "url_key" => raw.offer(Field::Url, 1, &link(&value, "")),
            "image" => raw.offer(Field::Image, 1, &picture(&value)),
            "small_image" | "thumbnail" => raw.offer(Field::Image, 2, &picture(&value)),
            "special_price" => sale.0 = value,
            "special_to_date" => sale.1 = !value.is_empty(),
            _ => {
                let meaning = names::meaning(columns, &code, 0);
                let is_option = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
                let is_named = columns.meaning_or(&code, || None).is_some();
                if is_named || !is_option {
                    assign(raw, meaning.as_ref(), &value);
                }
            }
        }
    }
    // Ignore a sale with an end date, because the current date is not known here.
    if !sale.1 {
        raw.offer(Field::SalePrice, 1, &sale.0);
    }
}

fn link(slug: &str, suffix: &str) -> String {
    let suffix = if suffix.is_empty() { ".html" } else { suffix };
    if slug.is_empty() { String::new() } else { format!("/{slug}{suffix}") }
}

fn picture(file: &str) -> String {
    match file {
        "" | NO_PICTURE => String::new(),
        whole if whole.contains("://") => whole.to_owned(),
        file => format!("{MEDIA}/{}", file.trim_start_matches('/')),
    }
}
