//! The formats of feeds, and how they are recognised from their first characters. Must not know what is in a row.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A table whose first row names the columns: Google Merchant's, Shopify's, WooCommerce's, or any with known or
    /// mapped names. The columns say which; the first row says whether commas, tabs, semicolons or bars part them.
    Table,
    /// RSS or Atom with `g:` names, or any XML of `<item>`, `<entry>`, `<product>` or `<offer>` elements.
    Xml,
    /// An array of products, alone or under a key such as `products` (Shopify's `products.json`), or pages of it.
    Json,
    /// A JSON object a line.
    JsonLines,
    /// A page with JSON-LD.
    Html,
}

/// As `--format` names them. Several names for what one parser reads, because people know their feed by its maker.
const NAMES: [(&str, Format); 16] = [
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
    ("json", Format::Json),
    ("shopify-json", Format::Json),
    ("jsonl", Format::JsonLines),
    ("ndjson", Format::JsonLines),
    ("html", Format::Html),
    ("json-ld", Format::Html),
];

impl Format {
    /// What the first characters of a feed look like.
    pub fn recognise(head: &str) -> Self {
        let start = head.trim_start_matches('\u{feff}').trim_start();
        match start.chars().next() {
            Some('<') => {
                let lower: String = start.chars().take(4096).collect::<String>().to_ascii_lowercase();
                let page = lower.starts_with("<!doctype html") || lower.contains("<html") || lower.contains("ld+json");
                if page && !lower.contains("<rss") { Self::Html } else { Self::Xml }
            }
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
            ("[{\"id\":1}]", Format::Json),
            ("{\"products\":[{\"id\":1}]}", Format::Json),
            ("{\"products\":[{\"id\":1,\"title\":\"cut in the mid", Format::Json),
            ("{\n  \"data\": [\n", Format::Json),
            ("{\n  \"id\": 1,", Format::Json),
            ("{\"id\": 1,\n\"title\": 2}", Format::Json),
            ("{\"id\": \n{\"id\": 2}", Format::JsonLines),
            ("{\"id\":1}\n{\"id\":2}", Format::JsonLines),
            ("{\"id\":1,\"tags\":[\"a\"]}", Format::JsonLines),
            ("nonsense\n{\"id\":1}", Format::Table),
        ] {
            assert_eq!(Format::recognise(head), expect, "{head}");
        }
        assert_eq!("TSV".parse(), Ok(Format::Table));
        assert!("pdf".parse::<Format>().unwrap_err().contains("woocommerce"));
    }
}
