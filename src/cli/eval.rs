//! `nearmind eval --data DIR --model DIR`: how well lists foretell the next purchase.
//!
//! All items are ranked, the history is masked (and only it), one target a test row. HitRate@10 is the part of
//! rows whose target is in the list, NDCG@10 the mean of 1 / log2(rank + 1). `items.jsonl.gz`,
//! `interactions.tsv.gz` and `test.tsv.gz` as the published next-purchase sets have them.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use flate2::read::GzDecoder;
use rayon::prelude::*;
use serde::Deserialize;

use super::{bake::encode, device::DeviceArg, model::NativeModel};
use crate::{
    catalog::{Item, Words},
    profile::{Event, EventName, Likeness, Source, Taste, profile, weights::Weights},
    vectors::{Centre, Matrix, Metric, Query, arithmetic::add},
};

const K: usize = 10;
const DECAYS: [f32; 5] = [0.4, 0.5, 0.6, 0.7, 0.8];
const DAY_MS: f64 = 86_400e3;

#[derive(Debug, Args)]
pub struct Eval {
    /// Folder with items.jsonl.gz, interactions.tsv.gz and test.tsv.gz
    #[arg(long)]
    data: PathBuf,
    /// Folder of a converted model
    #[arg(long)]
    model: PathBuf,
}

/// A history, oldest first, and what was bought next. Rows
struct Test {
    history: Vec<u32>,
    target: u32,
}

impl Eval {
    pub fn run(&self) -> Result<()> {
        let items = items(&self.data.join("items.jsonl.gz"))?;
        let rows: BTreeMap<&str, u32> = items.iter().zip(0..).map(|(item, row)| (item.id.as_str(), row)).collect();
        let tests = tests(&self.data.join("test.tsv.gz"), &rows)?;
        let popular = popular(&self.data.join("interactions.tsv.gz"), &rows)?;
        let vectors = encode(&mut NativeModel::load(&self.model, DeviceArg::Cpu)?, &items)?.concat();
        let width = vectors.len() / items.len();
        println!("{} items, {} tests         HitRate@10  NDCG@10", items.len(), tests.len());

        report("popularity", &tests, |test| masked(test, popular.iter().copied()));
        let raw = Matrix::quantize(width, &vectors);
        let centre = Centre::learn(width, &vectors);
        let centred = Matrix::quantize(width, &centre.apply_all(&vectors));
        for (name, matrix) in [("raw", &raw), ("centred", &centred)] {
            for decay in DECAYS {
                let name = format!("content, {name}, decay {decay}");
                report(&name, &tests, |test| nearest(matrix, test, &decayed(matrix, &test.history, decay)));
            }
        }
        report("content, as a visit ranks", &tests, |test| nearest(&centred, test, &visited(&centred, &test.history)));
        Ok(())
    }
}

fn report(name: &str, tests: &[Test], list: impl Fn(&Test) -> Vec<u32> + Sync) {
    let ranks: Vec<Option<usize>> =
        tests.par_iter().map(|test| list(test).iter().position(|&row| row == test.target)).collect();
    let mean =
        |gain: fn(usize) -> f64| ranks.iter().flatten().map(|&rank| gain(rank)).sum::<f64>() / tests.len() as f64;
    println!("{name:32} {:10.4} {:8.4}", mean(|_| 1.0), mean(|rank| 1.0 / (rank as f64 + 2.0).log2()));
}

fn masked(test: &Test, rows: impl Iterator<Item = u32>) -> Vec<u32> {
    rows.filter(|row| !test.history.contains(row)).take(K).collect()
}

fn nearest(matrix: &Matrix, test: &Test, direction: &[f32]) -> Vec<u32> {
    let keep = |row| !test.history.contains(&row);
    matrix.top(&Query::new(direction), K, f32::NEG_INFINITY, keep).iter().map(|hit| hit.row).collect()
}

/// The plain baseline: each step back weighs `decay` times as much.
fn decayed(matrix: &Matrix, history: &[u32], decay: f32) -> Vec<f32> {
    let mut direction = vec![0.0; matrix.width()];
    let mut weight = 1.0;
    for &row in history.iter().rev() {
        add(&mut direction, weight, &matrix.vector(row));
        weight *= decay;
    }
    direction
}

/// The direction of a visitor who bought the history, a thing a day.
fn visited(matrix: &Matrix, history: &[u32]) -> Vec<f32> {
    let event = |(nth, row): (usize, &u32)| Event::on(EventName::Purchase, &row.to_string(), nth as f64 * DAY_MS);
    let log: Vec<Event> = history.iter().enumerate().map(event).collect();
    let profile = profile(&log, history.len() as f64 * DAY_MS, &Weights::default(), |id| id.parse().ok());
    let vector = |source: &Source| if let Source::Item(row) = source { Some(matrix.vector(*row)) } else { None };
    let likeness = Likeness { metric: Metric::Cosine, amplify: 1.0, reach: 0 };
    let mut direction = vec![0.0; matrix.width()];
    let taste = Taste::new(&profile, likeness, vector);
    taste.signals().iter().for_each(|(signal, vector)| add(&mut direction, signal.weight, vector));
    direction
}

fn items(path: &Path) -> Result<Vec<Item>> {
    #[derive(Deserialize)]
    struct Line {
        id: String,
        #[serde(default)]
        title: String,
        #[serde(default)]
        description: String,
    }
    let item = |line: String| -> Result<Item> {
        let Line { id, title, description } = serde_json::from_str(&line)?;
        let words = Words { title, description, ..Words::default() };
        Ok(Item { id, words: [("en".to_owned(), words)].into(), ..Item::default() })
    };
    let mut items: Vec<Item> = lines(path)?.into_iter().map(item).collect::<Result<_>>()?;
    ensure!(!items.is_empty(), "{} has no items", path.display());
    items.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(items)
}

fn tests(path: &Path, rows: &BTreeMap<&str, u32>) -> Result<Vec<Test>> {
    let row =
        |id: &str| rows.get(id).copied().with_context(|| format!("the item {id:?} of a test is not in the catalogue"));
    let test = |line: &String| {
        let mut fields = line.split('\t').skip(1);
        let (history, target) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        Ok(Test { history: history.split(' ').map(row).collect::<Result<_>>()?, target: row(target)? })
    };
    lines(path)?.iter().skip(1).map(test).collect()
}

/// Rows by how often they were bought before the tests, ties by row.
fn popular(path: &Path, rows: &BTreeMap<&str, u32>) -> Result<Vec<u32>> {
    let mut counts = vec![0u32; rows.len()];
    for line in lines(path)?.iter().skip(1) {
        if let Some(&row) = line.split('\t').nth(1).and_then(|id| rows.get(id)) {
            counts[row as usize] += 1;
        }
    }
    let mut popular: Vec<u32> = (0..counts.len() as u32).collect();
    popular.sort_by_key(|&row| (std::cmp::Reverse(counts[row as usize]), row));
    Ok(popular)
}

fn lines(path: &Path) -> Result<Vec<String>> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let lines: std::io::Result<Vec<String>> = BufReader::new(GzDecoder::new(file)).lines().collect();
    lines.with_context(|| format!("reading {}", path.display()))
}
