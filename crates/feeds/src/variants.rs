//! Folds the variants of a product into one item, so that a shirt is recommended once and not in every size.
//!
//! The item has the id, texts, link and picture of the product. If the feed has no row for the product, they are those of
//! its first variant, with the part of the title that all variants share. The item has the lowest price, the attribute
//! `price max` if prices differ, the sum of the stock, and the attribute values of all variants in feed order. Must not know
//! feeds.

mod title; // the title that variants share

use std::{collections::BTreeMap, str::FromStr};

use super::clean::UNKNOWN_LANG;
use nearmind_core::catalog::{Availability, Item};

/// How the variants of a product become items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Variants {
    /// One item per product.
    #[default]
    Fold,
    /// One item per variant, with the id of the product as `group`.
    Keep,
}

impl FromStr for Variants {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "fold" => Ok(Self::Fold),
            "keep" => Ok(Self::Keep),
            _ => Err(format!("unknown value {name:?}; use one of fold, keep")),
        }
    }
}

/// The maximum number of tags, and of attributes, of an item.
pub const MAX_TAGS_OR_ATTRIBUTES: usize = 64;
/// The maximum number of values of an attribute.
pub const MAX_VALUES: usize = 32;
/// The attribute for the highest price of the variants.
pub const MAX_PRICE_ATTRIBUTE: &str = "price max";
/// The attribute for the crossed-out price.
pub const LIST_PRICE_ATTRIBUTE: &str = "list price";
const VALUE_SEPARATOR: &str = ", ";

/// Folds a variant into the item of the same product. With `by_product` the item has the texts of the product itself, else
/// those of a variant, whose title may contain a size or colour. Returns `false` if some values did not fit.
pub fn fold_variant(item: &mut Item, mut variant: Item, by_product: bool) -> bool {
    let cheaper = variant.price.is_some_and(|price| item.price.is_none_or(|own| price < own));
    // Keep the list price that belongs to the lower price.
    let crossed = variant.attributes.remove(LIST_PRICE_ATTRIBUTE);
    if cheaper {
        item.attributes.remove(LIST_PRICE_ATTRIBUTE);
        item.attributes.extend(crossed.map(|crossed| (LIST_PRICE_ATTRIBUTE.to_owned(), crossed)));
    }
    let highest =
        |item: &Item| item.attributes.get(MAX_PRICE_ATTRIBUTE).and_then(|text| text.parse().ok()).or(item.price);
    let highest = [highest(item), highest(&variant)].into_iter().flatten().reduce(f64::max);
    item.price = [item.price, variant.price].into_iter().flatten().reduce(f64::min);
    if item.currency.is_empty() {
        item.currency = variant.currency;
    }
    item.stock = match (item.stock, variant.stock) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    };
    item.availability = better_availability(item.availability, variant.availability);
    item.rating = item.rating.or(variant.rating);
    item.rating_count = item.rating_count.or(variant.rating_count);
    item.date = item.date.or(variant.date);
    for (own, other) in
        [(&mut item.url, variant.url), (&mut item.image, variant.image), (&mut item.brand, variant.brand)]
    {
        if own.is_empty() {
            *own = other;
        }
    }
    for tag in variant.tags {
        if item.tags.len() < MAX_TAGS_OR_ATTRIBUTES && !item.tags.contains(&tag) {
            item.tags.push(tag);
        }
    }
    for (lang, words) in variant.words {
        let lang = same_language(item, lang);
        let own = item.words.entry(lang).or_insert_with(|| words.clone());
        if !by_product && own.title != words.title {
            let options = [&item.attributes, &variant.attributes];
            own.title = title::shared_title(&own.title, &words.title, &options).unwrap_or_else(|| own.title.clone());
        }
        if own.description.is_empty() {
            own.description = words.description;
        }
        if own.categories.is_empty() {
            own.categories = words.categories;
        }
    }
    let complete = merge_attributes(&mut item.attributes, variant.attributes);
    item.attributes.remove(MAX_PRICE_ATTRIBUTE);
    if let Some(highest) = highest.filter(|highest| item.price.is_some_and(|price| price < *highest)) {
        item.attributes.insert(MAX_PRICE_ATTRIBUTE.into(), highest.to_string());
    }
    complete
}

/// Adds the attribute values of a variant that an item does not have yet. Returns `false` if some values did not fit.
fn merge_attributes(item: &mut BTreeMap<String, String>, variant: BTreeMap<String, String>) -> bool {
    let mut complete = true;
    for (name, values) in variant {
        if item.len() >= MAX_TAGS_OR_ATTRIBUTES && !item.contains_key(&name) {
            complete = false;
            continue;
        }
        let own = item.entry(name).or_default();
        for value in values.split(VALUE_SEPARATOR) {
            let mut existing = own.split(VALUE_SEPARATOR);
            if own.is_empty() {
                *own = value.to_owned();
            } else if !existing.any(|existing| existing == value) {
                if own.matches(VALUE_SEPARATOR).count() + 1 >= MAX_VALUES {
                    complete = false;
                    break;
                }
                own.extend([VALUE_SEPARATOR, value]);
            }
        }
    }
    complete
}

/// Returns the language of the item's texts that a variant's texts in `lang` belong to. A text that is too short for
/// detection is assumed to be in the language of the product's longer texts.
fn same_language(item: &mut Item, lang: String) -> String {
    let only = item.words.keys().next().filter(|_| item.words.len() == 1).cloned();
    match only {
        Some(only) if lang == UNKNOWN_LANG => only,
        Some(only) if only == UNKNOWN_LANG => {
            let words = item.words.remove(UNKNOWN_LANG).unwrap_or_default();
            item.words.insert(lang.clone(), words);
            lang
        }
        _ => lang,
    }
}

/// The better availability: a product can be bought if one of its variants can.
fn better_availability(a: Option<Availability>, b: Option<Availability>) -> Option<Availability> {
    let order = |availability: &Availability| match availability {
        Availability::InStock => 0,
        Availability::Preorder => 1,
        Availability::OutOfStock => 2,
    };
    [a, b].into_iter().flatten().min_by_key(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nearmind_core::catalog::Words;

    #[test]
    fn a_product_has_the_range_of_its_variants() {
        let variant = |size: &str, price: f64, stock: u32| Item {
            id: "shirt".into(),
            price: Some(price),
            stock: Some(stock),
            availability: Some(if stock > 0 { Availability::InStock } else { Availability::OutOfStock }),
            attributes: [("size".to_owned(), size.to_owned()), ("color".into(), "red".into())].into(),
            ..Item::default()
        };
        let mut shirt = variant("S", 20.0, 0);
        assert!(fold_variant(&mut shirt, variant("M", 25.0, 3), false));
        assert!(fold_variant(&mut shirt, variant("L", 18.0, 2), false));
        assert_eq!((shirt.price, shirt.stock), (Some(18.0), Some(5)));
        assert_eq!(shirt.availability, Some(Availability::InStock));
        assert_eq!(shirt.attributes["size"], "S, M, L");
        assert_eq!((shirt.attributes["color"].as_str(), shirt.attributes[MAX_PRICE_ATTRIBUTE].as_str()), ("red", "25"));
    }

    #[test]
    fn a_short_title_is_in_the_language_of_its_product() {
        let words = |lang: &str, title: &str| {
            let words = Words { title: title.into(), ..Words::default() };
            Item { words: [(lang.to_owned(), words)].into(), ..Item::default() }
        };
        for (product, variant) in [(UNKNOWN_LANG, "en"), ("en", UNKNOWN_LANG), ("en", "en")] {
            let mut item = words(product, "Shirt");
            fold_variant(&mut item, words(variant, "Shirt-S-Red"), true);
            let titles: Vec<_> = item.words.iter().map(|(lang, words)| (lang.as_str(), words.title.as_str())).collect();
            assert_eq!(titles, [("en", "Shirt")], "{product:?} and {variant:?}");
        }
    }

    #[test]
    fn ten_thousand_sizes_tags_and_attributes_are_limited() {
        let variant = |nth: u32| Item { attributes: [("size".to_owned(), nth.to_string())].into(), ..Item::default() };
        let mut item = variant(0);
        let listed = (1..10_000).filter(|&nth| fold_variant(&mut item, variant(nth), false)).count();
        assert_eq!(listed, MAX_VALUES - 1);
        assert_eq!(item.attributes["size"].split(VALUE_SEPARATOR).count(), MAX_VALUES);
        let variant = |nth: u32| Item {
            tags: vec![nth.to_string()],
            attributes: [(format!("attribute {nth}"), nth.to_string())].into(),
            ..Item::default()
        };
        for nth in 0..10_000 {
            fold_variant(&mut item, variant(nth), false);
        }
        assert_eq!((item.tags.len(), item.attributes.len()), (MAX_TAGS_OR_ATTRIBUTES, MAX_TAGS_OR_ATTRIBUTES));
    }
}
