//! Loads a packed catalogue: a manifest and the files that it names; then its sheets of small pictures, if the page shows
//! them.

use super::{Progress, SendUpdate, folder_and_manifest, on_device};
use crate::{
    error::fatal,
    fetch::{FileRequest, Priority, fetch_unverified, fetch_verified},
    task::Task,
};
use nearmind_core::{
    catalog::{Catalog, Manifest, PackError, Sheet, WordVectors, manifest::FileEntry},
    protocol::{Problem, Stage},
};

/// A catalogue, and its files that are not fetched yet.
pub struct LoadedCatalog {
    pub catalog: Catalog,
    /// `None` if it has none.
    pub word_vectors: Option<WordVectorsFile>,
    pub sheets: Sheets,
}

/// Loads the catalogue at `address`.
pub async fn load_catalog(address: &str, keep: bool, send: SendUpdate) -> Result<LoadedCatalog, Problem> {
    if let Some(name) = on_device::catalog_name(address) {
        let catalog = on_device::load_catalog(name).await?;
        return Ok(LoadedCatalog { catalog, word_vectors: None, sheets: Sheets::default() });
    }
    let (folder, manifest) = folder_and_manifest(address);
    let manifest = Manifest::parse(&fetch_unverified(&manifest).await?.to_vec()).map_err(problem)?;
    let progress = Progress::new(Stage::Catalog, manifest.files().iter().map(|file| file.bytes as f64).sum(), send);
    let tasks = manifest
        .files()
        .into_iter()
        .map(|file| Task::spawn(fetch_verified(request(folder, file, keep, Priority::Normal), progress.track_file())));
    let mut files = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        files.push(task.join().await?);
    }
    // Copies one file at a time into wasm memory, when it is decoded.
    let catalog = manifest.decode(files.into_iter().map(|file| file.to_vec())).map_err(problem)?;
    let word_vectors = manifest.word_vectors.map(|file| {
        let request = request(folder, &file, keep, Priority::Low);
        WordVectorsFile { request, file, width: catalog.matrix.width() }
    });
    let sheets = Sheets { folder: folder.to_owned(), keep, files: manifest.pictures };
    Ok(LoadedCatalog { catalog, word_vectors, sheets })
}

/// The file of word vectors, still to be fetched.
pub struct WordVectorsFile {
    request: FileRequest,
    file: FileEntry,
    /// The width of the catalogue's vectors.
    width: usize,
}

impl WordVectorsFile {
    pub async fn fetch(self) -> Result<WordVectors, Problem> {
        let bytes = fetch_verified(self.request, |_| {}).await?.to_vec();
        WordVectors::read(&bytes, self.width).map_err(|error| problem(self.file.decode_error(error)))
    }
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
            let fetched = fetch_verified(request(&self.folder, &file, self.keep, Priority::Normal), |_| {}).await;
            take(
                fetched
                    .and_then(|bytes| Sheet::read(&bytes.to_vec()).map_err(|error| problem(file.decode_error(error)))),
            );
        }
    }
}

/// The request of a file that the manifest in `folder` names.
fn request(folder: &str, file: &FileEntry, keep: bool, priority: Priority) -> FileRequest {
    let (url, bytes, sha256) = (format!("{folder}{}", file.file), file.bytes as u64, file.sha256.clone());
    FileRequest { url, bytes, sha256, keep, priority }
}

fn problem(error: PackError) -> Problem {
    fatal("catalog", error.to_string())
}
