//! Assigns values to the fields that their column or key means. Must not know which shop system a feed is from.

use serde_json::Value;

use super::scalar::address;
use crate::{
    columns::Meaning,
    raw::{Field, RawRow},
    value,
};

/// Describes how a column is used, for the report; empty if it is left out.
pub fn describe(meaning: Option<&Meaning>) -> String {
    match meaning {
        None => String::new(),
        Some(Meaning::Field(field, _) | Meaning::PriceIn(field, _)) => format!("{field:?}").to_lowercase(),
        Some(Meaning::Tags) => "tags".into(),
        Some(Meaning::Attribute(name)) => format!("attribute {name}"),
        Some(Meaning::LinkPart(_)) => "link".into(),
        Some(Meaning::Several(all)) => {
            all.iter().map(|meaning| describe(Some(meaning))).collect::<Vec<_>>().join(" and ")
        }
    }
}

/// Assigns a value by the meaning of its column; does nothing without a meaning.
pub fn assign(raw: &mut RawRow, meaning: Option<&Meaning>, value: &str) {
    match meaning {
        None => {}
        Some(Meaning::Field(Field::Image, rank)) => raw.offer(Field::Image, *rank, &first_image(value)),
        // "Published" is a date in some feeds and yes or no in others.
        Some(Meaning::Field(Field::Date, _)) if value::parse_published(value).is_some() => {
            raw.offer(Field::Published, 1, value);
        }
        Some(Meaning::Field(field, rank)) => raw.offer(*field, *rank, value),
        Some(Meaning::PriceIn(field, code)) if value.bytes().any(|byte| byte.is_ascii_digit()) => {
            raw.offer(*field, u8::MAX, &format!("{value} {code}"));
        }
        Some(Meaning::PriceIn(field, _)) => raw.offer(*field, u8::MAX, value),
        _ if value.trim().is_empty() => {}
        Some(Meaning::Tags) => raw.tags.extend(value.split(',').map(str::to_owned)),
        Some(Meaning::Attribute(name)) => raw.add_attribute(name, value),
        Some(Meaning::LinkPart(name)) => raw.link_parts.push((name.clone(), value.trim().to_owned())),
        Some(Meaning::Several(all)) => all.iter().for_each(|meaning| assign(raw, Some(meaning), value)),
    }
}

/// The first address of a list of pictures: JSON in a cell, or addresses with separators between them.
pub fn first_image(value: &str) -> String {
    let value = value.trim();
    if value.starts_with(['[', '{'])
        && let Ok(json) = serde_json::from_str::<Value>(value)
    {
        return address(&json);
    }
    // An address may contain commas, but a second address begins only after a separator.
    let separated = |(at, _): &(usize, &str)| value[..*at].ends_with([',', ';', '|', '\n', '\t', ' ']);
    let second = |scheme: &&str| value.match_indices(*scheme).find(separated).map(|(at, _)| at);
    let end = ["http://", "https://", "//"].iter().filter_map(second).min().unwrap_or(value.len());
    value[..end].trim_end_matches([',', ';', '|', ' ', '\n', '\r', '\t']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_several_pictures_is_taken() {
        for (cell, expect) in [
            ("https://a.example/1.jpg", "https://a.example/1.jpg"),
            ("https://a.example/1.jpg, https://a.example/2.jpg", "https://a.example/1.jpg"),
            ("https://a.example/1.jpg;https://a.example/2.jpg", "https://a.example/1.jpg"),
            ("https://a.example/1.jpg\nhttps://a.example/2.jpg", "https://a.example/1.jpg"),
            ("//a.example/1.jpg|//a.example/2.jpg", "//a.example/1.jpg"),
            ("https://a.example/w_20,h_30/1.jpg", "https://a.example/w_20,h_30/1.jpg"),
            ("https://a.example/?of=https://b.example/1.jpg", "https://a.example/?of=https://b.example/1.jpg"),
            (r#"["https://a.example/1.jpg", "https://a.example/2.jpg"]"#, "https://a.example/1.jpg"),
            (r#"[{"name": "front", "url": "https://a.example/1.jpg"}]"#, "https://a.example/1.jpg"),
            ("[]", ""),
            ("img/1.jpg", "img/1.jpg"),
        ] {
            assert_eq!(first_image(cell), expect, "{cell}");
        }
    }
}
