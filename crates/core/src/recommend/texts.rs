//! What the visitor's texts come to in this catalogue: wishes and searches, each encoded once.
//!
//! A text is taken apart into what it wants and what it does not. Each part stands where the model says, or where the
//! items stand that contain its words; a part that lies near no item and shares no word with any stands nowhere. A text
//! of which nothing can be used says why. Must not know events.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::Catalog,
    text::{Script, Statement, language::by_function_words, terms},
    vectors::{
        Query,
        arithmetic::{add, normalize},
    },
};

/// More texts than a profile needs, fewer than a day of searching as one types.
const MOST: usize = 256;
/// How many items that contain its words a text is placed among.
const NEIGHBOURS: usize = 5;
/// How much what is not wanted counts, beside what is.
const AGAINST: f32 = 0.5;
/// From 0, where texts have nothing in common, to 1, where they are the same: a search finds what is as near as this. Tried
/// with MiniLM in five shops: of 73 searches for what is sold there 9 in 10 find something, of 68 for what is not 2 in 10 do,
/// most of them something much like it (a tennis racket for guitar strings).
const NEAR: f32 = 0.35;
/// The same for a wish, which may be vaguer ("a gift for my sister") and need not be found, but point somewhere.
const NEAR_FOR_A_WISH: f32 = 0.2;
/// Of a text that seems to be in a language that nothing here is in, so many of the words have to be found: "pour" alone,
/// of a French sentence, finds a kettle to pour from.
const FOUND: f32 = 0.5;

/// Parts of texts where the model places them; derived from the log and the model, never stored.
#[derive(Default)]
pub struct TextVectors {
    /// `None` where the model does not read the part.
    encoded: BTreeMap<String, Option<Encoded>>,
}

struct Encoded {
    /// Centred, of length 1. `[H]`
    vector: Vec<f32>,
    /// The least cosine of an item that it is about.
    floor: f32,
    /// Some item is near enough for a wish.
    is_near: bool,
    /// See [`TextVector`].
    is_familiar: bool,
}

/// What a visitor wrote, as the model reads it.
#[derive(Debug, Clone)]
pub struct TextVector {
    /// Of length 1. `[H]`
    pub vector: Vec<f32>,
    /// Most of its words are words of the vocabulary, whole, and none is a function word of a language that the model does
    /// not read.
    pub is_familiar: bool,
}

/// A text that can be used.
#[derive(Debug, Clone, PartialEq)]
pub struct TextPlacement {
    /// Centred, of length 1. `[H]`
    pub vector: Vec<f32>,
    /// It only says what is not wanted, and that lies here.
    pub is_unwanted: bool,
}

/// Why a text is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unused {
    /// The model has not read it yet, and no item contains its words.
    Pending,
    /// Nothing here is about it.
    NoMatch,
    /// The same, and it is in a language that neither the items are described in nor the model reads.
    Language,
    /// It negates something, and what cannot be told.
    Unclear,
}

impl TextVectors {
    /// Whether the model has read this part of a text.
    pub fn has(&self, part: &str) -> bool {
        self.encoded.contains_key(part)
    }

    /// Adds a part of a text as the model reads it, `None` where it does not. `likeness` gives the model's cosine of two
    /// texts that are as like as a part from 0 to 1 says.
    pub fn add(&mut self, part: &str, read: Option<TextVector>, likeness: impl Fn(f32) -> f32, catalog: &Catalog) {
        if self.encoded.len() >= MOST {
            self.encoded.clear(); // what is still needed is encoded again
        }
        let encoded = read.map(|read| {
            let mut vector = read.vector;
            let along = catalog.centre.along(&vector);
            let length = catalog.centre.apply(&mut vector);
            let floor = |part: f32| catalog.centre.least(along, length, likeness(part));
            let wish = floor(if read.is_familiar { NEAR_FOR_A_WISH } else { NEAR });
            let is_near = !catalog.matrix.top(&Query::new(&vector), 1, wish, |_| true).is_empty();
            Encoded { floor: floor(NEAR), is_near, is_familiar: read.is_familiar, vector }
        });
        self.encoded.insert(part.to_owned(), encoded);
    }

    /// Where the text lies among the items, or why it is not used.
    pub fn place(&self, text: &str, catalog: &Catalog) -> Result<TextPlacement, UnusedReason> {
        let Statement { wanted, unwanted, is_unclear } = statement(text, catalog);
        if is_unclear {
            return Err(UnusedReason::Unclear);
        }
        let parts: Vec<Result<Vec<f32>, UnusedReason>> = unwanted.iter().map(|part| self.part(part, catalog)).collect();
        let is_pending = parts.contains(&Err(UnusedReason::Pending));
        let against: Vec<Vec<f32>> = parts.into_iter().flatten().collect();
        let wanted = if wanted.is_empty() { Err(UnusedReason::NoMatch) } else { self.part(&wanted, catalog) };
        let is_unwanted = wanted.is_err();
        let (mut vector, factor) = match wanted {
            Ok(vector) if against.is_empty() => return Ok(TextPlacement { vector, is_unwanted: false }),
            Ok(vector) => (vector, -AGAINST / against.len() as f32),
            Err(UnusedReason::Pending) => return Err(UnusedReason::Pending),
            Err(_) if against.is_empty() && is_pending => return Err(UnusedReason::Pending),
            Err(why) if against.is_empty() => return Err(why),
            Err(_) => (vec![0.0; catalog.matrix.width()], 1.0),
        };
        against.iter().for_each(|part| add(&mut vector, factor, part));
        normalize(&mut vector);
        Ok(TextPlacement { vector, is_unwanted })
    }

    /// Where the model places a text that is not taken apart, `[H]`, and the least cosine of an item that it is about.
    pub fn encoded(&self, text: &str) -> Option<(&[f32], f32)> {
        self.encoded.get(text)?.as_ref().map(|encoded| (encoded.vector.as_slice(), encoded.floor))
    }

    /// Where a part of a text lies: where the model says, or else where its words are. `[H]`
    fn part(&self, text: &str, catalog: &Catalog) -> Result<Vec<f32>, UnusedReason> {
        let encoded = self.encoded.get(text);
        match encoded {
            Some(Some(encoded)) if encoded.is_near => Ok(encoded.vector.clone()),
            _ => self.by_words(text, catalog).ok_or(match encoded {
                None if catalog.matrix.width() > 0 => UnusedReason::Pending,
                Some(Some(encoded)) if encoded.is_familiar => UnusedReason::NoMatch,
                _ if is_foreign(text, catalog) => UnusedReason::Language,
                _ if self.is_strange(text) && is_other_language(text, catalog) => UnusedReason::Language,
                _ => UnusedReason::NoMatch,
            }),
        }
    }

    /// The middle of the items that contain the text's words best. `[H]`; none where they are too few of its words to say
    /// what it is about.
    pub fn by_words(&self, text: &str, catalog: &Catalog) -> Option<Vec<f32>> {
        let terms = terms(text, &catalog.segmenter);
        if self.is_strange(text) || is_foreign(text, catalog) {
            let known = terms.iter().filter(|term| catalog.index.rarity(term).is_some()).count();
            if (known as f32) < FOUND * terms.len() as f32 {
                return None;
            }
        }
        let found = catalog.index.search(&terms);
        let mut middle = vec![0.0; catalog.matrix.width()];
        found.iter().take(NEIGHBOURS).for_each(|&(row, score)| add(&mut middle, score, &catalog.matrix.vector(row)));
        normalize(&mut middle);
        (!found.is_empty()).then_some(middle)
    }

    /// The model knows few of its words.
    fn is_strange(&self, text: &str) -> bool {
        matches!(self.encoded.get(text), Some(Some(encoded)) if !encoded.is_familiar)
    }

    /// Removes what the model has read: the next texts are encoded again.
    pub fn clear(&mut self) {
        self.encoded.clear();
    }
}

/// The parts of a text that the model reads, each by itself.
pub fn parts(text: &str, catalog: &Catalog) -> impl Iterator<Item = String> + use<> {
    let Statement { wanted, unwanted, .. } = statement(text, catalog);
    [wanted].into_iter().chain(unwanted).filter(|part| !part.is_empty())
}

/// The text taken apart, unless it is an item's name: "A Day Without Rain" says nothing against rain.
pub fn statement(text: &str, catalog: &Catalog) -> Statement {
    let statement = Statement::of(text);
    let name = text.trim().to_lowercase();
    let is_named = |row: u32| catalog.item(row).words().any(|(_, words)| words.title.to_lowercase().contains(&name));
    let is_name = || containing(catalog, &terms(text, &catalog.segmenter)).into_iter().any(is_named);
    if statement.negates() && is_name() { Statement::plain(text) } else { statement }
}

/// Rows that contain all of these terms; none for no terms.
pub fn containing(catalog: &Catalog, terms: &[String]) -> BTreeSet<u32> {
    let postings = &catalog.index.postings;
    let rows = |term: &String| -> BTreeSet<u32> {
        postings.find(term).map_or_else(BTreeSet::new, |at| postings.rows(at).map(|(row, _)| row).collect())
    };
    let all = terms.iter().map(rows).reduce(|all, other| all.intersection(&other).copied().collect());
    all.unwrap_or_default()
}

/// Whether no item is described in a language that is written as the text is.
fn is_foreign(text: &str, catalog: &Catalog) -> bool {
    Script::of(text).is_some_and(|script| !catalog.languages.iter().any(|lang| script.writes(lang)))
}

/// Whether a text of which the model knows few words is in a language that no item is described in, as far as its function
/// words tell.
fn is_other_language(text: &str, catalog: &Catalog) -> bool {
    by_function_words(text).is_some_and(|language| !catalog.languages.iter().any(|own| own == language))
}
