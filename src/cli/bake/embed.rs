//! The vectors of all items: those of texts that were embedded before are taken from there. Must not know the pack.

use std::collections::BTreeMap;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    SortedItems,
    vector_cache::{Journal, Key, VectorCache, key},
};
use crate::cli::model::NativeModel;
use nearmind_core::catalog::{Document, document};
use nearmind_encoder::manifest::Role;

/// Texts between two steps of the progress bar: enough that many cores wait little for the last of them.
const CHUNK: usize = 256;
/// Texts that are embedded again, to see whether this build makes the same vectors as the one that kept them.
const CHECKED_TEXTS: usize = 4;

/// What embedding took.
pub struct Embeddings {
    /// As the model gives them. `[N, D]`
    pub vectors: Vec<f32>,
    /// Texts that were embedded now; the others were known.
    pub newly_embedded: usize,
    /// Texts by their language.
    pub languages: BTreeMap<String, usize>,
}

/// The vectors of `items`, in their order, and what was kept brought up to date.
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
    tidy(&cache, journal, &keys, &vectors, width)?;
    Ok(Embeddings { vectors, newly_embedded: missing.len(), languages })
}

/// Keeps the vectors of these texts and no others.
fn tidy(cache: &VectorCache, journal: Journal, keys: &[Key], vectors: &[f32], width: usize) -> Result<()> {
    drop(journal);
    let by_key: BTreeMap<Key, usize> = keys.iter().enumerate().map(|(nth, key)| (*key, nth)).collect();
    cache.replace(by_key.into_iter().map(|(key, nth)| (key, &vectors[nth * width..][..width])))
}

fn matches_cache(
    model: &mut NativeModel,
    items: &mut impl SortedItems,
    keys: &[Key],
    cache: &mut VectorCache,
) -> Result<bool> {
    let known: Vec<usize> = (0..keys.len()).filter(|&nth| cache.has(&keys[nth])).take(CHECKED_TEXTS).collect();
    let texts: Vec<String> = known.iter().map(|&nth| text(items, nth)).collect::<Result<_>>()?;
    for (nth, vector) in known.into_iter().zip(model.encode(&texts, Role::Passage)?) {
        if cache.get(&keys[nth])?.is_none_or(|kept| kept != vector) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn text(items: &mut impl SortedItems, nth: usize) -> Result<String> {
    Ok(document_of(items, nth)?.text)
}

fn document_of(items: &mut impl SortedItems, nth: usize) -> Result<Document> {
    Ok(document(&items.read(nth)?))
}

/// How far, how fast, and how long still.
pub fn progress_bar(len: u64, unit: &str) -> Result<ProgressBar> {
    let template = format!("{{bar:30}} {{pos}}/{{len}} {unit}, {{per_sec}}, {{eta}} left");
    Ok(ProgressBar::new(len).with_style(ProgressStyle::with_template(&template)?))
}
