//! Shopify's product CSV: one row per variant or picture; values of the product are only in its first row.
//!
//! Column names are those of the export; the names of the newer template are converted to them. An untracked product is in
//! stock, and one that may be oversold can always be ordered. Must not know how variants are folded.

use super::{ColumnUse, Layout, RowQueue, VariantGroup, meaning};
use crate::{
    columns::{Meaning, is_product_attribute},
    parse::{
        records::RecordReader,
        shopify::{set_options, set_prices},
        stock::set_stock,
    },
    raw::{Field, RawRow},
};

const COLUMNS: &[(&str, ColumnUse)] = &[
    ("title", ColumnUse::Field(Field::Title)),
    ("body (html)", ColumnUse::Field(Field::Description)),
    ("vendor", ColumnUse::Field(Field::Brand)),
    ("type", ColumnUse::Field(Field::Category)),
    ("product category", ColumnUse::Field(Field::Category)),
    ("tags", ColumnUse::Tags),
    ("published", ColumnUse::Field(Field::Published)),
    ("status", ColumnUse::Field(Field::Published)),
    ("google shopping gender", ColumnUse::Attribute("gender")),
    ("google shopping age group", ColumnUse::Attribute("age group")),
    ("google shopping condition", ColumnUse::Attribute("condition")),
    ("handle", ColumnUse::Custom),
    ("image src", ColumnUse::Custom),
    ("image position", ColumnUse::Custom),
    ("option# name", ColumnUse::Custom),
    ("option# value", ColumnUse::Custom),
    ("variant image", ColumnUse::Custom),
    ("variant sku", ColumnUse::Custom),
    ("variant barcode", ColumnUse::Custom),
    ("variant price", ColumnUse::Custom),
    ("variant compare at price", ColumnUse::Custom),
    ("variant inventory tracker", ColumnUse::Custom),
    ("variant inventory qty", ColumnUse::Custom),
    ("variant inventory policy", ColumnUse::Custom),
];

/// Column names of the newer template, and those of the export.
const NEWER_NAMES: [(&str, &str); 12] = [
    ("url handle", "handle"),
    ("description", "body (html)"),
    ("published on online store", "published"),
    ("sku", "variant sku"),
    ("barcode", "variant barcode"),
    ("price", "variant price"),
    ("compare at price", "variant compare at price"),
    ("inventory tracker", "variant inventory tracker"),
    ("inventory quantity", "variant inventory qty"),
    ("continue selling when out of stock", "variant inventory policy"),
    ("product image url", "image src"),
    ("variant image url", "variant image"),
];

pub fn open(records: &mut RecordReader) -> Option<Box<dyn Layout>> {
    if records.has("url handle") && (records.has("option1 name") || records.has("product image url")) {
        records.rename(|column| {
            NEWER_NAMES.iter().find(|(newer, _)| *newer == column).map(|(_, usual)| (*usual).to_owned())
        });
    }
    let shopify = records.has("handle") && (records.has("body (html)") || records.has("variant price"));
    shopify.then(|| Box::new(Shopify::default()) as _)
}

#[derive(Default)]
struct Shopify {
    group: VariantGroup,
    handle: String,
    names: Vec<String>,
    /// The picture with the lowest position so far.
    image: Option<(u32, String)>,
}

impl Shopify {
    fn read_picture(&mut self, cells: &RecordReader) {
        let image = cells.get("image src");
        let position = cells.get("image position").parse().unwrap_or(u32::MAX);
        if !image.is_empty() && self.image.as_ref().is_none_or(|(first, _)| position < *first) {
            self.image = Some((position, image.to_owned()));
        }
    }

    fn flush_group(&mut self, rows: &mut RowQueue) {
        let image = self.image.as_ref().map(|(_, image)| image.as_str()).unwrap_or_default();
        for mut raw in self.group.variants.drain(..) {
            raw.inherit(&self.group.product);
            if raw[Field::Image].is_empty() {
                raw.set(Field::Image, image);
            }
            image.clone_into(&mut raw.group_image);
            rows.push_back(Ok(raw));
        }
    }
}

impl Layout for Shopify {
    fn system(&self) -> &'static str {
        "Shopify"
    }

    fn columns(&self) -> &'static [(&'static str, ColumnUse)] {
        COLUMNS
    }

    /// Of the metafields, only Shopify's standard ones are used, as in `Color (product.metafields.shopify.color-pattern)`.
    fn meaning(&self, column: &str) -> Option<Meaning> {
        let standard = column.split_once(" (product.metafields.shopify.").map(|(name, _)| name);
        let standard = standard.filter(|name| is_product_attribute(name));
        meaning(COLUMNS, column).or_else(|| standard.map(|name| Meaning::Attribute(name.to_owned())))
    }

    fn add_record(&mut self, cells: &RecordReader, mut raw: RawRow, rows: &mut RowQueue) {
        let handle = cells.get("handle");
        let next = if handle.is_empty() { !raw[Field::Title].is_empty() } else { handle != self.handle };
        if next || self.group.is_empty() {
            self.flush_group(rows);
            handle.clone_into(&mut self.handle);
            self.image = None;
            self.names =
                cells.numbered("option# name", "option# value").iter().map(|(name, _)| (*name).to_owned()).collect();
            raw.set(Field::Url, format!("/products/{handle}"));
            self.group.product = raw.clone();
        } else if ["variant price", "variant sku", "option1 value"].iter().all(|name| cells.get(name).is_empty()) {
            self.read_picture(cells);
            return; // another picture of the same product
        }
        self.read_picture(cells);
        set_prices(&mut raw, cells.get("variant price"), cells.get("variant compare at price"));
        let tracked = !cells.has("variant inventory tracker") || !cells.get("variant inventory tracker").is_empty();
        let backorders =
            matches!(cells.get("variant inventory policy").to_ascii_lowercase().as_str(), "continue" | "true");
        set_stock(&mut raw, cells.get("variant inventory qty"), tracked, backorders);
        raw.names = ["variant sku", "variant barcode"].map(|column| cells.get(column).to_owned()).into();
        raw.set(Field::Image, cells.get("variant image"));
        let values = cells.numbered("option# name", "option# value").into_iter().map(|(_, value)| value);
        let names = self.names.iter().map(String::as_str);
        raw.set(Field::Id, self.handle.as_str());
        set_options(&mut raw, &self.handle, cells.get("variant sku"), names.zip(values));
        self.group.variants.push_back(raw);
        if self.group.is_full() {
            self.flush_group(rows);
        }
    }

    fn finish(&mut self, rows: &mut RowQueue) {
        self.flush_group(rows);
    }
}
