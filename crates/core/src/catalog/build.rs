//! A catalogue from items and the vectors of their texts: the pure part of the bake.
//!
//! Rows are put in the order of ids first, so that the order of a feed changes nothing.

use super::{Catalog, Item, Items, ModelName};
use crate::{
    text::{Dictionary, Index, Segmenter, terms},
    vectors::{Centre, Matrix},
};

/// `items` with their vectors `[H]`; of several with one id the first. `dictionary` has the Chinese words of their texts.
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
    let items = Items::pack(items.iter().map(|(item, _)| item)).expect("items whose ids ascend can be packed");
    Catalog::new(items, (matrix, centre), (index, dictionary), model)
}

/// All texts of an item, in every language: what it is found by.
pub fn item_texts(item: &Item) -> impl Iterator<Item = &str> {
    let titles = item.words.values().flat_map(|words| [&words.title, &words.description]);
    let categories = item.words.values().flat_map(|words| &words.categories);
    let rest = [&item.brand].into_iter().chain(&item.tags).chain(item.attributes.values());
    titles.chain(categories).chain(rest).map(String::as_str)
}

/// The terms that an item is found by; those of a title count twice.
pub fn search_terms(item: &Item, segmenter: &Segmenter) -> Vec<String> {
    let titles = item.words.values().map(|words| words.title.as_str());
    item_texts(item).chain(titles).flat_map(|text| terms(text, segmenter)).collect()
}
