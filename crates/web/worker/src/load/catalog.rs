//! Loads a packed catalogue: a manifest and the files that it names; then its sheets of small pictures, if the page shows
//! them.

use super::{Progress, SendUpdate, folder_and_manifest, on_device};
use crate::{
    error::fatal,
    fetch::{FileRequest, Priority, fetch_unverified, fetch_verified},
    task::Task,
};
use nearmind_core::{
    catalog::{Catalog, Manifest, PackError, Sheet, manifest::FileEntry},
    protocol::{Problem, Stage},
};

/// Loads the catalogue at `address`, and returns it with its sheets of small pictures, which are not fetched yet.
pub async fn load_catalog(address: &str, keep: bool, send: SendUpdate) -> Result<(Catalog, Sheets), Problem> {
    if let Some(name) = on_device::catalog_name(address) {
        return Ok((on_device::load_catalog(name).await?, Sheets::default()));
    }
    let (folder, manifest) = folder_and_manifest(address);
    let manifest = Manifest::parse(&fetch_unverified(&manifest).await?.to_vec()).map_err(problem)?;
    let progress = Progress::new(Stage::Catalog, manifest.files().iter().map(|file| file.bytes as f64).sum(), send);
    let tasks = manifest
        .files()
        .into_iter()
        .map(|file| Task::spawn(fetch_verified(request(folder, file, keep), progress.track_file())));
    let mut files = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        files.push(task.join().await?);
    }
    // Copies one file at a time into wasm memory, when it is decoded.
    let catalog = manifest.decode(files.into_iter().map(|file| file.to_vec())).map_err(problem)?;
    Ok((catalog, Sheets { folder: folder.to_owned(), keep, files: manifest.pictures }))
}

/// Sheets of small pictures that are still to be fetched.
#[derive(Default)]
pub struct Sheets {
    folder: String,
    keep: bool,
    files: Vec<FileEntry>,
}

impl Sheets {
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Fetches all sheets, one after another and always in the same order. So the requests depend neither on what is
    /// recommended nor on sheets that cannot be used.
    pub async fn fetch(self, mut take: impl FnMut(Result<Sheet, Problem>)) {
        for file in self.files {
            let fetched = fetch_verified(request(&self.folder, &file, self.keep), |_| {}).await;
            take(
                fetched
                    .and_then(|bytes| Sheet::read(&bytes.to_vec()).map_err(|error| problem(file.decode_error(error)))),
            );
        }
    }
}

/// The request of a file that the manifest in `folder` names.
fn request(folder: &str, file: &FileEntry, keep: bool) -> FileRequest {
    let (url, bytes, sha256) = (format!("{folder}{}", file.file), file.bytes as u64, file.sha256.clone());
    FileRequest { url, bytes, sha256, keep, priority: Priority::Normal }
}

fn problem(error: PackError) -> Problem {
    fatal("catalog", error.to_string())
}
