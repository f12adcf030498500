//! A model as the session uses it: text in, vector or token states out.
//!
//! Must not know items, nor what a text is for.

use std::{collections::VecDeque, ops::Range};

use crate::{
    catalog::ModelName,
    encoder::{Batch, EncodeError, Encoder, Want},
    explain::States,
};

/// A text whose tokens are unknown beyond this part means nothing to the model.
const MOST_UNKNOWN: f32 = 0.3;

/// A text as token ids.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tokens {
    pub ids: Vec<u32>,
    /// The bytes of the text that each token stands for; `None` for the model's own tokens.
    pub spans: Vec<Option<Range<usize>>>,
    /// How many of the tokens with a span the vocabulary lacks.
    pub unknown: usize,
}

impl Tokens {
    /// The model knows enough of the tokens for its vector to mean something.
    fn readable(&self) -> bool {
        let own = self.spans.iter().flatten().count();
        own > 0 && self.unknown as f32 <= MOST_UNKNOWN * own as f32
    }
}

pub type Tokenize = Box<dyn Fn(&str) -> Tokens>;

/// Tokenizer, encoder, and the name that the catalogue knows the model by.
pub struct Model<E> {
    pub tokenize: Tokenize,
    pub encoder: E,
    pub name: ModelName,
}

impl<E: Encoder> Model<E> {
    /// The text's unit vector `[H]`; `None` where the model does not read its language.
    pub async fn vector(&mut self, text: &str) -> Result<Option<Vec<f32>>, EncodeError> {
        let tokens = (self.tokenize)(text);
        if !tokens.readable() {
            return Ok(None);
        }
        Ok(Some(self.encoder.encode(&batch(tokens.ids), Want::Vectors).await?.vectors))
    }

    pub async fn states(&mut self, text: &str) -> Result<States, EncodeError> {
        let tokens = (self.tokenize)(text);
        let states = self.encoder.encode(&batch(tokens.ids), Want::Tokens).await?.tokens;
        Ok(States { spans: tokens.spans, states })
    }
}

fn batch(ids: Vec<u32>) -> Batch {
    let starts = vec![0, ids.len() as u32];
    Batch { ids, starts }
}

/// Token states of the items that were explained last: a card that stays on the shelf is not encoded again.
#[derive(Default)]
pub struct Explained {
    kept: VecDeque<(u32, States)>,
}

impl Explained {
    /// 64 texts of 60 tokens are 6 MB.
    const MOST: usize = 64;

    pub fn get(&self, row: u32) -> Option<&States> {
        self.kept.iter().find(|(kept, _)| *kept == row).map(|(_, states)| states)
    }

    pub fn keep(&mut self, row: u32, states: States) {
        if self.kept.len() == Self::MOST {
            self.kept.pop_front();
        }
        self.kept.push_back((row, states));
    }
}
