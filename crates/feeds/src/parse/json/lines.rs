//! JSON Lines, and the reading of one JSON value that stands by itself. Must not know what a value means.

use std::{collections::BTreeMap, io::BufRead, rc::Rc};

use super::super::{Queue, Row, Rows, Stop, Text, object::Objects, scalar::NOT_A_NUMBER};
use crate::{
    columns::Columns,
    raw::{Unread, excerpt},
    source::Shared,
};

/// One JSON object a line.
pub struct Lines<'a> {
    text: Text<'a>,
    objects: Objects,
    line: Vec<u8>,
    row: u64,
    queue: Queue,
}

impl<'a> Lines<'a> {
    /// A parser of this text.
    pub fn new(text: Text<'a>, columns: Columns, _: &Rc<Shared>) -> Self {
        Self { text, objects: Objects::new(columns), line: Vec::new(), row: 0, queue: Queue::new() }
    }
}

impl Rows for Lines<'_> {
    fn next(&mut self) -> Result<Option<Row>, Stop> {
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
                self.queue = parse(self.row, line, &mut self.objects);
            }
        }
    }

    fn row(&self) -> u64 {
        self.row
    }

    fn used(&self) -> BTreeMap<String, String> {
        self.objects.used.clone()
    }
}

/// The rows of one value, or one that says why it cannot be read.
pub fn parse(row: u64, bytes: &[u8], objects: &mut Objects) -> Queue {
    match serde_json::from_slice(bytes).or_else(|error| serde_json::from_slice(&quoted(bytes)).map_err(|_| error)) {
        Ok(value) => objects.rows(row, &value),
        Err(error) => {
            let excerpt = excerpt(&String::from_utf8_lossy(&bytes[..bytes.len().min(1000)]));
            [Err(Unread { row, why: format!("not JSON: {error}"), excerpt })].into()
        }
    }
}

/// `NaN` and `Infinity`, which JSON does not have and Python writes all the same for what it does not know, become a
/// text that says so.
fn quoted(bytes: &[u8]) -> Vec<u8> {
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
