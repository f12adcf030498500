//! Makes ids for rows that have none, from values that stay the same from one feed to the next. Must not know how ids are
//! checked.

use std::str::FromStr;

use super::safe_address;
use crate::{
    raw::{Field, RawRow},
    value::slug,
};

/// What ids are made from, for rows that have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdSource {
    /// The link, without tracking parameters, as pages have it in their JSON-LD.
    Link,
    /// The words of the title: `oak-table-round`.
    Title,
}

impl IdSource {
    /// Makes an id for a row; empty if the row lacks the value.
    pub fn make_id(self, raw: &RawRow) -> String {
        match self {
            Self::Link => canonical(&safe_address(&raw[Field::Url])),
            Self::Title => slug(&raw[Field::Title]),
        }
    }
}

impl FromStr for IdSource {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "link" => Ok(Self::Link),
            "title" => Ok(Self::Title),
            _ => Err(format!("unknown source of ids {name:?}; use one of link, title")),
        }
    }
}

/// Removes the fragment and the parameters that only tell where a visitor comes from.
fn canonical(address: &str) -> String {
    let address = address.split('#').next().unwrap_or_default();
    let Some((page, query)) = address.split_once('?') else { return address.to_owned() };
    let campaign =
        |pair: &&str| !pair.starts_with("utm_") && !pair.starts_with("gclid=") && !pair.starts_with("fbclid=");
    let query: Vec<&str> = query.split('&').filter(campaign).collect();
    if query.is_empty() { page.to_owned() } else { format!("{page}?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_from_a_link_ignores_campaign_parameters() {
        for (link, expect) in [
            ("https://shop.example/lamp?utm_source=a&utm_medium=b#top", "https://shop.example/lamp"),
            ("https://shop.example/?p=3&gclid=x", "https://shop.example/?p=3"),
            ("javascript:alert(1)", ""),
            ("", ""),
        ] {
            let mut raw = RawRow::new(1);
            raw.set(Field::Url, link);
            assert_eq!(IdSource::Link.make_id(&raw), expect, "{link}");
        }
    }
}
