//! The packed catalogue: a manifest and the files that it names; then its sheets of small pictures, where the page shows
//! those.

use super::{Progress, Say, on_device, places};
use crate::{
    error::fatal,
    fetch::{Expected, checked, whole},
    later::later,
};
use nearmind_core::{
    catalog::{Catalog, Manifest, PackError, Sheet, manifest::File},
    protocol::{Problem, Stage},
};

/// The catalogue, and the sheets of small pictures that go with it.
pub async fn catalog(address: &str, keep: bool, say: Say) -> Result<(Catalog, Sheets), Problem> {
    if let Some(name) = on_device::name(address) {
        return Ok((on_device::catalog(name).await?, Sheets::default()));
    }
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
    let catalog = manifest.decode(files.into_iter().map(|file| file.all())).map_err(bad)?;
    Ok((catalog, Sheets { folder: folder.to_owned(), keep, files: manifest.pictures }))
}

/// Sheets of small pictures that can be fetched.
#[derive(Default)]
pub struct Sheets {
    folder: String,
    keep: bool,
    files: Vec<File>,
}

impl Sheets {
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Fetches all of them, one after the other and always in the same order: what is recommended changes no request, and
    /// neither does a sheet that cannot be used.
    pub async fn fetch(self, mut take: impl FnMut(Result<Sheet, Problem>)) {
        for file in self.files {
            let expected = Expected { bytes: file.bytes as u64, sha256: file.sha256.clone() };
            let fetched = checked(format!("{}{}", self.folder, file.file), expected, self.keep, |_| {}).await;
            take(fetched.and_then(|bytes| Sheet::read(&bytes.all()).map_err(|error| bad(file.malformed(error)))));
        }
    }
}

fn bad(error: PackError) -> Problem {
    fatal("catalog", error.to_string())
}
