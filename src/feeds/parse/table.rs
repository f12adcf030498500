//! CSV and TSV: the first row names the columns, and they say whose table it is. Must not know what values mean.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    Row, Rows, Stop, Text,
    assign::{assign, describe},
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
    if !meanings.iter().flatten().any(is_field) {
        return Err(Stop::Broken(format!(
            "no column is known: {}; name them with --columns, as in title=Name,price=Preis",
            excerpt(&records.header.join(", "))
        )));
    }
    Ok(Box::new(Table { records, meanings }))
}

fn is_field(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Field(..) => true,
        Meaning::Several(all) => all.iter().any(is_field),
        _ => false,
    }
}

/// Google's table, or any other.
struct Table<'a> {
    records: Records<'a>,
    meanings: Vec<Option<Meaning>>,
}

impl Rows for Table<'_> {
    fn next(&mut self) -> Result<Option<Row>, Stop> {
        match self.records.advance()? {
            None => return Ok(None),
            Some(Err(unread)) => return Ok(Some(Err(unread))),
            Some(Ok(())) => {}
        }
        let mut raw = Raw::new(self.records.row);
        for (value, meaning) in self.records.record.iter().zip(&self.meanings) {
            assign(&mut raw, meaning.as_ref(), value);
        }
        Ok(Some(Ok(raw)))
    }

    fn row(&self) -> u64 {
        self.records.row
    }

    fn used(&self) -> BTreeMap<String, String> {
        let described = |(column, meaning): (&String, &Option<Meaning>)| (column.clone(), describe(meaning.as_ref()));
        self.records.header.iter().zip(&self.meanings).map(described).collect()
    }
}
