//! RSS, Atom and other XML with an element a product. What stands around products, such as a list of categories, is
//! learned; each product becomes a row by the names of its children, and by what is peculiar to its format.
//!
//! Must not know what values mean.

mod categories; // of a feed that lists them before its products
mod element; //    an element with all that is in it, cut out of the stream
mod heureka; //    Heureka, Zboží
mod product; //    a product of any feed
mod shortcodes; // WordPress's, out of its texts
mod wxr; //        WordPress's export
mod yml; //        Yandex Market

use std::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use self::{
    categories::Categories,
    element::{Element, Reader, local},
    product::Products,
    wxr::Export,
};
use super::{Row, Rows, Stop, Text};
use crate::{columns::Columns, raw::Raw, source::Shared};
use nearmind_core::text::language::primary;

/// Elements that are a product, by their names in lower case.
const PRODUCTS: [&str; 5] = ["item", "entry", "product", "offer", "shopitem"];

/// The products of an XML feed, one element after the other.
pub struct Xml<'a> {
    reader: Reader<'a>,
    columns: Columns,
    categories: Categories,
    products: Products,
    wordpress: Export,
    lang: Option<String>,
    ready: VecDeque<Raw>,
    row: u64,
}

impl<'a> Xml<'a> {
    /// A parser of this text. `shared` is that of the source behind it.
    pub fn new(text: Text<'a>, columns: Columns, shared: &Rc<Shared>) -> Self {
        Self {
            reader: Reader::new(text, shared),
            columns,
            categories: Categories::default(),
            products: Products::default(),
            wordpress: Export::default(),
            lang: None,
            ready: VecDeque::new(),
            row: 0,
        }
    }

    /// What stands around products.
    fn learn(&mut self, element: Element) {
        match element.name() {
            "language" => self.lang = self.lang.take().or(Some(element.text().trim().to_owned())),
            "category" => yml::learn(element, &mut self.categories),
            _ => wxr::learn(element, &mut self.categories),
        }
    }

    fn product(&mut self, element: Element) {
        self.row += 1;
        if self.reader.prefix_of(wxr::NAMESPACE).is_some() || element.child("post_type").is_some() {
            self.products.used.entry("item".into()).or_insert_with(|| "WordPress's own".into());
            return self.wordpress.rows(self.row, element, &self.columns, &self.categories, &mut self.ready);
        }
        let prefix = product::google_prefix(&self.reader);
        let mut raw = self.products.row(self.row, element, &self.columns, prefix);
        if element.local().eq_ignore_ascii_case("offer") && element.child("categoryId").is_some() {
            yml::fill(&mut raw, element, &self.categories);
            self.products.used_for(element, &yml::USED);
        } else if heureka::is_product(element) {
            heureka::fill(&mut raw, element);
            self.products.used_for(element, &heureka::USED);
        }
        self.ready.push_back(raw);
    }
}

/// Elements that are read whole, by their own name and that of the element around them.
fn is_wanted(name: &str, around: &str) -> bool {
    is_product(name)
        || (name == "language" && around == "channel")
        || (name == "category" && around == "categories")
        || (name.contains(':') && matches!(local(name), "category" | "term") && around == "channel")
}

fn is_product(name: &str) -> bool {
    let name = local(name);
    PRODUCTS.iter().any(|known| name.eq_ignore_ascii_case(known))
}

impl Rows for Xml<'_> {
    fn next(&mut self) -> Result<Option<Row>, Stop> {
        loop {
            if let Some(raw) = self.ready.pop_front() {
                return Ok(Some(Ok(raw)));
            }
            match self.reader.next(is_wanted)? {
                Some(tree) if is_product(tree.root().name()) => self.product(tree.root()),
                Some(tree) => self.learn(tree.root()),
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
        declared.map(|lang| primary(lang.trim())).filter(|lang| !lang.is_empty())
    }

    fn used(&self) -> BTreeMap<String, String> {
        self.products.used.clone()
    }
}
