//! `manifest.json`: which files make the catalogue, and what each must be.
//!
//! ```text
//! {"format": "nearmind-pack", "version": 2,
//!  "items":     {"file": "items.0123456789abcdef.bin", "sha256": "...", "bytes": 1},
//!  "texts":     {"file": "texts.<hash>.bin", ...},
//!  "vectors":   {...},
//!  "words":     {...},
//!  "aliases":   {...},                                            where items have other names
//!  "relations": {...}, "contexts": {...}, "scoreWeights": {...},      where something was learned from the shop's orders
//!  "minVisitors": 3,                                              and how few visitors anything of it stands on
//!  "pictures":  [{...}, {...}],                                   where small pictures were made, in the order of fetching
//!  "model":     {"name": "all-MiniLM-L6-v2", "digest": "..."},
//!  "languages": ["en", "zh"], "count": 240}
//! ```
//!
//! The files never change under their name, so they may be cached for ever; only the manifest is asked for
//! again. Must not know what is in a file.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::bytes::DecodeError;

/// The value of a manifest's field `format`.
pub const FORMAT: &str = "nearmind-pack";
/// The version of the format that this build writes, and the only one that it reads.
pub const VERSION: u32 = 2;

/// The content of a `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always [`FORMAT`].
    pub format: String,
    /// Always [`VERSION`]: a manifest of another version is not read.
    pub version: u32,
    /// What is known of the items, except titles and descriptions ([`super::pack::items`]).
    pub items: FileEntry,
    /// Titles and descriptions ([`super::pack::texts`]).
    pub texts: FileEntry,
    /// Vectors of the items, and how they were centred ([`super::pack::vectors`]).
    pub vectors: FileEntry,
    /// Index of the items' words, and the Chinese dictionary ([`super::pack::words`]).
    pub words: FileEntry,
    /// Other names of items: [`super::Catalog::aliases`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliases: Option<FileEntry>,
    /// What the shop's orders say of items: [`super::Catalog::relations`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relations: Option<FileEntry>,
    /// And of where and when they are chosen: [`super::Catalog::contexts`].
    #[serde(default, alias = "occasions", skip_serializing_if = "Option::is_none")]
    pub contexts: Option<FileEntry>,
    /// How scores are mixed: [`super::Catalog::score_weights`].
    #[serde(default, rename = "scoreWeights", alias = "mixture", skip_serializing_if = "Option::is_none")]
    pub score_weights: Option<FileEntry>,
    /// Everything in relations and contexts rests on this many visitors at least; absent where nobody saw to it.
    #[serde(default, rename = "minVisitors", skip_serializing_if = "Option::is_none")]
    pub min_visitors: Option<u32>,
    /// Sheets of small pictures ([`super::pictures`]), which only pages with private pictures fetch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<FileEntry>,
    /// The model that encoded the items.
    pub model: ModelName,
    /// Primary subtags of the languages that the items are described in, sorted.
    pub languages: Vec<String>,
    /// Items.
    pub count: usize,
}

/// One file of a pack, and how to check that it arrived whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Beside the manifest; holds the first 16 digits of the digest.
    pub file: String,
    /// Of the whole file, in lower-case hexadecimal.
    pub sha256: String,
    /// Size of the file in bytes.
    pub bytes: usize,
}

/// Which model made the vectors. Equal digests give equal vectors.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ModelName {
    /// For people: `all-MiniLM-L6-v2`.
    pub name: String,
    /// SHA-256 of the weights, in lower-case hexadecimal.
    pub digest: String,
}

/// Why a pack cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The manifest cannot be read, for the reason given.
    #[error(
        "the catalogue's manifest cannot be read ({0}): is the address that of a manifest.json from `nearmind bake`?"
    )]
    Manifest(String),
    /// The manifest is of a version that this build does not read.
    #[error("the catalogue is of format version {found}, this build reads {VERSION}: bake it again with this build")]
    Version {
        /// The version that the manifest names.
        found: u32,
    },
    /// The size or the digest of a file is not the one in the manifest.
    #[error("{file} was cut short or altered: load the page again; if that does not help, publish the pack again")]
    Altered {
        /// Its name in the manifest.
        file: String,
    },
    /// The content of a file cannot be decoded, or the file is not there.
    #[error("{file} is not a part of a catalogue ({what}): bake it again")]
    Malformed {
        /// Its name in the manifest.
        file: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl Manifest {
    /// Reads a `manifest.json`. An error where it is not JSON, not of this format and version, or where it names a file
    /// that does not lie beside it.
    pub fn parse(json: &[u8]) -> Result<Self, PackError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let unreadable = |error: serde_json::Error| PackError::Manifest(error.to_string());
        let head: Head = serde_json::from_slice(json).map_err(unreadable)?;
        if head.format != FORMAT {
            return Err(PackError::Manifest(format!("its format is {:?}", head.format)));
        }
        if head.version != VERSION {
            return Err(PackError::Version { found: head.version });
        }
        let manifest: Self = serde_json::from_slice(json).map_err(unreadable)?;
        if let Some(file) = manifest.all_files().find(|file| file.file.contains(['/', '\\', ':'])) {
            return Err(PackError::Manifest(format!("{:?} does not lie beside it", file.file)));
        }
        Ok(manifest)
    }

    /// What has to be fetched, in the order that [`Manifest::decode`] takes it.
    pub fn files(&self) -> Vec<&FileEntry> {
        let others = [&self.aliases, &self.relations, &self.contexts, &self.score_weights].into_iter().flatten();
        [&self.items, &self.texts, &self.vectors, &self.words].into_iter().chain(others).collect()
    }

    /// Everything that belongs to the catalogue, the sheets of pictures included.
    pub fn all_files(&self) -> impl Iterator<Item = &FileEntry> {
        self.files().into_iter().chain(&self.pictures)
    }

    /// The manifest as indented JSON.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a manifest has nothing that JSON lacks")
    }
}

impl FileEntry {
    /// `items.0123456789abcdef.bin` for the stem `items` and the extension `bin`.
    pub fn new(stem: &str, extension: &str, bytes: &[u8]) -> Self {
        Self::from_digest(stem, extension, hex(&Sha256::digest(bytes)), bytes.len())
    }

    /// Of a file that was digested while it was written.
    pub fn from_digest(stem: &str, extension: &str, sha256: String, bytes: usize) -> Self {
        Self { file: format!("{stem}.{}.{extension}", &sha256[..16]), sha256, bytes }
    }

    /// `bytes` are the file's, whole and unaltered.
    pub fn check(&self, bytes: &[u8]) -> Result<(), PackError> {
        let whole = bytes.len() == self.bytes && hex(&Sha256::digest(bytes)) == self.sha256;
        if whole { Ok(()) } else { Err(PackError::Altered { file: self.file.clone() }) }
    }

    /// The error for a content of this file that cannot be decoded.
    pub fn decode_error(&self, DecodeError(what): DecodeError) -> PackError {
        PackError::Malformed { file: self.file.clone(), what }
    }
}

/// Lower-case hexadecimal.
pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
