//! Which words of a card are marked: those that the shares name, once the text without them has been read and has
//! scored less. A highlight is only shown in the text that it was computed from.
//!
//! Two encodings a card, and none for what was tried before: a card that stays on the shelf keeps its marks at once.
//! Must not know how words are chosen (`explain` does), nor when there is time.

use std::collections::VecDeque;

use super::model::Model;
use crate::{
    catalog::{Catalog, Document},
    encoder::{EncodeError, Encoder},
    explain::{Marked, Part, States, deletion, mark},
    vectors::arithmetic::dot,
};

/// Title and description, cut into runs.
pub type Told = (Vec<Part>, Vec<Part>);

/// A card's text and the direction `[H]` that its words are weighed by.
pub struct Asked<'a> {
    pub catalog: &'a Catalog,
    pub row: u32,
    pub document: &'a Document,
    pub direction: &'a [f32],
}

/// What the model said of the texts that were explained last.
#[derive(Default)]
pub struct Explained {
    kept: VecDeque<(u32, Known)>,
}

struct Known {
    states: States,
    /// The words that were left out last, and the centred vector `[H]` of the text without them.
    tried: Option<(Vec<usize>, Vec<f32>)>,
}

impl Explained {
    /// Tokens, of which 4,096 are 6 MB: some 70 texts of a shop, and always the last one.
    const MOST: usize = 4096;

    /// The card's text with its words marked; `None` where the model has to read something first.
    pub fn told(&mut self, asked: &Asked) -> Option<Told> {
        let known = self.known(asked.row)?;
        let marked = marked(asked, &known.states);
        let stands = marked.chosen.is_empty() || {
            let (chosen, vector) = known.tried.as_ref()?;
            if *chosen != marked.chosen {
                return None;
            }
            marked.stands(dot(vector, asked.direction))
        };
        let Document { text, title, description, .. } = asked.document;
        let share = |word| marked.share(word).filter(|_| stands);
        let cut = |field: &std::ops::Range<usize>| Part::cut(text, field.clone(), &marked.words, share);
        Some((cut(title), cut(description)))
    }

    /// Reads what is missing, one text: the card's own, or else that without the words that would be marked. False if
    /// the model's vectors are no sum over words.
    pub async fn read<E: Encoder>(&mut self, model: &mut Model<E>, asked: &Asked<'_>) -> Result<bool, EncodeError> {
        let Some(known) = self.known(asked.row) else {
            let Some(states) = model.states(&asked.document.text).await? else { return Ok(false) };
            self.keep(asked.row, Known { states, tried: None });
            return Ok(true);
        };
        let Marked { words, chosen, .. } = marked(asked, &known.states);
        let mut vector = model.passage(&deletion::without(&asked.document.text, &words, &chosen)).await?;
        asked.catalog.centre.apply(&mut vector);
        known.tried = Some((chosen, vector));
        Ok(true)
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
        let mut tokens: usize = self.kept.iter().map(|(_, known)| known.states.spans.len()).sum();
        while tokens > Self::MOST && self.kept.len() > 1 {
            tokens -= self.kept.pop_front().map_or(0, |(_, known)| known.states.spans.len());
        }
    }
}

fn marked(asked: &Asked, states: &States) -> Marked {
    let Asked { catalog, document, direction, .. } = asked;
    let shown = [document.title.clone(), document.description.clone()];
    mark(&document.text, &shown, &catalog.segmenter, states, &catalog.centre, direction)
}
