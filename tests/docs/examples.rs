//! The programs in examples/ run, and print what they promise. `cargo test` builds them.

use std::{env, fs, os::unix::fs::symlink, path::Path, process::Command};

use super::{NEARMIND, ROOT};

/// Runs an example in `folder`, and returns what it prints.
fn run(name: &str, folder: &Path) -> String {
    let program = Path::new(NEARMIND).with_file_name("examples").join(name).with_extension(env::consts::EXE_EXTENSION);
    assert!(program.is_file(), "{} is missing: `cargo build --examples` builds it", program.display());
    let output = Command::new(&program).current_dir(folder).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} failed: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_example_runs_and_prints_what_it_says() {
    let mut examples: Vec<_> = fs::read_dir(Path::new(ROOT).join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    examples.sort();
    assert_eq!(examples, ["bake", "embed", "scorer", "visit"], "this test runs each example");
    let folder = tempfile::tempdir().unwrap();
    for linked in ["models", "docs"] {
        symlink(Path::new(ROOT).join(linked), folder.path().join(linked)).unwrap();
    }

    let scores = run("scorer", folder.path());
    assert!(scores.lines().count() == 4 && scores.contains("gyokuro"), "{scores}");

    if !Path::new(ROOT).join("models/minilm/manifest.json").is_file() {
        return super::skipped::report_skipped(
            "the examples that encode: models/minilm is missing, `cargo xtask models minilm`",
        );
    }
    let similarities = run("embed", folder.path());
    let [_, blouse, pan] = similarities.lines().collect::<Vec<_>>()[..] else { panic!("{similarities}") };
    assert!(blouse[..4].parse::<f32>().unwrap() > pan[..4].parse::<f32>().unwrap() + 0.2, "{similarities}");

    let products = fs::read_to_string(Path::new(ROOT).join("docs/samples/products.csv")).unwrap().lines().count() - 1;
    assert_eq!(run("bake", folder.path()), format!("{products} items in target/example-catalog\n"));

    let lists = run("visit", folder.path());
    let [_, after_wish, after_view] = lists.lines().collect::<Vec<_>>()[..] else { panic!("{lists}") };
    assert!(after_wish.to_lowercase().contains("kettle"), "{lists}");
    assert!(after_view.to_lowercase().contains("tea"), "{lists}");
}
