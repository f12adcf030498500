//! Stock as shop systems count it. Must not know which shop system a table is from.

use crate::raw::{Field, RawRow};

/// Sets the stock to `pieces` if it is `tracked`; an untracked product is always in stock. With `backorders` the product can
/// be ordered when there are no pieces left.
pub fn set_stock(raw: &mut RawRow, pieces: &str, tracked: bool, backorders: bool) {
    if !tracked {
        raw.set(Field::Availability, "in stock");
        return;
    }
    raw.set(Field::Stock, pieces);
    if backorders && pieces.trim().parse::<f64>().is_ok_and(|pieces| pieces <= 0.0) {
        raw.set(Field::Availability, "backorder");
    }
}
