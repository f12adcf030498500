//! A page's tags as a stream: its language and address, its JSON-LD, the values of its head, its microdata. No tree is
//! made of it, so that elements within elements cost no more than elements beside each other. Must not know products.

use std::cell::RefCell;

use html5ever::{
    Attribute,
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
        states::RawKind::{Rawtext, Rcdata, ScriptData},
    },
};
use serde_json::Value;

use super::microdata::Microdata;

/// Values of the head that are kept.
const MOST_META: usize = 1000;

#[derive(Debug, Default)]
pub struct Page {
    pub lang: String,
    /// What `link rel=canonical` says.
    pub canonical: String,
    pub title: String,
    /// Scripts with JSON-LD.
    pub documents: Vec<String>,
    /// `meta` elements: names or properties in lower case, and contents.
    meta: Vec<(String, String)>,
    /// Items of microdata that are in no other, as JSON-LD writes them.
    pub items: Vec<Value>,
}

impl Page {
    pub fn read(html: &str) -> Self {
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(html));
        let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
        // No script is ever waited for, so one call reads all.
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        let Reading { mut page, microdata, .. } = tokenizer.sink.0.into_inner();
        page.items = microdata.finish();
        page
    }

    /// The first content of a `meta` element; empty where there is none.
    pub fn meta(&self, name: &str) -> &str {
        let found = self.meta.iter().find(|(own, content)| own == name && !content.is_empty());
        found.map_or("", |(_, content)| content.as_str())
    }
}

/// What the text that comes next belongs to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Within {
    #[default]
    Page,
    Title,
    JsonLd,
    /// Scripts and styles, which are no text of the page.
    Silent,
}

#[derive(Debug, Default)]
struct Reading {
    page: Page,
    microdata: Microdata,
    within: Within,
}

#[derive(Default)]
struct Sink(RefCell<Reading>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut reading = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => reading.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return reading.open(&tag),
            Token::TagToken(tag) => {
                reading.within = Within::Page;
                reading.microdata.close(&tag.name);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Reading {
    fn text(&mut self, text: &str) {
        match self.within {
            Within::Page => self.microdata.text(text),
            Within::Title => self.page.title.push_str(text),
            Within::JsonLd => self.page.documents.last_mut().into_iter().for_each(|document| document.push_str(text)),
            Within::Silent => {}
        }
    }

    fn open(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let get = |name: &str| attribute(&tag.attrs, name).unwrap_or_default();
        match name {
            "html" if self.page.lang.is_empty() => self.page.lang = get("lang").trim().to_owned(),
            "link" if self.page.canonical.is_empty() && get("rel").eq_ignore_ascii_case("canonical") => {
                self.page.canonical = get("href").trim().to_owned();
            }
            "meta" if self.page.meta.len() < MOST_META => {
                let name = [get("property"), get("name")].into_iter().find(|name| !name.is_empty());
                if let Some(name) = name {
                    self.page.meta.push((name.trim().to_ascii_lowercase(), get("content").trim().to_owned()));
                }
            }
            _ => {}
        }
        self.microdata.open(tag);
        self.within = Within::Page;
        match name {
            "script" => {
                self.within = Within::Silent;
                if get("type").trim().to_ascii_lowercase().starts_with("application/ld+json") {
                    self.within = Within::JsonLd;
                    self.page.documents.push(String::new());
                }
                TokenSinkResult::RawData(ScriptData)
            }
            "title" if self.page.title.is_empty() => {
                self.within = Within::Title;
                TokenSinkResult::RawData(Rcdata)
            }
            "title" | "textarea" => {
                self.within = Within::Silent;
                TokenSinkResult::RawData(Rcdata)
            }
            "style" | "iframe" | "noembed" | "noframes" | "xmp" => {
                self.within = Within::Silent;
                TokenSinkResult::RawData(Rawtext)
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

pub fn attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_of_a_page_is_found_in_any_order() {
        let page = Page::read(
            "<!DOCTYPE html><HTML LANG=de><title>A &amp; B</title><META name=x content=y><meta property='OG:Title' \
             content='T'><link rel=Canonical href=' /a '><script>var a = '<title>no</title>'</script><script \
             type='application/ld+json; charset=utf-8'>{\"a\": \"<b>\"}</script><style><meta name=z content=z></style>",
        );
        assert_eq!((page.lang.as_str(), page.title.as_str(), page.canonical.as_str()), ("de", "A & B", "/a"));
        assert_eq!((page.meta("og:title"), page.meta("x"), page.meta("z")), ("T", "y", ""));
        assert_eq!(page.documents, ["{\"a\": \"<b>\"}"]);
    }
}
