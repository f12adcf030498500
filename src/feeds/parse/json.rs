//! JSON feeds as a stream: the elements of a list are cut out one by one, whatever is around them, and read by
//! themselves. So a feed of any size is read within the memory of one product, and a broken one costs no other.
//!
//! Must not know what an element means.

use std::{
    collections::BTreeMap,
    io::{BufRead, Read},
    rc::Rc,
};

use serde_json::{Map, Value};

use super::{
    Queue, Row, Rows, Stop, Text,
    object::{self, Used},
    scalar::NOT_A_NUMBER,
};
use crate::feeds::{
    columns::Columns,
    raw::{Unread, excerpt},
    source::Shared,
};

/// Keys under which a shop's API has its products.
const LISTS: [&str; 12] = [
    "products", "items", "data", "results", "goods", "list", "rows", "entries", "hits", "records", "catalog", "offers",
];

/// Whether an object is no product but has the list of them.
pub fn wraps_rows(value: &Value) -> bool {
    value.as_object().is_some_and(wraps)
}

fn wraps(object: &Map<String, Value>) -> bool {
    LISTS.iter().filter_map(|list| object.get(*list)).any(|value| match value {
        Value::Array(rows) => rows.iter().all(Value::is_object),
        inner => wraps_rows(inner),
    })
}

/// The same of the beginning of an object that is longer than what was looked at.
pub fn begins_rows(head: &str) -> bool {
    LISTS.iter().any(|list| {
        head.match_indices(&format!("\"{list}\"")).any(|(at, key)| {
            let rest = head[at + key.len()..].trim_start().strip_prefix(':').map(str::trim_start);
            rest.and_then(|rest| rest.strip_prefix('[')).is_some_and(|rest| {
                let first = rest.trim_start();
                first.is_empty() || first.starts_with(['{', ']'])
            })
        })
    })
}

/// One JSON object a line.
pub struct Lines<'a> {
    text: Text<'a>,
    columns: Columns,
    used: Used,
    line: Vec<u8>,
    row: u64,
    queue: Queue,
}

impl<'a> Lines<'a> {
    pub fn new(text: Text<'a>, columns: Columns, _: &Rc<Shared>) -> Self {
        Self { text, columns, used: Used::new(), line: Vec::new(), row: 0, queue: Queue::new() }
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
                self.queue = parse(self.row, line, &self.columns, &mut self.used);
            }
        }
    }

    fn row(&self) -> u64 {
        self.row
    }

    fn used(&self) -> BTreeMap<String, String> {
        self.used.clone()
    }
}

fn parse(row: u64, bytes: &[u8], columns: &Columns, used: &mut Used) -> Queue {
    match serde_json::from_slice(bytes).or_else(|error| serde_json::from_slice(&quoted(bytes)).map_err(|_| error)) {
        Ok(value) => object::rows(row, &value, columns, used),
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

/// Where the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Between documents: there may be several pages in one file.
    Top,
    /// Within the list of products, inside so many objects.
    List(usize),
    /// After or before the list, inside so many objects.
    Around(usize),
}

/// A list of products, bare or under a key, and several such documents in a row.
pub struct Json<'a> {
    text: Text<'a>,
    columns: Columns,
    used: Used,
    place: Place,
    element: Vec<u8>,
    row: u64,
    queue: Queue,
}

impl<'a> Json<'a> {
    pub fn new(text: Text<'a>, columns: Columns, _: &Rc<Shared>) -> Self {
        let (element, queue) = (Vec::new(), Queue::new());
        Self { text, columns, used: Used::new(), place: Place::Top, element, row: 0, queue }
    }

    /// The next byte that is not white space, still unread.
    fn peek(&mut self) -> Result<Option<u8>, Stop> {
        loop {
            let buffer = self.text.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            match buffer.iter().position(|byte| !byte.is_ascii_whitespace()) {
                Some(at) => {
                    let byte = buffer[at];
                    self.text.consume(at);
                    return Ok(Some(byte));
                }
                None => {
                    let size = buffer.len();
                    self.text.consume(size);
                }
            }
        }
    }

    /// Appends one value to `element`: a balanced object or list, a string, or what stands before the next sign.
    fn value(&mut self) -> Result<(), Stop> {
        let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
        self.peek()?;
        loop {
            let buffer = self.text.fill_buf()?;
            if buffer.is_empty() {
                return Err(Stop::Ends("a value is not closed".into()));
            }
            let (mut end, mut size) = (false, buffer.len());
            for (at, &byte) in buffer.iter().enumerate() {
                if escaped {
                    escaped = false;
                } else if quoted {
                    escaped = byte == b'\\';
                    quoted = byte != b'"';
                    end = !quoted && depth == 0;
                } else {
                    match byte {
                        b'"' => quoted = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' | b',' if depth == 0 => (end, size) = (true, at),
                        b'}' | b']' => {
                            depth -= 1;
                            end = depth == 0;
                        }
                        _ => {}
                    }
                }
                if end {
                    size = size.min(at + 1);
                    break;
                }
            }
            self.element.extend_from_slice(&buffer[..size]);
            self.text.consume(size);
            if end {
                return Ok(());
            }
        }
    }

    fn take(&mut self) {
        self.text.consume(1);
    }

    fn parse(&mut self) {
        self.row += 1;
        self.queue = match serde_json::from_slice::<Value>(&self.element) {
            // A list of pages, each with its own list; the row then is the page.
            Ok(Value::Object(page)) if wraps(&page) && !page.contains_key("title") => {
                let lists = page.values().filter_map(Value::as_array);
                lists.flatten().flat_map(|value| object::rows(self.row, value, &self.columns, &mut self.used)).collect()
            }
            Ok(value) => object::rows(self.row, value.get("node").unwrap_or(&value), &self.columns, &mut self.used),
            Err(_) => parse(self.row, &self.element, &self.columns, &mut self.used),
        };
        self.element.clear();
    }

    /// Reads on inside an object at `depth` until its list begins or it ends. What is skipped is kept in `element`
    /// where `whole` says that the object may be a product itself.
    fn around(&mut self, depth: usize, whole: bool) -> Result<(), Stop> {
        match self.peek()? {
            None => return Err(Stop::Ends("an object is not closed".into())),
            Some(b',') => {
                self.take();
                if whole {
                    self.element.push(b',');
                }
            }
            Some(b'}') => {
                self.take();
                if whole {
                    self.element.push(b'}');
                    self.parse();
                }
                self.place = if depth > 1 { Place::Around(depth - 1) } else { Place::Top };
            }
            Some(b'"') => {
                let start = self.element.len();
                self.value()?;
                let key: String = serde_json::from_slice(&self.element[start..]).unwrap_or_default();
                if self.peek()? != Some(b':') {
                    return Err(Stop::Broken(format!("the key {:?} has no value", excerpt(&key))));
                }
                self.take();
                self.element.push(b':');
                let next = self.peek()?;
                if LISTS.contains(&key.as_str()) && matches!(next, Some(b'[' | b'{')) {
                    self.take();
                    self.element.clear();
                    let list = next == Some(b'[');
                    self.place = if list { Place::List(depth) } else { Place::Around(depth + 1) };
                } else {
                    self.value()?;
                    if !whole {
                        self.element.clear();
                    }
                }
            }
            Some(other) => return Err(Stop::Broken(format!("{:?} where a key should be", char::from(other)))),
        }
        Ok(())
    }
}

impl Rows for Json<'_> {
    fn next(&mut self) -> Result<Option<Row>, Stop> {
        loop {
            if let Some(row) = self.queue.pop_front() {
                return Ok(Some(row));
            }
            match (self.place, self.peek()?) {
                (Place::Top, None) => return Ok(None),
                (Place::Top | Place::List(_), Some(b',')) => self.take(),
                (Place::Top, Some(b'[')) => {
                    self.take();
                    self.place = Place::List(0);
                }
                (Place::Top, Some(b'{')) => {
                    self.take();
                    self.element.clear();
                    self.element.push(b'{');
                    self.place = Place::Around(1);
                }
                (Place::Top, Some(other)) => {
                    return Err(Stop::Broken(format!("it begins with {:?}, not with [ or {{", char::from(other))));
                }
                (Place::List(depth), Some(b']')) => {
                    self.take();
                    self.place = if depth == 0 { Place::Top } else { Place::Around(depth) };
                }
                (Place::List(_), Some(b'}')) => return Err(Stop::Broken("a } without its {".into())),
                (Place::List(_), Some(_)) => {
                    self.value()?;
                    self.parse();
                }
                (Place::List(_), None) => return Err(Stop::Ends("the list is not closed".into())),
                (Place::Around(depth), _) => {
                    let whole = depth == 1 && self.element.first() == Some(&b'{');
                    self.around(depth, whole)?;
                }
            }
        }
    }

    fn row(&self) -> u64 {
        self.row + 1
    }

    fn used(&self) -> BTreeMap<String, String> {
        self.used.clone()
    }
}

/// All of a text, for formats that cannot be read in parts.
pub fn whole(mut text: Text<'_>) -> Result<String, Stop> {
    let mut all = String::new();
    text.read_to_string(&mut all)?;
    Ok(all)
}
