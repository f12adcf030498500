//! Reads JSON Lines, and parses single JSON values. Must not know what a value means.

use std::{collections::BTreeMap, io::BufRead, rc::Rc};

use super::super::{
    ParseError, RowQueue, RowReader, RowResult, TextReader, object::ObjectReader, scalar::NOT_A_NUMBER,
};
use crate::{
    columns::ColumnMap,
    raw::{RowError, excerpt},
    source::ReadState,
};

/// Reads one JSON object per line.
pub struct Lines<'a> {
    text: TextReader<'a>,
    objects: ObjectReader,
    line: Vec<u8>,
    row: u64,
    queue: RowQueue,
}

impl<'a> Lines<'a> {
    /// Creates a parser.
    pub fn new(text: TextReader<'a>, columns: ColumnMap, _: &Rc<ReadState>) -> Self {
        Self { text, objects: ObjectReader::new(columns), line: Vec::new(), row: 0, queue: RowQueue::new() }
    }
}

impl RowReader for Lines<'_> {
    fn next(&mut self) -> Result<Option<RowResult>, ParseError> {
        loop {
            if let Some(row) = self.queue.pop_front() {
                return Ok(Some(row));
            }
            self.line.clear();
            self.row += 1;
            if self.text.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            let line = self.line.trim_ascii();
            if !line.is_empty() {
                self.queue = parse_value(self.row, line, &mut self.objects);
            }
        }
    }

    fn row(&self) -> u64 {
        self.row
    }

    fn column_uses(&self) -> BTreeMap<String, String> {
        self.objects.column_uses.clone()
    }
}

/// Parses one value into rows, or one error row.
pub fn parse_value(row: u64, bytes: &[u8], objects: &mut ObjectReader) -> RowQueue {
    match serde_json::from_slice(bytes)
        .or_else(|error| serde_json::from_slice(&quote_non_numbers(bytes)).map_err(|_| error))
    {
        Ok(value) => objects.read_rows(row, &value),
        Err(error) => {
            let excerpt = excerpt(&String::from_utf8_lossy(&bytes[..bytes.len().min(1000)]));
            [Err(RowError { row, why: format!("not JSON: {error}"), excerpt })].into()
        }
    }
}

/// Replaces `NaN`, `Infinity` and `-Infinity`, which are not JSON but which Python writes for missing numbers, by the string
/// [`NOT_A_NUMBER`].
fn quote_non_numbers(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut string, mut at) = (Vec::with_capacity(bytes.len() + 8), false, 0);
    while at < bytes.len() {
        let word =
            [b"-Infinity".as_slice(), b"Infinity", b"NaN"].into_iter().find(|word| bytes[at..].starts_with(word));
        match (string, bytes[at], word) {
            (true, b'\\', _) => {
                out.extend_from_slice(&bytes[at..bytes.len().min(at + 2)]);
                at += 2;
                continue;
            }
            (_, b'"', _) => string = !string,
            (false, _, Some(word)) => {
                out.push(b'"');
                out.extend_from_slice(NOT_A_NUMBER.as_bytes());
                out.push(b'"');
                at += word.len();
                continue;
            }
            _ => {}
        }
        out.push(bytes[at]);
        at += 1;
    }
    out
}
