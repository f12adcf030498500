//! The files of a catalogue in a folder, to compare those of the page with those of the command line.

use std::{fs, path::PathBuf};

use anyhow::Result;

/// The files of a catalogue without those that the page does not make: the lists of a first visit, and word vectors.
pub fn made_by_the_page(files: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let without_entry = |manifest: Vec<u8>| {
        let mut json = String::from_utf8(manifest).expect("a manifest is UTF-8");
        for field in ["  \"firstLists\"", "  \"wordVectors\""] {
            if let Some(start) = json.find(field) {
                let end = json[start..].find("\n  },\n").expect("an object") + "\n  },\n".len();
                json.replace_range(start..start + end, "");
            }
        }
        json.into_bytes()
    };
    let is_made = |name: &str| !["first-list-", "word-vectors."].iter().any(|stem| name.starts_with(stem));
    let kept = files.into_iter().filter(|(name, _)| is_made(name));
    kept.map(|(name, bytes)| if name == "manifest.json" { (name, without_entry(bytes)) } else { (name, bytes) })
        .collect()
}

/// The files of a pack, with their content, sorted by name.
pub fn read_files(folder: &PathBuf) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            files.push((name, fs::read(entry.path())?));
        }
    }
    files.sort();
    Ok(files)
}
