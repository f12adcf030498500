//! The packed catalogue: a manifest and the files that it names.

use super::{Progress, Say, on_device, places};
use crate::{
    catalog::{Catalog, Manifest, PackError},
    protocol::{Problem, Stage},
    web::{
        error::fatal,
        fetch::{Expected, checked, whole},
        later::later,
    },
};

pub async fn catalog(address: &str, keep: bool, say: Say) -> Result<Catalog, Problem> {
    if let Some(name) = on_device::name(address) {
        return on_device::catalog(name).await;
    }
    let bad = |error: PackError| fatal("catalog", error.to_string());
    let (folder, manifest) = places(address);
    let manifest = Manifest::parse(&whole(&manifest).await?.all()).map_err(bad)?;
    let progress = Progress::new(Stage::Catalog, manifest.files().iter().map(|file| file.bytes as f64).sum(), say);
    let coming = manifest.files().into_iter().map(|file| {
        let expected = Expected { bytes: file.bytes as u64, sha256: file.sha256.clone() };
        later(checked(format!("{folder}{}", file.file), expected, keep, progress.file()))
    });
    let mut files = Vec::new();
    for file in coming.collect::<Vec<_>>() {
        files.push(file.outcome().await?);
    }
    // A file leaves the browser's memory for ours when it is decoded, one after the other.
    manifest.decode(files.into_iter().map(|file| file.all())).map_err(bad)
}
