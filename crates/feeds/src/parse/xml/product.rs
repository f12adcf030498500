//! A product of any XML feed: the names of its children are the columns. Must not know whose feed it is.

use super::{super::names, element::Element};
use crate::{
    columns::{Columns, Meaning},
    parse::{
        assign::{assign, describe},
        object::{MOST_KEYS, Used},
    },
    raw::{Field, Raw},
};
use nearmind_core::catalog::item::PATH_SEPARATOR;

/// A `g:` name is better than the same name without: `g:id` than Atom's `id`.
const PLAIN: u8 = 100;
const GOOGLE: &str = "http://base.google.com/ns/1.0";

/// Reads products, and remembers what was made of their children.
#[derive(Default)]
pub struct Products {
    pub used: Used,
}

impl Products {
    /// `prefix` is the one that stands for Google's names, where it is not `g`.
    pub fn row(&mut self, row: u64, product: Element, columns: &Columns, prefix: Option<&str>) -> Raw {
        let mut raw = Raw::new(row);
        let get = |name: &str| product.attribute(name).unwrap_or_default();
        raw.offer(Field::Id, u8::MAX, get("id"));
        raw.offer(Field::Group, u8::MAX, get("group_id"));
        raw.offer(Field::Availability, u8::MAX, get("available"));
        for child in product.children() {
            match child.local().to_ascii_lowercase().as_str() {
                "link" if child.attribute("href").is_some() => link(&mut raw, child),
                "content" | "thumbnail" | "enclosure" if child.attribute("url").is_some() => picture(&mut raw, child),
                "group" if child.name().starts_with("media:") => {
                    child.children().for_each(|child| picture(&mut raw, child));
                }
                "param" => parameter(&mut raw, child),
                "product_detail" => {
                    raw.attribute(child.child_text("attribute_name"), child.child_text("attribute_value"));
                }
                _ => self.column(&mut raw, child, columns, prefix),
            }
        }
        raw
    }

    /// Children of these names were used for what only their format knows.
    pub fn used_for(&mut self, product: Element, names: &[(&str, &str)]) {
        for (name, about) in names {
            if let Some(child) = product.child(name) {
                self.used.insert(child.name().to_owned(), (*about).to_owned());
            }
        }
    }

    fn column(&mut self, raw: &mut Raw, child: Element, columns: &Columns, prefix: Option<&str>) {
        let own = prefix.and_then(|prefix| child.name().strip_prefix(prefix)?.strip_prefix(':'));
        let google = own.or_else(|| child.name().strip_prefix("g:"));
        let (name, behind) = google.map_or((child.name(), PLAIN), |name| (name, 0));
        let meaning = names::meaning(columns, name, behind);
        let text = text_for(child, meaning.as_ref());
        if names::hides(name, &text) {
            raw.offer(Field::Published, 1, "hidden");
        }
        assign(raw, meaning.as_ref(), &text);
        if self.used.get(child.name()).is_none_or(String::is_empty) && self.used.len() < MOST_KEYS {
            self.used.insert(child.name().to_owned(), describe(meaning.as_ref()));
        }
    }
}

/// The prefix that Google's names have in this document.
pub fn google_prefix<'r>(reader: &'r super::element::Reader) -> Option<&'r str> {
    reader.prefix_of(GOOGLE).filter(|prefix| !prefix.is_empty())
}

fn link(raw: &mut Raw, link: Element) {
    let address = link.attribute("href").unwrap_or_default();
    match link.attribute("rel").unwrap_or("alternate") {
        "alternate" => raw.offer(Field::Url, PLAIN, address),
        "enclosure" => raw.offer(Field::Image, u8::MAX, address),
        _ => {}
    }
}

/// Media RSS and RSS's enclosures, which may be a film or a sound.
fn picture(raw: &mut Raw, media: Element) {
    let kind = media.attribute("type").or(media.attribute("medium")).unwrap_or("image");
    if kind.starts_with("image") {
        raw.offer(Field::Image, u8::MAX, media.attribute("url").unwrap_or_default());
    }
}

/// Yandex's `<param name="Size" unit="cm">30</param>`, Heureka's `<PARAM>` of `PARAM_NAME` and `VAL`. The values of one
/// name that is repeated are listed.
fn parameter(raw: &mut Raw, parameter: Element) {
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
        Some((_, known)) if !value.is_empty() => known.extend([", ", value.as_str()]),
        Some(_) => {}
        None => raw.attribute(name, &value),
    }
}

/// Of several pictures the first, of several categories their path, else all of the text.
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
