//! Small pictures of earlier bakes, so that the next one makes only those that are new or have changed. Beside the pack,
//! for its owner alone.
//!
//! ```text
//! .bake/pictures/<SHA-256 of the address, 32 digits>    the version of the picture that it was made of, a line feed,
//!                                                       and the WebP
//! ```

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::cli::folder;
use nearmind_core::catalog::manifest::hex;

/// Changes when thumbnails are made otherwise: then all are made again.
const MAKER: &str = "1";

pub struct Kept {
    folder: PathBuf,
}

/// One that is known, and of which version of the picture it was made.
pub struct Known {
    pub version: String,
    pub webp: Vec<u8>,
}

impl Kept {
    pub fn open(out: &Path) -> Result<Self> {
        let folder = folder::aside(out)?.join("pictures");
        fs::create_dir_all(&folder).with_context(|| format!("making the folder {}", folder.display()))?;
        Ok(Self { folder })
    }

    pub fn get(&self, address: &str) -> Option<Known> {
        let bytes = fs::read(self.folder.join(name(address))).ok()?;
        let end = bytes.iter().position(|&byte| byte == b'\n')?;
        let version = String::from_utf8(bytes[..end].to_vec()).ok()?;
        let webp = bytes[end + 1..].to_vec();
        webp.starts_with(b"RIFF").then_some(Known { version, webp })
    }

    pub fn put(&self, address: &str, Known { version, webp }: &Known) -> Result<()> {
        folder::put(&self.folder, &name(address), &[version.replace('\n', " ").as_bytes(), b"\n", webp].concat())
    }

    /// Removes what none of these addresses needs.
    pub fn sweep(&self, addresses: &BTreeSet<String>) -> Result<()> {
        let needed: BTreeSet<String> = addresses.iter().map(|address| name(address)).collect();
        folder::sweep(&self.folder, |name| !needed.contains(name))
    }
}

fn name(address: &str) -> String {
    hex(&Sha256::digest(format!("{MAKER} {address}")))[..32].to_owned()
}
