//! The product in a page's Open Graph data: `og:` and `product:` in the head, as listed in
//! `https://developers.facebook.com/docs/marketing-api/catalog/guides/microdata-tags`. Must not know the rest of the page.

use super::page::Page;
use crate::raw::{Field, RawRow};

const FIELDS: [(Field, &[&str]); 15] = [
    (Field::Id, &["product:retailer_item_id"]),
    (Field::Group, &["product:item_group_id"]),
    (Field::Title, &["og:title", "twitter:title"]),
    (Field::Description, &["og:description", "description"]),
    (Field::Url, &["og:url"]),
    (Field::Image, &["og:image:secure_url", "og:image", "og:image:url", "twitter:image"]),
    (Field::Brand, &["product:brand", "og:brand"]),
    (Field::Category, &["product:category"]),
    (Field::Price, &["product:price:amount", "og:price:amount", "product:price"]),
    (Field::SalePrice, &["product:sale_price:amount", "product:sale_price"]),
    (Field::ListPrice, &["product:original_price:amount"]),
    (Field::Currency, &["product:price:currency", "og:price:currency", "product:sale_price:currency"]),
    (Field::Availability, &["product:availability", "og:availability"]),
    (Field::Stock, &["product:quantity"]),
    (Field::Lang, &["og:locale"]),
];
const ATTRIBUTES: [&str; 4] = ["color", "size", "material", "condition"];

/// Returns the product of the page; `None` if the page is not about a product.
pub fn read_product(row: u64, page: &Page) -> Option<RawRow> {
    let is_product = page.meta("og:type").to_ascii_lowercase().contains("product");
    if !is_product && page.meta("product:price:amount").is_empty() {
        return None;
    }
    let mut raw = RawRow::new(row);
    for (field, names) in FIELDS {
        for (rank, name) in (1..).zip(names) {
            // Use only one description: several would be joined, and these are mostly the same.
            if field != Field::Description || raw[field].is_empty() {
                raw.offer(field, rank, page.meta(name));
            }
        }
    }
    raw.offer(Field::Title, u8::MAX, &page.title);
    for address in [page.canonical.as_str(), page.meta("og:url")] {
        raw.offer(Field::Id, u8::MAX, address);
        raw.offer(Field::Url, u8::MAX, address);
    }
    match raw[Field::Availability].to_ascii_lowercase().as_str() {
        "oos" => raw.set(Field::Availability, "out of stock"),
        "pending" | "available for order" => raw.set(Field::Availability, "preorder"),
        _ => {}
    }
    for name in ATTRIBUTES {
        raw.add_attribute(name, page.meta(&format!("product:{name}")));
    }
    Some(raw)
}
