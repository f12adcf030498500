//! A cache of thumbnails, so that a bake makes only those of pictures that are new or have changed. It is in the private
//! folder of the catalogue, which need not be published.
//!
//! ```text
//! .bake/pictures/NAME   the version of the picture that the thumbnail was made of, a line feed, and the WebP.
//!                       NAME is the first 32 hexadecimal digits of the SHA-256 of VERSION, a space and the address.
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

/// Increase this when thumbnails are made in another way, so that all are made again.
const VERSION: &str = "1";

/// The thumbnails of earlier bakes, by the addresses of their pictures.
pub struct ThumbnailCache {
    folder: PathBuf,
}

/// A thumbnail, and the version of the picture that it was made of.
pub struct CachedThumbnail {
    /// An ETag, a date or a digest.
    pub version: String,
    /// The file of the thumbnail.
    pub webp: Vec<u8>,
}

impl ThumbnailCache {
    /// Opens the cache in the catalogue's folder `out`, and creates it if it does not exist.
    pub fn open(out: &Path) -> Result<Self> {
        let folder = folder::private_folder(out)?.join("pictures");
        fs::create_dir_all(&folder).with_context(|| format!("making the folder {}", folder.display()))?;
        Ok(Self { folder })
    }

    /// The thumbnail of the picture at `address`; `None` if it is missing or cannot be read.
    pub fn get(&self, address: &str) -> Option<CachedThumbnail> {
        let bytes = fs::read(self.folder.join(name(address))).ok()?;
        let end = bytes.iter().position(|&byte| byte == b'\n')?;
        let version = String::from_utf8(bytes[..end].to_vec()).ok()?;
        let webp = bytes[end + 1..].to_vec();
        webp.starts_with(b"RIFF").then_some(CachedThumbnail { version, webp })
    }

    /// Stores the thumbnail of the picture at `address`.
    pub fn put(&self, address: &str, CachedThumbnail { version, webp }: &CachedThumbnail) -> Result<()> {
        folder::write_file(&self.folder, &name(address), &[version.replace('\n', " ").as_bytes(), b"\n", webp].concat())
    }

    /// Removes the thumbnails of all pictures but those at `addresses`.
    pub fn remove_unused(&self, addresses: &BTreeSet<String>) -> Result<()> {
        let used: BTreeSet<String> = addresses.iter().map(|address| name(address)).collect();
        folder::remove_files(&self.folder, |name| !used.contains(name))
    }
}

/// The name of a thumbnail's file.
fn name(address: &str) -> String {
    hex(&Sha256::digest(format!("{VERSION} {address}")))[..32].to_owned()
}
