//! A converted model, loaded from its folder onto a device of this machine. Must not know items.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::device::{DeviceArg, NativeDevice, choose};
use nearmind_core::explain::TokenStates;
use nearmind_encoder::{
    Encoder, OutputKind,
    device::ProbeBatch,
    manifest::{self, FileEntry, Manifest, Role},
    tokenize::{Token, Tokenizer, is_readable},
    weights::Weights,
    windows,
};

/// How many texts in unsupported languages are quoted in warnings.
const MAX_WARNINGS: usize = 5;

/// The model where none is named: that of the npm package under Node, otherwise none.
pub fn default_model() -> Option<PathBuf> {
    #[cfg(target_os = "wasi")]
    return super::node::default_model();
    #[cfg(not(target_os = "wasi"))]
    None
}

/// A converted model, ready to encode.
pub struct NativeModel {
    /// SHA-256 of the manifest, which has the digests of the model's files, and the kind of device: equal digests give
    /// equal vectors.
    pub digest: [u8; 32],
    /// The manifest in the model's folder.
    pub manifest: Manifest,
    /// The model's tokenizer.
    pub tokenizer: Tokenizer,
    /// The device that the model runs on.
    pub device: NativeDevice,
    /// Texts with their f32 vectors, by which a device is checked.
    pub probes: manifest::Probes,
    /// Number of texts so far of which most tokens are unknown.
    unsupported_texts: usize,
}

impl NativeModel {
    /// Reads a folder that `nearmind convert` wrote, checks the digests of its files, and checks the device against the
    /// model's probes. Prints the device to standard error, unless it is [`DeviceArg::Cpu`].
    ///
    /// # Errors
    /// If a file is missing, damaged or not as the manifest describes it, or the device computes wrong vectors.
    pub fn load(folder: &Path, device: DeviceArg) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).with_context(|| {
                format!(
                    "{} cannot be read: `cargo xtask models` downloads and converts the models of models/, `nearmind \
                     convert` converts one of your own",
                    path.display()
                )
            })
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
        let chosen = choose(folder, weights, manifest.pooling, probes, device.into())?;
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

    /// H, the number of dimensions of a vector.
    pub fn width(&self) -> usize {
        self.device.width()
    }

    /// Unit vectors `[H]` of any number of texts of any length, in their order. Prints a warning to standard error for
    /// texts in languages that the model does not support.
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

    /// The token states `[T, H]` of items' texts of any length, in their order.
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

    fn warn(&mut self, text: &str) {
        self.unsupported_texts += 1;
        let (name, languages) = (&self.manifest.name, self.manifest.languages.join(", "));
        match self.unsupported_texts {
            ..=MAX_WARNINGS => {
                let start: String = text.chars().take(40).collect();
                eprintln!(
                    "warning: {name} does not support the language of {start:?}: its vocabulary is for {languages}, and \
                     the vector means little"
                );
            }
            count if count == MAX_WARNINGS + 1 => {
                eprintln!("warning: there are more texts whose language {name} does not support");
            }
            _ => {}
        }
    }
}
