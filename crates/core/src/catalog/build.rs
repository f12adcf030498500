//! Builds a catalogue from items and the vectors of their texts: the pure part of `nearmind bake`.
//!
//! Items are sorted by id first, so that the order of a feed changes nothing.

use super::{Catalog, Item, Items, ModelName};
use crate::{
    text::{Dictionary, Index, Segmenter, terms},
    vectors::{Centre, Matrix},
};

/// Builds a catalogue from `items` with their vectors `[D]`, which are empty without a model. Of items with the same
/// id, the first is kept. `dictionary` has the Chinese words of their texts; `model` is the one that encoded them.
pub fn build_catalog(mut items: Vec<(Item, Vec<f32>)>, dictionary: Dictionary, model: ModelName) -> Catalog {
    items.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    items.dedup_by(|later, first| later.0.id == first.0.id);
    let width = items.first().map_or(0, |(_, vector)| vector.len());
    let vectors: Vec<f32> = items.iter().flat_map(|(_, vector)| vector.iter().copied()).collect();
    let centre = Centre::fit(width, &vectors);
    let matrix =
        if width == 0 { Matrix::zeros(items.len()) } else { Matrix::quantize(width, &centre.apply_all(&vectors)) };
    let segmenter = Segmenter::new(&dictionary);
    let index = Index::build(items.iter().map(|(item, _)| search_terms(item, &segmenter)));
    let items = Items::pack(items.iter().map(|(item, _)| item)).expect("the items are sorted by id");
    Catalog::new(items, (matrix, centre), (index, dictionary), model)
}

/// Iterates over all texts of an item that search covers, in every language.
pub fn item_texts(item: &Item) -> impl Iterator<Item = &str> {
    let titles = item.words.values().flat_map(|words| [&words.title, &words.description]);
    let categories = item.words.values().flat_map(|words| &words.categories);
    let rest = [&item.brand].into_iter().chain(&item.tags).chain(item.attributes.values());
    titles.chain(categories).chain(rest).map(String::as_str)
}

/// Returns the terms to index an item by, with those of its titles twice.
pub fn search_terms(item: &Item, segmenter: &Segmenter) -> Vec<String> {
    let titles = item.words.values().map(|words| words.title.as_str());
    item_texts(item).chain(titles).flat_map(|text| terms(text, segmenter)).collect()
}
