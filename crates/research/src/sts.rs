//! `nearmind-research sts FILE --model DIR`: how well a model's cosines correlate with human judgements of similarity.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, ensure};
use clap::Args;

use nearmind::cli::{device::DeviceArg, model::NativeModel};
use nearmind::convert::full_vectors;
use nearmind_encoder::manifest::Role;

#[derive(Debug, Args)]
pub struct Sts {
    /// Tab-separated, with the columns score, sentence1 and sentence2 named in a header; without a header, two
    /// sentences and their score. Plain or gzipped; `-` is standard input
    file: PathBuf,
    /// Folder of a converted model
    #[arg(long)]
    model: PathBuf,
    /// Where the model runs
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
    /// Uses only rows with this value in the column `split`
    #[arg(long)]
    split: Option<String>,
    /// Folder of the f32 model that it was converted from: measures that one, too, and the cosine of its vectors to the
    /// int8 ones
    #[arg(long)]
    full: Option<PathBuf>,
}

/// Two sentences and the human judgement of their similarity.
struct Pair {
    score: f64,
    sentences: [String; 2],
}

impl Sts {
    pub fn run(&self) -> Result<()> {
        let pairs = self.read_pairs()?;
        let mut model = NativeModel::load(&self.model, self.device)?;
        let texts: BTreeSet<&str> = pairs.iter().flat_map(|pair| &pair.sentences).map(String::as_str).collect();
        let texts: Vec<&str> = texts.into_iter().collect();
        let vectors = model.encode(&texts, Role::Query)?;
        println!("{} pairs, Spearman x 100: {:.2}", pairs.len(), 100.0 * correlation(&pairs, &texts, &vectors));
        if let Some(full) = &self.full {
            let full = full_vectors(full, &model.manifest, &texts, Role::Query)?;
            println!("f32, Spearman x 100: {:.2}", 100.0 * correlation(&pairs, &texts, &full));
            let cosines: Vec<f32> = vectors.iter().zip(&full).map(|(a, b)| dot(a, b)).collect();
            let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
            let least = cosines.iter().copied().fold(1.0, f32::min);
            println!("cosine to f32, mean {mean:.4}, min {least:.4}");
        }
        Ok(())
    }

    /// Reads the pairs of the file, or of its rows with the wanted `split`.
    fn read_pairs(&self) -> Result<Vec<Pair>> {
        let table = read_text(&self.file)?;
        let columns = Columns::parse(table.lines().next().unwrap_or_default(), self.split.is_some())?;
        let mut pairs = Vec::new();
        for (number, line) in table.lines().enumerate().skip(columns.header_lines) {
            let fields: Vec<&str> = line.split('\t').collect();
            let field = |at: usize| {
                fields.get(at).copied().with_context(|| format!("line {} has no column {}", number + 1, at + 1))
            };
            if let (Some(at), Some(wanted)) = (columns.split, &self.split)
                && field(at)? != wanted
            {
                continue;
            }
            let value = field(columns.score)?;
            let score =
                value.parse().with_context(|| format!("line {}: the score {value:?} is not a number", number + 1))?;
            pairs.push(Pair { score, sentences: [field(columns.first)?.into(), field(columns.second)?.into()] });
        }
        ensure!(pairs.len() > 1, "a correlation needs at least two pairs; {} has {}", self.file.display(), pairs.len());
        Ok(pairs)
    }
}

/// The positions of the columns in a line.
#[derive(Debug, PartialEq, Eq)]
struct Columns {
    header_lines: usize,
    score: usize,
    first: usize,
    second: usize,
    split: Option<usize>,
}

impl Columns {
    /// Finds the columns by the first line: a header, or a pair and its score.
    fn parse(line: &str, wants_split: bool) -> Result<Self> {
        let names: Vec<&str> = line.split('\t').collect();
        let place = |name: &str| names.iter().position(|column| *column == name);
        if let [_, _, score] = names[..]
            && score.parse::<f64>().is_ok()
        {
            ensure!(!wants_split, "--split needs a header with a column \"split\"");
            return Ok(Self { header_lines: 0, score: 2, first: 0, second: 1, split: None });
        }
        let column = |name: &str| {
            place(name).with_context(|| {
                format!(
                    "the header has no column {name:?}; without a header, each line must be two sentences and a score"
                )
            })
        };
        Ok(Self {
            header_lines: 1,
            score: column("score")?,
            first: column("sentence1")?,
            second: column("sentence2")?,
            split: if wants_split { Some(column("split")?) } else { None },
        })
    }
}

/// Reads a file, which may be gzipped, or standard input.
fn read_text(file: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut text).context("decompressing the file")?;
        bytes = text;
    }
    String::from_utf8(bytes).context("the file is not UTF-8")
}

/// Spearman's rank correlation of the pairs' cosines with their scores. `texts` are sorted, each with its vector.
fn correlation(pairs: &[Pair], texts: &[&str], vectors: &[Vec<f32>]) -> f64 {
    let vector = |text: &str| &vectors[texts.binary_search(&text).expect("the texts of all pairs are encoded")];
    let cosine = |pair: &Pair| f64::from(dot(vector(&pair.sentences[0]), vector(&pair.sentences[1])));
    let cosines: Vec<f64> = pairs.iter().map(cosine).collect();
    let scores: Vec<f64> = pairs.iter().map(|pair| pair.score).collect();
    spearman(&cosines, &scores)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Spearman's rank correlation, -1..1.
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    pearson(&ranks(a), &ranks(b))
}

/// The rank of each value, from 1. Equal values get the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for group in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = from as f64 + (group.len() as f64 + 1.0) / 2.0;
        group.iter().for_each(|&index| ranks[index] = rank);
        from += group.len();
    }
    ranks
}

fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().map(|x| x - mean_a).zip(b.iter().map(|y| y - mean_b)) {
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    ab / (aa * bb).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_their_mean_rank() {
        assert_eq!(ranks(&[0.3, 0.1, 0.3, 0.9]), [2.5, 1.0, 2.5, 4.0]);
    }

    #[test]
    fn the_columns_are_found_with_and_without_a_header() {
        let named = Columns { header_lines: 1, score: 1, first: 2, second: 3, split: Some(0) };
        assert_eq!(Columns::parse("split\tscore\tsentence1\tsentence2", true).unwrap(), named);
        let plain = Columns { header_lines: 0, score: 2, first: 0, second: 1, split: None };
        assert_eq!(Columns::parse("一个小孩在骑马。\t孩子在骑马。\t4", false).unwrap(), plain);
        assert!(Columns::parse("一个小孩在骑马。\t孩子在骑马。\t4", true).is_err());
        let error = Columns::parse("a\tb\tc", false).unwrap_err().to_string();
        assert!(error.contains("no column \"score\""), "{error}");
    }

    #[test]
    fn spearman_depends_only_on_the_order() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0], [1.0, 10.0, 11.0, 1000.0]);
        assert!((spearman(&a, &b) - 1.0).abs() < 1e-12);
        // By hand: rank differences 1, 1, 1, 1 -> 1 - 6 * 4 / (4 * 15)
        assert!((spearman(&a, &[2.0, 1.0, 4.0, 3.0]) - 0.6).abs() < 1e-12);
    }
}
