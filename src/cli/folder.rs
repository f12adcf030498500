//! Reads and writes the folder of a packed catalogue. Must not know what the files contain.
//!
//! The folder holds one complete catalogue at any moment: also while another one is written over it, and after the
//! writing was killed or the disk was full. The name of each file contains the digest of its content. Each file is
//! written under a temporary name and then renamed. The manifest, which lists the files of the catalogue, is renamed last.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use nearmind_core::catalog::{Catalog, Manifest, Pack, manifest::FileEntry};
use nearmind_feeds::Report;

/// The file that lists the files of the catalogue.
pub const MANIFEST: &str = "manifest.json";
/// How the names of a catalogue's files begin, before the digest. Other files in the folder are never removed.
const FILE_STEMS: [&str; 13] = [
    "items.",
    "texts.",
    "vectors.",
    "words.",
    "aliases.",
    "relations.",
    "contexts.",
    "score-weights.",
    "word-vectors.",
    "pictures.",
    "first-list-",
    // Their names before 0.2.0.
    "occasions.",
    "mixture.",
];

/// Reads the manifest of the catalogue in `folder`.
pub fn read_manifest(folder: &Path) -> Result<Manifest> {
    let path = folder.join(MANIFEST);
    let json = fs::read(&path)
        .with_context(|| format!("{} cannot be read: `nearmind bake` makes a catalogue", path.display()))?;
    Manifest::parse(&json).with_context(|| path.display().to_string())
}

/// Reads the catalogue in `folder`, and checks the digests of its files.
pub fn read(folder: &Path) -> Result<(Manifest, Catalog)> {
    let manifest = read_manifest(folder)?;
    let catalog = open(folder, &manifest)?;
    Ok((manifest, catalog))
}

/// Reads the files in `folder` that `manifest` lists, and checks their digests.
pub fn open(folder: &Path, manifest: &Manifest) -> Result<Catalog> {
    let read = |file: &&FileEntry| {
        let path = folder.join(&file.file);
        fs::read(&path).with_context(|| path.display().to_string())
    };
    let files: Vec<Vec<u8>> = manifest.files().iter().map(read).collect::<Result<_>>()?;
    manifest.open(&files).with_context(|| folder.display().to_string())
}

/// Writes a catalogue into `folder`, which is created if it does not exist. Replaces the catalogue there, if any.
pub fn write(folder: &Path, pack: &Pack) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("creating the folder {}", folder.display()))?;
    for (name, bytes) in &pack.files {
        write_file(folder, name, bytes)?;
    }
    publish(folder, &pack.manifest)
}

/// Adds what `nearmind learn` has learned to the catalogue in `folder`, in the place of what was learned before.
pub fn add_learned(folder: &Path, learned: LearnedFiles, min_visitors: u32) -> Result<()> {
    let [relations, contexts, score_weights] = write_learned(folder, learned)?;
    let min_visitors = Some(min_visitors);
    publish(folder, &Manifest { relations, contexts, score_weights, min_visitors, ..read_manifest(folder)? })
}

/// The bytes of the files of relations, of context popularity and of score weights; `None` where nothing was learned.
pub type LearnedFiles = [Option<Vec<u8>>; 3];

/// Writes what was learned into `folder`. Returns the manifest's entries of the files, in the order of [`LearnedFiles`].
pub fn write_learned(folder: &Path, learned: LearnedFiles) -> Result<[Option<FileEntry>; 3]> {
    let mut files = [const { None }; 3];
    let names = [("relations", "bin"), ("contexts", "bin"), ("score-weights", "json")];
    for ((file, bytes), (stem, extension)) in files.iter_mut().zip(learned).zip(names) {
        let Some(bytes) = bytes else { continue };
        let entry = FileEntry::new(stem, extension, &bytes);
        write_file(folder, &entry.file, &bytes)?;
        *file = Some(entry);
    }
    Ok(files)
}

/// Writes `manifest` into `folder`, and removes the files of earlier catalogues that it does not list.
pub fn publish(folder: &Path, manifest: &Manifest) -> Result<()> {
    write_file(folder, MANIFEST, &manifest.to_json())?;
    remove_files(folder, |name| {
        let is_ours = FILE_STEMS.iter().any(|stem| name.starts_with(stem)) || name.starts_with(TEMPORARY_PREFIX);
        is_ours && manifest.all_files().all(|file| file.file != name)
    })
}

/// Removes the files of `folder` whose name satisfies `is_stale`.
pub fn remove_files(folder: &Path, is_stale: impl Fn(&str) -> bool) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(&is_stale) {
            fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
        }
    }
    Ok(())
}

/// Folder within a catalogue's folder for files that only the next bake needs. It need not be published.
pub const PRIVATE_FOLDER: &str = ".bake";
/// File in [`PRIVATE_FOLDER`] with the report of the feeds.
pub const REPORT: &str = "report.json";

/// Creates [`PRIVATE_FOLDER`] in `folder` if it does not exist, removes temporary files from it, and returns its path.
pub fn private_folder(folder: &Path) -> Result<PathBuf> {
    let path = folder.join(PRIVATE_FOLDER);
    fs::create_dir_all(&path).with_context(|| format!("creating the folder {}", path.display()))?;
    remove_files(&path, |name| name.starts_with(TEMPORARY_PREFIX))?;
    Ok(path)
}

/// Writes the report of the feeds into [`PRIVATE_FOLDER`].
pub fn write_report(folder: &Path, report: &Report) -> Result<()> {
    write_file(&private_folder(folder)?, REPORT, &serde_json::to_vec_pretty(report)?)
}

/// How the names of files begin while they are written.
const TEMPORARY_PREFIX: &str = ".writing-";

/// Creates a file in `folder` under a temporary name. It is removed when it is dropped, unless [`persist`] renames it.
pub fn temporary_file(folder: &Path) -> Result<NamedTempFile> {
    let file = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder);
    file.with_context(|| format!("writing in {}", folder.display()))
}

/// Flushes a complete file to the disk, and renames it to `name` in `folder`. Replaces a file of that name.
pub fn persist(file: NamedTempFile, folder: &Path, name: &str) -> Result<()> {
    let path: PathBuf = folder.join(name);
    file.as_file().sync_all().with_context(|| format!("writing {}", path.display()))?;
    make_readable(&file)?;
    file.persist(&path).with_context(|| format!("writing {}", path.display()))?;
    Ok(())
}

/// Temporary files can be read by their owner only (mode 600); a web server needs to read those of a catalogue.
#[cfg(unix)]
fn make_readable(file: &NamedTempFile) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?)
}

#[cfg(not(unix))]
fn make_readable(_: &NamedTempFile) -> Result<()> {
    Ok(())
}

/// Writes a file atomically: readers see either the old content or the new one.
pub fn write_file(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let mut file = temporary_file(folder)?;
    file.write_all(bytes).with_context(|| format!("writing {}", folder.join(name).display()))?;
    persist(file, folder, name)
}
