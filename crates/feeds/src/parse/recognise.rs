//! Detects the format of a feed from its first characters. Must not know what is in a row.

use super::json;
use crate::format::Format;

/// Elements that an HTML page or a part of one begins with.
const PAGE_ROOTS: [&str; 15] = [
    "!doctype", "html", "head", "body", "script", "meta", "title", "link", "style", "div", "main", "section",
    "article", "span", "p",
];

/// Detects the format from the first characters of a feed.
pub fn recognise_format(head: &str) -> Format {
    let start = head.trim_start_matches('\u{feff}').trim_start();
    match start.chars().next() {
        Some('<') if PAGE_ROOTS.contains(&root(start).to_ascii_lowercase().as_str()) => Format::Html,
        Some('<') => Format::Xml,
        Some('[') => Format::Json,
        Some('{') => {
            let line = start.lines().next().unwrap_or_default();
            match serde_json::from_str::<serde_json::Value>(line) {
                Ok(value) if json::wraps_rows(&value) => Format::Json,
                Ok(_) => Format::JsonLines,
                // A page: an object over several lines, or one line that is longer than the head.
                Err(_) if json::begins_rows(start) => Format::Json,
                Err(error) if error.is_eof() && !start[line.len()..].trim_start().starts_with('{') => {
                    if start.len() > line.len() { Format::Json } else { Format::JsonLines }
                }
                Err(_) => Format::JsonLines,
            }
        }
        _ => Format::Table,
    }
}

/// The name of the first element of a document, after comments and declarations; `!doctype` for an HTML doctype.
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
                // Skip the declarations in brackets, which are not elements.
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
            assert_eq!(recognise_format(head), expect, "{head}");
        }
    }
}
