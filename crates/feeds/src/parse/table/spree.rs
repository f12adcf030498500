//! Spree's product export: the first row of a product is its master variant, whose price is 0 where the others have
//! prices of their own. Must not know how variants are folded.

use super::{Family, Layout, Queue, Use, make_variant};
use crate::{
    parse::{records::Records, stock::set_stock},
    raw::{Field, Raw},
    value::price::price,
};

const COLUMNS: &[(&str, Use)] = &[
    ("name", Use::Field(Field::Title)),
    ("description", Use::Field(Field::Description)),
    ("status", Use::Field(Field::Published)),
    ("brand name", Use::Field(Field::Brand)),
    ("tags", Use::Tags),
    ("price", Use::Field(Field::Price)),
    ("compare at price", Use::Field(Field::ListPrice)),
    ("currency", Use::Field(Field::Currency)),
    ("image1 src", Use::Field(Field::Image)),
    ("category1", Use::Own),
    ("product id", Use::Own),
    ("slug", Use::Own),
    ("sku", Use::Own),
    ("barcode", Use::Own),
    ("variant sku", Use::Own),
    ("variant id", Use::Own),
    ("track inventory", Use::Own),
    ("inventory count", Use::Own),
    ("inventory backorderable", Use::Own),
    ("option# name", Use::Own),
    ("option# value", Use::Own),
];

pub fn open(records: &Records) -> Option<Box<dyn Layout>> {
    let spree = records.has("slug")
        && records.has("name")
        && (records.has("inventory count") || records.has("inventory backorderable"))
        && (records.has("option1 name") || records.has("available on") || records.has("compare at price"));
    spree.then(|| Box::new(Spree::default()) as _)
}

#[derive(Default)]
struct Spree {
    family: Family,
    id: String,
}

impl Spree {
    fn finish(&mut self, rows: &mut Queue) {
        let costs = |raw: &Raw| price(&raw[Field::Price], "").is_ok_and(|price| price.amount > 0.0);
        let priced = self.family.variants.iter().any(costs);
        let master = self.family.variants.iter().find(|raw| raw[Field::Id] == *self.id && costs(raw));
        let master = master.map(|raw| raw[Field::Price].to_owned()).unwrap_or_default();
        for mut raw in self.family.variants.drain(..) {
            raw.inherit(&self.family.product);
            raw.group_image = self.family.product[Field::Image].to_owned();
            if priced && !costs(&raw) {
                raw.set(Field::Price, master.as_str());
            }
            rows.push_back(Ok(raw));
        }
    }
}

impl Layout for Spree {
    fn maker(&self) -> &'static str {
        "Spree"
    }

    fn columns(&self) -> &'static [(&'static str, Use)] {
        COLUMNS
    }

    fn row(&mut self, cells: &Records, mut raw: Raw, rows: &mut Queue) {
        let (product_id, slug) = (cells.get("product id"), cells.get("slug"));
        let id = if product_id.is_empty() { slug } else { product_id };
        if (!id.is_empty() && id != self.id) || self.family.is_new() {
            self.finish(rows);
            id.clone_into(&mut self.id);
            raw.set(Field::Category, cells.get("category1").replace("->", ">"));
            if !slug.is_empty() {
                raw.set(Field::Url, format!("/products/{slug}"));
            }
            self.family.product = raw.clone();
            self.family.product.group_names = vec![slug.to_owned()];
            for field in [Field::Price, Field::ListPrice] {
                self.family.product.set(field, "");
            }
        }
        let untracked = matches!(cells.get("track inventory").to_ascii_lowercase().as_str(), "false" | "f" | "0");
        let backorder =
            matches!(cells.get("inventory backorderable").to_ascii_lowercase().as_str(), "true" | "t" | "1");
        set_stock(&mut raw, cells.get("inventory count"), !untracked, backorder);
        raw.names = ["sku", "variant sku", "variant id", "barcode"].map(|column| cells.get(column).to_owned()).into();
        raw.group_names.clone_from(&self.family.product.group_names);
        raw.set(Field::Id, self.id.as_str());
        let options = cells.numbered("option# name", "option# value");
        let options: Vec<_> = options.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        if options.is_empty() {
            // The product's own row, whether it has variants or not.
            raw.names.append(&mut raw.group_names);
            raw.set(Field::Group, self.id.as_str());
        } else {
            let own = ["sku", "variant sku", "variant id"].map(|column| cells.get(column));
            make_variant(&mut raw, &self.id, own.into_iter().find(|own| !own.is_empty()).unwrap_or_default(), &options);
        }
        self.family.variants.push_back(raw);
        if self.family.is_full() {
            self.finish(rows);
        }
    }

    fn end(&mut self, rows: &mut Queue) {
        self.finish(rows);
    }
}
