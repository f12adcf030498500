//! `nearmind-research eval --data DIR`: how well lists predict what visitors do next, by standard metrics and
//! protocols.
//!
//! Everything is learned from `interactions`; the test cases are used once, to measure. All items are ranked and only
//! the history is masked. If no target has any interactions, neither in training nor in a test's history, such items
//! are ranked among themselves. The same data set and seed give the same report.

mod exposure; //   coverage and evenness over all lists
mod confidence; // bootstrap intervals over visitors, paired tests
mod metrics; //    of one list
mod plot;
mod ratings; //    RMSE and MAE of predicted ratings
mod report;
mod scorers; //    by name
mod dataset; //    items, interactions, test cases
mod shelf; //      what a visitor would be shown
mod vectors; //    of texts, cached

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde_json::{Value, json};

use self::{
    confidence::Visitors,
    dataset::{Dataset, Split, TestCase},
    exposure::Exposure,
    metrics::{ItemStatistics, measure, top},
    report::{Report, SHORT, ScorerResults},
    scorers::{SCORE, SHIPPED, Scorers, UNLIMITED},
    shelf::{Shelf, WishVectors},
};
use crate::baselines::ItemSimilarity;
use nearmind::learn::{
    ItemFeatures, MinVisitors, TrainingData, TrainingResult,
    tune::{self, Progress},
};
use nearmind_core::{
    catalog::{
        Catalog, Item, ModelName,
        build::{self, item_texts},
        build_document,
    },
    text::Segmenter,
    vectors::{Hit, Matrix},
};
use nearmind_encoder::manifest::Role;

/// Usual hyperparameters of the baselines.
const EASE_LAMBDA: f64 = 200.0;
const KNN_SHRINKAGE: f32 = 10.0;
const KNN_NEIGHBOURS: usize = 200;
/// Test cases between two steps of the progress bar.
const CHUNK: usize = 512;

#[derive(Debug, Args)]
pub struct Eval {
    /// Folder with items.jsonl, interactions.tsv and test.tsv, each plain or gzipped; without test.tsv, test cases are
    /// held out of the interactions
    #[arg(long)]
    data: PathBuf,
    /// Folder of a converted model; by default one below models/ that reads the items' language
    #[arg(long)]
    model: Option<PathBuf>,
    /// Holds test cases out of the interactions this way, even if there is a test.tsv
    #[arg(long, value_enum)]
    split: Option<Split>,
    /// Prints the validation metrics of every trial of the search for settings
    #[arg(long)]
    grid: bool,
    /// Writes all figures to this file, as JSON
    #[arg(long)]
    report: Option<PathBuf>,
    /// Draws NDCG@10 of all scorers into this file, as SVG
    #[arg(long)]
    plot: Option<PathBuf>,
    /// Writes the list that a shelf shows for each test case to this file, as JSON Lines: visitor, history and list, by
    /// ids
    #[arg(long)]
    lists: Option<PathBuf>,
    /// Folder in which vectors are cached
    #[arg(long, default_value = "target/vectors")]
    cache: PathBuf,
    /// As in `nearmind learn`, for the scorers `shipped` and `score`; `score-unlimited` always uses 1
    #[arg(long, default_value_t, value_name = "K")]
    min_visitors: MinVisitors,
    /// Seed of all random choices
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Eval {
    pub fn run(&self) -> Result<()> {
        let dataset = Dataset::read(&self.data, self.split, self.seed)?;
        dataset.faults.iter().for_each(|fault| eprintln!("{}: {fault}", self.data.display()));
        let model = vectors::choose_model(self.model.as_deref(), &dataset.items)?;
        let Vectors { items: item_vectors, width, queries } = self.encode(&dataset, &model)?;
        let raw = Matrix::quantize(width, &item_vectors);
        let mut catalog = build_catalog(&dataset.items, item_vectors.chunks_exact(width));
        let histories = dataset.interactions.histories();
        let spinner = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}")?);
        spinner.enable_steady_tick(Duration::from_millis(200));
        let learned = self.learn(&dataset, &catalog, self.min_visitors, self.grid, &spinner);
        let unlimited = (self.min_visitors != MinVisitors::ONE)
            .then(|| self.learn(&dataset, &catalog, MinVisitors::ONE, false, &spinner));
        catalog.relations = Some(learned.relations.clone());
        catalog.contexts.clone_from(&learned.contexts);
        catalog.score_weights = learned.score_weights;
        let counts = dataset.interactions.counts(dataset.items.len());
        spinner.set_message("encoding the queries");
        let wishes = WishVectors::read(&model, &dataset.cases, &catalog)?;
        let is_warm = warm_items(&dataset, &counts);
        let cold_only = cold_only(&dataset, &is_warm);
        let excluded = (0..).zip(&is_warm).filter(|(_, is_warm)| cold_only && **is_warm).map(|(row, _)| row);
        let shelf = Shelf::new(&catalog, &wishes, excluded);
        spinner.set_message("fitting the baselines");
        let scorers = Scorers {
            learned: &learned,
            unlimited: unlimited.as_ref(),
            counts: &counts,
            catalog: &catalog,
            raw: &raw,
            query_vectors: &queries,
            query_indices: &query_indices(&dataset.cases),
            knn: ItemSimilarity::item_knn(&histories, dataset.items.len(), KNN_SHRINKAGE, KNN_NEIGHBOURS),
            ease: ItemSimilarity::ease(&histories, dataset.items.len(), EASE_LAMBDA),
            shelf: &shelf,
            seed: self.seed,
        };
        spinner.finish_and_clear();
        if let Some(path) = &self.lists {
            let lines: String = dataset.cases.iter().map(|case| list_line(&dataset, case, &shelf.list(case))).collect();
            fs::write(path, lines).with_context(|| format!("writing {}", path.display()))?;
        }
        let mut report = self.measure(&dataset, &scorers)?;
        report.learned = json!({ SCORE: learned_figures(&learned) });
        if let (Value::Object(all), Some(unlimited)) = (&mut report.learned, &unlimited) {
            all.insert(UNLIMITED.to_owned(), learned_figures(unlimited));
        }
        report.ratings = ratings::predict(&dataset.interactions, &catalog.matrix, self.seed);
        println!(
            "{} items, {} test cases of {} visitors ({}), {} interactions",
            dataset.items.len(),
            dataset.cases.len(),
            report.set["visitors"],
            dataset.split,
            dataset.interactions.total()
        );
        report.print();
        if let Some(path) = &self.report {
            let json = serde_json::to_vec_pretty(&report)?;
            fs::write(path, json).with_context(|| format!("writing {}", path.display()))?;
        }
        self.plot.as_ref().map_or(Ok(()), |path| plot::plot(&report, path))
    }

    /// Encodes the texts of the items and the queries of the test cases.
    fn encode(&self, dataset: &Dataset, model: &Path) -> Result<Vectors> {
        let bar = progress(dataset.items.len(), "items encoded")?;
        let encode = |texts: &[String], role| {
            vectors::encode(model, texts, role, &self.cache, &|done| bar.set_position(done as u64))
        };
        let texts: Vec<String> = dataset.items.iter().map(|item| build_document(item).text).collect();
        let (items, width) = encode(&texts, Role::Passage)?;
        let queries: Vec<String> = dataset.cases.iter().filter_map(|case| case.query.clone()).collect();
        let queries = if queries.is_empty() { Vec::new() } else { encode(&queries, Role::Query)?.0 };
        bar.finish_and_clear();
        Ok(Vectors { items, width, queries })
    }

    /// Learns from the interactions. With `grid`, prints every trial.
    fn learn(
        &self,
        dataset: &Dataset,
        catalog: &Catalog,
        min_visitors: MinVisitors,
        grid: bool,
        spinner: &ProgressBar,
    ) -> TrainingResult {
        let features = ItemFeatures::of(catalog);
        let (histories, details) = (dataset.interactions.histories(), dataset.interactions.details());
        let data = TrainingData { histories: &histories, details: &details };
        tune::learn(features, data, min_visitors, self.seed, &|progress| {
            if grid {
                println!("{}", grid_line(&progress));
            }
            if let Progress::Step(what) = progress {
                spinner.set_message(format!("{what} (at least {min_visitors} visitors)"));
            }
        })
    }

    /// Ranks all test cases with all scorers and measures the lists.
    fn measure(&self, dataset: &Dataset, scorers: &Scorers) -> Result<Report> {
        let counts = scorers.counts;
        let cold_only = cold_only(dataset, &warm_items(dataset, counts));
        let (mut results, exposures): (Vec<_>, Vec<_>) = self
            .rank_all(dataset, scorers, cold_only)?
            .into_iter()
            .map(|RankedLists { scorer, rows, exposure }| {
                ((scorer, ScorerResults { rows, overall: Vec::new() }), exposure)
            })
            .unzip();
        let mut shares = BTreeMap::new();
        for ((name, results), exposure) in results.iter_mut().zip(&exposures) {
            results.overall = exposure.metrics(&scorers.catalog.fields);
            if name == SHIPPED {
                shares.insert("brand".to_owned(), exposure.shares(&dataset.items, |item| item.brand.clone()));
                shares.insert("category".to_owned(), exposure.shares(&dataset.items, category_path));
                shares.retain(|_, shares| !shares.is_empty());
            }
        }
        let visitors = Visitors::new(dataset.cases.iter().map(|case| case.visitor.as_str()));
        let mut report = Report::new(&results, &visitors, &slices(dataset, counts), self.seed);
        let candidates = if cold_only { "items without interactions, among themselves" } else { "all items" };
        report.exposure = shares;
        report.set = BTreeMap::from([
            ("items".to_owned(), json!(dataset.items.len())),
            ("interactions".to_owned(), json!(dataset.interactions.total())),
            ("tests".to_owned(), json!(dataset.cases.len())),
            ("visitors".to_owned(), json!(visitors.count())),
            ("split".to_owned(), json!(dataset.split)),
            ("candidates".to_owned(), json!(candidates)),
            ("faults".to_owned(), json!(dataset.faults)),
        ]);
        Ok(report)
    }

    /// Ranks every test case by every scorer.
    fn rank_all(&self, dataset: &Dataset, scorers: &Scorers, cold_only: bool) -> Result<Vec<RankedLists>> {
        let counts = scorers.counts;
        let tail = tail(counts);
        let items = ItemStatistics::new(counts, &tail, &scorers.catalog.matrix);
        let is_warm = warm_items(dataset, counts);
        let bar = progress(dataset.cases.len(), "test cases ranked")?;
        let mut all: Vec<RankedLists> = Vec::new();
        for (chunk, cases) in dataset.cases.chunks(CHUNK).enumerate() {
            let rank = |(nth, case): (usize, &TestCase)| {
                let mut scores = scorers.scores(chunk * CHUNK + nth, case);
                for (_, scores) in &mut scores {
                    case.history.iter().for_each(|&row| scores[row as usize] = f32::NEG_INFINITY);
                    if cold_only {
                        let excluded = scores.iter_mut().zip(&is_warm).filter(|(_, is_warm)| **is_warm);
                        excluded.for_each(|(score, _)| *score = f32::NEG_INFINITY);
                    }
                }
                let measure = |(name, scores): (String, Vec<f32>)| {
                    let list = top(&scores);
                    let metrics = measure(&items, &scores, &list, &case.history, &case.targets, case.target_count);
                    (name, metrics, list)
                };
                scores.into_iter().map(measure).collect::<Vec<_>>()
            };
            let ranked: Vec<_> = cases.par_iter().enumerate().map(rank).collect();
            for lists in ranked {
                for (nth, (scorer, metrics, list)) in lists.into_iter().enumerate() {
                    if all.len() == nth {
                        all.push(RankedLists {
                            scorer,
                            rows: Vec::new(),
                            exposure: Exposure::new(dataset.items.len()),
                        });
                    }
                    all[nth].rows.push(metrics);
                    all[nth].exposure.add(&list);
                }
            }
            bar.inc(cases.len() as u64);
        }
        bar.finish_and_clear();
        Ok(all)
    }
}

/// What one scorer's lists for all test cases measure.
struct RankedLists {
    /// The scorer's name.
    scorer: String,
    /// The metrics of each list, in the order of the cases.
    rows: Vec<[f64; 13]>,
    /// The exposure that all lists together give to the items.
    exposure: Exposure,
}

/// Unit vectors of the items `[N, H]` and of the queries `[Q, H]`, as the model returned them. `width` is H.
struct Vectors {
    items: Vec<f32>,
    width: usize,
    queries: Vec<f32>,
}

/// Builds a catalogue as `nearmind bake` does.
fn build_catalog<'a>(items: &[Item], vectors: impl Iterator<Item = &'a [f32]>) -> Catalog {
    let dictionary = Segmenter::full().dictionary_for(items.iter().flat_map(item_texts));
    let items = items.iter().cloned().zip(vectors.map(<[f32]>::to_vec)).collect();
    build::build_catalog(items, dictionary, ModelName { name: String::new(), digest: String::new() })
}

/// The subsets of the test cases that are reported separately: whether each case belongs to them.
fn slices(dataset: &Dataset, counts: &[u32]) -> [(&'static str, Vec<bool>); 5] {
    let mut lengths: Vec<usize> = dataset.cases.iter().map(|case| case.history.len()).collect();
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    let slice = |contains: &dyn Fn(&TestCase) -> bool| dataset.cases.iter().map(contains).collect::<Vec<bool>>();
    let is_cold = |row: &u32| counts[*row as usize] == 0;
    let is_rare = |row: &u32| (1..=5).contains(&counts[*row as usize]);
    [
        ("cold-items", slice(&|case| !case.targets.is_empty() && case.targets.iter().all(is_cold))),
        ("rare-items", slice(&|case| case.targets.iter().any(is_rare))),
        ("cold-users", slice(&|case| !dataset.interactions.visitors.contains_key(&case.visitor))),
        ("one-or-two-events", slice(&|case| case.history.len() <= 2)),
        (SHORT, slice(&|case| case.history.len() < median)),
    ]
}

/// The settings and validation metrics of what was learned, for the report.
fn learned_figures(learned: &TrainingResult) -> Value {
    let TrainingResult { relations, score_weights, settings, suppressed_pairs, before, after, .. } = learned;
    json!({
        "scoreWeights": score_weights, "settings": settings, "before": before, "after": after,
        "edges": relations.edges(), "suppressedPairs": suppressed_pairs, "bytes": relations.write().len(),
    })
}

/// Whether each item has an interaction, either in training or in the history of a test case. `[N]`
fn warm_items(dataset: &Dataset, counts: &[u32]) -> Vec<bool> {
    let mut is_warm: Vec<bool> = counts.iter().map(|&count| count > 0).collect();
    dataset.cases.iter().flat_map(|case| &case.history).for_each(|&row| is_warm[row as usize] = true);
    is_warm
}

/// A line of `--lists`.
fn list_line(dataset: &Dataset, case: &TestCase, list: &[Hit]) -> String {
    let ids = |rows: &mut dyn Iterator<Item = u32>| -> Vec<&str> {
        rows.map(|row| dataset.items[row as usize].id.as_str()).collect()
    };
    let history = ids(&mut case.history.iter().copied());
    let list = ids(&mut list.iter().map(|hit| hit.row));
    format!("{}\n", json!({ "visitor": case.visitor, "history": history, "list": list }))
}

/// Whether no target has any interactions. Then only such items are candidates.
fn cold_only(dataset: &Dataset, is_warm: &[bool]) -> bool {
    let is_cold = |row: &u32| !is_warm[*row as usize];
    is_warm.contains(&true) && dataset.cases.iter().all(|case| case.targets.iter().all(is_cold))
}

/// The index of each test case's query among all queries, if it has one.
fn query_indices(cases: &[TestCase]) -> Vec<Option<usize>> {
    let mut next = 0..;
    cases.iter().map(|case| case.query.as_ref().and_then(|_| next.next())).collect()
}

/// The whole category of an item, such as "Clothing > Jackets".
fn category_path(item: &Item) -> String {
    item.text_in("en").map_or_else(String::new, |(_, words)| words.categories.join(" > "))
}

/// Whether each item is among the least popular tenth. `[N]`
fn tail(counts: &[u32]) -> Vec<bool> {
    let mut rows: Vec<usize> = (0..counts.len()).collect();
    rows.sort_by_key(|&row| (counts[row], row));
    let mut tail = vec![false; counts.len()];
    rows.iter().take(counts.len() / 10).for_each(|&row| tail[row] = true);
    tail
}

/// A line of `--grid`: the step that begins, or a trial as `[metrics, settings, score weights, weights of context
/// fields]`.
fn grid_line(progress: &Progress) -> String {
    match progress {
        Progress::Step(what) => format!("# {what}"),
        Progress::Trial { settings, score_weights, field_weights, metrics } => {
            json!([metrics, settings, score_weights, field_weights]).to_string()
        }
    }
}

fn progress(len: usize, what: &str) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template(&format!("{{bar:30}} {{pos}}/{{len}} {what}, {{per_sec}}, {{eta}} left"))?;
    Ok(ProgressBar::new(len as u64).with_style(style))
}
