//! What is peculiar to the feeds of Heureka, Zboží and their like, whose names of elements are in the table: the days
//! until a product is sent, the country's currency, and the site's own name before the category.
//!
//! `https://sluzby.heureka.cz/napoveda/xml-feed/` describes the format. Must not know how products are read.

use super::element::Element;
use crate::raw::{Field, Raw};

/// Days until it is sent from which on a product is one to be ordered, not one in stock.
const ORDERED_FROM_DAYS: u32 = 31;
/// The country's own end of an address, and its currency: the feed names none.
const COUNTRIES: [(&str, &str); 2] = [("cz", "CZK"), ("sk", "EUR")];

/// What [`fill`] reads by itself.
pub const USED: [(&str, &str); 1] = [("delivery_date", "availability")];

pub fn is_product(product: Element) -> bool {
    product.local().eq_ignore_ascii_case("shopitem")
        || (product.child("productname").is_some() && product.child("price_vat").is_some())
}

pub fn fill(raw: &mut Raw, product: Element) {
    let days = product.child_text("delivery_date");
    if !days.is_empty() {
        // A date is that of a product that is to come.
        let soon = days.parse::<u32>().is_ok_and(|days| days < ORDERED_FROM_DAYS);
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
