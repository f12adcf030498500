//! Decides when the word vectors are fetched: after the catalogue, which the first cards need, and where the visitor asks for
//! fewer downloads only when something needs them. Must not know what they are used for.

use wasm_bindgen_futures::spawn_local;

use super::{device_limits::saves_data, error::warn, load::WordVectorsFile};
use nearmind_core::{catalog::WordVectors, protocol::Command};

/// The word vectors of a catalogue, until they are fetched.
pub struct WordVectorsLoader {
    /// `None` before the catalogue is loaded, if it has none, and once they are fetched.
    file: Option<WordVectorsFile>,
    is_asked: bool,
    /// Takes them.
    push: fn(WordVectors),
}

impl WordVectorsLoader {
    pub fn new(push: fn(WordVectors)) -> Self {
        Self { file: None, is_asked: false, push }
    }

    /// The catalogue is loaded.
    pub fn catalog_loaded(&mut self, file: Option<WordVectorsFile>) {
        self.file = file;
        self.advance();
    }

    /// Notes whether a command needs to know what a text means.
    pub fn observe(&mut self, command: &Command) {
        self.is_asked |= command.needs_model();
        self.advance();
    }

    fn advance(&mut self) {
        if !self.is_asked && saves_data() {
            return;
        }
        if let Some(file) = self.file.take() {
            let push = self.push;
            spawn_local(async move {
                match file.fetch().await {
                    Ok(words) => push(words),
                    Err(problem) => warn(&problem.detail), // texts are compared by their words
                }
            });
        }
    }
}
