//! `nearmind-research eval` on incomplete folders: whatever is missing, the report has the metrics of all scorers.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use flate2::{Compression, write::GzEncoder};
use nearmind_encoder::{
    Encoder, OutputKind,
    cpu::CpuModel,
    manifest::{FileEntry, Probe, Probes, Role},
    synthetic::SyntheticModel,
    tokenize::Tokenizer,
    weights::Weights,
};
use pollster::block_on;
use serde_json::{Value, json};

/// Writes a small model with random weights to `folder/model`. Its figures mean nothing, but the code path is the same.
fn model(folder: &Path) -> PathBuf {
    let (folder, mut model) = (folder.join("model"), SyntheticModel::small(3));
    fs::create_dir_all(&folder).unwrap();
    let tokenizer = Tokenizer::parse(&model.tokenizer, &model.manifest).unwrap();
    let weights = Weights::open(&model.weights, model.manifest.architecture).unwrap();
    let mut cpu = CpuModel::load(&weights, model.manifest.pooling).unwrap();
    let text = "a red jacket".to_owned();
    let batch = tokenizer.batch(&[&text], Role::Passage).unwrap();
    let vector = block_on(cpu.encode(&batch, OutputKind::Vectors)).unwrap().vectors;
    let probes = serde_json::to_vec(&Probes { probes: vec![Probe { text, vector }] }).unwrap();
    model.manifest.files.probes = FileEntry::from_bytes("probes.json", &probes);
    fs::write(folder.join("manifest.json"), serde_json::to_vec(&model.manifest).unwrap()).unwrap();
    fs::write(folder.join(&model.manifest.files.weights.path), &model.weights).unwrap();
    fs::write(folder.join(&model.manifest.files.tokenizer.path), &model.tokenizer).unwrap();
    fs::write(folder.join("probes.json"), probes).unwrap();
    folder
}

/// Runs `eval` on a folder with these files. Returns the output, and the report if there is one.
fn eval(files: &[(&str, &str)], more: &[&str]) -> (Output, Option<Value>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let bytes = if name.ends_with(".gz") {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(text.as_bytes()).unwrap();
            gzip.finish().unwrap()
        } else {
            text.as_bytes().to_vec()
        };
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let (report, plot) = (folder.path().join("report.json"), folder.path().join("plot.svg"));
    let run = Command::new(env!("CARGO_BIN_EXE_nearmind-research"))
        .args(["eval", "--data"])
        .arg(folder.path())
        .arg("--model")
        .arg(model(folder.path()))
        .arg("--cache")
        .arg(folder.path().join("cache"))
        .arg("--report")
        .arg(&report)
        .arg("--plot")
        .arg(&plot)
        .args(more)
        .output()
        .unwrap();
    (run, fs::read(&report).ok().map(|json| serde_json::from_slice(&json).unwrap()))
}

fn items(item: impl Fn(usize) -> Value) -> String {
    (0..24).map(|nth| format!("{}\n", item(nth))).collect()
}

fn titled() -> String {
    items(|nth| json!({"id": nth, "title": format!("A {} jacket", ["red", "blue", "green"][nth % 3])}))
}

/// Thirty visitors, each with four consecutive items.
fn interactions(line: impl Fn(usize, usize, usize) -> String) -> String {
    (0..30)
        .flat_map(|who| (0..4).map(move |nth| (who, nth)))
        .map(|(who, nth)| line(who, nth, (who + nth) % 20))
        .collect()
}

#[test]
fn an_incomplete_folder_gets_a_report() {
    let timed = format!(
        "user_id\titem_id\tevent\ttimestamp\tvalue\n{}",
        interactions(|who, nth, item| format!("u{who}\t{item}\trate\t{nth}\t{}\n", 1 + (who + nth) % 5))
    );
    let bare = format!("user_id\titem_id\n{}", interactions(|who, _, item| format!("u{who}\t{item}\n")));
    let once = "user_id\titem_id\nu\t1\nv\t2\nw\t3\n";
    // Visitors move between places at random: the history predicts nothing, the place does.
    let random = |who: u32, nth: u32| (who * 7919 + nth * 104_729).wrapping_mul(2_654_435_761) >> 12;
    let placed = |who, nth| {
        let (place, item) = (random(who, nth) % 4, random(who, nth) / 4 % 5);
        format!("b{who}\t{}\tshop-{place}\n", place * 5 + item)
    };
    let placed: String = (0..80).flat_map(|who| (0..4).map(move |nth| placed(who, nth))).collect();
    let placed = format!("user_id\titem_id\tplace\n{placed}");
    let there = "user_id\thistory\ttarget\tplace\nx\t1\t2\tShop-0\ny\t6\t7\tnowhere\n";
    let tests = "user_id\thistory\ttarget\nu1\t1 2\t3\nstranger\t4\t5 6 7\nnobody\t\t8\nu2\tgone 3\tgone\n";
    let cold = "user_id\thistory\ttarget\nu1\t1 2\t21\nu2\t2 3\t22 23\n";
    let queries = "user_id\tquery\thistory\ttarget\na\ta red jacket\t\t3\nb\t\t1\t2\n";
    let wordless = items(|nth| json!({"id": nth}));
    let wild =
        items(|nth| json!({"id": nth, "title": "A jacket", "brand": null, "price": "n/a", "categories": [1, null]}));
    type Folder<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);
    let rows: [Folder; 11] = [
        ("all files", &[("items.jsonl", &titled()), ("interactions.tsv", &timed), ("test.tsv", tests)], &[]),
        ("gzipped", &[("items.jsonl.gz", &titled()), ("interactions.tsv.gz", &timed), ("test.tsv.gz", tests)], &[]),
        ("no times", &[("items.jsonl", &titled()), ("interactions.tsv", &bare), ("test.tsv", tests)], &[]),
        ("no tests", &[("items.jsonl", &titled()), ("interactions.tsv", &timed)], &[]),
        ("no interactions", &[("items.jsonl", &titled()), ("test.tsv", tests)], &[]),
        ("new items", &[("items.jsonl", &wild), ("interactions.tsv", &bare), ("test.tsv", cold)], &["--grid"]),
        ("new items alone", &[("items.jsonl", &titled()), ("test.tsv", cold)], &[]),
        ("a place", &[("items.jsonl", &titled()), ("interactions.tsv", &placed), ("test.tsv", there)], &[]),
        ("a sentence", &[("items.jsonl", &titled()), ("interactions.tsv", &bare), ("test.tsv", queries)], &[]),
        ("no texts", &[("items.jsonl", &wordless), ("interactions.tsv", &bare), ("test.tsv", tests)], &[]),
        ("one event each", &[("items.jsonl", &titled()), ("interactions.tsv", once), ("test.tsv", tests)], &[]),
    ];
    for (what, files, more) in rows {
        let (run, report) = eval(files, more);
        assert!(run.status.success(), "{what}: {}", String::from_utf8_lossy(&run.stderr));
        let report = report.unwrap();
        for (scorer, metric) in ["HitRate@10", "NDCG@10", "Recall@10"]
            .into_iter()
            .flat_map(|metric| [("score", metric), ("score-unlimited", metric)])
        {
            let figure = report["scorers"][scorer][metric].as_f64();
            assert!(
                figure.is_some_and(|figure| (0.0..=1.0).contains(&figure)),
                "{what}: {scorer}'s {metric} is {figure:?}"
            );
        }
        assert_eq!(report["scorers"].get("sentence-fused").is_some(), what == "a sentence", "{what}");
        let cold_only = report["set"]["candidates"].as_str().unwrap().starts_with("items without interactions");
        assert_eq!(cold_only, what.starts_with("new items"), "{what}");
        assert_eq!(report["scorers"].get("score-without-contextPopularity").is_some(), what == "a place", "{what}");
        let grid = String::from_utf8_lossy(&run.stdout).lines().filter(|line| line.contains("hitRate")).count();
        assert_eq!(grid > 100, more.contains(&"--grid"), "{what}: {grid}");
    }
}

#[test]
fn an_unusable_folder_is_an_error_that_says_why() {
    for (files, expect) in [
        (&[][..], "items.jsonl"),
        (&[("items.jsonl", "nonsense\n")], "has no items"),
        (&[("items.jsonl", "{\"id\": 1}\n")], "no test cases"),
        (&[("items.jsonl", "{\"id\": 1}\n"), ("interactions.tsv", "a\tb\n1\t2\n")], "user_id and item_id"),
    ] {
        let (run, report) = eval(files, &[]);
        let stderr = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(!run.status.success() && report.is_none() && stderr.contains(expect), "{stderr}");
    }
}

#[test]
fn a_model_for_the_language_of_the_items_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let run = |items: &str| {
        fs::write(folder.path().join("items.jsonl"), items).unwrap();
        fs::write(folder.path().join("test.tsv"), "user_id\thistory\ttarget\nu\t1\t2\n").unwrap();
        let mut run = Command::new(env!("CARGO_BIN_EXE_nearmind-research"));
        let run = run.args(["eval", "--data", "."]).current_dir(folder.path()).output().unwrap();
        (run.status.success(), String::from_utf8_lossy(&run.stderr).into_owned())
    };
    let chinese = items(|nth| json!({"id": nth, "title": "\u{7ea2}\u{8272}\u{5939}\u{514b}"}));
    for (items, language, target) in [(&chinese, "Chinese", "models e5"), (&titled(), "English", "models minilm")] {
        let (success, stderr) = run(items);
        assert!(!success && stderr.contains(language) && stderr.contains(target), "{stderr}");
    }
    // Two models below models/, one for Chinese and one for English only.
    let models = folder.path().join("models");
    fs::create_dir_all(&models).unwrap();
    for (name, languages) in [("large", json!(["en", "zh"])), ("other", json!(["en"]))] {
        let at = model(&models);
        let mut manifest: Value = serde_json::from_slice(&fs::read(at.join("manifest.json")).unwrap()).unwrap();
        manifest["languages"] = languages;
        fs::write(at.join("manifest.json"), manifest.to_string()).unwrap();
        fs::rename(&at, models.join(name)).unwrap();
    }
    for (items, name) in [(&chinese, "large"), (&titled(), "other")] {
        let (success, stderr) = run(items);
        assert!(success && stderr.contains(&format!("models/{name}")), "{stderr}");
    }
}
