//! CSV and TSV: the first row names the columns, and they say whose table it is. Must not know what values mean.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    Row, Rows, Stop, Text,
    assign::{assign, describe, is_attribute},
    records::Records,
    shopify, woo,
};
use crate::feeds::{
    columns::{Columns, Meaning},
    raw::{Raw, excerpt},
    source::Shared,
};

/// Chooses the reader by the columns.
pub fn open<'a>(
    text: Text<'a>,
    delimiter: u8,
    columns: Columns,
    shared: &Rc<Shared>,
) -> Result<Box<dyn Rows + 'a>, Stop> {
    let records = Records::open(text, delimiter)?;
    shared.new_row();
    let has = |name| records.has(name);
    if has("handle") && (has("body (html)") || has("variant price")) {
        return Ok(Box::new(shopify::Csv::new(records)));
    }
    if has("sku") && has("regular price") && has("type") {
        return Ok(Box::new(woo::Woo::new(records)));
    }
    let meanings: Vec<_> = records.header.iter().map(|name| columns.meaning(name)).collect();
    if !meanings.iter().any(|meaning| matches!(meaning, Some(Meaning::Field(..)))) {
        return Err(Stop::Broken(format!(
            "no column is known: {}; name them with --columns, as in title=Name,price=Preis",
            excerpt(&records.header.join(", "))
        )));
    }
    let google = has("id") && has("title") && (has("link") || has("image link"));
    Ok(Box::new(Table { records, meanings, google }))
}

/// Google's table, or any other.
struct Table<'a> {
    records: Records<'a>,
    meanings: Vec<Option<Meaning>>,
    google: bool,
}

impl Rows for Table<'_> {
    fn next(&mut self) -> Result<Option<Row>, Stop> {
        match self.records.advance()? {
            None => return Ok(None),
            Some(Err(unread)) => return Ok(Some(Err(unread))),
            Some(Ok(())) => {}
        }
        let mut raw = Raw::new(self.records.row);
        let columns = self.meanings.iter().zip(&self.records.header);
        for (value, (meaning, column)) in self.records.record.iter().zip(columns) {
            assign(&mut raw, column, meaning.as_ref(), value, self.google);
        }
        Ok(Some(Ok(raw)))
    }

    fn row(&self) -> u64 {
        self.records.row
    }

    fn used(&self) -> BTreeMap<String, String> {
        let described = |(column, meaning): (&String, &Option<Meaning>)| {
            let about = match meaning {
                Some(meaning) => describe(meaning),
                None if is_attribute(column, self.google) => "attribute".into(),
                None => String::new(),
            };
            (column.clone(), about)
        };
        self.records.header.iter().zip(&self.meanings).map(described).collect()
    }
}
