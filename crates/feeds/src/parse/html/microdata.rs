//! Microdata (`itemscope`, `itemprop`) to the objects that JSON-LD would write, from a stream of tags. Elements that
//! browsers close by themselves are closed, others that are left open end with the element around them.
//!
//! `https://html.spec.whatwg.org/multipage/microdata.html`, but for links: the text of `<a itemprop="brand">` is meant,
//! not its address. Must not know what properties mean.

use html5ever::{LocalName, tokenizer::Tag};
use serde_json::{Map, Value};

use super::page::attribute;

/// Open elements that are remembered.
const MOST_DEPTH: usize = 512;
/// Properties that are read at once as the text of elements within elements.
const MOST_TEXTS: usize = 16;
/// Values of one property, and properties of one item.
const MOST_VALUES: usize = 200;
const MOST_TEXT_BYTES: usize = 64 << 10;

const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// An element of these ends one of the same name that is still open before it.
const ENDED_BY_THE_NEXT: [&str; 8] = ["p", "li", "dt", "dd", "option", "tr", "td", "th"];
/// Properties whose value is an address where they stand on a link.
const ADDRESSES: [&str; 7] = ["url", "image", "sameAs", "item", "availability", "itemCondition", "mainEntityOfPage"];

#[derive(Debug, Default)]
pub struct Microdata {
    open: Vec<(LocalName, Role)>,
    /// Elements that are open within the last of those.
    deeper: usize,
    /// Items that are open, the innermost last.
    scopes: Vec<Map<String, Value>>,
    done: Vec<Value>,
    /// Text since the outermost of the properties that are read as text.
    text: String,
    texts: usize,
}

/// What an open element is.
#[derive(Debug)]
enum Role {
    None,
    /// The text of a property, from there on.
    Text(String, usize),
    /// An item, which is the value of this property of the item around it, if it says one.
    Item(String),
}

impl Microdata {
    pub fn open(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        let is_void = VOID.contains(&name);
        if !is_void && ENDED_BY_THE_NEXT.contains(&name) && self.deeper == 0 {
            let same = self.open.last().is_some_and(|(open, _)| *open == tag.name);
            if same {
                self.end_from(self.open.len() - 1);
            }
        }
        if !is_void && (self.deeper > 0 || self.open.len() == MOST_DEPTH) {
            self.deeper += 1;
            return;
        }
        let get = |name: &str| attribute(&tag.attrs, name);
        let property = get("itemprop").unwrap_or_default().to_owned();
        let mut role = Role::None;
        if get("itemscope").is_some() {
            let mut item = Map::new();
            for (key, own) in [("@type", get("itemtype")), ("@id", get("itemid"))] {
                own.into_iter().for_each(|value| drop(item.insert(key.into(), value.trim().into())));
            }
            self.scopes.push(item);
            role = Role::Item(property);
        } else if !property.is_empty() && !self.scopes.is_empty() {
            match value(tag, &property) {
                Some(value) => self.add(&property, value.trim().into()),
                None if self.texts < MOST_TEXTS && !is_void => {
                    self.texts += 1;
                    role = Role::Text(property, self.text.len());
                }
                None => {}
            }
        }
        if !is_void {
            self.open.push((tag.name.clone(), role));
        } else if let Role::Item(property) = role {
            self.end_item(&property);
        }
    }

    pub fn text(&mut self, text: &str) {
        if self.texts > 0 && self.text.len() < MOST_TEXT_BYTES {
            self.text.push_str(text);
        }
    }

    pub fn close(&mut self, name: &LocalName) {
        if self.deeper > 0 {
            self.deeper -= 1;
        } else if let Some(at) = self.open.iter().rposition(|(open, _)| open == name) {
            self.end_from(at);
        }
        self.text(" ");
    }

    /// All items that are in no other.
    pub fn finish(mut self) -> Vec<Value> {
        self.end_from(0);
        self.done
    }

    fn end_from(&mut self, at: usize) {
        while self.open.len() > at {
            match self.open.pop() {
                Some((_, Role::Text(property, start))) => {
                    let text = self.text[start.min(self.text.len())..].trim().to_owned();
                    self.texts -= 1;
                    if self.texts == 0 {
                        self.text.clear();
                    }
                    self.add(&property, text.into());
                }
                Some((_, Role::Item(property))) => self.end_item(&property),
                _ => {}
            }
        }
    }

    fn end_item(&mut self, property: &str) {
        let Some(item) = self.scopes.pop() else { return };
        if property.is_empty() || self.scopes.is_empty() {
            self.done.push(Value::Object(item));
        } else {
            self.add(property, Value::Object(item));
        }
    }

    /// `properties` are names with spaces between.
    fn add(&mut self, properties: &str, value: Value) {
        let Some(item) = self.scopes.last_mut() else { return };
        if value.as_str().is_some_and(str::is_empty) {
            return;
        }
        for name in properties.split_whitespace() {
            let name = name.rsplit(['/', '#']).next().unwrap_or(name);
            let has_room = item.len() < MOST_VALUES;
            match item.get_mut(name) {
                Some(Value::Array(values)) if values.len() < MOST_VALUES => values.push(value.clone()),
                Some(Value::Array(_)) => {}
                Some(one) => *one = Value::Array(vec![one.take(), value.clone()]),
                None if has_room => drop(item.insert(name.to_owned(), value.clone())),
                None => {}
            }
        }
    }
}

/// What an attribute says of a property; `None` where the element's text says it.
fn value<'t>(tag: &'t Tag, property: &str) -> Option<&'t str> {
    let get = |name: &str| attribute(&tag.attrs, name);
    let name: &str = &tag.name;
    // Shops write it on any element, and search engines read it.
    get("content").or_else(|| match name {
        "meta" => Some(""),
        "audio" | "embed" | "iframe" | "img" | "source" | "track" | "video" => {
            get("src").filter(|src| !src.starts_with("data:")).or(get("data-src")).or(Some(""))
        }
        "link" => get("href"),
        "a" | "area" => get("href").filter(|_| property.split_whitespace().any(|name| ADDRESSES.contains(&name))),
        "object" => get("data"),
        "data" | "meter" => get("value"),
        "time" => get("datetime"),
        _ => None,
    })
}
