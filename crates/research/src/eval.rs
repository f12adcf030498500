//! `nearmind-research eval --data DIR`: how well lists foretell what visitors do next, by the field's metrics and protocols.
//!
//! Everything is learned from `interactions`; the tests are looked at once, to measure. All items are ranked, the
//! history is masked and nothing else; where nobody has touched any target, neither in the interactions nor in a history,
//! such items are ranked among themselves. Equal sets and seeds give equal reports.

mod exposure; // of all lists together
mod interval; // bootstrap over visitors, paired tests
mod metrics; //  of one list
mod plot;
mod ratings; //  RMSE and MAE of predicted ratings
mod report;
mod scorers; //  by name
mod set; //      items, interactions, tests
mod shelf; //    what a visit would show
mod vectors; //  of the items' texts, kept

use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde_json::{Value, json};

use self::{
    exposure::Shown,
    interval::Visitors,
    metrics::{Items, measure, top},
    report::{Measured, Report, SHORT},
    scorers::{SCORE, SHIPPED, Scorers, UNLIMITED},
    set::{Set, Split},
    shelf::{Shelf, Wishes},
};
use crate::baselines::Similar;
use nearmind::learn::{
    Learned, Limit, Past, Shop,
    tune::{self, Heard},
};
use nearmind_core::{
    catalog::{Item, ModelName, document, make},
    text::Segmenter,
    vectors::{Hit, Matrix},
};
use nearmind_encoder::manifest::Role;

/// Of the baselines, as the field sets them.
const EASE_LAMBDA: f64 = 200.0;
const KNN_SHRINK: f32 = 10.0;
const KNN_NEIGHBOURS: usize = 200;
/// Cases between two steps of the progress bar.
const CHUNK: usize = 512;

#[derive(Debug, Args)]
pub struct Eval {
    /// Folder with items.jsonl, interactions.tsv and test.tsv, each plain or gzipped; without test.tsv the tests are made
    /// of the interactions
    #[arg(long)]
    data: PathBuf,
    /// Folder of a converted model; by default one below models/ that reads the items' language
    #[arg(long)]
    model: Option<PathBuf>,
    /// Makes tests of the interactions this way, even where there is a test.tsv
    #[arg(long, value_enum)]
    split: Option<Split>,
    /// Shows what each setting foretold on visitors held out of the interactions
    #[arg(long)]
    grid: bool,
    /// Writes all figures there, as JSON
    #[arg(long)]
    report: Option<PathBuf>,
    /// Draws them there, as SVG
    #[arg(long)]
    plot: Option<PathBuf>,
    /// Writes what a shelf shows to each test there, as JSON Lines: visitor, history and list, by ids
    #[arg(long)]
    lists: Option<PathBuf>,
    /// Folder in which vectors are kept
    #[arg(long, default_value = "target/vectors")]
    cache: PathBuf,
    /// As in `nearmind learn`, for what is called `shipped` and `score`; `score-unlimited` is what 1 gives
    #[arg(long, default_value_t, value_name = "K")]
    min_visitors: Limit,
    /// Of everything that is drawn by chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Eval {
    pub fn run(&self) -> Result<()> {
        let set = Set::read(&self.data, self.split, self.seed)?;
        set.faults.iter().for_each(|fault| eprintln!("{}: {fault}", self.data.display()));
        let bar = progress(set.items.len(), "items encoded")?;
        let model = vectors::model(self.model.as_deref(), &set.items)?;
        let encode = |texts: &[String], role| {
            vectors::vectors(&model, texts, role, &self.cache, &|done| bar.set_position(done as u64))
        };
        let texts: Vec<String> = set.items.iter().map(|item| document(item).text).collect();
        let (vectors, width) = encode(&texts, Role::Passage)?;
        let queries: Vec<String> = set.cases.iter().filter_map(|case| case.query.clone()).collect();
        let said = if queries.is_empty() { Vec::new() } else { encode(&queries, Role::Query)?.0 };
        bar.finish_and_clear();
        let raw = Matrix::quantize(width, &vectors);
        let dictionary = Segmenter::full().dictionary_for(set.items.iter().flat_map(make::texts));
        let items = set.items.iter().cloned().zip(vectors.chunks_exact(width).map(<[f32]>::to_vec)).collect();
        let mut catalog = make::make(items, dictionary, ModelName { name: String::new(), digest: String::new() });
        let histories = set.interactions.histories();
        let shop = Shop { matrix: &catalog.matrix, fields: &catalog.fields };
        let works = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}")?);
        works.enable_steady_tick(Duration::from_millis(200));
        let past = Past { histories: &histories, occurred: &set.interactions.occurred() };
        let learn = |limit, grid: bool| {
            tune::learn(shop, past, limit, self.seed, &|heard| {
                if grid {
                    println!("{}", tried(&heard));
                }
                if let Heard::Begins(what) = heard {
                    works.set_message(format!("{what} ({limit} visitors at least)"));
                }
            })
        };
        let learned = learn(self.min_visitors, self.grid);
        let unlimited = (self.min_visitors != Limit::NONE).then(|| learn(Limit::NONE, false));
        catalog.relations = Some(learned.relations.clone());
        catalog.contexts.clone_from(&learned.contexts);
        catalog.score_weights = learned.score_weights;
        let counts = set.interactions.counts(set.items.len());
        works.set_message("the wishes");
        let wishes = Wishes::read(&model, &set.cases, &catalog)?;
        let touched = touched(&set, &counts);
        let among_new = among_new(&set, &touched);
        let known = (0..).zip(&touched).filter(|(_, touched)| among_new && **touched).map(|(row, _)| row);
        let shelf = Shelf::new(&catalog, &wishes, known);
        works.set_message("the baselines");
        let scorers = Scorers {
            learned: &learned,
            unlimited: unlimited.as_ref(),
            counts: &counts,
            catalog: &catalog,
            raw: &raw,
            said: &said,
            places: &places(&set.cases),
            knn: Similar::item_knn(&histories, set.items.len(), KNN_SHRINK, KNN_NEIGHBOURS),
            ease: Similar::ease(&histories, set.items.len(), EASE_LAMBDA),
            shelf: &shelf,
            seed: self.seed,
        };
        works.finish_and_clear();
        if let Some(path) = &self.lists {
            let lines: String = set.cases.iter().map(|case| listed(&set, case, &shelf.list(case))).collect();
            fs::write(path, lines).with_context(|| format!("writing {}", path.display()))?;
        }
        let mut report = self.measure(&set, &scorers)?;
        report.learned = json!({ SCORE: figures(&learned) });
        if let (Value::Object(all), Some(unlimited)) = (&mut report.learned, &unlimited) {
            all.insert(UNLIMITED.to_owned(), figures(unlimited));
        }
        report.ratings = ratings::predict(&set.interactions, &catalog.matrix, self.seed);
        println!(
            "{} items, {} tests of {} visitors ({}), {} interactions",
            set.items.len(),
            set.cases.len(),
            report.set["visitors"],
            set.split,
            set.interactions.total()
        );
        report.print();
        if let Some(path) = &self.report {
            let json = serde_json::to_vec_pretty(&report)?;
            fs::write(path, json).with_context(|| format!("writing {}", path.display()))?;
        }
        self.plot.as_ref().map_or(Ok(()), |path| plot::plot(&report, path))
    }

    fn measure(&self, set: &Set, scorers: &Scorers) -> Result<Report> {
        let (len, counts) = (set.items.len(), scorers.counts);
        let tail = tail(counts);
        let items = Items::new(counts, &tail, &scorers.catalog.matrix);
        let is_new = |row: &u32| counts[*row as usize] == 0;
        let touched = touched(set, counts);
        let among_new = among_new(set, &touched);
        let bar = progress(set.cases.len(), "tests ranked")?;
        let mut measured: Vec<(String, Measured, Shown)> = Vec::new();
        for (chunk, cases) in set.cases.chunks(CHUNK).enumerate() {
            let one = |(nth, case): (usize, &set::Case)| {
                let mut lists = scorers.scores(chunk * CHUNK + nth, case);
                for (_, scores) in &mut lists {
                    case.history.iter().for_each(|&row| scores[row as usize] = f32::NEG_INFINITY);
                    if among_new {
                        let not_new = scores.iter_mut().zip(&touched).filter(|(_, touched)| **touched);
                        not_new.for_each(|(score, _)| *score = f32::NEG_INFINITY);
                    }
                }
                let measure = |(name, scores): (String, Vec<f32>)| {
                    let list = top(&scores);
                    let values = measure(&items, &scores, &list, &case.history, &case.targets, case.wanted);
                    (name, values, list)
                };
                lists.into_iter().map(measure).collect::<Vec<_>>()
            };
            let lists: Vec<_> = cases.par_iter().enumerate().map(one).collect();
            for lists in lists {
                for (at, (name, values, list)) in lists.into_iter().enumerate() {
                    if measured.len() == at {
                        measured.push((name, Measured::default(), Shown::new(len)));
                    }
                    let (_, measured, shown) = &mut measured[at];
                    measured.rows.push(values);
                    shown.add(&list);
                }
            }
            bar.inc(cases.len() as u64);
        }
        bar.finish_and_clear();
        let mut exposure = BTreeMap::new();
        for (name, measured, shown) in &mut measured {
            measured.together = shown.figures(&scorers.catalog.fields);
            if name == SHIPPED {
                exposure.insert("brand".to_owned(), shown.shares(&set.items, |item| item.brand.clone()));
                exposure.insert("category".to_owned(), shown.shares(&set.items, path));
                exposure.retain(|_, shares| !shares.is_empty());
            }
        }
        let measured: Vec<(String, Measured)> = measured.into_iter().map(|scorer| (scorer.0, scorer.1)).collect();
        let visitors = Visitors::new(set.cases.iter().map(|case| case.visitor.as_str()));
        let mut lengths: Vec<usize> = set.cases.iter().map(|case| case.history.len()).collect();
        lengths.sort_unstable();
        let middle = lengths[lengths.len() / 2];
        let of = |belongs: &dyn Fn(&set::Case) -> bool| set.cases.iter().map(belongs).collect::<Vec<bool>>();
        let known = |case: &set::Case| set.interactions.visitors.contains_key(&case.visitor);
        let slices = [
            ("cold-items", of(&|case| !case.targets.is_empty() && case.targets.iter().all(is_new))),
            ("rare-items", of(&|case| case.targets.iter().any(|row| (1..=5).contains(&counts[*row as usize])))),
            ("cold-users", of(&|case| !known(case))),
            ("one-or-two-events", of(&|case| case.history.len() <= 2)),
            (SHORT, of(&|case| case.history.len() < middle)),
        ];
        let mut report = Report::new(&measured, &visitors, &slices, self.seed);
        let candidates = if among_new { "items that nobody touched, among themselves" } else { "all items" };
        report.exposure = exposure;
        report.set = BTreeMap::from([
            ("items".to_owned(), json!(len)),
            ("interactions".to_owned(), json!(set.interactions.total())),
            ("tests".to_owned(), json!(set.cases.len())),
            ("visitors".to_owned(), json!(visitors.count())),
            ("split".to_owned(), json!(set.split)),
            ("candidates".to_owned(), json!(candidates)),
            ("faults".to_owned(), json!(set.faults)),
        ]);
        Ok(report)
    }
}

/// What was learned, in numbers.
fn figures(learned: &Learned) -> Value {
    let Learned { relations, score_weights, table, left_out, before, after, .. } = learned;
    json!({
        "scoreWeights": score_weights, "table": table, "before": before, "after": after,
        "edges": relations.edges(), "leftOut": left_out, "bytes": relations.write().len(),
    })
}

/// Which items anybody is known to have touched, before the tests or in one's history. `[N]`
fn touched(set: &Set, counts: &[u32]) -> Vec<bool> {
    let mut touched: Vec<bool> = counts.iter().map(|&count| count > 0).collect();
    set.cases.iter().flat_map(|case| &case.history).for_each(|&row| touched[row as usize] = true);
    touched
}

/// A line of `--lists`.
fn listed(set: &Set, case: &set::Case, list: &[Hit]) -> String {
    let ids = |rows: &mut dyn Iterator<Item = u32>| -> Vec<&str> {
        rows.map(|row| set.items[row as usize].id.as_str()).collect()
    };
    let history = ids(&mut case.history.iter().copied());
    let list = ids(&mut list.iter().map(|hit| hit.row));
    format!("{}\n", json!({ "visitor": case.visitor, "history": history, "list": list }))
}

/// Whether nobody has touched any target: then such items are ranked among themselves.
fn among_new(set: &Set, touched: &[bool]) -> bool {
    let untouched = |row: &u32| !touched[*row as usize];
    touched.contains(&true) && set.cases.iter().all(|case| case.targets.iter().all(untouched))
}

/// Which of the sentences each case is, if it has one.
fn places(cases: &[set::Case]) -> Vec<Option<usize>> {
    let mut next = 0..;
    cases.iter().map(|case| case.query.as_ref().and_then(|_| next.next())).collect()
}

/// The whole category of an item.
fn path(item: &Item) -> String {
    item.words_in("en").map_or_else(String::new, |(_, words)| words.categories.join(" > "))
}

/// Which items are among the tenth that is least popular.
fn tail(counts: &[u32]) -> Vec<bool> {
    let mut rows: Vec<usize> = (0..counts.len()).collect();
    rows.sort_by_key(|&row| (counts[row], row));
    let mut tail = vec![false; counts.len()];
    rows.iter().take(counts.len() / 10).for_each(|&row| tail[row] = true);
    tail
}

/// A line of the grid: what was tried, and what it foretold of visitors and items held out of the interactions.
fn tried(heard: &Heard) -> String {
    match heard {
        Heard::Begins(what) => format!("# {what}"),
        Heard::Tried(settings, score_weights, fields, foretold) => {
            json!([foretold, settings, score_weights, fields]).to_string()
        }
    }
}

fn progress(len: usize, what: &str) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template(&format!("{{bar:30}} {{pos}}/{{len}} {what}, {{per_sec}}, {{eta}} left"))?;
    Ok(ProgressBar::new(len as u64).with_style(style))
}
