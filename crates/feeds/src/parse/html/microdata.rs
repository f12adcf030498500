//! Converts microdata (`itemscope`, `itemprop`) from a stream of tags into JSON-LD objects. Elements with optional end tags
//! are closed as in browsers; other unclosed elements end with the element around them.
//!
//! Follows `https://html.spec.whatwg.org/multipage/microdata.html`, except that `<a itemprop="brand">` means the text of the
//! link, not its address. Must not know what properties mean.

use html5ever::{LocalName, tokenizer::Tag};
use serde_json::{Map, Value};

use super::page::find_attribute;

/// The maximum number of open elements that are tracked.
const MAX_DEPTH: usize = 512;
/// The maximum number of nested properties whose text is collected at the same time.
const MAX_TEXTS: usize = 16;
/// The maximum number of values of a property, and of properties of an item.
const MAX_VALUES: usize = 200;
const MAX_TEXT_BYTES: usize = 64 << 10;

const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// Elements that end an open element of the same name before them.
const CLOSED_BY_SIBLING: [&str; 8] = ["p", "li", "dt", "dd", "option", "tr", "td", "th"];
/// Properties whose value is the address if they are on a link.
const ADDRESS_PROPERTIES: [&str; 7] =
    ["url", "image", "sameAs", "item", "availability", "itemCondition", "mainEntityOfPage"];

#[derive(Debug, Default)]
pub struct Microdata {
    open: Vec<(LocalName, Role)>,
    /// The number of untracked elements open within the last tracked one.
    deeper: usize,
    /// Open items, innermost last.
    scopes: Vec<Map<String, Value>>,
    done: Vec<Value>,
    /// Text since the outermost open property that is read as text.
    text: String,
    texts: usize,
}

/// The role of an open element.
#[derive(Debug)]
enum Role {
    None,
    /// The property whose value is the collected text from this position on.
    Text(String, usize),
    /// An item. It is the value of this property of the item around it, or a top-level item if the name is empty.
    Item(String),
}

impl Microdata {
    pub fn open(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        let is_void = VOID.contains(&name);
        if !is_void && CLOSED_BY_SIBLING.contains(&name) && self.deeper == 0 {
            let same = self.open.last().is_some_and(|(open, _)| *open == tag.name);
            if same {
                self.end_from(self.open.len() - 1);
            }
        }
        if !is_void && (self.deeper > 0 || self.open.len() == MAX_DEPTH) {
            self.deeper += 1;
            return;
        }
        let get = |name: &str| find_attribute(&tag.attrs, name);
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
            match attribute_value(tag, &property) {
                Some(value) => self.add(&property, value.trim().into()),
                None if self.texts < MAX_TEXTS && !is_void => {
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
        if self.texts > 0 && self.text.len() < MAX_TEXT_BYTES {
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

    /// Returns all top-level items.
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

    /// Adds a value to the current item. `properties` are names separated by spaces.
    fn add(&mut self, properties: &str, value: Value) {
        let Some(item) = self.scopes.last_mut() else { return };
        if value.as_str().is_some_and(str::is_empty) {
            return;
        }
        for name in properties.split_whitespace() {
            let name = name.rsplit(['/', '#']).next().unwrap_or(name);
            let has_room = item.len() < MAX_VALUES;
            match item.get_mut(name) {
                Some(Value::Array(values)) if values.len() < MAX_VALUES => values.push(value.clone()),
                Some(Value::Array(_)) => {}
                Some(one) => *one = Value::Array(vec![one.take(), value.clone()]),
                None if has_room => drop(item.insert(name.to_owned(), value.clone())),
                None => {}
            }
        }
    }
}

/// The value of a property from an attribute; `None` if the value is the text of the element.
fn attribute_value<'t>(tag: &'t Tag, property: &str) -> Option<&'t str> {
    let get = |name: &str| find_attribute(&tag.attrs, name);
    let name: &str = &tag.name;
    // Shops use `content` on any element, and search engines accept that.
    get("content").or_else(|| match name {
        "meta" => Some(""),
        "audio" | "embed" | "iframe" | "img" | "source" | "track" | "video" => {
            get("src").filter(|src| !src.starts_with("data:")).or(get("data-src")).or(Some(""))
        }
        "link" => get("href"),
        "a" | "area" => {
            get("href").filter(|_| property.split_whitespace().any(|name| ADDRESS_PROPERTIES.contains(&name)))
        }
        "object" => get("data"),
        "data" | "meter" => get("value"),
        "time" => get("datetime"),
        _ => None,
    })
}
