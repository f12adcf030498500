//! Magento's and Adobe Commerce's product export. A configurable product names its variants, which are products of
//! their own that are not shown by themselves, and mostly stand before it. They wait for it here, without their
//! descriptions: a few hundred bytes each. Must not know how variants are folded.

use std::{collections::HashMap, rc::Rc};

use super::{Layout, Queue, Use};
use crate::{
    columns::Columns,
    parse::{nested, object::Used, records::Records, stock::set_stock},
    raw::{Field, Raw},
    value::price::price,
};

const COLUMNS: &[(&str, Use)] = &[
    ("sku", Use::Own),
    ("name", Use::Field(Field::Title)),
    ("short description", Use::Field(Field::Description)),
    ("description", Use::Field(Field::Description)),
    ("price", Use::Field(Field::Price)),
    ("special price", Use::Own),
    ("special price to date", Use::Own),
    ("manufacturer", Use::Field(Field::Brand)),
    ("store view code", Use::Own),
    ("product type", Use::Own),
    ("categories", Use::Own),
    ("product online", Use::Own),
    ("visibility", Use::Own),
    ("url key", Use::Own),
    ("base image", Use::Own),
    ("qty", Use::Own),
    ("is in stock", Use::Own),
    ("manage stock", Use::Own),
    ("allow backorders", Use::Own),
    ("additional attributes", Use::Own),
    ("configurable variations", Use::Own),
];
/// Where Magento keeps pictures and what its addresses end in, unless a shop has changed it.
const MEDIA: &str = "/media/catalog/product/";
const SUFFIX: &str = ".html";

pub fn open(records: &Records, columns: &Columns) -> Option<Box<dyn Layout>> {
    let magento = records.has("sku")
        && records.has("product type")
        && ["store view code", "attribute set code", "product websites", "configurable variations"]
            .iter()
            .any(|name| records.has(name));
    magento.then(|| Box::new(Magento { columns: columns.clone(), ..Magento::default() }) as _)
}

#[derive(Default)]
struct Magento {
    columns: Columns,
    nested: Used,
    /// SKU of the last product.
    last: String,
    /// Products that are not shown by themselves, by SKU.
    hidden: HashMap<String, Raw>,
    /// Variants that are still to come, by SKU.
    expected: HashMap<String, Variant>,
}

struct Variant {
    product: Rc<Raw>,
    options: Vec<(String, String)>,
}

impl Variant {
    fn complete(&self, mut raw: Raw) -> Raw {
        let group = self.product[Field::Id].to_owned();
        self.options.iter().for_each(|(name, value)| raw.attribute(name, value));
        // A hidden product has no page: its address is that of the product.
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
    fn configurable(&mut self, mut raw: Raw, variations: &str, rows: &mut Queue) {
        raw.set(Field::Stock, "");
        if price(&raw[Field::Price], "").is_ok_and(|price| price.amount == 0.0) {
            raw.set(Field::Price, ""); // its variants have prices
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
            for (name, value) in pairs(variation) {
                match name.as_str() {
                    "sku" => sku = value,
                    // Prices and labels that old versions add.
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
    fn maker(&self) -> &'static str {
        "Magento"
    }

    fn columns(&self) -> &'static [(&'static str, Use)] {
        COLUMNS
    }

    fn row(&mut self, cells: &Records, mut raw: Raw, rows: &mut Queue) {
        let sku = cells.get("sku");
        // The same product as another view of the store has it.
        if !cells.get("store view code").is_empty() && sku == self.last {
            return;
        }
        sku.clone_into(&mut self.last);
        raw.set(Field::Id, sku);
        raw.names = vec![sku.to_owned(), cells.get("url key").to_owned()];
        if cells.get("special price to date").is_empty() {
            raw.set(Field::SalePrice, cells.get("special price"));
        }
        raw.set(Field::Category, category(cells.get("categories")));
        raw.set(Field::Image, picture(cells.get("base image")));
        let key = cells.get("url key");
        if !key.is_empty() {
            raw.set(Field::Url, format!("/{key}{SUFFIX}"));
        }
        for (name, value) in pairs(cells.get("additional attributes")) {
            let value = value.replace('|', ", ");
            nested::put(&mut raw, "additional_attributes", &name, &value, &self.columns, &mut self.nested);
        }
        if matches!(cells.get("is in stock"), "0") {
            raw.set(Field::Availability, "out of stock");
        } else {
            let managed = cells.get("manage stock") != "0";
            let backorders = !matches!(cells.get("allow backorders"), "" | "0");
            set_stock(&mut raw, cells.get("qty"), managed, backorders);
        }
        if matches!(cells.get("product online"), "0" | "2") {
            raw.set(Field::Published, "hidden");
        }
        let alone = !cells.get("visibility").eq_ignore_ascii_case("not visible individually");
        let variations = cells.get("configurable variations");
        match (alone, variations.is_empty()) {
            (true, true) => rows.push_back(Ok(raw)),
            (_, false) => {
                if !alone {
                    raw.set(Field::Published, "hidden");
                }
                self.configurable(raw, variations, rows);
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

    fn end(&mut self, rows: &mut Queue) {
        let mut left: Vec<Raw> = self.hidden.drain().map(|(_, raw)| raw).collect();
        left.sort_by_key(|raw| raw.row);
        for mut raw in left {
            raw.set(Field::Published, "hidden");
            rows.push_back(Ok(raw));
        }
    }

    fn nested(&self) -> Used {
        self.nested.clone()
    }
}

/// `color=Blue,features=Hood, zip,size=M`: a comma parts two pairs only where a name and `=` follow.
fn pairs(text: &str) -> Vec<(String, String)> {
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

/// Of `Default Category/Gear/Bags,Default Category/Sale` the path with the most steps, without the root.
fn category(categories: &str) -> String {
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
    fn pairs_may_have_commas_in_their_values() {
        let expect = [("color", "Blue"), ("features", "Hood, zip"), ("size", "M")];
        let found = pairs("color=Blue,features=Hood, zip,size=M");
        assert!(found.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(expect));
        let quoted = pairs("color=\"Green, light\",size=\"50 g\"");
        assert!(quoted.iter().map(|(_, value)| value.as_str()).eq(["Green, light", "50 g"]), "{quoted:?}");
        assert_eq!(pairs("nothing"), []);
    }
}
