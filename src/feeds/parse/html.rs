//! The JSON-LD of a page. A page is a row's size, so it is read whole. Must not know what a product is.

use std::collections::BTreeMap;

use scraper::{Html as Tree, Selector};
use serde_json::Value;

use super::{Queue, Row, Rows, Stop, Text, json::whole, jsonld};
use crate::{
    feeds::{
        columns::Columns,
        raw::{Field, Unread, excerpt},
    },
    text::language::primary,
};

pub struct Html {
    queue: Queue,
    lang: Option<String>,
    row: u64,
}

impl Html {
    pub fn open(text: Text<'_>, _: Columns) -> Result<Self, Stop> {
        let page = Tree::parse_document(&whole(text)?);
        let select = |css: &str| Selector::parse(css).map_err(|error| Stop::Broken(error.to_string()));
        let attribute = |css: &str, name: &str| -> Result<Option<String>, Stop> {
            Ok(page.select(&select(css)?).find_map(|element| element.attr(name)).map(str::to_owned))
        };
        let (mut documents, mut queue) = (Vec::new(), Queue::new());
        for (nth, script) in page.select(&select(r#"script[type="application/ld+json"]"#)?).enumerate() {
            let json: String = script.text().collect();
            match lenient(&json) {
                Ok(document) => documents.push(document),
                Err(error) => {
                    let why = format!("JSON-LD that is not JSON: {error}");
                    queue.push_back(Err(Unread { row: nth as u64 + 1, why, excerpt: excerpt(json.trim()) }));
                }
            }
        }
        if documents.is_empty() && queue.is_empty() {
            return Err(Stop::Broken("the page has no JSON-LD".into()));
        }
        let address = attribute(r#"link[rel="canonical"]"#, "href")?.unwrap_or_default();
        let picture = attribute(r#"meta[property="og:image"]"#, "content")?.unwrap_or_default();
        let mut rows = jsonld::rows(1, &Value::Array(documents));
        let alone = rows.len() == 1;
        for (nth, row) in rows.iter_mut().enumerate() {
            if let Ok(raw) = row {
                raw.row = nth as u64 + 1;
                if alone {
                    raw.offer(Field::Url, u8::MAX, &address);
                    raw.offer(Field::Id, u8::MAX, &address);
                    raw.offer(Field::Image, u8::MAX, &picture);
                }
            }
        }
        queue.extend(rows);
        let lang = attribute("html[lang]", "lang")?.map(|lang| primary(&lang)).filter(|lang| !lang.is_empty());
        Ok(Self { queue, lang, row: 0 })
    }
}

/// Shops' templates leave line breaks in strings, which JSON does not allow.
fn lenient(json: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(json)
        .or_else(|error| serde_json::from_str(&json.replace(char::is_control, " ")).map_err(|_| error))
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
        [("application/ld+json".to_owned(), "schema.org's own".to_owned())].into()
    }
}
