//! Attributes in one column or key, as pairs of name and value. The rule is the same as for columns: only attributes that
//! formats define or that the shop names. Must not know where the pairs come from.

use super::object::{ColumnUses, MAX_KEYS};
use crate::{
    columns::{ColumnMap, Meaning, is_product_attribute, normalize_name},
    raw::{Field, RawRow},
};

/// Assigns a pair. The shop can name it by its own name or prefixed with `column`, as in `details.glaze`.
pub fn assign_pair(
    raw: &mut RawRow,
    column: &str,
    name: &str,
    value: &str,
    columns: &ColumnMap,
    used: &mut ColumnUses,
) {
    let full = format!("{column}.{name}");
    let default = || match normalize_name(name).as_str() {
        "brand" | "manufacturer" => Some(Meaning::Field(Field::Brand, u8::MAX)),
        name if is_product_attribute(name) => Some(Meaning::Attribute(name.to_owned())),
        _ => None,
    };
    let meaning = columns.meaning_or(&full, || columns.meaning_or(name, default));
    super::assign::assign(raw, meaning.as_ref(), value);
    if used.get(&full).is_none_or(String::is_empty) && used.len() < MAX_KEYS {
        used.insert(full, super::assign::describe(meaning.as_ref()));
    }
}
