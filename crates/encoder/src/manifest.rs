//! `manifest.json`: describes a model, its origin, and the digests of its files.
//!
//! Must not know devices or where bytes come from: callers pass the bytes to check.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use nearmind_core::{catalog::ModelName, json::from_bytes, text::language::primary_subtag, vectors::arithmetic::dot};

/// The version of the manifest format; other versions are refused.
pub const FORMAT: u32 = 1;

/// The description of a model, without its weights and vocabulary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The version of the manifest format: [`FORMAT`].
    pub format: u32,
    /// The model's name, for people and for the catalogues that it has encoded.
    pub name: String,
    /// The package or directory that it was converted from, with its version.
    pub source: String,
    /// SHA-256 of the original weights, in hexadecimal.
    pub source_sha256: String,
    /// The model's licence, as an SPDX expression.
    pub licence: String,
    /// BCP 47 primary subtags of the languages that the vocabulary covers; empty if unknown.
    pub languages: Vec<String>,
    /// The sizes of the model.
    pub architecture: Architecture,
    /// How the token states become the vector of a text.
    pub pooling: Pooling,
    /// The prefix of each text; empty for most models.
    #[serde(default)]
    pub prefixes: Prefixes,
    /// The other files of the model.
    pub files: Files,
}

/// The sizes of a BERT encoder, with the letters that shapes are written with: `L`, `H`, `I`, `V`, `R`, `P`,
/// `D`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Architecture {
    /// L, the number of encoder layers.
    pub layers: usize,
    /// H, the width of the token states, and of the vectors unless there is a dense layer.
    pub hidden: usize,
    /// The number of attention heads. H / heads must be a multiple of 16.
    pub heads: usize,
    /// I, the inner width of the feed-forward blocks.
    pub intermediate: usize,
    /// V, the number of word embeddings.
    pub vocabulary: usize,
    /// R, how many of those have 8 bits a value; the others have 4.
    pub fine: usize,
    /// P, the most tokens that a text can have, special tokens included.
    pub positions: usize,
    /// Added to the variance in every layer norm.
    pub epsilon: f32,
    /// The dense layer after pooling; most models have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dense: Option<Dense>,
}

/// The dense layer of sentence-transformers between pooling and normalisation: `activation(W x + b)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dense {
    /// D, the width of the vectors.
    pub width: usize,
    /// Applied to each value.
    pub activation: Activation,
}

/// The activation of the dense layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// None.
    Identity,
    /// The hyperbolic tangent.
    Tanh,
}

/// How the token states of a text become one vector, before normalisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The mean of all token states.
    Mean,
    /// The state of the first token, which BERT calls `[CLS]`.
    First,
    /// The maximum of all token states, in each dimension.
    Max,
}

/// The prefixes that the model was trained with, by the role of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prefixes {
    /// The prefix of search queries, as in `query: `.
    pub query: String,
    /// The prefix of item texts, as in `passage: `.
    pub passage: String,
}

/// The files beside the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Files {
    /// The int8 weights, in safetensors.
    pub weights: FileEntry,
    /// The tokenizer, as `tokenizer.json`.
    pub tokenizer: FileEntry,
    /// Texts with their expected vectors: [`Probes`] as JSON.
    pub probes: FileEntry,
}

/// A file beside the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// A plain file name: no folders.
    pub path: String,
    /// The length of the file.
    pub bytes: u64,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// Texts with their vectors from the f32 reference. A device that gives other vectors is not used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probes {
    /// At least one.
    pub probes: Vec<Probe>,
}

/// A text with its expected vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// The text, without prefix; its role is [`Role::Passage`].
    pub text: String,
    /// The vector from the f32 reference, of length 1. `[D]`
    pub vector: Vec<f32>,
}

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The content of a file violates the format.
    #[error("{file} is not usable: {reason}. Convert the model again with `cargo xtask models`")]
    Malformed {
        /// Name of the file.
        file: String,
        /// What is wrong with its content; a message for people.
        reason: String,
    },
    /// A file is longer or shorter than its manifest says.
    #[error("{file} has {found} bytes instead of {expected}: it was cut short or replaced. Load it again")]
    SizeMismatch {
        /// Name of the file.
        file: String,
        /// The length in bytes that the manifest gives.
        expected: u64,
        /// The actual length in bytes.
        found: u64,
    },
    /// A file has another digest than its manifest says.
    #[error("{file} was altered: its SHA-256 is {found}, the manifest says {expected}. Load it again")]
    DigestMismatch {
        /// Name of the file.
        file: String,
        /// The SHA-256 that the manifest gives, in hexadecimal.
        expected: String,
        /// The actual SHA-256, in hexadecimal.
        found: String,
    },
}

impl ModelError {
    pub(crate) fn malformed(file: &str, reason: impl ToString) -> Self {
        Self::Malformed { file: file.into(), reason: reason.to_string() }
    }
}

impl Manifest {
    /// Returns the name and digest by which a catalogue identifies the model that has encoded it.
    pub fn model_name(&self) -> ModelName {
        ModelName { name: self.name.clone(), digest: self.files.weights.sha256.clone() }
    }

    /// Parses and checks a manifest. Fails if the format or a size is unsupported, or a file name is not plain.
    pub fn parse(json: &[u8]) -> Result<Self, ModelError> {
        let bad = |reason: String| ModelError::malformed("manifest.json", reason);
        let manifest: Self = from_bytes(json).map_err(|e| bad(e.to_string()))?;
        if manifest.format != FORMAT {
            return Err(bad(format!("it has format {}; this program reads format {FORMAT}", manifest.format)));
        }
        manifest.architecture.check().map_err(bad)?;
        if manifest.pooling == Pooling::Max && manifest.architecture.dense.is_some() {
            return Err(bad("a dense layer after pooling by the maximum is not supported".into()));
        }
        for file in [&manifest.files.weights, &manifest.files.tokenizer, &manifest.files.probes] {
            if file.path.is_empty() || file.path.starts_with('.') || file.path.contains(['/', '\\', ':']) {
                return Err(bad(format!("{:?} is not a plain file name", file.path)));
            }
        }
        Ok(manifest)
    }

    /// Returns whether the model supports a language, given as a BCP 47 tag: `fr-CA` counts as `fr`. True for every
    /// language if the manifest lists none.
    pub fn supports_language(&self, lang: &str) -> bool {
        let lang = primary_subtag(lang);
        self.languages.is_empty() || self.languages.iter().any(|own| primary_subtag(own) == lang)
    }
}

/// The role of a text; some models need a prefix that says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A search query.
    Query,
    /// An item's text.
    #[default]
    Passage,
}

impl Prefixes {
    /// Returns the prefix of texts in this role; it may be empty.
    pub fn for_role(&self, role: Role) -> &str {
        match role {
            Role::Query => &self.query,
            Role::Passage => &self.passage,
        }
    }
}

impl Probes {
    /// Parses `probes.json`. Fails if it has no probe, or a vector whose width is not the model's.
    pub fn parse(json: &[u8], architecture: &Architecture) -> Result<Self, ModelError> {
        let bad = |reason: String| ModelError::malformed("probes.json", reason);
        let probes: Self = from_bytes(json).map_err(|e| bad(e.to_string()))?;
        if probes.probes.is_empty() {
            return Err(bad("it has no probe".into()));
        }
        match probes.probes.iter().find(|p| p.vector.len() != architecture.width()) {
            Some(p) => Err(bad(format!(
                "the vector of {:?} has {} values instead of {}",
                p.text,
                p.vector.len(),
                architecture.width()
            ))),
            None => Ok(probes),
        }
    }

    /// Returns the median cosine between two probes: the similarity of unrelated texts, because most pairs of probes
    /// have nothing in common. Near 0 for some models, above 0.7 for others. 0 for fewer than two probes.
    pub fn median_similarity(&self) -> f32 {
        let mut cosines = Vec::new();
        for (nth, one) in self.probes.iter().enumerate() {
            cosines.extend(self.probes[nth + 1..].iter().map(|other| dot(&one.vector, &other.vector)));
        }
        cosines.sort_by(f32::total_cmp);
        cosines.get(cosines.len() / 2).copied().unwrap_or_default()
    }
}

impl Architecture {
    /// The width of the vectors, D: that of the dense layer, or H.
    pub fn width(&self) -> usize {
        self.dense.map_or(self.hidden, |dense| dense.width)
    }

    /// The width of one attention head.
    pub fn head_width(&self) -> usize {
        self.hidden / self.heads
    }

    /// Checks that this program supports the sizes. The upper limits keep a hostile manifest from claiming any amount
    /// of memory. The error is a message for people.
    pub fn check(&self) -> Result<(), String> {
        let within = |name: &str, value: usize, low: usize, high: usize, multiple: usize| {
            if value < low || value > high || !value.is_multiple_of(multiple) {
                return Err(format!("{name} is {value}; it must be a multiple of {multiple} from {low} to {high}"));
            }
            Ok(())
        };
        within("layers", self.layers, 1, 48, 1)?;
        // 2,096 * 127 * 63 < 2^24: sums of up to 2,096 products are exact in f32. Longer sums exceed 2^24 only with
        // artificial values; where a GPU adds in f32, they are then rounded, with a relative error of 6e-8.
        within("hidden", self.hidden, 32, 2048, 32)?;
        within("intermediate", self.intermediate, 32, 4096, 32)?;
        within("heads", self.heads, 1, self.hidden, 1)?;
        if !self.hidden.is_multiple_of(self.heads) || !self.head_width().is_multiple_of(16) {
            return Err(format!(
                "heads is {}; hidden / heads must be a multiple of 16, and hidden is {}",
                self.heads, self.hidden
            ));
        }
        within("vocabulary", self.vocabulary, 1, 1 << 20, 1)?;
        within("fine", self.fine, 0, self.vocabulary, 1)?;
        within("positions", self.positions, 4, 8192, 1)?;
        if let Some(dense) = &self.dense {
            within("dense.width", dense.width, 32, 2048, 32)?;
        }
        if !(0.0..1.0).contains(&self.epsilon) {
            return Err(format!("epsilon is {}; it must be at least 0 and below 1", self.epsilon));
        }
        Ok(())
    }
}

impl FileEntry {
    /// Builds the entry of a file with this name and these bytes.
    pub fn from_bytes(path: &str, bytes: &[u8]) -> Self {
        Self { path: path.into(), bytes: bytes.len() as u64, sha256: sha256_hex(bytes) }
    }

    /// Checks a whole file. For a file that arrives in pieces, use [`FileEntry::check_digest`].
    pub fn check(&self, bytes: &[u8]) -> Result<(), ModelError> {
        self.check_digest(bytes.len() as u64, &sha256_hex(bytes))
    }

    /// Checks the length in bytes and the SHA-256, in hexadecimal, of a file.
    pub fn check_digest(&self, bytes: u64, sha256: &str) -> Result<(), ModelError> {
        if bytes != self.bytes {
            return Err(ModelError::SizeMismatch { file: self.path.clone(), expected: self.bytes, found: bytes });
        }
        if sha256 != self.sha256 {
            let (expected, found) = (self.sha256.clone(), sha256.into());
            return Err(ModelError::DigestMismatch { file: self.path.clone(), expected, found });
        }
        Ok(())
    }
}

/// Returns the SHA-256 of the bytes, in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}"); // writing to a String cannot fail
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::SyntheticModel;

    #[test]
    fn a_model_supports_the_languages_of_its_manifest() {
        let mut manifest = SyntheticModel::small(1).manifest;
        manifest.languages = vec!["en".into(), "zh".into()];
        for (lang, expect) in [("en", true), ("zh-Hans-CN", true), ("EN_gb", true), ("fr", false), ("", false)] {
            assert_eq!(manifest.supports_language(lang), expect, "{lang}");
        }
        manifest.languages.clear();
        assert!(manifest.supports_language("fr"), "no language is listed");
    }

    #[test]
    fn equal_probes_do_not_raise_the_median_similarity() {
        let probe = |x: f32, y: f32| Probe { text: String::new(), vector: vec![x, y] };
        let median = |probes| Probes { probes }.median_similarity();
        assert_eq!(median(vec![probe(1.0, 0.0), probe(1.0, 0.0), probe(0.6, 0.8)]), 0.6);
        assert_eq!((median(vec![probe(1.0, 0.0)]), median(Vec::new())), (0.0, 0.0));
    }
}
