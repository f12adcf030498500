//! Which words of a card are marked: those that the shares name, once the text without them has been read and has
//! scored less. A highlight is only shown in the text that it was computed from.
//!
//! Two encodings a card, and none for what was tried before: a text is read once for all directions, and so is what is
//! left of it without the same words. A card that stays on the shelf keeps its marks at once. Must not know how words
//! are chosen (`explain` does), nor when there is time.

use std::{collections::VecDeque, ops::Range};

use super::model::Model;
use nearmind_core::{
    catalog::{Catalog, Document},
    explain::{Highlights, Part, TextDecomposition, choose_highlights, deletion},
    text::words,
    vectors::arithmetic::dot,
};
use nearmind_encoder::{EncodeError, Encoder};

/// Title and description, cut into runs.
pub type Told = (Vec<Part>, Vec<Part>);

/// A card's text and the direction `[H]` that its words are weighed by.
pub struct Asked<'a> {
    pub row: u32,
    pub document: Document,
    pub direction: &'a [f32],
}

/// What the model said of the texts that were explained last.
#[derive(Default)]
pub struct Explained {
    kept: VecDeque<(u32, Known)>,
}

struct Known {
    text: TextDecomposition,
    /// Words that were left out, and the centred vector `[H]` of the text without them; the latest last.
    tried: VecDeque<(Vec<usize>, Vec<f32>)>,
}

/// A text that the model has to read before a card can be told.
enum Lack {
    Own(String),
    Without(Vec<usize>, String),
}

/// Cards whose texts are read in one slice: the model's weights are then fetched once for all of them.
pub const AT_ONCE: usize = 2;

impl Explained {
    /// Words, of which 4,096 are 6 MB: some 100 texts of a shop, and always those of a slice.
    const MOST: usize = 4096;
    /// Sets of words of one text.
    const MOST_TRIED: usize = 8;

    /// The card's text with its words marked; `None` where the model has to read something first.
    pub fn told(&mut self, asked: &Asked) -> Option<Told> {
        let known = self.known(asked.row)?;
        let marked = marked(asked, &known.text);
        let stands = marked.chosen.is_empty()
            || marked.passes_deletion_test(dot(known.without(&marked.chosen)?, asked.direction));
        let Document { text, title, description, .. } = &asked.document;
        let share = |word| marked.share(word).filter(|_| stands);
        let cut = |field: &Range<usize>| Part::cut(text, field.clone(), &known.text.words, share);
        Some((cut(title), cut(description)))
    }

    /// Reads what is missing of these cards, one text each: its own, or else that without the words that would be
    /// marked. False if the model's vectors are no sum over words.
    pub async fn read<E: Encoder>(
        &mut self,
        model: &mut Model<E>,
        catalog: &Catalog,
        cards: &[Asked<'_>],
    ) -> Result<bool, EncodeError> {
        let lacks: Vec<(u32, Lack)> = cards.iter().filter_map(|asked| Some((asked.row, self.lack(asked)?))).collect();
        let texts = lacks.iter().map(|(_, Lack::Own(text) | Lack::Without(_, text))| text.as_str());
        let Some(read) = model.read(texts).await? else { return Ok(false) };
        for ((row, lack), (states, mut vector)) in lacks.into_iter().zip(read) {
            match lack {
                Lack::Own(text) => {
                    let text = TextDecomposition::new(&states, words(&text, &catalog.segmenter), &catalog.centre);
                    self.keep(row, Known { text, tried: VecDeque::new() });
                }
                Lack::Without(chosen, _) => {
                    catalog.centre.apply(&mut vector);
                    let Some(known) = self.known(row) else { continue };
                    if known.tried.len() >= Self::MOST_TRIED {
                        known.tried.pop_front();
                    }
                    known.tried.push_back((chosen, vector));
                }
            }
        }
        Ok(true)
    }

    fn lack(&mut self, asked: &Asked) -> Option<Lack> {
        let text = &asked.document.text;
        let Some(known) = self.known(asked.row) else { return Some(Lack::Own(text.clone())) };
        let Highlights { chosen, .. } = marked(asked, &known.text);
        let tried = chosen.is_empty() || known.without(&chosen).is_some();
        (!tried).then(|| {
            let left = deletion::delete_words(text, &known.text.words, &chosen);
            Lack::Without(chosen, left)
        })
    }

    /// What is asked for is forgotten last.
    fn known(&mut self, row: u32) -> Option<&mut Known> {
        let at = self.kept.iter().position(|(kept, _)| *kept == row)?;
        let known = self.kept.remove(at)?;
        self.kept.push_back(known);
        self.kept.back_mut().map(|(_, known)| known)
    }

    fn keep(&mut self, row: u32, known: Known) {
        self.kept.push_back((row, known));
        let mut words: usize = self.kept.iter().map(|(_, known)| known.text.words.len()).sum();
        while words > Self::MOST && self.kept.len() > AT_ONCE {
            words -= self.kept.pop_front().map_or(0, |(_, known)| known.text.words.len());
        }
    }
}

impl Known {
    /// The vector `[H]` of the text without these words, if that was read.
    fn without(&self, chosen: &[usize]) -> Option<&[f32]> {
        self.tried.iter().find(|(tried, _)| tried == chosen).map(|(_, vector)| vector.as_slice())
    }
}

fn marked(asked: &Asked, text: &TextDecomposition) -> Highlights {
    choose_highlights(text, &[asked.document.title.clone(), asked.document.description.clone()], asked.direction)
}
