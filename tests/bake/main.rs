//! Tests of the programs `nearmind bake` and `inspect`: equal feeds give equal bytes; incremental bakes, full disks and
//! killed processes.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread::yield_now,
};

use flate2::{Compression, write::GzEncoder};
use nearmind_core::catalog::{Catalog, Manifest};
use nearmind_encoder::{
    Encoder, Model, OutputKind,
    cpu::CpuModel,
    manifest::{FileEntry, Probe, Probes, Role},
    synthetic::SyntheticModel,
    tokenize::Tokenizer,
    weights::Weights,
};
use nearmind_feeds::Report;
use pollster::block_on;
use serde_json::Value;

mod first_lists; // the list of a first visit
mod languages; // warnings about unsupported languages
mod learned; //   learned data is kept by a new bake
mod mistakes; //  errors and warnings
mod pictures; //  small pictures in the catalogue
mod word_vectors; // vectors of words

/// Files of a catalogue: items, texts, vectors, words, word vectors, the first lists in two languages, and the manifest.
const PUBLISHED_FILES: usize = 8;

/// A folder of this name in Cargo's folder for tests, created if it does not exist.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bake").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes a small random model as `nearmind convert` does, with a probe to check the device. Returns its folder.
fn model(name: &str) -> PathBuf {
    let (folder, mut model) = (folder(&format!("{name}-model")), SyntheticModel::small(3));
    let tokenizer = Tokenizer::parse(&model.tokenizer, &model.manifest).unwrap();
    let weights = Weights::open(&model.weights, model.manifest.architecture).unwrap();
    let mut cpu = CpuModel::load(&weights, model.manifest.pooling).unwrap();
    let text = "a red jacket".to_owned();
    let vector =
        block_on(cpu.encode(&tokenizer.batch(&[&text], Role::Passage).unwrap(), OutputKind::Vectors)).unwrap().vectors;
    let probes = Probes { probes: vec![Probe { text, vector }] };
    let probes = serde_json::to_vec(&probes).unwrap();
    model.manifest.files.probes = FileEntry::from_bytes("probes.json", &probes);
    fs::write(folder.join("manifest.json"), serde_json::to_vec(&model.manifest).unwrap()).unwrap();
    fs::write(folder.join(&model.manifest.files.weights.path), &model.weights).unwrap();
    fs::write(folder.join(&model.manifest.files.tokenizer.path), &model.tokenizer).unwrap();
    fs::write(folder.join("probes.json"), probes).unwrap();
    folder
}

/// A feed of 40 items with English and Chinese titles, as JSON Lines.
fn feed_lines() -> Vec<String> {
    let colours = ["red", "green", "blue", "black", "white", "dark", "bright", "light"];
    let line = |nth: usize| {
        let (colour, thing) = (colours[nth % 8], ["jacket", "cup", "tent", "lamp", "bag"][nth % 5]);
        format!(
            r#"{{"id":"item-{nth:02}","url":"/{nth}","words":{{"en":{{"title":"A {colour} {thing}"}},"zh":{{"title":"{nth}号防水夹克"}}}}}}"#
        )
    };
    (0..40).map(line).collect()
}

/// The result of one run of `nearmind bake`.
struct BakeRun {
    output: Output,
    /// The files in the folder of the catalogue, by their path there.
    files: BTreeMap<String, Vec<u8>>,
}

impl BakeRun {
    /// Standard output, followed by standard error.
    fn output_text(&self) -> String {
        let (out, err) = (&self.output.stdout, &self.output.stderr);
        [out, err].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
    }

    fn catalog(&self) -> Catalog {
        let manifest = Manifest::parse(&self.files["manifest.json"]).unwrap();
        manifest.open(&manifest.files().iter().map(|file| &self.files[&file.file]).collect::<Vec<_>>()).unwrap()
    }
}

/// The command that bakes `feed` into the folder `name`, with further arguments.
fn command(name: &str, feed: &[String], more: &[&str]) -> Command {
    let path = folder("feeds").join(format!("{name}.jsonl"));
    fs::write(&path, feed.join("\n")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_nearmind"));
    command.arg("bake").arg(path).arg("--out").arg(folder(name)).args(more);
    if !more.contains(&"--no-embed") {
        command.arg("--model").arg(model(name));
    }
    command
}

fn bake(name: &str, feed: &[String], more: &[&str]) -> BakeRun {
    let output = command(name, feed, more).output().unwrap();
    BakeRun { output, files: files(&folder(name)) }
}

/// Bakes into an empty folder. The bake must succeed.
fn bake_from_scratch(name: &str, feed: &[String], more: &[&str]) -> BakeRun {
    fs::remove_dir_all(folder(name)).unwrap();
    let baked = bake(name, feed, more);
    assert!(baked.output.status.success(), "{}", baked.output_text());
    baked
}

/// The files in a folder and its subfolders, but for the report, which has the path of the feed.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else if let Ok(bytes) = fs::read(path) {
            found.insert(name, bytes); // reading fails if a running bake has just renamed the file
        }
    }
    found.remove(".bake/report.json");
    found
}

/// The files of a catalogue without those in the private folder.
fn published_files(baked: &BakeRun) -> BTreeMap<&String, &Vec<u8>> {
    baked.files.iter().filter(|(name, _)| !name.starts_with('.')).collect()
}

#[test]
fn neither_threads_nor_the_order_of_the_feed_change_a_catalogue() {
    let (feed, mut backwards) = (feed_lines(), feed_lines());
    backwards.reverse();
    let bake_on = |name, feed: &[String], threads| {
        let more: &[&str] = if name == "fewer" { &["--dimensions", "7"] } else { &[] };
        fs::remove_dir_all(folder(name)).unwrap();
        let output = command(name, feed, more).env("RAYON_NUM_THREADS", threads).output().unwrap();
        BakeRun { output, files: files(&folder(name)) }
    };
    let once = bake_on("once", &feed, "1");
    assert!(once.output.status.success(), "{}", once.output_text());
    assert_eq!(published_files(&once).len(), PUBLISHED_FILES);
    assert!(once.files == bake_on("threads", &feed, "2").files);
    assert!(published_files(&once) == published_files(&bake_on("backwards", &backwards, "2")));
    let catalog = once.catalog();
    assert_eq!(catalog.len(), 40);
    // The catalogue has a dictionary of the Chinese words in the feed.
    assert!(catalog.dictionary.words.iter().any(|(word, _)| word == "防水"));
    let fewer = bake_on("fewer", &feed, "1");
    assert_eq!((fewer.catalog().matrix.width(), fewer.catalog().centre.width()), (7, 7), "{}", fewer.output_text());
    assert!(published_files(&fewer) == published_files(&bake_on("fewer", &backwards, "2")));
}

#[test]
fn a_new_bake_replaces_the_catalogue_and_a_failed_one_does_not() {
    let mut feed = feed_lines();
    feed.push("nonsense".into());
    feed.push(feed[0].clone());
    let first = bake_from_scratch("problems", &feed, &[]);
    assert!(first.output_text().contains("40 items"), "{}", first.output_text());
    let second = bake("problems", &feed[..35], &[]);
    assert_eq!([&first, &second].map(|baked| published_files(baked).len()), [PUBLISHED_FILES; 2]);
    assert_eq!(second.catalog().len(), 35);
    let nothing = bake("problems", &["nonsense".into()], &[]);
    assert!(!nothing.output.status.success());
    assert!(
        published_files(&nothing) == published_files(&second),
        "a feed without usable rows must not change the catalogue"
    );
}

#[test]
fn a_gzipped_feed_from_standard_input_equals_its_file() {
    let feed = [feed_lines(), vec!["nonsense".into()]].concat();
    let (plain, report) = (bake_from_scratch("from-file", &feed, &[]), folder("feeds").join("report.json"));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(feed.join("\n").as_bytes()).unwrap();
    let mut bake = Command::new(env!("CARGO_BIN_EXE_nearmind"));
    bake.args(["bake", "-", "--model"]).arg(model("from-stdin")).arg("--out").arg(folder("from-stdin"));
    bake.arg("--report").arg(&report).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = bake.spawn().unwrap();
    running.stdin.take().unwrap().write_all(&gzip.finish().unwrap()).unwrap();
    let baked = BakeRun { output: running.wait_with_output().unwrap(), files: files(&folder("from-stdin")) };
    assert!(
        baked.output.status.success() && published_files(&baked) == published_files(&plain),
        "{}",
        baked.output_text()
    );
    let report: Report = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!((report.rows, report.items, report.left_out()), (41, 40, 1), "{report}");
}

#[test]
fn inspect_shows_contents_neighbours_and_recall() {
    bake_from_scratch("inspected", &[feed_lines(), vec!["nonsense".into()]].concat(), &[]);
    let inspect = |more: &[&str]| {
        let mut inspect = Command::new(env!("CARGO_BIN_EXE_nearmind"));
        let output = inspect.arg("inspect").arg(folder("inspected")).args(more).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let text = inspect(&[]);
    for part in ["40 items in en, zh", "vectors of synthetic, 64 dimensions", "41 rows: 40 items", "1 cannot be read"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let json = |more: &[&str]| serde_json::from_str::<Value>(&inspect(&[more, &["--json"]].concat())).unwrap();
    let sizes = json(&[]);
    let files = sizes["files"].as_array().unwrap().iter().map(|file| file["bytes"].as_u64().unwrap());
    assert_eq!((sizes["bytes"].as_u64().unwrap(), sizes["items"].as_u64()), (files.sum(), Some(40)));
    let near = json(&["--item", "item-07", "--neighbours", "5"]);
    let scores: Vec<f64> =
        near["nearest"].as_array().unwrap().iter().map(|near| near["score"].as_f64().unwrap()).collect();
    assert!(scores.len() == 5 && scores.is_sorted_by(|a, b| a >= b), "{near}");
    // In a catalogue of 40 items, the one-bit search rescores all of them in int8.
    let recall = &json(&["--recall"])["recall"][0];
    assert!(recall["int8"].as_f64().unwrap() > 0.9 && recall["one_bit"] == recall["int8"], "{recall}");
}

#[test]
fn an_incremental_bake_equals_a_full_one() {
    let mut feed = feed_lines();
    let old = bake_from_scratch("earlier", &feed, &[]);
    assert!(old.output_text().contains("40 texts embedded"), "{}", old.output_text());
    feed.remove(3);
    feed[5] = feed[5].replace("A ", "A new ");
    feed[8] = feed[8].replace("/9", "/elsewhere");
    feed.push(feed[0].replace("item-00", "item-99").replace("red", "golden"));
    let full = bake_from_scratch("full", &feed, &[]);
    let earlier = folder("earlier");
    let next = bake_from_scratch("next", &feed, &["--previous", earlier.to_str().unwrap()]);
    assert!(
        next.output_text().contains("2 texts embedded") && next.output_text().contains("38 vectors reused"),
        "{}",
        next.output_text()
    );
    assert!(next.files == full.files && published_files(&next) != published_files(&old));
    // The cache in the same folder is used without --previous.
    let again = bake("next", &feed, &[]);
    assert!(again.output_text().contains("0 texts embedded") && again.files == full.files, "{}", again.output_text());
}

#[test]
fn a_catalogue_without_vectors_is_searched_by_words() {
    let baked = bake_from_scratch("words-only", &feed_lines(), &["--no-embed"]);
    let catalog = baked.catalog();
    assert_eq!((catalog.len(), catalog.matrix.width(), catalog.model.name.as_str()), (40, 0, ""));
    assert!(!catalog.index.search(&["jacket".to_owned()]).is_empty());
    assert_eq!(baked.files.len(), PUBLISHED_FILES - 1, "nothing was embedded, so there is no vector cache");
}

/// Checks that the catalogue in the folder `name` is complete and has this number of items.
fn assert_complete(name: &str, items: usize) {
    let found = BakeRun { output: Command::new("true").output().unwrap(), files: files(&folder(name)) };
    assert_eq!(found.catalog().len(), items);
}

#[test]
fn a_full_disk_leaves_the_old_catalogue_complete() {
    let old = bake_from_scratch("full-disk", &feed_lines()[..20], &[]);
    let mut more = feed_lines();
    more.extend((0..200).map(|nth| feed_lines()[nth % 40].replace("item-", &format!("more-{nth}-"))));
    // `ulimit -f` limits files to this number of blocks of 512 bytes: writing then fails as on a full disk.
    for blocks in ["1", "4", "8"] {
        let bake = command("full-disk", &more, &[]);
        let mut limited = Command::new("sh");
        limited.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"")).arg("sh");
        let output = limited.arg(bake.get_program()).args(bake.get_args()).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains("writing"), "{blocks}: {error}");
        let now = BakeRun { output, files: files(&folder("full-disk")) };
        assert!(
            published_files(&now).iter().all(|(name, _)| old.files.contains_key(*name)),
            "a temporary file is left"
        );
        assert_complete("full-disk", 20);
    }
    assert!(bake("full-disk", &more, &[]).output.status.success());
    assert_complete("full-disk", 240);
}

#[test]
fn a_killed_bake_leaves_a_complete_catalogue_and_can_be_resumed() {
    bake_from_scratch("killed", &feed_lines()[..20], &[]);
    let mut more = feed_lines();
    more.extend((0..600).map(|nth| feed_lines()[nth % 40].replace("item-", &format!("more-{nth}-"))));
    let grown =
        |to: u64| move |folder: &Path| fs::metadata(folder.join(".bake/vectors")).is_ok_and(|file| file.len() > to);
    let count = |stem: &str, folder: &Path| files(folder).keys().filter(|name| name.starts_with(stem)).count();
    let moments: [&dyn Fn(&Path) -> bool; 6] = [
        &|folder| count(".writing", folder) > 0,
        &grown(8_000),
        &grown(20_000),
        &grown(60_000),
        &|folder| count("texts", folder) > 1,
        &|folder| count("vectors", folder) > 1,
    ];
    let mut killed = 0;
    for moment in moments {
        let mut running = command("killed", &more, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while running.try_wait().unwrap().is_none() && !moment(&folder("killed")) {
            yield_now();
        }
        running.kill().unwrap();
        killed += usize::from(!running.wait().unwrap().success());
        let manifest = Manifest::parse(&fs::read(folder("killed").join("manifest.json")).unwrap()).unwrap();
        assert_complete("killed", manifest.count);
    }
    assert!(killed > 0, "every bake ended before it could be killed");
    let next = bake("killed", &more, &[]);
    assert!(next.output.status.success(), "{}", next.output_text());
    assert_eq!(published_files(&next).len(), PUBLISHED_FILES, "files of killed bakes are left");
    assert!(next.files == bake_from_scratch("never-killed", &more, &[]).files);
}
