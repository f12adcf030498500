//! What the converter needs of a trained model, whatever its files look like.

use anyhow::Result;

use super::vocabulary::Vocabulary;
use nearmind_encoder::f32_model::F32Model;
use nearmind_encoder::manifest::{Architecture, Pooling, Prefixes};

/// A trained model in the files of its publisher.
pub trait SourceModel {
    /// The sizes of the model, with its whole vocabulary.
    fn architecture(&self) -> Architecture;
    /// How token states become a text's vector.
    fn pooling(&self) -> Pooling;
    /// The prefixes that the model was trained with.
    fn prefixes(&self) -> Prefixes;
    /// The vocabulary of the tokenizer.
    fn vocabulary(&self) -> &dyn Vocabulary;
    /// SHA-256 of the file of weights, in hexadecimal.
    fn sha256(&self) -> String;
    /// Loads the weights in f32, with these rows of the word table, in this order.
    fn load(&self, rows: &[usize]) -> Result<F32Model>;
}
