//! Yandex Market's catalogue (YML): categories by number, titles in parts, `available="false"` for what is made to
//! order. `https://yandex.ru/support/partnermarket/export/yml.html` describes it. Must not know how products are read.

use super::{categories::Categories, element::Element};
use crate::raw::{Field, Raw};
use nearmind_core::catalog::item::PATH_SEPARATOR;

/// Codes that are older than ISO 4217 has them now.
const CURRENCIES: [(&str, &str); 2] = [("RUR", "RUB"), ("BYR", "BYN")];

/// What [`fill`] reads by itself.
pub const USED: [(&str, &str); 5] = [
    ("categoryId", "category"),
    ("typePrefix", "title"),
    ("model", "title"),
    ("count", "stock"),
    ("disabled", "published"),
];

/// `<category id="2" parentId="1">Phones</category>`
pub fn learn(category: Element, categories: &mut Categories) {
    let get = |name: &str| category.attribute(name).unwrap_or_default();
    categories.add(get("id"), get("parentId"), category.text());
}

/// `raw` is what the names of the elements say already.
pub fn fill(raw: &mut Raw, offer: Element, categories: &Categories) {
    let title = ["typePrefix", "vendor", "model"].map(|name| offer.child_text(name));
    let title: Vec<&str> = title.into_iter().filter(|part| !part.is_empty()).collect();
    raw.offer(Field::Title, u8::MAX, &title.join(" "));
    let path = categories.path(offer.child_text("categoryId"));
    raw.offer(Field::Category, 1, &path.join(PATH_SEPARATOR));
    if let Some((_, now)) = CURRENCIES.iter().find(|(old, _)| *old == &raw[Field::Currency]) {
        raw.set(Field::Currency, *now);
    }
    match offer.attribute("available") {
        Some(said) if said.eq_ignore_ascii_case("false") => raw.set(Field::Availability, "made to order"),
        // What the shop does not say of stock is there.
        None if raw[Field::Availability].is_empty() && offer.child("count").is_none() => {
            raw.set(Field::Availability, "in stock");
        }
        _ => {}
    }
    raw.offer(Field::Stock, u8::MAX, offer.child_text("count"));
    if offer.child_text("disabled").eq_ignore_ascii_case("true") {
        raw.set(Field::Published, "hidden");
    }
}
