//! A catalogue from its address: files fetched and checked, then decoded. Must not know sessions.

use std::cell::Cell;

use super::{
    error::fatal,
    fetch::{Expected, checked, whole},
    scope::now_ms,
};
use crate::{
    catalog::{Catalog, pack::Manifest},
    protocol::{Problem, Stage, Update},
};

/// Says how far a stage is, a few times a second.
pub struct Progress {
    stage: Stage,
    total: f64,
    /// Of the files before the one that is coming.
    before: Cell<f64>,
    said_ms: Cell<f64>,
    say: fn(Update),
}

impl Progress {
    const EVERY_MS: f64 = 100.0;

    pub fn new(stage: Stage, total: f64, say: fn(Update)) -> Self {
        Self { stage, total, before: Cell::new(0.0), said_ms: Cell::new(f64::NEG_INFINITY), say }
    }

    /// Bytes of the file that is coming.
    pub fn at(&self, bytes: f64) {
        let (done, now) = (self.before.get() + bytes, now_ms());
        if now - self.said_ms.get() >= Self::EVERY_MS || done >= self.total {
            self.said_ms.set(now);
            (self.say)(Update::Progress { stage: self.stage, done, total: self.total });
        }
    }

    /// A file of this size is here.
    pub fn file(&self, bytes: f64) {
        self.before.set(self.before.get() + bytes);
    }
}

/// `address` is that of a folder (it ends in `/`) with a manifest.json, or of the manifest itself.
pub async fn catalog(address: &str, keep: bool, say: fn(Update)) -> Result<Catalog, Problem> {
    let bad = |error: crate::catalog::PackError| fatal("catalog", error.to_string());
    let (folder, manifest) = manifest_of(address);
    let manifest = Manifest::parse(&whole(&manifest, |_, _| {}).await?.all()).map_err(bad)?;
    let progress = Progress::new(Stage::Catalog, manifest.files().iter().map(|file| file.bytes as f64).sum(), say);
    let mut files = Vec::new();
    for file in manifest.files() {
        let expected = Expected { bytes: file.bytes as u64, sha256: &file.sha256 };
        let url = format!("{folder}{}", file.file);
        files.push(checked(&url, &expected, keep, |done, _| progress.at(done)).await?.all());
        progress.file(file.bytes as f64);
    }
    manifest.decode([&files[0], &files[1], &files[2]]).map_err(bad)
}

/// The folder that the files lie in, and the address of their manifest.
fn manifest_of(address: &str) -> (&str, String) {
    let folder = address.rfind('/').map_or("", |end| &address[..=end]);
    let manifest = if folder.len() == address.len() { format!("{folder}manifest.json") } else { address.to_owned() };
    (folder, manifest)
}
