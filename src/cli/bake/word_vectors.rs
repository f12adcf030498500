//! Word vectors of the catalogue: chooses the words, and the short texts that the vectors are fitted to, and has the model
//! encode them.
//!
//! The words are the catalogue's own, the most frequent first, and words of the model's vocabulary that its items are
//! about, so that "sneakers" finds trainers. The texts are these words and spans of one to six words from titles and
//! descriptions. Which spans of an item are taken depends on its text alone, so that a later bake encodes only those of new
//! items.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::{
    SortedItems,
    embed::{CHECKED_TEXTS, progress_bar},
    vector_cache::{Key, VectorCache, key},
};
use crate::{
    cli::{model::NativeModel, segmenter},
    word_vectors::{Example, fit, overlap},
};
use nearmind_core::{
    catalog::{Document, WordVectors, build_document},
    random::SplitMix64,
    text::{Dictionary, Segmenter, language::is_han, terms, words},
    vectors::{Centre, Matrix, Query},
};
use nearmind_encoder::manifest::Role;

/// With fewer items there is too little to fit to.
const MIN_ITEMS: usize = 32;
/// The most words of the catalogue. More make the file larger than 300 KB, and a word of one or two items finds these
/// anyway.
const MAX_OWN: usize = 4500;
/// General words: at least so many, and at least this part of the catalogue's own.
const MIN_GENERAL: usize = 700;
const GENERAL_PART: f32 = 0.25;
/// So many words of the model's vocabulary are considered, the most frequent first.
const CANDIDATES: usize = 8000;
/// A general word must be at least this near to an item.
const MIN_COSINE: f32 = 0.25;
/// About so many spans, and the most of one item.
const SPANS: usize = 12_000;
const SPANS_PER_ITEM: usize = 20;
/// The numbers of words in a span, equally often.
const SPAN_WORDS: [usize; 8] = [1, 2, 2, 3, 3, 4, 5, 6];
/// Longer words are codes.
const MAX_WORD_CHARS: usize = 24;
/// Every so many spans, one is not fitted to but tested with.
const TESTED: usize = 20;
/// Lists of so many items are compared in the test.
const DEPTH: usize = 10;
/// Texts that are encoded together.
const CHUNK: usize = 1024;

/// The word vectors of the catalogue `matrix`, whose texts `segmenter` splits. Adds the Chinese ones among the general
/// words to `dictionary`. `None` for a catalogue that is too small.
pub fn word_vectors(
    model: &mut NativeModel,
    items: &mut impl SortedItems,
    dictionary: &mut Dictionary,
    (matrix, centre): (&Matrix, &Centre),
    mut cache: VectorCache,
) -> Result<Option<WordVectors>> {
    if items.len() < MIN_ITEMS {
        return Ok(None);
    }
    let segmenter = Segmenter::new(dictionary);
    let Texts { spans, own } = read_texts(items, &segmenter)?;
    let own_terms: BTreeSet<&str> = own.iter().map(|(term, _)| term.as_str()).collect();
    let full = (!dictionary.words.is_empty()).then(segmenter::full).transpose()?;
    let candidates = candidates(model, full.as_ref().unwrap_or(&segmenter), &own_terms);
    let own_words = own.iter().map(|(_, word)| word.clone());
    let texts: BTreeSet<String> = spans.iter().cloned().chain(own_words).chain(candidates.values().cloned()).collect();
    let vectors = encode(model, &texts.into_iter().collect::<Vec<_>>(), centre, &mut cache)?;
    let general = choose_general(&candidates, &vectors, matrix, own.len());
    if let Some(full) = full {
        let chinese = general.iter().map(|(_, word)| word.as_str()).filter(|word| word.chars().all(is_han));
        let mut merged: BTreeMap<String, u32> = std::mem::take(&mut dictionary.words).into_iter().collect();
        merged.extend(full.dictionary_for(chinese).words);
        dictionary.words = merged.into_iter().collect();
    }
    let segmenter = Segmenter::new(dictionary);
    let example = |text: &String| Example { terms: terms(text, &segmenter), vector: vectors[text].clone() };
    let (tested, fitted): (Vec<_>, Vec<_>) = spans.iter().enumerate().partition(|(nth, _)| nth % TESTED == 0);
    let single = |(term, word): &(String, String)| Example { terms: vec![term.clone()], vector: vectors[word].clone() };
    let mut examples: Vec<Example> = fitted.into_iter().map(|(_, span)| example(span)).collect();
    examples.extend(own.iter().chain(&general).map(single));
    let words: BTreeSet<String> = own.iter().chain(&general).map(|(term, _)| term.clone()).collect();
    let fitted = fit(&words.into_iter().collect::<Vec<_>>(), &examples, matrix)?;
    let tests: Vec<Example> = tested.into_iter().map(|(_, span)| example(span)).collect();
    if let Some(overlap) = overlap(&fitted, &tests, matrix, DEPTH) {
        println!(
            "{} words have vectors, {} of them from the model's vocabulary: for {} texts of the catalogue, {overlap:.2} of \
             the {DEPTH} nearest items are those that the model finds",
            fitted.len(),
            general.len(),
            tests.len(),
        );
    }
    Ok(Some(fitted))
}

/// The catalogue's texts that matter for word vectors.
struct Texts {
    /// Spans of titles and descriptions, without duplicates.
    spans: Vec<String>,
    /// The most frequent terms, each with the word that it is most often written as. The most frequent first.
    own: Vec<(String, String)>,
}

fn read_texts(items: &mut impl SortedItems, segmenter: &Segmenter) -> Result<Texts> {
    let per_item = (SPANS / items.len()).clamp(1, SPANS_PER_ITEM);
    let every = items.len().div_ceil(SPANS).max(1) as u64;
    let mut spans = BTreeSet::new();
    let mut found: BTreeMap<String, (usize, BTreeMap<String, usize>)> = BTreeMap::new();
    for nth in 0..items.len() {
        let document = build_document(&items.read(nth)?);
        let mut seen = BTreeSet::new();
        for word in words(&document.text, segmenter) {
            let written = document.text[word.range].to_lowercase();
            if word.is_stop || written.chars().count() > MAX_WORD_CHARS {
                continue;
            }
            let (items, spellings) = found.entry(word.term.clone()).or_default();
            *items += usize::from(seen.insert(word.term));
            *spellings.entry(written).or_default() += 1;
        }
        let key = key(&document.text);
        let mut random = SplitMix64(u64::from_le_bytes(std::array::from_fn(|at| key[at])));
        if random.0.is_multiple_of(every) {
            spans.extend((0..per_item).filter_map(|_| span(&document, segmenter, &mut random)));
        }
    }
    let mut own: Vec<(usize, String, String)> = found
        .into_iter()
        .filter_map(|(term, (items, spellings))| {
            let (word, _) = spellings.into_iter().max_by_key(|(_, count)| *count)?;
            Some((items, term, word))
        })
        .collect();
    own.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    own.truncate(MAX_OWN);
    Ok(Texts { spans: spans.into_iter().collect(), own: own.into_iter().map(|(_, term, word)| (term, word)).collect() })
}

/// A random span of the title or the description, in lower case as people type; `None` if it has no word that says
/// something.
fn span(document: &Document, segmenter: &Segmenter, random: &mut SplitMix64) -> Option<String> {
    let (title, description) = (&document.title, &document.description);
    let field = if description.is_empty() || random.below(2) == 0 { title } else { description };
    let text = &document.text[field.clone()];
    let words = words(text, segmenter);
    if words.is_empty() {
        return None;
    }
    let count = SPAN_WORDS[random.below(SPAN_WORDS.len())];
    let first = random.below(words.len());
    let last = words.len().min(first + count) - 1;
    let says_something = words[first..=last].iter().any(|word| !word.is_stop);
    says_something.then(|| text[words[first].range.start..words[last].range.end].to_lowercase())
}

/// Words of the model's vocabulary that are not the catalogue's, by term.
fn candidates(model: &NativeModel, segmenter: &Segmenter, own: &BTreeSet<&str>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for word in model.tokenizer.words() {
        let least = if word.chars().all(is_han) { 2 } else { 3 };
        if found.len() == CANDIDATES {
            break;
        }
        if word.chars().count() < least || !word.chars().all(char::is_alphabetic) {
            continue;
        }
        if let [term] = &terms(&word, segmenter)[..]
            && !own.contains(term.as_str())
        {
            found.entry(term.clone()).or_insert(word);
        }
    }
    found
}

/// The candidates that are nearest to an item, as terms and words.
fn choose_general(
    candidates: &BTreeMap<String, String>,
    vectors: &BTreeMap<String, Vec<f32>>,
    matrix: &Matrix,
    own: usize,
) -> Vec<(String, String)> {
    let mut near: Vec<(f32, &String, &String)> = candidates
        .iter()
        .filter_map(|(term, word)| {
            let hits = matrix.top_k(&Query::new(&vectors[word]), 1, MIN_COSINE, |_| true);
            Some((hits.first()?.score, term, word))
        })
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    near.truncate(MIN_GENERAL.max((GENERAL_PART * own as f32) as usize));
    near.into_iter().map(|(_, term, word)| (term.clone(), word.clone())).collect()
}

/// The vectors of queries in the catalogue's space `[H]`, by text. Leaves exactly these in the cache.
fn encode(
    model: &mut NativeModel,
    texts: &[String],
    centre: &Centre,
    cache: &mut VectorCache,
) -> Result<BTreeMap<String, Vec<f32>>> {
    let keys: Vec<Key> = texts.iter().map(|text| key(text)).collect();
    let cached: Vec<usize> = (0..texts.len()).filter(|&nth| cache.has(&keys[nth])).take(CHECKED_TEXTS).collect();
    let again: Vec<&str> = cached.iter().map(|&nth| texts[nth].as_str()).collect();
    for (&nth, vector) in cached.iter().zip(model.encode(&again, Role::Query)?) {
        if cache.get(&keys[nth])?.is_some_and(|cached| cached != vector) {
            cache.clear(); // this build computes other vectors
        }
    }
    let missing: Vec<usize> = (0..texts.len()).filter(|&nth| !cache.has(&keys[nth])).collect();
    let mut vectors: BTreeMap<Key, Vec<f32>> = BTreeMap::new();
    for key in &keys {
        vectors.extend(cache.get(key)?.map(|vector| (*key, vector)));
    }
    let mut journal = cache.append()?;
    let progress = progress_bar(missing.len() as u64, "short texts")?;
    for chunk in missing.chunks(CHUNK) {
        let queries: Vec<&str> = chunk.iter().map(|&nth| texts[nth].as_str()).collect();
        for (&nth, vector) in chunk.iter().zip(model.encode(&queries, Role::Query)?) {
            journal.push(&keys[nth], &vector)?;
            vectors.insert(keys[nth], vector);
        }
        progress.inc(chunk.len() as u64);
    }
    progress.finish_and_clear();
    drop(journal);
    cache.replace(vectors.iter().map(|(key, vector)| (*key, vector.as_slice())))?;
    let centred = texts.iter().zip(&keys).map(|(text, key)| {
        let mut vector = vectors[key].clone();
        centre.apply(&mut vector);
        (text.clone(), vector)
    });
    Ok(centred.collect())
}
