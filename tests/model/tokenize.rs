//! The encoder's tokenizer gives the same tokens as the tokenizers library with the same file.

use crate::skipped::report_skipped;
use std::fs;
use std::path::Path;

use nearmind::convert::open;
use nearmind_encoder::manifest::{Manifest, Role};
use nearmind_encoder::synthetic::SyntheticModel;
use nearmind_encoder::tokenize::Tokenizer;

use nearmind_core::random::SplitMix64;

const TEXTS: usize = 10_000;

/// A random text of any Unicode characters, with many that tokenizers treat specially.
fn random_text(random: &mut SplitMix64) -> String {
    let length = match random.below(20) {
        0 => 0,
        1 => 400 + random.below(2000),
        _ => 1 + random.below(60),
    };
    let character = |random: &mut SplitMix64| match random.below(12) {
        0..=3 => char::from(b'a' + random.below(26) as u8),
        4 => char::from(b'A' + random.below(26) as u8),
        5 => *random.pick(&[' ', ' ', ' ', '\t', '\n', '\u{a0}', '\u{3000}', '\u{2009}', '\r', '\u{0}', '\u{fffd}']),
        6 => char::from(b'!' + random.below(15) as u8),
        7 => *random.pick(&['é', 'ü', 'ß', 'Å', 'ñ', 'İ', 'ﬁ', 'ǆ', '½', '™', '‘', '—', '€', '\u{301}', '\u{200d}']),
        8 => char::from_u32(0x4e00 + random.below(0x5200) as u32).unwrap_or('一'),
        9 => char::from_u32(0x1f300 + random.below(0x400) as u32).unwrap_or('🙂'),
        _ => char::from_u32(random.below(0x11_0000) as u32).unwrap_or('\u{e000}'),
    };
    let mut text: String = (0..length).map(|_| character(random)).collect();
    if random.below(50) == 0 {
        text += *random.pick(&["[SEP]", "[CLS] a", "[SEP][CLS]x", "[[UNK]]", "[sep]", "[PAD"]);
    }
    text
}

/// Compares tokens and ids of random texts with those of the library.
pub fn compare(manifest: &Manifest, json: &[u8], seed: u64) {
    let ours = Tokenizer::parse(json, manifest).unwrap();
    let library = tokenizers::Tokenizer::from_bytes(json).unwrap();
    let (longest, prefix) = (manifest.architecture.positions, &manifest.prefixes.passage);
    let mut random = SplitMix64(seed);
    for number in 0..TEXTS {
        let text = random_text(&mut random);
        let tokens = ours.tokenize(&text, Role::Passage).unwrap();
        let expected = library.encode(format!("{prefix}{text}"), true).unwrap();
        let mut ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
        assert_eq!(ids, expected.get_ids(), "text {number}: {text:?}");
        for token in &tokens {
            // Panics if a span does not begin and end between characters.
            let _ = token.span.as_ref().map(|span| &text[span.clone()]);
        }
        if ids.len() > longest {
            ids.drain(longest - 1..ids.len() - 1);
        }
        assert_eq!(ours.batch(&[&text], Role::Passage).unwrap().ids, ids, "text {number}");
    }
}

/// Compares the tokens of random texts with those that the library finds with the full vocabulary of the original
/// model. Leaves out texts with tokens that are not in the cut vocabulary.
pub fn compare_uncut(original: &Path, manifest: &Manifest, json: &[u8], seed: u64) {
    let ours = Tokenizer::parse(json, manifest).unwrap();
    let cut = tokenizers::Tokenizer::from_bytes(json).unwrap();
    let (library, _) = open(original).unwrap().vocabulary().full_tokenizer().unwrap();
    let mut random = SplitMix64(seed);
    let mut compared = 0;
    for number in 0..TEXTS {
        let text = random_text(&mut random);
        let expected = library.encode(format!("{}{text}", manifest.prefixes.passage), true).unwrap();
        let expected: Vec<String> = expected.get_ids().iter().map(|&id| library.id_to_token(id).unwrap()).collect();
        if expected.iter().any(|piece| cut.token_to_id(piece).is_none()) {
            continue;
        }
        let found = ours.tokenize(&text, Role::Passage).unwrap();
        let found: Vec<String> = found.iter().map(|token| cut.id_to_token(token.id).unwrap()).collect();
        assert_eq!(found, expected, "text {number}: {text:?}");
        compared += 1;
    }
    assert!(compared > TEXTS / 10, "only {compared} texts have no piece that was cut");
}

/// The manifest and the tokenizer.json of a converted model. Reports a skipped test if there is none.
fn load_converted(folder: &Path) -> Option<(Manifest, Vec<u8>)> {
    let Ok(manifest) = fs::read(folder.join("manifest.json")) else {
        report_skipped(format_args!("{} is not there; `cargo xtask models` makes it", folder.display()));
        return None;
    };
    let manifest = Manifest::parse(&manifest).unwrap();
    let json = fs::read(folder.join(&manifest.files.tokenizer.path)).unwrap();
    Some((manifest, json))
}

#[test]
fn ten_thousand_texts_tokenize_as_the_library_does() {
    let model = SyntheticModel::small(1);
    compare(&model.manifest, &model.tokenizer, 3);
}

#[test]
fn converted_models_tokenize_as_the_library_does() {
    for folder in ["models/minilm", "models/e5"] {
        if let Some((manifest, json)) = load_converted(Path::new(folder)) {
            compare(&manifest, &json, 4);
        }
    }
}

#[test]
fn a_cut_vocabulary_tokenizes_as_the_full_one_does() {
    let original = Path::new("target/models/e5/e5-small-q4.bin");
    if !original.exists() {
        report_skipped(format_args!("{} is not there; `cargo xtask models` gets it", original.display()));
        return;
    }
    if let Some((manifest, json)) = load_converted(Path::new("models/e5")) {
        compare_uncut(original, &manifest, &json, 5);
    }
}

#[test]
fn tokens_of_prefixes_have_no_spans() {
    let mut model = SyntheticModel::small(1);
    model.manifest.prefixes.query = "the ".into();
    let tokenizer = Tokenizer::parse(&model.tokenizer, &model.manifest).unwrap();
    let spans =
        |role| -> Vec<_> { tokenizer.tokenize("red tea", role).unwrap().into_iter().map(|token| token.span).collect() };
    assert_eq!(spans(Role::Query), [None, None, Some(0..3), Some(4..7), None]);
    assert_eq!(spans(Role::Passage), [None, Some(0..3), Some(4..7), None]);
}
