//! Loads a model: manifest, tokenizer, probes and weights, verified and ready for a device.

use js_sys::Function;

use super::{Progress, SendUpdate, folder_and_manifest};
use crate::{
    error::fatal,
    fetch::{Expected, File, fetch_unverified, fetch_verified},
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

/// A model whose files are being fetched.
pub struct PendingModel(Task<Result<FetchedFiles, Problem>>);

/// The files of a model, fetched and verified but not parsed.
struct FetchedFiles {
    manifest: Manifest,
    manifest_json: String,
    tokenizer: File,
    probes: File,
    weights: File,
}

/// Starts to fetch a model. Its files are not parsed before [`PendingModel::files`] is called, so that the first cards are
/// not delayed.
pub fn fetch_model(address: &str, keep: bool, send: SendUpdate) -> PendingModel {
    PendingModel(Task::spawn(fetch_files(address.to_owned(), keep, send)))
}

impl PendingModel {
    /// Waits for the files and parses them.
    pub async fn files(self) -> Result<ModelFiles, Problem> {
        let FetchedFiles { manifest, manifest_json, tokenizer, probes, weights: weights_file } = self.0.join().await?;
        let tokenizer = Tokenizer::parse(&tokenizer.to_vec(), &manifest).map_err(problem)?;
        let probes = Probes::parse(&probes.to_vec(), &manifest.architecture).map_err(problem)?;
        let weights = Weights::open(weights_file.clone(), manifest.architecture).map_err(problem)?;
        Ok(ModelFiles { manifest, manifest_json, tokenizer, probes, weights, weights_file })
    }
}

async fn fetch_files(address: String, keep: bool, send: SendUpdate) -> Result<FetchedFiles, Problem> {
    let (folder, manifest) = folder_and_manifest(&address);
    let json = fetch_unverified(&manifest).await?.to_vec();
    let manifest = Manifest::parse(&json).map_err(problem)?;
    let files = [&manifest.files.weights, &manifest.files.tokenizer, &manifest.files.probes];
    let progress = Progress::new(Stage::Model, files.iter().map(|file| file.bytes as f64).sum(), send);
    let [weights, tokenizer, probes] = files.map(|entry| {
        let expected = Expected { bytes: entry.bytes, sha256: entry.sha256.clone() };
        Task::spawn(fetch_verified(format!("{folder}{}", entry.path), expected, keep, progress.track_file()))
    });
    Ok(FetchedFiles {
        tokenizer: tokenizer.join().await?,
        probes: probes.join().await?,
        weights: weights.join().await?,
        manifest_json: String::from_utf8_lossy(&json).into_owned(),
        manifest,
    })
}

fn problem(error: ModelError) -> Problem {
    fatal("model", error.to_string())
}
