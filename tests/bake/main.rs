//! The command line makes one catalogue of one feed: the same bytes on any number of threads, in any order.

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
    Encoder, OutputKind,
    cpu::CpuModel,
    manifest::{FileEntry, Probe, Probes, Role},
    synthetic::SyntheticModel,
    tokenize::Tokenizer,
    weights::Weights,
};
use nearmind_feeds::Report;
use pollster::block_on;
use serde_json::Value;

mod languages; // texts that the model does not read
mod learned; //   what visitors did stays with the items
mod mistakes; //  one sentence for each
mod pictures; //  small pictures in the catalogue

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bake").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A small random model as `nearmind convert` writes one, with a text that its device has to prove itself on.
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

struct Baked {
    output: Output,
    /// What lies in the folder of the catalogue, by its path there.
    files: BTreeMap<String, Vec<u8>>,
}

impl Baked {
    fn said(&self) -> String {
        let (out, err) = (&self.output.stdout, &self.output.stderr);
        [out, err].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
    }

    fn catalog(&self) -> Catalog {
        let manifest = Manifest::parse(&self.files["manifest.json"]).unwrap();
        manifest.open(&manifest.files().iter().map(|file| &self.files[&file.file]).collect::<Vec<_>>()).unwrap()
    }
}

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

fn bake(name: &str, feed: &[String], more: &[&str]) -> Baked {
    let output = command(name, feed, more).output().unwrap();
    Baked { output, files: files(&folder(name)) }
}

fn bake_anew(name: &str, feed: &[String], more: &[&str]) -> Baked {
    fs::remove_dir_all(folder(name)).unwrap();
    let baked = bake(name, feed, more);
    assert!(baked.output.status.success(), "{}", baked.said());
    baked
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else if let Ok(bytes) = fs::read(path) {
            found.insert(name, bytes); // a running bake renames its files
        }
    }
    found.remove(".bake/report.json"); // it names the feed's file
    found
}

/// Without what only the next bake needs.
fn served(baked: &Baked) -> BTreeMap<&String, &Vec<u8>> {
    baked.files.iter().filter(|(name, _)| !name.starts_with('.')).collect()
}

#[test]
fn one_feed_gives_one_catalogue_on_any_threads_and_in_any_order() {
    let (feed, mut backwards) = (lines(), lines());
    backwards.reverse();
    let on = |name, feed: &[String], threads| {
        let more: &[&str] = if name == "fewer" { &["--dimensions", "7"] } else { &[] };
        fs::remove_dir_all(folder(name)).unwrap();
        let output = command(name, feed, more).env("RAYON_NUM_THREADS", threads).output().unwrap();
        Baked { output, files: files(&folder(name)) }
    };
    let once = on("once", &feed, "1");
    assert!(once.output.status.success(), "{}", once.said());
    assert_eq!(served(&once).len(), 5);
    assert!(once.files == on("threads", &feed, "2").files);
    assert!(served(&once) == served(&on("backwards", &backwards, "2")));
    let catalog = once.catalog();
    assert_eq!(catalog.len(), 40);
    // The dictionary of the feed's own words came along.
    assert!(catalog.dictionary.words.iter().any(|(word, _)| word == "防水"));
    let fewer = on("fewer", &feed, "1");
    assert_eq!((fewer.catalog().matrix.width(), fewer.catalog().centre.width()), (7, 7), "{}", fewer.said());
    assert!(served(&fewer) == served(&on("fewer", &backwards, "2")));
}

#[test]
fn problems_are_told_and_a_new_bake_replaces_the_old_one() {
    let mut feed = lines();
    feed.push("nonsense".into());
    feed.push(feed[0].clone());
    let first = bake_anew("problems", &feed, &[]);
    assert!(first.said().contains("40 items"), "{}", first.said());
    let second = bake("problems", &feed[..35], &[]);
    assert_eq!((served(&first).len(), served(&second).len(), second.catalog().len()), (5, 5, 35));
    let nothing = bake("problems", &["nonsense".into()], &[]);
    assert!(!nothing.output.status.success());
    assert!(served(&nothing) == served(&second), "a feed without items leaves the catalogue as it was");
}

#[test]
fn a_gzipped_feed_from_standard_input_is_baked_as_its_file_and_reported() {
    let feed = [lines(), vec!["nonsense".into()]].concat();
    let (plain, report) = (bake_anew("from-file", &feed, &[]), folder("feeds").join("report.json"));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(feed.join("\n").as_bytes()).unwrap();
    let mut bake = Command::new(env!("CARGO_BIN_EXE_nearmind"));
    bake.args(["bake", "-", "--model"]).arg(model("from-stdin")).arg("--out").arg(folder("from-stdin"));
    bake.arg("--report").arg(&report).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = bake.spawn().unwrap();
    running.stdin.take().unwrap().write_all(&gzip.finish().unwrap()).unwrap();
    let baked = Baked { output: running.wait_with_output().unwrap(), files: files(&folder("from-stdin")) };
    assert!(baked.output.status.success() && served(&baked) == served(&plain), "{}", baked.said());
    let report: Report = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!((report.rows, report.items, report.left_out()), (41, 40, 1), "{report}");
}

#[test]
fn inspect_says_what_is_in_a_catalogue_what_lies_near_and_what_smaller_vectors_lose() {
    bake_anew("inspected", &[lines(), vec!["nonsense".into()]].concat(), &[]);
    let inspect = |more: &[&str]| {
        let mut inspect = Command::new(env!("CARGO_BIN_EXE_nearmind"));
        let output = inspect.arg("inspect").arg(folder("inspected")).args(more).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let said = inspect(&[]);
    for part in ["40 items in en, zh", "vectors of synthetic, 64 dimensions", "41 rows: 40 items", "1 cannot be read"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let json = |more: &[&str]| serde_json::from_str::<Value>(&inspect(&[more, &["--json"]].concat())).unwrap();
    let sizes = json(&[]);
    let files = sizes["files"].as_array().unwrap().iter().map(|file| file["bytes"].as_u64().unwrap());
    assert_eq!((sizes["bytes"].as_u64().unwrap(), sizes["items"].as_u64()), (files.sum(), Some(40)));
    let near = json(&["--item", "item-07", "--neighbours", "5"]);
    let scores: Vec<f64> =
        near["nearest"].as_array().unwrap().iter().map(|near| near["score"].as_f64().unwrap()).collect();
    assert!(scores.len() == 5 && scores.is_sorted_by(|a, b| a >= b), "{near}");
    // In one bit all forty are looked at again.
    let recall = &json(&["--recall"])["recall"][0];
    assert!(recall["int8"].as_f64().unwrap() > 0.9 && recall["one_bit"] == recall["int8"], "{recall}");
}

#[test]
fn only_new_and_changed_texts_are_embedded_and_the_result_is_that_of_a_full_bake() {
    let mut feed = lines();
    let old = bake_anew("earlier", &feed, &[]);
    assert!(old.said().contains("40 texts embedded"), "{}", old.said());
    feed.remove(3);
    feed[5] = feed[5].replace("A ", "A new ");
    feed[8] = feed[8].replace("/9", "/elsewhere");
    feed.push(feed[0].replace("item-00", "item-99").replace("red", "golden"));
    let full = bake_anew("full", &feed, &[]);
    let earlier = folder("earlier");
    let next = bake_anew("next", &feed, &["--previous", earlier.to_str().unwrap()]);
    assert!(next.said().contains("2 texts embedded") && next.said().contains("38 known"), "{}", next.said());
    assert!(next.files == full.files && served(&next) != served(&old));
    // What the same folder has kept is found without being named.
    let again = bake("next", &feed, &[]);
    assert!(again.said().contains("0 texts embedded") && again.files == full.files, "{}", again.said());
}

#[test]
fn without_vectors_a_catalogue_is_found_by_its_words() {
    let baked = bake_anew("words-only", &lines(), &["--no-embed"]);
    let catalog = baked.catalog();
    assert_eq!((catalog.len(), catalog.matrix.width(), catalog.model.name.as_str()), (40, 0, ""));
    assert!(!catalog.index.search(&["jacket".to_owned()]).is_empty());
    assert_eq!(baked.files.len(), 5, "no vector is kept where nothing is embedded");
}

/// The catalogue of `name` is whole and has `items`.
fn whole(name: &str, items: usize) {
    let found = Baked { output: Command::new("true").output().unwrap(), files: files(&folder(name)) };
    assert_eq!(found.catalog().len(), items);
}

#[test]
fn a_full_disk_leaves_the_old_catalogue_whole() {
    let old = bake_anew("full-disk", &lines()[..20], &[]);
    let mut more = lines();
    more.extend((0..200).map(|nth| lines()[nth % 40].replace("item-", &format!("more-{nth}-"))));
    // No file of this process may grow beyond so many blocks of 512 bytes: writing then fails as on a full disk.
    for blocks in ["1", "4", "8"] {
        let bake = command("full-disk", &more, &[]);
        let mut limited = Command::new("sh");
        limited.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"")).arg("sh");
        let output = limited.arg(bake.get_program()).args(bake.get_args()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("writing"), "{blocks}: {said}");
        let now = Baked { output, files: files(&folder("full-disk")) };
        assert!(served(&now).iter().all(|(name, _)| old.files.contains_key(*name)), "nothing half written stays");
        whole("full-disk", 20);
    }
    assert!(bake("full-disk", &more, &[]).output.status.success());
    whole("full-disk", 240);
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_catalogue_and_the_next_bake_goes_on() {
    bake_anew("killed", &lines()[..20], &[]);
    let mut more = lines();
    more.extend((0..600).map(|nth| lines()[nth % 40].replace("item-", &format!("more-{nth}-"))));
    let grown =
        |to: u64| move |folder: &Path| fs::metadata(folder.join(".bake/vectors")).is_ok_and(|kept| kept.len() > to);
    let count = |stem: &str, folder: &Path| files(folder).keys().filter(|name| name.starts_with(stem)).count();
    let moments: [&dyn Fn(&Path) -> bool; 6] = [
        &|folder| count(".writing", folder) > 0,
        &grown(8_000),
        &grown(20_000),
        &grown(60_000),
        &|folder| count("texts", folder) > 1,
        &|folder| count("vectors", folder) > 1,
    ];
    let mut died = 0;
    for moment in moments {
        let mut running = command("killed", &more, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while running.try_wait().unwrap().is_none() && !moment(&folder("killed")) {
            yield_now();
        }
        running.kill().unwrap();
        died += usize::from(!running.wait().unwrap().success());
        let manifest = Manifest::parse(&fs::read(folder("killed").join("manifest.json")).unwrap()).unwrap();
        whole("killed", manifest.count);
    }
    assert!(died > 0, "every bake was done before it could be killed");
    let next = bake("killed", &more, &[]);
    assert!(next.output.status.success(), "{}", next.said());
    assert_eq!(served(&next).len(), 5, "what the killed ones left is gone");
    assert!(next.files == bake_anew("never-killed", &more, &[]).files);
}
