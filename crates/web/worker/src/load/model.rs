//! Loads the files of a model: manifest, tokenizer, probes and weights, verified by their digests.

use super::{Progress, SendUpdate, folder_and_manifest};
use crate::{
    error::fatal,
    fetch::{File, FileRequest, Priority, fetch_unverified, fetch_verified},
    file_cache::FileCache,
    task::Task,
};
use nearmind_core::protocol::{Problem, Stage};
use nearmind_encoder::manifest::{Manifest, ModelError};

/// The files of a model, in JavaScript's memory: the encoder module copies what it needs.
pub struct ModelFiles {
    pub manifest: Manifest,
    pub manifest_json: String,
    pub tokenizer: File,
    pub probes: File,
    pub weights: File,
}

/// Fetches the files of the model at `address`.
pub async fn load_model(address: &str, keep: bool, send: SendUpdate) -> Result<ModelFiles, Problem> {
    let (folder, manifest) = folder_and_manifest(address);
    let json = fetch_unverified(&manifest).await?.to_vec();
    let manifest = Manifest::parse(&json).map_err(problem)?;
    let files = [&manifest.files.weights, &manifest.files.tokenizer, &manifest.files.probes];
    let progress = Progress::new(Stage::Model, files.iter().map(|file| file.bytes as f64).sum(), send);
    let [weights, tokenizer, probes] = files.map(|entry| {
        let (url, bytes, sha256) = (format!("{folder}{}", entry.path), entry.bytes, entry.sha256.clone());
        let request = FileRequest { url, bytes, sha256, keep, priority: Priority::Low };
        Task::spawn(fetch_verified(request, progress.track_file()))
    });
    let (tokenizer, probes, weights) = (tokenizer.join().await?, probes.join().await?, weights.join().await?);
    let manifest_json = String::from_utf8_lossy(&json).into_owned();
    Ok(ModelFiles { manifest, manifest_json, tokenizer, probes, weights })
}

/// Whether the weights of the model at `address` are in the browser's cache. Fetches nothing unless the cache has some file
/// of the model's folder, and then only its manifest.
pub async fn is_model_cached(address: &str) -> bool {
    let (folder, manifest) = folder_and_manifest(address);
    let cache = FileCache::open(true).await;
    if !cache.has_any(folder).await {
        return false;
    }
    let Ok(json) = fetch_unverified(&manifest).await else { return false };
    let Ok(manifest) = Manifest::parse(&json.to_vec()) else { return false };
    let weights = &manifest.files.weights;
    cache.has(&format!("{folder}{}", weights.path), &weights.sha256).await
}

fn problem(error: ModelError) -> Problem {
    fatal("model", error.to_string())
}
