//! Checks the catalogue and the pictures of the demo shop. Must not know how they are ranked or shown.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
};

use nearmind_core::catalog::item::Item;

const SITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/demo");
const LANGUAGES: [&str; 2] = ["en", "zh"];

fn items() -> Vec<Item> {
    let lines = fs::read_to_string(Path::new(SITE).join("shop/items.jsonl")).expect("the catalogue is checked in");
    lines.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

#[test]
fn the_shop_is_large_enough_to_judge_lists_by_eye() {
    let items = items();
    let ids: BTreeSet<&str> = items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids.len(), items.len(), "ids are unique");
    assert!(items.len() >= 240, "{} products", items.len());
    for language in LANGUAGES {
        let mut sizes: HashMap<&str, usize> = HashMap::new();
        for item in &items {
            *sizes.entry(item.words[language].category()).or_default() += 1;
        }
        assert!(sizes.len() >= 12, "{} categories in {language}", sizes.len());
        assert!(sizes.values().all(|&size| size >= 8), "a category with too few items for neighbours: {sizes:?}");
    }
}

#[test]
fn every_product_is_described_in_both_languages() {
    let mut undescribed = 0;
    for item in items() {
        for language in LANGUAGES {
            let words = item.words.get(language).unwrap_or_else(|| panic!("{} has no {language}", item.id));
            assert!(!words.title.trim().is_empty() && !words.category().trim().is_empty(), "{} in {language}", item.id);
        }
        let (en, zh) = (&item.words["en"], &item.words["zh"]);
        assert!(zh.title.contains(is_han) && zh.category().contains(is_han), "{} has a Chinese title", item.id);
        assert!(
            !format!("{}{}{}", en.title, en.description, en.category()).contains(is_han),
            "{} has Chinese in its English texts",
            item.id
        );
        assert_eq!(en.description.is_empty(), zh.description.is_empty(), "{} is described in one language", item.id);
        if en.description.is_empty() {
            undescribed += 1;
            continue;
        }
        assert!((25..=60).contains(&en.description.split_whitespace().count()), "{}: {}", item.id, en.description);
        assert!((40..=95).contains(&zh.description.chars().count()), "{}: {}", item.id, zh.description);
    }
    assert!(undescribed <= 3, "{undescribed} products without a description");
}

#[test]
fn prices_are_positive_and_of_one_currency() {
    let items = items();
    for item in &items {
        assert!(item.price.is_none_or(|price| price > 0.0 && price.is_finite()), "{}: {:?}", item.id, item.price);
        assert_eq!(item.currency, "USD", "{}", item.id);
        assert!(!item.brand.is_empty(), "{}", item.id);
        assert_eq!(item.url, format!("product.html?item={}", item.id));
    }
    assert!(items.iter().filter(|item| item.price.is_none()).count() <= 3);
}

#[test]
fn every_product_has_its_own_picture_without_active_parts() {
    let mut seen: HashMap<String, String> = HashMap::new();
    for item in items() {
        let file = Path::new(SITE).join(&item.image);
        let svg = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", item.image));
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{}", item.image);
        for banned in ["<script", "<style", " style=", " on", "href", "url(", "<image", "<foreignObject", "$"] {
            assert!(!svg.contains(banned), "{} contains `{banned}`", item.image);
        }
        if let Some(twin) = seen.insert(svg, item.id.clone()) {
            panic!("{} and {twin} have the same picture", item.id);
        }
    }
}

#[test]
fn the_catalogue_has_difficult_products() {
    let items = items();
    let any_title = |is_such: &dyn Fn(&str) -> bool| items.iter().any(|item| is_such(&item.words["en"].title));
    assert!(any_title(&|t| ['&', '<', '"', '\''].iter().all(|&c| t.contains(c))), "markup in a title");
    assert!(any_title(&|t| t.chars().count() > 120), "a very long title");
    assert!(any_title(&|t| t.contains(|c| c > '\u{1f000}')), "an emoji in a title");
    assert!(items.iter().any(|item| item.price.is_none()), "a product without a price");
    assert!(items.iter().any(|item| item.words["en"].description.is_empty()), "a product without a description");
}
