//! What was measured, as plain data: a table for people, JSON for programs.
//!
//! ```text
//! {"scorers": {NAME: {"HitRate@10": 0.1, "NDCG@10": ...}}, "intervals": {NAME: {"NDCG@10": [low, high]}},
//!  "against": {NAME: p of its NDCG@10 being as good as shipped's}, "slices": {SLICE: {"rows": 9, NAME: {...}}}, ...}
//! ```
//! Must not know how a list was made.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    interval::Visitors,
    metrics::{HIT_RATE, NAMES, NDCG, RECALL},
    scorers::SHIPPED,
};

/// All lists of one scorer.
#[derive(Default)]
pub struct Measured {
    /// By row of the tests, in the order of [`NAMES`].
    pub rows: Vec<[f64; 13]>,
    /// What is measured of all lists together, by name.
    pub together: Vec<(String, f64)>,
}

#[derive(Serialize)]
pub struct Report {
    /// How the tests came about, and their number.
    pub set: BTreeMap<String, Value>,
    pub scorers: BTreeMap<String, BTreeMap<String, f64>>,
    pub intervals: BTreeMap<String, BTreeMap<String, [f64; 2]>>,
    pub against: BTreeMap<String, f64>,
    pub slices: BTreeMap<String, Slice>,
    /// NDCG@10 of visitors with short histories less that of the others.
    #[serde(rename = "userGroupGap")]
    pub gap: BTreeMap<String, f64>,
    /// What part of shipped's places each larger brand and category has, over its part of the catalogue.
    pub exposure: BTreeMap<String, BTreeMap<String, f64>>,
    /// Settings that were learned from the interactions.
    pub learned: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratings: Option<BTreeMap<String, BTreeMap<String, f64>>>,
    #[serde(skip)]
    pub order: Vec<String>,
}

#[derive(Serialize)]
pub struct Slice {
    pub rows: usize,
    #[serde(flatten)]
    pub scorers: BTreeMap<String, BTreeMap<String, f64>>,
}

impl Report {
    /// `slices` say of each row whether it belongs to them.
    pub fn new(measured: &[(String, Measured)], visitors: &Visitors, slices: &[(&str, Vec<bool>)], seed: u64) -> Self {
        let column = |rows: &[[f64; 13]], at: usize| rows.iter().map(|row| row[at]).collect::<Vec<f64>>();
        // From 0, as the sum of nothing would be -0.
        let mean = |values: &[f64]| values.iter().fold(0.0, |sum, value| sum + value) / values.len().max(1) as f64;
        let mut report = Self {
            set: BTreeMap::new(),
            scorers: BTreeMap::new(),
            intervals: BTreeMap::new(),
            against: BTreeMap::new(),
            slices: BTreeMap::new(),
            gap: BTreeMap::new(),
            exposure: BTreeMap::new(),
            learned: Value::Null,
            ratings: None,
            order: measured.iter().map(|scorer| scorer.0.clone()).collect(),
        };
        let shipped = measured.iter().find(|scorer| scorer.0 == SHIPPED).map(|scorer| column(&scorer.1.rows, NDCG));
        for (name, measured) in measured {
            let of_lists =
                NAMES.iter().enumerate().map(|(at, metric)| ((*metric).to_owned(), mean(&column(&measured.rows, at))));
            report.scorers.insert(name.clone(), of_lists.chain(measured.together.iter().cloned()).collect());
            let interval = |at: usize| (NAMES[at].to_owned(), visitors.interval(&column(&measured.rows, at), seed));
            report.intervals.insert(name.clone(), [HIT_RATE, NDCG, RECALL].map(interval).into());
            if let Some(shipped) = shipped.as_ref().filter(|_| name != SHIPPED) {
                report.against.insert(name.clone(), visitors.paired(&column(&measured.rows, NDCG), shipped));
            }
            let of_slice = |belongs: &[bool], wanted: bool, at: usize| {
                let rows = measured.rows.iter().zip(belongs).filter(|(_, belongs)| **belongs == wanted);
                mean(&rows.map(|(row, _)| row[at]).collect::<Vec<f64>>())
            };
            for (slice, belongs) in slices {
                let rows = belongs.iter().filter(|belongs| **belongs).count();
                let slice = report
                    .slices
                    .entry((*slice).to_owned())
                    .or_insert_with(|| Slice { rows, scorers: BTreeMap::new() });
                let figures = [HIT_RATE, NDCG].map(|at| (NAMES[at].to_owned(), of_slice(belongs, true, at)));
                slice.scorers.insert(name.clone(), figures.into());
            }
            if let Some((_, short)) = slices.iter().find(|slice| slice.0 == SHORT) {
                report.gap.insert(name.clone(), of_slice(short, true, NDCG) - of_slice(short, false, NDCG));
            }
        }
        report
    }

    /// For people.
    pub fn print(&self) {
        println!(
            "{:28} {:>9} {:>8}  {:^15} {:>9} {:>8} {:>6} {:>6}",
            "", "HitRate", "NDCG", "NDCG 95%", "Recall", "coverage", "ILD", "p"
        );
        for name in &self.order {
            let figure = |metric: &str| self.scorers[name].get(metric).copied().unwrap_or(0.0);
            let [low, high] = self.intervals[name][NAMES[NDCG]];
            let against = self.against.get(name).map_or_else(String::new, |p| format!("{p:.3}"));
            println!(
                "{name:28} {:9.4} {:8.4}  {low:.4} - {high:.4} {:9.4} {:8.3} {:6.3} {against:>6}",
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
            println!("{name}: {} rows, shipped {:.4} / {:.4}", slice.rows, figure(HIT_RATE), figure(NDCG));
        }
        for (name, figures) in self.ratings.iter().flatten() {
            println!("ratings, {name}: RMSE {:.4}, MAE {:.4}", figures["RMSE"], figures["MAE"]);
        }
    }
}

/// The slice whose NDCG is compared with that of all other visitors.
pub const SHORT: &str = "short-histories";
