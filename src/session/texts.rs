//! Vectors of what the visitor wrote: wishes and searches, each encoded once.
//!
//! A text that cannot be encoded, because the model is still loading or does not read its language, stands
//! where the items stand that contain its words. Must not know events.

use std::collections::BTreeMap;

use super::model::Model;
use crate::{
    catalog::Catalog,
    encoder::{EncodeError, Encoder},
    text::terms,
    vectors::arithmetic::{add, normalize},
};

/// More texts than a profile needs, fewer than a day of searching as one types.
const MOST: usize = 256;
/// How many items that contain its words a text is placed among.
const NEIGHBOURS: usize = 5;

/// Centred unit vectors by text; derived from the log and the model, never stored.
#[derive(Default)]
pub struct Texts {
    /// `None` where the model does not read the text.
    encoded: BTreeMap<String, Option<Vec<f32>>>,
}

impl Texts {
    /// Encodes `text` unless that has been done. Does nothing without a model.
    pub async fn encode<E: Encoder>(
        &mut self,
        text: &str,
        catalog: &Catalog,
        model: Option<&mut Model<E>>,
    ) -> Result<(), EncodeError> {
        let Some(model) = model else { return Ok(()) };
        if !self.encoded.contains_key(text) {
            if self.encoded.len() >= MOST {
                self.encoded.clear(); // what is still needed is encoded again
            }
            let mut vector = model.vector(text).await?;
            vector.iter_mut().for_each(|vector| _ = catalog.centre.apply(vector));
            self.encoded.insert(text.to_owned(), vector);
        }
        Ok(())
    }

    /// What the model says of the text, or else where its words are. `[H]`
    pub fn place(&self, text: &str, catalog: &Catalog) -> Option<Vec<f32>> {
        self.encoded.get(text).cloned().flatten().or_else(|| by_words(text, catalog))
    }

    pub fn clear(&mut self) {
        self.encoded.clear();
    }
}

/// The middle of the items that contain the text's words best. `[H]`
fn by_words(text: &str, catalog: &Catalog) -> Option<Vec<f32>> {
    let found = catalog.index.search(&terms(text, &catalog.segmenter));
    let mut middle = vec![0.0; catalog.matrix.width()];
    found.iter().take(NEIGHBOURS).for_each(|&(row, score)| add(&mut middle, score, &catalog.matrix.vector(row)));
    normalize(&mut middle);
    (!found.is_empty()).then_some(middle)
}
