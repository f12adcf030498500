//! A cache of vectors, keyed by the digests of their texts, so that a bake embeds only texts that are new. It is a file in
//! the private folder of the catalogue, which need not be published: `vectors` for the items, `query-vectors` for the texts
//! that word vectors are fitted to.
//!
//! ```text
//! .bake/vectors   8 bytes   "NMKEPT01"
//!                 u32       D, the number of dimensions, little-endian
//!                 32 bytes  SHA-256 of the model's manifest and the kind of device
//!                 records:  16 bytes, the first half of the text's SHA-256
//!                           f32 [D], little-endian
//!                           4 bytes, the first of the SHA-256 of both
//! ```
//!
//! Records are appended while texts are embedded, so that a bake continues where an earlier one was killed. Damaged
//! records, and those of another model, are ignored, and their texts embedded again. The vectors are stored in f32 as the
//! model computes them, before centring and quantization: an incremental bake gives the same bytes as a full one.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::cli::folder;
pub use nearmind_core::catalog::document::{Key, key};

const MAGIC: &[u8; 8] = b"NMKEPT01";
const HEADER_BYTES: usize = 8 + 4 + 32;

/// Identifies what computed the vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFingerprint {
    /// SHA-256 of the model's manifest and the kind of device.
    pub digest: [u8; 32],
    /// D, the number of dimensions.
    pub width: usize,
}

/// What was encoded. Models encode items and queries in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheKind {
    /// The texts of the items.
    Items,
    /// The texts that word vectors are fitted to.
    Queries,
}

impl CacheKind {
    fn file(self) -> &'static str {
        match self {
            Self::Items => "vectors",
            Self::Queries => "query-vectors",
        }
    }
}

/// The vectors of earlier bakes.
pub struct VectorCache {
    kind: CacheKind,
    fingerprint: ModelFingerprint,
    files: Vec<File>,
    /// The index in `files` and the offset in bytes of each record.
    offsets: HashMap<Key, (usize, u64)>,
    path: PathBuf,
}

impl VectorCache {
    /// Opens the caches in these catalogue folders, as far as they are of this model. New vectors go into the first folder.
    pub fn open(kind: CacheKind, fingerprint: ModelFingerprint, folders: &[&Path]) -> Result<Self> {
        let path = folder::private_folder(folders[0])?.join(kind.file());
        let mut cache = Self { kind, fingerprint, files: Vec::new(), offsets: HashMap::new(), path };
        for folder in folders {
            let path = folder.join(folder::PRIVATE_FOLDER).join(kind.file());
            if let Ok(file) = File::open(&path) {
                cache.index_file(file).with_context(|| format!("reading {}", path.display()))?;
            }
        }
        Ok(cache)
    }

    /// Opens the cache of the items in one catalogue folder, of whatever model it is.
    ///
    /// # Errors
    /// If there is no cache.
    pub fn open_existing(folder: &Path) -> Result<Self> {
        let path = folder.join(folder::PRIVATE_FOLDER).join(CacheKind::Items.file());
        let missing = || format!("{} cannot be read: `nearmind bake` with --model writes it", path.display());
        let mut header = [0; HEADER_BYTES];
        File::open(&path).and_then(|mut file| file.read_exact(&mut header)).with_context(missing)?;
        let width = u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize;
        let fingerprint = ModelFingerprint { digest: std::array::from_fn(|at| header[12 + at]), width };
        Self::open(CacheKind::Items, fingerprint, &[folder])
    }

    /// The vectors `[N, D]` of these texts; `None` if one of them is not in the cache.
    pub fn all(&mut self, texts: impl Iterator<Item = String>) -> Result<Option<Vec<f32>>> {
        let mut vectors = Vec::new();
        for text in texts {
            let Some(vector) = self.get(&key(&text))? else { return Ok(None) };
            vectors.extend(vector);
        }
        Ok(Some(vectors))
    }

    fn index_file(&mut self, file: File) -> Result<()> {
        let mut reader = BufReader::with_capacity(1 << 20, &file);
        let mut header = [0; HEADER_BYTES];
        if reader.read_exact(&mut header).is_err() || header != self.header() {
            return Ok(());
        }
        let mut record = vec![0; self.record_bytes()];
        let mut at = HEADER_BYTES as u64;
        // The last record may be incomplete, if a bake was killed.
        while reader.read_exact(&mut record).is_ok() {
            let (body, check) = record.split_at(record.len() - 4);
            if Sha256::digest(body)[..4] == *check {
                let key = std::array::from_fn(|at| body[at]);
                self.offsets.entry(key).or_insert((self.files.len(), at));
            }
            at += record.len() as u64;
        }
        drop(reader);
        self.files.push(file);
        Ok(())
    }

    /// Whether the cache has the vector of this text.
    pub fn has(&self, key: &Key) -> bool {
        self.offsets.contains_key(key)
    }

    /// The vector `[D]` of this text.
    pub fn get(&mut self, key: &Key) -> Result<Option<Vec<f32>>> {
        let Some(&(file, at)) = self.offsets.get(key) else { return Ok(None) };
        let mut bytes = vec![0; self.fingerprint.width * 4];
        let file = &mut self.files[file];
        file.seek(SeekFrom::Start(at + 16))?;
        file.read_exact(&mut bytes)?;
        Ok(Some(
            bytes.chunks_exact(4).map(|value| f32::from_le_bytes([value[0], value[1], value[2], value[3]])).collect(),
        ))
    }

    /// Forgets all vectors, without changing the files.
    pub fn clear(&mut self) {
        self.offsets.clear();
    }

    /// Opens the file to append vectors to it. Removes an incomplete last record, or, if the file is of another model or
    /// the cache is empty, all records.
    pub fn append(&self) -> Result<Journal> {
        let context = || format!("writing {}", self.path.display());
        let mut file =
            OpenOptions::new().create(true).append(true).read(true).open(&self.path).with_context(context)?;
        let len = file.seek(SeekFrom::End(0))? as usize;
        let mut header = [0; HEADER_BYTES];
        file.seek(SeekFrom::Start(0))?;
        let is_same_model = file.read_exact(&mut header).is_ok() && header == self.header();
        if !is_same_model || self.offsets.is_empty() {
            file.set_len(0)?;
            file.write_all(&self.header()).with_context(context)?;
        } else {
            let incomplete = (len - HEADER_BYTES) % self.record_bytes();
            file.set_len((len - incomplete) as u64)?;
        }
        Ok(Journal { file, path: self.path.clone() })
    }

    /// Replaces the file by one with these vectors only. The keys must ascend, so that equal bakes write equal bytes.
    pub fn replace<'a>(&self, vectors: impl Iterator<Item = (Key, &'a [f32])>) -> Result<()> {
        let folder = self.path.parent().context("the path of the vector cache has no folder")?;
        let mut file = folder::temporary_file(folder)?;
        let mut out = std::io::BufWriter::with_capacity(1 << 20, &mut file);
        let context = || format!("writing {}", self.path.display());
        out.write_all(&self.header()).with_context(context)?;
        for (key, vector) in vectors {
            out.write_all(&record(&key, vector)).with_context(context)?;
        }
        out.flush().with_context(context)?;
        drop(out);
        folder::persist(file, folder, self.kind.file())
    }

    fn header(&self) -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        header[..8].copy_from_slice(MAGIC);
        header[8..12].copy_from_slice(&(self.fingerprint.width as u32).to_le_bytes());
        header[12..].copy_from_slice(&self.fingerprint.digest);
        header
    }

    fn record_bytes(&self) -> usize {
        16 + self.fingerprint.width * 4 + 4
    }
}

/// The file of the cache while vectors are appended to it.
pub struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Appends the vector `[D]` of a text.
    pub fn push(&mut self, key: &Key, vector: &[f32]) -> Result<()> {
        self.file.write_all(&record(key, vector)).with_context(|| format!("writing {}", self.path.display()))
    }
}

fn record(key: &Key, vector: &[f32]) -> Vec<u8> {
    let mut record = key.to_vec();
    record.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
    let check = Sha256::digest(&record);
    record.extend_from_slice(&check[..4]);
    record
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn fingerprint(byte: u8) -> ModelFingerprint {
        ModelFingerprint { digest: [byte; 32], width: 3 }
    }

    #[test]
    fn incomplete_records_and_another_models_vectors_are_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let open = |byte| VectorCache::open(CacheKind::Items, fingerprint(byte), &[folder.path()]).unwrap();
        let mut journal = open(1).append().unwrap();
        journal.push(&key("a"), &[1.0, 2.0, 3.0]).unwrap();
        journal.push(&key("b"), &[4.0, 5.0, 6.0]).unwrap();
        let path = folder.path().join(".bake/vectors");
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 5]).unwrap();
        let mut cache = open(1);
        assert_eq!((cache.get(&key("a")).unwrap(), cache.has(&key("b"))), (Some(vec![1.0, 2.0, 3.0]), false));
        cache.append().unwrap().push(&key("c"), &[7.0, 8.0, 9.0]).unwrap();
        assert_eq!(open(1).get(&key("c")).unwrap(), Some(vec![7.0, 8.0, 9.0]));
        let mut altered = fs::read(&path).unwrap();
        altered[HEADER_BYTES + 20] ^= 1;
        fs::write(&path, &altered).unwrap();
        assert!(!open(1).has(&key("a")) && open(1).has(&key("c")));
        assert!(!open(2).has(&key("c")));
        open(1).replace([(key("z"), &[0.5f32; 3] as &[f32])].into_iter()).unwrap();
        assert!(open(1).has(&key("z")) && !open(1).has(&key("c")));
    }
}
