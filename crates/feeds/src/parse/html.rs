//! The products of an HTML page: from its JSON-LD, else its microdata, else its Open Graph data. A page has the size of a
//! row, so it is read at once; its tags are read as a stream, so that deep nesting is cheap. Must not know what a product
//! is.

mod article; //   a page without a product: its title, its main text
mod microdata; // `itemscope` and `itemprop`
mod opengraph; // `og:` and `product:` in the head
mod page; //      extracts the relevant parts of a page
pub mod site; //  the pages of a site

use std::collections::BTreeMap;

use serde_json::Value;

use self::page::Page;
use super::{ParseError, RowQueue, RowReader, RowResult, TextReader, json::read_whole, jsonld};
use crate::{
    columns::ColumnMap,
    raw::{Field, RawRow, RowError, excerpt},
};
use nearmind_core::text::language::primary_subtag;

/// The products of a page.
pub struct Html {
    queue: RowQueue,
    lang: Option<String>,
    /// Where the products were found.
    used: BTreeMap<String, String>,
    row: u64,
}

impl Html {
    /// Reads the whole page. The error is [`ParseError::Broken`] if the page has no product data.
    pub fn open(text: TextReader<'_>, _: ColumnMap) -> Result<Self, ParseError> {
        let page = Page::read(&read_whole(text)?);
        let Structured { documents, errors } = structured(&page);
        let mut queue: RowQueue = errors.into_iter().map(Err).collect();
        let Some((place, products)) = products(&page, &documents) else {
            if !documents.is_empty() {
                queue.extend(jsonld::read_rows(1, &Value::Array(documents)));
            }
            if queue.is_empty() {
                let why = "the page has no JSON-LD, microdata or Open Graph data of a product";
                return Err(ParseError::Broken(why.into()));
            }
            return Ok(Self { queue, lang: lang(&page), used: BTreeMap::new(), row: 0 });
        };
        let used = [(place.to_owned(), "the products of the page".to_owned())].into();
        for (nth, mut raw) in products.into_iter().enumerate() {
            raw.row = nth as u64 + 1;
            queue.push_back(Ok(raw));
        }
        Ok(Self { queue, lang: lang(&page), used, row: 0 })
    }
}

/// The JSON-LD of a page.
struct Structured {
    documents: Vec<Value>,
    /// The documents that are not JSON.
    errors: Vec<RowError>,
}

fn structured(page: &Page) -> Structured {
    let mut found = Structured { documents: Vec::new(), errors: Vec::new() };
    for (nth, json) in page.documents.iter().enumerate() {
        match parse_lenient(json) {
            Ok(document) => found.documents.push(document),
            Err(error) => {
                let why = format!("the JSON-LD is not valid JSON: {error}");
                found.errors.push(RowError { row: nth as u64 + 1, why, excerpt: excerpt(json.trim()) });
            }
        }
    }
    found
}

/// The products of a page, and where they were found: in the JSON-LD `documents`, else in the microdata, else in the head.
fn products(page: &Page, documents: &[Value]) -> Option<(&'static str, Vec<RawRow>)> {
    let social = opengraph::read_product(1, page);
    let from_json_ld = |values: &[Value]| jsonld::read_products(1, &Value::Array(values.to_vec()));
    let sources: [(&str, Vec<RawRow>); 3] = [
        ("application/ld+json", from_json_ld(documents)),
        ("itemscope", from_json_ld(&page.items)),
        ("og:type", social.clone().into_iter().collect()),
    ];
    let (place, mut products) = sources.into_iter().find(|(_, products)| !products.is_empty())?;
    if let [alone] = products.as_mut_slice() {
        fill_from_head(alone, page, social.as_ref());
    }
    Some((place, products))
}

/// Fills in missing values of a page's only product from the head of the page.
fn fill_from_head(product: &mut RawRow, page: &Page, social: Option<&RawRow>) {
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
    let declared = [page.lang.as_str(), page.meta("og:locale")].map(primary_subtag);
    declared.into_iter().find(|lang| !lang.is_empty())
}

/// Parses JSON-LD as some templates write it: with line breaks in strings, which JSON does not allow, and inside comments
/// that hide scripts from old browsers.
fn parse_lenient(json: &str) -> Result<Value, serde_json::Error> {
    let bare = json.trim().trim_start_matches("//").trim_start();
    let bare = bare.strip_prefix("<![CDATA[").or_else(|| bare.strip_prefix("<!--")).unwrap_or(bare).trim();
    let bare = bare.strip_suffix("]]>").or_else(|| bare.strip_suffix("-->")).unwrap_or(bare);
    let bare = bare.trim().trim_end_matches("//").trim_end();
    serde_json::from_str(bare)
        .or_else(|error| serde_json::from_str(&bare.replace(char::is_control, " ")).map_err(|_| error))
}

impl RowReader for Html {
    fn next(&mut self) -> Result<Option<RowResult>, ParseError> {
        self.row += 1;
        Ok(self.queue.pop_front())
    }

    fn row(&self) -> u64 {
        self.row
    }

    fn lang(&self) -> Option<String> {
        self.lang.clone()
    }

    fn column_uses(&self) -> BTreeMap<String, String> {
        self.used.clone()
    }
}
