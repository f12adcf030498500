//! A model: manifest, tokenizer, probes and weights, checked and ready for a device.

use js_sys::Function;

use super::{Progress, Say, places};
use crate::{
    error::fatal,
    fetch::{Expected, File, checked, whole},
    gpu_remote::OpenRemote,
    later::{Later, later},
};
use nearmind_core::protocol::{Problem, Stage};
use nearmind_encoder::{
    manifest::{Manifest, ModelError, Probes},
    tokenize::Tokenizer,
    weights::{ByteSource, Weights},
};

pub struct ModelFiles {
    pub manifest: Manifest,
    manifest_json: String,
    pub tokenizer: Tokenizer,
    pub probes: Probes,
    /// The bytes stay outside of the wasm memory; a device copies tensor by tensor.
    pub weights: Weights<File>,
    weights_file: File,
}

impl ModelFiles {
    /// What opens the same model on the GPU.
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
        self.copy(at, into);
    }
}

/// A model that is on its way.
pub struct Coming(Later<Result<Fetched, Problem>>);

struct Fetched {
    manifest: Manifest,
    manifest_json: String,
    tokenizer: File,
    probes: File,
    weights: File,
}

/// Starts to fetch. Nothing is computed before [`Coming::files`] is asked for: what the visitor sees first goes first.
pub fn model(address: &str, keep: bool, say: Say) -> Coming {
    Coming(later(fetch(address.to_owned(), keep, say)))
}

impl Coming {
    pub async fn files(self) -> Result<ModelFiles, Problem> {
        let Fetched { manifest, manifest_json, tokenizer, probes, weights: weights_file } = self.0.outcome().await?;
        let tokenizer = Tokenizer::parse(&tokenizer.all(), &manifest).map_err(bad)?;
        let probes = Probes::parse(&probes.all(), &manifest.architecture).map_err(bad)?;
        let weights = Weights::open(weights_file.clone(), manifest.architecture).map_err(bad)?;
        Ok(ModelFiles { manifest, manifest_json, tokenizer, probes, weights, weights_file })
    }
}

async fn fetch(address: String, keep: bool, say: Say) -> Result<Fetched, Problem> {
    let (folder, manifest) = places(&address);
    let json = whole(&manifest).await?.all();
    let manifest = Manifest::parse(&json).map_err(bad)?;
    let files = [&manifest.files.weights, &manifest.files.tokenizer, &manifest.files.probes];
    let progress = Progress::new(Stage::Model, files.iter().map(|file| file.bytes as f64).sum(), say);
    let [weights, tokenizer, probes] = files.map(|entry| {
        let expected = Expected { bytes: entry.bytes, sha256: entry.sha256.clone() };
        later(checked(format!("{folder}{}", entry.path), expected, keep, progress.file()))
    });
    Ok(Fetched {
        tokenizer: tokenizer.outcome().await?,
        probes: probes.outcome().await?,
        weights: weights.outcome().await?,
        manifest_json: String::from_utf8_lossy(&json).into_owned(),
        manifest,
    })
}

fn bad(error: ModelError) -> Problem {
    fatal("model", error.to_string())
}
