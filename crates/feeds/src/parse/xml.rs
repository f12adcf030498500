//! RSS, Atom and other XML with one element per product. Elements around the products, such as a list of categories, are
//! remembered; each product becomes a row by the names of its children and by the rules of its format.
//!
//! Must not know what values mean.

mod categories; // categories that a feed lists before its products
mod element; //    elements with their content, from a stream
mod heureka; //    Heureka, Zboží
mod product; //    a product in any feed
mod shortcodes; // removes WordPress shortcodes from texts
mod wxr; //        WordPress export
mod yml; //        Yandex Market

use std::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use self::{
    categories::Categories,
    element::{Element, Reader, local},
    product::ProductReader,
    wxr::WxrReader,
};
use super::{ParseError, RowReader, RowResult, TextReader};
use crate::{columns::ColumnMap, raw::RawRow, source::ReadState};
use nearmind_core::text::language::primary_subtag;

/// Names of product elements, in lower case.
const PRODUCT_ELEMENTS: [&str; 5] = ["item", "entry", "product", "offer", "shopitem"];

/// Reads the products of an XML feed, one element after the other.
pub struct Xml<'a> {
    reader: Reader<'a>,
    columns: ColumnMap,
    categories: Categories,
    products: ProductReader,
    wordpress: WxrReader,
    lang: Option<String>,
    ready: VecDeque<RawRow>,
    row: u64,
}

impl<'a> Xml<'a> {
    /// Creates a parser. `state` is the state of the source that `text` reads from.
    pub fn new(text: TextReader<'a>, columns: ColumnMap, state: &Rc<ReadState>) -> Self {
        Self {
            reader: Reader::new(text, state),
            columns,
            categories: Categories::default(),
            products: ProductReader::default(),
            wordpress: WxrReader::default(),
            lang: None,
            ready: VecDeque::new(),
            row: 0,
        }
    }

    /// Reads an element that is not a product: the language or a category.
    fn read_metadata(&mut self, element: Element) {
        match element.name() {
            "language" => self.lang = self.lang.take().or(Some(element.text().trim().to_owned())),
            "category" => yml::add_category(element, &mut self.categories),
            _ => wxr::add_category(element, &mut self.categories),
        }
    }

    fn read_product(&mut self, element: Element) {
        self.row += 1;
        if self.reader.prefix_of(wxr::NAMESPACE).is_some() || element.child("post_type").is_some() {
            self.products.column_uses.entry("item".into()).or_insert_with(|| "WordPress-specific".into());
            return self.wordpress.read_item(self.row, element, &self.columns, &self.categories, &mut self.ready);
        }
        let prefix = product::google_prefix(&self.reader);
        let mut raw = self.products.read_row(self.row, element, &self.columns, prefix);
        if element.local().eq_ignore_ascii_case("offer") && element.child("categoryId").is_some() {
            yml::fill(&mut raw, element, &self.categories);
            self.products.record_uses(element, &yml::USED);
        } else if heureka::is_product(element) {
            heureka::fill(&mut raw, element);
            self.products.record_uses(element, &heureka::USED);
        }
        self.ready.push_back(raw);
    }
}

/// Whether an element is needed, by its name and the name of the element around it.
fn is_needed(name: &str, around: &str) -> bool {
    is_product(name)
        || (name == "language" && around == "channel")
        || (name == "category" && around == "categories")
        || (name.contains(':') && matches!(local(name), "category" | "term") && around == "channel")
}

fn is_product(name: &str) -> bool {
    let name = local(name);
    PRODUCT_ELEMENTS.iter().any(|element| name.eq_ignore_ascii_case(element))
}

impl RowReader for Xml<'_> {
    fn next(&mut self) -> Result<Option<RowResult>, ParseError> {
        loop {
            if let Some(raw) = self.ready.pop_front() {
                return Ok(Some(Ok(raw)));
            }
            match self.reader.next(is_needed)? {
                Some(tree) if is_product(tree.root().name()) => self.read_product(tree.root()),
                Some(tree) => self.read_metadata(tree.root()),
                None => {
                    self.ready.extend(self.wordpress.end());
                    if self.ready.is_empty() {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn row(&self) -> u64 {
        self.row.max(1)
    }

    fn lang(&self) -> Option<String> {
        let declared = self.reader.lang.as_ref().or(self.lang.as_ref());
        declared.map(|lang| primary_subtag(lang.trim())).filter(|lang| !lang.is_empty())
    }

    fn column_uses(&self) -> BTreeMap<String, String> {
        self.products.column_uses.clone()
    }
}
