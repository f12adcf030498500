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
const VERSION: &str = "1";

pub struct ThumbnailCache {
    folder: PathBuf,
}

/// One that is known, and of which version of the picture it was made.
pub struct CachedThumbnail {
    pub version: String,
    pub webp: Vec<u8>,
}

impl ThumbnailCache {
    pub fn open(out: &Path) -> Result<Self> {
        let folder = folder::private_folder(out)?.join("pictures");
        fs::create_dir_all(&folder).with_context(|| format!("making the folder {}", folder.display()))?;
        Ok(Self { folder })
    }

    pub fn get(&self, address: &str) -> Option<CachedThumbnail> {
        let bytes = fs::read(self.folder.join(name(address))).ok()?;
        let end = bytes.iter().position(|&byte| byte == b'\n')?;
        let version = String::from_utf8(bytes[..end].to_vec()).ok()?;
        let webp = bytes[end + 1..].to_vec();
        webp.starts_with(b"RIFF").then_some(CachedThumbnail { version, webp })
    }

    pub fn put(&self, address: &str, CachedThumbnail { version, webp }: &CachedThumbnail) -> Result<()> {
        folder::write_file(&self.folder, &name(address), &[version.replace('\n', " ").as_bytes(), b"\n", webp].concat())
    }

    /// Removes what none of these addresses needs.
    pub fn remove_unused(&self, addresses: &BTreeSet<String>) -> Result<()> {
        let needed: BTreeSet<String> = addresses.iter().map(|address| name(address)).collect();
        folder::remove_files(&self.folder, |name| !needed.contains(name))
    }
}

fn name(address: &str) -> String {
    hex(&Sha256::digest(format!("{VERSION} {address}")))[..32].to_owned()
}
