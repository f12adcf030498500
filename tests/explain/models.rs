//! The models for tests of explanations: a small one with random weights, and every converted one in `models/`.

use crate::skipped::report_skipped;
use std::{fs, path::Path};

use nearmind_core::explain::TokenStates;
use nearmind_encoder::{
    OutputKind,
    cpu::CpuModel,
    device::GpuOpenError,
    gpu::GpuModel,
    manifest::{Manifest, Role},
    synthetic::{self, SyntheticModel},
    tokenize::Tokenizer,
    weights::Weights,
    windows,
};
use pollster::block_on;

/// A model on one device.
pub struct TestModel {
    pub name: String,
    pub languages: Vec<String>,
    manifest: Manifest,
    tokenizer: Vec<u8>,
    weights: Vec<u8>,
    device: Device,
}

enum Device {
    Cpu(Box<CpuModel>),
    Gpu(Box<GpuModel>),
}

/// The small model, and the converted ones. Reports a skipped test if there are no converted ones.
pub fn models() -> Vec<TestModel> {
    let small = SyntheticModel::small(7);
    let mut models = vec![TestModel::new(small.manifest, small.tokenizer, small.weights)];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let mut folders: Vec<_> = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    folders.sort();
    for folder in folders.into_iter().filter(|folder| folder.join("manifest.json").is_file()) {
        let read = |name: &str| {
            fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name} of {}: {error}", folder.display()))
        };
        let manifest = Manifest::parse(&read("manifest.json")).unwrap();
        if !folder.join(&manifest.files.weights.path).is_file() {
            continue;
        }
        let (tokenizer, weights) = (read(&manifest.files.tokenizer.path), read(&manifest.files.weights.path));
        models.push(TestModel::new(manifest, tokenizer, weights));
    }
    if models.len() == 1 {
        report_skipped("no trained model in models/. `cargo xtask models` makes them.");
    }
    models
}

impl TestModel {
    fn new(manifest: Manifest, tokenizer: Vec<u8>, weights: Vec<u8>) -> Self {
        let cpu = CpuModel::load(&Weights::open(&weights, manifest.architecture).unwrap(), manifest.pooling).unwrap();
        let languages =
            ["en", "zh"].map(String::from).into_iter().filter(|lang| manifest.languages.contains(lang)).collect();
        Self {
            name: manifest.name.clone(),
            languages,
            manifest,
            tokenizer,
            weights,
            device: Device::Cpu(Box::new(cpu)),
        }
    }

    /// The same model with random weights.
    pub fn with_random_weights(&self, seed: u64) -> Self {
        let weights = synthetic::weights(&self.manifest.architecture, seed);
        Self::new(self.manifest.clone(), self.tokenizer.clone(), weights)
    }

    /// The same model on the adapter that wgpu chooses. Reports a skipped test if there is none.
    pub fn on_gpu(&self) -> Option<Self> {
        let weights = Weights::open(&self.weights, self.manifest.architecture).unwrap();
        match block_on(GpuModel::open(&weights, self.manifest.pooling, || 0.0)) {
            Ok(gpu) => {
                let copy = Self::new(self.manifest.clone(), self.tokenizer.clone(), self.weights.clone());
                Some(Self {
                    name: format!("{} on {}", self.name, gpu.adapter()),
                    device: Device::Gpu(Box::new(gpu)),
                    ..copy
                })
            }
            Err(GpuOpenError::NoAdapter(why)) => {
                report_skipped(format_args!(
                    "no GPU adapter ({why}). Install a Vulkan driver; mesa-vulkan-drivers is enough."
                ));
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub fn width(&self) -> usize {
        self.manifest.architecture.width()
    }

    /// Token states and the unit vector of an item's text.
    pub fn states(&mut self, text: &str) -> (TokenStates, Vec<f32>) {
        let tokenizer = Tokenizer::parse(&self.tokenizer, &self.manifest).unwrap();
        let tokens = tokenizer.tokenize(text, Role::Passage).unwrap();
        let spans = tokens.iter().map(|token| token.span.clone()).collect();
        let (texts, limits) = ([tokens], (&self.manifest).into());
        let encoded = match &mut self.device {
            Device::Cpu(cpu) => block_on(windows::encode(&mut **cpu, &texts, limits, OutputKind::VectorsAndTokens)),
            Device::Gpu(gpu) => block_on(windows::encode(&mut **gpu, &texts, limits, OutputKind::VectorsAndTokens)),
        }
        .unwrap();
        (TokenStates { spans, states: encoded.tokens }, encoded.vectors)
    }
}
