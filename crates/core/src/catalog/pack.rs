//! The packed catalogue: a manifest and the files that it lists, whose names contain their digests.
//!
//! The format of each file is drawn at the top of its decoder. Must not know where the bytes come from.

pub mod items; //   item fields, column by column
pub mod texts; //   titles and descriptions
pub mod vectors; // int8 rows and the centring map
pub mod words; //   full-text index and Chinese dictionary

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use super::{
    Aliases, Catalog, ContextPopularity, Items, Relations, ScoreWeights,
    manifest::{FORMAT, FileEntry, Manifest, PackError, VERSION},
};
use crate::bytes::DecodeError;

impl Manifest {
    /// Checks the digests of the contents of [`Manifest::files`] and decodes the catalogue from them.
    pub fn open<B: AsRef<[u8]>>(&self, files: &[B]) -> Result<Catalog, PackError> {
        self.files().into_iter().zip(files).try_for_each(|(file, bytes)| file.check(bytes.as_ref()))?;
        self.decode(files.iter().map(|bytes| bytes.as_ref().to_vec()))
    }

    /// Decodes the catalogue from the contents of [`Manifest::files`], whose digests the caller has checked. A file is
    /// taken from the iterator when the one before it is decoded, and its bytes become part of the catalogue, so no
    /// content is in memory twice.
    pub fn decode(&self, files: impl IntoIterator<Item = Vec<u8>>) -> Result<Catalog, PackError> {
        let mut files = files.into_iter();
        let mut bytes = |file: &FileEntry| files.next().ok_or_else(|| file.decode_error(DecodeError("it is missing")));
        let columns = items::read(bytes(&self.items)?).map_err(|error| self.items.decode_error(error))?;
        let items = Items::open(columns, bytes(&self.texts)?).map_err(|error| self.texts.decode_error(error))?;
        let vectors = vectors::read(bytes(&self.vectors)?).map_err(|error| self.vectors.decode_error(error))?;
        let words = words::read(bytes(&self.words)?).map_err(|error| self.words.decode_error(error))?;
        let aliases = self.aliases.as_ref().map(|file| {
            let aliases = Aliases::read(bytes(file)?, items.len());
            aliases.map_err(|error| file.decode_error(error))
        });
        let aliases = aliases.transpose()?.unwrap_or_default();
        let relations = self.relations.as_ref().map(|file| {
            bytes(file).and_then(|bytes| Relations::read(&bytes).map_err(|error| file.decode_error(error)))
        });
        let relations = relations.transpose()?;
        let contexts = self.contexts.as_ref().map(|file| {
            bytes(file).and_then(|bytes| ContextPopularity::read(&bytes).map_err(|error| file.decode_error(error)))
        });
        let contexts = contexts.transpose()?;
        let score_weights = self.score_weights.as_ref().map(|file| {
            let score_weights = ScoreWeights::read(&bytes(file)?);
            score_weights.ok_or_else(|| file.decode_error(DecodeError("a weight is out of range, or it is not JSON")))
        });
        let score_weights = score_weights.transpose()?.unwrap_or_default();
        let rows = [(&self.items, items.len()), (&self.vectors, vectors.0.len()), (&self.words, words.0.lengths.len())];
        let relation_rows = self.relations.iter().zip(&relations).map(|(file, relations)| (file, relations.len()));
        let context_rows = self.contexts.iter().zip(&contexts).map(|(file, contexts)| (file, contexts.len()));
        for (file, rows) in rows.into_iter().chain(relation_rows).chain(context_rows) {
            if rows != self.count {
                return Err(file.decode_error(DecodeError("its number of rows differs from the manifest")));
            }
        }
        Ok(Catalog {
            aliases,
            relations,
            contexts,
            score_weights,
            ..Catalog::new(items, vectors, words, self.model.clone())
        })
    }
}

/// A catalogue in the form of its files.
pub struct Pack {
    /// The names, sizes and digests of the files.
    pub manifest: Manifest,
    /// Names and contents, in the order of [`Manifest::files`].
    pub files: Vec<(String, Vec<u8>)>,
}

impl Pack {
    /// Packs `catalog`, which does not include pictures.
    pub fn new(catalog: &Catalog) -> Self {
        let mut files = Vec::new();
        let mut add = |stem, extension, bytes: Vec<u8>| {
            let file = FileEntry::new(stem, extension, &bytes);
            files.push((file.file.clone(), bytes));
            file
        };
        let languages: BTreeSet<_> = catalog.items.iter().flat_map(|item| item.languages()).collect();
        let [columns, texts] = catalog.items.files().map(<[u8]>::to_vec);
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            items: add("items", "bin", columns),
            texts: add("texts", "bin", texts),
            vectors: add("vectors", "bin", to_bytes(|out| vectors::write(&catalog.matrix, &catalog.centre, out))),
            words: add("words", "bin", to_bytes(|out| words::write(&catalog.index, &catalog.dictionary, out))),
            aliases: (!catalog.aliases.is_empty()).then(|| add("aliases", "bin", catalog.aliases.bytes().to_vec())),
            relations: catalog.relations.as_ref().map(|relations| add("relations", "bin", relations.write())),
            contexts: catalog.contexts.as_ref().map(|contexts| add("contexts", "bin", contexts.write())),
            score_weights: (catalog.score_weights != ScoreWeights::default())
                .then(|| add("score-weights", "json", catalog.score_weights.write())),
            min_visitors: None,
            word_vectors: None,
            pictures: Vec::new(),
            first_lists: BTreeMap::new(),
            model: catalog.model.clone(),
            languages: languages.into_iter().map(str::to_owned).collect(),
            count: catalog.len(),
        };
        Self { manifest, files }
    }

    /// Decodes the catalogue from the pack.
    pub fn open(&self) -> Result<Catalog, PackError> {
        self.manifest.open(&self.files.iter().map(|(_, bytes)| bytes).collect::<Vec<_>>())
    }
}

/// Returns the bytes that `write` writes. Writing to memory cannot fail.
fn to_bytes(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("writing to memory cannot fail");
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        catalog::{Item, ItemText, ModelName, build_catalog},
        text::Dictionary,
    };

    fn items() -> Vec<(Item, Vec<f32>)> {
        let item = |nth: usize| {
            let words = |title: &str| ItemText { title: format!("{title} {nth}"), ..ItemText::default() };
            let words = [("en".to_owned(), words("Jacket")), ("zh".to_owned(), words("防水夹克"))].into();
            let item = Item { id: format!("item-{nth:03}"), url: format!("/{nth}"), words, ..Item::default() };
            (item, (0..8).map(|at| ((nth * 7 + at * at * 3) % 11) as f32 - 4.0).collect())
        };
        (0..40).map(item).collect()
    }

    fn small_catalog(items: Vec<(Item, Vec<f32>)>) -> Catalog {
        let dictionary = Dictionary { words: vec![("夹克".to_owned(), 900), ("防水".to_owned(), 800)] };
        build_catalog(items, dictionary, ModelName { name: "synthetic".into(), digest: "00".into() })
    }

    fn contents(pack: &Pack) -> Vec<&[u8]> {
        pack.files.iter().map(|(_, bytes)| bytes.as_slice()).collect()
    }

    fn learned_catalog() -> Catalog {
        let next = (0..40).map(|row| vec![((row + 1) % 40, 0.5)]).collect();
        let score_weights = ScoreWeights { cooccurrence: 3.0, ..ScoreWeights::default() };
        let relations = Some(Relations::new(vec![1; 40], next, 8));
        let evening = vec![(("hour".to_owned(), "19".to_owned()), vec![(3, 0.5), (30, 0.1)])];
        let aliases = Aliases::new([("40123", 7), ("JACKET-7", 7), ("JACKET-8", 8)].into_iter());
        Catalog {
            aliases,
            relations,
            contexts: Some(ContextPopularity::new(40, evening)),
            score_weights,
            ..small_catalog(items())
        }
    }

    #[test]
    fn packs_round_trip() {
        let catalog = learned_catalog();
        let pack = Pack::new(&catalog);
        let manifest = Manifest::parse(&pack.manifest.to_json()).unwrap();
        let read = manifest.open(&contents(&pack)).unwrap();
        assert_eq!((&read.items, &read.matrix, &read.centre), (&catalog.items, &catalog.matrix, &catalog.centre));
        assert_eq!((&read.index, &read.dictionary, &read.model), (&catalog.index, &catalog.dictionary, &catalog.model));
        assert_eq!((&read.relations, &read.score_weights), (&catalog.relations, &catalog.score_weights));
        assert_eq!((&read.contexts, &read.aliases), (&catalog.contexts, &catalog.aliases));
        for name in ["item-007", "40123", "JACKET-7", "shopify_DE_99_40123"] {
            assert_eq!(read.row(name), Some(7), "{name}");
        }
        assert_eq!((read.row("shopify_DE_99_1"), read.row("JACKET")), (None, None));
        assert_eq!(manifest.languages, ["en", "zh"]);
        // Without learned data and aliases there are only four files.
        assert_eq!((Pack::new(&small_catalog(items())).files.len(), pack.files.len()), (4, 8));
    }

    #[test]
    fn the_order_of_a_feed_changes_no_byte() {
        let mut backwards = items();
        backwards.reverse();
        let (backwards, forwards) = (Pack::new(&small_catalog(backwards)), Pack::new(&small_catalog(items())));
        assert!(backwards.files == forwards.files && backwards.manifest == forwards.manifest);
    }

    #[test]
    fn truncated_and_altered_files_are_rejected_by_name() {
        let pack = Pack::new(&learned_catalog());
        for (at, file) in pack.manifest.files().into_iter().enumerate() {
            let mut short = contents(&pack);
            short[at] = &short[at][..short[at].len() - 1];
            let mut altered = pack.files[at].1.clone();
            altered[1] ^= 1;
            let mut other = contents(&pack);
            other[at] = &altered;
            for files in [short, other] {
                let error = pack.manifest.open(&files).err();
                assert_eq!(error, Some(PackError::Altered { file: file.file.clone() }));
            }
        }
        let fewer = &contents(&pack)[..6];
        assert!(matches!(pack.manifest.open(fewer), Err(PackError::Malformed { .. })));
    }

    #[test]
    fn other_manifests_are_rejected() {
        let json = String::from_utf8(Pack::new(&small_catalog(items())).manifest.to_json()).unwrap();
        let newer = json.replace(&format!("\"version\": {VERSION}"), "\"version\": 99");
        assert_eq!(Manifest::parse(newer.as_bytes()), Err(PackError::Version { found: 99 }));
        for bad in ["<!doctype html>".to_owned(), json.replace(FORMAT, "zip"), json.replace("items.", "../items.")] {
            assert!(matches!(Manifest::parse(bad.as_bytes()), Err(PackError::Manifest(_))), "{bad}");
        }
    }

    proptest! {
        /// Whoever can alter a file can also write its digest, so decoding must survive any bytes.
        #[test]
        fn damaged_files_give_errors_and_never_panic(which in 0usize..8, at: prop::sample::Index, byte: u8, cut: bool) {
            let pack = Pack::new(&learned_catalog());
            let mut damaged = pack.files[which].1.clone();
            let at = at.index(damaged.len());
            if cut { damaged.truncate(at) } else { damaged[at] = byte }
            let mut files = contents(&pack);
            files[which] = &damaged;
            let unchanged = damaged == pack.files[which].1;
            let result = pack.manifest.decode(files.iter().map(|bytes| bytes.to_vec()));
            prop_assert!(!cut || unchanged || result.is_err());
        }
    }
}
