//! The pages of a built site in a folder. Must not know what a page contains.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use walkdir::{DirEntry, WalkDir};

use nearmind_feeds::SitePage;

/// The HTML files of a folder, in the order of their paths. Files and folders whose name begins with a dot are left out.
///
/// # Errors
/// If the folder cannot be read, or has no HTML file.
pub fn html_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_hidden = |entry: &DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| !is_hidden(entry)) {
        let path = entry.with_context(|| format!("reading the site {}", folder.display()))?.into_path();
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("html")) {
            files.push(path);
        }
    }
    ensure!(
        !files.is_empty(),
        "{} has no HTML files: name the folder that your generator writes, such as public, _site or dist",
        folder.display()
    );
    Ok(files)
}

/// Reads one of these files, whose address is its path below `base`.
///
/// # Errors
/// If the file cannot be read.
pub fn read_page(folder: &Path, base: &str, file: &Path) -> io::Result<SitePage> {
    let relative = file.strip_prefix(folder).unwrap_or(file);
    let names: Vec<_> = relative.iter().map(|name| name.to_string_lossy()).collect();
    let path = names.join("/");
    let address = match path.strip_suffix("index.html") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
        _ => &path,
    };
    let html = fs::read(file).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    let base = base.trim_matches('/');
    let base = if base.is_empty() { String::new() } else { format!("/{base}") };
    Ok(SitePage { address: format!("{base}/{address}"), html: String::from_utf8_lossy(&html).into_owned() })
}
