//! A trained model as it was published: what the converter needs of it, whatever its files look like.

use anyhow::Result;

use super::vocabulary::Vocabulary;
use nearmind_encoder::f32_model::F32Model;
use nearmind_encoder::manifest::{Architecture, Pooling, Prefixes};

/// A trained model, as its publisher's files have it.
pub trait SourceModel {
    /// With the whole vocabulary.
    fn architecture(&self) -> Architecture;
    /// How token states become a text's vector.
    fn pooling(&self) -> Pooling;
    /// What the model was trained to see before a text.
    fn prefixes(&self) -> Prefixes;
    /// The tokenizer's words.
    fn vocabulary(&self) -> &dyn Vocabulary;
    /// Of the file of weights, in hexadecimal.
    fn sha256(&self) -> String;
    /// The model with these rows of its word table, in this order.
    fn load(&self, rows: &[usize]) -> Result<F32Model>;
}
