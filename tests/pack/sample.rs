//! A small catalogue with values in every column.

use nearmind_core::{
    catalog::{Availability, Catalog, Item, ItemText, ModelName, Relations, ScoreWeights, build_catalog},
    text::Dictionary,
};

/// The number of items, which is enough to learn the centring.
pub const ITEMS: usize = 36;

fn words(title: &str, description: &str, categories: &[&str]) -> ItemText {
    let categories = categories.iter().map(|step| (*step).to_owned()).collect();
    ItemText { title: title.into(), description: description.into(), categories }
}

fn item(nth: usize) -> Item {
    let (colour, thing) = (["red", "green", "blue"][nth % 3], ["kettle", "lamp", "tent", "scarf"][nth % 4]);
    let title = format!("A {colour} {thing}");
    let mut item = Item {
        id: format!("{thing}-{nth:02}"),
        url: format!("/p/{thing}-{nth:02}?ref=shelf"),
        image: format!("/pictures/{nth:02}.svg"),
        brand: ["Fellwind", "Paper Heron", ""][nth % 3].into(),
        price: [Some(19.99), Some(5.0), Some(1234.5), None, Some(0.1 + 0.2)][nth % 5],
        currency: "EUR".into(),
        availability: [None, Some(Availability::InStock), Some(Availability::OutOfStock), Some(Availability::Preorder)]
            [nth % 4],
        stock: [None, Some(0), Some(4_000_000_000)][nth % 3],
        rating: [None, Some(4.9), Some(3.25), Some(1.0 / 3.0)][nth % 4],
        rating_count: [None, Some(7)][nth % 2],
        date: [None, Some(20_000), Some(-3)][nth % 3],
        group: nth.is_multiple_of(6).then(|| format!("group of {thing}")),
        tags: ["gift", "winter", "gift"][..nth % 4].iter().map(|tag| (*tag).to_owned()).collect(),
        ..Item::default()
    };
    item.attributes.insert("color".into(), colour.into());
    if nth.is_multiple_of(7) {
        item.attributes.insert("care".into(), "Wipe it with a damp cloth. ".repeat(12));
    }
    item.words.insert("en".into(), words(&title, "For long evenings & short walks.", &["Home", thing]));
    if nth.is_multiple_of(2) {
        item.words.insert("zh".into(), words(&format!("{nth}号防水夹克"), "轻便、防水。", &["家居"]));
    }
    item
}

/// A catalogue with everything that a pack can contain.
pub fn catalog() -> Catalog {
    let vector = |nth: usize| (0..8).map(|at| ((nth * 7 + at * at * 3) % 11) as f32 - 4.0).collect();
    let items = (0..ITEMS).map(|nth| (item(nth), vector(nth))).collect();
    let dictionary = Dictionary { words: vec![("夹克".to_owned(), 900), ("防水".to_owned(), 800)] };
    let next = (0..ITEMS as u32).map(|row| vec![((row + 1) % ITEMS as u32, 0.5), ((row + 5) % ITEMS as u32, 0.25)]);
    let relations = Relations::new((0..ITEMS as u32).collect(), next.collect(), 8);
    let model = ModelName { name: "a small model".into(), digest: "00".repeat(32) };
    let mut catalog = build_catalog(items, dictionary, model);
    catalog.relations = Some(relations);
    catalog.score_weights =
        ScoreWeights { cooccurrence: 3.0, words: 0.0, brand: 0.0, category: 0.0, ..ScoreWeights::default() };
    catalog
}
