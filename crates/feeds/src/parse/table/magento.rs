//! The product export of Magento and Adobe Commerce. A configurable product names its variants, which are products that are
//! not visible individually and are mostly listed before it. They wait for it here, without their descriptions, with a few
//! hundred bytes each. Must not know how variants are folded.

use std::{collections::HashMap, rc::Rc};

use super::{ColumnUse, Layout, RowQueue};
use crate::{
    columns::ColumnMap,
    parse::{nested, object::ColumnUses, records::RecordReader, stock::set_stock},
    raw::{Field, RawRow},
    value::price::parse_price,
};

const COLUMNS: &[(&str, ColumnUse)] = &[
    ("sku", ColumnUse::Custom),
    ("name", ColumnUse::Field(Field::Title)),
    ("short description", ColumnUse::Field(Field::Description)),
    ("description", ColumnUse::Field(Field::Description)),
    ("price", ColumnUse::Field(Field::Price)),
    ("special price", ColumnUse::Custom),
    ("special price to date", ColumnUse::Custom),
    ("manufacturer", ColumnUse::Field(Field::Brand)),
    ("store view code", ColumnUse::Custom),
    ("product type", ColumnUse::Custom),
    ("categories", ColumnUse::Custom),
    ("product online", ColumnUse::Custom),
    ("visibility", ColumnUse::Custom),
    ("url key", ColumnUse::Custom),
    ("base image", ColumnUse::Custom),
    ("qty", ColumnUse::Custom),
    ("is in stock", ColumnUse::Custom),
    ("manage stock", ColumnUse::Custom),
    ("allow backorders", ColumnUse::Custom),
    ("additional attributes", ColumnUse::Custom),
    ("configurable variations", ColumnUse::Custom),
];
/// Magento's default folder of pictures, and the default ending of page addresses.
const MEDIA: &str = "/media/catalog/product/";
const SUFFIX: &str = ".html";

pub fn open(records: &RecordReader, columns: &ColumnMap) -> Option<Box<dyn Layout>> {
    let magento = records.has("sku")
        && records.has("product type")
        && ["store view code", "attribute set code", "product websites", "configurable variations"]
            .iter()
            .any(|name| records.has(name));
    magento.then(|| Box::new(Magento { columns: columns.clone(), ..Magento::default() }) as _)
}

#[derive(Default)]
struct Magento {
    columns: ColumnMap,
    nested_uses: ColumnUses,
    /// The SKU of the last product.
    last: String,
    /// Products that are not visible individually, by SKU.
    hidden: HashMap<String, RawRow>,
    /// Variants whose own row has not been read yet, by SKU.
    expected: HashMap<String, Variant>,
}

/// A variant, as its configurable product describes it.
struct Variant {
    product: Rc<RawRow>,
    options: Vec<(String, String)>,
}

impl Variant {
    fn complete(&self, mut raw: RawRow) -> RawRow {
        let group = self.product[Field::Id].to_owned();
        self.options.iter().for_each(|(name, value)| raw.add_attribute(name, value));
        // A variant has no page of its own: it gets the address of its product.
        raw.set(Field::Url, "");
        raw.inherit(&self.product);
        if self.product[Field::Availability] == *"out of stock" {
            raw.set(Field::Availability, "out of stock");
        }
        raw.group_image = self.product[Field::Image].to_owned();
        raw.set(Field::Group, group);
        raw
    }
}

impl Magento {
    /// Adds the row of a configurable product, and the rows of variants that waited for it.
    fn add_configurable(&mut self, mut raw: RawRow, variations: &str, rows: &mut RowQueue) {
        raw.set(Field::Stock, "");
        if parse_price(&raw[Field::Price], "").is_ok_and(|price| price.amount == 0.0) {
            raw.set(Field::Price, ""); // the price is that of its variants
        }
        if raw[Field::Availability] != *"out of stock" {
            raw.set(Field::Availability, "");
        }
        let mut product = raw.clone();
        product.set(Field::Group, "");
        let product = Rc::new(product);
        raw.set(Field::Group, product[Field::Id].to_owned());
        rows.push_back(Ok(raw));
        for variation in variations.split('|') {
            let (mut sku, mut options) = (String::new(), Vec::new());
            for (name, value) in parse_pairs(variation) {
                match name.as_str() {
                    "sku" => sku = value,
                    // Prices and labels, which old versions add.
                    "price" | "display" => {}
                    _ => options.push((name, value)),
                }
            }
            let variant = Variant { product: product.clone(), options };
            match self.hidden.remove(&sku) {
                Some(child) => rows.push_back(Ok(variant.complete(child))),
                None => _ = self.expected.insert(sku, variant),
            }
        }
    }
}

impl Layout for Magento {
    fn system(&self) -> &'static str {
        "Magento"
    }

    fn columns(&self) -> &'static [(&'static str, ColumnUse)] {
        COLUMNS
    }

    fn add_record(&mut self, cells: &RecordReader, mut raw: RawRow, rows: &mut RowQueue) {
        let sku = cells.get("sku");
        // Skip the same product in another store view.
        if !cells.get("store view code").is_empty() && sku == self.last {
            return;
        }
        sku.clone_into(&mut self.last);
        raw.set(Field::Id, sku);
        raw.names = vec![sku.to_owned(), cells.get("url key").to_owned()];
        if cells.get("special price to date").is_empty() {
            raw.set(Field::SalePrice, cells.get("special price"));
        }
        raw.set(Field::Category, deepest_category(cells.get("categories")));
        raw.set(Field::Image, picture(cells.get("base image")));
        let key = cells.get("url key");
        if !key.is_empty() {
            raw.set(Field::Url, format!("/{key}{SUFFIX}"));
        }
        for (name, value) in parse_pairs(cells.get("additional attributes")) {
            let value = value.replace('|', ", ");
            nested::assign_pair(&mut raw, "additional_attributes", &name, &value, &self.columns, &mut self.nested_uses);
        }
        if matches!(cells.get("is in stock"), "0") {
            raw.set(Field::Availability, "out of stock");
        } else {
            let tracked = cells.get("manage stock") != "0";
            let backorders = !matches!(cells.get("allow backorders"), "" | "0");
            set_stock(&mut raw, cells.get("qty"), tracked, backorders);
        }
        if matches!(cells.get("product online"), "0" | "2") {
            raw.set(Field::Published, "hidden");
        }
        let is_visible = !cells.get("visibility").eq_ignore_ascii_case("not visible individually");
        let variations = cells.get("configurable variations");
        match (is_visible, variations.is_empty()) {
            (true, true) => rows.push_back(Ok(raw)),
            (_, false) => {
                if !is_visible {
                    raw.set(Field::Published, "hidden");
                }
                self.add_configurable(raw, variations, rows);
            }
            (false, true) => {
                raw.set(Field::Description, "");
                match self.expected.remove(sku) {
                    Some(variant) => rows.push_back(Ok(variant.complete(raw))),
                    None => _ = self.hidden.insert(sku.to_owned(), raw),
                }
            }
        }
    }

    fn finish(&mut self, rows: &mut RowQueue) {
        let mut remaining: Vec<RawRow> = self.hidden.drain().map(|(_, raw)| raw).collect();
        remaining.sort_by_key(|raw| raw.row);
        for mut raw in remaining {
            raw.set(Field::Published, "hidden");
            rows.push_back(Ok(raw));
        }
    }

    fn nested_uses(&self) -> ColumnUses {
        self.nested_uses.clone()
    }
}

/// Parses `color=Blue,features=Hood, zip,size=M`. A comma separates pairs only if a name and `=` follow.
fn parse_pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in text.split(',') {
        let named = part.split_once('=').filter(|(name, _)| {
            !name.trim().is_empty() && name.trim().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
        match (named, pairs.last_mut()) {
            (Some((name, value)), _) => pairs.push((name.trim().to_owned(), value.to_owned())),
            (None, Some((_, value))) => value.extend([",", part]),
            (None, None) => {}
        }
    }
    for (_, value) in &mut pairs {
        *value = value.trim().trim_matches('"').to_owned();
    }
    pairs
}

/// Returns the longest path of `Default Category/Gear/Bags,Default Category/Sale`, without the root.
fn deepest_category(categories: &str) -> String {
    let deepest = categories.split(',').map(str::trim).rev().max_by_key(|path| path.matches('/').count());
    let steps: Vec<&str> = deepest.unwrap_or_default().split('/').collect();
    steps[usize::from(steps.len() > 1 || steps[0] == "Default Category")..].join(" > ")
}

fn picture(image: &str) -> String {
    match image {
        "" | "no_selection" => String::new(),
        address if address.contains("//") => address.to_owned(),
        file => format!("{MEDIA}{}", file.trim_start_matches('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_can_have_commas_in_their_values() {
        let expect = [("color", "Blue"), ("features", "Hood, zip"), ("size", "M")];
        let found = parse_pairs("color=Blue,features=Hood, zip,size=M");
        assert!(found.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(expect));
        let quoted = parse_pairs("color=\"Green, light\",size=\"50 g\"");
        assert!(quoted.iter().map(|(_, value)| value.as_str()).eq(["Green, light", "50 g"]), "{quoted:?}");
        assert_eq!(parse_pairs("nothing"), []);
    }
}
