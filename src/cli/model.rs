//! A converted model from its folder, on a device of this machine. Must not know items.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::device::{DeviceArg, NativeDevice, choose};
use nearmind_core::explain::TokenStates;
use nearmind_encoder::{
    Encoder, OutputKind,
    cpu::CpuModel,
    device::ProbeBatch,
    manifest::{self, FileEntry, Manifest, Role},
    synthetic,
    tokenize::{Token, Tokenizer, is_readable},
    weights::Weights,
    windows,
};

/// Texts that the model does not read that are named one by one.
const SHOWN: usize = 5;

/// A converted model, ready to encode.
pub struct NativeModel {
    /// Of all that makes a vector: the manifest, which has the digests of the rest, and the kind of device.
    pub digest: [u8; 32],
    /// The manifest of the model's folder.
    pub manifest: Manifest,
    /// The model's own tokenizer.
    pub tokenizer: Tokenizer,
    /// What the model runs on.
    pub device: NativeDevice,
    /// The model's known texts with their vectors.
    pub probes: manifest::Probes,
    /// Texts of which most tokens are unknown.
    unsupported_texts: usize,
}

impl NativeModel {
    /// Reads a folder that `nearmind convert` wrote, checks its digests, and proves the device. Says on standard
    /// error which device it is where that was not certain.
    pub fn load(folder: &Path, device: DeviceArg) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).with_context(|| format!("{} cannot be read: `cargo xtask models` makes it", path.display()))
        };
        let checked = |file: &FileEntry| -> Result<Vec<u8>> {
            let bytes = read(&file.path)?;
            file.check(&bytes)?;
            Ok(bytes)
        };
        let json = read("manifest.json")?;
        let manifest = Manifest::parse(&json)?;
        let tokenizer = Tokenizer::parse(&checked(&manifest.files.tokenizer)?, &manifest)?;
        let stored_probes = manifest::Probes::parse(&checked(&manifest.files.probes)?, &manifest.architecture)?;
        let weights = Weights::open(checked(&manifest.files.weights)?, manifest.architecture)?;
        let probes = ProbeBatch::new(&stored_probes, &tokenizer)?;
        let chosen = choose(weights, manifest.pooling, probes, device.into())?;
        if device != DeviceArg::Cpu {
            eprintln!("{}. {}", chosen.report().detail, chosen.report().reason);
        }
        Ok(Self {
            digest: Sha256::digest([json.as_slice(), format!("{device:?}").as_bytes()].concat()).into(),
            manifest,
            tokenizer,
            device: chosen,
            probes: stored_probes,
            unsupported_texts: 0,
        })
    }

    /// H
    pub fn width(&self) -> usize {
        self.device.width()
    }

    /// Unit vectors `[H]` of any number of texts of any length, in their order. Says on standard error which of them
    /// the model does not read.
    pub fn encode<T: AsRef<str>>(&mut self, texts: &[T], role: Role) -> Result<Vec<Vec<f32>>> {
        let tokens = texts.iter().map(|text| self.tokenizer.tokenize(text.as_ref(), role));
        let tokens: Vec<Vec<Token>> = tokens.collect::<Result<_, _>>()?;
        for (text, _) in texts.iter().zip(&tokens).filter(|(_, tokens)| !is_readable(tokens)) {
            self.warn(text.as_ref());
        }
        let encoded = pollster::block_on(windows::encode(
            &mut self.device,
            &tokens,
            (&self.manifest).into(),
            OutputKind::Vectors,
        ))?;
        Ok(encoded.vectors.chunks_exact(self.device.width()).map(<[f32]>::to_vec).collect())
    }

    /// Token states of items' texts of any length, in their order.
    pub fn states<T: AsRef<str>>(&mut self, texts: &[T]) -> Result<Vec<TokenStates>> {
        let tokens = texts.iter().map(|text| self.tokenizer.tokenize(text.as_ref(), Role::Passage));
        let tokens: Vec<Vec<Token>> = tokens.collect::<Result<_, _>>()?;
        let limits = (&self.manifest).into();
        let encoded =
            pollster::block_on(windows::encode(&mut self.device, &tokens, limits, OutputKind::VectorsAndTokens))?;
        let (width, mut states) = (self.device.width(), encoded.tokens.into_iter());
        let states_of = |tokens: Vec<Token>| TokenStates {
            states: states.by_ref().take(tokens.len() * width).collect(),
            spans: tokens.into_iter().map(|token| token.span).collect(),
        };
        Ok(tokens.into_iter().map(states_of).collect())
    }

    /// Another model of the same shape, its weights drawn by chance: what is still the same was not the model's doing.
    pub fn randomize(&mut self, seed: u64) -> Result<()> {
        let weights = Weights::open(synthetic::weights(&self.manifest.architecture, seed), self.manifest.architecture)?;
        let mut cpu = CpuModel::load(&weights, self.manifest.pooling)?;
        let batch = self.tokenizer.batch(&["What it says, it says rightly."], Role::Passage)?;
        let vectors = pollster::block_on(cpu.encode(&batch, OutputKind::Vectors))?.vectors;
        self.device = choose(weights, self.manifest.pooling, ProbeBatch { batch, vectors }, DeviceArg::Cpu.into())?;
        Ok(())
    }

    fn warn(&mut self, text: &str) {
        self.unsupported_texts += 1;
        let (name, languages) = (&self.manifest.name, self.manifest.languages.join(", "));
        match self.unsupported_texts {
            ..=SHOWN => {
                let start: String = text.chars().take(40).collect();
                eprintln!(
                    "{name} does not read {start:?}: its vocabulary is for {languages}, and the vector means little"
                );
            }
            _ if self.unsupported_texts == SHOWN + 1 => eprintln!("... and more texts that {name} does not read"),
            _ => {}
        }
    }
}
