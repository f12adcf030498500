//! Items and vectors into the files of a pack, an item at a time: a million are never in memory together.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::{SortedItems, embed::progress_bar, learned::LearnedData, pictures::Pictures};
use crate::cli::folder;
use nearmind_core::{
    catalog::{
        Item, Manifest, ModelName,
        make::{searched, texts},
        manifest::{FORMAT, File, VERSION, hex},
        pack,
    },
    text::{Dictionary, Segmenter, bm25::IndexWriter, language::is_han},
    vectors::{Centre, Matrix},
};

/// Items that all cores take at a time.
const CHUNK: usize = 4096;

/// Writes the pack of `items` with their vectors, with what was `learned` of them and with their own `pictures`, into
/// `out`.
pub fn write(
    out: &Path,
    items: &mut impl SortedItems,
    (matrix, centre): (&Matrix, &Centre),
    model: ModelName,
    learned: Option<&LearnedData>,
    pictures: &Pictures,
) -> Result<Manifest> {
    let dictionary = dictionary(items)?;
    let segmenter = Segmenter::new(&dictionary);
    let (mut languages, mut were, mut packed) = (BTreeSet::new(), Vec::new(), 0);
    let (mut columns, mut words) = (pack::items::ItemsWriter::default(), IndexWriter::default());
    let mut titles = PackFile::new(out)?;
    pack::texts::begin(&mut titles)?;
    let progress = progress_bar(items.len() as u64, "items packed")?;
    each_chunk(items, |chunk| {
        let terms: Vec<Vec<String>> = (*chunk).par_iter().map(|item| searched(item, &segmenter)).collect();
        terms.into_iter().for_each(|terms| words.push(terms));
        for item in chunk.iter_mut() {
            languages.extend(item.words.keys().cloned());
            were.extend(learned.map(|learned| learned.row(&item.id)));
            if let Some(inline) = pictures.inline(packed) {
                item.image = inline.to_owned();
            }
            packed += 1;
            columns.push(item);
            pack::texts::write(item, &mut titles).context("writing the texts")?;
        }
        progress.inc(chunk.len() as u64);
        Ok(())
    })?;
    progress.finish_and_clear();
    let file = |stem, write: &mut dyn FnMut(&mut PackFile) -> io::Result<()>| -> Result<File> {
        let mut file = PackFile::new(out)?;
        write(&mut file).with_context(|| format!("writing the {stem} in {}", out.display()))?;
        file.finish(out, stem)
    };
    let (mut columns, words) = (Some(columns), words.finish());
    let aliases = items.aliases().bytes();
    let kept = learned.map_or_else(Default::default, |learned| learned.remap(&were));
    let [relations, contexts, score_weights] = folder::write_learned(out, kept)?;
    if learned.is_some() {
        let new = were.iter().filter(|was| was.is_none()).count();
        println!("what was learned of {} items stays; {new} are new: `nearmind learn` takes them in", were.len() - new);
    }
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        texts: titles.finish(out, "texts")?,
        items: file("items", &mut |out| columns.take().map_or(Ok(()), |columns| columns.finish(out)))?,
        words: file("words", &mut |out| pack::words::write(&words, &dictionary, out))?,
        vectors: file("vectors", &mut |out| pack::vectors::write(matrix, centre, out))?,
        aliases: (!items.aliases().is_empty())
            .then(|| file("aliases", &mut |out| out.write_all(aliases)))
            .transpose()?,
        relations,
        contexts,
        score_weights,
        min_visitors: learned.and_then(|learned| learned.min_visitors),
        pictures: pictures.sheets.clone(),
        model,
        languages: languages.into_iter().collect(),
        count: items.len(),
    };
    folder::publish(out, &manifest)?;
    Ok(manifest)
}

/// The Chinese words of all texts.
fn dictionary(items: &mut impl SortedItems) -> Result<Dictionary> {
    let mut full: Option<Segmenter> = None;
    let mut words = BTreeMap::new();
    each_chunk(items, |chunk| {
        let chinese = |item: &&Item| texts(item).any(|text| text.chars().any(is_han));
        let chinese: Vec<&Item> = chunk.par_iter().filter(chinese).collect();
        if !chinese.is_empty() {
            let full = full.get_or_insert_with(Segmenter::full);
            let found =
                chinese.par_chunks(64).map(|some| full.dictionary_for(some.iter().flat_map(|item| texts(item))));
            words.extend(found.collect::<Vec<_>>().into_iter().flat_map(|dictionary| dictionary.words));
        }
        Ok(())
    })?;
    Ok(Dictionary { words: words.into_iter().collect() })
}

fn each_chunk(items: &mut impl SortedItems, mut take: impl FnMut(&mut [Item]) -> Result<()>) -> Result<()> {
    for start in (0..items.len()).step_by(CHUNK) {
        let end = items.len().min(start + CHUNK);
        let mut chunk: Vec<Item> = (start..end).map(|nth| items.read(nth)).collect::<Result<_>>()?;
        take(&mut chunk)?;
    }
    Ok(())
}

/// A file of the pack that is digested while it is written.
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

    fn finish(self, folder: &Path, stem: &str) -> Result<File> {
        let file = File::named(stem, "bin", hex(&self.digest.finalize()), self.bytes);
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
