//! Complete Journey: each basket is a visitor. In the last tenth of the baskets, one product is predicted from the
//! others.
//!
//! The lines of a basket have no order: they are shuffled by a digest of basket and product, and the last one is the
//! target. Must not know scorers.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context, Result};
use jiff::civil::DateTime;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{create, write_row};
use nearmind::cli::interactions::read_lines;

/// The part of all baskets, in order of time, that is training data.
const TRAINING: f64 = 0.9;

/// Converts the two tables to a data set in the folder `out`.
pub fn convert(transactions: &Path, products: &Path, out: &Path) -> Result<()> {
    let mut baskets: BTreeMap<(String, String), Basket> = BTreeMap::new();
    let columns = ["transaction_timestamp", "basket_id", "product_id", "store_id"];
    read_table(transactions, columns, |[time, basket, product, store]| {
        let basket = baskets.entry((time.to_owned(), basket.to_owned())).or_default();
        if !basket.items.iter().any(|item| item == product) {
            basket.items.push(product.to_owned());
        }
        basket.place = store.to_owned();
        Ok(())
    })?;
    let sold: BTreeSet<&String> = baskets.values().flat_map(|basket| &basket.items).collect();
    let mut items = create(out, "items.jsonl")?;
    let columns = ["product_id", "product_type", "product_category", "department", "brand", "package_size"];
    read_table(products, columns, |[id, title, category, department, brand, size]| {
        if sold.contains(&id.to_owned()) {
            let item = json!({"id": id, "title": format!("{title} {size}"), "categories": [department, category], "brand": brand});
            std::io::Write::write_all(&mut items, format!("{item}\n").as_bytes())?;
        }
        Ok(())
    })?;
    let (mut interactions, mut tests) = (create(out, "interactions.tsv")?, create(out, "test.tsv")?);
    write_row(&mut interactions, &["user_id", "item_id", "event", "place", "weekday", "hour", "season"])?;
    write_row(&mut tests, &["user_id", "history", "target", "place", "weekday", "hour", "season"])?;
    let training = (baskets.len() as f64 * TRAINING) as usize;
    for (nth, ((time, basket), Basket { mut items, place })) in baskets.into_iter().enumerate() {
        let [weekday, hour, season] = time_facts(&time)?;
        items.sort_by_cached_key(|item| Sha256::digest(format!("{basket} {item}")));
        if nth < training {
            for item in &items {
                write_row(&mut interactions, &[&basket, item, "purchase", &place, &weekday, &hour, &season])?;
            }
        } else if let Some(target) = items.pop().filter(|_| !items.is_empty()) {
            write_row(&mut tests, &[&basket, &items.join(" "), &target, &place, &weekday, &hour, &season])?;
        }
    }
    Ok(())
}

/// One basket.
#[derive(Default)]
struct Basket {
    /// The ids of the products.
    items: Vec<String>,
    /// The id of the store.
    place: String,
}

/// Weekday, hour and season of a time in the format of the table.
fn time_facts(time: &str) -> Result<[String; 3]> {
    let time: DateTime = time
        .replace(' ', "T")
        .parse()
        .with_context(|| format!("{time:?} is not a date and time such as 2017-01-31 08:00:00"))?;
    let season = ["winter", "spring", "summer", "autumn"][usize::try_from(time.month() % 12 / 3)?];
    Ok([format!("{:?}", time.weekday()), time.hour().to_string(), season.to_owned()])
}

/// Reads the named columns of each line of a CSV table, plain or gzipped.
fn read_table<const N: usize>(
    path: &Path,
    columns: [&str; N],
    mut each: impl FnMut([&str; N]) -> Result<()>,
) -> Result<()> {
    let text: Vec<String> = read_lines(path)?.collect::<std::io::Result<_>>()?;
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
