//! Checks explanations of the texts of the demo shop, on every model and every device of this machine.

#[path = "../support/skipped.rs"]
mod skipped;
mod models;
mod visit;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::Range,
};

use models::{TestModel, models};
use nearmind_core::{
    catalog::{Item, build_document},
    explain::{TextDecomposition, TokenStates, choose_highlights},
    text::{Segmenter, Word, language::is_han, words},
    vectors::{
        Centre,
        arithmetic::{add_scaled, dot},
    },
};

/// The score and the sum of the shares may differ by rounding only.
const TOLERANCE: f32 = 1e-4;
/// The number of texts. The centre of the catalogue is learned from them.
const TEXTS: usize = 40;
/// Texts are cut to this many characters on a GPU, because a software adapter is slow.
const MAX_CHARS_ON_GPU: usize = 30;

/// Texts of the demo shop in one language, evenly spaced, and a long text that the model reads in windows.
fn texts(lang: &str) -> Vec<String> {
    let lines = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/demo/shop/items.jsonl")).unwrap();
    let items: Vec<Item> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let document = |item: &Item| {
        let mut item = item.clone();
        item.words.retain(|language, _| language == lang);
        build_document(&item).text
    };
    let mut texts: Vec<String> = items.iter().step_by(items.len() / TEXTS).take(TEXTS).map(document).collect();
    texts.push(texts[..12].join(" "));
    texts
}

/// The whole text, as the visible ranges of a text that is shown in full.
fn full_range(text: &str) -> Vec<Range<usize>> {
    vec![Range { start: 0, end: text.len() }]
}

fn segmenter(texts: &[String]) -> Segmenter {
    Segmenter::new(&Segmenter::full().dictionary_for(texts.iter().map(String::as_str)))
}

/// Token states and centred vectors of `texts`, and the centre of these vectors.
fn encode_centred(model: &mut TestModel, texts: &[String]) -> (Vec<TokenStates>, Vec<Vec<f32>>, Centre) {
    let (states, mut vectors): (Vec<_>, Vec<_>) = texts.iter().map(|text| model.states(text)).unzip();
    let centre = Centre::fit(model.width(), &vectors.concat());
    vectors.iter_mut().for_each(|vector| _ = centre.apply(vector));
    (states, vectors, centre)
}

fn check_shares(model: &mut TestModel, texts: &[String]) {
    let segmenter = segmenter(texts);
    let (states, vectors, centre) = encode_centred(model, texts);
    assert!(centre.axis.iter().any(|&value| value != 0.0), "the centre has a principal axis");
    for (nth, (text, states)) in texts.iter().zip(&states).enumerate() {
        let decomposition = TextDecomposition::new(states, words(text, &segmenter), &centre);
        for direction in [&vectors[(nth + 1) % texts.len()], &vectors[(nth * 7 + 3) % texts.len()]] {
            let shares = decomposition.shares(direction);
            let score = dot(&vectors[nth], direction);
            let sum = shares.score();
            assert!((sum - score).abs() < TOLERANCE, "{}: the sum {sum} is not {score}: {text}", model.name);
        }
    }
}

#[test]
fn shares_sum_to_the_score_on_every_model_and_device() {
    for mut model in models() {
        for lang in model.languages.clone() {
            check_shares(&mut model, &texts(&lang));
        }
        if let Some(mut gpu) = model.on_gpu() {
            for (nth, lang) in model.languages.iter().enumerate() {
                let mut texts = texts(lang);
                let long = texts.pop().filter(|_| nth == 0);
                // Only the beginnings of the texts, and once the long text.
                texts.iter_mut().for_each(|text| *text = text.chars().take(MAX_CHARS_ON_GPU).collect());
                texts.extend(long);
                check_shares(&mut gpu, &texts);
            }
        }
    }
}

#[test]
fn marked_words_are_whole_words_of_the_text() {
    let full = Segmenter::full();
    for mut model in models() {
        for lang in model.languages.clone() {
            let texts = texts(&lang);
            let segmenter = segmenter(&texts);
            let (states, vectors, centre) = encode_centred(&mut model, &texts);
            let mut marks = 0;
            for (nth, text) in texts.iter().enumerate() {
                let decomposition = TextDecomposition::new(&states[nth], words(text, &segmenter), &centre);
                for at in choose_highlights(&decomposition, &full_range(text), &vectors[(nth + 1) % texts.len()]).chosen
                {
                    let Word { range, is_stop, .. } = &decomposition.words[at];
                    // The small dictionary of a pack gives the same words as the full one.
                    let is_whole = words(text, &full).iter().any(|word| word.range == *range);
                    assert!(is_whole && !is_stop, "{}", &text[range.clone()]);
                    marks += 1;
                }
            }
            assert!(marks > 0, "{}: no text in {lang:?} has a marked word", model.name);
        }
    }
}

#[test]
fn random_weights_mark_other_words() {
    for mut model in models() {
        let texts = texts(&model.languages[0])[..TEXTS].to_vec();
        let segmenter = segmenter(&texts);
        let marked_words = |model: &mut TestModel| -> Vec<BTreeSet<usize>> {
            let (states, vectors, centre) = encode_centred(model, &texts);
            let mark = |nth: usize| {
                let decomposition = TextDecomposition::new(&states[nth], words(&texts[nth], &segmenter), &centre);
                choose_highlights(&decomposition, &full_range(&texts[nth]), &vectors[(nth + 1) % TEXTS])
            };
            (0..TEXTS).map(|nth| mark(nth).chosen.into_iter().collect()).collect()
        };
        let (original, random) = (marked_words(&mut model), marked_words(&mut model.with_random_weights(1)));
        let same = original.iter().zip(&random).filter(|(original, random)| original == random).count();
        assert!(
            same < TEXTS / 2,
            "{}: {same} of {TEXTS} texts have the same words marked with random weights",
            model.name
        );
    }
}

/// The texts of the products of the demo shop, by id, in English.
fn products() -> BTreeMap<String, String> {
    let lines = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/demo/shop/items.jsonl")).unwrap();
    let items = lines.lines().map(|line| serde_json::from_str::<Item>(line).unwrap());
    items.map(|item| (item.id.clone(), build_document(&item).text)).collect()
}

/// Title and description within `text`. The category before them is not shown.
fn visible_ranges(text: &str) -> Vec<Range<usize>> {
    vec![Range { start: text.find(": ").map_or(0, |at| at + 2), end: text.len() }]
}

#[test]
fn marked_words_depend_on_the_viewed_items() {
    let products = products();
    let texts: Vec<String> = products.values().step_by(8).cloned().collect();
    for mut model in models().into_iter().skip(1) {
        let (_, _, centre) = encode_centred(&mut model, &texts);
        let (model_name, only_english) = (model.name.clone(), model.languages == ["en"]);
        let mut marks = |item: &str, viewed: [&str; 2]| -> BTreeSet<String> {
            let text = &products[item];
            let segmenter = segmenter(std::slice::from_ref(text));
            let (states, _) = model.states(text);
            let mut direction = vec![0.0; model.width()];
            for id in viewed {
                let mut vector = model.states(&products[id]).1;
                centre.apply(&mut vector);
                add_scaled(&mut direction, 0.5, &vector);
            }
            let decomposition = TextDecomposition::new(&states, words(text, &segmenter), &centre);
            let chosen = choose_highlights(&decomposition, &visible_ranges(text), &direction).chosen.into_iter();
            chosen.map(|word| text[decomposition.words[word].range.clone()].to_lowercase()).collect()
        };
        let (shirts, dresses) = (["linen-shirt-salt", "linen-shirt-breakwater"], ["dress-meadow", "dress-lido"]);
        let (linen, summer) = (marks("dress-sorrel", shirts), marks("dress-sorrel", dresses));
        assert_ne!(linen, summer, "{}", model_name);
        if !only_english {
            continue; // other models may mark other words
        }
        assert!(linen.contains("linen") && !linen.contains("summer"), "{linen:?}");
        assert!(summer.contains("summer") && !summer.contains("linen"), "{summer:?}");
        let (linen, trousers) =
            (marks("wide-trousers-dune", shirts), marks("wide-trousers-dune", ["jeans-indigo-w", "chinos-fawn"]));
        assert!(linen.contains("linen") && !linen.contains("trousers"), "{linen:?}");
        assert!(trousers.contains("trousers"), "{trousers:?}");
    }
}

#[test]
fn the_tests_cover_chinese_texts() {
    assert!(texts("zh").iter().all(|text| text.contains(is_han)), "every text in Chinese has Chinese characters");
}
