//! The report of an evaluation as plain data, printed as a table and written as JSON.
//!
//! ```text
//! {"scorers": {NAME: {"HitRate@10": 0.1, "NDCG@10": ...}}, "intervals": {NAME: {"NDCG@10": [low, high]}},
//!  "pValues": {NAME: p-value of its difference from shipped in NDCG@10},
//!  "slices": {SLICE: {"rows": 9, NAME: {...}}}, ...}
//! ```
//! Must not know how a list was made.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    confidence::Visitors,
    metrics::{HIT_RATE, NAMES, NDCG, RECALL},
    scorers::SHIPPED,
};

/// The metrics of one scorer.
pub struct ScorerResults {
    /// Of the list for each test case, in the order of [`NAMES`].
    pub rows: Vec<[f64; 13]>,
    /// Of all lists together, by name.
    pub overall: Vec<(String, f64)>,
}

/// Metrics by name.
type Metrics = BTreeMap<String, f64>;

#[derive(Serialize)]
pub struct Report {
    /// The data set: its size, the split, the candidates, and what could not be read.
    pub set: BTreeMap<String, Value>,
    /// The metrics of each scorer.
    pub scorers: BTreeMap<String, Metrics>,
    /// 95% confidence intervals, `[low, high]`.
    pub intervals: BTreeMap<String, BTreeMap<String, [f64; 2]>>,
    /// The p-value of each scorer's difference from `shipped` in NDCG@10.
    #[serde(rename = "pValues")]
    pub p_values: BTreeMap<String, f64>,
    /// The metrics on subsets of the test cases.
    pub slices: BTreeMap<String, Slice>,
    /// NDCG@10 of visitors with short histories minus that of the others, by scorer.
    #[serde(rename = "userGroupGap")]
    pub user_group_gap: BTreeMap<String, f64>,
    /// The exposure of each larger brand and category in `shipped`'s lists, relative to its part of the catalogue.
    pub exposure: BTreeMap<String, BTreeMap<String, f64>>,
    /// The settings that were learned from the interactions, and their validation metrics.
    pub learned: Value,
    /// RMSE, MAE and MSE of predicted ratings, if the data set has ratings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratings: Option<BTreeMap<String, Metrics>>,
    /// The names of the scorers in the order of the table.
    #[serde(skip)]
    pub order: Vec<String>,
}

/// A subset of the test cases.
#[derive(Serialize)]
pub struct Slice {
    /// The number of test cases.
    pub rows: usize,
    /// HitRate@10 and NDCG@10 of each scorer.
    #[serde(flatten)]
    pub scorers: BTreeMap<String, Metrics>,
}

impl Report {
    /// Summarises the results of all scorers. `slices` have for each test case whether it belongs to them.
    pub fn new(
        results: &[(String, ScorerResults)],
        visitors: &Visitors,
        slices: &[(&str, Vec<bool>)],
        seed: u64,
    ) -> Self {
        let column = |rows: &[[f64; 13]], at: usize| rows.iter().map(|row| row[at]).collect::<Vec<f64>>();
        // From 0, as the sum of nothing would be -0.
        let mean = |values: &[f64]| values.iter().fold(0.0, |sum, value| sum + value) / values.len().max(1) as f64;
        let mut report = Self {
            set: BTreeMap::new(),
            scorers: BTreeMap::new(),
            intervals: BTreeMap::new(),
            p_values: BTreeMap::new(),
            slices: BTreeMap::new(),
            user_group_gap: BTreeMap::new(),
            exposure: BTreeMap::new(),
            learned: Value::Null,
            ratings: None,
            order: results.iter().map(|scorer| scorer.0.clone()).collect(),
        };
        let shipped = results.iter().find(|scorer| scorer.0 == SHIPPED).map(|scorer| column(&scorer.1.rows, NDCG));
        for (name, results) in results {
            let mean_metrics =
                NAMES.iter().enumerate().map(|(at, metric)| ((*metric).to_owned(), mean(&column(&results.rows, at))));
            report.scorers.insert(name.clone(), mean_metrics.chain(results.overall.iter().cloned()).collect());
            let interval = |at: usize| (NAMES[at].to_owned(), visitors.interval(&column(&results.rows, at), seed));
            report.intervals.insert(name.clone(), [HIT_RATE, NDCG, RECALL].map(interval).into());
            if let Some(shipped) = shipped.as_ref().filter(|_| name != SHIPPED) {
                report.p_values.insert(name.clone(), visitors.p_value(&column(&results.rows, NDCG), shipped));
            }
            let slice_mean = |belongs: &[bool], inside: bool, at: usize| {
                let rows = results.rows.iter().zip(belongs).filter(|(_, belongs)| **belongs == inside);
                mean(&rows.map(|(row, _)| row[at]).collect::<Vec<f64>>())
            };
            for (slice, belongs) in slices {
                let rows = belongs.iter().filter(|belongs| **belongs).count();
                let slice = report
                    .slices
                    .entry((*slice).to_owned())
                    .or_insert_with(|| Slice { rows, scorers: BTreeMap::new() });
                let metrics = [HIT_RATE, NDCG].map(|at| (NAMES[at].to_owned(), slice_mean(belongs, true, at)));
                slice.scorers.insert(name.clone(), metrics.into());
            }
            if let Some((_, short)) = slices.iter().find(|slice| slice.0 == SHORT) {
                report
                    .user_group_gap
                    .insert(name.clone(), slice_mean(short, true, NDCG) - slice_mean(short, false, NDCG));
            }
        }
        report
    }

    /// Prints a table of the most important figures.
    pub fn print(&self) {
        println!(
            "{:28} {:>9} {:>8}  {:^15} {:>9} {:>8} {:>6} {:>6}",
            "", "HitRate", "NDCG", "NDCG 95%", "Recall", "coverage", "ILD", "p"
        );
        for name in &self.order {
            let figure = |metric: &str| self.scorers[name].get(metric).copied().unwrap_or(0.0);
            let [low, high] = self.intervals[name][NAMES[NDCG]];
            let p_value = self.p_values.get(name).map_or_else(String::new, |p| format!("{p:.3}"));
            println!(
                "{name:28} {:9.4} {:8.4}  {low:.4} - {high:.4} {:9.4} {:8.3} {:6.3} {p_value:>6}",
                figure(NAMES[HIT_RATE]),
                figure(NAMES[NDCG]),
                figure(NAMES[RECALL]),
                figure("ItemCoverage@10"),
                figure("ILD@10"),
            );
        }
        for (name, slice) in self.slices.iter().filter(|(_, slice)| slice.rows > 0) {
            let figures = slice.scorers.get(SHIPPED);
            let figure = |at: usize| figures.and_then(|figures| figures.get(NAMES[at])).copied().unwrap_or(0.0);
            println!(
                "{name}: {} test cases, shipped HitRate {:.4}, NDCG {:.4}",
                slice.rows,
                figure(HIT_RATE),
                figure(NDCG)
            );
        }
        for (name, figures) in self.ratings.iter().flatten() {
            println!("ratings, {name}: RMSE {:.4}, MAE {:.4}", figures["RMSE"], figures["MAE"]);
        }
    }
}

/// The slice whose NDCG is compared with that of all other test cases.
pub const SHORT: &str = "short-histories";
