//! Yandex Market's catalogue (YML): categories by id, titles in several parts, `available="false"` for products made to
//! order. The format is described in `https://yandex.ru/support/partnermarket/export/yml.html`. Must not know how products
//! are read.

use super::{categories::Categories, element::Element};
use crate::raw::{Field, RawRow};
use nearmind_core::catalog::item::PATH_SEPARATOR;

/// Former currency codes and the current ones of ISO 4217.
const FORMER_CURRENCIES: [(&str, &str); 2] = [("RUR", "RUB"), ("BYR", "BYN")];

/// The elements that [`fill`] reads, and the fields they are used for.
pub const USED: [(&str, &str); 5] = [
    ("categoryId", "category"),
    ("typePrefix", "title"),
    ("model", "title"),
    ("count", "stock"),
    ("disabled", "published"),
];

/// Adds a category: `<category id="2" parentId="1">Phones</category>`.
pub fn add_category(category: Element, categories: &mut Categories) {
    let get = |name: &str| category.attribute(name).unwrap_or_default();
    categories.add(get("id"), get("parentId"), category.text());
}

/// Fills in title, category, currency and availability. `raw` already has the values of elements with known names.
pub fn fill(raw: &mut RawRow, offer: Element, categories: &Categories) {
    let title = ["typePrefix", "vendor", "model"].map(|name| offer.child_text(name));
    let title: Vec<&str> = title.into_iter().filter(|part| !part.is_empty()).collect();
    raw.offer(Field::Title, u8::MAX, &title.join(" "));
    let path = categories.path(offer.child_text("categoryId"));
    raw.offer(Field::Category, 1, &path.join(PATH_SEPARATOR));
    if let Some((_, now)) = FORMER_CURRENCIES.iter().find(|(old, _)| *old == &raw[Field::Currency]) {
        raw.set(Field::Currency, *now);
    }
    match offer.attribute("available") {
        Some(available) if available.eq_ignore_ascii_case("false") => raw.set(Field::Availability, "made to order"),
        // A product without any information on stock is in stock.
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
