//! A JSON value as the text of one field. Must not know which field.

use serde_json::Value;

/// Stands for a bare `NaN`; no feed has it, because it begins with a character for private use.
pub const NOT_A_NUMBER: &str = "\u{e000}NaN";

/// A scalar as text; of a list or an object what names or shows it.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) if text == NOT_A_NUMBER => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Null => String::new(),
        Value::Array(values) => values.first().map(text).unwrap_or_default(),
        Value::Object(object) => {
            let keys = ["name", "src", "url", "value", "title", "@id", "id"];
            keys.iter().find_map(|key| object.get(*key)).map(text).unwrap_or_default()
        }
    }
}
