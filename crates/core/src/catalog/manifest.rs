//! `manifest.json`: lists the files of a catalogue with their sizes and digests.
//!
//! ```text
//! {"format": "nearmind-pack", "version": 2,
//!  "items":     {"file": "items.0123456789abcdef.bin", "sha256": "...", "bytes": 1},
//!  "texts":     {"file": "texts.<hash>.bin", ...},
//!  "vectors":   {...},
//!  "words":     {...},
//!  "aliases":   {...},                                            if items have other names
//!  "relations": {...}, "contexts": {...}, "scoreWeights": {...},   if they were learned from the shop's interactions
//!  "minVisitors": 3,                                              the fewest visitors behind any learned value
//!  "wordVectors": {...},                                          if the catalogue has vectors
//!  "pictures":  [{...}, {...}],                                   if there are small pictures, in the order to fetch
//!  "firstLists": {"en": {...}, "zh": {...}},                      the list of a first visit, by language
//!  "model":     {"name": "all-MiniLM-L6-v2", "digest": "..."},
//!  "languages": ["en", "zh"], "count": 240}
//! ```
//!
//! A file with a given name never changes, so it may be cached for ever; only the manifest is fetched again. Must not
//! know what the files contain.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{bytes::DecodeError, json::from_bytes};

/// The value of the field `format`.
pub const FORMAT: &str = "nearmind-pack";
/// The format version that this build writes, and the only one that it reads.
pub const VERSION: u32 = 2;

/// The content of a `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always [`FORMAT`].
    pub format: String,
    /// Always [`VERSION`]; manifests of other versions are rejected.
    pub version: u32,
    /// The items without titles and descriptions ([`super::pack::items`]).
    pub items: FileEntry,
    /// Titles and descriptions ([`super::pack::texts`]).
    pub texts: FileEntry,
    /// The vectors of the items and the centring map ([`super::pack::vectors`]).
    pub vectors: FileEntry,
    /// The full-text index and the Chinese dictionary ([`super::pack::words`]).
    pub words: FileEntry,
    /// Other names of items ([`super::aliases`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliases: Option<FileEntry>,
    /// Learned relations between items ([`super::relations`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relations: Option<FileEntry>,
    /// Learned popularity by context ([`super::context_popularity`]).
    #[serde(default, alias = "occasions", skip_serializing_if = "Option::is_none")]
    pub contexts: Option<FileEntry>,
    /// Learned weights of the parts of a score ([`super::score_weights`]).
    #[serde(default, rename = "scoreWeights", alias = "mixture", skip_serializing_if = "Option::is_none")]
    pub score_weights: Option<FileEntry>,
    /// Every value in `relations` and `contexts` comes from at least this many visitors; absent if no minimum was
    /// applied.
    #[serde(default, rename = "minVisitors", skip_serializing_if = "Option::is_none")]
    pub min_visitors: Option<u32>,
    /// Vectors of words ([`super::word_vectors`]). Fetched after the catalogue.
    #[serde(default, rename = "wordVectors", skip_serializing_if = "Option::is_none")]
    pub word_vectors: Option<FileEntry>,
    /// Sheets of small pictures ([`super::pictures`]). Only pages with private pictures fetch them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<FileEntry>,
    /// By primary subtag of a language: the list that every visitor without a history sees, as JSON of the
    /// protocol's `Shelf`. A page draws it before the rest of the catalogue is there.
    #[serde(default, rename = "firstLists", skip_serializing_if = "BTreeMap::is_empty")]
    pub first_lists: BTreeMap<String, FileEntry>,
    /// The model that encoded the items.
    pub model: ModelName,
    /// Primary subtags of the languages of the items, sorted.
    pub languages: Vec<String>,
    /// The number of items.
    pub count: usize,
}

/// One file of a pack, with its size and digest to check it after a download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Name of the file in the manifest's folder. Contains the first 16 digits of the digest.
    pub file: String,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: String,
    /// Size of the file in bytes.
    pub bytes: usize,
}

/// The model that encoded the items. Models with equal digests give equal vectors.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ModelName {
    /// The name, for people: `all-MiniLM-L6-v2`.
    pub name: String,
    /// SHA-256 of the weights, in lower-case hexadecimal.
    pub digest: String,
}

/// Why a pack cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The manifest cannot be read, for the given reason.
    #[error(
        "the catalogue's manifest cannot be read ({0}): is the address that of a manifest.json from `nearmind bake`?"
    )]
    Manifest(String),
    /// The manifest has a version that this build does not read.
    #[error("the catalogue is of format version {found}, this build reads {VERSION}: bake it again with this build")]
    Version {
        /// The version in the manifest.
        found: u32,
    },
    /// The size or digest of a file differs from the manifest.
    #[error("{file} was cut short or altered: load the page again; if that does not help, publish the pack again")]
    Altered {
        /// Its name in the manifest.
        file: String,
    },
    /// The content of a file cannot be decoded, or the file is missing.
    #[error("{file} is not a part of a catalogue ({what}): bake it again")]
    Malformed {
        /// Its name in the manifest.
        file: String,
        /// The problem.
        what: &'static str,
    },
}

impl Manifest {
    /// Parses a `manifest.json`. Fails if it is not JSON, has another format or version, or names a file in another
    /// folder.
    pub fn parse(json: &[u8]) -> Result<Self, PackError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let unreadable = |error: serde_json::Error| PackError::Manifest(error.to_string());
        let head: Head = from_bytes(json).map_err(unreadable)?;
        if head.format != FORMAT {
            return Err(PackError::Manifest(format!("its format is {:?}, not {FORMAT:?}", head.format)));
        }
        if head.version != VERSION {
            return Err(PackError::Version { found: head.version });
        }
        let manifest: Self = from_bytes(json).map_err(unreadable)?;
        if let Some(file) = manifest.all_files().find(|file| file.file.contains(['/', '\\', ':'])) {
            return Err(PackError::Manifest(format!("{:?} is not in its folder", file.file)));
        }
        Ok(manifest)
    }

    /// Returns the files to fetch, in the order that [`Manifest::decode`] expects. Word vectors, pictures and first lists
    /// are not among them.
    pub fn files(&self) -> Vec<&FileEntry> {
        let optional = [&self.aliases, &self.relations, &self.contexts, &self.score_weights].into_iter().flatten();
        [&self.items, &self.texts, &self.vectors, &self.words].into_iter().chain(optional).collect()
    }

    /// Iterates over all files of the catalogue, including those that [`Manifest::files`] leaves out.
    pub fn all_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.files().into_iter().chain(&self.word_vectors).chain(&self.pictures).chain(self.first_lists.values())
    }

    /// Returns the manifest as indented JSON.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a manifest can be written as JSON")
    }
}

impl FileEntry {
    /// Describes a file with content `bytes`. Its name is `items.0123456789abcdef.bin` for the stem `items` and the
    /// extension `bin`.
    pub fn new(stem: &str, extension: &str, bytes: &[u8]) -> Self {
        Self::from_digest(stem, extension, hex(&Sha256::digest(bytes)), bytes.len())
    }

    /// Like [`FileEntry::new`], for a file whose SHA-256 and size were computed while it was written.
    pub fn from_digest(stem: &str, extension: &str, sha256: String, bytes: usize) -> Self {
        Self { file: format!("{stem}.{}.{extension}", &sha256[..16]), sha256, bytes }
    }

    /// Checks that `bytes` have the size and digest of the file.
    pub fn check(&self, bytes: &[u8]) -> Result<(), PackError> {
        let is_intact = bytes.len() == self.bytes && hex(&Sha256::digest(bytes)) == self.sha256;
        if is_intact { Ok(()) } else { Err(PackError::Altered { file: self.file.clone() }) }
    }

    /// Returns the error for content of this file that cannot be decoded.
    pub fn decode_error(&self, DecodeError(what): DecodeError) -> PackError {
        PackError::Malformed { file: self.file.clone(), what }
    }
}

/// Formats `digest` in lower-case hexadecimal.
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
