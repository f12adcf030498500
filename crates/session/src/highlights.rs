//! Chooses which words of a card are highlighted: those with the largest shares, provided that the text without them
//! scores less. Words are highlighted only in the text that the shares were computed from.
//!
//! With a model a card needs two encodings: that of its text, which serves every direction, and that of the text without
//! the chosen words. Before there is a model, the vectors of words stand for both. They are cached, so that a card which stays on the shelf keeps its highlights at once. Must not know how
//! words are chosen (`explain` does), nor when there is time.

use std::{collections::VecDeque, ops::Range};

use nearmind_core::{
    catalog::{Catalog, Document, WordVectors},
    explain::{Highlights, Part, TextDecomposition, choose_highlights, deletion},
    text::{Word, words},
    vectors::arithmetic::dot,
};
use nearmind_encoder::{EncodeError, TextModel};

/// Title and description as text parts.
pub type HighlightedText = (Vec<Part>, Vec<Part>);

/// A card's text and the direction `[H]` that its words are scored by.
pub struct HighlightRequest<'a> {
    pub row: u32,
    pub document: Document,
    pub direction: &'a [f32],
}

/// The encodings of the texts that were highlighted last, by row.
#[derive(Default)]
pub struct HighlightCache {
    /// The least recently used first.
    texts: VecDeque<(u32, CachedText)>,
}

struct CachedText {
    reading: TextDecomposition,
    /// Words that were left out, and the centred vector `[H]` of the text without them; the latest last.
    deletions: VecDeque<(Vec<usize>, Vec<f32>)>,
}

/// A text that has to be encoded before a card can be highlighted.
enum MissingEncoding {
    /// The card's own text.
    Whole(String),
    /// The card's text without these words.
    Without(Vec<usize>, String),
}

/// Cards whose texts are encoded in one slice of work: the model's weights are then read once for all of them.
pub const CARDS_PER_SLICE: usize = 2;

impl HighlightCache {
    /// Words that are cached: 4,096 take 6 MB and are some 100 texts of a shop. The texts of one slice always fit.
    const MOST_WORDS: usize = 4096;
    /// Sets of words of one text.
    const MOST_DELETIONS: usize = 8;

    /// The card's text with its words highlighted; `None` where [`HighlightCache::encode`] has to run first.
    pub fn highlight(&mut self, request: &HighlightRequest) -> Option<HighlightedText> {
        let cached = self.text(request.row)?;
        let marked = marked(request, &cached.reading);
        let holds = marked.chosen.is_empty()
            || marked.passes_deletion_test(dot(cached.without(&marked.chosen)?, request.direction));
        let Document { text, title, description, .. } = &request.document;
        let share = |word| marked.share(word).filter(|_| holds);
        let cut = |field: &Range<usize>| Part::cut(text, field.clone(), &cached.reading.words, share);
        Some((cut(title), cut(description)))
    }

    /// Encodes the next missing text of each of these cards: its own, or else that without the words that would be
    /// highlighted. Returns false if the model's vectors are not a sum over words.
    pub async fn encode<M: TextModel>(
        &mut self,
        model: &mut M,
        catalog: &Catalog,
        requests: &[HighlightRequest<'_>],
    ) -> Result<bool, EncodeError> {
        let missing: Vec<(u32, MissingEncoding)> =
            requests.iter().filter_map(|request| Some((request.row, self.missing(request)?))).collect();
        let texts =
            missing.iter().map(|(_, MissingEncoding::Whole(text) | MissingEncoding::Without(_, text))| text.as_str());
        let texts: Vec<&str> = texts.collect();
        let Some(encoded) = model.encode(&texts).await? else { return Ok(false) };
        for ((row, missing), (states, mut vector)) in missing.into_iter().zip(encoded) {
            match missing {
                MissingEncoding::Whole(text) => {
                    let reading = TextDecomposition::new(&states, words(&text, &catalog.segmenter), &catalog.centre);
                    self.insert(row, CachedText { reading, deletions: VecDeque::new() });
                }
                MissingEncoding::Without(chosen, _) => {
                    catalog.centre.apply(&mut vector);
                    let Some(cached) = self.text(row) else { continue };
                    if cached.deletions.len() >= Self::MOST_DELETIONS {
                        cached.deletions.pop_front();
                    }
                    cached.deletions.push_back((chosen, vector));
                }
            }
        }
        Ok(true)
    }

    /// Reads the texts of these cards by the vectors of their words. The text without the chosen words needs no second
    /// reading, because its vector is the sum of the others.
    pub fn read(&mut self, vectors: &WordVectors, catalog: &Catalog, requests: &[HighlightRequest<'_>]) {
        let vector = |word: &Word| if word.is_stop { None } else { vectors.word(&word.term) };
        for request in requests {
            if self.text(request.row).is_none() {
                let words = words(&request.document.text, &catalog.segmenter);
                let reading = TextDecomposition::from_words(words, vectors.width(), vector);
                self.insert(request.row, CachedText { reading, deletions: VecDeque::new() });
            }
            let Some(cached) = self.text(request.row) else { continue };
            let Highlights { chosen, .. } = marked(request, &cached.reading);
            if cached.without(&chosen).is_none() {
                let vector = cached.reading.without(&chosen);
                cached.deletions.push_back((chosen, vector));
            }
            if cached.deletions.len() > Self::MOST_DELETIONS {
                cached.deletions.pop_front();
            }
        }
    }

    fn missing(&mut self, request: &HighlightRequest) -> Option<MissingEncoding> {
        let text = &request.document.text;
        let Some(cached) = self.text(request.row) else { return Some(MissingEncoding::Whole(text.clone())) };
        let Highlights { chosen, .. } = marked(request, &cached.reading);
        let is_complete = chosen.is_empty() || cached.without(&chosen).is_some();
        (!is_complete).then(|| {
            let rest = deletion::delete_words(text, &cached.reading.words, &chosen);
            MissingEncoding::Without(chosen, rest)
        })
    }

    /// The cached text of a row, which becomes the most recently used.
    fn text(&mut self, row: u32) -> Option<&mut CachedText> {
        let at = self.texts.iter().position(|(own, _)| *own == row)?;
        let cached = self.texts.remove(at)?;
        self.texts.push_back(cached);
        self.texts.back_mut().map(|(_, cached)| cached)
    }

    fn insert(&mut self, row: u32, text: CachedText) {
        self.texts.push_back((row, text));
        let mut words: usize = self.texts.iter().map(|(_, cached)| cached.reading.words.len()).sum();
        while words > Self::MOST_WORDS && self.texts.len() > CARDS_PER_SLICE {
            words -= self.texts.pop_front().map_or(0, |(_, cached)| cached.reading.words.len());
        }
    }
}

impl CachedText {
    /// The vector `[H]` of the text without these words, if it has been encoded.
    fn without(&self, chosen: &[usize]) -> Option<&[f32]> {
        self.deletions.iter().find(|(words, _)| words == chosen).map(|(_, vector)| vector.as_slice())
    }
}

fn marked(request: &HighlightRequest, reading: &TextDecomposition) -> Highlights {
    let Document { title, description, .. } = &request.document;
    choose_highlights(reading, &[title.clone(), description.clone()], request.direction)
}
