//! A packed catalogue in a folder. Must not know what its files say.
//!
//! Whoever reads the folder while it is written, and whoever kills the writing or fills the disk, finds one whole
//! catalogue there: files have the digest of their content in their name, each is written beside and then renamed, and
//! the manifest, which alone says which files belong together, is renamed last.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use nearmind_core::catalog::{Catalog, Manifest, Pack, manifest::File};
use nearmind_feeds::Report;

/// The file that says which files of the folder are the catalogue.
pub const MANIFEST: &str = "manifest.json";
/// What a file of a catalogue is called, before its digest. What is called otherwise is left alone.
const STEMS: [&str; 11] = [
    "items.",
    "texts.",
    "vectors.",
    "words.",
    "aliases.",
    "relations.",
    "contexts.",
    "score-weights.",
    "pictures.",
    // Their names before 0.2.0.
    "occasions.",
    "mixture.",
];

/// The manifest of the catalogue in `folder`.
pub fn read_manifest(folder: &Path) -> Result<Manifest> {
    let path = folder.join(MANIFEST);
    let json = fs::read(&path).with_context(|| format!("{}: `nearmind bake` makes a catalogue", path.display()))?;
    Manifest::parse(&json).with_context(|| path.display().to_string())
}

/// The catalogue in `folder`, its digests checked.
pub fn read(folder: &Path) -> Result<(Manifest, Catalog)> {
    let manifest = read_manifest(folder)?;
    let read = |file: &&File| {
        let path = folder.join(&file.file);
        fs::read(&path).with_context(|| path.display().to_string())
    };
    let files: Vec<Vec<u8>> = manifest.files().iter().map(read).collect::<Result<_>>()?;
    let catalog = manifest.open(&files).with_context(|| folder.display().to_string())?;
    Ok((manifest, catalog))
}

/// Puts a catalogue into `folder`, in the place of the one that is there.
pub fn write(folder: &Path, pack: &Pack) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
    for (name, bytes) in &pack.files {
        write_file(folder, name, bytes)?;
    }
    publish(folder, &pack.manifest)
}

/// Adds to the catalogue in `folder` what `nearmind learn` has learned, and leaves the rest as it is.
pub fn add_learned(folder: &Path, learned: LearnedFiles, min_visitors: u32) -> Result<()> {
    let [relations, contexts, score_weights] = write_learned(folder, learned)?;
    let min_visitors = Some(min_visitors);
    publish(folder, &Manifest { relations, contexts, score_weights, min_visitors, ..read_manifest(folder)? })
}

/// The bytes of the relations, the context weights and the score weights, as far as something was learned.
pub type LearnedFiles = [Option<Vec<u8>>; 3];

/// Puts what was learned into `folder`, for a manifest to name.
pub fn write_learned(folder: &Path, learned: LearnedFiles) -> Result<[Option<File>; 3]> {
    let mut files = [const { None }; 3];
    let names = [("relations", "bin"), ("contexts", "bin"), ("score-weights", "json")];
    for ((file, bytes), (stem, extension)) in files.iter_mut().zip(learned).zip(names) {
        let Some(bytes) = bytes else { continue };
        let named = File::new(stem, extension, &bytes);
        write_file(folder, &named.file, &bytes)?;
        *file = Some(named);
    }
    Ok(files)
}

/// Makes `manifest` the folder's, and removes what it no longer names.
pub fn publish(folder: &Path, manifest: &Manifest) -> Result<()> {
    write_file(folder, MANIFEST, &manifest.to_json())?;
    remove_files(folder, |name| {
        let ours = STEMS.iter().any(|stem| name.starts_with(stem)) || name.starts_with(TEMPORARY_PREFIX);
        ours && manifest.all_files().all(|file| file.file != name)
    })
}

/// Removes the files that a killed or an earlier bake has left.
pub fn remove_files(folder: &Path, left: impl Fn(&str) -> bool) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(&left) {
            fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
        }
    }
    Ok(())
}

/// What is in a pack's folder and for its owner alone: no visitor fetches it.
pub const PRIVATE_FOLDER: &str = ".bake";
/// In there: what was wrong with the feed.
pub const REPORT: &str = "report.json";

/// That folder, which is made if need be.
pub fn private_folder(folder: &Path) -> Result<PathBuf> {
    let aside = folder.join(PRIVATE_FOLDER);
    fs::create_dir_all(&aside).with_context(|| format!("making the folder {}", aside.display()))?;
    remove_files(&aside, |name| name.starts_with(TEMPORARY_PREFIX))?;
    Ok(aside)
}

/// Leaves the report of the cleaning for the owner.
pub fn write_report(folder: &Path, report: &Report) -> Result<()> {
    write_file(&private_folder(folder)?, REPORT, &serde_json::to_vec_pretty(report)?)
}

/// How files are called that are being written.
const TEMPORARY_PREFIX: &str = ".writing-";

/// A file that is not in its place yet; dropped, it is gone.
pub fn temporary_file(folder: &Path) -> Result<NamedTempFile> {
    let file = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder);
    file.with_context(|| format!("writing in {}", folder.display()))
}

/// Gives a whole file its name.
pub fn persist(file: NamedTempFile, folder: &Path, name: &str) -> Result<()> {
    let path: PathBuf = folder.join(name);
    file.as_file().sync_all().with_context(|| format!("writing {}", path.display()))?;
    make_readable(&file)?;
    file.persist(&path).with_context(|| format!("writing {}", path.display()))?;
    Ok(())
}

/// Temporary files are their owner's alone; those of a site are for its server.
fn make_readable(file: &NamedTempFile) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}

/// Writes a file whole, in the place of one of that name.
pub fn write_file(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let mut file = temporary_file(folder)?;
    file.write_all(bytes).with_context(|| format!("writing {}", folder.join(name).display()))?;
    persist(file, folder, name)
}
