//! Spree's product export: the first row of a product is its master variant, whose price is 0 if the others have their own
//! prices. Must not know how variants are folded.

use super::{ColumnUse, Layout, RowQueue, VariantGroup, make_variant};
use crate::{
    parse::{records::RecordReader, stock::set_stock},
    raw::{Field, RawRow},
    value::price::parse_price,
};

const COLUMNS: &[(&str, ColumnUse)] = &[
    ("name", ColumnUse::Field(Field::Title)),
    ("description", ColumnUse::Field(Field::Description)),
    ("status", ColumnUse::Field(Field::Published)),
    ("brand name", ColumnUse::Field(Field::Brand)),
    ("tags", ColumnUse::Tags),
    ("price", ColumnUse::Field(Field::Price)),
    ("compare at price", ColumnUse::Field(Field::ListPrice)),
    ("currency", ColumnUse::Field(Field::Currency)),
    ("image1 src", ColumnUse::Field(Field::Image)),
    ("category1", ColumnUse::Custom),
    ("product id", ColumnUse::Custom),
    ("slug", ColumnUse::Custom),
    ("sku", ColumnUse::Custom),
    ("barcode", ColumnUse::Custom),
    ("variant sku", ColumnUse::Custom),
    ("variant id", ColumnUse::Custom),
    ("track inventory", ColumnUse::Custom),
    ("inventory count", ColumnUse::Custom),
    ("inventory backorderable", ColumnUse::Custom),
    ("option# name", ColumnUse::Custom),
    ("option# value", ColumnUse::Custom),
];

pub fn open(records: &RecordReader) -> Option<Box<dyn Layout>> {
    let spree = records.has("slug")
        && records.has("name")
        && (records.has("inventory count") || records.has("inventory backorderable"))
        && (records.has("option1 name") || records.has("available on") || records.has("compare at price"));
    spree.then(|| Box::new(Spree::default()) as _)
}

#[derive(Default)]
struct Spree {
    group: VariantGroup,
    id: String,
}

impl Spree {
    fn flush_group(&mut self, rows: &mut RowQueue) {
        let has_price = |raw: &RawRow| parse_price(&raw[Field::Price], "").is_ok_and(|price| price.amount > 0.0);
        let any_priced = self.group.variants.iter().any(has_price);
        let master = self.group.variants.iter().find(|raw| raw[Field::Id] == *self.id && has_price(raw));
        let master = master.map(|raw| raw[Field::Price].to_owned()).unwrap_or_default();
        for mut raw in self.group.variants.drain(..) {
            raw.inherit(&self.group.product);
            raw.group_image = self.group.product[Field::Image].to_owned();
            if any_priced && !has_price(&raw) {
                raw.set(Field::Price, master.as_str());
            }
            rows.push_back(Ok(raw));
        }
    }
}

impl Layout for Spree {
    fn system(&self) -> &'static str {
        "Spree"
    }

    fn columns(&self) -> &'static [(&'static str, ColumnUse)] {
        COLUMNS
    }

    fn add_record(&mut self, cells: &RecordReader, mut raw: RawRow, rows: &mut RowQueue) {
        let (product_id, slug) = (cells.get("product id"), cells.get("slug"));
        let id = if product_id.is_empty() { slug } else { product_id };
        if (!id.is_empty() && id != self.id) || self.group.is_empty() {
            self.flush_group(rows);
            id.clone_into(&mut self.id);
            raw.set(Field::Category, cells.get("category1").replace("->", ">"));
            if !slug.is_empty() {
                raw.set(Field::Url, format!("/products/{slug}"));
            }
            self.group.product = raw.clone();
            self.group.product.group_names = vec![slug.to_owned()];
            for field in [Field::Price, Field::ListPrice] {
                self.group.product.set(field, "");
            }
        }
        let untracked = matches!(cells.get("track inventory").to_ascii_lowercase().as_str(), "false" | "f" | "0");
        let backorder =
            matches!(cells.get("inventory backorderable").to_ascii_lowercase().as_str(), "true" | "t" | "1");
        set_stock(&mut raw, cells.get("inventory count"), !untracked, backorder);
        raw.names = ["sku", "variant sku", "variant id", "barcode"].map(|column| cells.get(column).to_owned()).into();
        raw.group_names.clone_from(&self.group.product.group_names);
        raw.set(Field::Id, self.id.as_str());
        let options = cells.numbered("option# name", "option# value");
        let options: Vec<_> = options.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        if options.is_empty() {
            // The row of the product itself, with or without variants.
            raw.names.append(&mut raw.group_names);
            raw.set(Field::Group, self.id.as_str());
        } else {
            let own = ["sku", "variant sku", "variant id"].map(|column| cells.get(column));
            make_variant(&mut raw, &self.id, own.into_iter().find(|own| !own.is_empty()).unwrap_or_default(), &options);
        }
        self.group.variants.push_back(raw);
        if self.group.is_full() {
            self.flush_group(rows);
        }
    }

    fn finish(&mut self, rows: &mut RowQueue) {
        self.flush_group(rows);
    }
}
