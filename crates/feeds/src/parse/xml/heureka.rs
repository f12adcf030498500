//! The specifics of feeds for Heureka, Zboží and similar sites: the days until delivery, the currency of the country, and the
//! name of the site before the category. Their element names are in the table.
//!
//! The format is described in `https://sluzby.heureka.cz/napoveda/xml-feed/`. Must not know how products are read.

use super::element::Element;
use crate::raw::{Field, RawRow};

/// From this many days until delivery on, a product counts as a preorder, not as in stock.
const PREORDER_FROM_DAYS: u32 = 31;
/// Top-level domains and the currency of their country, because the feeds do not name it.
const COUNTRIES: [(&str, &str); 2] = [("cz", "CZK"), ("sk", "EUR")];

/// The elements that [`fill`] reads, and the fields they are used for.
pub const USED: [(&str, &str); 1] = [("delivery_date", "availability")];

pub fn is_product(product: Element) -> bool {
    product.local().eq_ignore_ascii_case("shopitem")
        || (product.child("productname").is_some() && product.child("price_vat").is_some())
}

/// Fills in availability, category and currency.
pub fn fill(raw: &mut RawRow, product: Element) {
    let days = product.child_text("delivery_date");
    if !days.is_empty() {
        // A date instead of a number means a future product.
        let soon = days.parse::<u32>().is_ok_and(|days| days < PREORDER_FROM_DAYS);
        raw.offer(Field::Availability, u8::MAX, if soon { "in stock" } else { "preorder" });
    }
    let category = raw[Field::Category].to_owned();
    let (site, path) = category.split_once('|').unwrap_or((&category, ""));
    let site = site.trim().to_ascii_lowercase();
    let country = site.strip_prefix("heureka.").map(str::to_owned);
    if country.is_some() {
        raw.set(Field::Category, path.trim());
    }
    let country = country.as_deref().or_else(|| country_of(&raw[Field::Url]));
    if let Some((_, currency)) = COUNTRIES.iter().find(|(own, _)| Some(*own) == country) {
        raw.offer(Field::Currency, u8::MAX, currency);
    }
}

/// `https://www.shop.cz/x` -> `cz`
fn country_of(address: &str) -> Option<&str> {
    let host = address.split_once("://")?.1.split(['/', '?', ':']).next()?;
    host.rsplit_once('.').map(|(_, country)| country)
}
