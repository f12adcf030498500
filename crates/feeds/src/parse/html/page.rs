//! Extracts language, canonical address, JSON-LD, `meta` values and microdata from the tags of a page. Tags are read as a
//! stream without building a tree, so that nested elements cost no more than siblings. Must not know products.

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

/// The maximum number of `meta` values that are kept.
const MAX_META: usize = 1000;

/// The relevant parts of a page.
#[derive(Debug, Default)]
pub struct Page {
    pub lang: String,
    /// The address in `link rel=canonical`.
    pub canonical: String,
    pub title: String,
    /// It sends the browser to another page at once.
    pub is_redirect: bool,
    /// The contents of JSON-LD scripts.
    pub documents: Vec<String>,
    /// `meta` elements: name or property in lower case, and content.
    meta: Vec<(String, String)>,
    /// Top-level microdata items, as JSON-LD objects.
    pub items: Vec<Value>,
}

impl Page {
    pub fn read(html: &str) -> Self {
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(html));
        let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
        // The sink never pauses for scripts, so one call reads everything.
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        let PageBuilder { mut page, microdata, .. } = tokenizer.sink.0.into_inner();
        page.items = microdata.finish();
        page
    }

    /// The first non-empty content of a `meta` element with this name; empty if there is none.
    pub fn meta(&self, name: &str) -> &str {
        let found = self.meta.iter().find(|(own, content)| own == name && !content.is_empty());
        found.map_or("", |(_, content)| content.as_str())
    }
}

/// What the following text belongs to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum TextContext {
    #[default]
    Page,
    Title,
    JsonLd,
    /// Scripts, styles and other content that is not text of the page.
    Ignored,
}

#[derive(Debug, Default)]
struct PageBuilder {
    page: Page,
    microdata: Microdata,
    context: TextContext,
}

#[derive(Default)]
struct Sink(RefCell<PageBuilder>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut builder = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => builder.text(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return builder.open(&tag),
            Token::TagToken(tag) => {
                builder.context = TextContext::Page;
                builder.microdata.close(&tag.name);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl PageBuilder {
    fn text(&mut self, text: &str) {
        match self.context {
            TextContext::Page => self.microdata.text(text),
            TextContext::Title => self.page.title.push_str(text),
            TextContext::JsonLd => {
                self.page.documents.last_mut().into_iter().for_each(|document| document.push_str(text))
            }
            TextContext::Ignored => {}
        }
    }

    fn open(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let get = |name: &str| find_attribute(&tag.attrs, name).unwrap_or_default();
        match name {
            "html" if self.page.lang.is_empty() => self.page.lang = get("lang").trim().to_owned(),
            "link" if self.page.canonical.is_empty() && get("rel").eq_ignore_ascii_case("canonical") => {
                self.page.canonical = get("href").trim().to_owned();
            }
            "meta" if self.page.meta.len() < MAX_META => {
                self.page.is_redirect |= get("http-equiv").eq_ignore_ascii_case("refresh");
                let name = [get("property"), get("name")].into_iter().find(|name| !name.is_empty());
                if let Some(name) = name {
                    self.page.meta.push((name.trim().to_ascii_lowercase(), get("content").trim().to_owned()));
                }
            }
            _ => {}
        }
        self.microdata.open(tag);
        self.context = TextContext::Page;
        match name {
            "script" => {
                self.context = TextContext::Ignored;
                if get("type").trim().to_ascii_lowercase().starts_with("application/ld+json") {
                    self.context = TextContext::JsonLd;
                    self.page.documents.push(String::new());
                }
                TokenSinkResult::RawData(ScriptData)
            }
            "title" if self.page.title.is_empty() => {
                self.context = TextContext::Title;
                TokenSinkResult::RawData(Rcdata)
            }
            "title" | "textarea" => {
                self.context = TextContext::Ignored;
                TokenSinkResult::RawData(Rcdata)
            }
            "style" | "iframe" | "noembed" | "noframes" | "xmp" => {
                self.context = TextContext::Ignored;
                TokenSinkResult::RawData(Rawtext)
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

pub fn find_attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_page_are_found_in_any_order() {
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
