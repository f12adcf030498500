//! Ids for rows that have none, made of what stays the same from one feed to the next. Must not know how ids are checked.

use std::str::FromStr;

use super::address;
use crate::{
    raw::{Field, Raw},
    value::slug,
};

/// What an id is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MakeIds {
    /// The address, as pages say it in their JSON-LD.
    Link,
    /// The words of the title: `oak-table-round`.
    Title,
}

impl MakeIds {
    /// Empty where the row has neither.
    pub fn id_of(self, raw: &Raw) -> String {
        match self {
            Self::Link => canonical(&address(&raw[Field::Url])),
            Self::Title => slug(&raw[Field::Title]),
        }
    }
}

impl FromStr for MakeIds {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "link" => Ok(Self::Link),
            "title" => Ok(Self::Title),
            _ => Err("one of link, title".into()),
        }
    }
}

/// Without what only says where the visitor comes from.
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
    fn an_id_of_a_link_does_not_depend_on_the_campaign() {
        for (link, expect) in [
            ("https://shop.example/lamp?utm_source=a&utm_medium=b#top", "https://shop.example/lamp"),
            ("https://shop.example/?p=3&gclid=x", "https://shop.example/?p=3"),
            ("javascript:alert(1)", ""),
            ("", ""),
        ] {
            let mut raw = Raw::new(1);
            raw.set(Field::Url, link);
            assert_eq!(MakeIds::Link.id_of(&raw), expect, "{link}");
        }
    }
}
