//! CSV and TSV: the first row names the columns, and they say whose table it is. Must not know what values mean.

use std::{collections::BTreeMap, rc::Rc};

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::{Row, Rows, Stop, Text, shopify, woo};
use crate::feeds::{
    columns::{Columns, Meaning, normal},
    raw::{Raw, Unread, excerpt},
    source::Shared,
};

/// The records of a table, one by one.
pub struct Records<'a> {
    reader: Reader<Text<'a>>,
    /// The one that was read last.
    pub record: StringRecord,
    /// Names of the columns, as [`normal`] makes them.
    pub header: Vec<String>,
    /// As a spreadsheet counts: the header is 1.
    pub row: u64,
}

/// Chooses the reader by the columns.
pub fn open<'a>(
    text: Text<'a>,
    delimiter: u8,
    columns: Columns,
    shared: &Rc<Shared>,
) -> Result<Box<dyn Rows + 'a>, Stop> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text);
    let mut record = StringRecord::new();
    reader.read_record(&mut record).map_err(stop)?;
    shared.new_row();
    let header: Vec<String> = record.iter().map(normal).collect();
    let records = Records { reader, record, header, row: 1 };
    let has = |name: &str| records.header.iter().any(|column| column == name);
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

/// What parts the columns: the sign that the first line has most of, outside of quotes.
pub fn delimiter(head: &str) -> u8 {
    let line = head.trim_start_matches('\u{feff}').lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(sign, _)| *sign == byte && !quoted) {
            *count += 1;
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(sign, _)| sign)
}

impl Records<'_> {
    /// Reads the next record that is not blank. `Err` inside for one that does not fit its columns.
    pub fn advance(&mut self) -> Result<Option<Result<(), Unread>>, Stop> {
        loop {
            if !self.reader.read_record(&mut self.record).map_err(stop)? {
                return Ok(None);
            }
            self.row = self.record.position().map_or(self.row + 1, |position| position.record() + 1);
            if self.record.iter().any(|value| !value.trim().is_empty()) {
                break;
            }
        }
        let (columns, values) = (self.header.len(), self.record.len());
        let last = self.record.iter().next_back().unwrap_or_default();
        let why = if self.record.iter().skip(columns).any(|value| !value.trim().is_empty()) {
            format!("{values} values for {columns} columns: a quote or a separator is amiss")
        } else if values < columns && last.contains('\n') {
            format!("a quote that nothing closes takes in {} lines", last.lines().count())
        } else {
            return Ok(Some(Ok(())));
        };
        let excerpt = excerpt(&self.record.iter().collect::<Vec<_>>().join(" | "));
        Ok(Some(Err(Unread { row: self.row, why, excerpt })))
    }

    /// The value of a column by its name as [`normal`] makes it; empty where there is none.
    pub fn get(&self, column: &str) -> &str {
        let at = self.header.iter().position(|name| *name == column);
        at.and_then(|at| self.record.get(at)).unwrap_or_default().trim()
    }
}

fn stop(error: csv::Error) -> Stop {
    match error.into_kind() {
        ErrorKind::Io(error) => Stop::Io(error),
        kind => Stop::Broken(format!("{kind:?}")),
    }
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

/// What is made of a column, for the report.
pub fn describe(meaning: &Meaning) -> String {
    match meaning {
        Meaning::Field(field, _) | Meaning::PriceIn(field, _) => format!("{field:?}").to_lowercase(),
        Meaning::Tags => "tags".into(),
        Meaning::Attribute(name) => format!("attribute {name}"),
    }
}

/// Puts a value where its column belongs; `column` as [`normal`] makes it.
pub fn assign(raw: &mut Raw, column: &str, meaning: Option<&Meaning>, value: &str, google: bool) {
    match meaning {
        Some(Meaning::Field(field, rank)) => raw.offer(*field, *rank, value),
        Some(Meaning::PriceIn(field, code)) if value.bytes().any(|byte| byte.is_ascii_digit()) => {
            raw.offer(*field, u8::MAX, &format!("{value} {code}"));
        }
        Some(Meaning::PriceIn(field, _)) => raw.offer(*field, u8::MAX, value),
        Some(Meaning::Tags) => raw.tags.extend(value.split(',').map(str::to_owned)),
        Some(Meaning::Attribute(name)) => raw.attribute(name, value),
        None => {
            if is_attribute(column, google) && says_something(value) {
                raw.attribute(column, value);
            }
        }
    }
}

/// Google's feeds have dozens of columns for its own bids and taxes: of these only what describes a product counts.
fn is_attribute(name: &str, google: bool) -> bool {
    const GOOGLE: [&str; 12] = [
        "color",
        "size",
        "material",
        "pattern",
        "gender",
        "age group",
        "condition",
        "size type",
        "size system",
        "product highlight",
        "product detail",
        "energy efficiency class",
    ];
    !google || GOOGLE.contains(&name)
}

/// Addresses, long texts and codes are no attribute that a visitor would filter by.
pub fn says_something(value: &str) -> bool {
    let value = value.trim();
    !value.is_empty() && value.len() <= 120 && !value.starts_with("http") && !value.starts_with(['{', '['])
}
