//! The encoder's interface: tokenized texts in, vectors out. Everything about models and devices lies behind it.
//!
//! Must not know items, visitors or JavaScript.

#![warn(missing_docs)]

pub mod bert; //      the forward pass, written once over `Kernels`
#[cfg(test)]
mod cases; //         tests that every device must pass
pub mod cpu; //       int8 kernels: portable, SIMD128, relaxed SIMD, x86
pub mod dense; //     the dense layer after pooling, if the model has one
pub mod device; //    chooses between CPU and GPU: verify, time, fall back
#[cfg(feature = "reference")]
pub mod f32_model; // f32 weights as plain arrays
#[cfg(feature = "gpu")]
pub mod gpu; //       wgpu and WGSL for the same kernels
pub mod kernels; //   the trait of fused operations that a device implements
pub mod manifest; //  models/*/manifest.json: source, digests, pooling, prefixes, lengths
pub mod model; //     a whole model: text in, vector out
#[cfg(feature = "reference")]
pub mod reference; // the f32 forward pass in burn
#[cfg(all(test, feature = "gpu"))]
#[path = "../../../tests/support/skipped.rs"]
mod skipped; //       reports tests that this machine cannot run
#[cfg(not(target_arch = "wasm32"))]
pub mod synthetic; // a small random model for tests
pub mod tokenize; //  text -> token ids and their spans
pub mod weights; //   the int8 safetensors file: format, checks, loading
pub mod windows; //   texts with more tokens than the model has positions
#[cfg(not(target_arch = "wasm32"))]
pub mod write; //     writes the int8 safetensors file

pub use model::{EncodedText, Model, TextModel, TokenAttention};

/// Texts as token ids. Ragged, without padding, so batching cannot change a result.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Token ids of all texts, concatenated. `[T]`
    pub ids: Vec<u32>,
    /// The offset in `ids` at which each text starts, then `ids.len()`. `[B + 1]`, strictly ascending.
    pub starts: Vec<u32>,
}

impl Batch {
    /// Returns a batch without texts.
    pub fn new() -> Batch {
        Batch { ids: Vec::new(), starts: vec![0] }
    }

    /// Appends a text; `ids` must not be empty.
    pub fn push(&mut self, ids: impl IntoIterator<Item = u32>) {
        self.ids.extend(ids);
        self.starts.push(self.ids.len() as u32);
    }

    /// The number of texts, B.
    pub fn texts(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Checks that `starts` covers `ids`, and that the model has an embedding and a position for every token.
    pub fn check(&self, model: &manifest::Architecture) -> Result<(), EncodeError> {
        let bad = |why: String| Err(EncodeError::BadBatch(why));
        if self.starts.first() != Some(&0) || self.starts.last() != Some(&(self.ids.len() as u32)) {
            return bad(format!("starts must run from 0 to the {} token ids", self.ids.len()));
        }
        for text in self.starts.windows(2) {
            let tokens = i64::from(text[1]) - i64::from(text[0]);
            if tokens < 1 || tokens > model.positions as i64 {
                return bad(format!("a text has {tokens} tokens; the model takes 1 to {}", model.positions));
            }
        }
        match self.ids.iter().find(|&&id| id as usize >= model.vocabulary) {
            Some(id) => bad(format!("there is a token id {id}; the vocabulary has {} tokens", model.vocabulary)),
            None => Ok(()),
        }
    }

    /// Returns as many texts, starting with text `first`, as have at most `rows` tokens together; at least one text.
    pub fn group(&self, first: usize, rows: usize) -> Batch {
        let from = self.starts[first];
        let fits = self.starts[first + 1..].iter().take_while(|&&end| (end - from) as usize <= rows).count();
        let starts = &self.starts[first..=first + fits.max(1)];
        let to = starts[starts.len() - 1];
        Batch {
            ids: self.ids[from as usize..to as usize].to_vec(),
            starts: starts.iter().map(|start| start - from).collect(),
        }
    }
}

/// The output of a forward pass.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Embeddings {
    /// One unit vector per text. `[B, D]`, row-major
    pub vectors: Vec<f32>,
    /// The last state of each token, with [`OutputKind::VectorsAndTokens`]; otherwise empty. `[T, D]`, row-major
    pub tokens: Vec<f32>,
}

impl Embeddings {
    /// Adds the texts of another batch at the end.
    pub fn append(&mut self, mut more: Embeddings) {
        self.vectors.append(&mut more.vectors);
        self.tokens.append(&mut more.tokens);
    }
}

/// Which outputs of a forward pass are read back from the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// Pooled, normalised vectors only.
    Vectors,
    /// The token states too, which explanations are computed from.
    VectorsAndTokens,
}

/// Why a batch could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The GPU was lost (driver reset, tab in the background). [`device::Device`] falls back to the CPU and reopens it.
    #[error("the device was lost: {0}")]
    DeviceLost(String),
    /// The batch, or a text of it, does not fit the model; a message for people says why.
    #[error("the batch does not fit the model: {0}")]
    BadBatch(String),
}

/// A model on a device.
#[allow(async_fn_in_trait, reason = "one thread in the browser; natively the caller blocks")]
pub trait Encoder {
    /// Width of the vectors and token states: D if the model has a dense layer, otherwise H.
    fn width(&self) -> usize;
    /// Encodes a batch. Equal texts get equal vectors, alone or in any batch.
    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError>;
    /// How much the vector of a batch of one text attends to each of its tokens, over all layers; sums to 1. `[T]`
    ///
    /// For display only: attention weights do not explain a result. `None` where the device does not compute them.
    async fn attention_rollout(&mut self, _text: &Batch) -> Result<Option<Vec<f32>>, EncodeError> {
        Ok(None)
    }
}
