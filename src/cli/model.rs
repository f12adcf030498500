//! A converted model from its folder, on a device of this machine. Must not know items.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::device::{DeviceArg, NativeDevice, choose};
use crate::encoder::{
    Encoder, Want,
    device::Probes,
    manifest::{self, FileEntry, Manifest},
    tokenize::{Role, Tokenizer},
    weights::Weights,
};

pub struct NativeModel {
    pub manifest: Manifest,
    pub tokenizer: Tokenizer,
    device: NativeDevice,
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
        let manifest = Manifest::parse(&read("manifest.json")?)?;
        let tokenizer = Tokenizer::parse(&checked(&manifest.files.tokenizer)?, &manifest)?;
        let probes = manifest::Probes::parse(&checked(&manifest.files.probes)?, &manifest.architecture)?;
        let weights = Weights::open(checked(&manifest.files.weights)?, manifest.architecture)?;
        let probes = Probes::new(&probes, &tokenizer)?;
        let chosen = choose(weights, manifest.pooling, probes, device.into())?;
        if device != DeviceArg::Cpu {
            eprintln!("{}. {}", chosen.report().detail, chosen.report().reason);
        }
        Ok(Self { manifest, tokenizer, device: chosen })
    }

    /// Unit vectors `[H]` of any number of texts, in their order.
    pub fn encode<T: AsRef<str>>(&mut self, texts: &[T], role: Role) -> Result<Vec<Vec<f32>>> {
        let batch = self.tokenizer.batch(texts, role)?;
        let encoded = pollster::block_on(self.device.encode(&batch, Want::Vectors))?;
        Ok(encoded.vectors.chunks_exact(self.device.width()).map(<[f32]>::to_vec).collect())
    }
}
