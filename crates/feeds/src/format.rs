//! The formats of feeds, and how they are recognised from their first characters. Must not know what is in a row.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The form of a feed's text. Each is read by one parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A table whose first row names the columns: Google Merchant's, Shopify's, WooCommerce's, or any with known or
    /// mapped names. The columns say which; the first row says whether commas, tabs, semicolons or bars part them.
    Table,
    /// RSS or Atom with `g:` names, a WordPress export, Yandex's, Heureka's and idealo's catalogues, or any XML of
    /// `<item>`, `<entry>`, `<product>`, `<offer>` or `<shopitem>` elements.
    Xml,
    /// An array of products, alone or under a key such as `products`, or pages of it: Shopify's `products.json`, and
    /// what Magento, Spree, Vendure, BigCommerce and others answer.
    Json,
    /// A JSON object a line.
    JsonLines,
    /// A page with JSON-LD, microdata or Open Graph data.
    Html,
}

/// As `--format` names them. Several names for what one parser reads, because people know their feed by its maker.
const NAMES: [(&str, Format); 25] = [
    ("csv", Format::Table),
    ("tsv", Format::Table),
    ("google-tsv", Format::Table),
    ("shopify-csv", Format::Table),
    ("woocommerce", Format::Table),
    ("table", Format::Table),
    ("xml", Format::Xml),
    ("rss", Format::Xml),
    ("atom", Format::Xml),
    ("google-xml", Format::Xml),
    ("wxr", Format::Xml),
    ("yml", Format::Xml),
    ("heureka", Format::Xml),
    ("idealo", Format::Xml),
    ("json", Format::Json),
    ("shopify-json", Format::Json),
    ("magento-json", Format::Json),
    ("spree", Format::Json),
    ("vendure", Format::Json),
    ("jsonl", Format::JsonLines),
    ("ndjson", Format::JsonLines),
    ("html", Format::Html),
    ("json-ld", Format::Html),
    ("microdata", Format::Html),
    ("opengraph", Format::Html),
];

/// Elements that a page, or a part of one, begins with.
const PAGE_ROOTS: [&str; 15] = [
    "!doctype", "html", "head", "body", "script", "meta", "title", "link", "style", "div", "main", "section",
    "article", "span", "p",
];

impl Format {
    /// What the first characters of a feed look like.
    pub fn recognise(head: &str) -> Self {
        let start = head.trim_start_matches('\u{feff}').trim_start();
        match start.chars().next() {
            Some('<') if PAGE_ROOTS.contains(&root(start).to_ascii_lowercase().as_str()) => Self::Html,
            Some('<') => Self::Xml,
            Some('[') => Self::Json,
            Some('{') => {
                let line = start.lines().next().unwrap_or_default();
                match serde_json::from_str::<serde_json::Value>(line) {
                    Ok(value) if super::parse::json::wraps_rows(&value) => Self::Json,
                    Ok(_) => Self::JsonLines,
                    // An object over several lines, or one line that is longer than the head: pages come so.
                    Err(_) if super::parse::json::begins_rows(start) => Self::Json,
                    Err(error) if error.is_eof() && !start[line.len()..].trim_start().starts_with('{') => {
                        if start.len() > line.len() { Self::Json } else { Self::JsonLines }
                    }
                    Err(_) => Self::JsonLines,
                }
            }
            _ => Self::Table,
        }
    }
}

/// The name of the first element of a document, whatever stands before it; `!doctype` for a page that says so.
fn root(document: &str) -> &str {
    let mut rest = document;
    loop {
        rest = &rest[rest.find('<').unwrap_or(rest.len())..];
        let end = match rest.get(1..) {
            Some(inside) if inside.starts_with("!--") => "-->",
            Some(inside) if inside.starts_with('?') => "?>",
            Some(inside) if inside.get(..8).is_some_and(|name| name.eq_ignore_ascii_case("!doctype")) => {
                let kind = inside[8..].trim_start();
                if kind.get(..4).is_some_and(|kind| kind.eq_ignore_ascii_case("html")) {
                    return &inside[..8];
                }
                // What it declares within brackets is no element.
                if kind.split('>').next().is_some_and(|kind| kind.contains('[')) { "]" } else { ">" }
            }
            Some(inside) => {
                let end = inside.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).unwrap_or(inside.len());
                return &inside[..end];
            }
            None => return "",
        };
        let Some(at) = rest.find(end) else { return "" };
        rest = &rest[at + end.len()..];
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, format)| *format).ok_or_else(|| {
            let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("one of {}", names.join(", "))
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "csv",
            Self::Xml => "xml",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Html => "html",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_recognised_from_their_first_characters() {
        for (head, expect) in [
            ("id\ttitle\n1\tTea\n", Format::Table),
            ("", Format::Table),
            ("<?xml version=\"1.0\"?><rss><channel>", Format::Xml),
            ("\n<feed xmlns=\"http://www.w3.org/2005/Atom\">", Format::Xml),
            ("<!DOCTYPE html><title>Tea</title>", Format::Html),
            ("<script type=\"application/ld+json\">{}</script>", Format::Html),
            ("<!-- a shop --><?xml version='1.0'?><!DOCTYPE HTML><html>", Format::Html),
            ("<div itemscope itemtype=\"https://schema.org/Product\">", Format::Html),
            ("<?xml version='1.0'?><SHOP><!-- <html> --><SHOPITEM><DESCRIPTION><![CDATA[<html>", Format::Xml),
            ("<!DOCTYPE yml_catalog SYSTEM \"shops.dtd\"><yml_catalog date=\"2025\">", Format::Xml),
            ("<!DOCTYPE rss [<!ENTITY a \"<html>\">]><rss>", Format::Xml),
            ("<", Format::Xml),
            ("[{\"id\":1}]", Format::Json),
            ("{\"products\":[{\"id\":1}]}", Format::Json),
            ("{\"products\":[{\"id\":1,\"title\":\"cut in the mid", Format::Json),
            ("{\n  \"data\": [\n", Format::Json),
            ("{\n  \"id\": 1,", Format::Json),
            ("{\"id\": 1,\n\"title\": 2}", Format::Json),
            ("{\"id\": \n{\"id\": 2}", Format::JsonLines),
            ("{\"id\":1}\n{\"id\":2}", Format::JsonLines),
            ("{\"id\":1,\"tags\":[\"a\"]}", Format::JsonLines),
            (
                "{\"@context\":\"https://schema.org\",\"@type\":\"Product\",\"offers\":[{\"price\":1}]}",
                Format::JsonLines,
            ),
            ("{\"data\":{\"search\":{\"items\":[{\"productId\":1}]}}}", Format::Json),
            ("nonsense\n{\"id\":1}", Format::Table),
        ] {
            assert_eq!(Format::recognise(head), expect, "{head}");
        }
        assert_eq!("TSV".parse(), Ok(Format::Table));
        assert!("pdf".parse::<Format>().unwrap_err().contains("woocommerce"));
    }
}
