//! How many pieces a shop has, as shop systems count them. Must not know whose table it is.

use crate::raw::{Field, Raw};

/// `pieces` are counted only if the stock is `tracked`: else there are always some. With `backorders` the product can be
/// ordered when there are none.
pub fn set_stock(raw: &mut Raw, pieces: &str, tracked: bool, backorders: bool) {
    if !tracked {
        raw.set(Field::Availability, "in stock");
        return;
    }
    raw.set(Field::Stock, pieces);
    if backorders && pieces.trim().parse::<f64>().is_ok_and(|pieces| pieces <= 0.0) {
        raw.set(Field::Availability, "backorder");
    }
}
