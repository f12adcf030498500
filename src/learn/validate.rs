//! What settings foretell of visitors, and of items, that they were not learned from.
//!
//! A fifth of the visitors is held out at a time, and the last things that each did are to be foretold from what came
//! before. Apart from that a fifth of the items is held out, as if they came new into the shop, and is ranked among
//! itself. No test row is ever seen here.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::{
    Act, Past, Shop,
    cold_items::ColdItemNeighbours,
    content,
    contexts::Counts,
    follow::{Settings, Visits},
    limit::Limit,
    profile,
};
use nearmind_core::{
    catalog::{ContextPopularity, Relations, ScoreWeights},
    rank::Scorer,
};

const FOLDS: usize = 5;
/// Rows that are foretold: enough that a difference of .01 is seen.
const MOST_ROWS: usize = 6000;
/// Scores of rows that are computed for one comparison; fewer rows in a large catalogue.
const MOST_SCORES: usize = 48_000_000;
/// The last things of each visitor that are foretold.
const LAST: usize = 3;
const K: usize = 10;
const DEEP: usize = 100;

/// How well, 0..1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidationMetrics {
    /// The part of the held-out events whose item is among the first ten.
    pub hit_rate: f64,
    /// NDCG of the first ten.
    pub ndcg: f64,
    /// NDCG of the first hundred: says the same with less chance in it.
    pub deep_ndcg: f64,
    /// NDCG of items that nobody had touched, among themselves.
    pub unseen_ndcg: f64,
}

impl ValidationMetrics {
    /// One number to compare by: the logarithm, so that a hundredth more is a hundredth more in any shop. Items held out
    /// count a tenth: they are few among what is bought.
    pub fn worth(self) -> f64 {
        let log = |value: f64| (value + 1e-4).ln();
        log(self.hit_rate + self.ndcg + self.deep_ndcg) + 0.1 * log(self.unseen_ndcg)
    }
}

/// What one part of the interactions foretells of another.
struct Fold<'a> {
    visits: Visits,
    rows: Vec<Row<'a>>,
    neighbours: ColdItemNeighbours,
    /// What was chosen where and when.
    counts: Counts,
}

/// A history, oldest first, and what came next.
struct Row<'a> {
    history: &'a [u32],
    target: u32,
    /// Whose history it is.
    visitor: usize,
}

/// Items held out.
struct Unseen {
    hidden: Vec<bool>,
    visits: Visits,
    /// What a visitor did with items that are not hidden, and those that are.
    rows: Vec<(Vec<Act>, Vec<u32>)>,
    neighbours: ColdItemNeighbours,
}

/// Visitors and items that are held out, and what is learned from the others.
pub struct Validation<'a> {
    shop: Shop<'a>,
    past: Past<'a>,
    folds: Vec<Fold<'a>>,
    unseen: Unseen,
    /// The visitors, by what they depend on: most of the work, and the same for most comparisons.
    known: Mutex<Option<Arc<Known>>>,
}

/// What is known of the visitors, as a score_weights weighs it.
struct Known {
    /// Step, amplify, recency_flattening and cold_item_flattening of the score_weights.
    of: (f32, f32, u8, u8),
    folds: Vec<Vec<Visitor>>,
    unseen: Vec<Visitor>,
}

struct Visitor {
    /// Rows with their weights.
    signals: Vec<(u32, f32)>,
    /// What the texts say of every item. `[N]`
    content: Vec<f32>,
}

/// What was learned of each fold, and of the items that are left when some are hidden.
#[derive(Clone)]
pub struct Related {
    folds: Vec<Relations>,
    unseen: Relations,
}

impl<'a> Validation<'a> {
    /// `None` where there are too few visitors to hold any out.
    pub fn new(shop: Shop<'a>, past: Past<'a>, limit: Limit, seed: u64) -> Option<Self> {
        let histories = past.histories;
        let mut order: Vec<usize> = (0..histories.len()).filter(|&at| histories[at].len() > 1).collect();
        if order.len() < 2 * FOLDS {
            return None;
        }
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        order.shuffle(&mut chance);
        let len = shop.matrix.len();
        let most = (MOST_SCORES / len.max(1)).clamp(200, MOST_ROWS);
        let mut folds = Vec::new();
        let mut wanted = most;
        for nth in 0..FOLDS {
            let mut held: Vec<usize> = order.iter().skip(nth).step_by(FOLDS).copied().collect();
            held.truncate(wanted.max(1));
            let row = |visitor| move |(history, target)| Row { history, target, visitor };
            let mut rows: Vec<Row> = held.iter().flat_map(|&at| last(&histories[at]).map(row(at))).collect();
            if rows.len() > wanted {
                // One of each visitor before two of any.
                rows = held.iter().flat_map(|&at| last(&histories[at]).next().map(row(at))).collect();
                rows.truncate(wanted);
            }
            wanted -= rows.len();
            let held: std::collections::BTreeSet<usize> = held.into_iter().collect();
            let kept = || (0..histories.len()).filter(|at| !held.contains(at));
            let counts = Counts::of(histories, kept(), past.occurred, limit);
            let visits = Visits::new(kept().map(|at| &histories[at][..]), len, limit);
            let neighbours = ColdItemNeighbours::new(shop.matrix, visits.counts());
            folds.push(Fold { visits, rows, neighbours, counts });
            if wanted == 0 {
                break;
            }
        }
        let unseen = Unseen::new(shop, past, &order, (most / 4, limit), &mut chance);
        Some(Self { shop, past, folds, unseen, known: Mutex::new(None) })
    }

    /// What the visitors and items that are not held out teach with these settings.
    pub fn relate(&self, settings: Settings) -> Related {
        let relate =
            |visits: &Visits, neighbours: &ColdItemNeighbours| visits.followers(settings, neighbours).relations;
        let folds = self.folds.iter().map(|fold| relate(&fold.visits, &fold.neighbours)).collect();
        Related { folds, unseen: relate(&self.unseen.visits, &self.unseen.neighbours) }
    }

    /// What is known of contexts, by fold, with these weights of what tells of them; nothing where nothing does.
    pub fn contexts(&self, fields: &BTreeMap<String, f32>) -> Vec<ContextPopularity> {
        let len = self.shop.matrix.len();
        let told = if fields.is_empty() { &[] } else { self.folds.as_slice() };
        told.iter().map(|fold| fold.counts.contexts(fields, len)).collect()
    }

    /// What `score_weights` foretells with what was learned.
    pub fn foretell(
        &self,
        related: &Related,
        contexts: &[ContextPopularity],
        score_weights: ScoreWeights,
    ) -> ValidationMetrics {
        let mut sums = [0.0; 3];
        let mut rows = 0usize;
        let known = self.known(related, score_weights);
        for (nth, ((fold, relations), visitors)) in self.folds.iter().zip(&related.folds).zip(&known.folds).enumerate()
        {
            let gain = |(&Row { history, target, visitor }, known): (&Row, &Visitor)| {
                let facts = self.past.occurred.at(visitor, history.len());
                let context = contexts.get(nth).map_or_else(Vec::new, |contexts| contexts.scores(facts));
                let mut totals = self.totals(relations, score_weights, known, context);
                history.iter().for_each(|&seen| totals[seen as usize] = f32::NEG_INFINITY);
                let own = totals[target as usize];
                let rank = totals.iter().filter(|&&total| total > own).count();
                let gain = 1.0 / (rank as f64 + 2.0).log2();
                let until = |k: usize, gain: f64| if rank < k { gain } else { 0.0 };
                [until(K, 1.0), until(K, gain), until(DEEP, gain)]
            };
            let gains: Vec<[f64; 3]> = fold.rows.par_iter().zip(visitors).map(gain).collect();
            gains.iter().for_each(|gains| sums.iter_mut().zip(gains).for_each(|(sum, gain)| *sum += gain));
            rows += gains.len();
        }
        let [hit_rate, ndcg, deep_ndcg] = sums.map(|sum| sum / rows.max(1) as f64);
        let unseen_ndcg = self.foretell_unseen(&related.unseen, score_weights, &known.unseen);
        ValidationMetrics { hit_rate, ndcg, deep_ndcg, unseen_ndcg }
    }

    fn foretell_unseen(&self, relations: &Relations, score_weights: ScoreWeights, visitors: &[Visitor]) -> f64 {
        let Unseen { hidden, rows, .. } = &self.unseen;
        let gain = |((_, targets), known): (&(Vec<Act>, Vec<u32>), &Visitor)| {
            let totals = self.totals(relations, score_weights, known, Vec::new());
            let mut list: Vec<u32> = (0..totals.len() as u32).filter(|&row| hidden[row as usize]).collect();
            let by_total = |a: &u32, b: &u32| totals[*b as usize].total_cmp(&totals[*a as usize]).then(a.cmp(b));
            if list.len() > K {
                list.select_nth_unstable_by(K - 1, by_total);
                list.truncate(K);
            }
            list.sort_by(by_total);
            let discount = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
            let hits = list.iter().enumerate().filter(|(_, row)| targets.contains(row));
            hits.map(|(rank, _)| discount(rank)).sum::<f64>() / (0..targets.len().min(K)).map(discount).sum::<f64>()
        };
        let gains: Vec<f64> = rows.par_iter().zip(visitors).map(gain).collect();
        gains.iter().sum::<f64>() / gains.len().max(1) as f64
    }

    fn totals(
        &self,
        relations: &Relations,
        score_weights: ScoreWeights,
        known: &Visitor,
        context: Vec<f32>,
    ) -> Vec<f32> {
        let Visitor { signals, content } = known;
        Scorer::from_parts(Some(relations), self.shop.fields, score_weights, signals, content.clone())
            .with_context(context)
            .scores()
    }

    fn known(&self, related: &Related, score_weights: ScoreWeights) -> Arc<Known> {
        let key = (
            score_weights.step,
            score_weights.amplify,
            score_weights.recency_flattening,
            score_weights.cold_item_flattening,
        );
        let mut kept = self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(known) = kept.as_ref().filter(|kept| kept.of == key) {
            return known.clone();
        }
        *kept = None; // no two of them at a time
        let one = |relations: &Relations, acts: &[Act]| {
            let profile = profile(acts.iter().copied(), score_weights.step);
            let content = content(self.shop.matrix, &profile, score_weights, &|row| relations.has_interactions(row));
            Visitor { signals: profile.weighted_rows(), content }
        };
        let of_row = |relations: &Relations, row: &Row| one(relations, &self.past.acts(row.visitor, row.history));
        let fold =
            |(fold, relations): (&Fold, &Relations)| fold.rows.par_iter().map(|row| of_row(relations, row)).collect();
        let folds = self.folds.iter().zip(&related.folds).map(fold).collect();
        let unseen = self.unseen.rows.par_iter().map(|row| one(&related.unseen, &row.0)).collect();
        let known = Arc::new(Known { of: key, folds, unseen });
        *kept = Some(known.clone());
        known
    }
}

impl Unseen {
    fn new(shop: Shop, past: Past, order: &[usize], (most, limit): (usize, Limit), chance: &mut ChaCha8Rng) -> Self {
        let (len, histories) = (shop.matrix.len(), past.histories);
        let mut items: Vec<usize> = (0..len).collect();
        items.shuffle(chance);
        let mut hidden = vec![false; len];
        items.iter().take(len / FOLDS).for_each(|&row| hidden[row] = true);
        let is_hidden = |row: &&u32| hidden[**row as usize];
        let left: Vec<Vec<u32>> =
            histories.iter().map(|history| history.iter().filter(|row| !is_hidden(row)).copied().collect()).collect();
        let row = |&at: &usize| {
            let targets: Vec<u32> = histories[at].iter().filter(is_hidden).copied().collect();
            let mut acts = past.acts(at, &histories[at]);
            acts.retain(|act| !hidden[act.0 as usize]);
            (!targets.is_empty() && !acts.is_empty()).then_some((acts, targets))
        };
        let rows = order.iter().filter_map(row).take(most).collect();
        let visits = Visits::new(left.iter().map(Vec::as_slice), len, limit);
        let neighbours = ColdItemNeighbours::new(shop.matrix, visits.counts());
        Self { hidden, visits, rows, neighbours }
    }
}

/// The last things of a history that were new to the visitor, the last first, each with what came before.
fn last(history: &[u32]) -> impl Iterator<Item = (&[u32], u32)> {
    let new = move |at: &usize| !history[..*at].contains(&history[*at]);
    (1..history.len()).rev().filter(new).take(LAST).map(move |at| (&history[..at], history[at]))
}
