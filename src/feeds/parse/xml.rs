//! RSS, Atom and other XML with an element a product: the names of its children are the columns.
//!
//! Entities that a document declares are never expanded, so it cannot grow; HTML's own are left to the cleaning.
//! Tags that are not closed within a product end with it. Must not know what values mean.

use std::{collections::BTreeMap, rc::Rc};

use quick_xml::{
    Error, Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};

use super::{
    Row, Rows, Stop, Text,
    assign::{assign, describe},
    object::{MOST_KEYS, Used},
};
use crate::{
    feeds::{
        columns::{Columns, Meaning, normal},
        raw::{Field, Raw},
        source::Shared,
    },
    text::language::primary,
};

/// Elements that are a product.
const PRODUCTS: [&str; 4] = ["item", "entry", "product", "offer"];
/// Elements within elements whose names are remembered; deeper there is nothing of a product.
const MOST_OPEN: usize = 64;
/// A `g:` name is better than the same name without: `g:id` than Atom's `id`.
const PLAIN: u8 = 100;

pub struct Xml<'a> {
    reader: Reader<Text<'a>>,
    columns: Columns,
    shared: Rc<Shared>,
    buffer: Vec<u8>,
    used: Used,
    lang: Option<String>,
    row: u64,
}

/// The product that is being read.
struct Product {
    raw: Raw,
    /// Name of the element itself, then of those that are open within it.
    open: Vec<String>,
    /// Elements that are open within the last of those.
    deeper: usize,
    text: String,
}

impl<'a> Xml<'a> {
    pub fn new(text: Text<'a>, columns: Columns, shared: &Rc<Shared>) -> Self {
        let mut reader = Reader::from_reader(text);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        let (buffer, used) = (Vec::new(), Used::new());
        Self { reader, columns, shared: shared.clone(), buffer, used, lang: None, row: 0 }
    }

    fn close(&mut self, name: &str, product: &mut Product) {
        let text = std::mem::take(&mut product.text);
        let column = normal(name);
        let rank = if name.starts_with("g:") { 0 } else { PLAIN };
        let meaning = match column.as_str() {
            "guid" => Some(Meaning::Field(Field::Id, u8::MAX)),
            "currencyid" => Some(Meaning::Field(Field::Currency, 1)),
            _ => self.columns.meaning(name),
        };
        let meaning = match meaning {
            Some(Meaning::Field(field, own)) if own > 0 => Some(Meaning::Field(field, own.saturating_add(rank))),
            other => other,
        };
        assign(&mut product.raw, meaning.as_ref(), &text);
        if self.used.get(name).is_none_or(String::is_empty) && self.used.len() < MOST_KEYS {
            self.used.insert(name.to_owned(), describe(meaning.as_ref()));
        }
    }

    /// What stands in attributes: links, pictures, parameters, the product's own id.
    fn attributes(&mut self, start: &BytesStart, product: &mut Product, depth: usize) {
        let get = |name: &str| -> Option<String> {
            let found = start.try_get_attribute(name).ok().flatten()?;
            Some(
                found
                    .normalized_value(XmlVersion::Implicit1_0)
                    .map_or_else(|_| found.value.to_string(), |value| value.into_owned()),
            )
        };
        let raw = &mut product.raw;
        match (depth, start.local_name().as_ref()) {
            (0, _) => {
                raw.offer(Field::Id, u8::MAX, &get("id").unwrap_or_default());
                raw.offer(Field::Availability, u8::MAX, &get("available").unwrap_or_default());
                raw.offer(Field::Group, u8::MAX, &get("group_id").unwrap_or_default());
            }
            (1, "link") if get("rel").is_none_or(|rel| rel == "alternate") => {
                raw.offer(Field::Url, PLAIN, &get("href").unwrap_or_default());
            }
            (1, "content" | "thumbnail" | "enclosure") if get("url").is_some() => {
                raw.offer(Field::Image, u8::MAX, &get("url").unwrap_or_default());
            }
            _ => {}
        }
    }

    fn declared_lang(&mut self, start: &BytesStart) {
        if self.lang.is_none() {
            let lang = start.try_get_attribute("xml:lang").ok().flatten();
            self.lang = lang.map(|lang| primary(&lang.value)).filter(|lang| !lang.is_empty());
        }
    }

    /// `true` when the product itself ends.
    fn end(&mut self, name: &str, product: &mut Product) -> bool {
        if product.open[0] == name {
            return true;
        }
        if product.deeper > 0 {
            product.deeper -= 1;
            return false;
        }
        // An end tag closes what was left open within it; one of nothing that is open is passed over.
        if let Some(at) = product.open.iter().rposition(|open| open == name) {
            product.open.truncate(at);
            if at == 1 {
                self.close(name, product);
            } else {
                product.text.push(' ');
            }
        }
        false
    }
}

impl Rows for Xml<'_> {
    fn next(&mut self) -> Result<Option<Row>, Stop> {
        let mut product: Option<Product> = None;
        // Whether the feed's own language is what is being read.
        let mut language = false;
        let mut buffer = std::mem::take(&mut self.buffer);
        loop {
            buffer.clear();
            let event = self.reader.read_event_into(&mut buffer).map_err(|error| match error {
                Error::Io(error) => Stop::Io(std::io::Error::new(error.kind(), error.to_string())),
                Error::Syntax(error) => Stop::Ends(error.to_string()),
                other => Stop::Broken(other.to_string()),
            })?;
            match (event, &mut product) {
                (Event::Eof, None) => return Ok(None),
                (Event::Eof, Some(_)) => return Err(Stop::Ends("a product is not closed".into())),
                (Event::Start(start), Some(product)) => {
                    let depth = product.open.len();
                    if depth == 1 {
                        product.text.clear();
                    }
                    self.attributes(&start, product, depth);
                    if depth < MOST_OPEN {
                        product.open.push(start.name().as_ref().to_owned());
                    } else {
                        product.deeper += 1;
                    }
                }
                (Event::Empty(start), Some(product)) => {
                    let depth = product.open.len();
                    self.attributes(&start, product, depth);
                    product.text.push(' ');
                }
                (Event::Start(start), None) => {
                    if PRODUCTS.iter().any(|name| start.local_name().as_ref().eq_ignore_ascii_case(name)) {
                        self.row += 1;
                        self.shared.new_row();
                        let open = vec![start.name().as_ref().to_owned()];
                        let mut begun = Product { raw: Raw::new(self.row), open, deeper: 0, text: String::new() };
                        self.attributes(&start, &mut begun, 0);
                        product = Some(begun);
                    } else {
                        self.declared_lang(&start);
                        language = start.name().as_ref() == "language" && self.lang.is_none();
                    }
                }
                (Event::Text(text), Some(product)) => product.text.push_str(&text.into_inner()),
                (Event::CData(text), Some(product)) => product.text.push_str(&text.into_inner()),
                (Event::Text(text), None) if language => {
                    self.lang = Some(primary(text.into_inner().trim())).filter(|lang| !lang.is_empty());
                }
                (Event::GeneralRef(reference), Some(product)) => match reference.resolve_char_ref() {
                    Ok(Some(character)) => product.text.push(character),
                    _ => match resolve_predefined_entity(&reference) {
                        Some(text) => product.text.push_str(text),
                        None => product.text.extend(["&", &reference, ";"]),
                    },
                },
                (Event::End(end), Some(open)) => {
                    let ended = self.end(end.name().as_ref(), open);
                    if ended {
                        let raw = std::mem::take(&mut open.raw);
                        self.buffer = buffer;
                        return Ok(Some(Ok(raw)));
                    }
                }
                (Event::End(_), None) => language = false,
                _ => {}
            }
        }
    }

    fn row(&self) -> u64 {
        self.row.max(1)
    }

    fn lang(&self) -> Option<String> {
        self.lang.clone()
    }

    fn used(&self) -> BTreeMap<String, String> {
        self.used.clone()
    }
}
