//! The packed catalogue: a manifest, and three files named by what is in them.
//!
//! manifest.json    {"format": "nearmind-pack", "version": 1,
//!                   "items":   {"file": "items.0123456789abcdef.jsonl", "sha256": "...", "bytes": 1},
//!                   "vectors": {"file": "vectors.<hash>.bin", ...},
//!                   "words":   {"file": "words.<hash>.bin", ...},
//!                   "model":   {"name": "all-MiniLM-L6-v2", "digest": "..."},
//!                   "languages": ["en", "zh"], "count": 240}
//!
//! The files never change under their name, so they may be cached for ever; only the manifest is asked for
//! again. `parts.rs` draws the files. Bytes in, plain data out: must not know where they come from.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Catalog, bytes::Malformed, parts};

pub const FORMAT: &str = "nearmind-pack";
pub const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: String,
    pub version: u32,
    pub items: File,
    pub vectors: File,
    pub words: File,
    pub model: ModelName,
    /// Primary subtags of the languages that the items are described in, sorted.
    pub languages: Vec<String>,
    /// Items.
    pub count: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Beside the manifest; holds the first 16 digits of the digest.
    pub file: String,
    /// Of the whole file, in lower-case hexadecimal.
    pub sha256: String,
    pub bytes: usize,
}

/// Which model made the vectors. Equal digests give equal vectors.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ModelName {
    pub name: String,
    /// SHA-256 of the weights, in lower-case hexadecimal.
    pub digest: String,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    #[error(
        "the catalogue's manifest cannot be read ({0}): is the address that of a manifest.json from `nearmind bake`?"
    )]
    Manifest(String),
    #[error("the catalogue is of format version {found}, this build reads {VERSION}: bake it again with this build")]
    Version { found: u32 },
    #[error("{file} was cut short or altered: load the page again; if that does not help, publish the pack again")]
    Altered { file: String },
    #[error("{file} is not a part of a catalogue ({what}): bake it again")]
    Malformed { file: String, what: &'static str },
}

impl Manifest {
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
        if let Some(file) = manifest.files().into_iter().find(|file| file.file.contains(['/', '\\', ':'])) {
            return Err(PackError::Manifest(format!("{:?} does not lie beside it", file.file)));
        }
        Ok(manifest)
    }

    /// What has to be fetched, in the order that [`Manifest::decode`] takes it.
    pub fn files(&self) -> [&File; 3] {
        [&self.items, &self.vectors, &self.words]
    }

    /// The catalogue from the bytes of [`Manifest::files`].
    pub fn decode(&self, files: [&[u8]; 3]) -> Result<Catalog, PackError> {
        for (file, bytes) in self.files().into_iter().zip(files) {
            if !file.holds(bytes) {
                return Err(PackError::Altered { file: file.file.clone() });
            }
        }
        let [items, vectors, words] = files;
        let items = parts::read_items(items).map_err(|error| self.items.malformed(error))?;
        let vectors = parts::read_vectors(vectors).map_err(|error| self.vectors.malformed(error))?;
        let words = parts::read_words(words).map_err(|error| self.words.malformed(error))?;
        for (file, rows) in
            [(&self.items, items.len()), (&self.vectors, vectors.0.len()), (&self.words, words.0.lengths.len())]
        {
            if rows != self.count {
                return Err(file.malformed(Malformed("it has not as many rows as the manifest says")));
            }
        }
        Ok(Catalog::new(items, vectors, words, self.model.clone()))
    }
}

impl File {
    fn new(stem: &str, extension: &str, bytes: &[u8]) -> Self {
        let sha256 = hex(bytes);
        Self { file: format!("{stem}.{}.{extension}", &sha256[..16]), sha256, bytes: bytes.len() }
    }

    /// `bytes` are the file's, whole and unaltered.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.bytes && hex(bytes) == self.sha256
    }

    fn malformed(&self, Malformed(what): Malformed) -> PackError {
        PackError::Malformed { file: self.file.clone(), what }
    }
}

/// A catalogue ready to be written: names and bytes, the manifest last.
pub struct Pack {
    pub files: Vec<(String, Vec<u8>)>,
}

impl Pack {
    pub fn new(catalog: &Catalog) -> Self {
        let items = parts::write_items(&catalog.items);
        let vectors = parts::write_vectors(&catalog.matrix, &catalog.centre);
        let words = parts::write_words(&catalog.index, &catalog.dictionary);
        let languages: std::collections::BTreeSet<_> =
            catalog.items.iter().flat_map(|item| item.words.keys()).collect();
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            items: File::new("items", "jsonl", &items),
            vectors: File::new("vectors", "bin", &vectors),
            words: File::new("words", "bin", &words),
            model: catalog.model.clone(),
            languages: languages.into_iter().cloned().collect(),
            count: catalog.len(),
        };
        let json = serde_json::to_vec_pretty(&manifest).expect("a manifest has nothing that JSON lacks");
        let [items_name, vectors_name, words_name] = manifest.files().map(|file| file.file.clone());
        let files =
            vec![(items_name, items), (vectors_name, vectors), (words_name, words), ("manifest.json".to_owned(), json)];
        Self { files }
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        catalog::{Item, Words, make},
        text::Dictionary,
    };

    fn items() -> Vec<(Item, Vec<f32>)> {
        let item = |nth: usize| {
            let words = |title: &str| Words { title: format!("{title} {nth}"), ..Words::default() };
            let words = [("en".to_owned(), words("Jacket")), ("zh".to_owned(), words("防水夹克"))].into();
            let item = Item { id: format!("item-{nth:03}"), url: format!("/{nth}"), words, ..Item::default() };
            (item, (0..8).map(|at| ((nth * 7 + at * at * 3) % 11) as f32 - 4.0).collect())
        };
        (0..40).map(item).collect()
    }

    fn catalog(items: Vec<(Item, Vec<f32>)>) -> Catalog {
        let dictionary = Dictionary { words: vec![("夹克".to_owned(), 900), ("防水".to_owned(), 800)] };
        make(items, dictionary, ModelName { name: "synthetic".into(), digest: "00".into() })
    }

    fn bytes(pack: &Pack) -> [&[u8]; 3] {
        [&pack.files[0].1, &pack.files[1].1, &pack.files[2].1]
    }

    fn manifest(pack: &Pack) -> Manifest {
        Manifest::parse(&pack.files[3].1).unwrap()
    }

    #[test]
    fn what_is_packed_is_read_back() {
        let made = catalog(items());
        let pack = Pack::new(&made);
        let read = manifest(&pack).decode(bytes(&pack)).unwrap();
        assert_eq!((&read.items, &read.matrix, &read.centre), (&made.items, &made.matrix, &made.centre));
        assert_eq!((&read.index, &read.dictionary, &read.model), (&made.index, &made.dictionary, &made.model));
        assert_eq!(read.row("item-007"), Some(7));
        assert_eq!(manifest(&pack).languages, ["en", "zh"]);
    }

    #[test]
    fn the_order_of_a_feed_changes_no_byte() {
        let mut backwards = items();
        backwards.reverse();
        assert_eq!(Pack::new(&catalog(backwards)).files, Pack::new(&catalog(items())).files);
    }

    #[test]
    fn a_file_cut_short_or_altered_is_refused_by_name() {
        let pack = Pack::new(&catalog(items()));
        let manifest = manifest(&pack);
        for (at, file) in manifest.files().into_iter().enumerate() {
            let mut short = bytes(&pack);
            short[at] = &short[at][..short[at].len() - 1];
            let mut altered = pack.files[at].1.clone();
            altered[20] ^= 1;
            let mut other = bytes(&pack);
            other[at] = &altered;
            for files in [short, other] {
                let error = manifest.decode(files).err();
                assert_eq!(error, Some(PackError::Altered { file: file.file.clone() }));
            }
        }
    }

    #[test]
    fn manifests_that_are_not_ours_are_refused() {
        let pack = Pack::new(&catalog(items()));
        let json = String::from_utf8(pack.files[3].1.clone()).unwrap();
        let newer = json.replace("\"version\": 1", "\"version\": 2");
        assert_eq!(Manifest::parse(newer.as_bytes()), Err(PackError::Version { found: 2 }));
        for bad in ["<!doctype html>".to_owned(), json.replace(FORMAT, "zip"), json.replace("items.", "../items.")] {
            assert!(matches!(Manifest::parse(bad.as_bytes()), Err(PackError::Manifest(_))), "{bad}");
        }
    }

    proptest! {
        /// Whoever can alter a file can write its digest too: decoding survives any bytes.
        #[test]
        fn damaged_files_give_errors_and_never_panic(which in 0usize..3, at: prop::sample::Index, byte: u8, cut: bool) {
            let pack = Pack::new(&catalog(items()));
            let mut damaged = pack.files[which].1.clone();
            let at = at.index(damaged.len());
            if cut { damaged.truncate(at) } else { damaged[at] = byte }
            let mut manifest = manifest(&pack);
            let file = File::new("x", "bin", &damaged);
            *[&mut manifest.items, &mut manifest.vectors, &mut manifest.words][which] = file;
            let mut files = bytes(&pack);
            files[which] = &damaged;
            let unchanged = damaged == pack.files[which].1;
            let result = manifest.decode(files);
            prop_assert!(!cut || unchanged || result.is_err());
        }
    }
}
