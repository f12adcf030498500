//! The seam: tokenized texts in, vectors out. Everything about models and devices lies behind it.
//!
//! Must not know items, visitors or JavaScript.

#![warn(missing_docs)]

pub mod bert; //      the forward pass, written once over `Kernels`
#[cfg(test)]
mod cases; //         what every device is held to
pub mod cpu; //       int8 kernels: portable, SIMD128, relaxed SIMD, x86
pub mod device; //    chooses: prove, time, demote
#[cfg(feature = "reference")]
pub mod f32_model; //      f32 weights as plain arrays
#[cfg(feature = "gpu")]
pub mod gpu; //       wgpu and WGSL for the same kernels
pub mod kernels; //   the trait of fused steps that a device implements
pub mod manifest; //  models/*/manifest.json: source, digests, pooling, prefixes, lengths
#[cfg(feature = "reference")]
pub mod reference; // the f32 forward pass in burn
#[cfg(all(test, feature = "gpu"))]
#[path = "../../../tests/support/skipped.rs"]
mod skipped; //       what this machine lacks for a test
#[cfg(not(target_arch = "wasm32"))]
pub mod synthetic; // a small random model for tests
pub mod tokenize; //  text -> ids and the words they belong to
pub mod weights; //   the int8 safetensors file, checked and loaded
pub mod windows; //   texts that are longer than the model's longest
#[cfg(not(target_arch = "wasm32"))]
pub mod write; //     writes that file

/// Texts as token ids, ragged: no padding, so batching cannot change an answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Token ids of all texts, one after the other. `[T]`
    pub ids: Vec<u32>,
    /// Where each text starts in `ids`, and at the end `ids.len()`. `[B + 1]`, ascending, no empty text.
    pub starts: Vec<u32>,
}

impl Batch {
    /// No text yet.
    pub fn new() -> Batch {
        Batch { ids: Vec::new(), starts: vec![0] }
    }

    /// Adds a text; `ids` are not empty.
    pub fn push(&mut self, ids: impl IntoIterator<Item = u32>) {
        self.ids.extend(ids);
        self.starts.push(self.ids.len() as u32);
    }

    /// B
    pub fn texts(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// That the texts cover the tokens, and that every token has an embedding and a position.
    pub fn check(&self, model: &manifest::Architecture) -> Result<(), EncodeError> {
        let bad = |why: String| Err(EncodeError::BadBatch(why));
        if self.starts.first() != Some(&0) || self.starts.last() != Some(&(self.ids.len() as u32)) {
            return bad("its texts do not cover its tokens".into());
        }
        for text in self.starts.windows(2) {
            let tokens = i64::from(text[1]) - i64::from(text[0]);
            if tokens < 1 || tokens > model.positions as i64 {
                return bad(format!("a text of {tokens} tokens, the model takes 1 to {}", model.positions));
            }
        }
        match self.ids.iter().find(|&&id| id as usize >= model.vocabulary) {
            Some(id) => bad(format!("token {id}, the vocabulary has {}", model.vocabulary)),
            None => Ok(()),
        }
    }

    /// The texts from `first` on that have at most `rows` tokens together, and at least one text.
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

/// What a forward pass gives back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Embeddings {
    /// One unit vector a text. `[B, H]`, row-major
    pub vectors: Vec<f32>,
    /// With [`OutputKind::VectorsAndTokens`]: the last hidden state of each token. `[T, H]`, row-major
    pub tokens: Vec<f32>,
}

/// Which results of a forward pass are read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// Pooled, normalised vectors only.
    Vectors,
    /// The token states too: explanations are sums over them.
    VectorsAndTokens,
}

/// Why a batch could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The GPU went away (driver reset, tab in the background): rebuild, then the CPU.
    #[error("the device was lost: {0}")]
    DeviceLost(String),
    /// The batch, or a text for it, does not fit the model: why, for people.
    #[error("the batch does not fit the model: {0}")]
    BadBatch(String),
}

/// A model on a device.
#[allow(async_fn_in_trait, reason = "one thread in the browser; natively the caller blocks")]
pub trait Encoder {
    /// Width of the vectors, H.
    fn width(&self) -> usize;
    /// Encodes a batch. Equal texts give equal vectors, alone or in any batch.
    async fn encode(&mut self, batch: &Batch, output: OutputKind) -> Result<Embeddings, EncodeError>;
    /// How much one text's vector looks at each of its tokens through all layers' attention; sums to 1. `[T]`
    ///
    /// For the curious: it is no reason for anything. `None` where the device does not tell.
    async fn attention_rollout(&mut self, _text: &Batch) -> Result<Option<Vec<f32>>, EncodeError> {
        Ok(None)
    }
}
