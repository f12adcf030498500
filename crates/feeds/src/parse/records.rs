//! The records of a CSV or TSV file, whoever wrote it. Must not know what columns mean.

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::{Stop, Text};
use crate::{
    columns::normal,
    raw::{Unread, excerpt},
};

/// The records of a table, one by one.
pub struct Records<'a> {
    reader: Reader<Text<'a>>,
    /// The one that was read last.
    pub record: StringRecord,
    /// Names of the columns as the file has them, as [`normal`] makes them.
    pub header: Vec<String>,
    /// The same, where a maker's table has other names in another language or version, by their usual names.
    pub names: Vec<String>,
    /// As a spreadsheet counts: the first line is 1.
    pub row: u64,
}

/// Excel's way to say what parts the columns, in a line before the header.
const SEPARATOR: &str = "sep=";

/// What parts the columns: the sign that the header has most of, outside of quotes.
pub fn delimiter(head: &str) -> u8 {
    let mut lines = head.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    if let Some(sign) = first.strip_prefix(SEPARATOR).and_then(|rest| rest.bytes().next()) {
        return sign;
    }
    let line = std::iter::once(first).chain(lines).find(|line| !line.trim_start_matches('"').starts_with("# "));
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in line.unwrap_or(first).bytes() {
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
        while reader.read_record(&mut record).map_err(stop)? && is_comment(&record) {}
        let header: Vec<String> = record.iter().map(normal).collect();
        let row = record.position().map_or(1, |position| position.record() + 1);
        Ok(Records { reader, record, names: header.clone(), header, row })
    }

    /// Reads the next record that is not blank. `Err` inside for one that does not fit its columns.
    pub fn advance(&mut self) -> Result<Option<Result<(), Unread>>, Stop> {
        loop {
            if !self.reader.read_record(&mut self.record).map_err(stop)? {
                return Ok(None);
            }
            self.row = self.record.position().map_or(self.row + 1, |position| position.record() + 1);
            // Neither blank nor one more line of comments.
            if !self.record.iter().all(|value| value.trim().is_empty() || value.starts_with("# ")) {
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

    /// Gives columns the names that `usual` finds for those of the file.
    pub fn rename(&mut self, usual: impl Fn(&str) -> Option<String>) {
        for (name, column) in self.names.iter_mut().zip(&self.header) {
            if let Some(usual) = usual(column) {
                *name = usual;
            }
        }
    }

    /// Whether the table has a column of this usual name.
    pub fn has(&self, column: &str) -> bool {
        self.names.iter().any(|name| name == column)
    }

    /// The value of a column by its usual name, as [`normal`] makes it; empty where there is none.
    pub fn get(&self, column: &str) -> &str {
        let at = self.names.iter().position(|name| *name == column);
        at.and_then(|at| self.record.get(at)).unwrap_or_default().trim()
    }

    /// Names and values of options, which stand in numbered columns: `#` in the two patterns is the number.
    pub fn numbered(&self, name: &str, value: &str) -> Vec<(&str, &str)> {
        let column = |pattern: &str, nth: usize| pattern.replace('#', &nth.to_string());
        let there = (1..).take_while(|&nth| self.has(&column(value, nth)));
        there.map(|nth| (self.get(&column(name, nth)), self.get(&column(value, nth)))).collect()
    }
}

/// A line before the header that explains the columns, as Facebook's template has it; not a header whose first column
/// is called `#`.
fn is_comment(record: &StringRecord) -> bool {
    let mut values = record.iter().map(str::trim).filter(|value| !value.is_empty());
    let Some(first) = values.next() else { return false };
    let sentence = first.starts_with("# ") && first.split_whitespace().count() > 2;
    // Commas within an unquoted sentence tear it apart.
    first.starts_with(SEPARATOR) || (sentence && (first.contains(" | ") || values.all(|value| value.starts_with('#'))))
}

fn stop(error: csv::Error) -> Stop {
    match error.into_kind() {
        ErrorKind::Io(error) => Stop::Io(error),
        kind => Stop::Broken(format!("{kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_no_header_and_no_product() {
        for (cells, expect) in [
            (vec!["# Required | A unique ID. Use the item's SKU", " if you can", "# Optional | A title"], true),
            (vec!["# Export of Monday, all products"], true),
            (vec!["sep=;"], true),
            (vec!["#", "Name", "Price"], false),
            (vec!["#1001", "Cup", "5"], false),
            (vec!["# 1 cup", "Cup", "5"], false),
            (vec!["id", "title"], false),
        ] {
            assert_eq!(is_comment(&StringRecord::from(cells.clone())), expect, "{cells:?}");
        }
    }

    #[test]
    fn the_header_says_what_parts_the_columns() {
        for (head, expect) in [
            ("id,title\n", b','),
            ("id;title;short,long\n", b';'),
            ("# Required | one, two | three\nid\ttitle\tprice\n", b'\t'),
            ("sep=|\nid|title\n", b'|'),
            ("\"a,b\";c\n", b';'),
        ] {
            assert_eq!(delimiter(head), expect, "{head}");
        }
    }
}
