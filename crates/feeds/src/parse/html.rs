//! The products of a page: its JSON-LD, else its microdata, else what it tells social networks (Open Graph). A page is a
//! row's size, so it is read whole; its tags are read as a stream, so that depth costs nothing. Must not know what a
//! product is.

mod microdata; // items that are marked in the text
mod opengraph; // `og:` and `product:` in the head
mod page; //      what of a page matters here

use std::collections::BTreeMap;

use serde_json::Value;

use self::page::Page;
use super::{Queue, Row, Rows, Stop, Text, json::whole, jsonld};
use crate::{
    columns::Columns,
    raw::{Field, Raw, Unread, excerpt},
};
use nearmind_core::text::language::primary;

/// A page, and the products that were found in it.
pub struct Html {
    queue: Queue,
    lang: Option<String>,
    /// Where the products stand, and how many there are in it.
    used: BTreeMap<String, String>,
    row: u64,
}

impl Html {
    /// Reads the whole page. The error is [`Stop::Broken`] where the page has no data of a product.
    pub fn open(text: Text<'_>, _: Columns) -> Result<Self, Stop> {
        let page = Page::read(&whole(text)?);
        let (mut documents, mut queue) = (Vec::new(), Queue::new());
        for (nth, json) in page.documents.iter().enumerate() {
            match lenient(json) {
                Ok(document) => documents.push(document),
                Err(error) => {
                    let why = format!("JSON-LD that is not JSON: {error}");
                    queue.push_back(Err(Unread { row: nth as u64 + 1, why, excerpt: excerpt(json.trim()) }));
                }
            }
        }
        let social = opengraph::product(1, &page);
        let of_data = |value: Value| jsonld::products(1, &value);
        let sources: [(&str, Vec<Raw>); 3] = [
            ("application/ld+json", of_data(Value::Array(documents.clone()))),
            ("itemscope", of_data(Value::Array(page.items.clone()))),
            ("og:type", social.clone().into_iter().collect()),
        ];
        let found = sources.into_iter().find(|(_, products)| !products.is_empty());
        let Some((place, mut products)) = found else {
            if !documents.is_empty() {
                queue.extend(jsonld::rows(1, &Value::Array(documents)));
            }
            if queue.is_empty() {
                let why = "the page has no JSON-LD, no microdata and no Open Graph data of a product";
                return Err(Stop::Broken(why.into()));
            }
            return Ok(Self { queue, lang: lang(&page), used: BTreeMap::new(), row: 0 });
        };
        if let [alone] = products.as_mut_slice() {
            complete(alone, &page, social.as_ref());
        }
        let used = [(place.to_owned(), "the products of the page".to_owned())].into();
        for (nth, mut raw) in products.into_iter().enumerate() {
            raw.row = nth as u64 + 1;
            queue.push_back(Ok(raw));
        }
        Ok(Self { queue, lang: lang(&page), used, row: 0 })
    }
}

/// What the page's only product does not say of itself, its head may.
fn complete(product: &mut Raw, page: &Page, social: Option<&Raw>) {
    product.offer(Field::Url, u8::MAX, &page.canonical);
    product.offer(Field::Id, u8::MAX, &page.canonical);
    product.offer(Field::Image, u8::MAX, page.meta("og:image"));
    let fields = [Field::Price, Field::Currency, Field::Availability, Field::Brand, Field::Description];
    for (field, social) in fields.into_iter().filter_map(|field| Some((field, social?))) {
        if product[field].is_empty() {
            product.offer(field, u8::MAX, &social[field]);
        }
    }
}

fn lang(page: &Page) -> Option<String> {
    let declared = [page.lang.as_str(), page.meta("og:locale")].map(primary);
    declared.into_iter().find(|lang| !lang.is_empty())
}

/// Shops' templates leave line breaks in strings, which JSON does not allow, and hide scripts from old browsers.
fn lenient(json: &str) -> Result<Value, serde_json::Error> {
    let bare = json.trim().trim_start_matches("//").trim_start();
    let bare = bare.strip_prefix("<![CDATA[").or_else(|| bare.strip_prefix("<!--")).unwrap_or(bare).trim();
    let bare = bare.strip_suffix("]]>").or_else(|| bare.strip_suffix("-->")).unwrap_or(bare);
    let bare = bare.trim().trim_end_matches("//").trim_end();
    serde_json::from_str(bare)
        .or_else(|error| serde_json::from_str(&bare.replace(char::is_control, " ")).map_err(|_| error))
}

impl Rows for Html {
    fn next(&mut self) -> Result<Option<Row>, Stop> {
        self.row += 1;
        Ok(self.queue.pop_front())
    }

    fn row(&self) -> u64 {
        self.row
    }

    fn lang(&self) -> Option<String> {
        self.lang.clone()
    }

    fn used(&self) -> BTreeMap<String, String> {
        self.used.clone()
    }
}
