//! Shopify's product CSV: a row a variant or a picture, what a product has once in its first row.
//!
//! Names of columns are those of the export; the newer template's become them. Stock that is not tracked is there, and
//! one that may be oversold can be ordered. Must not know how variants are folded.

use super::{Family, Layout, Queue, Use, meaning};
use crate::{
    columns::{Meaning, describes_a_product},
    parse::{
        records::Records,
        shopify::{options_of, prices},
        stock::set_stock,
    },
    raw::{Field, Raw},
};

const COLUMNS: &[(&str, Use)] = &[
    ("title", Use::Field(Field::Title)),
    ("body (html)", Use::Field(Field::Description)),
    ("vendor", Use::Field(Field::Brand)),
    ("type", Use::Field(Field::Category)),
    ("product category", Use::Field(Field::Category)),
    ("tags", Use::Tags),
    ("published", Use::Field(Field::Published)),
    ("status", Use::Field(Field::Published)),
    ("google shopping gender", Use::Attribute("gender")),
    ("google shopping age group", Use::Attribute("age group")),
    ("google shopping condition", Use::Attribute("condition")),
    ("handle", Use::Own),
    ("image src", Use::Own),
    ("image position", Use::Own),
    ("option# name", Use::Own),
    ("option# value", Use::Own),
    ("variant image", Use::Own),
    ("variant sku", Use::Own),
    ("variant barcode", Use::Own),
    ("variant price", Use::Own),
    ("variant compare at price", Use::Own),
    ("variant inventory tracker", Use::Own),
    ("variant inventory qty", Use::Own),
    ("variant inventory policy", Use::Own),
];

/// The newer template's names, and the export's.
const NEWER: [(&str, &str); 12] = [
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

pub fn open(records: &mut Records) -> Option<Box<dyn Layout>> {
    if records.has("url handle") && (records.has("option1 name") || records.has("product image url")) {
        records.rename(|column| NEWER.iter().find(|(newer, _)| *newer == column).map(|(_, usual)| (*usual).to_owned()));
    }
    let shopify = records.has("handle") && (records.has("body (html)") || records.has("variant price"));
    shopify.then(|| Box::new(Shopify::default()) as _)
}

#[derive(Default)]
struct Shopify {
    family: Family,
    handle: String,
    names: Vec<String>,
    /// The picture of the lowest position so far.
    image: Option<(u32, String)>,
}

impl Shopify {
    fn look_at_picture(&mut self, cells: &Records) {
        let image = cells.get("image src");
        let position = cells.get("image position").parse().unwrap_or(u32::MAX);
        if !image.is_empty() && self.image.as_ref().is_none_or(|(first, _)| position < *first) {
            self.image = Some((position, image.to_owned()));
        }
    }

    fn finish(&mut self, rows: &mut Queue) {
        let image = self.image.as_ref().map(|(_, image)| image.as_str()).unwrap_or_default();
        for mut raw in self.family.variants.drain(..) {
            raw.inherit(&self.family.product);
            if raw[Field::Image].is_empty() {
                raw.set(Field::Image, image);
            }
            image.clone_into(&mut raw.group_image);
            rows.push_back(Ok(raw));
        }
    }
}

impl Layout for Shopify {
    fn maker(&self) -> &'static str {
        "Shopify"
    }

    fn columns(&self) -> &'static [(&'static str, Use)] {
        COLUMNS
    }

    /// Of the metafields only Shopify's own ones for its categories, as in `Color (product.metafields.shopify.color-pattern)`.
    fn meaning(&self, column: &str) -> Option<Meaning> {
        let standard = column.split_once(" (product.metafields.shopify.").map(|(name, _)| name);
        let standard = standard.filter(|name| describes_a_product(name));
        meaning(COLUMNS, column).or_else(|| standard.map(|name| Meaning::Attribute(name.to_owned())))
    }

    fn row(&mut self, cells: &Records, mut raw: Raw, rows: &mut Queue) {
        let handle = cells.get("handle");
        let next = if handle.is_empty() { !raw[Field::Title].is_empty() } else { handle != self.handle };
        if next || self.family.is_new() {
            self.finish(rows);
            handle.clone_into(&mut self.handle);
            self.image = None;
            self.names =
                cells.numbered("option# name", "option# value").iter().map(|(name, _)| (*name).to_owned()).collect();
            raw.set(Field::Url, format!("/products/{handle}"));
            self.family.product = raw.clone();
        } else if ["variant price", "variant sku", "option1 value"].iter().all(|name| cells.get(name).is_empty()) {
            self.look_at_picture(cells);
            return; // one more picture of the same product
        }
        self.look_at_picture(cells);
        prices(&mut raw, cells.get("variant price"), cells.get("variant compare at price"));
        let tracked = !cells.has("variant inventory tracker") || !cells.get("variant inventory tracker").is_empty();
        let oversold =
            matches!(cells.get("variant inventory policy").to_ascii_lowercase().as_str(), "continue" | "true");
        set_stock(&mut raw, cells.get("variant inventory qty"), tracked, oversold);
        raw.names = ["variant sku", "variant barcode"].map(|column| cells.get(column).to_owned()).into();
        raw.set(Field::Image, cells.get("variant image"));
        let values = cells.numbered("option# name", "option# value").into_iter().map(|(_, value)| value);
        let names = self.names.iter().map(String::as_str);
        raw.set(Field::Id, self.handle.as_str());
        options_of(&mut raw, &self.handle, cells.get("variant sku"), names.zip(values));
        self.family.variants.push_back(raw);
        if self.family.is_full() {
            self.finish(rows);
        }
    }

    fn end(&mut self, rows: &mut Queue) {
        self.finish(rows);
    }
}
