//! A catalogue has vectors of its words, if it has vectors and enough items.

use nearmind_core::{catalog::WordVectors, text::terms};

use super::*;

/// The word vectors of a catalogue, if it has any.
fn word_vectors(baked: &BakeRun) -> Option<WordVectors> {
    let manifest = Manifest::parse(&baked.files["manifest.json"]).unwrap();
    let file = manifest.word_vectors.as_ref()?;
    let bytes = &baked.files[&file.file];
    file.check(bytes).unwrap();
    Some(WordVectors::read(bytes, baked.catalog().matrix.width()).unwrap())
}

#[test]
fn words_of_the_items_have_vectors() {
    let baked = bake_from_scratch("word-vectors", &feed_lines(), &[]);
    let (words, catalog) = (word_vectors(&baked).unwrap(), baked.catalog());
    let title = catalog.item(0).text_in("en").unwrap().1.title.to_owned();
    let vector = words.text(&terms(&title, &catalog.segmenter)).expect("a title has known words");
    assert_eq!(vector.len(), catalog.matrix.width());
    assert!(baked.output_text().contains(&format!("{} words have vectors", words.len())), "{}", baked.output_text());
    let fewer = bake_from_scratch("few-word-vectors", &feed_lines(), &["--dimensions", "7"]);
    assert_eq!(word_vectors(&fewer).unwrap().width(), 7);
}

#[test]
fn a_small_catalogue_and_one_without_vectors_have_none() {
    let small = bake_from_scratch("small-word-vectors", &feed_lines()[..20], &[]);
    assert!(word_vectors(&small).is_none());
    let plain = bake_from_scratch("no-word-vectors", &feed_lines(), &["--no-embed"]);
    assert!(word_vectors(&plain).is_none());
}

#[test]
fn a_later_bake_encodes_only_new_texts() {
    let feed = feed_lines();
    let full = bake_from_scratch("later-word-vectors-full", &feed, &[]);
    bake_from_scratch("later-word-vectors", &feed[..36], &[]);
    let later = bake("later-word-vectors", &feed, &[]);
    assert!(published_files(&later) == published_files(&full));
    assert_eq!(later.files[".bake/query-vectors"], full.files[".bake/query-vectors"]);
}
