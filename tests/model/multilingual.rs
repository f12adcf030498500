//! A multilingual model whose vocabulary is cut to two languages: its files and prefixes, and the warning about texts
//! in other languages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nearmind::convert::e5::E5File;
use nearmind::convert::source_model::SourceModel;
use nearmind::convert::{ConvertOptions, convert, full_vectors};
use nearmind_encoder::cpu::CpuModel;
use nearmind_encoder::manifest::{Manifest, Role};
use nearmind_encoder::tokenize::{Tokenizer, is_readable};
use nearmind_encoder::weights::Weights;

use crate::convert::{encode, min_cosine};
use crate::memory::peak_bytes;
use crate::package::package;
use crate::tokenize::{compare, compare_uncut};
use nearmind_core::random::SplitMix64;

const TEXTS: [&str; 4] =
    ["一个人在雨天骑自行车", "防水夹克，适合骑行", "waterproof jacket for cycling in the rain", "Tea & 茶: 2 cups～"];

/// A new folder in Cargo's folder for tests, with the file of the package. Removed when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("e5.bin"), package(1).0).unwrap();
        Self(path)
    }

    fn original(&self) -> PathBuf {
        self.0.join("e5.bin")
    }

    fn convert(&self, languages: &[&str]) -> anyhow::Result<(PathBuf, Manifest)> {
        let out = self.0.join("out");
        let options = ConvertOptions {
            name: "small".into(),
            source: "a test".into(),
            licence: "MIT".into(),
            languages: languages.iter().map(|language| (*language).to_owned()).collect(),
            pooling: None,
            prefixes: None,
            words: None,
        };
        let manifest = convert(&self.original(), &out, options, |_| ())?;
        Ok((out, manifest))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_package_is_converted_for_two_languages() {
    let folder = Folder::new("package");
    let (out, manifest) = folder.convert(&["en", "zh"]).unwrap();
    assert_eq!((&*manifest.prefixes.query, &*manifest.prefixes.passage), ("query: ", "passage: "));
    let json = fs::read(out.join("tokenizer.json")).unwrap();
    let has = |piece: &str| String::from_utf8_lossy(&json).contains(&format!("[\"{piece}\","));
    assert!(["防水", "▁boots", "é", "，"].map(has)[..3].iter().all(|has| *has));
    assert!(!["▁привет", "の人", "▁été", "<mask>", "<pad>"].iter().any(|piece| has(piece)));

    compare(&manifest, &json, 8);
    compare_uncut(&folder.original(), &manifest, &json, 9);
    let tokenizer = Tokenizer::parse(&json, &manifest).unwrap();
    assert!(is_readable(&tokenizer.tokenize(TEXTS[0], Role::Passage).unwrap()));
    assert!(!is_readable(&tokenizer.tokenize("Куртка для дождя", Role::Passage).unwrap()));
    let spans: Vec<_> =
        tokenizer.tokenize("茶 tea", Role::Query).unwrap().into_iter().map(|token| token.span).collect();
    assert_eq!(spans.iter().flatten().cloned().collect::<Vec<_>>(), [0..3, 3..7]);

    let bytes = fs::read(out.join("model.safetensors")).unwrap();
    let weights = Weights::open(&bytes, manifest.architecture).unwrap();
    let int8 = encode(&mut CpuModel::load(&weights, manifest.pooling).unwrap(), &tokenizer, &TEXTS);
    let full = full_vectors(&folder.original(), &manifest, &TEXTS, Role::Passage).unwrap().concat();
    let cosine = min_cosine(&int8, &full, manifest.architecture.width());
    assert!(cosine > 0.98, "the cut int8 model to the full f32 model: {cosine}");
}

#[test]
fn an_unsupported_language_is_named() {
    let error = format!("{:#}", Folder::new("tlh").convert(&["en", "tlh"]).map(drop).unwrap_err());
    assert!(error.contains("\"tlh\": a multilingual vocabulary can be cut to ar, bg, ca"), "{error}");
}

#[test]
fn embed_warns_of_texts_in_unsupported_languages() {
    let folder = Folder::new("unread");
    let (out, _) = folder.convert(&["en", "zh"]).unwrap();
    let embed = |texts: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_nearmind"));
        let output = { output }.arg("embed").arg("--model").arg(&out).args(texts).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap().lines().count();
        (lines, String::from_utf8(output.stderr).unwrap())
    };
    let (lines, warning) = embed(&["red boots", "Куртка для дождя"]);
    assert_eq!(lines, 2);
    assert!(
        warning.contains("small does not support the language of \"Куртка для дождя\"") && warning.contains("en, zh"),
        "{warning}"
    );
    assert_eq!(embed(&["red boots", "防水夹克"]), (2, String::new()));
}

#[test]
fn a_thousand_broken_packages_are_refused_within_bounds() {
    let (whole, _) = package(1);
    let read = |bytes: Vec<u8>| E5File::parse(bytes).and_then(|package| package.load(&[0, 3, 9]));
    let (_, bound) = peak_bytes(|| read(whole.clone()).unwrap());
    let header = whole.len() / 2;
    let mut random = SplitMix64(13);
    let mut refused = 0;
    for number in 0..1000 {
        let mut broken = whole.clone();
        match random.below(4) {
            0 => broken.truncate(random.below(whole.len())),
            // Sizes and counts at the front.
            1 => broken[4 + random.below(64)] = random.next_u64() as u8,
            2 => (0..8).for_each(|_| broken[random.below(header)] = random.next_u64() as u8),
            // Names and offsets of tensors.
            _ => {
                let names = broken.windows(8).position(|bytes| bytes == b"emb.word").unwrap();
                broken[names - 2 + random.below(1200)] = random.next_u64() as u8;
            }
        }
        let (result, peak) = peak_bytes(|| read(broken));
        assert!(peak <= bound + (1 << 20), "mutation {number} took {peak} bytes of {bound}");
        refused += usize::from(result.is_err());
    }
    // The others changed a piece, a score or a bias.
    assert!(refused > 400, "only {refused} were refused");
}

#[test]
fn broken_unigram_tokenizers_are_refused() {
    let folder = Folder::new("broken-pieces");
    let (out, manifest) = folder.convert(&["en", "zh"]).unwrap();
    let json = fs::read_to_string(out.join("tokenizer.json")).unwrap();
    let error = |broken: String| Tokenizer::parse(broken.as_bytes(), &manifest).map(drop).unwrap_err().to_string();
    assert!(error(json.replace("[\"防水\",", "[\"茶\",")).contains("words; the manifest says"));
    assert!(error(json.replace("\"type\":\"Unigram\"", "\"type\":\"BPE\"")).contains("a BPE model"));
    let unknown = format!("\"unk_id\":{}", manifest.architecture.vocabulary);
    let start = json.find("\"unk_id\":").unwrap();
    let end = start + json[start..].find(',').unwrap();
    assert!(error(format!("{}{unknown}{}", &json[..start], &json[end..])).contains("beyond the vocabulary"));
    let mut random = SplitMix64(17);
    for _ in 0..1000 {
        let mut broken = json.clone().into_bytes();
        match random.below(2) {
            0 => broken.truncate(random.below(json.len())),
            _ => (0..4).for_each(|_| broken[random.below(json.len())] = b' ' + random.below(95) as u8),
        }
        // Some of them are valid, but none may panic.
        if let Ok(tokenizer) = Tokenizer::parse(&broken, &manifest) {
            TEXTS.iter().for_each(|text| drop(tokenizer.tokenize(text, Role::Query)));
        }
    }
}
