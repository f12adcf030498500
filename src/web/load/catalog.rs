//! The packed catalogue: a manifest and the files that it names.

use super::{Progress, Say, places};
use crate::{
    catalog::{Catalog, Manifest, PackError},
    protocol::{Problem, Stage},
    web::{
        error::fatal,
        fetch::{Expected, checked, whole},
    },
};

pub async fn catalog(address: &str, keep: bool, say: Say) -> Result<Catalog, Problem> {
    let bad = |error: PackError| fatal("catalog", error.to_string());
    let (folder, manifest) = places(address);
    let manifest = Manifest::parse(&whole(&manifest, |_, _| {}).await?.all()).map_err(bad)?;
    let progress = Progress::new(Stage::Catalog, manifest.files().iter().map(|file| file.bytes as f64).sum(), say);
    let mut files = Vec::new();
    for file in manifest.files() {
        let expected = Expected { bytes: file.bytes as u64, sha256: &file.sha256 };
        let url = format!("{folder}{}", file.file);
        files.push(checked(&url, &expected, keep, |done, _| progress.at(done)).await?.all());
        progress.file(file.bytes as f64);
    }
    manifest.decode(&files).map_err(bad)
}
