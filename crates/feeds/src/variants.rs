//! Variants of a product folded into one item: a visitor is recommended a shirt, not its sizes.
//!
//! The item has the id, words, address and picture of the product; where the feed has no row for the product, those of
//! its first variant, and the part of the title that all variants share. It has the lowest price, `price max` among the
//! attributes where prices differ, the sum of the stock, and of each attribute the values of all variants in the feed's
//! order. Must not know feeds.

mod title; // what the titles of variants share

use std::str::FromStr;

use super::clean::UNTOLD;
use nearmind_core::catalog::{Availability, Item};

/// What becomes of the variants of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Variants {
    /// One item a product.
    #[default]
    Fold,
    /// One item a variant, with the product's id as `group`.
    Keep,
}

impl FromStr for Variants {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "fold" => Ok(Self::Fold),
            "keep" => Ok(Self::Keep),
            _ => Err("one of fold, keep".into()),
        }
    }
}

/// Tags and attributes that an item may have.
pub const MOST: usize = 64;
/// Values of an attribute that an item lists.
pub const MOST_VALUES: usize = 32;
/// The highest price of the variants.
pub const HIGHEST_PRICE: &str = "price max";
/// The crossed-out price.
pub const LIST_PRICE: &str = "list price";
const BETWEEN: &str = ", ";

/// `item` takes in a variant of the same product. With `by_product` it has the words of the product itself, else those of
/// a variant, whose title has a size or a colour in it. `false` where an attribute has too many values to list them all.
pub fn fold(item: &mut Item, mut variant: Item, by_product: bool) -> bool {
    let mut all = true;
    let cheaper = variant.price.is_some_and(|price| item.price.is_none_or(|own| price < own));
    // The price that is crossed out is that of the price which stands.
    let crossed = variant.attributes.remove(LIST_PRICE);
    if cheaper {
        item.attributes.remove(LIST_PRICE);
        item.attributes.extend(crossed.map(|crossed| (LIST_PRICE.to_owned(), crossed)));
    }
    let highest = |item: &Item| item.attributes.get(HIGHEST_PRICE).and_then(|text| text.parse().ok()).or(item.price);
    let highest = [highest(item), highest(&variant)].into_iter().flatten().reduce(f64::max);
    item.price = [item.price, variant.price].into_iter().flatten().reduce(f64::min);
    if item.currency.is_empty() {
        item.currency = variant.currency;
    }
    item.stock = match (item.stock, variant.stock) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    };
    item.availability = best(item.availability, variant.availability);
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
        if item.tags.len() < MOST && !item.tags.contains(&tag) {
            item.tags.push(tag);
        }
    }
    for (lang, words) in variant.words {
        let lang = same_language(item, lang);
        let own = item.words.entry(lang).or_insert_with(|| words.clone());
        if !by_product && own.title != words.title {
            let options = [&item.attributes, &variant.attributes];
            own.title = title::shared(&own.title, &words.title, &options).unwrap_or_else(|| own.title.clone());
        }
        if own.description.is_empty() {
            own.description = words.description;
        }
        if own.categories.is_empty() {
            own.categories = words.categories;
        }
    }
    for (name, values) in variant.attributes {
        if item.attributes.len() >= MOST && !item.attributes.contains_key(&name) {
            all = false;
            continue;
        }
        let own = item.attributes.entry(name).or_default();
        for value in values.split(BETWEEN) {
            let mut known = own.split(BETWEEN);
            if own.is_empty() {
                *own = value.to_owned();
            } else if !known.any(|known| known == value) {
                if own.matches(BETWEEN).count() + 1 >= MOST_VALUES {
                    all = false;
                    break;
                }
                own.extend([BETWEEN, value]);
            }
        }
    }
    item.attributes.remove(HIGHEST_PRICE);
    if let Some(highest) = highest.filter(|highest| item.price.is_some_and(|price| price < *highest)) {
        item.attributes.insert(HIGHEST_PRICE.into(), highest.to_string());
    }
    all
}

/// The language of the item's own words that a variant's words in `lang` belong to. A text that is too short to tell is in
/// the language of the longer ones of the same product.
fn same_language(item: &mut Item, lang: String) -> String {
    let only = item.words.keys().next().filter(|_| item.words.len() == 1).cloned();
    match only {
        Some(only) if lang == UNTOLD => only,
        Some(only) if only == UNTOLD => {
            let words = item.words.remove(UNTOLD).unwrap_or_default();
            item.words.insert(lang.clone(), words);
            lang
        }
        _ => lang,
    }
}

/// A product can be bought if one of its variants can.
fn best(a: Option<Availability>, b: Option<Availability>) -> Option<Availability> {
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
        assert!(fold(&mut shirt, variant("M", 25.0, 3), false));
        assert!(fold(&mut shirt, variant("L", 18.0, 2), false));
        assert_eq!((shirt.price, shirt.stock), (Some(18.0), Some(5)));
        assert_eq!(shirt.availability, Some(Availability::InStock));
        assert_eq!(shirt.attributes["size"], "S, M, L");
        assert_eq!((shirt.attributes["color"].as_str(), shirt.attributes[HIGHEST_PRICE].as_str()), ("red", "25"));
    }

    #[test]
    fn a_short_title_is_in_the_language_of_its_product() {
        let words = |lang: &str, title: &str| {
            let words = Words { title: title.into(), ..Words::default() };
            Item { words: [(lang.to_owned(), words)].into(), ..Item::default() }
        };
        for (product, variant) in [(UNTOLD, "en"), ("en", UNTOLD), ("en", "en")] {
            let mut item = words(product, "Shirt");
            fold(&mut item, words(variant, "Shirt-S-Red"), true);
            let titles: Vec<_> = item.words.iter().map(|(lang, words)| (lang.as_str(), words.title.as_str())).collect();
            assert_eq!(titles, [("en", "Shirt")], "{product:?} and {variant:?}");
        }
    }

    #[test]
    fn ten_thousand_sizes_tags_and_attributes_are_not_listed() {
        let variant = |nth: u32| Item { attributes: [("size".to_owned(), nth.to_string())].into(), ..Item::default() };
        let mut item = variant(0);
        let listed = (1..10_000).filter(|&nth| fold(&mut item, variant(nth), false)).count();
        assert_eq!(listed, MOST_VALUES - 1);
        assert_eq!(item.attributes["size"].split(BETWEEN).count(), MOST_VALUES);
        let variant = |nth: u32| Item {
            tags: vec![nth.to_string()],
            attributes: [(format!("attribute {nth}"), nth.to_string())].into(),
            ..Item::default()
        };
        for nth in 0..10_000 {
            fold(&mut item, variant(nth), false);
        }
        assert_eq!((item.tags.len(), item.attributes.len()), (MOST, MOST));
    }
}
