//! A model as the session uses it: text in, vector or token states out.
//!
//! Must not know items, nor what a text is for.

use std::collections::VecDeque;

use crate::{
    catalog::ModelName,
    encoder::{
        Batch, EncodeError, Encoder, Want,
        manifest::{Manifest, Pooling},
        tokenize::{Role, Token, Tokenizer},
    },
    explain::States,
};

/// A text of which the vocabulary lacks more than this part of the tokens means nothing to the model.
const MOST_UNKNOWN: f32 = 0.3;

/// Tokenizer and encoder, and the name that the catalogue knows the model by.
pub struct Model<E> {
    tokenizer: Tokenizer,
    encoder: E,
    name: ModelName,
    pooling: Pooling,
}

impl<E: Encoder> Model<E> {
    pub fn new(manifest: &Manifest, tokenizer: Tokenizer, encoder: E) -> Self {
        Self { tokenizer, encoder, name: model_name(manifest), pooling: manifest.pooling }
    }

    pub fn name(&self) -> &ModelName {
        &self.name
    }

    pub fn encoder(&mut self) -> &mut E {
        &mut self.encoder
    }

    /// H
    pub fn width(&self) -> usize {
        self.encoder.width()
    }

    /// The unit vector `[H]` of what a visitor wrote; `None` where the model does not read its language.
    pub async fn vector(&mut self, text: &str) -> Result<Option<Vec<f32>>, EncodeError> {
        let tokens = self.tokenizer.tokens(text, Role::Query)?;
        if !readable(&tokens) {
            return Ok(None);
        }
        Ok(Some(self.encoder.encode(&batch(&tokens), Want::Vectors).await?.vectors))
    }

    /// The token states of an item's text. `None` if the model's vectors are no mean of them.
    pub async fn states(&mut self, text: &str) -> Result<Option<States>, EncodeError> {
        if self.pooling != Pooling::Mean {
            return Ok(None);
        }
        let tokens = self.tokenizer.tokens(text, Role::Passage)?;
        let states = self.encoder.encode(&batch(&tokens), Want::Tokens).await?.tokens;
        Ok(Some(States { spans: tokens.into_iter().map(|token| token.span).collect(), states }))
    }
}

/// The name under which a catalogue remembers the model that encoded it.
pub fn model_name(manifest: &Manifest) -> ModelName {
    ModelName { name: manifest.name.clone(), digest: manifest.files.weights.sha256.clone() }
}

/// The model knows enough of the tokens for the vector to mean something.
fn readable(tokens: &[Token]) -> bool {
    let own = tokens.iter().filter(|token| token.span.is_some()).count();
    let unknown = tokens.iter().filter(|token| token.unknown).count();
    own > 0 && unknown as f32 <= MOST_UNKNOWN * own as f32
}

fn batch(tokens: &[Token]) -> Batch {
    Batch { ids: tokens.iter().map(|token| token.id).collect(), starts: vec![0, tokens.len() as u32] }
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
