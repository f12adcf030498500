//! Texts of a feed understood: plain text, prices, dates, languages, words for stock and yes.
//!
//! Each is a pure function of a text. Must not know rows.

pub mod date; //  days since 1970
pub mod lang; //  the language of a text
pub mod price; // amounts and currencies
pub mod text; //  HTML and odd characters -> plain text

use crate::catalog::Availability;

/// The vocabularies of Google, schema.org, Shopify and WooCommerce, and plain yes and no.
pub fn availability(text: &str) -> Option<Availability> {
    let word = text.trim().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
    match word.as_str() {
        "instock"
        | "true"
        | "yes"
        | "1"
        | "available"
        | "onlineonly"
        | "instoreonly"
        | "limitedavailability"
        | "y"
        | "有货"
        | "现货"
        | "in" => Some(Availability::InStock),
        "outofstock" | "false" | "no" | "0" | "soldout" | "discontinued" | "unavailable" | "n" | "缺货" | "无货"
        | "售罄" | "out" => Some(Availability::OutOfStock),
        "preorder" | "presale" | "backorder" | "onbackorder" | "madetoorder" | "预售" | "notify" => {
            Some(Availability::Preorder)
        }
        _ => None,
    }
}

/// Whether the shop shows the product: `None` where the text says nothing of it.
pub fn published(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "active" | "publish" | "published" | "visible" | "catalog" => Some(true),
        "false" | "0" | "-1" | "no" | "draft" | "archived" | "private" | "hidden" | "pending" | "trash" => Some(false),
        _ => None,
    }
}

/// A count such as `1,204` or `12.0`. `None` for what is negative or none.
pub fn count(text: &str) -> Option<u32> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}')).collect();
    let number: f64 = digits.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number.min(f64::from(u32::MAX)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabularies_of_stock_are_one() {
        use Availability::{InStock, OutOfStock, Preorder};
        for (text, expect) in [
            ("in_stock", Some(InStock)),
            ("in stock", Some(InStock)),
            ("https://schema.org/InStock", Some(InStock)),
            ("http://schema.org/OutOfStock", Some(OutOfStock)),
            ("SoldOut", Some(OutOfStock)),
            ("true", Some(InStock)),
            ("0", Some(OutOfStock)),
            ("backorder", Some(Preorder)),
            ("PreOrder", Some(Preorder)),
            ("有货", Some(InStock)),
            ("perhaps", None),
            ("", None),
        ] {
            assert_eq!(availability(text), expect, "{text}");
        }
    }

    #[test]
    fn counts_are_whole_and_not_negative() {
        for (text, expect) in
            [("12", Some(12)), ("1,204", Some(1204)), ("3.0", Some(3)), ("-1", None), ("NaN", None), ("many", None)]
        {
            assert_eq!(count(text), expect, "{text}");
        }
    }
}
