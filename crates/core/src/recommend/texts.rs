//! The vectors of the visitor's texts (wishes and searches) in this catalogue, each encoded once.
//!
//! A text is split into what it wants and what it does not want. The vector of each part comes from the model or, before
//! the model has read it, from the vectors of its words. If no item is near that, it comes from the items that contain the
//! words. A part that is near no item and shares no word with any has no vector. If no part of a text has one, there is a
//! reason why it is not used. Must not know events.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::{Catalog, WordVectors},
    protocol::UnusedReason,
    text::{PriceLimit, Script, Statement, language::detect_by_function_words, terms},
    vectors::{
        Query,
        arithmetic::{add_scaled, normalize},
    },
};

/// The most parts of texts that are kept: more than a profile needs, fewer than a day of searching as one types.
const MAX_ENCODED: usize = 256;
/// A text without a vector of the model gets the mean of this many items that contain its words.
const NEIGHBOURS: usize = 5;
/// The weight of what a text does not want, relative to what it wants.
const UNWANTED_WEIGHT: f32 = 0.5;
/// How similar an item must be to a search to be found, from 0 (texts have nothing in common) to 1 (they are the same).
/// Measured with MiniLM in five shops: 9 in 10 of 73 searches for what the shop sells find something, and 2 in 10 of 68
/// for what it does not sell, most of them something much like it (a tennis racket for guitar strings).
const SEARCH_SIMILARITY: f32 = 0.35;
/// The same for a wish, which may be vaguer ("a gift for my sister"): it only has to point in a direction.
const WISH_SIMILARITY: f32 = 0.2;
/// How similar an item must be to a sum of word vectors to be found by a search, and for a wish. Chosen with MiniLM in two
/// shops: about as many of 199 searches find something as with the model, for what the shop sells (.81 and .87) and for
/// what it does not sell (.65 and .64).
const WORDS_SEARCH_COSINE: f32 = 0.3;
const WORDS_WISH_COSINE: f32 = 0.2;
/// If a text seems to be in a language that no item is described in, at least this share of its words must be in the
/// catalogue: "pour", from a French sentence, alone would find a kettle to pour from.
const MIN_WORDS_FOUND: f32 = 0.5;

/// The model's vectors of parts of texts. Derived from the log and the model, never stored.
#[derive(Default)]
pub struct TextVectors {
    /// By part; `None` if the model cannot read it.
    encoded: BTreeMap<String, Option<Encoded>>,
    /// Of the present catalogue, if they are loaded.
    words: Option<WordVectors>,
}

struct Encoded {
    /// Centred, of length 1. `[H]`
    vector: Vec<f32>,
    /// Items with at least this cosine are about the text.
    floor: f32,
    /// Whether some item is near enough for a wish.
    is_near: bool,
    /// See [`TextVector::is_familiar`].
    is_familiar: bool,
}

/// The model's vector of a part of a text.
#[derive(Debug, Clone)]
pub struct TextVector {
    /// Of length 1. `[H]`
    pub vector: Vec<f32>,
    /// Whether the model knows the language: most words are whole words of its vocabulary, and none is a function word
    /// of a language that it does not read.
    pub is_familiar: bool,
}

/// The vector of a whole text in the catalogue's space.
#[derive(Debug, Clone, PartialEq)]
pub struct TextPlacement {
    /// Centred, of length 1. `[H]`
    pub vector: Vec<f32>,
    /// Whether the text only says what is not wanted: then `vector` is the vector of that.
    pub is_unwanted: bool,
}

impl TextVectors {
    /// Whether the model has encoded this part of a text.
    pub fn has(&self, part: &str) -> bool {
        self.encoded.contains_key(part)
    }

    /// Adds the model's vector of a part of a text, `None` if the model cannot read it. `cosine_of` gives the model's
    /// cosine of two texts whose similarity is from 0 (nothing in common) to 1 (the same).
    pub fn add(&mut self, part: &str, encoding: Option<TextVector>, cosine_of: impl Fn(f32) -> f32, catalog: &Catalog) {
        if self.encoded.len() >= MAX_ENCODED {
            self.encoded.clear(); // parts that are still needed are encoded again
        }
        let encoded = encoding.map(|TextVector { mut vector, is_familiar }| {
            let along = catalog.centre.dot_mean(&vector);
            let length = catalog.centre.apply(&mut vector);
            let floor = |similarity: f32| catalog.centre.min_cosine(along, length, cosine_of(similarity));
            let wish = floor(if is_familiar { WISH_SIMILARITY } else { SEARCH_SIMILARITY });
            let is_near = !catalog.matrix.top_k(&Query::new(&vector), 1, wish, |_| true).is_empty();
            Encoded { floor: floor(SEARCH_SIMILARITY), is_near, is_familiar, vector }
        });
        self.encoded.insert(part.to_owned(), encoded);
    }

    /// The vector of a text, or the reason why it is not used.
    pub fn place(&self, text: &str, catalog: &Catalog) -> Result<TextPlacement, UnusedReason> {
        let Statement { wanted, unwanted, is_unclear, .. } = statement(text, catalog);
        if is_unclear {
            return Err(UnusedReason::Unclear);
        }
        let parts: Vec<Result<Vec<f32>, UnusedReason>> =
            unwanted.iter().map(|part| self.part_vector(part, catalog)).collect();
        let is_pending = parts.contains(&Err(UnusedReason::Pending));
        let unwanted: Vec<Vec<f32>> = parts.into_iter().flatten().collect();
        let wanted = if wanted.is_empty() { Err(UnusedReason::NoMatch) } else { self.part_vector(&wanted, catalog) };
        let is_unwanted = wanted.is_err();
        let (mut vector, factor) = match wanted {
            Ok(vector) if unwanted.is_empty() => return Ok(TextPlacement { vector, is_unwanted: false }),
            Ok(vector) => (vector, -UNWANTED_WEIGHT / unwanted.len() as f32),
            Err(UnusedReason::Pending) => return Err(UnusedReason::Pending),
            Err(_) if unwanted.is_empty() && is_pending => return Err(UnusedReason::Pending),
            Err(why) if unwanted.is_empty() => return Err(why),
            Err(_) => (vec![0.0; catalog.matrix.width()], 1.0),
        };
        unwanted.iter().for_each(|part| add_scaled(&mut vector, factor, part));
        normalize(&mut vector);
        Ok(TextPlacement { vector, is_unwanted })
    }

    /// The model's vector `[H]` of a text that is not split, and the lowest cosine of items that are about it.
    pub fn encoded(&self, text: &str) -> Option<(&[f32], f32)> {
        self.encoded.get(text)?.as_ref().map(|encoded| (encoded.vector.as_slice(), encoded.floor))
    }

    /// Takes the vectors of words of the present catalogue.
    pub fn set_words(&mut self, words: Option<WordVectors>) {
        self.words = words;
    }

    /// The vectors of words, if they are loaded.
    pub fn words(&self) -> Option<&WordVectors> {
        self.words.as_ref()
    }

    /// The sum of the vectors of a text's words, scaled to length 1 `[H]`, and the lowest cosine of items that are about
    /// it. `None` where too few words have a vector.
    pub fn word_sum(&self, text: &str, catalog: &Catalog) -> Option<(Vec<f32>, f32)> {
        let vector = self.words.as_ref()?.text(&terms(text, &catalog.segmenter))?;
        Some((vector, WORDS_SEARCH_COSINE))
    }

    /// The vector of a part of a text: the model's, or else that of its words, or else that of the items with its words.
    /// `[H]`
    fn part_vector(&self, text: &str, catalog: &Catalog) -> Result<Vec<f32>, UnusedReason> {
        let encoded = self.encoded.get(text);
        let is_near =
            |vector: &[f32]| !catalog.matrix.top_k(&Query::new(vector), 1, WORDS_WISH_COSINE, |_| true).is_empty();
        let word_sum = || self.word_sum(text, catalog).map(|(vector, _)| vector).filter(|vector| is_near(vector));
        match encoded {
            Some(Some(encoded)) if encoded.is_near => Ok(encoded.vector.clone()),
            None if let Some(vector) = word_sum() => Ok(vector),
            _ => self.vector_from_words(text, catalog).ok_or(match encoded {
                None if catalog.matrix.width() > 0 => UnusedReason::Pending,
                Some(Some(encoded)) if encoded.is_familiar => UnusedReason::NoMatch,
                _ if is_foreign(text, catalog) => UnusedReason::Language,
                _ if self.is_unfamiliar(text) && is_other_language(text, catalog) => UnusedReason::Language,
                _ => UnusedReason::NoMatch,
            }),
        }
    }

    /// The mean direction of the items that match the text's words best. `[H]`; `None` if no item contains any, or if
    /// too few of the words occur in the catalogue to tell what the text is about.
    pub fn vector_from_words(&self, text: &str, catalog: &Catalog) -> Option<Vec<f32>> {
        let terms = terms(text, &catalog.segmenter);
        if self.is_unfamiliar(text) || is_foreign(text, catalog) {
            let found_terms = terms.iter().filter(|term| catalog.index.idf(term).is_some()).count();
            if (found_terms as f32) < MIN_WORDS_FOUND * terms.len() as f32 {
                return None;
            }
        }
        let found = catalog.index.search(&terms);
        let mut mean = vec![0.0; catalog.matrix.width()];
        found
            .iter()
            .take(NEIGHBOURS)
            .for_each(|&(row, score)| add_scaled(&mut mean, score, &catalog.matrix.vector(row)));
        normalize(&mut mean);
        (!found.is_empty()).then_some(mean)
    }

    /// Whether the model has encoded the text and knows few of its words.
    fn is_unfamiliar(&self, text: &str) -> bool {
        matches!(self.encoded.get(text), Some(Some(encoded)) if !encoded.is_familiar)
    }

    /// Removes all vectors: texts are encoded again when they are needed.
    pub fn clear(&mut self) {
        self.encoded.clear();
    }
}

/// The parts of a text that have to be encoded, each by itself.
pub fn parts(text: &str, catalog: &Catalog) -> impl Iterator<Item = String> + use<> {
    let Statement { wanted, unwanted, .. } = statement(text, catalog);
    [wanted].into_iter().chain(unwanted).filter(|part| !part.is_empty())
}

/// Splits a text into what it wants, what it does not want and what it may cost, unless it is the name of an item: "A Day
/// Without Rain" does not reject rain. A price limit in a currency that no item is sold in stays a part of the text.
pub fn statement(text: &str, catalog: &Catalog) -> Statement {
    let statement = Statement::parse(text);
    let is_foreign_limit = statement.price.is_some_and(|limit| !is_sold_in(limit, catalog));
    if is_foreign_limit || !statement.is_plain() && is_name(text, catalog) { Statement::plain(text) } else { statement }
}

/// Splits a search into the rest and its price limit; as [`statement`], but negations stay in the rest.
pub fn split_price_limit(text: &str, catalog: &Catalog) -> (String, Option<PriceLimit>) {
    match PriceLimit::split(text) {
        (rest, Some(limit)) if is_sold_in(limit, catalog) && !is_name(text, catalog) => (rest, Some(limit)),
        _ => (text.to_owned(), None),
    }
}

fn is_sold_in(limit: PriceLimit, catalog: &Catalog) -> bool {
    catalog.items.iter().any(|item| limit.is_in(item.currency()))
}

/// Whether the text is the name of an item, or a part of it.
fn is_name(text: &str, catalog: &Catalog) -> bool {
    let name = text.trim().to_lowercase();
    let is_named = |row: u32| catalog.item(row).words().any(|(_, words)| words.title.to_lowercase().contains(&name));
    rows_with_terms(catalog, &terms(text, &catalog.segmenter)).into_iter().any(is_named)
}

/// Rows that contain all of these terms; none if there are no terms.
pub fn rows_with_terms(catalog: &Catalog, terms: &[String]) -> BTreeSet<u32> {
    let all = terms.iter().map(|term| rows_with_term(catalog, term));
    all.reduce(|all, other| all.intersection(&other).copied().collect()).unwrap_or_default()
}

/// Rows that contain this term.
pub fn rows_with_term(catalog: &Catalog, term: &str) -> BTreeSet<u32> {
    let postings = &catalog.index.postings;
    postings.find(term).map_or_else(BTreeSet::new, |at| postings.rows(at).map(|(row, _)| row).collect())
}

/// Whether no item is described in a language with the text's script.
fn is_foreign(text: &str, catalog: &Catalog) -> bool {
    Script::detect(text).is_some_and(|script| !catalog.languages.iter().any(|lang| script.is_used_by(lang)))
}

/// Whether the function words of a text show a language that no item is described in. For texts of which the model
/// knows few words.
fn is_other_language(text: &str, catalog: &Catalog) -> bool {
    detect_by_function_words(text).is_some_and(|language| !catalog.languages.iter().any(|own| own == language))
}
