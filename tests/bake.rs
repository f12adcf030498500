//! The command line makes one catalogue of one feed: the same bytes on any number of threads, in any order.
#![cfg(feature = "cli")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use nearmind::{
    catalog::Manifest,
    encoder::{
        Encoder, Want,
        cpu::CpuModel,
        manifest::{FileEntry, Probe, Probes},
        synthetic::Synthetic,
        tokenize::{Role, Tokenizer},
        weights::Weights,
    },
};
use pollster::block_on;

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bake").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A small random model as `nearmind convert` writes one, with a text that its device has to prove itself on.
fn model(name: &str) -> PathBuf {
    let (folder, mut model) = (folder(&format!("{name}-model")), Synthetic::small(3));
    let tokenizer = Tokenizer::parse(&model.tokenizer, &model.manifest).unwrap();
    let weights = Weights::open(&model.weights, model.manifest.architecture).unwrap();
    let mut cpu = CpuModel::load(&weights, model.manifest.pooling).unwrap();
    let text = "a red jacket".to_owned();
    let vector =
        block_on(cpu.encode(&tokenizer.batch(&[&text], Role::Passage).unwrap(), Want::Vectors)).unwrap().vectors;
    let probes = Probes { probes: vec![Probe { text, vector }] };
    let probes = serde_json::to_vec(&probes).unwrap();
    model.manifest.files.probes = FileEntry::describe("probes.json", &probes);
    fs::write(folder.join("manifest.json"), serde_json::to_vec(&model.manifest).unwrap()).unwrap();
    fs::write(folder.join(&model.manifest.files.weights.path), &model.weights).unwrap();
    fs::write(folder.join(&model.manifest.files.tokenizer.path), &model.tokenizer).unwrap();
    fs::write(folder.join("probes.json"), probes).unwrap();
    folder
}

fn lines() -> Vec<String> {
    let colours = ["red", "green", "blue", "black", "white", "dark", "bright", "light"];
    let line = |nth: usize| {
        let (colour, thing) = (colours[nth % 8], ["jacket", "cup", "tent", "lamp", "bag"][nth % 5]);
        format!(
            r#"{{"id":"item-{nth:02}","url":"/{nth}","words":{{"en":{{"title":"A {colour} {thing}"}},"zh":{{"title":"{nth}号防水夹克"}}}}}}"#
        )
    };
    (0..40).map(line).collect()
}

fn bake(name: &str, feed: &[String], threads: &str) -> (Output, BTreeMap<String, Vec<u8>>) {
    let (out, path) = (folder(name), folder("feeds").join(format!("{name}.jsonl")));
    fs::write(&path, feed.join("\n")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_nearmind"));
    command
        .arg("bake")
        .arg(path)
        .arg("--model")
        .arg(model(name))
        .arg("--out")
        .arg(&out)
        .env("RAYON_NUM_THREADS", threads);
    let output = command.output().unwrap();
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
    };
    (output, fs::read_dir(out).unwrap().map(read).collect())
}

#[test]
fn one_feed_gives_one_catalogue_on_any_threads_and_in_any_order() {
    let (feed, mut backwards) = (lines(), lines());
    backwards.reverse();
    let (output, once) = bake("once", &feed, "1");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(once.len(), 5);
    assert!(once == bake("threads", &feed, "4").1 && once == bake("backwards", &backwards, "2").1);
    let manifest = Manifest::parse(&once["manifest.json"]).unwrap();
    let catalog = manifest.open(&manifest.files().iter().map(|file| &once[&file.file]).collect::<Vec<_>>()).unwrap();
    assert_eq!(catalog.len(), 40);
    // The dictionary of the feed's own words came along.
    assert!(catalog.dictionary.words.iter().any(|(word, _)| word == "防水"));
}

#[test]
fn problems_are_told_and_a_new_bake_replaces_the_old_one() {
    let mut feed = lines();
    feed.push("nonsense".into());
    feed.push(feed[0].clone());
    let (output, first) = bake("problems", &feed, "2");
    let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("40 items, 2 problems"), "{said}");
    assert!(
        told.contains("line 41: left out, not an item") && told.contains(r#"line 42: left out, "item-00""#),
        "{told}"
    );
    let (_, second) = bake("problems", &feed[..35], "2");
    assert_eq!((first.len(), second.len()), (5, 5));
    assert!(!bake("nothing", &["nonsense".into()], "1").0.status.success());
}
