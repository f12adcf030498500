//! `nearmind sts FILE --model DIR`: how well a model's cosines follow people's judgement of likeness.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, Result, ensure};
use clap::Args;

use super::{device::DeviceArg, model::NativeModel};
use crate::convert::full_vectors;
use crate::encoder::tokenize::Role;

#[derive(Debug, Args)]
pub struct Sts {
    /// Tab-separated, with a header that names score, sentence1 and sentence2; `-` is standard input
    file: PathBuf,
    /// Folder of a converted model
    #[arg(long)]
    model: PathBuf,
    /// Where the model runs
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
    /// Only rows whose column `split` says this
    #[arg(long)]
    split: Option<String>,
    /// Folder of the f32 model that it was converted from: prints the cosine of its vectors to the int8 ones too
    #[arg(long)]
    full: Option<PathBuf>,
}

struct Pair {
    score: f64,
    sentences: [String; 2],
}

impl Sts {
    pub fn run(&self) -> Result<()> {
        let pairs = self.pairs()?;
        let mut model = NativeModel::load(&self.model, self.device)?;
        let texts: BTreeSet<&str> = pairs.iter().flat_map(|pair| &pair.sentences).map(String::as_str).collect();
        let texts: Vec<&str> = texts.into_iter().collect();
        let vectors = model.encode(&texts, Role::Query)?;
        println!("{} pairs, Spearman x 100: {:.2}", pairs.len(), 100.0 * likeness(&pairs, &texts, &vectors));
        if let Some(full) = &self.full {
            let full = full_vectors(full, &model.manifest, &texts)?;
            println!("f32, Spearman x 100: {:.2}", 100.0 * likeness(&pairs, &texts, &full));
            let cosines: Vec<f32> = vectors.iter().zip(&full).map(|(a, b)| dot(a, b)).collect();
            let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
            let least = cosines.iter().copied().fold(1.0, f32::min);
            println!("cosine to f32, mean {mean:.4}, min {least:.4}");
        }
        Ok(())
    }

    fn pairs(&self) -> Result<Vec<Pair>> {
        let table = read(&self.file)?;
        let mut lines = table.lines();
        let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
        let column = |name: &str| {
            header.iter().position(|c| *c == name).with_context(|| format!("the header has no column {name:?}"))
        };
        let (score, first, second) = (column("score")?, column("sentence1")?, column("sentence2")?);
        let split = self.split.as_ref().map(|_| column("split")).transpose()?;
        let mut pairs = Vec::new();
        for (number, line) in lines.enumerate() {
            let fields: Vec<&str> = line.split('\t').collect();
            let field = |at: usize| fields.get(at).copied().with_context(|| format!("line {} is short", number + 2));
            if let (Some(at), Some(wanted)) = (split, &self.split)
                && field(at)? != wanted
            {
                continue;
            }
            let value = field(score)?;
            let value = value.parse().with_context(|| format!("line {}: {value:?} is no score", number + 2))?;
            pairs.push(Pair { score: value, sentences: [field(first)?.into(), field(second)?.into()] });
        }
        ensure!(pairs.len() > 1, "there are fewer than two pairs");
        Ok(pairs)
    }
}

fn read(file: &Path) -> Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// Spearman's correlation of cosines and scores. `texts` are sorted.
fn likeness(pairs: &[Pair], texts: &[&str], vectors: &[Vec<f32>]) -> f64 {
    let vector = |text: &str| &vectors[texts.binary_search(&text).expect("texts are the pairs' own")];
    let cosine = |pair: &Pair| f64::from(dot(vector(&pair.sentences[0]), vector(&pair.sentences[1])));
    let cosines: Vec<f64> = pairs.iter().map(cosine).collect();
    let scores: Vec<f64> = pairs.iter().map(|pair| pair.score).collect();
    spearman(&cosines, &scores)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Spearman's rank correlation.
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    pearson(&ranks(a), &ranks(b))
}

/// Ranks from 1; equal values share the mean of theirs.
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
    fn ranks_are_shared_by_equals() {
        assert_eq!(ranks(&[0.3, 0.1, 0.3, 0.9]), [2.5, 1.0, 2.5, 4.0]);
    }

    #[test]
    fn order_is_what_counts() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0], [1.0, 10.0, 11.0, 1000.0]);
        assert!((spearman(&a, &b) - 1.0).abs() < 1e-12);
        // By hand: rank differences 1, 1, 1, 1 -> 1 - 6 * 4 / (4 * 15)
        assert!((spearman(&a, &[2.0, 1.0, 4.0, 3.0]) - 0.6).abs() < 1e-12);
    }
}
