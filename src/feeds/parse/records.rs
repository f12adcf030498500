//! The records of a CSV or TSV file, whoever wrote it. Must not know what columns mean.

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::{Stop, Text};
use crate::feeds::{
    columns::normal,
    raw::{Unread, excerpt},
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

impl<'a> Records<'a> {
    /// Reads the header.
    pub fn open(text: Text<'a>, delimiter: u8) -> Result<Self, Stop> {
        let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text);
        let mut record = StringRecord::new();
        reader.read_record(&mut record).map_err(stop)?;
        let header = record.iter().map(normal).collect();
        Ok(Records { reader, record, header, row: 1 })
    }

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

    pub fn has(&self, column: &str) -> bool {
        self.header.iter().any(|name| name == column)
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
