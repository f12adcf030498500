//! Attributes that stand together in one column or key, as pairs of a name and a value. The rule for them is that for
//! columns: what formats define, and what the shop names. Must not know where the pairs come from.

use super::object::{MOST_KEYS, Used};
use crate::{
    columns::{Columns, Meaning, describes_a_product, normal},
    raw::{Field, Raw},
};

/// Puts a pair where it belongs. The shop names it by its own name or with `column` before it: `details.glaze`.
pub fn put(raw: &mut Raw, column: &str, name: &str, value: &str, columns: &Columns, used: &mut Used) {
    let full = format!("{column}.{name}");
    let known = || match normal(name).as_str() {
        "brand" | "manufacturer" => Some(Meaning::Field(Field::Brand, u8::MAX)),
        name if describes_a_product(name) => Some(Meaning::Attribute(name.to_owned())),
        _ => None,
    };
    let meaning = columns.meaning_or(&full, || columns.meaning_or(name, known));
    super::assign::assign(raw, meaning.as_ref(), value);
    if used.get(&full).is_none_or(String::is_empty) && used.len() < MOST_KEYS {
        used.insert(full, super::assign::describe(meaning.as_ref()));
    }
}
