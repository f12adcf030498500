//! WooCommerce's product export: variations name their parent, attributes stand in numbered columns, and the names of
//! the columns are in the language of the shop.
//!
//! The id of a product is its `ID`; its SKU, which its pages say, is a name besides. An attribute that the shop does not
//! show on the product's page stays out. Must not know how variants fold.

mod names; // of the columns in other languages

use std::collections::HashMap;

use super::{Layout, Queue, Use};
use crate::{
    parse::{assign::first_image, records::Records},
    raw::{Field, Raw},
    value,
};

const COLUMNS: &[(&str, Use)] = &[
    ("id", Use::Field(Field::Id)),
    ("sku", Use::Field(Field::Id)),
    ("gtin, upc, ean, or isbn", Use::Field(Field::Id)),
    ("name", Use::Field(Field::Title)),
    ("short description", Use::Field(Field::Description)),
    ("description", Use::Field(Field::Description)),
    ("brands", Use::Field(Field::Brand)),
    ("brand", Use::Field(Field::Brand)),
    ("regular price", Use::Field(Field::Price)),
    ("sale price", Use::Field(Field::SalePrice)),
    ("in stock?", Use::Field(Field::Availability)),
    ("stock", Use::Field(Field::Stock)),
    ("permalink", Use::Field(Field::Url)),
    ("external url", Use::Field(Field::Url)),
    ("date created", Use::Field(Field::Date)),
    ("average rating", Use::Field(Field::Rating)),
    ("review count", Use::Field(Field::RatingCount)),
    ("published", Use::Field(Field::Published)),
    ("visibility in catalog", Use::Field(Field::Published)),
    ("tags", Use::Tags),
    ("type", Use::Own),
    ("images", Use::Own),
    ("categories", Use::Own),
    ("parent", Use::Own),
    ("attribute # name", Use::Own),
    ("attribute # value(s)", Use::Own),
    ("attribute # visible", Use::Own),
];
/// Columns that hardly another table has.
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

pub fn open(records: &mut Records) -> Option<Box<dyn Layout>> {
    let names = records.names.clone();
    // What is English already keeps its name, whatever it would mean in another language.
    records.rename(|column| names::english(column).filter(|english| !names.contains(english)));
    let signs = SIGNS.iter().filter(|sign| records.has(sign)).count();
    if records.has("name") && signs >= if records.has("type") { 2 } else { 4 } {
        return Some(Box::new(Woo::default()));
    }
    records.names = names;
    None
}

#[derive(Default)]
struct Woo {
    /// Variations may name their parent by SKU: of every variable product, its id. They stand before their variations.
    parents: HashMap<String, String>,
}

impl Layout for Woo {
    fn maker(&self) -> &'static str {
        "WooCommerce"
    }

    fn columns(&self) -> &'static [(&'static str, Use)] {
        COLUMNS
    }

    fn row(&mut self, cells: &Records, mut raw: Raw, rows: &mut Queue) {
        raw.set(Field::Image, first_image(cells.get("images").split(", ").next().unwrap_or_default()));
        raw.set(Field::Category, deepest(cells.get("categories")));
        let kind = cells.get("type").to_ascii_lowercase();
        let kind = kind.split(',').next().unwrap_or_default().trim();
        for nth in 1.. {
            let values = format!("attribute {nth} value(s)");
            if !cells.has(&values) {
                break;
            }
            // A variation's attributes are what it is chosen by.
            let shown = value::published(cells.get(&format!("attribute {nth} visible"))) != Some(false);
            if shown || kind == "variation" {
                raw.attribute(cells.get(&format!("attribute {nth} name")), cells.get(&values));
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

/// Of `Clothing > Hoodies, Sale` the path with the most steps.
fn deepest(categories: &str) -> &str {
    let steps = |path: &&str| path.matches('>').count();
    categories.split(',').map(str::trim).rev().max_by_key(steps).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::deepest;

    #[test]
    fn the_most_exact_category_is_taken() {
        assert_eq!(deepest("Sale, Clothing > Hoodies, Music > Albums"), "Clothing > Hoodies");
        assert_eq!(deepest(""), "");
    }
}
