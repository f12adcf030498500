//! `manifest.json`: what a model is, where it came from, and the digests that its files must have.
//!
//! Must not know devices or where bytes come from: it checks bytes that it is given.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use nearmind_core::{catalog::ModelName, text::language::primary, vectors::arithmetic::dot};

/// The manifest's own version; another one is refused.
pub const FORMAT: u32 = 1;

/// Everything that is known of a model, but its weights and vocabulary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Version of the manifest's own form: [`FORMAT`].
    pub format: u32,
    /// The model's name, for people and for the catalogues that it encodes.
    pub name: String,
    /// The package or directory that it was converted from, with its version.
    pub source: String,
    /// SHA-256 of the original weights, in hexadecimal.
    pub source_sha256: String,
    /// SPDX expression.
    pub licence: String,
    /// BCP 47 primary subtags of the languages that the vocabulary covers; empty where that is not known.
    pub languages: Vec<String>,
    /// The model's sizes.
    pub architecture: Architecture,
    /// How token states become a text's vector.
    pub pooling: Pooling,
    /// What stands before each text; empty for most models.
    #[serde(default)]
    pub prefixes: Prefixes,
    /// The other files of the model.
    pub files: Files,
}

/// Sizes of a BERT encoder. Names as in ARCHITECTURE's formulas: `L`, `H`, `I`, `V`, `R`, `P`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Architecture {
    /// L
    pub layers: usize,
    /// H, the width of the vectors too.
    pub hidden: usize,
    /// Attention heads; they divide H into widths that are multiples of 16.
    pub heads: usize,
    /// I
    pub intermediate: usize,
    /// V, rows of the word table.
    pub vocabulary: usize,
    /// R, how many of those are kept in 8 bits.
    pub fine: usize,
    /// P, the longest text in tokens, its special tokens included.
    pub positions: usize,
    /// Added to the variance in every layer norm.
    pub epsilon: f32,
}

/// How the token states of a text become one vector, before it is normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The mean of all token states.
    Mean,
    /// The state of the first token, which BERT calls `[CLS]`.
    First,
    /// The largest of all token states, in each dimension.
    Max,
}

/// What the model wants before a text, by the text's role.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prefixes {
    /// Before a search or a wish, as in `query: `.
    pub query: String,
    /// Before an item's text, as in `passage: `.
    pub passage: String,
}

/// The files beside the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Files {
    /// The int8 weights, in safetensors.
    pub weights: FileEntry,
    /// The vocabulary and how texts are cut, as `tokenizer.json`.
    pub tokenizer: FileEntry,
    /// Known texts with their vectors: [`Probes`] as JSON.
    pub probes: FileEntry,
}

/// A file beside the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// A plain file name: no folders.
    pub path: String,
    /// The file's length.
    pub bytes: u64,
    /// In hexadecimal.
    pub sha256: String,
}

/// Known texts with the vectors that the f32 reference gives them: a device that differs is not used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probes {
    /// At least one.
    pub probes: Vec<Probe>,
}

/// A known text with its vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// The text, without a prefix; its role is [`Role::Passage`].
    pub text: String,
    /// Unit vector. `[H]`
    pub vector: Vec<f32>,
}

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file's content is not what the format asks for.
    #[error("{file} is not usable: {reason}. Convert the model again with `cargo xtask models`")]
    Malformed {
        /// Name of the file.
        file: String,
        /// What is wrong with its content, for people.
        reason: String,
    },
    /// A file is longer or shorter than its manifest says.
    #[error("{file} has {found} bytes instead of {expected}: it was cut short or replaced. Load it again")]
    SizeMismatch {
        /// Name of the file.
        file: String,
        /// Its length in bytes by the manifest.
        expected: u64,
        /// The length in bytes that it has.
        found: u64,
    },
    /// A file has other bytes than its manifest says.
    #[error("{file} was altered: its SHA-256 is {found}, the manifest says {expected}. Load it again")]
    DigestMismatch {
        /// Name of the file.
        file: String,
        /// Its SHA-256 by the manifest, in hexadecimal.
        expected: String,
        /// The SHA-256 that it has, in hexadecimal.
        found: String,
    },
}

impl ModelError {
    pub(crate) fn malformed(file: &str, reason: impl ToString) -> Self {
        Self::Malformed { file: file.into(), reason: reason.to_string() }
    }
}

impl Manifest {
    /// The name under which a catalogue remembers the model that encoded it.
    pub fn model_name(&self) -> ModelName {
        ModelName { name: self.name.clone(), digest: self.files.weights.sha256.clone() }
    }

    /// Reads and checks a manifest.
    pub fn parse(json: &[u8]) -> Result<Self, ModelError> {
        let bad = |reason: String| ModelError::malformed("manifest.json", reason);
        let manifest: Self = serde_json::from_slice(json).map_err(|e| bad(e.to_string()))?;
        if manifest.format != FORMAT {
            return Err(bad(format!("it has format {}, this program reads {FORMAT}", manifest.format)));
        }
        manifest.architecture.check().map_err(bad)?;
        for file in [&manifest.files.weights, &manifest.files.tokenizer, &manifest.files.probes] {
            if file.path.is_empty() || file.path.starts_with('.') || file.path.contains(['/', '\\', ':']) {
                return Err(bad(format!("{:?} is not a plain file name", file.path)));
            }
        }
        Ok(manifest)
    }

    /// Whether the model reads a language, by its BCP 47 tag: `fr-CA` counts as `fr`. A manifest that lists no languages
    /// does not know, and the answer is yes.
    pub fn supports_language(&self, lang: &str) -> bool {
        let lang = primary(lang);
        self.languages.is_empty() || self.languages.iter().any(|own| primary(own) == lang)
    }
}

/// What a text is to the model; some models want to be told by a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A search, a wish.
    Query,
    /// An item's text.
    #[default]
    Passage,
}

impl Prefixes {
    /// The prefix of texts in this role; may be empty.
    pub fn for_role(&self, role: Role) -> &str {
        match role {
            Role::Query => &self.query,
            Role::Passage => &self.passage,
        }
    }
}

impl Probes {
    /// Reads `probes.json`. An error if it has no probe, or a vector of another width than the model's.
    pub fn parse(json: &[u8], architecture: &Architecture) -> Result<Self, ModelError> {
        let bad = |reason: String| ModelError::malformed("probes.json", reason);
        let probes: Self = serde_json::from_slice(json).map_err(|e| bad(e.to_string()))?;
        if probes.probes.is_empty() {
            return Err(bad("it has no probe".into()));
        }
        match probes.probes.iter().find(|p| p.vector.len() != architecture.hidden) {
            Some(p) => {
                Err(bad(format!("{:?} has {} values, the model {}", p.text, p.vector.len(), architecture.hidden)))
            }
            None => Ok(probes),
        }
    }

    /// The median cosine of two of them, which as a rule have nothing in common: near 0 for some models, above 0.7 for others.
    pub fn median_similarity(&self) -> f32 {
        let after = |nth: usize| self.probes[nth + 1..].iter();
        let of =
            |(nth, one): (usize, &Probe)| after(nth).map(|other| dot(&one.vector, &other.vector)).collect::<Vec<f32>>();
        let mut cosines: Vec<f32> = self.probes.iter().enumerate().flat_map(of).collect();
        cosines.sort_by(f32::total_cmp);
        cosines.get(cosines.len() / 2).copied().unwrap_or_default()
    }
}

impl Architecture {
    /// Width of one attention head.
    pub fn head_width(&self) -> usize {
        self.hidden / self.heads
    }

    /// Bounds on what this program computes, so that a hostile manifest cannot ask for any amount of memory.
    pub fn check(&self) -> Result<(), String> {
        let within = |name: &str, value: usize, low: usize, high: usize, multiple: usize| {
            if value < low || value > high || !value.is_multiple_of(multiple) {
                return Err(format!("{name} is {value}: it must be a multiple of {multiple} from {low} to {high}"));
            }
            Ok(())
        };
        within("layers", self.layers, 1, 48, 1)?;
        // 2,096 * 127 * 63 < 2^24: sums of so many products are exact in f32. A longer sum that gets as large as that, which
        // only made-up numbers do, is rounded by 6e-8 of itself where a GPU adds in f32.
        within("hidden", self.hidden, 32, 2048, 32)?;
        within("intermediate", self.intermediate, 32, 4096, 32)?;
        within("heads", self.heads, 1, self.hidden, 1)?;
        if !self.hidden.is_multiple_of(self.heads) || !self.head_width().is_multiple_of(16) {
            return Err(format!("{} heads do not divide {} into multiples of 16", self.heads, self.hidden));
        }
        within("vocabulary", self.vocabulary, 1, 1 << 20, 1)?;
        within("fine", self.fine, 0, self.vocabulary, 1)?;
        within("positions", self.positions, 4, 8192, 1)?;
        if !(0.0..1.0).contains(&self.epsilon) {
            return Err(format!("epsilon is {}", self.epsilon));
        }
        Ok(())
    }
}

impl FileEntry {
    /// The entry of a file with this name and these bytes.
    pub fn from_bytes(path: &str, bytes: &[u8]) -> Self {
        Self { path: path.into(), bytes: bytes.len() as u64, sha256: sha256_hex(bytes) }
    }

    /// Whole file at once; who receives it in pieces compares `bytes` and `sha256` themselves.
    pub fn check(&self, bytes: &[u8]) -> Result<(), ModelError> {
        self.check_digest(bytes.len() as u64, &sha256_hex(bytes))
    }

    /// Compares a file's length in bytes and its SHA-256, in hexadecimal, with this entry.
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

/// The SHA-256 of these bytes, in hexadecimal with small letters.
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
    fn a_model_reads_the_languages_of_its_manifest() {
        let mut manifest = SyntheticModel::small(1).manifest;
        manifest.languages = vec!["en".into(), "zh".into()];
        for (lang, expect) in [("en", true), ("zh-Hans-CN", true), ("EN_gb", true), ("fr", false), ("", false)] {
            assert_eq!(manifest.supports_language(lang), expect, "{lang}");
        }
        manifest.languages.clear();
        assert!(manifest.supports_language("fr"), "not known");
    }

    #[test]
    fn two_probes_of_one_meaning_do_not_raise_the_background() {
        let probe = |x: f32, y: f32| Probe { text: String::new(), vector: vec![x, y] };
        let background = |probes| Probes { probes }.median_similarity();
        assert_eq!(background(vec![probe(1.0, 0.0), probe(1.0, 0.0), probe(0.6, 0.8)]), 0.6);
        assert_eq!((background(vec![probe(1.0, 0.0)]), background(Vec::new())), (0.0, 0.0));
    }
}
