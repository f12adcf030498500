//! Explanations held to their word: over the demo shop's own texts, on every model and every device that is there.

#[path = "../support/skipped.rs"]
mod skipped;
mod models;
mod visit;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::Range,
};

use models::{Loaded, models};
use nearmind_core::{
    catalog::{Item, build_document},
    explain::{TextDecomposition, TokenStates, choose_highlights},
    text::{Segmenter, Word, language::is_han, words},
    vectors::{
        Centre,
        arithmetic::{add_scaled, dot},
    },
};

/// Score and sum of shares differ by rounding only.
const TOLERANCE: f32 = 1e-4;
/// The catalogue's mean text is learned from as many.
const TEXTS: usize = 40;
/// Characters of a text that a slow adapter reads.
const BEGINNING: usize = 30;

/// Texts of the demo shop in a language, evenly spaced, and a long one that the model reads in windows.
fn texts(lang: &str) -> Vec<String> {
    let lines = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/demo/shop/items.jsonl")).unwrap();
    let items: Vec<Item> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let only = |item: &Item| {
        let mut item = item.clone();
        item.words.retain(|own, _| own == lang);
        build_document(&item).text
    };
    let mut texts: Vec<String> = items.iter().step_by(items.len() / TEXTS).take(TEXTS).map(only).collect();
    texts.push(texts[..12].join(" "));
    texts
}

/// All of a text is shown.
fn whole(text: &str) -> Vec<Range<usize>> {
    vec![Range { start: 0, end: text.len() }]
}

fn segmenter(texts: &[String]) -> Segmenter {
    Segmenter::new(&Segmenter::full().dictionary_for(texts.iter().map(String::as_str)))
}

/// Token states and vectors of `texts`, centred by what they have in common.
fn encoded(model: &mut Loaded, texts: &[String]) -> (Vec<TokenStates>, Vec<Vec<f32>>, Centre) {
    let (states, mut vectors): (Vec<_>, Vec<_>) = texts.iter().map(|text| model.states(text)).unzip();
    let centre = Centre::fit(model.width(), &vectors.concat());
    vectors.iter_mut().for_each(|vector| _ = centre.apply(vector));
    (states, vectors, centre)
}

fn sums_to_the_score(model: &mut Loaded, texts: &[String]) {
    let segmenter = segmenter(texts);
    let (states, vectors, centre) = encoded(model, texts);
    assert!(centre.axis.iter().any(|&value| value != 0.0), "a component is taken out");
    for (nth, (text, states)) in texts.iter().zip(&states).enumerate() {
        let reading = TextDecomposition::new(states, words(text, &segmenter), &centre);
        for direction in [&vectors[(nth + 1) % texts.len()], &vectors[(nth * 7 + 3) % texts.len()]] {
            let shares = reading.shares(direction);
            let score = dot(&vectors[nth], direction);
            let sum = shares.score();
            assert!((sum - score).abs() < TOLERANCE, "{}: {sum} is not {score}: {text}", model.name);
        }
    }
}

#[test]
fn shares_sum_to_the_score_on_every_model_and_device() {
    for mut model in models() {
        for lang in model.languages.clone() {
            sums_to_the_score(&mut model, &texts(&lang));
        }
        if let Some(mut gpu) = model.on_gpu() {
            for (nth, lang) in model.languages.iter().enumerate() {
                let mut texts = texts(lang);
                let long = texts.pop().filter(|_| nth == 0);
                // A software adapter is slow: the beginnings of the texts, and one text in windows.
                texts.iter_mut().for_each(|text| *text = text.chars().take(BEGINNING).collect());
                texts.extend(long);
                sums_to_the_score(&mut gpu, &texts);
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
            let (states, vectors, centre) = encoded(&mut model, &texts);
            let mut marks = 0;
            for (nth, text) in texts.iter().enumerate() {
                let reading = TextDecomposition::new(&states[nth], words(text, &segmenter), &centre);
                for at in choose_highlights(&reading, &whole(text), &vectors[(nth + 1) % texts.len()]).chosen {
                    let Word { range, is_stop, .. } = &reading.words[at];
                    // The pack's small dictionary cuts as the full one does.
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
fn other_weights_mark_other_words() {
    for mut model in models() {
        let texts = texts(&model.languages[0])[..TEXTS].to_vec();
        let segmenter = segmenter(&texts);
        let chosen = |model: &mut Loaded| -> Vec<BTreeSet<usize>> {
            let (states, vectors, centre) = encoded(model, &texts);
            let mark = |nth: usize| {
                let reading = TextDecomposition::new(&states[nth], words(&texts[nth], &segmenter), &centre);
                choose_highlights(&reading, &whole(&texts[nth]), &vectors[(nth + 1) % TEXTS])
            };
            (0..TEXTS).map(|nth| mark(nth).chosen.into_iter().collect()).collect()
        };
        let (own, random) = (chosen(&mut model), chosen(&mut model.randomized(1)));
        let same = own.iter().zip(&random).filter(|(own, random)| own == random).count();
        assert!(
            same < TEXTS / 2,
            "{}: {same} of {TEXTS} texts have the same words marked by chance's weights",
            model.name
        );
    }
}

/// The shop's products by id, in English.
fn products() -> BTreeMap<String, String> {
    let lines = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/demo/shop/items.jsonl")).unwrap();
    let items = lines.lines().map(|line| serde_json::from_str::<Item>(line).unwrap());
    items.map(|item| (item.id.clone(), build_document(&item).text)).collect()
}

/// What of `text` the title and the description are: the category before them is not drawn.
fn drawn(text: &str) -> Vec<Range<usize>> {
    vec![Range { start: text.find(": ").map_or(0, |at| at + 2), end: text.len() }]
}

#[test]
fn the_same_product_is_marked_for_what_the_visitor_looked_at() {
    let products = products();
    let texts: Vec<String> = products.values().step_by(8).cloned().collect();
    for mut model in models().into_iter().skip(1) {
        let (_, _, centre) = encoded(&mut model, &texts);
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
            let reading = TextDecomposition::new(&states, words(text, &segmenter), &centre);
            let chosen = choose_highlights(&reading, &drawn(text), &direction).chosen.into_iter();
            chosen.map(|word| text[reading.words[word].range.clone()].to_lowercase()).collect()
        };
        let (shirts, dresses) = (["linen-shirt-salt", "linen-shirt-breakwater"], ["dress-meadow", "dress-lido"]);
        let (linen, summer) = (marks("dress-sorrel", shirts), marks("dress-sorrel", dresses));
        assert_ne!(linen, summer, "{}", model_name);
        if !only_english {
            continue; // which words carry a meaning is the model's own
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
fn chinese_texts_are_chinese() {
    assert!(texts("zh").iter().all(|text| text.contains(is_han)), "the properties above are over Chinese too");
}
