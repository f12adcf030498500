//! Reads the records of a CSV or TSV file. Must not know what columns mean.

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::{ParseError, TextReader};
use crate::{
    columns::normalize_name,
    raw::{RowError, excerpt},
};

/// Reads the records of a table, one by one.
pub struct RecordReader<'a> {
    reader: Reader<TextReader<'a>>,
    /// The current record.
    pub record: StringRecord,
    /// The column names of the file, normalized with [`normalize_name`].
    pub header: Vec<String>,
    /// The same, with names of other languages or versions replaced by the usual ones.
    pub names: Vec<String>,
    /// The current row, as a spreadsheet counts: the header is row 1.
    pub row: u64,
}

/// Begins the line before the header in which Excel names the delimiter.
const DELIMITER_PREFIX: &str = "sep=";

/// Detects the delimiter: the one that is most frequent in the header, outside of quotes.
pub fn detect_delimiter(head: &str) -> u8 {
    let mut lines = head.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    if let Some(sign) = first.strip_prefix(DELIMITER_PREFIX).and_then(|rest| rest.bytes().next()) {
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

impl<'a> RecordReader<'a> {
    /// Opens a table and reads its header.
    pub fn open(text: TextReader<'a>, delimiter: u8) -> Result<Self, ParseError> {
        let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text);
        let mut record = StringRecord::new();
        while reader.read_record(&mut record).map_err(parse_error)? && is_comment(&record) {}
        let header: Vec<String> = record.iter().map(normalize_name).collect();
        let row = record.position().map_or(1, |position| position.record() + 1);
        Ok(RecordReader { reader, record, names: header.clone(), header, row })
    }

    /// Reads the next record that is not blank. The inner `Err` is for a record that does not fit the columns.
    pub fn advance(&mut self) -> Result<Option<Result<(), RowError>>, ParseError> {
        loop {
            if !self.reader.read_record(&mut self.record).map_err(parse_error)? {
                return Ok(None);
            }
            self.row = self.record.position().map_or(self.row + 1, |position| position.record() + 1);
            // Skip blank records and comments.
            if !self.record.iter().all(|value| value.trim().is_empty() || value.starts_with("# ")) {
                break;
            }
        }
        let (columns, values) = (self.header.len(), self.record.len());
        let last = self.record.iter().next_back().unwrap_or_default();
        let why = if self.record.iter().skip(columns).any(|value| !value.trim().is_empty()) {
            format!("{values} values for {columns} columns: a quote or a delimiter is wrong")
        } else if values < columns && last.contains('\n') {
            format!("an unclosed quote spans {} lines", last.lines().count())
        } else {
            return Ok(Some(Ok(())));
        };
        let excerpt = excerpt(&self.record.iter().collect::<Vec<_>>().join(" | "));
        Ok(Some(Err(RowError { row: self.row, why, excerpt })))
    }

    /// Replaces column names by the usual name that `usual` returns, if it returns one.
    pub fn rename(&mut self, usual: impl Fn(&str) -> Option<String>) {
        for (name, column) in self.names.iter_mut().zip(&self.header) {
            if let Some(usual) = usual(column) {
                *name = usual;
            }
        }
    }

    /// Whether the table has a column with this usual name.
    pub fn has(&self, column: &str) -> bool {
        self.names.iter().any(|name| name == column)
    }

    /// The trimmed value of a column by its usual, normalized name; empty if there is none.
    pub fn get(&self, column: &str) -> &str {
        let at = self.names.iter().position(|name| *name == column);
        at.and_then(|at| self.record.get(at)).unwrap_or_default().trim()
    }

    /// The names and values of options in numbered columns. `#` in both patterns stands for the number.
    pub fn numbered(&self, name: &str, value: &str) -> Vec<(&str, &str)> {
        let column = |pattern: &str, nth: usize| pattern.replace('#', &nth.to_string());
        let numbers = (1..).take_while(|&nth| self.has(&column(value, nth)));
        numbers.map(|nth| (self.get(&column(name, nth)), self.get(&column(value, nth)))).collect()
    }
}

/// Whether a record is a comment before the header, as in Facebook's template, and not a header whose first column is called
/// `#`.
fn is_comment(record: &StringRecord) -> bool {
    let mut values = record.iter().map(str::trim).filter(|value| !value.is_empty());
    let Some(first) = values.next() else { return false };
    let sentence = first.starts_with("# ") && first.split_whitespace().count() > 2;
    // Commas in an unquoted sentence split it into several values.
    first.starts_with(DELIMITER_PREFIX)
        || (sentence && (first.contains(" | ") || values.all(|value| value.starts_with('#'))))
}

fn parse_error(error: csv::Error) -> ParseError {
    match error.into_kind() {
        ErrorKind::Io(error) => ParseError::Io(error),
        kind => ParseError::Broken(format!("{kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_neither_header_nor_product() {
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
    fn the_delimiter_is_detected_from_the_header() {
        for (head, expect) in [
            ("id,title\n", b','),
            ("id;title;short,long\n", b';'),
            ("# Required | one, two | three\nid\ttitle\tprice\n", b'\t'),
            ("sep=|\nid|title\n", b'|'),
            ("\"a,b\";c\n", b';'),
        ] {
            assert_eq!(detect_delimiter(head), expect, "{head}");
        }
    }
}
