//! WooCommerce's product export: variations name their parent, attributes stand in numbered columns.
//!
//! The id of a product is its `ID`; its SKU, which its pages say, is a name besides. Must not know how variants fold.

use std::collections::{BTreeMap, HashMap};

use super::{Row, Rows, Stop, records::Records};
use crate::feeds::raw::{Field, Raw};

const FIELDS: [(Field, u8, &str); 14] = [
    (Field::Title, 1, "name"),
    (Field::Description, 1, "short description"),
    (Field::Description, 2, "description"),
    (Field::Brand, 1, "brands"),
    (Field::Brand, 2, "brand"),
    (Field::Price, 1, "regular price"),
    (Field::SalePrice, 1, "sale price"),
    (Field::Availability, 1, "in stock?"),
    (Field::Stock, 1, "stock"),
    (Field::Url, 1, "permalink"),
    (Field::Url, 2, "external url"),
    (Field::Date, 1, "date created"),
    (Field::Rating, 1, "average rating"),
    (Field::RatingCount, 1, "review count"),
];

pub struct Woo<'a> {
    records: Records<'a>,
    /// Variations may name their parent by SKU: of every variable product, its id. They stand before their variations.
    parents: HashMap<String, String>,
}

impl<'a> Woo<'a> {
    pub fn new(records: Records<'a>) -> Self {
        Self { records, parents: HashMap::new() }
    }

    fn raw(&mut self) -> Raw {
        let records = &self.records;
        let mut raw = Raw::new(records.row);
        let (id, sku) = (records.get("id"), records.get("sku"));
        for (rank, name) in (0..).zip([id, sku, records.get("gtin, upc, ean, or isbn")]) {
            raw.offer(Field::Id, rank, name);
        }
        for (field, rank, column) in FIELDS {
            raw.offer(field, rank, records.get(column));
        }
        raw.set(Field::Image, records.get("images").split(',').next().unwrap_or_default().trim());
        raw.set(Field::Category, deepest(records.get("categories")));
        raw.tags = records.get("tags").split(',').map(str::to_owned).collect();
        let hidden = records.get("visibility in catalog") == "hidden";
        raw.set(Field::Published, if hidden { "hidden" } else { records.get("published") });
        for nth in 1.. {
            let name = format!("attribute {nth} name");
            if !records.header.contains(&name) {
                break;
            }
            raw.attribute(records.get(&name), records.get(&format!("attribute {nth} value(s)")));
        }
        match records.get("type").to_ascii_lowercase().split(',').next().unwrap_or_default().trim() {
            "variable" => {
                if !sku.is_empty() {
                    self.parents.insert(sku.to_owned(), raw[Field::Id].to_owned());
                }
                let own = raw[Field::Id].to_owned();
                raw.set(Field::Group, own);
            }
            "variation" => {
                let parent = records.get("parent");
                let by_id = parent.strip_prefix("id:").map(str::trim);
                let group = by_id.or_else(|| self.parents.get(parent).map(String::as_str)).unwrap_or(parent);
                raw.set(Field::Group, group.to_owned());
            }
            _ => {}
        }
        raw
    }
}

impl Rows for Woo<'_> {
    fn next(&mut self) -> Result<Option<Row>, Stop> {
        Ok(match self.records.advance()? {
            None => None,
            Some(Err(unread)) => Some(Err(unread)),
            Some(Ok(())) => Some(Ok(self.raw())),
        })
    }

    fn row(&self) -> u64 {
        self.records.row
    }

    fn used(&self) -> BTreeMap<String, String> {
        let own = [
            "gtin, upc, ean, or isbn",
            "id",
            "sku",
            "type",
            "images",
            "categories",
            "tags",
            "published",
            "visibility in catalog",
            "parent",
        ];
        let about = |name: &String| {
            if let Some((field, ..)) = FIELDS.iter().find(|(.., column)| column == name) {
                return format!("{field:?}").to_lowercase();
            }
            let attribute = name.starts_with("attribute ") && (name.ends_with(" name") || name.ends_with(" value(s)"));
            if attribute || own.contains(&name.as_str()) { "WooCommerce's own".into() } else { String::new() }
        };
        self.records.header.iter().map(|name| (name.clone(), about(name))).collect()
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
