//! Complete Journey: each basket is a visitor; of the last tenth one product is to be foretold from the others.
//!
//! The lines of a basket have no order, so the product is drawn, by the basket's number. Must not know scorers.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result};
use serde_json::json;

use super::{create, row};
use crate::cli::interactions::lines;

/// Of all baskets in the order of time, these are learned from.
const LEARNED: f64 = 0.9;

pub fn make(transactions: &Path, products: &Path, out: &Path) -> Result<()> {
    let mut baskets: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    table(transactions, ["transaction_timestamp", "basket_id", "product_id"], |[time, basket, product]| {
        let items = baskets.entry((time.to_owned(), basket.to_owned())).or_default();
        if !items.iter().any(|item| item == product) {
            items.push(product.to_owned());
        }
        Ok(())
    })?;
    let sold: std::collections::BTreeSet<&String> = baskets.values().flatten().collect();
    let mut items = create(out, "items.jsonl")?;
    let columns = ["product_id", "product_type", "product_category", "department", "brand", "package_size"];
    table(products, columns, |[id, title, category, department, brand, size]| {
        if sold.contains(&id.to_owned()) {
            let item = json!({"id": id, "title": format!("{title} {size}"), "categories": [department, category], "brand": brand});
            std::io::Write::write_all(&mut items, format!("{item}\n").as_bytes())?;
        }
        Ok(())
    })?;
    let (mut interactions, mut tests) = (create(out, "interactions.tsv")?, create(out, "test.tsv")?);
    row(&mut interactions, &["user_id", "item_id", "event"])?;
    row(&mut tests, &["user_id", "history", "target"])?;
    let learned = (baskets.len() as f64 * LEARNED) as usize;
    for (nth, ((_, basket), mut items)) in baskets.into_iter().enumerate() {
        if nth < learned {
            for item in &items {
                row(&mut interactions, &[&basket, item, "purchase"])?;
            }
        } else if items.len() > 1 {
            let drawn = basket.bytes().fold(nth, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
            let target = items.remove(drawn % items.len());
            row(&mut tests, &[&basket, &items.join(" "), &target])?;
        }
    }
    Ok(())
}

/// The named columns of each line of a table with commas, plain or gzipped.
fn table<const N: usize>(path: &Path, columns: [&str; N], mut each: impl FnMut([&str; N]) -> Result<()>) -> Result<()> {
    let text: Vec<String> = lines(path)?.collect::<std::io::Result<_>>()?;
    let text = text.join("\n");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        let found = header.iter().position(|name| name == column);
        *place = found.with_context(|| format!("{} has no column {column}", path.display()))?;
    }
    for record in reader.records() {
        let record = record.with_context(|| format!("reading {}", path.display()))?;
        each(places.map(|place| record.get(place).unwrap_or_default()))?;
    }
    Ok(())
}
