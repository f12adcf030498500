//! PrestaShop's tables: the columns of its import, whose names say how they are filled in, and those of the list of
//! products in its back office. There are no addresses of pages in them. Must not know how values are cleaned.

use super::{Layout, Queue, Use};
use crate::{
    parse::{assign::first_image, records::Records, stock::set_stock},
    raw::{Field, Raw},
    value::price::price,
};

const COLUMNS: &[(&str, Use)] = &[
    ("product id", Use::Field(Field::Id)),
    ("id", Use::Field(Field::Id)),
    ("reference", Use::Field(Field::Id)),
    ("ean13", Use::Field(Field::Id)),
    ("upc", Use::Field(Field::Id)),
    ("mpn", Use::Field(Field::Id)),
    ("name", Use::Field(Field::Title)),
    ("summary", Use::Field(Field::Description)),
    ("short description", Use::Field(Field::Description)),
    ("description", Use::Field(Field::Description)),
    ("price tax included", Use::Field(Field::Price)),
    ("price tax excluded", Use::Field(Field::Price)),
    ("price tax excluded or price tax included", Use::Field(Field::Price)),
    ("manufacturer", Use::Field(Field::Brand)),
    ("brand", Use::Field(Field::Brand)),
    ("active", Use::Field(Field::Published)),
    ("condition", Use::Attribute("condition")),
    ("tags", Use::Tags),
    ("categories", Use::Own),
    ("discount amount", Use::Own),
    ("discount percent", Use::Own),
    ("discount to", Use::Own),
    ("quantity", Use::Own),
    ("visibility", Use::Own),
    ("out of stock action", Use::Own),
    ("image urls", Use::Own),
    ("feature", Use::Own),
];

/// Columns that other tables do not have.
const SIGNS: [&str; 4] =
    ["active (0 1)", "categories (x,y,z...)", "image urls (x,y,z...)", "available for order (0 = no, 1 = yes)"];

pub fn open(records: &mut Records) -> Option<Box<dyn Layout>> {
    if !records.has("name") || SIGNS.iter().filter(|sign| records.has(sign)).count() < 2 {
        return None;
    }
    records.rename(|column| {
        // What stands in brackets says how a column is filled in.
        let name = column.split('(').next().unwrap_or_default().trim_end_matches([' ', '#']).trim();
        Some(match name {
            "action when out of stock" | "out of stock" => "out of stock action".to_owned(),
            "features" => "feature".to_owned(),
            name => name.to_owned(),
        })
    });
    Some(Box::new(PrestaShop))
}

struct PrestaShop;

impl Layout for PrestaShop {
    fn maker(&self) -> &'static str {
        "PrestaShop"
    }

    fn columns(&self) -> &'static [(&'static str, Use)] {
        COLUMNS
    }

    fn row(&mut self, cells: &Records, mut raw: Raw, rows: &mut Queue) {
        raw.set(Field::Category, category(cells.get("categories")));
        raw.set(Field::Image, first_image(cells.get("image urls")));
        let orders = cells.get("out of stock action") == "1";
        set_stock(&mut raw, cells.get("quantity"), true, orders);
        if cells.get("visibility").eq_ignore_ascii_case("none") {
            raw.set(Field::Published, "hidden");
        }
        // Whether a discount that ends is over, nobody can say here.
        if matches!(cells.get("discount to"), "" | "0000-00-00") {
            discount(&mut raw, cells.get("discount amount"), cells.get("discount percent"));
        }
        // The data sheet of the product's page: "Material:Wool:1".
        for feature in cells.get("feature").split(',') {
            let mut parts = feature.split(':').map(str::trim);
            raw.attribute(parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        }
        rows.push_back(Ok(raw));
    }
}

fn discount(raw: &mut Raw, less: &str, percent: &str) {
    let amount = |text: &str| price(text, "").map_or(0.0, |price| price.amount);
    let full = amount(&raw[Field::Price]);
    let reduced = (full - amount(less)) * (1.0 - amount(percent) / 100.0);
    if reduced > 0.0 && reduced < full {
        raw.set(Field::SalePrice, format!("{reduced:.2}"));
    }
}

/// Categories by name, the most exact one last, or by number, which says nothing. One may be a path.
fn category(categories: &str) -> String {
    let named = categories.split(',').map(str::trim).filter(|name| name.bytes().any(|byte| !byte.is_ascii_digit()));
    let named: Vec<&str> = named.filter(|name| !name.eq_ignore_ascii_case("home")).collect();
    let deepest = named.iter().max_by_key(|name| name.matches('/').count());
    deepest.map_or_else(String::new, |path| path.trim_matches('/').replace('/', " > "))
}
