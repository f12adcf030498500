//! JSON feeds as a stream: the elements of a list are cut out one by one, whatever is around them, and read by
//! themselves. So a feed of any size is read within the memory of one product, and a broken one costs no other.
//!
//! Must not know what an element means.

mod lines; // one object a line

use std::{
    collections::BTreeMap,
    io::{BufRead, Read},
    rc::Rc,
};

pub use lines::Lines;
use lines::parse;

use serde_json::{Map, Value};

use super::{
    Queue, Row, Rows, Stop, Text,
    object::{
        Objects,
        jsonapi::{self, Document},
    },
};
use crate::{columns::Columns, raw::excerpt, source::Shared};

/// Keys under which a shop's API has its products.
const LISTS: [&str; 15] = [
    "products", "items", "data", "results", "goods", "list", "rows", "entries", "hits", "records", "catalog", "offers",
    "search", "edges", "nodes",
];
/// Keys of products themselves: what is listed in such an object is not.
const OWN_KEYS: [&str; 4] = ["title", "name", "sku", "productName"];
/// Resources that a JSON:API document refers to.
const INCLUDED: &str = "included";

/// Whether an object is no product but has the list of them.
pub fn wraps_rows(value: &Value) -> bool {
    value.as_object().is_some_and(wraps)
}

fn wraps(object: &Map<String, Value>) -> bool {
    // JSON-LD's `offers` are those of one product.
    if object.keys().any(|key| key.starts_with('@')) {
        return false;
    }
    LISTS.iter().filter_map(|list| object.get(*list)).any(|value| match value {
        Value::Array(rows) => rows.iter().all(Value::is_object),
        inner => wraps_rows(inner) || jsonapi::is_resource(inner),
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

/// Where the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Between documents: there may be several pages in one file.
    Top,
    /// Within the list of products, inside so many objects.
    List(usize),
    /// Within the resources that products of a JSON:API document refer to.
    Included(usize),
    /// After or before the list, inside so many objects.
    Around(usize),
}

/// A list of products, bare or under a key, and several such documents in a row.
pub struct Json<'a> {
    text: Text<'a>,
    shared: Rc<Shared>,
    objects: Objects,
    place: Place,
    element: Vec<u8>,
    /// The document is JSON-LD, whose lists belong to one product.
    linked: bool,
    /// A JSON:API document, whose products wait for its end.
    document: Document,
    document_bytes: usize,
    row: u64,
    queue: Queue,
}

impl<'a> Json<'a> {
    /// A parser of this text. `shared` is that of the source behind it.
    pub fn new(text: Text<'a>, columns: Columns, shared: &Rc<Shared>) -> Self {
        Self {
            text,
            shared: shared.clone(),
            objects: Objects::new(columns),
            place: Place::Top,
            element: Vec::new(),
            linked: false,
            document: Document::default(),
            document_bytes: 0,
            row: 0,
            queue: Queue::new(),
        }
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

    /// What `element` says. The rows of a JSON:API document come at its end.
    fn parse(&mut self) -> Result<(), Stop> {
        self.row += 1;
        match serde_json::from_slice::<Value>(&self.element) {
            Ok(Value::Object(page)) if wraps(&page) && !has_own_key(&page) => self.page(page),
            Ok(value) if jsonapi::is_resource(&value) => {
                self.wait()?;
                self.document.add(self.row, value);
            }
            Ok(value) => self.queue = self.objects.rows(self.row, value.get("node").unwrap_or(&value)),
            Err(_) => self.queue = parse(self.row, &self.element, &mut self.objects),
        }
        self.element.clear();
        Ok(())
    }

    /// One of a list of pages, each with its own list; the row then is the page.
    fn page(&mut self, page: Map<String, Value>) {
        let mut document = Document::default();
        for (key, list) in page {
            let one = jsonapi::is_resource(&list).then(|| std::slice::from_ref(&list));
            for value in one.or(list.as_array().map(Vec::as_slice)).unwrap_or_default() {
                match value {
                    value if key == INCLUDED => document.include(value.clone()),
                    value if jsonapi::is_resource(value) => document.add(self.row, value.clone()),
                    value => self.queue.extend(self.objects.rows(self.row, value)),
                }
            }
        }
        self.queue.extend(self.objects.document(&document));
    }

    /// `element` has to stay until the end of its document.
    fn wait(&mut self) -> Result<(), Stop> {
        self.document_bytes += self.element.len();
        if self.document_bytes > jsonapi::MOST_BYTES {
            let most = jsonapi::MOST_BYTES >> 20;
            return Err(Stop::Broken(format!(
                "a JSON:API document of more than {most} MB: export it in smaller pages, one after the other in a file"
            )));
        }
        self.shared.new_row();
        Ok(())
    }

    /// Reads on inside an object at `depth` until its list begins or it ends. What is skipped is kept in `element`
    /// where `whole` says that the object may be a product itself; one that others surround must look like it.
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
                self.place = if depth > 1 { Place::Around(depth - 1) } else { Place::Top };
                if whole {
                    self.element.push(b'}');
                    if depth == 1 || is_product(&self.element) {
                        self.parse()?;
                    }
                    self.element.clear();
                }
                if depth == 1 {
                    let document = std::mem::take(&mut self.document);
                    self.queue.extend(self.objects.document(&document));
                    self.document_bytes = 0;
                }
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
                self.linked |= key.starts_with('@');
                if key == INCLUDED && next == Some(b'[') {
                    self.take();
                    self.element.clear();
                    self.place = Place::Included(depth);
                } else if LISTS.contains(&key.as_str()) && matches!(next, Some(b'[' | b'{')) && !self.linked {
                    self.take();
                    self.element.clear();
                    if next == Some(b'[') {
                        self.place = Place::List(depth);
                    } else {
                        self.element.push(b'{');
                        self.place = Place::Around(depth + 1);
                    }
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

fn has_own_key(object: &Map<String, Value>) -> bool {
    OWN_KEYS.iter().any(|key| object.contains_key(*key))
}

/// Whether an object that others surround is a product, and not what is said about a list of them.
fn is_product(element: &[u8]) -> bool {
    serde_json::from_slice::<Map<String, Value>>(element)
        .is_ok_and(|object| has_own_key(&object) || jsonapi::is_resource(&Value::Object(object)))
}

impl Rows for Json<'_> {
    fn next(&mut self) -> Result<Option<Row>, Stop> {
        loop {
            if let Some(row) = self.queue.pop_front() {
                return Ok(Some(row));
            }
            match (self.place, self.peek()?) {
                (Place::Top, None) => return Ok(None),
                (Place::Top | Place::List(_) | Place::Included(_), Some(b',')) => self.take(),
                (Place::Top, Some(b'[')) => {
                    self.take();
                    self.place = Place::List(0);
                }
                (Place::Top, Some(b'{')) => {
                    self.take();
                    self.element.clear();
                    self.element.push(b'{');
                    self.linked = false;
                    self.place = Place::Around(1);
                }
                (Place::Top, Some(other)) => {
                    return Err(Stop::Broken(format!("it begins with {:?}, not with [ or {{", char::from(other))));
                }
                (Place::List(depth) | Place::Included(depth), Some(b']')) => {
                    self.take();
                    self.place = if depth == 0 { Place::Top } else { Place::Around(depth) };
                }
                (Place::List(_) | Place::Included(_), Some(b'}')) => {
                    return Err(Stop::Broken("a } without its {".into()));
                }
                (Place::Included(_), Some(_)) => {
                    self.value()?;
                    self.wait()?;
                    if let Ok(resource) = serde_json::from_slice(&self.element) {
                        self.document.include(resource);
                    }
                    self.element.clear();
                }
                (Place::List(_), Some(_)) => {
                    self.value()?;
                    self.parse()?;
                }
                (Place::List(_) | Place::Included(_), None) => {
                    return Err(Stop::Ends("the list is not closed".into()));
                }
                (Place::Around(depth), _) => {
                    let whole = self.element.first() == Some(&b'{');
                    self.around(depth, whole)?;
                }
            }
        }
    }

    fn row(&self) -> u64 {
        self.row + 1
    }

    fn used(&self) -> BTreeMap<String, String> {
        self.objects.used.clone()
    }
}

/// All of a text, for formats that cannot be read in parts.
pub fn whole(mut text: Text<'_>) -> Result<String, Stop> {
    let mut all = String::new();
    text.read_to_string(&mut all)?;
    Ok(all)
}
