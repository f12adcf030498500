//! PrestaShop tables: the import format, whose column names contain instructions, and the product list of the back office.
//! They have no links. Must not know how values are cleaned.

use super::{ColumnUse, Layout, RowQueue};
use crate::{
    parse::{assign::first_image, records::RecordReader, stock::set_stock},
    raw::{Field, RawRow},
    value::price::parse_price,
};

const COLUMNS: &[(&str, ColumnUse)] = &[
    ("product id", ColumnUse::Field(Field::Id)),
    ("id", ColumnUse::Field(Field::Id)),
    ("reference", ColumnUse::Field(Field::Id)),
    ("ean13", ColumnUse::Field(Field::Id)),
    ("upc", ColumnUse::Field(Field::Id)),
    ("mpn", ColumnUse::Field(Field::Id)),
    ("name", ColumnUse::Field(Field::Title)),
    ("summary", ColumnUse::Field(Field::Description)),
    ("short description", ColumnUse::Field(Field::Description)),
    ("description", ColumnUse::Field(Field::Description)),
    ("price tax included", ColumnUse::Field(Field::Price)),
    ("price tax excluded", ColumnUse::Field(Field::Price)),
    ("price tax excluded or price tax included", ColumnUse::Field(Field::Price)),
    ("manufacturer", ColumnUse::Field(Field::Brand)),
    ("brand", ColumnUse::Field(Field::Brand)),
    ("active", ColumnUse::Field(Field::Published)),
    ("condition", ColumnUse::Attribute("condition")),
    ("tags", ColumnUse::Tags),
    ("categories", ColumnUse::Custom),
    ("discount amount", ColumnUse::Custom),
    ("discount percent", ColumnUse::Custom),
    ("discount to", ColumnUse::Custom),
    ("quantity", ColumnUse::Custom),
    ("visibility", ColumnUse::Custom),
    ("out of stock action", ColumnUse::Custom),
    ("image urls", ColumnUse::Custom),
    ("feature", ColumnUse::Custom),
];

/// Columns that only PrestaShop tables have.
const SIGNS: [&str; 4] =
    ["active (0 1)", "categories (x,y,z...)", "image urls (x,y,z...)", "available for order (0 = no, 1 = yes)"];

pub fn open(records: &mut RecordReader) -> Option<Box<dyn Layout>> {
    if !records.has("name") || SIGNS.iter().filter(|sign| records.has(sign)).count() < 2 {
        return None;
    }
    records.rename(|column| {
        // Remove the instructions in brackets.
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
    fn system(&self) -> &'static str {
        "PrestaShop"
    }

    fn columns(&self) -> &'static [(&'static str, ColumnUse)] {
        COLUMNS
    }

    fn add_record(&mut self, cells: &RecordReader, mut raw: RawRow, rows: &mut RowQueue) {
        raw.set(Field::Category, deepest_category(cells.get("categories")));
        raw.set(Field::Image, first_image(cells.get("image urls")));
        let backorders = cells.get("out of stock action") == "1";
        set_stock(&mut raw, cells.get("quantity"), true, backorders);
        if cells.get("visibility").eq_ignore_ascii_case("none") {
            raw.set(Field::Published, "hidden");
        }
        // Ignore a discount with an end date, because the current date is not known here.
        if matches!(cells.get("discount to"), "" | "0000-00-00") {
            apply_discount(&mut raw, cells.get("discount amount"), cells.get("discount percent"));
        }
        // The data sheet of the product's page: "Material:Wool:1".
        for feature in cells.get("feature").split(',') {
            let mut parts = feature.split(':').map(str::trim);
            raw.add_attribute(parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        }
        rows.push_back(Ok(raw));
    }
}

fn apply_discount(raw: &mut RawRow, less: &str, percent: &str) {
    let amount = |text: &str| parse_price(text, "").map_or(0.0, |price| price.amount);
    let full = amount(&raw[Field::Price]);
    let reduced = (full - amount(less)) * (1.0 - amount(percent) / 100.0);
    if reduced > 0.0 && reduced < full {
        raw.set(Field::SalePrice, format!("{reduced:.2}"));
    }
}

/// Returns the deepest category. Categories are names or paths, the most specific one last; numbers are ignored.
fn deepest_category(categories: &str) -> String {
    let named = categories.split(',').map(str::trim).filter(|name| name.bytes().any(|byte| !byte.is_ascii_digit()));
    let named: Vec<&str> = named.filter(|name| !name.eq_ignore_ascii_case("home")).collect();
    let deepest = named.iter().max_by_key(|name| name.matches('/').count());
    deepest.map_or_else(String::new, |path| path.trim_matches('/').replace('/', " > "))
}
