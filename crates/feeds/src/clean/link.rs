//! Makes product links from a pattern such as `https://shop.example/?p={id}`, for feeds without links. Must not know feeds.

use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::columns::normalize_name;

/// Characters that are percent-encoded: all except those that RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An address with `{id}` or column names in curly brackets, such as `https://shop.example/{category}/{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkPattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The id of the item, or of the product if variants are folded.
    Id,
    /// The value of this column.
    Column(String),
}

impl LinkPattern {
    /// The columns that the pattern uses.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Column(name) => Some(name.as_str()),
            Part::Text(_) | Part::Id => None,
        })
    }

    /// Fills in the pattern. `values` are pairs of column and value; returns `None` if one that is needed is missing.
    pub fn fill(&self, id: &str, values: &[(String, String)]) -> Option<String> {
        let mut link = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => link.push_str(text),
                Part::Id => link.extend(utf8_percent_encode(id, RESERVED)),
                Part::Column(name) => {
                    let (_, value) = values.iter().find(|(column, value)| column == name && !value.is_empty())?;
                    link.extend(utf8_percent_encode(value, RESERVED));
                }
            }
        }
        Some(link)
    }
}

impl FromStr for LinkPattern {
    type Err = String;

    fn from_str(pattern: &str) -> Result<Self, String> {
        let web = ["https://", "http://", "/"].iter().any(|start| pattern.to_ascii_lowercase().starts_with(start));
        if !web {
            return Err("a link pattern must begin with https:// or /, as in https://shop.example/?p={id}".into());
        }
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some((text, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("the link pattern has a { without a }")?;
            parts.push(Part::Text(text.to_owned()));
            parts.push(match normalize_name(name) {
                name if name == "id" => Part::Id,
                name if name.is_empty() => {
                    return Err("the link pattern has an empty {}: write {id} or the name of a column".into());
                }
                name => Part::Column(name),
            });
            rest = after;
        }
        if parts.is_empty() {
            return Err(
                "the link pattern is the same for all items: add {id} or the name of a column in curly brackets".into(),
            );
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_filled_with_encoded_values() {
        let values = [("slug".to_owned(), "tea & cup".to_owned()), ("sku".to_owned(), String::new())];
        for (pattern, expect) in [
            ("https://shop.example/?p={id}", Some("https://shop.example/?p=%C3%A4%2F1")),
            ("/p/{id}/{Slug}.html", Some("/p/%C3%A4%2F1/tea%20%26%20cup.html")),
            ("https://shop.example/{sku}", None),
            ("https://shop.example/{nothing}", None),
        ] {
            let pattern: LinkPattern = pattern.parse().unwrap();
            assert_eq!(pattern.fill("ä/1", &values).as_deref(), expect, "{pattern:?}");
        }
    }

    #[test]
    fn an_invalid_pattern_is_refused() {
        for pattern in
            ["shop.example/{id}", "javascript:{id}", "https://shop.example/", "https://shop.example/{id", "/{}"]
        {
            assert!(pattern.parse::<LinkPattern>().is_err(), "{pattern}");
        }
    }
}
