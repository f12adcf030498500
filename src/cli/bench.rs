//! `nearmind bench [--model DIR]`: kernels against the machine's limit, the whole encoder, and its load.
//!
//! Times are of the quickest of many runs, so that other work on the machine matters little.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use pollster::block_on;

use super::device::DeviceArg;
use super::model::NativeModel;
use crate::encoder::cpu::measure::{best, limit, product};
use crate::encoder::cpu::{CpuModel, Path};
use crate::encoder::manifest::{Architecture, Pooling};
use crate::encoder::synthetic::Synthetic;
use crate::encoder::tokenize::Role;
use crate::encoder::weights::Weights;
use crate::encoder::{Batch, Encoder, Want};

/// Tokens of a product's text, on average, and of a query.
const TEXT: usize = 58;
const QUERY: usize = 10;

#[derive(Debug, Args)]
pub struct Bench {
    /// Folder of a converted model: its texts a second on all cores too. Without one, random weights of MiniLM's size
    #[arg(long)]
    model: Option<PathBuf>,
    /// Where the converted model runs
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
}

impl Bench {
    pub fn run(&self) -> Result<()> {
        let random = Synthetic::new(384, 6, 12, 1536, 1);
        let weights = Weights::open(&random.weights, random.manifest.architecture)?;
        for path in Path::available().into_iter().rev() {
            kernels(path, &random.manifest.architecture);
            encoder(path, &weights)?;
        }
        self.model.as_ref().map_or(Ok(()), |folder| converted(folder, self.device))
    }
}

/// Integer products of one text's rows, one core.
fn kernels(path: Path, a: &Architecture) {
    let limit = limit(path);
    let most = limit.map_or(String::new(), |l| format!("; at most {:.0} G operations a second", l / 1e9));
    println!("{}, one core{most}", path.name());
    for (name, columns, depth) in [
        ("qkv", 3 * a.hidden, a.hidden),
        ("output", a.hidden, a.hidden),
        ("up", a.intermediate, a.hidden),
        ("down", a.hidden, a.intermediate),
    ] {
        let speed = |rows| {
            let speed = product(path, rows, columns, depth);
            let share = limit.map_or(String::new(), |l| format!(" ({:2.0} %)", 100.0 * speed / l));
            format!("{:6.0} G/s{share}", speed / 1e9)
        };
        println!("  {name:8} {TEXT} rows {}   {QUERY} rows {}", speed(TEXT), speed(QUERY));
    }
}

/// Load and whole passes, one core.
fn encoder(path: Path, weights: &Weights<&Vec<u8>>) -> Result<()> {
    let from = Instant::now();
    let mut cpu = CpuModel::load_for(path, weights, Pooling::Mean)?;
    println!("  load     {:.1} ms", from.elapsed().as_secs_f64() * 1e3);
    for (name, texts, tokens) in [("text", 1, TEXT), ("texts", 8, TEXT), ("query", 1, QUERY)] {
        let ids = (0..texts * tokens).map(|i| (i * 7 % 90) as u32).collect();
        let batch = Batch { ids, starts: (0..=texts).map(|t| (t * tokens) as u32).collect() };
        let secs = best(|| block_on(cpu.encode(&batch, Want::Vectors))) / texts as f64;
        println!("  {name:8} {texts} of {tokens} tokens: {:6.2} ms each, {:5.0} a second", secs * 1e3, 1.0 / secs);
    }
    Ok(())
}

/// A converted model from text to vector, as `nearmind embed` and `bake` run it.
fn converted(folder: &std::path::Path, device: DeviceArg) -> Result<()> {
    let from = Instant::now();
    let mut model = NativeModel::load(folder, device)?;
    println!("{}", model.manifest.name);
    println!("  load     {:.0} ms, with digests and proof", from.elapsed().as_secs_f64() * 1e3);
    let texts: Vec<String> = (0..256).map(text).collect();
    let secs = best(|| model.encode(&texts, Role::Passage)) / texts.len() as f64;
    println!("  texts    {:.0} a second, {} of them at a time", 1.0 / secs, texts.len());
    let secs = best(|| model.encode(&["a waterproof jacket for cycling"], Role::Query));
    println!("  query    {:.2} ms", secs * 1e3);
    Ok(())
}

/// A product's text of 10 to 110 words, some 60 tokens on average.
fn text(i: usize) -> String {
    const WORDS: [&str; 12] = [
        "waterproof",
        "jacket",
        "for",
        "cycling",
        "with",
        "reflective",
        "trim",
        "and",
        "an",
        "adjustable",
        "hood,",
        "in",
    ];
    (0..10 + i * 37 % 90).map(|w| WORDS[(w * 5 + i) % WORDS.len()]).collect::<Vec<_>>().join(" ")
}
