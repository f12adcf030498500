//! Tokens are those of the library's own, complete pipeline, read from the same file.

use std::fs;
use std::path::Path;

use nearmind::encoder::manifest::Manifest;
use nearmind::encoder::synthetic::Synthetic;
use nearmind::encoder::tokenize::{Role, Tokenizer};
use tokenizers::TruncationParams;

use crate::random::Random;

const TEXTS: usize = 10_000;

/// Any characters of Unicode, with many of the kinds that tokenizers treat in their own way.
fn text(random: &mut Random) -> String {
    let length = match random.below(20) {
        0 => 0,
        1 => 400 + random.below(2000),
        _ => 1 + random.below(60),
    };
    let one = |random: &mut Random| match random.below(12) {
        0..=3 => char::from(b'a' + random.below(26) as u8),
        4 => char::from(b'A' + random.below(26) as u8),
        5 => *random.pick(&[' ', ' ', ' ', '\t', '\n', '\u{a0}', '\u{3000}', '\u{2009}', '\r', '\u{0}', '\u{fffd}']),
        6 => char::from(b'!' + random.below(15) as u8),
        7 => *random.pick(&['é', 'ü', 'ß', 'Å', 'ñ', 'İ', 'ﬁ', 'ǆ', '½', '™', '‘', '—', '€', '\u{301}', '\u{200d}']),
        8 => char::from_u32(0x4e00 + random.below(0x5200) as u32).unwrap_or('一'),
        9 => char::from_u32(0x1f300 + random.below(0x400) as u32).unwrap_or('🙂'),
        _ => char::from_u32(random.below(0x11_0000) as u32).unwrap_or('\u{e000}'),
    };
    let mut text: String = (0..length).map(|_| one(random)).collect();
    if random.below(50) == 0 {
        text += *random.pick(&["[SEP]", "[CLS] a", "[SEP][CLS]x", "[[UNK]]", "[sep]", "[PAD"]);
    }
    text
}

fn compare(manifest: &Manifest, json: &[u8], seed: u64) {
    let ours = Tokenizer::parse(json, manifest).unwrap();
    let mut library = tokenizers::Tokenizer::from_bytes(json).unwrap();
    let longest = TruncationParams { max_length: manifest.architecture.positions, ..Default::default() };
    library.with_truncation(Some(longest)).unwrap();
    let mut random = Random(seed);
    for number in 0..TEXTS {
        let text = text(&mut random);
        let tokens = ours.tokens(&text, Role::Passage).unwrap();
        let expected = library.encode(text.as_str(), true).unwrap();
        let ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
        assert_eq!(ids, expected.get_ids(), "text {number}: {text:?}");
        assert!((2..=manifest.architecture.positions).contains(&ids.len()), "text {number}");
        assert_eq!(ours.batch(&[&text], Role::Passage).unwrap().ids, ids, "text {number}");
        for token in &tokens {
            // A panic here would be a span within a character.
            let _ = token.span.as_ref().map(|span| &text[span.clone()]);
        }
    }
}

#[test]
fn ten_thousand_texts_tokenize_as_the_library_does() {
    let model = Synthetic::small(1);
    compare(&model.manifest, &model.tokenizer, 3);
}

#[test]
fn the_converted_vocabulary_too() {
    let folder = Path::new("models/minilm");
    let Ok(manifest) = fs::read(folder.join("manifest.json")) else {
        eprintln!("SKIPPED: {} is not there; `cargo xtask models` makes it", folder.display());
        return;
    };
    let manifest = Manifest::parse(&manifest).unwrap();
    compare(&manifest, &fs::read(folder.join(&manifest.files.tokenizer.path)).unwrap(), 4);
}

#[test]
fn prefixes_are_the_models_own_tokens() {
    let mut model = Synthetic::small(1);
    model.manifest.prefixes.query = "the ".into();
    let tokenizer = Tokenizer::parse(&model.tokenizer, &model.manifest).unwrap();
    let spans =
        |role| -> Vec<_> { tokenizer.tokens("red tea", role).unwrap().into_iter().map(|token| token.span).collect() };
    assert_eq!(spans(Role::Query), [None, None, Some(0..3), Some(4..7), None]);
    assert_eq!(spans(Role::Passage), [None, Some(0..3), Some(4..7), None]);
}
