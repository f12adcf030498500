//! Embeds all items. Takes the vectors of texts that were embedded before from the cache. Must not know the pack.

use std::collections::BTreeMap;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    SortedItems,
    vector_cache::{Key, VectorCache, key},
};
use crate::cli::model::NativeModel;
use nearmind_core::catalog::{Document, build_document};
use nearmind_encoder::manifest::Role;

/// Texts that are encoded together: enough to keep many cores busy.
const CHUNK: usize = 256;
/// Cached texts that are embedded again, to check that this build still computes the same vectors.
pub const CHECKED_TEXTS: usize = 4;

/// The vectors of all items.
pub struct Embeddings {
    /// `[N, D]`, as the model computes them, in the order of the items.
    pub vectors: Vec<f32>,
    /// Number of texts that were embedded now. The vectors of the others were in the cache.
    pub newly_embedded: usize,
    /// Number of texts by language.
    pub languages: BTreeMap<String, usize>,
}

/// Embeds `items`, and leaves exactly their vectors in the cache.
pub fn embed(model: &mut NativeModel, items: &mut impl SortedItems, mut cache: VectorCache) -> Result<Embeddings> {
    let mut languages = BTreeMap::new();
    let mut keys: Vec<Key> = Vec::with_capacity(items.len());
    for nth in 0..items.len() {
        let document = document_of(items, nth)?;
        keys.push(key(&document.text));
        *languages.entry(document.lang).or_default() += 1;
    }
    if !matches_cache(model, items, &keys, &mut cache)? {
        cache.clear();
    }
    let missing: Vec<usize> = (0..keys.len()).filter(|&nth| !cache.has(&keys[nth])).collect();
    let width = model.width();
    let mut vectors = vec![0.0; keys.len() * width];
    for nth in 0..keys.len() {
        if let Some(vector) = cache.get(&keys[nth])? {
            vectors[nth * width..][..width].copy_from_slice(&vector);
        }
    }
    let mut journal = cache.append()?;
    let progress = progress_bar(missing.len() as u64, "texts")?;
    for chunk in missing.chunks(CHUNK) {
        let texts: Vec<String> = chunk.iter().map(|&nth| text(items, nth)).collect::<Result<_>>()?;
        for (&nth, vector) in chunk.iter().zip(model.encode(&texts, Role::Passage)?) {
            journal.push(&keys[nth], &vector)?;
            vectors[nth * width..][..width].copy_from_slice(&vector);
        }
        progress.inc(chunk.len() as u64);
    }
    progress.finish_and_clear();
    drop(journal);
    replace_cache(&cache, &keys, &vectors, width)?;
    Ok(Embeddings { vectors, newly_embedded: missing.len(), languages })
}

/// Replaces the content of the cache by these vectors `[N, D]`.
fn replace_cache(cache: &VectorCache, keys: &[Key], vectors: &[f32], width: usize) -> Result<()> {
    let by_key: BTreeMap<Key, usize> = keys.iter().enumerate().map(|(nth, key)| (*key, nth)).collect();
    cache.replace(by_key.into_iter().map(|(key, nth)| (key, &vectors[nth * width..][..width])))
}

/// Whether the model still computes the cached vectors of the first few texts.
fn matches_cache(
    model: &mut NativeModel,
    items: &mut impl SortedItems,
    keys: &[Key],
    cache: &mut VectorCache,
) -> Result<bool> {
    let cached: Vec<usize> = (0..keys.len()).filter(|&nth| cache.has(&keys[nth])).take(CHECKED_TEXTS).collect();
    let texts: Vec<String> = cached.iter().map(|&nth| text(items, nth)).collect::<Result<_>>()?;
    for (nth, vector) in cached.into_iter().zip(model.encode(&texts, Role::Passage)?) {
        if cache.get(&keys[nth])?.is_none_or(|cached| cached != vector) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The text of the item at `nth` that is embedded.
fn text(items: &mut impl SortedItems, nth: usize) -> Result<String> {
    Ok(document_of(items, nth)?.text)
}

fn document_of(items: &mut impl SortedItems, nth: usize) -> Result<Document> {
    Ok(build_document(&items.read(nth)?))
}

/// A progress bar over `len` steps, with their rate and the time left. `unit` is the plural of what is counted.
pub fn progress_bar(len: u64, unit: &str) -> Result<ProgressBar> {
    let template = format!("{{bar:30}} {{pos}}/{{len}} {unit}, {{per_sec}}, {{eta}} left");
    Ok(ProgressBar::new(len).with_style(ProgressStyle::with_template(&template)?))
}
