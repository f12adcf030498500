//! A product in any XML feed, with the names of its children as columns. Must not know which shop system a feed is from.

use super::{super::names, element::Element};
use crate::{
    columns::{ColumnMap, Meaning},
    parse::{
        assign::{assign, describe},
        object::{ColumnUses, MAX_KEYS},
    },
    raw::{Field, RawRow},
};
use nearmind_core::catalog::item::PATH_SEPARATOR;

/// Added to the rank of names without `g:`, because `g:id` is better than Atom's `id`.
const NO_PREFIX_RANK: u8 = 100;
/// Google's namespace.
const GOOGLE: &str = "http://base.google.com/ns/1.0";

/// Converts product elements into rows, and records how their children are used.
#[derive(Default)]
pub struct ProductReader {
    pub column_uses: ColumnUses,
}

impl ProductReader {
    /// Converts a product. `prefix` is that of Google's namespace, if it is not `g`.
    pub fn read_row(&mut self, row: u64, product: Element, columns: &ColumnMap, prefix: Option<&str>) -> RawRow {
        let mut raw = RawRow::new(row);
        let get = |name: &str| product.attribute(name).unwrap_or_default();
        raw.offer(Field::Id, u8::MAX, get("id"));
        raw.offer(Field::Group, u8::MAX, get("group_id"));
        raw.offer(Field::Availability, u8::MAX, get("available"));
        for child in product.children() {
            match child.local().to_ascii_lowercase().as_str() {
                "link" if child.attribute("href").is_some() => read_link(&mut raw, child),
                "content" | "thumbnail" | "enclosure" if child.attribute("url").is_some() => {
                    read_picture(&mut raw, child)
                }
                "group" if child.name().starts_with("media:") => {
                    child.children().for_each(|child| read_picture(&mut raw, child));
                }
                "param" => read_parameter(&mut raw, child),
                "product_detail" => {
                    raw.add_attribute(child.child_text("attribute_name"), child.child_text("attribute_value"));
                }
                _ => self.read_column(&mut raw, child, columns, prefix),
            }
        }
        raw
    }

    /// Records that children with these names are used by the rules of their format.
    pub fn record_uses(&mut self, product: Element, names: &[(&str, &str)]) {
        for (name, about) in names {
            if let Some(child) = product.child(name) {
                self.column_uses.insert(child.name().to_owned(), (*about).to_owned());
            }
        }
    }

    fn read_column(&mut self, raw: &mut RawRow, child: Element, columns: &ColumnMap, prefix: Option<&str>) {
        let own = prefix.and_then(|prefix| child.name().strip_prefix(prefix)?.strip_prefix(':'));
        let google = own.or_else(|| child.name().strip_prefix("g:"));
        let (name, rank_offset) = google.map_or((child.name(), NO_PREFIX_RANK), |name| (name, 0));
        let meaning = names::meaning(columns, name, rank_offset);
        let text = text_for(child, meaning.as_ref());
        if names::hides(name, &text) {
            raw.offer(Field::Published, 1, "hidden");
        }
        assign(raw, meaning.as_ref(), &text);
        if self.column_uses.get(child.name()).is_none_or(String::is_empty) && self.column_uses.len() < MAX_KEYS {
            self.column_uses.insert(child.name().to_owned(), describe(meaning.as_ref()));
        }
    }
}

/// The prefix of Google's namespace in this document.
pub fn google_prefix<'r>(reader: &'r super::element::Reader) -> Option<&'r str> {
    reader.prefix_of(GOOGLE).filter(|prefix| !prefix.is_empty())
}

fn read_link(raw: &mut RawRow, link: Element) {
    let address = link.attribute("href").unwrap_or_default();
    match link.attribute("rel").unwrap_or("alternate") {
        "alternate" => raw.offer(Field::Url, NO_PREFIX_RANK, address),
        "enclosure" => raw.offer(Field::Image, u8::MAX, address),
        _ => {}
    }
}

/// Reads an element of Media RSS or an RSS enclosure, unless it is a video or audio.
fn read_picture(raw: &mut RawRow, media: Element) {
    let kind = media.attribute("type").or(media.attribute("medium")).unwrap_or("image");
    if kind.starts_with("image") {
        raw.offer(Field::Image, u8::MAX, media.attribute("url").unwrap_or_default());
    }
}

/// Reads an attribute: Yandex's `<param name="Size" unit="cm">30</param>`, or Heureka's `<PARAM>` with `PARAM_NAME` and
/// `VAL`. The values of a repeated name are joined.
fn read_parameter(raw: &mut RawRow, parameter: Element) {
    let name = parameter.attribute("name").unwrap_or_else(|| parameter.child_text("param_name"));
    let value = match parameter.child("val") {
        Some(value) => value.text(),
        None => parameter.text(),
    };
    let (name, mut value) = (name.trim(), value.trim().to_owned());
    if let Some(unit) = parameter.attribute("unit").filter(|_| !value.is_empty()) {
        value = format!("{value} {unit}");
    }
    match raw.attributes.iter_mut().find(|(own, _)| own == name) {
        Some((_, values)) if !value.is_empty() => values.extend([", ", value.as_str()]),
        Some(_) => {}
        None => raw.add_attribute(name, &value),
    }
}

/// The text of an element for a field: the first of several pictures, the path of several categories, else the whole text.
fn text_for(element: Element, meaning: Option<&Meaning>) -> String {
    match meaning {
        Some(Meaning::Field(Field::Image, _)) => {
            let first = element.children().next().unwrap_or(element);
            let named = ["url", "src", "href"].into_iter().find_map(|name| first.attribute(name));
            named.unwrap_or_else(|| first.text()).to_owned()
        }
        Some(Meaning::Field(Field::Category, _)) if element.children().next().is_some() => {
            let steps: Vec<&str> =
                element.children().map(|step| step.text().trim()).filter(|step| !step.is_empty()).collect();
            steps.join(PATH_SEPARATOR)
        }
        Some(Meaning::Field(Field::Brand, _)) if element.child("name").is_some() => {
            element.child_text("name").to_owned()
        }
        _ => element.text().to_owned(),
    }
}
