//! Adds a part of one's own to the scores: cheap items first, other things being equal.
//!
//! ```sh
//! cargo run --example scorer
//! ```

use nearmind_core::{
    catalog::{Item, ItemText, ModelName, build_catalog},
    profile::{
        ContentScorer, EventName, History, Overrides, SimilarityCache, SimilaritySettings, Source,
        weights::EventWeights,
    },
    rank::build_scorer,
    text::Dictionary,
    vectors::{Metric, arithmetic::normalize},
};

/// How much a score falls for each unit of the currency.
const PER_UNIT: f32 = 0.01;

fn main() {
    // Three teas and a pan, with made-up vectors of two dimensions.
    let products = [
        ("sencha", 9.5, [1.0, 0.1]),
        ("gyokuro", 32.0, [1.0, 0.2]),
        ("bancha", 6.0, [0.9, 0.3]),
        ("pan", 40.0, [0.0, 1.0]),
    ];
    let items = products.map(|(id, price, mut vector)| {
        normalize(&mut vector);
        let text = ItemText { title: id.to_owned(), ..ItemText::default() };
        let words = [("en".to_owned(), text)].into();
        (Item { id: id.to_owned(), price: Some(price), words, ..Item::default() }, vector.to_vec())
    });
    let catalog = build_catalog(items.into(), Dictionary::default(), ModelName::default());

    // The visitor has looked at one tea.
    let row = |id: &str| catalog.row(id).expect("it is in the catalogue");
    let history = History::from_interactions([(row("sencha"), EventName::ViewItem)]);
    let profile = history.build_profile(&EventWeights::default(), 0.0, &Overrides::default(), &[]);
    let weights = catalog.score_weights;
    let settings = SimilaritySettings {
        metric: Metric::Cosine,
        amplify: weights.amplify,
        recency_flattening: weights.recency_flattening,
        cold_item_flattening: weights.cold_item_flattening,
    };
    let content = ContentScorer::new(&profile, settings, |source| match source {
        Source::Item(row) => Some(catalog.matrix.vector(*row)),
        Source::Text(_) => None,
    });
    let parts = (&catalog.matrix, &catalog.fields, catalog.relations.as_ref());
    let scorer = build_scorer(parts, weights, (&profile, &content), &mut SimilarityCache::default());

    for (row, score) in (0..).zip(scorer.scores()) {
        let item = catalog.item(row);
        let price = item.price().unwrap_or(0.0) as f32;
        println!("{:8} {score:+.2}, with the price {:+.2}", item.id(), score - PER_UNIT * price);
    }
}
