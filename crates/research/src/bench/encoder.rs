//! `nearmind-research bench encoder [--model DIR]...`: the kernels compared with the machine's limit, the whole
//! encoder, and the time to load it.
//!
//! Times are those of the fastest of many runs, so that other work on the machine has little influence.

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

/// Tokens of an average product text and of a query.
const TEXT_TOKENS: usize = 58;
const QUERY_TOKENS: usize = 10;

#[derive(Debug, Args)]
pub struct EncoderBench {
    /// Folder of a converted model to measure in texts a second, may be repeated. Kernels and encoder are measured with
    /// random weights of MiniLM's size
    #[arg(long)]
    model: Vec<PathBuf>,
    /// File of texts, one on each line, for the converted models; by default texts of about 60 tokens
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
            bench_kernels(isa, &random.manifest.architecture);
            bench_encoder(isa, &weights)?;
        }
        let texts: Vec<String> = match &self.texts {
            Some(file) => fs::read_to_string(file)?.lines().map(str::to_string).collect(),
            None => (0..256).map(sample_text).collect(),
        };
        self.model.iter().try_for_each(|folder| bench_model(folder, self.device, &texts))
    }
}

/// Prints the speed of the integer products for the rows of one text and of one query, on one core.
fn bench_kernels(isa: InstructionSet, a: &Architecture) {
    let limit = peak_ops_per_sec(isa);
    let at_most = limit.map_or(String::new(), |l| format!("; at most {:.0} G operations a second", l / 1e9));
    println!("{}, one core{at_most}", isa.name());
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
        println!("  {name:9} {TEXT_TOKENS} rows {}   {QUERY_TOKENS} rows {}", speed(TEXT_TOKENS), speed(QUERY_TOKENS));
    }
    for (name, secs) in float_op_secs(isa, TEXT_TOKENS, a.hidden, a.intermediate, a.head_width()) {
        println!("  {name:9} {TEXT_TOKENS} rows {:6.1} us", secs * 1e6);
    }
}

/// Prints the time to load the encoder and the time of whole passes, on one core.
fn bench_encoder(isa: InstructionSet, weights: &Weights<&Vec<u8>>) -> Result<()> {
    let start = Instant::now();
    let mut cpu = CpuModel::load_with(isa, weights, Pooling::Mean)?;
    println!("  load      {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    for (name, texts, tokens) in [("text", 1, TEXT_TOKENS), ("texts", 8, TEXT_TOKENS), ("query", 1, QUERY_TOKENS)] {
        let ids = (0..texts * tokens).map(|i| (i * 7 % 90) as u32).collect();
        let batch = Batch { ids, starts: (0..=texts).map(|t| (t * tokens) as u32).collect() };
        let secs = min_secs(|| block_on(cpu.encode(&batch, OutputKind::Vectors))) / texts as f64;
        println!("  {name:9} {texts} of {tokens} tokens: {:6.2} ms each, {:5.0} a second", secs * 1e3, 1.0 / secs);
    }
    Ok(())
}

/// Passes over all texts. The fastest counts.
const PASSES: usize = 7;

/// Prints the speed of a converted model from text to vector, as `nearmind embed` and `bake` run it.
fn bench_model(folder: &std::path::Path, device: DeviceArg, texts: &[String]) -> Result<()> {
    let start = Instant::now();
    let mut model = NativeModel::load(folder, device)?;
    println!("{}", model.manifest.name);
    println!("  load     {:.0} ms, with checks of digests and device", start.elapsed().as_secs_f64() * 1e3);
    let tokens = model.tokenizer.batch(texts, Role::Passage)?.ids.len();
    let (mut secs, mut cpu_secs) = (f64::MAX, f64::MAX);
    for _ in 0..PASSES {
        let (start, cpu_start) = (Instant::now(), self::cpu_secs());
        model.encode(texts, Role::Passage)?;
        secs = secs.min(start.elapsed().as_secs_f64());
        cpu_secs = cpu_secs.min(self::cpu_secs() - cpu_start);
    }
    let per_sec = |count: usize, secs: f64| count as f64 / secs;
    println!("  texts    {:.0} a second, {:.0} tokens a second", per_sec(texts.len(), secs), per_sec(tokens, secs));
    if cpu_secs > 0.0 {
        println!("           {:.0} a CPU second", per_sec(texts.len(), cpu_secs));
    }
    let secs = min_secs(|| model.encode(&["a waterproof jacket for cycling"], Role::Query));
    println!("  query    {:.2} ms", secs * 1e3);
    Ok(())
}

/// The CPU seconds of all threads of this process so far, in steps of 10 ms. Unlike wall time they are comparable on a
/// machine that others use, too. 0 on systems without /proc.
fn cpu_secs() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the program's name in brackets: fields 14 and 15 (utime and stime) of proc(5), in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// A product text of 10 to 110 words, about 60 tokens on average.
fn sample_text(i: usize) -> String {
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
