//! Runs the checks of the fuzz targets on the samples and the corpus, so that bugs found by libFuzzer do not come back,
//! and so that the checks are compiled without nightly.

mod feeds;
mod model;
mod pack;
#[path = "../pack/sample.rs"]
mod sample;
mod session;

use std::{fs, path::PathBuf};

/// Runs a check on every file in these folders of `tests/`.
fn check(folders: &[&str], check: impl Fn(&[u8])) {
    for folder in folders {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
        let files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!files.is_empty(), "{} is empty", folder.display());
        for file in files {
            println!("{}", file.display()); // shown if the check fails
            check(&fs::read(file).unwrap());
        }
    }
}

#[test]
fn feeds_are_read_or_refused() {
    check(&["feeds/samples", "fuzz/corpus/feeds"], feeds::check);
}

#[test]
fn packs_are_opened_or_refused() {
    check(&["pack/v1", "pack/v2", "fuzz/corpus/pack"], pack::check);
}

#[test]
fn commands_are_answered() {
    check(&["fuzz/corpus/session"], session::check);
}

#[test]
fn models_are_opened_or_refused() {
    check(&["fuzz/corpus/model"], model::check);
}
