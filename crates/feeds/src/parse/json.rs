//! Reads JSON feeds as a stream. The elements of the product list are extracted and parsed one by one, whatever is around
//! the list, so a feed of any size needs only the memory of one product, and an invalid product does not affect others.
//!
//! Must not know what an element means.

mod lines; // JSON Lines

use std::{
    collections::BTreeMap,
    io::{BufRead, Read},
    rc::Rc,
};

pub use lines::Lines;
use lines::parse_value;

use serde_json::{Map, Value};

use super::{
    ParseError, RowQueue, RowReader, RowResult, TextReader,
    object::{
        ObjectReader,
        jsonapi::{self, Document},
    },
};
use crate::{columns::ColumnMap, raw::excerpt, source::ReadState};

/// Keys under which shop APIs have their list of products.
const LIST_KEYS: [&str; 15] = [
    "products", "items", "data", "results", "goods", "list", "rows", "entries", "hits", "records", "catalog", "offers",
    "search", "edges", "nodes",
];
/// Keys of a product itself. A list in an object with such a key is not a list of products.
const PRODUCT_KEYS: [&str; 4] = ["title", "name", "sku", "productName"];
/// The key of the resources that a JSON:API document refers to.
const INCLUDED: &str = "included";

/// Whether a value is not a product but an object around the list of products.
pub fn wraps_rows(value: &Value) -> bool {
    value.as_object().is_some_and(wraps)
}

fn wraps(object: &Map<String, Value>) -> bool {
    // The `offers` of JSON-LD belong to one product.
    if object.keys().any(|key| key.starts_with('@')) {
        return false;
    }
    LIST_KEYS.iter().filter_map(|list| object.get(*list)).any(|value| match value {
        Value::Array(rows) => rows.iter().all(Value::is_object),
        inner => wraps_rows(inner) || jsonapi::is_resource(inner),
    })
}

/// The same as [`wraps_rows`], for the beginning of an object that is longer than the head of the feed.
pub fn begins_rows(head: &str) -> bool {
    LIST_KEYS.iter().any(|list| {
        head.match_indices(&format!("\"{list}\"")).any(|(at, key)| {
            let rest = head[at + key.len()..].trim_start().strip_prefix(':').map(str::trim_start);
            rest.and_then(|rest| rest.strip_prefix('[')).is_some_and(|rest| {
                let first = rest.trim_start();
                first.is_empty() || first.starts_with(['{', ']'])
            })
        })
    })
}

/// The position of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// Between documents; a file may contain several pages.
    TopLevel,
    /// In the list of products, at this object depth.
    List(usize),
    /// In the included resources of a JSON:API document, at this object depth.
    Included(usize),
    /// In an object before or after the list, at this object depth.
    Object(usize),
}

/// Reads one or more documents, each with a list of products, bare or under a key.
pub struct Json<'a> {
    text: TextReader<'a>,
    state: Rc<ReadState>,
    objects: ObjectReader,
    position: Position,
    element: Vec<u8>,
    /// Whether the document is JSON-LD, whose lists belong to one product.
    is_json_ld: bool,
    /// The current JSON:API document; its products are resolved at its end.
    document: Document,
    document_bytes: usize,
    row: u64,
    queue: RowQueue,
}

impl<'a> Json<'a> {
    /// Creates a parser. `state` is the state of the source that `text` reads from.
    pub fn new(text: TextReader<'a>, columns: ColumnMap, state: &Rc<ReadState>) -> Self {
        Self {
            text,
            state: state.clone(),
            objects: ObjectReader::new(columns),
            position: Position::TopLevel,
            element: Vec::new(),
            is_json_ld: false,
            document: Document::default(),
            document_bytes: 0,
            row: 0,
            queue: RowQueue::new(),
        }
    }

    /// Returns the next byte that is not white space, without consuming it.
    fn peek(&mut self) -> Result<Option<u8>, ParseError> {
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

    /// Appends one value to `element`: a balanced object or list, a string, or the text up to the next `,`, `]` or `}`.
    fn read_value(&mut self) -> Result<(), ParseError> {
        let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
        self.peek()?;
        loop {
            let buffer = self.text.fill_buf()?;
            if buffer.is_empty() {
                return Err(ParseError::CutOff("a value is not closed".into()));
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

    /// Parses `element` into rows. Rows of a JSON:API document follow at its end.
    fn parse_element(&mut self) -> Result<(), ParseError> {
        self.row += 1;
        match serde_json::from_slice::<Value>(&self.element) {
            Ok(Value::Object(page)) if wraps(&page) && !has_own_key(&page) => self.read_page(page),
            Ok(value) if jsonapi::is_resource(&value) => {
                self.count_document_bytes()?;
                self.document.add(self.row, value);
            }
            Ok(value) => self.queue = self.objects.read_rows(self.row, value.get("node").unwrap_or(&value)),
            Err(_) => self.queue = parse_value(self.row, &self.element, &mut self.objects),
        }
        self.element.clear();
        Ok(())
    }

    /// Reads the products of a page, one of a list of pages; the row number is that of the page.
    fn read_page(&mut self, page: Map<String, Value>) {
        let mut document = Document::default();
        for (key, list) in page {
            let one = jsonapi::is_resource(&list).then(|| std::slice::from_ref(&list));
            for value in one.or(list.as_array().map(Vec::as_slice)).unwrap_or_default() {
                match value {
                    value if key == INCLUDED => document.include(value.clone()),
                    value if jsonapi::is_resource(value) => document.add(self.row, value.clone()),
                    value => self.queue.extend(self.objects.read_rows(self.row, value)),
                }
            }
        }
        self.queue.extend(self.objects.read_document(&document));
    }

    /// Counts `element` towards the size limit of a JSON:API document, which is kept in memory until its end.
    fn count_document_bytes(&mut self) -> Result<(), ParseError> {
        self.document_bytes += self.element.len();
        if self.document_bytes > jsonapi::MAX_BYTES {
            let most = jsonapi::MAX_BYTES >> 20;
            return Err(ParseError::Broken(format!(
                "the JSON:API document is longer than {most} MB: export it in smaller pages, one after the other in a file"
            )));
        }
        self.state.start_row();
        Ok(())
    }

    /// Reads one key or the end of an object at `depth`, around or besides the list of products. If `whole`, the object may be
    /// a product itself, so its text is kept in `element`; a nested object must also look like a product.
    fn read_object(&mut self, depth: usize, whole: bool) -> Result<(), ParseError> {
        match self.peek()? {
            None => return Err(ParseError::CutOff("an object is not closed".into())),
            Some(b',') => {
                self.take();
                if whole {
                    self.element.push(b',');
                }
            }
            Some(b'}') => {
                self.take();
                self.position = if depth > 1 { Position::Object(depth - 1) } else { Position::TopLevel };
                if whole {
                    self.element.push(b'}');
                    if depth == 1 || is_product(&self.element) {
                        self.parse_element()?;
                    }
                    self.element.clear();
                }
                if depth == 1 {
                    let document = std::mem::take(&mut self.document);
                    self.queue.extend(self.objects.read_document(&document));
                    self.document_bytes = 0;
                }
            }
            Some(b'"') => {
                let start = self.element.len();
                self.read_value()?;
                let key: String = serde_json::from_slice(&self.element[start..]).unwrap_or_default();
                if self.peek()? != Some(b':') {
                    return Err(ParseError::Broken(format!("the key {:?} has no value", excerpt(&key))));
                }
                self.take();
                self.element.push(b':');
                let next = self.peek()?;
                self.is_json_ld |= key.starts_with('@');
                if key == INCLUDED && next == Some(b'[') {
                    self.take();
                    self.element.clear();
                    self.position = Position::Included(depth);
                } else if LIST_KEYS.contains(&key.as_str()) && matches!(next, Some(b'[' | b'{')) && !self.is_json_ld {
                    self.take();
                    self.element.clear();
                    if next == Some(b'[') {
                        self.position = Position::List(depth);
                    } else {
                        self.element.push(b'{');
                        self.position = Position::Object(depth + 1);
                    }
                } else {
                    self.read_value()?;
                    if !whole {
                        self.element.clear();
                    }
                }
            }
            Some(other) => return Err(ParseError::Broken(format!("found {:?} instead of a key", char::from(other)))),
        }
        Ok(())
    }
}

fn has_own_key(object: &Map<String, Value>) -> bool {
    PRODUCT_KEYS.iter().any(|key| object.contains_key(*key))
}

/// Whether a nested object is a product, and not metadata of a list.
fn is_product(element: &[u8]) -> bool {
    serde_json::from_slice::<Map<String, Value>>(element)
        .is_ok_and(|object| has_own_key(&object) || jsonapi::is_resource(&Value::Object(object)))
}

impl RowReader for Json<'_> {
    fn next(&mut self) -> Result<Option<RowResult>, ParseError> {
        loop {
            if let Some(row) = self.queue.pop_front() {
                return Ok(Some(row));
            }
            match (self.position, self.peek()?) {
                (Position::TopLevel, None) => return Ok(None),
                (Position::TopLevel | Position::List(_) | Position::Included(_), Some(b',')) => self.take(),
                (Position::TopLevel, Some(b'[')) => {
                    self.take();
                    self.position = Position::List(0);
                }
                (Position::TopLevel, Some(b'{')) => {
                    self.take();
                    self.element.clear();
                    self.element.push(b'{');
                    self.is_json_ld = false;
                    self.position = Position::Object(1);
                }
                (Position::TopLevel, Some(other)) => {
                    return Err(ParseError::Broken(format!(
                        "the JSON begins with {:?} instead of [ or {{",
                        char::from(other)
                    )));
                }
                (Position::List(depth) | Position::Included(depth), Some(b']')) => {
                    self.take();
                    self.position = if depth == 0 { Position::TopLevel } else { Position::Object(depth) };
                }
                (Position::List(_) | Position::Included(_), Some(b'}')) => {
                    return Err(ParseError::Broken("found } without {".into()));
                }
                (Position::Included(_), Some(_)) => {
                    self.read_value()?;
                    self.count_document_bytes()?;
                    if let Ok(resource) = serde_json::from_slice(&self.element) {
                        self.document.include(resource);
                    }
                    self.element.clear();
                }
                (Position::List(_), Some(_)) => {
                    self.read_value()?;
                    self.parse_element()?;
                }
                (Position::List(_) | Position::Included(_), None) => {
                    return Err(ParseError::CutOff("the list is not closed".into()));
                }
                (Position::Object(depth), _) => {
                    let whole = self.element.first() == Some(&b'{');
                    self.read_object(depth, whole)?;
                }
            }
        }
    }

    fn row(&self) -> u64 {
        self.row + 1
    }

    fn column_uses(&self) -> BTreeMap<String, String> {
        self.objects.column_uses.clone()
    }
}

/// Reads a whole text, for formats that cannot be read in parts.
pub fn read_whole(mut text: TextReader<'_>) -> Result<String, ParseError> {
    let mut all = String::new();
    text.read_to_string(&mut all)?;
    Ok(all)
}
