//! Converts JSON values into the text of one field. Must not know which field.

use serde_json::{Map, Value};

/// Stands for a bare `NaN`. No feed contains it, because it begins with a private-use character.
pub const NOT_A_NUMBER: &str = "\u{e000}NaN";

/// A scalar as text; for a list or an object, the text of its name, address, value or id.
pub fn text(value: &Value) -> String {
    first_text(value, &["name", "src", "url", "value", "title", "rendered", "@id", "id"])
}

/// The address of a picture or page, as a text, in an object, or in a list of either; lists have the main one first.
pub fn address(value: &Value) -> String {
    const KEYS: [&str; 14] = [
        "src",
        "url",
        "image_url",
        "imageUrl",
        "contentUrl",
        "link",
        "href",
        "original",
        "original_url",
        "large",
        "large_url",
        "source",
        "preview",
        "@id",
    ];
    if value.is_number() || value.is_boolean() { String::new() } else { first_text(value, &KEYS) }
}

fn first_text(value: &Value, keys: &[&str]) -> String {
    match value {
        Value::String(text) if text == NOT_A_NUMBER => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Null => String::new(),
        Value::Array(values) => {
            values.iter().map(|value| first_text(value, keys)).find(|text| !text.is_empty()).unwrap_or_default()
        }
        Value::Object(object) => {
            let named = keys.iter().filter_map(|key| object.get(*key)).map(|value| first_text(value, keys));
            named.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
        }
    }
}

/// The text of the first of these keys that has any.
pub fn get(object: &Map<String, Value>, keys: &[&str]) -> String {
    keys.iter().filter_map(|key| object.get(*key)).map(text).find(|text| !text.is_empty()).unwrap_or_default()
}

/// The objects in the list under a key; none if there is no list.
pub fn objects<'v>(object: &'v Map<String, Value>, key: &str) -> impl Iterator<Item = &'v Map<String, Value>> {
    object.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

/// Converts an amount in the smallest unit of a currency with `digits` decimals: `1999` becomes `19.99`.
pub fn from_minor_units(amount: &str, digits: usize) -> String {
    let whole: String = amount.trim().chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
    if digits == 0 || digits > 4 || whole.is_empty() {
        return whole;
    }
    let padded = format!("{whole:0>width$}", width = digits + 1);
    let (units, cents) = padded.split_at(padded.len() - digits);
    format!("{units}.{cents}")
}

/// The number of decimals of a currency; ISO 4217.
pub fn minor_digits(currency: &str) -> usize {
    match currency.to_ascii_uppercase().as_str() {
        "CLP" | "ISK" | "JPY" | "KRW" | "PYG" | "UGX" | "VND" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_cents_are_converted() {
        for (amount, digits, expect) in [
            ("1999", 2, "19.99"),
            ("5", 2, "0.05"),
            ("1200", 0, "1200"),
            ("1234", 3, "1.234"),
            ("", 2, ""),
            ("0", 2, "0.00"),
        ] {
            assert_eq!(from_minor_units(amount, digits), expect, "{amount}");
        }
    }

    #[test]
    fn the_address_of_a_picture_is_not_its_name() {
        let images = serde_json::json!([{"id": 1, "name": "hat.jpg", "src": "https://a.example/hat.jpg"}, "b.jpg"]);
        assert_eq!((address(&images), text(&images)), ("https://a.example/hat.jpg".into(), "hat.jpg".to_owned()));
        assert_eq!(address(&serde_json::json!(["", "a.jpg"])), "a.jpg");
    }
}
