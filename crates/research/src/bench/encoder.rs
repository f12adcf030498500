//! `nearmind-research bench encoder [--model DIR]...`: kernels against the machine's limit, the whole encoder, and its load.
//!
//! Times are of the quickest of many runs, so that other work on the machine matters little.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use pollster::block_on;

use nearmind::cli::device::DeviceArg;
use nearmind::cli::model::NativeModel;
use nearmind_encoder::cpu::measure::{float_op_secs, min_secs, peak_ops_per_sec, product_ops_per_sec};
use nearmind_encoder::cpu::{CpuModel, InstructionSet};
use nearmind_encoder::manifest::{Architecture, Pooling, Role};
use nearmind_encoder::synthetic::SyntheticModel;
use nearmind_encoder::weights::Weights;
use nearmind_encoder::{Batch, Encoder, OutputKind};

/// Tokens of a product's text, on average, and of a query.
const TEXT: usize = 58;
const QUERY: usize = 10;

#[derive(Debug, Args)]
pub struct EncoderBench {
    /// Folders of converted models: their texts a second too. Kernels and encoder have random weights of MiniLM's size
    #[arg(long)]
    model: Vec<PathBuf>,
    /// A file of texts, one a line, for the converted models; otherwise texts of some 60 tokens
    #[arg(long)]
    texts: Option<PathBuf>,
    /// Where the converted models run
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
}

impl EncoderBench {
    pub fn run(&self) -> Result<()> {
        let random = SyntheticModel::new(384, 6, 12, 1536, 1);
        let weights = Weights::open(&random.weights, random.manifest.architecture)?;
        for isa in InstructionSet::available().into_iter().rev() {
            kernels(isa, &random.manifest.architecture);
            encoder(isa, &weights)?;
        }
        let texts: Vec<String> = match &self.texts {
            Some(file) => fs::read_to_string(file)?.lines().map(str::to_string).collect(),
            None => (0..256).map(text).collect(),
        };
        self.model.iter().try_for_each(|folder| converted(folder, self.device, &texts))
    }
}

/// Integer products of one text's rows, one core.
fn kernels(isa: InstructionSet, a: &Architecture) {
    let limit = peak_ops_per_sec(isa);
    let most = limit.map_or(String::new(), |l| format!("; at most {:.0} G operations a second", l / 1e9));
    println!("{}, one core{most}", isa.name());
    for (name, columns, depth) in [
        ("qkv", 3 * a.hidden, a.hidden),
        ("output", a.hidden, a.hidden),
        ("up", a.intermediate, a.hidden),
        ("down", a.hidden, a.intermediate),
    ] {
        let speed = |rows| {
            let speed = product_ops_per_sec(isa, rows, columns, depth);
            let share = limit.map_or(String::new(), |l| format!(" ({:2.0} %)", 100.0 * speed / l));
            format!("{:6.0} G/s{share}", speed / 1e9)
        };
        println!("  {name:9} {TEXT} rows {}   {QUERY} rows {}", speed(TEXT), speed(QUERY));
    }
    for (name, secs) in float_op_secs(isa, TEXT, a.hidden, a.intermediate, a.head_width()) {
        println!("  {name:9} {TEXT} rows {:6.1} us", secs * 1e6);
    }
}

/// Load and whole passes, one core.
fn encoder(isa: InstructionSet, weights: &Weights<&Vec<u8>>) -> Result<()> {
    let from = Instant::now();
    let mut cpu = CpuModel::load_with(isa, weights, Pooling::Mean)?;
    println!("  load      {:.1} ms", from.elapsed().as_secs_f64() * 1e3);
    for (name, texts, tokens) in [("text", 1, TEXT), ("texts", 8, TEXT), ("query", 1, QUERY)] {
        let ids = (0..texts * tokens).map(|i| (i * 7 % 90) as u32).collect();
        let batch = Batch { ids, starts: (0..=texts).map(|t| (t * tokens) as u32).collect() };
        let secs = min_secs(|| block_on(cpu.encode(&batch, OutputKind::Vectors))) / texts as f64;
        println!("  {name:9} {texts} of {tokens} tokens: {:6.2} ms each, {:5.0} a second", secs * 1e3, 1.0 / secs);
    }
    Ok(())
}

/// Passes over all texts; the quickest counts.
const PASSES: usize = 7;

/// A converted model from text to vector, as `nearmind embed` and `bake` run it.
fn converted(folder: &std::path::Path, device: DeviceArg, texts: &[String]) -> Result<()> {
    let from = Instant::now();
    let mut model = NativeModel::load(folder, device)?;
    println!("{}", model.manifest.name);
    println!("  load     {:.0} ms, with digests and proof", from.elapsed().as_secs_f64() * 1e3);
    let tokens = model.tokenizer.batch(texts, Role::Passage)?.ids.len();
    let (mut secs, mut cpu_secs) = (f64::MAX, f64::MAX);
    for _ in 0..PASSES {
        let (from, cpu_from) = (Instant::now(), self::cpu_secs());
        model.encode(texts, Role::Passage)?;
        secs = secs.min(from.elapsed().as_secs_f64());
        cpu_secs = cpu_secs.min(self::cpu_secs() - cpu_from);
    }
    let of = |count: usize, secs: f64| count as f64 / secs;
    println!("  texts    {:.0} a second, {:.0} tokens a second", of(texts.len(), secs), of(tokens, secs));
    if cpu_secs > 0.0 {
        println!("           {:.0} a CPU second", of(texts.len(), cpu_secs));
    }
    let secs = min_secs(|| model.encode(&["a waterproof jacket for cycling"], Role::Query));
    println!("  query    {:.2} ms", secs * 1e3);
    Ok(())
}

/// What all threads of this process have computed so far, in steps of 10 ms: fair on a machine that others use
/// too. 0 where the system does not tell.
fn cpu_secs() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the program's name in brackets; fields 14 and 15 of proc(5), in hundredths.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
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
