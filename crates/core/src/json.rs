//! Reading JSON and numbers in few bytes of code, since every visitor downloads it: each type is compiled for one reader
//! instead of three. Must not know what is read.

use serde::{Deserialize, de::DeserializeOwned, de::Error as _};
use serde_json::{Error, Value};

/// Reads a part of a request, which pages give as a JSON value or as JSON text.
pub fn from_value_or_text<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    match value {
        Value::String(text) => from_text(text),
        value => serde_json::from_value(value.clone()),
    }
}

/// Reads JSON text by way of [`Value`], as other parts of requests are read.
pub fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_value(serde_json::from_str(text)?)
}

/// Reads a file.
pub fn from_bytes<'a, T: Deserialize<'a>>(file: &'a [u8]) -> Result<T, Error> {
    serde_json::from_str(str::from_utf8(file).map_err(Error::custom)?)
}

/// Returns the number that a text consists of, such as `8`, `08`, `-1.5` or `2e3`. `None` for any other text. The standard
/// library's parser has tables of 10 KB.
pub fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let mut digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    while digits.starts_with('0') && digits[1..].starts_with(|next: char| next.is_ascii_digit()) {
        digits = &digits[1..]; // JSON has no leading zeros
    }
    let is_number = digits.starts_with(|first: char| first.is_ascii_digit());
    let number: f64 = serde_json::from_str(digits).ok().filter(|_| is_number)?;
    Some(if text.starts_with('-') { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::parse_number;

    #[test]
    fn numbers_are_read_as_the_standard_library_does() {
        for cents in (0..200_000).step_by(7) {
            let text = format!("{}.{:02}", cents / 100, cents % 100);
            assert_eq!(parse_number(&text), text.parse().ok(), "{text}");
        }
        for text in ["8", "08", "000", "-0.5", "+42", " 7 ", "2e3", "1E-2"] {
            assert_eq!(parse_number(text), text.trim().parse().ok(), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in ["", "-", "--1", "- 1", "0x10", "1,5", "12 cm", "inf", "NaN", "null", "1e999", "-08 1"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }
}
