//! A model as the session uses it: text in, vector or token states out.
//!
//! Must not know items, nor what a text is for.

use std::ops::Range;

use crate::{
    catalog::ModelName,
    encoder::{
        Batch, EncodeError, Encoder, Want,
        manifest::{Manifest, Pooling, Role},
        tokenize::{Token, Tokenizer, readable},
        windows::{self, Limits},
    },
    explain::States,
};

/// Tokenizer and encoder, and the name that the catalogue knows the model by.
pub struct Model<E> {
    tokenizer: Tokenizer,
    encoder: E,
    name: ModelName,
    limits: Limits,
}

/// The states of a text's tokens, and its unit vector `[H]`.
pub type Read = (States, Vec<f32>);

/// The bytes that each token stands for, and how much each was looked at. `[T]`
pub type Attended = (Vec<Option<Range<usize>>>, Vec<f32>);

impl<E: Encoder> Model<E> {
    pub fn new(manifest: &Manifest, tokenizer: Tokenizer, encoder: E) -> Self {
        Self { tokenizer, encoder, name: model_name(manifest), limits: manifest.into() }
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
        Ok(Some(windows::encode(&mut self.encoder, &[tokens], self.limits, Want::Vectors).await?.vectors))
    }

    /// What items' texts are to the model, in their order: the states of their tokens and the unit vector `[H]` that is
    /// their mean. `None` if the model's vectors are no mean of them.
    pub async fn read<'a>(&mut self, texts: impl Iterator<Item = &'a str>) -> Result<Option<Vec<Read>>, EncodeError> {
        if self.limits.pooling != Pooling::Mean {
            return Ok(None);
        }
        let tokens = texts.map(|text| self.tokenizer.tokens(text, Role::Passage));
        let tokens: Vec<Vec<Token>> = tokens.collect::<Result<_, _>>()?;
        let read = windows::encode(&mut self.encoder, &tokens, self.limits, Want::Tokens).await?;
        let (width, mut states) = (self.encoder.width(), read.tokens.chunks_exact(self.encoder.width()));
        let of = |(tokens, vector): (Vec<Token>, &[f32])| {
            let states = states.by_ref().take(tokens.len()).flatten().copied().collect();
            (States { spans: tokens.into_iter().map(|token| token.span).collect(), states }, vector.to_vec())
        };
        Ok(Some(tokens.into_iter().zip(read.vectors.chunks_exact(width)).map(of).collect()))
    }

    /// Where the model looks in an item's text, as far as it is read at once. `None` where the device does not tell.
    pub async fn attended(&mut self, text: &str) -> Result<Option<Attended>, EncodeError> {
        let mut tokens = self.tokenizer.tokens(text, Role::Passage)?;
        tokens.truncate(self.limits.longest);
        let mut batch = Batch::new();
        batch.push(tokens.iter().map(|token| token.id));
        let weights = self.encoder.attended(&batch).await?;
        Ok(weights.map(|weights| (tokens.into_iter().map(|token| token.span).collect(), weights)))
    }
}

/// The name under which a catalogue remembers the model that encoded it.
pub fn model_name(manifest: &Manifest) -> ModelName {
    ModelName { name: manifest.name.clone(), digest: manifest.files.weights.sha256.clone() }
}
