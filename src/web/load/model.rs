//! A model: manifest, tokenizer, probes and weights, checked and ready for a device.

use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen_futures::spawn_local;

use super::{Progress, Say, places};
use crate::{
    encoder::{
        manifest::{FileEntry, Manifest, ModelError, Probes},
        tokenize::Tokenizer,
        weights::{Source, Weights},
    },
    protocol::{Problem, Stage},
    web::{
        error::fatal,
        fetch::{Expected, File, checked, whole},
        gpu_remote::OpenRemote,
        queue::Queue,
    },
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
    pub fn opener(&self, load: Function, fault: Option<String>) -> OpenRemote {
        let (manifest, weights) = (self.manifest_json.clone(), self.weights_file.array().clone());
        OpenRemote { load, manifest, weights, width: self.manifest.architecture.hidden, fault }
    }
}

impl Source for File {
    fn len_bytes(&self) -> usize {
        self.len()
    }

    fn read(&self, at: usize, into: &mut [u8]) {
        self.copy(at, into);
    }
}

pub async fn model(address: &str, keep: bool, say: Say) -> Result<ModelFiles, Problem> {
    let bad = |error: ModelError| fatal("model", error.to_string());
    let (folder, manifest) = places(address);
    let json = whole(&manifest, |_, _| {}).await?.all();
    let manifest = Manifest::parse(&json).map_err(bad)?;
    let files = &manifest.files;

    // The weights are nearly all of the bytes: the small files arrive and are parsed while they come.
    let coming = Rc::new(Queue::default());
    spawn_local({
        let (coming, folder, entry) = (coming.clone(), folder.to_owned(), files.weights.clone());
        async move {
            let progress = Progress::new(Stage::Model, entry.bytes as f64, say);
            coming.push(file(&folder, &entry, keep, |done| progress.at(done)).await);
        }
    });
    let tokenizer = file(folder, &files.tokenizer, keep, |_| {}).await?;
    let tokenizer = Tokenizer::parse(&tokenizer.all(), &manifest).map_err(bad)?;
    let probes = file(folder, &files.probes, keep, |_| {}).await?;
    let probes = Probes::parse(&probes.all(), &manifest.architecture).map_err(bad)?;
    let weights_file = coming.next().await?;
    let weights = Weights::open(weights_file.clone(), manifest.architecture).map_err(bad)?;
    let manifest_json = String::from_utf8_lossy(&json).into_owned();
    Ok(ModelFiles { manifest, manifest_json, tokenizer, probes, weights, weights_file })
}

async fn file(folder: &str, entry: &FileEntry, keep: bool, progress: impl Fn(f64)) -> Result<File, Problem> {
    let expected = Expected { bytes: entry.bytes, sha256: &entry.sha256 };
    checked(&format!("{folder}{}", entry.path), &expected, keep, |done, _| progress(done)).await
}
