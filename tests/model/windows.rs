//! Texts that are longer than the model's limit are encoded in windows, so that their end counts, too.

use crate::skipped::report_skipped;
use std::fs;
use std::path::Path;

use nearmind_encoder::OutputKind;
use nearmind_encoder::cpu::CpuModel;
use nearmind_encoder::manifest::{Manifest, Role};
use nearmind_encoder::tokenize::Tokenizer;
use nearmind_encoder::weights::Weights;
use nearmind_encoder::windows::{self, Limits};

use crate::convert::encode;

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[test]
fn the_end_of_a_long_text_counts() {
    let folder = Path::new("models/minilm");
    let Ok(manifest) = fs::read(folder.join("manifest.json")) else {
        report_skipped(format_args!("{} is not there; `cargo xtask models` makes it", folder.display()));
        return;
    };
    let manifest = Manifest::parse(&manifest).unwrap();
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let tokenizer = Tokenizer::parse(&read(&manifest.files.tokenizer.path), &manifest).unwrap();
    let weights = Weights::open(read(&manifest.files.weights.path), manifest.architecture).unwrap();
    let mut cpu = CpuModel::load(&weights, manifest.pooling).unwrap();

    // Texts about various products, then one about string instruments.
    let lines = include_str!("../../src/convert/calibration/en.txt").lines().take(30).collect::<Vec<_>>().join(" ");
    let end =
        "We restore old violins and cellos, rehair bows, and teach children to play string instruments. ".repeat(12);
    let long = format!("{lines} {end}");
    let limits = Limits::from(&manifest);
    let tokens = tokenizer.tokenize(&long, Role::Passage).unwrap();
    assert!(tokens.len() > 3 * limits.max_tokens, "{} tokens", tokens.len());
    let encoded = pollster::block_on(windows::encode(&mut cpu, &[tokens], limits, OutputKind::Vectors)).unwrap();
    let cut = encode(&mut cpu, &tokenizer, &[&long]);
    let query = encode(&mut cpu, &tokenizer, &["violin lessons for my daughter"]);
    let (whole, cut) = (dot(&encoded.vectors, &query), dot(&cut, &query));
    assert!(whole > cut + 0.1, "in windows {whole}, cut {cut}");
}
