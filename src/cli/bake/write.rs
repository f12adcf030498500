//! Writes items and vectors into the files of a catalogue, chunk by chunk, so that not all items are in memory at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::{
    SortedItems, embed::progress_bar, first_lists::write_first_lists, learned::LearnedData, pictures::Pictures,
};
use crate::cli::{folder, segmenter};
use nearmind_core::{
    catalog::{
        Item, Manifest, ModelName, WordVectors,
        build::{item_texts, search_terms},
        manifest::{FORMAT, FileEntry, VERSION, hex},
        pack,
    },
    text::{Dictionary, Segmenter, bm25::IndexWriter, language::is_han},
    vectors::{Centre, Matrix},
};

/// Items that are processed together, by all cores.
const CHUNK: usize = 4096;

/// What a catalogue has besides its items.
pub struct Content<'a> {
    /// The Chinese words that texts are split into.
    pub dictionary: &'a Dictionary,
    /// The vectors of the items, and their centring.
    pub vectors: (&'a Matrix, &'a Centre),
    /// The vectors of words.
    pub word_vectors: Option<&'a WordVectors>,
    /// What was learned about the items before.
    pub learned: Option<&'a LearnedData>,
    /// Small copies of the items' pictures.
    pub pictures: &'a Pictures,
}

/// Writes the catalogue of `items` into the folder `out`. `model` encoded them.
pub fn write(out: &Path, items: &mut impl SortedItems, content: Content, model: ModelName) -> Result<Manifest> {
    let Content { dictionary, vectors: (matrix, centre), word_vectors, learned, pictures } = content;
    let segmenter = Segmenter::new(dictionary);
    let (mut languages, mut old_rows, mut packed) = (BTreeSet::new(), Vec::new(), 0);
    let (mut columns, mut words) = (pack::items::ItemsWriter::default(), IndexWriter::default());
    let mut texts = PackFile::new(out)?;
    pack::texts::begin(&mut texts)?;
    let progress = progress_bar(items.len() as u64, "items packed")?;
    each_chunk(items, |chunk| {
        let terms: Vec<Vec<String>> = (*chunk).par_iter().map(|item| search_terms(item, &segmenter)).collect();
        terms.into_iter().for_each(|terms| words.push(terms));
        for item in chunk.iter_mut() {
            languages.extend(item.words.keys().cloned());
            old_rows.extend(learned.map(|learned| learned.row(&item.id)));
            if let Some(inline) = pictures.inline(packed) {
                item.image = inline.to_owned();
            }
            packed += 1;
            columns.push(item);
            pack::texts::write(item, &mut texts).context("writing the texts")?;
        }
        progress.inc(chunk.len() as u64);
        Ok(())
    })?;
    progress.finish_and_clear();
    let file = |stem, write: &mut dyn FnMut(&mut PackFile) -> io::Result<()>| -> Result<FileEntry> {
        let mut file = PackFile::new(out)?;
        write(&mut file).with_context(|| format!("writing the {stem} in {}", out.display()))?;
        file.finish(out, stem)
    };
    let (mut columns, words) = (Some(columns), words.finish());
    let aliases = items.aliases().bytes();
    let learned_files = learned.map_or_else(Default::default, |learned| learned.remap(&old_rows));
    let [relations, contexts, score_weights] = folder::write_learned(out, learned_files)?;
    if learned.is_some() {
        let new = old_rows.iter().filter(|row| row.is_none()).count();
        println!(
            "learned data is kept for {} items; {new} items are new: run `nearmind learn` to include them",
            old_rows.len() - new
        );
    }
    let mut manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        texts: texts.finish(out, "texts")?,
        items: file("items", &mut |out| columns.take().map_or(Ok(()), |columns| columns.finish(out)))?,
        words: file("words", &mut |out| pack::words::write(&words, dictionary, out))?,
        vectors: file("vectors", &mut |out| pack::vectors::write(matrix, centre, out))?,
        aliases: (!items.aliases().is_empty())
            .then(|| file("aliases", &mut |out| out.write_all(aliases)))
            .transpose()?,
        relations,
        contexts,
        score_weights,
        word_vectors: word_vectors.map(|words| file("word-vectors", &mut |out| words.write(out))).transpose()?,
        min_visitors: learned.and_then(|learned| learned.min_visitors),
        pictures: pictures.sheets.clone(),
        first_lists: BTreeMap::new(),
        model,
        languages: languages.into_iter().collect(),
        count: items.len(),
    };
    manifest.first_lists = write_first_lists(out, &manifest)?;
    folder::publish(out, &manifest)?;
    Ok(manifest)
}

/// The dictionary of the Chinese words in all texts.
pub fn chinese_words(items: &mut impl SortedItems) -> Result<Dictionary> {
    let mut full: Option<Segmenter> = None;
    let mut words = BTreeMap::new();
    each_chunk(items, |chunk| {
        let chinese = |item: &&Item| item_texts(item).any(|text| text.chars().any(is_han));
        let chinese: Vec<&Item> = chunk.par_iter().filter(chinese).collect();
        if !chinese.is_empty() {
            let full = match full.as_mut() {
                Some(full) => full,
                None => full.insert(segmenter::full()?),
            };
            let found =
                chinese.par_chunks(64).map(|some| full.dictionary_for(some.iter().flat_map(|item| item_texts(item))));
            words.extend(found.collect::<Vec<_>>().into_iter().flat_map(|dictionary| dictionary.words));
        }
        Ok(())
    })?;
    Ok(Dictionary { words: words.into_iter().collect() })
}

/// Calls `process` with each [`CHUNK`] of the items, in their order.
fn each_chunk(items: &mut impl SortedItems, mut process: impl FnMut(&mut [Item]) -> Result<()>) -> Result<()> {
    for start in (0..items.len()).step_by(CHUNK) {
        let end = items.len().min(start + CHUNK);
        let mut chunk: Vec<Item> = (start..end).map(|nth| items.read(nth)).collect::<Result<_>>()?;
        process(&mut chunk)?;
    }
    Ok(())
}

/// A file of the catalogue, whose SHA-256 is computed while it is written.
struct PackFile {
    file: BufWriter<NamedTempFile>,
    digest: Sha256,
    bytes: usize,
}

impl PackFile {
    fn new(folder: &Path) -> Result<Self> {
        let file = BufWriter::with_capacity(1 << 18, folder::temporary_file(folder)?);
        Ok(Self { file, digest: Sha256::new(), bytes: 0 })
    }

    /// Names the file after its content: `STEM.DIGEST.bin`.
    fn finish(self, folder: &Path, stem: &str) -> Result<FileEntry> {
        let file = FileEntry::from_digest(stem, "bin", hex(&self.digest.finalize()), self.bytes);
        let written = self.file.into_inner().map_err(io::IntoInnerError::into_error);
        let written = written.with_context(|| format!("writing {}", folder.join(&file.file).display()))?;
        folder::persist(written, folder, &file.file)?;
        Ok(file)
    }
}

impl Write for PackFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.bytes += written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
