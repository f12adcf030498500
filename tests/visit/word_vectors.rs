//! Before there is a model, texts are compared by the vectors of their words, and words of cards are highlighted by them.

use std::collections::BTreeSet;

use nearmind::word_vectors::{Example, fit};
use nearmind_core::{
    catalog::{Catalog, WordVectors, build_document},
    profile::EventName::{Like, Wish},
    protocol::{Update, VERSION},
    text::terms,
};
use nearmind_session::{MemoryStore, Session};
use pollster::block_on;

use crate::script::*;

/// Fitted to the items' own texts.
fn fitted(catalog: &Catalog) -> WordVectors {
    let example = |row: u32| Example {
        terms: terms(&build_document(&catalog.item(row).to_item()).text, &catalog.segmenter),
        vector: catalog.matrix.vector(row),
    };
    let examples: Vec<Example> = (0..catalog.len() as u32).map(example).collect();
    let words: BTreeSet<String> = examples.iter().flat_map(|example| example.terms.clone()).collect();
    fit(&words.into_iter().collect::<Vec<_>>(), &examples, &catalog.matrix).unwrap()
}

/// A visit without a model, before the word vectors are there; and those.
fn open_without_model() -> (Visit, WordVectors) {
    let mut visit: Visit = Session::new(MemoryStore::default());
    send(&mut visit, open_command(VERSION, "en"));
    let catalog = catalog(items());
    let words = fitted(&catalog);
    block_on(visit.set_catalog(catalog));
    (visit, words)
}

/// Does all background work, and returns the items whose words were highlighted, and whether any word was.
fn highlighted(visit: &mut Visit) -> (BTreeSet<String>, bool) {
    let (mut items, mut any) = (BTreeSet::new(), false);
    while let Some(updates) = block_on(visit.work()) {
        for update in updates {
            if let Update::Highlights { item, title, description, .. } = update {
                any |= title.iter().chain(&description).any(|part| part.share.is_some());
                items.insert(item);
            }
        }
    }
    (items, any)
}

#[test]
fn a_wish_is_placed_by_its_words_until_the_model_reads_it() {
    let (mut visit, words) = open_without_model();
    for_you(&mut visit, "en");
    let by_items = shelf(&track_text(&mut visit, Wish, "a waterproof jacket", 1));
    let count = words.len();
    let updates = block_on(visit.set_word_vectors(words));
    assert!(matches!(updates[0], Update::WordVectorsReady { words } if words == count));
    let by_words = shelf(&updates);
    assert_eq!(by_words.notice, None);
    assert!(count_group(&by_words, "bicycle") >= 3, "{:?}", ids(&by_words));
    assert!(by_words.revision > by_items.revision);
    let by_model = shelf(&block_on(visit.set_model(model(), device())));
    let mut plain = open(MemoryStore::default(), "en");
    for_you(&mut plain, "en");
    let expected = shelf(&track_text(&mut plain, Wish, "a waterproof jacket", 1));
    assert_eq!(ids(&by_model), ids(&expected), "the model takes over");
}

#[test]
fn words_of_cards_are_highlighted_first_without_a_model() {
    let (mut visit, words) = open_without_model();
    for_you(&mut visit, "en");
    let liked = shelf(&track(&mut visit, Like, "tea-0", 1));
    assert_eq!(highlighted(&mut visit).0.len(), 0, "there is nothing to read them with");
    block_on(visit.set_word_vectors(words));
    let (items, any) = highlighted(&mut visit);
    assert_eq!(items, liked.cards.iter().map(|card| card.item.clone()).collect());
    assert!(any, "no word is highlighted");
    block_on(visit.set_model(model(), device()));
    assert_eq!(highlighted(&mut visit).0, items, "the model reads the cards again");
}

#[test]
fn unknown_words_are_no_meaning() {
    let (mut visit, words) = open_without_model();
    block_on(visit.set_word_vectors(words));
    for_you(&mut visit, "en");
    assert!(search(&mut visit, "xylophone quartz", "en").is_empty());
    assert!(!search(&mut visit, "jacket for cycling", "en").is_empty());
}
