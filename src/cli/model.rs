//! A converted model from its folder, on the CPU of this machine. Must not know items.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use rayon::prelude::*;

use crate::encoder::{
    Encoder, Want,
    cpu::CpuModel,
    manifest::{FileEntry, Manifest},
    tokenize::{Role, Tokenizer},
    weights::Weights,
};

/// Texts that one thread takes at a time.
const CHUNK: usize = 16;

pub struct NativeModel {
    pub manifest: Manifest,
    pub tokenizer: Tokenizer,
    cpu: CpuModel,
}

impl NativeModel {
    /// Reads a folder that `nearmind convert` wrote, and checks its digests.
    pub fn load(folder: &Path) -> Result<Self> {
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
        let weights = checked(&manifest.files.weights)?;
        let cpu = CpuModel::load(&Weights::open(&weights, manifest.architecture)?, manifest.pooling)?;
        Ok(Self { manifest, tokenizer, cpu })
    }

    /// Unit vectors `[H]` of texts, on the calling thread.
    pub fn encode<T: AsRef<str>>(&self, texts: &[T], role: Role) -> Result<Vec<Vec<f32>>> {
        let batch = self.tokenizer.batch(texts, role)?;
        let encoded = pollster::block_on(self.cpu.fork().encode(&batch, Want::Vectors))?;
        Ok(encoded.vectors.chunks_exact(self.cpu.width()).map(<[f32]>::to_vec).collect())
    }

    /// The same for any number of texts, in their order, on all cores.
    pub fn encode_all<T: AsRef<str> + Sync>(&self, texts: &[T], role: Role) -> Result<Vec<Vec<f32>>> {
        let chunks = texts.par_chunks(CHUNK).map(|chunk| self.encode(chunk, role));
        Ok(chunks.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }
}
