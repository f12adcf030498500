//! WooCommerce's product export: variations name their parent, attributes are in numbered columns, and column names are in
//! the language of the shop.
//!
//! The id of a product is its `ID`; its SKU, which its pages have, becomes an alternative id. Attributes that the shop does not
//! show on the product's page are left out. Must not know how variants are folded.

mod names; // column names in other languages

use std::collections::HashMap;

use super::{ColumnUse, Layout, RowQueue};
use crate::{
    parse::{assign::first_image, records::RecordReader},
    raw::{Field, RawRow},
    value,
};

const COLUMNS: &[(&str, ColumnUse)] = &[
    ("id", ColumnUse::Field(Field::Id)),
    ("sku", ColumnUse::Field(Field::Id)),
    ("gtin, upc, ean, or isbn", ColumnUse::Field(Field::Id)),
    ("name", ColumnUse::Field(Field::Title)),
    ("short description", ColumnUse::Field(Field::Description)),
    ("description", ColumnUse::Field(Field::Description)),
    ("brands", ColumnUse::Field(Field::Brand)),
    ("brand", ColumnUse::Field(Field::Brand)),
    ("regular price", ColumnUse::Field(Field::Price)),
    ("sale price", ColumnUse::Field(Field::SalePrice)),
    ("in stock?", ColumnUse::Field(Field::Availability)),
    ("stock", ColumnUse::Field(Field::Stock)),
    ("permalink", ColumnUse::Field(Field::Url)),
    ("external url", ColumnUse::Field(Field::Url)),
    ("date created", ColumnUse::Field(Field::Date)),
    ("average rating", ColumnUse::Field(Field::Rating)),
    ("review count", ColumnUse::Field(Field::RatingCount)),
    ("published", ColumnUse::Field(Field::Published)),
    ("visibility in catalog", ColumnUse::Field(Field::Published)),
    ("tags", ColumnUse::Tags),
    ("type", ColumnUse::Custom),
    ("images", ColumnUse::Custom),
    ("categories", ColumnUse::Custom),
    ("parent", ColumnUse::Custom),
    ("attribute # name", ColumnUse::Custom),
    ("attribute # value(s)", ColumnUse::Custom),
    ("attribute # visible", ColumnUse::Custom),
];
/// Columns that hardly any other table has.
const SIGNS: [&str; 8] = [
    "is featured?",
    "visibility in catalog",
    "in stock?",
    "regular price",
    "attribute 1 name",
    "attribute 1 value(s)",
    "short description",
    "published",
];

pub fn open(records: &mut RecordReader) -> Option<Box<dyn Layout>> {
    let names = records.names.clone();
    // An English name is kept, even if it is also the name of another column in another language.
    records.rename(|column| names::english_name(column).filter(|english| !names.contains(english)));
    let signs = SIGNS.iter().filter(|sign| records.has(sign)).count();
    if records.has("name") && signs >= if records.has("type") { 2 } else { 4 } {
        return Some(Box::new(Woo::default()));
    }
    records.names = names;
    None
}

#[derive(Default)]
struct Woo {
    /// The ids of variable products by SKU, because variations may name their parent by SKU. Products come before their
    /// variations.
    parents: HashMap<String, String>,
}

impl Layout for Woo {
    fn system(&self) -> &'static str {
        "WooCommerce"
    }

    fn columns(&self) -> &'static [(&'static str, ColumnUse)] {
        COLUMNS
    }

    fn add_record(&mut self, cells: &RecordReader, mut raw: RawRow, rows: &mut RowQueue) {
        raw.set(Field::Image, first_image(cells.get("images").split(", ").next().unwrap_or_default()));
        raw.set(Field::Category, deepest_category(cells.get("categories")));
        let kind = cells.get("type").to_ascii_lowercase();
        let kind = kind.split(',').next().unwrap_or_default().trim();
        for nth in 1.. {
            let values = format!("attribute {nth} value(s)");
            if !cells.has(&values) {
                break;
            }
            // The attributes of a variation are its options.
            let shown = value::parse_published(cells.get(&format!("attribute {nth} visible"))) != Some(false);
            if shown || kind == "variation" {
                raw.add_attribute(cells.get(&format!("attribute {nth} name")), cells.get(&values));
            }
        }
        let own = raw[Field::Id].to_owned();
        match kind {
            "variable" => {
                let sku = cells.get("sku");
                if !sku.is_empty() {
                    self.parents.insert(sku.to_owned(), own.clone());
                }
                raw.set(Field::Group, own);
            }
            "variation" => {
                let parent = cells.get("parent");
                let by_id = parent.strip_prefix("id:").map(str::trim);
                let group = by_id.or_else(|| self.parents.get(parent).map(String::as_str)).unwrap_or(parent);
                raw.set(Field::Group, group);
            }
            _ => {}
        }
        rows.push_back(Ok(raw));
    }
}

/// Returns the longest path of `Clothing > Hoodies, Sale`.
fn deepest_category(categories: &str) -> &str {
    let steps = |path: &&str| path.matches('>').count();
    categories.split(',').map(str::trim).rev().max_by_key(steps).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::deepest_category;

    #[test]
    fn the_deepest_category_is_used() {
        assert_eq!(deepest_category("Sale, Clothing > Hoodies, Music > Albums"), "Clothing > Hoodies");
        assert_eq!(deepest_category(""), "");
    }
}
