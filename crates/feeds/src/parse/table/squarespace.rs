//! Squarespace's product export: the rows of further variants have no product id. Must not know how variants are folded.

use super::{ColumnUse, Layout, RowQueue, make_variant};
use crate::{
    parse::{assign::first_image, records::RecordReader},
    raw::{Field, RawRow},
};

const COLUMNS: &[(&str, ColumnUse)] = &[
    ("title", ColumnUse::Field(Field::Title)),
    ("description", ColumnUse::Field(Field::Description)),
    ("price", ColumnUse::Field(Field::Price)),
    ("sale price", ColumnUse::Custom),
    ("on sale", ColumnUse::Custom),
    ("stock", ColumnUse::Custom),
    ("tags", ColumnUse::Tags),
    ("visible", ColumnUse::Field(Field::Published)),
    ("categories", ColumnUse::Custom),
    ("hosted image urls", ColumnUse::Custom),
    ("product id [non editable]", ColumnUse::Custom),
    ("variant id [non editable]", ColumnUse::Custom),
    ("product page", ColumnUse::Custom),
    ("product url", ColumnUse::Custom),
    ("sku", ColumnUse::Custom),
    ("gtin", ColumnUse::Custom),
    ("option name #", ColumnUse::Custom),
    ("option value #", ColumnUse::Custom),
];

pub fn open(records: &RecordReader) -> Option<Box<dyn Layout>> {
    let squarespace = records.has("product id [non editable]")
        || (records.has("product page") && records.has("hosted image urls") && records.has("title"));
    squarespace.then(|| Box::new(Squarespace::default()) as _)
}

#[derive(Default)]
struct Squarespace {
    product: RawRow,
    id: String,
    names: Vec<String>,
}

impl Layout for Squarespace {
    fn system(&self) -> &'static str {
        "Squarespace"
    }

    fn columns(&self) -> &'static [(&'static str, ColumnUse)] {
        COLUMNS
    }

    fn add_record(&mut self, cells: &RecordReader, mut raw: RawRow, rows: &mut RowQueue) {
        let options = cells.numbered("option name #", "option value #");
        let (id, page, address) =
            (cells.get("product id [non editable]"), cells.get("product page"), cells.get("product url"));
        if !id.is_empty() || !raw[Field::Title].is_empty() {
            // A table made for import has no ids yet.
            self.id =
                [id, address, cells.get("sku")].into_iter().find(|id| !id.is_empty()).unwrap_or_default().to_owned();
            self.names = options.iter().map(|(name, _)| (*name).to_owned()).collect();
            if !page.is_empty() && !address.is_empty() {
                raw.set(Field::Url, format!("/{}/p/{address}", page.trim_matches('/')));
            }
            let image = first_image(cells.get("hosted image urls"));
            raw.set(Field::Image, image.as_str());
            raw.set(Field::Category, deepest_category(cells.get("categories")));
            raw.group_image = image;
            self.product = raw.clone();
            self.product.set(Field::Price, "");
        } else {
            raw.inherit(&self.product);
            raw.group_image.clone_from(&self.product.group_image);
        }
        if cells.get("on sale").eq_ignore_ascii_case("yes") {
            raw.set(Field::SalePrice, cells.get("sale price"));
        }
        match cells.get("stock") {
            stock if stock.eq_ignore_ascii_case("unlimited") => raw.set(Field::Availability, "in stock"),
            stock => raw.set(Field::Stock, stock),
        }
        raw.names = ["variant id [non editable]", "sku", "gtin"].map(|column| cells.get(column).to_owned()).into();
        raw.group_names = vec![self.product[Field::Url].rsplit('/').next().unwrap_or_default().to_owned()];
        raw.set(Field::Id, self.id.as_str());
        let names = self.names.iter().map(String::as_str);
        let options: Vec<_> =
            names.zip(options).map(|(name, (_, value))| (name, value)).filter(|(_, value)| !value.is_empty()).collect();
        if options.is_empty() {
            raw.names.append(&mut raw.group_names);
        } else {
            let own = [cells.get("variant id [non editable]"), cells.get("sku")];
            let own = own.into_iter().find(|own| !own.is_empty()).unwrap_or_default();
            make_variant(&mut raw, &self.id, own, &options);
        }
        rows.push_back(Ok(raw));
    }
}

/// Returns the longest path of `/clothing, /clothing/shirts`.
fn deepest_category(categories: &str) -> String {
    let paths = categories.split(',').map(|path| path.trim().trim_matches('/'));
    let deepest = paths.rev().max_by_key(|path| path.matches('/').count()).unwrap_or_default();
    deepest.replace('/', " > ")
}
