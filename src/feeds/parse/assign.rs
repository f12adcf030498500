//! A value put where its column or key belongs. Must not know whose feed it is from.

use crate::feeds::{columns::Meaning, raw::Raw};

/// What is made of a column, for the report.
pub fn describe(meaning: &Meaning) -> String {
    match meaning {
        Meaning::Field(field, _) | Meaning::PriceIn(field, _) => format!("{field:?}").to_lowercase(),
        Meaning::Tags => "tags".into(),
        Meaning::Attribute(name) => format!("attribute {name}"),
    }
}

/// Puts a value where its column belongs; `column` as [`normal`](crate::feeds::columns::normal) makes it.
pub fn assign(raw: &mut Raw, column: &str, meaning: Option<&Meaning>, value: &str, google: bool) {
    match meaning {
        Some(Meaning::Field(field, rank)) => raw.offer(*field, *rank, value),
        Some(Meaning::PriceIn(field, code)) if value.bytes().any(|byte| byte.is_ascii_digit()) => {
            raw.offer(*field, u8::MAX, &format!("{value} {code}"));
        }
        Some(Meaning::PriceIn(field, _)) => raw.offer(*field, u8::MAX, value),
        Some(Meaning::Tags) => raw.tags.extend(value.split(',').map(str::to_owned)),
        Some(Meaning::Attribute(name)) => raw.attribute(name, value),
        None => {
            if is_attribute(column, google) && says_something(value) {
                raw.attribute(column, value);
            }
        }
    }
}

/// Google's feeds have dozens of columns for its own bids and taxes: of these only what describes a product counts.
pub fn is_attribute(name: &str, google: bool) -> bool {
    const GOOGLE: [&str; 12] = [
        "color",
        "size",
        "material",
        "pattern",
        "gender",
        "age group",
        "condition",
        "size type",
        "size system",
        "product highlight",
        "product detail",
        "energy efficiency class",
    ];
    !google || GOOGLE.contains(&name)
}

/// Addresses, long texts and codes are no attribute that a visitor would filter by.
pub fn says_something(value: &str) -> bool {
    let value = value.trim();
    !value.is_empty() && value.len() <= 120 && !value.starts_with("http") && !value.starts_with(['{', '['])
}
