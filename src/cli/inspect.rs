//! `nearmind inspect DIR`: prints what a packed catalogue contains, as text or as JSON.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use flate2::{Compression, write::GzEncoder};
use serde::Serialize;

use super::{
    bake::vector_cache::VectorCache,
    folder,
    recall::{Recall, recall_by_dimensions},
};
use nearmind_core::{
    catalog::{Catalog, Item, ItemRef, Manifest, document, item::PATH_SEPARATOR, items::WordsRef},
    vectors::Query,
};
use nearmind_feeds::Report;

/// How many categories and brands are listed.
const MAX_LISTED: usize = 12;

#[derive(Debug, Args)]
pub struct Inspect {
    /// Folder of a packed catalogue
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Show the item with this id or other name, and its nearest neighbours by their vectors
    #[arg(long, value_name = "ID")]
    item: Option<String>,
    /// Number of neighbours to show with --item
    #[arg(long, value_name = "N", default_value_t = 10)]
    neighbours: usize,
    /// Measure recall@10: the share of the ten nearest items in f32 that are also found with fewer dimensions, in int8 and
    /// in 1 bit. Needs the f32 vectors that `nearmind bake` stores in the subfolder .bake
    #[arg(long, conflicts_with = "item")]
    recall: bool,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Summary {
    items: usize,
    languages: Vec<String>,
    model: String,
    dimensions: usize,
    files: Vec<FileSize>,
    bytes: usize,
    gzip_bytes: usize,
    gzip_bytes_per_item: f64,
    /// Without the file of texts.
    gzip_bytes_per_item_without_text: f64,
    terms: usize,
    neighbours_learned: usize,
    /// [`Manifest::min_visitors`]
    min_visitors: Option<u32>,
    aliases: usize,
    known: BTreeMap<&'static str, usize>,
    categories: Vec<(String, usize)>,
    brands: Vec<(String, usize)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    recall: Vec<Recall>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cleaning: Option<Report>,
}

#[derive(Serialize)]
struct FileSize {
    file: String,
    bytes: usize,
    gzip_bytes: usize,
}

#[derive(Serialize)]
struct Nearest<'a> {
    item: Item,
    aliases: Vec<String>,
    nearest: Vec<Neighbour<'a>>,
}

#[derive(Serialize)]
struct Neighbour<'a> {
    id: &'a str,
    title: &'a str,
    score: f32,
}

impl Inspect {
    pub fn run(&self) -> Result<()> {
        let (manifest, catalog) = folder::read(&self.folder)?;
        let mut out = std::io::stdout().lock();
        match &self.item {
            Some(id) => {
                let row = catalog.row(id).with_context(|| {
                    format!("--item: {} has no item with the id or name {id:?}", self.folder.display())
                })?;
                let nearest = nearest(&catalog, row, self.neighbours);
                if self.json {
                    return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&nearest)?)?);
                }
                print_item(&mut out, &nearest)
            }
            None => {
                let mut summary = summary(&self.folder, &manifest, &catalog)?;
                if self.recall {
                    summary.recall = recall(&self.folder, &catalog)?;
                }
                if self.json {
                    return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&summary)?)?);
                }
                print_summary(&mut out, &summary)
            }
        }
    }
}

fn summary(folder: &Path, manifest: &Manifest, catalog: &Catalog) -> Result<Summary> {
    let mut files = Vec::new();
    for file in manifest.files() {
        let bytes = fs::read(folder.join(&file.file))?;
        files.push(FileSize { file: file.file.clone(), bytes: file.bytes, gzip_bytes: gzip_len(&bytes)? });
    }
    let gzip_bytes: usize = files.iter().map(|file| file.gzip_bytes).sum();
    let text: usize = files.iter().filter(|file| file.file.starts_with("texts.")).map(|file| file.gzip_bytes).sum();
    let per_item = |bytes: usize| bytes as f64 / catalog.len().max(1) as f64;
    let mut known = BTreeMap::new();
    let mut count = |name, has: &dyn Fn(ItemRef) -> bool| {
        known.insert(name, catalog.items.iter().filter(|item| has(*item)).count());
    };
    count("description", &|item| !words(item).description.is_empty());
    count("category", &|item| !words(item).categories.is_empty());
    count("brand", &|item| !item.brand().is_empty());
    count("image", &|item| !item.image().is_empty());
    count("price", &|item| item.price().is_some());
    count("availability", &|item| item.availability().is_some());
    count("rating", &|item| item.rating().is_some());
    count("date", &|item| item.date().is_some());
    count("tags", &|item| !item.tags().is_empty());
    let report = fs::read(folder.join(folder::PRIVATE_FOLDER).join(folder::REPORT)).ok();
    Ok(Summary {
        items: catalog.len(),
        languages: manifest.languages.clone(),
        model: manifest.model.name.clone(),
        dimensions: catalog.matrix.width(),
        bytes: files.iter().map(|file| file.bytes).sum(),
        gzip_bytes,
        gzip_bytes_per_item: per_item(gzip_bytes),
        gzip_bytes_per_item_without_text: per_item(gzip_bytes - text),
        files,
        terms: catalog.index.postings.len(),
        aliases: catalog.aliases.len(),
        min_visitors: manifest.min_visitors,
        neighbours_learned: catalog.relations.as_ref().map_or(0, |relations| relations.edges()),
        known,
        categories: most_frequent(catalog.items.iter().map(|item| words(item).categories.join(PATH_SEPARATOR))),
        brands: most_frequent(catalog.items.iter().map(|item| item.brand().to_owned())),
        recall: Vec::new(),
        cleaning: report.and_then(|json| serde_json::from_slice(&json).ok()),
    })
}

/// The recall of smaller vectors of this catalogue.
fn recall(folder: &Path, catalog: &Catalog) -> Result<Vec<Recall>> {
    let texts = catalog.items.iter().map(|item| document(&item.to_item()).text);
    let vectors = VectorCache::open_existing(folder)?.all(texts)?;
    let private_folder = folder.join(folder::PRIVATE_FOLDER);
    let vectors = vectors.with_context(|| {
        format!("the vectors in {} are of other texts than the catalogue: bake again", private_folder.display())
    })?;
    ensure!(
        catalog.centre.mean.len() * catalog.len() == vectors.len(),
        "the vectors in {} are of another model than the catalogue: bake again",
        private_folder.display()
    );
    recall_by_dimensions(&vectors, &catalog.centre)
}

/// The most frequent names with their counts, in descending order. Ties are ordered by name.
fn most_frequent(names: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    names.filter(|name| !name.is_empty()).for_each(|name| *counts.entry(name).or_default() += 1);
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.truncate(MAX_LISTED);
    counts
}

/// Number of bytes after gzip at its best.
fn gzip_len(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

/// An item and its `count` nearest neighbours.
fn nearest(catalog: &Catalog, row: u32, count: usize) -> Nearest<'_> {
    let query = Query::new(&catalog.matrix.vector(row));
    let hits = catalog.matrix.top(&query, count, f32::NEG_INFINITY, |other| other != row);
    let neighbour = |hit: nearmind_core::vectors::Hit| {
        let item = catalog.item(hit.row);
        Neighbour { id: item.id(), title: title(item), score: hit.score }
    };
    let hits = if catalog.matrix.width() == 0 { Vec::new() } else { hits };
    let aliases = catalog.aliases.iter().filter(|alias| alias.1 == row).map(|alias| alias.0).collect();
    Nearest { item: catalog.item(row).to_item(), aliases, nearest: hits.into_iter().map(neighbour).collect() }
}

/// The item's texts in the first of its languages.
fn words(item: ItemRef<'_>) -> WordsRef<'_> {
    item.words().next().map(|(_, words)| words).unwrap_or_default()
}

fn title(item: ItemRef<'_>) -> &str {
    item.words_in("en").map_or(item.id(), |(_, words)| words.title)
}

fn print_summary(out: &mut impl Write, summary: &Summary) -> Result<()> {
    let Summary { items, languages, model, dimensions, terms, .. } = summary;
    writeln!(
        out,
        "{items} items in {}",
        if languages.is_empty() { "an unknown language".into() } else { languages.join(", ") }
    )?;
    match dimensions {
        0 => writeln!(out, "no vectors: the catalogue was baked with --no-embed")?,
        _ => writeln!(out, "vectors of {model}, {dimensions} dimensions")?,
    }
    let Summary { aliases, neighbours_learned, min_visitors, .. } = summary;
    writeln!(out, "{terms} terms, {aliases} names besides the ids, {neighbours_learned} learned neighbours")?;
    match (min_visitors, neighbours_learned) {
        (None, 0) => {}
        (None | Some(1), _) => writeln!(
            out,
            "learned data has no minimum number of visitors: it may reveal what a single visitor did (see `nearmind learn \
             --min-visitors`)"
        )?,
        (Some(k), _) => writeln!(out, "all learned data is based on at least {k} visitors")?,
    }
    writeln!(out)?;
    writeln!(out, "{:>12} {:>12}  file", "bytes", "gzip")?;
    for file in &summary.files {
        writeln!(out, "{:>12} {:>12}  {}", file.bytes, file.gzip_bytes, file.file)?;
    }
    writeln!(
        out,
        "{:>12} {:>12}  in total; gzipped, {:.0} bytes per item with its text, {:.0} without\n",
        summary.bytes, summary.gzip_bytes, summary.gzip_bytes_per_item, summary.gzip_bytes_per_item_without_text
    )?;
    let known: Vec<String> = summary.known.iter().map(|(name, count)| format!("{name} {count}")).collect();
    writeln!(out, "items with each field: {}", known.join(", "))?;
    for (name, counts) in [("categories", &summary.categories), ("brands", &summary.brands)] {
        if !counts.is_empty() {
            writeln!(out, "\nmost frequent {name}")?;
        }
        for (value, count) in counts {
            writeln!(out, "{count:>8}  {value}")?;
        }
    }
    if !summary.recall.is_empty() {
        writeln!(out, "\nrecall@10 against f32   f32    int8   1 bit, then int8")?;
    }
    for recall in &summary.recall {
        let Recall { dimensions, f32, int8, one_bit, .. } = recall;
        writeln!(out, "{dimensions:>8} dimensions  {f32:.4}  {int8:.4}  {one_bit:.4}")?;
    }
    match &summary.cleaning {
        Some(report) => write!(out, "\n{report}")?,
        None => writeln!(out, "\nthere is no report of the feed in the subfolder {}", folder::PRIVATE_FOLDER)?,
    }
    Ok(())
}

fn print_item(out: &mut impl Write, nearest: &Nearest) -> Result<()> {
    let Nearest { item, aliases, nearest } = nearest;
    writeln!(out, "{}", serde_json::to_string_pretty(item)?)?;
    if !aliases.is_empty() {
        writeln!(out, "also called {}", aliases.join(", "))?;
    }
    if nearest.is_empty() {
        writeln!(out, "\nno neighbours: the catalogue has no vectors, or only this item")?;
    }
    for Neighbour { id, title, score } in nearest {
        writeln!(out, "{score:>8.3}  {id}  {title}")?;
    }
    Ok(())
}
