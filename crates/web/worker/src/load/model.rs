//! Loads a model: manifest, tokenizer, probes and weights, verified and ready for a device.

use js_sys::Function;

use super::{Progress, SendUpdate, folder_and_manifest};
use crate::{
    error::fatal,
    fetch::{File, FileRequest, Priority, fetch_unverified, fetch_verified},
    file_cache::FileCache,
    gpu_remote::OpenRemote,
    task::Task,
};
use nearmind_core::protocol::{Problem, Stage};
use nearmind_encoder::{
    manifest::{Manifest, ModelError, Probes},
    tokenize::Tokenizer,
    weights::{ByteSource, Weights},
};

/// The files of a model, parsed.
pub struct ModelFiles {
    pub manifest: Manifest,
    manifest_json: String,
    pub tokenizer: Tokenizer,
    pub probes: Probes,
    /// The bytes stay in JavaScript's memory; a device copies them tensor by tensor.
    pub weights: Weights<File>,
    weights_file: File,
}

impl ModelFiles {
    /// Returns what opens this model on the GPU. `load` returns a promise of the GPU module's exports.
    pub fn opener(&self, load: Function) -> OpenRemote {
        let (manifest, weights) = (self.manifest_json.clone(), self.weights_file.array().clone());
        OpenRemote { load, manifest, weights, width: self.manifest.architecture.hidden }
    }
}

impl ByteSource for File {
    fn len_bytes(&self) -> usize {
        self.len()
    }

    fn read(&self, at: usize, into: &mut [u8]) {
        self.copy_to(at, into);
    }
}

/// Fetches a model and parses its files.
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
    let tokenizer = Tokenizer::parse(&tokenizer.join().await?.to_vec(), &manifest).map_err(problem)?;
    let probes = Probes::parse(&probes.join().await?.to_vec(), &manifest.architecture).map_err(problem)?;
    let weights_file = weights.join().await?;
    let weights = Weights::open(weights_file.clone(), manifest.architecture).map_err(problem)?;
    let manifest_json = String::from_utf8_lossy(&json).into_owned();
    Ok(ModelFiles { manifest, manifest_json, tokenizer, probes, weights, weights_file })
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
