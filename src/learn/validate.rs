//! Validation metrics of settings, on visitors and items that they were not learned from.
//!
//! Cross-validation over visitors: each fold holds out a fifth of the visitors, and the last items of each are
//! predicted from what came before. Apart from that, a fifth of the items is held out as if they were new to the shop,
//! and ranked among all items. Must not see test data.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::{
    ItemEvent, ItemFeatures, TrainingData, build_profile,
    cold_items::ColdItemNeighbours,
    content_scores,
    contexts::ContextCounts,
    cooccurrence::{HistoryIndex, Settings},
    privacy::MinVisitors,
};
use nearmind_core::{
    catalog::{ContextPopularity, Relations, ScoreWeights},
    rank::Scorer,
};

const FOLDS: usize = 5;
/// The most cases to predict, over all folds: enough to see a difference of .01.
const MAX_CASES: usize = 6000;
/// The most scores to compute for one evaluation; a large catalogue gets fewer cases.
const MAX_SCORES: usize = 48_000_000;
/// How many of a visitor's last items are predicted.
const LAST_ITEMS: usize = 3;
const K: usize = 10;
const DEEP_K: usize = 100;

/// Metrics of one combination of settings, each 0..1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidationMetrics {
    /// HitRate@10 of the last items of held-out visitors.
    pub hit_rate: f64,
    /// NDCG@10 of the same.
    pub ndcg: f64,
    /// NDCG@100 of the same, which varies less by chance.
    pub deep_ndcg: f64,
    /// NDCG@10 of held-out items, ranked among all items.
    pub cold_item_ndcg: f64,
}

impl ValidationMetrics {
    /// The number that the search maximises. It is logarithmic, so that one percent more is the same gain in any shop.
    /// Held-out items count a tenth, because few of the items that people choose are new; a hundredth is added to
    /// their metric, because the logarithm of a small number varies much by chance.
    pub fn objective(self) -> f64 {
        (self.hit_rate + self.ndcg + self.deep_ndcg + 1e-4).ln() + 0.1 * (self.cold_item_ndcg + 0.01).ln()
    }
}

/// The cases of held-out visitors, and what is counted of all other visitors.
struct Fold<'a> {
    index: HistoryIndex,
    cases: Vec<Case<'a>>,
    neighbours: ColdItemNeighbours,
    contexts: ContextCounts,
}

/// One item to predict.
struct Case<'a> {
    /// The rows that came before, oldest first.
    history: &'a [u32],
    target: u32,
    /// The index of the visitor in the training data.
    visitor: usize,
}

/// What is counted of all items that are not held out.
struct ColdItemFold {
    index: HistoryIndex,
    /// For each visitor, the events with other items and the rows of the held-out ones to predict.
    cases: Vec<(Vec<ItemEvent>, Vec<u32>)>,
    neighbours: ColdItemNeighbours,
}

/// The folds of the cross-validation.
pub struct Validation<'a> {
    features: ItemFeatures<'a>,
    data: TrainingData<'a>,
    folds: Vec<Fold<'a>>,
    cold_items: ColdItemFold,
    /// The inputs of the last evaluation. They are most of the work, and the same for most evaluations.
    cache: Mutex<Option<Arc<VisitorCache>>>,
}

/// The scorers' inputs for all cases, under the score weights that they depend on.
struct VisitorCache {
    /// `step`, `amplify`, `recency_flattening` and `cold_item_flattening`, and whether `words` count.
    key: (f32, f32, u8, u8, bool),
    folds: Vec<Vec<ScorerInput>>,
    cold_items: Vec<ScorerInput>,
}

/// What a scorer needs of the visitor of one case.
struct ScorerInput {
    /// Rows with their weights.
    signals: Vec<(u32, f32)>,
    /// The content score of every item. `[N]`
    content: Vec<f32>,
    /// The scores of the title words. `[N]`, or empty if they do not count
    words: Vec<f32>,
}

/// The relations counted in each fold, and those without the held-out items.
#[derive(Clone)]
pub struct FoldRelations {
    folds: Vec<Relations>,
    cold_items: Relations,
}

impl<'a> Validation<'a> {
    /// Draws the held-out visitors and items by `seed`. `None` if there are too few visitors with at least two events.
    pub fn new(
        features: ItemFeatures<'a>,
        data: TrainingData<'a>,
        min_visitors: MinVisitors,
        seed: u64,
    ) -> Option<Self> {
        let histories = data.histories;
        let mut order: Vec<usize> = (0..histories.len()).filter(|&visitor| histories[visitor].len() > 1).collect();
        if order.len() < 2 * FOLDS {
            return None;
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        order.shuffle(&mut random);
        let max_cases = (MAX_SCORES / features.matrix.len().max(1)).clamp(200, MAX_CASES);
        let mut folds = Vec::new();
        let mut left = max_cases;
        for nth in 0..FOLDS {
            let held_out = order.iter().skip(nth).step_by(FOLDS).copied().take(left.max(1)).collect();
            let fold = Fold::new(features, data, held_out, (left, min_visitors));
            left -= fold.cases.len();
            folds.push(fold);
            if left == 0 {
                break;
            }
        }
        let cold_items = ColdItemFold::new(features, data, &order, (max_cases / 4, min_visitors), &mut random);
        Some(Self { features, data, folds, cold_items, cache: Mutex::new(None) })
    }

    /// Counts the relations of each fold with these settings.
    pub fn relations(&self, settings: Settings) -> FoldRelations {
        let count =
            |index: &HistoryIndex, neighbours: &ColdItemNeighbours| index.cooccurrences(settings, neighbours).relations;
        let folds = self.folds.iter().map(|fold| count(&fold.index, &fold.neighbours)).collect();
        FoldRelations { folds, cold_items: count(&self.cold_items.index, &self.cold_items.neighbours) }
    }

    /// The popularity by context of each fold with these weights of context fields; empty without any.
    pub fn contexts(&self, field_weights: &BTreeMap<String, f32>) -> Vec<ContextPopularity> {
        let len = self.features.matrix.len();
        let folds = if field_weights.is_empty() { &[] } else { self.folds.as_slice() };
        folds.iter().map(|fold| fold.contexts.popularity(field_weights, len)).collect()
    }

    /// The metrics of `score_weights` with these relations and contexts, over the cases of all folds.
    pub fn evaluate(
        &self,
        relations: &FoldRelations,
        contexts: &[ContextPopularity],
        score_weights: ScoreWeights,
    ) -> ValidationMetrics {
        let mut sums = [0.0; 3];
        let mut cases = 0usize;
        let inputs = self.scorer_inputs(relations, score_weights);
        for (nth, fold) in self.folds.iter().enumerate() {
            let gains = |(&Case { history, target, visitor }, input): (&Case, &ScorerInput)| {
                let facts = self.data.details.facts_at(visitor, history.len());
                let context = contexts.get(nth).map_or_else(Vec::new, |contexts| contexts.scores(facts));
                let mut totals = self.totals(&relations.folds[nth], score_weights, input, context);
                history.iter().for_each(|&seen| totals[seen as usize] = f32::NEG_INFINITY);
                let own = totals[target as usize];
                let rank = totals.iter().filter(|&&total| total > own).count();
                let within = |k: usize, gain: f64| if rank < k { gain } else { 0.0 };
                [within(K, 1.0), within(K, discount(rank)), within(DEEP_K, discount(rank))]
            };
            let gains: Vec<[f64; 3]> = fold.cases.par_iter().zip(&inputs.folds[nth]).map(gains).collect();
            gains.iter().for_each(|gains| sums.iter_mut().zip(gains).for_each(|(sum, gain)| *sum += gain));
            cases += gains.len();
        }
        let [hit_rate, ndcg, deep_ndcg] = sums.map(|sum| sum / cases.max(1) as f64);
        let cold_item_ndcg = self.cold_item_ndcg(&relations.cold_items, score_weights, &inputs.cold_items);
        ValidationMetrics { hit_rate, ndcg, deep_ndcg, cold_item_ndcg }
    }

    fn cold_item_ndcg(&self, relations: &Relations, score_weights: ScoreWeights, inputs: &[ScorerInput]) -> f64 {
        let ndcg = |((events, targets), input): (&(Vec<ItemEvent>, Vec<u32>), &ScorerInput)| {
            let totals = self.totals(relations, score_weights, input, Vec::new());
            let seen: BTreeSet<u32> = events.iter().map(|event| event.0).collect();
            let mut list: Vec<u32> = (0..totals.len() as u32).filter(|row| !seen.contains(row)).collect();
            let by_total = |a: &u32, b: &u32| totals[*b as usize].total_cmp(&totals[*a as usize]).then(a.cmp(b));
            if list.len() > K {
                list.select_nth_unstable_by(K - 1, by_total);
                list.truncate(K);
            }
            list.sort_by(by_total);
            let hits = list.iter().enumerate().filter(|(_, row)| targets.contains(row));
            hits.map(|(rank, _)| discount(rank)).sum::<f64>() / (0..targets.len().min(K)).map(discount).sum::<f64>()
        };
        let ndcgs: Vec<f64> = self.cold_items.cases.par_iter().zip(inputs).map(ndcg).collect();
        ndcgs.iter().sum::<f64>() / ndcgs.len().max(1) as f64
    }

    /// The scores of all items. `[N]`
    fn totals(
        &self,
        relations: &Relations,
        score_weights: ScoreWeights,
        input: &ScorerInput,
        context: Vec<f32>,
    ) -> Vec<f32> {
        let ScorerInput { signals, content, words } = input;
        Scorer::from_parts(Some(relations), self.features.fields, score_weights, signals, content.clone())
            .with_context(context)
            .with_words(words.clone())
            .scores()
    }

    /// The inputs of all cases, from the cache if nothing changed that they depend on.
    fn scorer_inputs(&self, relations: &FoldRelations, score_weights: ScoreWeights) -> Arc<VisitorCache> {
        let ScoreWeights { step, amplify, recency_flattening, cold_item_flattening, .. } = score_weights;
        let titles = self.features.titles.filter(|_| score_weights.words != 0.0);
        let key = (step, amplify, recency_flattening, cold_item_flattening, titles.is_some());
        let mut cache = self.cache.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(inputs) = cache.as_ref().filter(|cache| cache.key == key) {
            return inputs.clone();
        }
        *cache = None; // frees the memory before the next one is built
        let input = |relations: &Relations, events: &[ItemEvent]| {
            let profile = build_profile(events.iter().copied(), step);
            let has_interactions = |row| relations.has_interactions(row);
            let content = content_scores(self.features.matrix, &profile, score_weights, &has_interactions);
            let signals = profile.weighted_rows();
            let words = titles.map_or_else(Vec::new, |titles| titles.scores(&signals));
            ScorerInput { signals, content, words }
        };
        let of_case =
            |relations: &Relations, case: &Case| input(relations, &self.data.item_events(case.visitor, case.history));
        let of_fold = |(fold, relations): (&Fold, &Relations)| {
            fold.cases.par_iter().map(|case| of_case(relations, case)).collect()
        };
        let folds = self.folds.iter().zip(&relations.folds).map(of_fold).collect();
        let cold_items = self.cold_items.cases.par_iter().map(|case| input(&relations.cold_items, &case.0)).collect();
        let inputs = Arc::new(VisitorCache { key, folds, cold_items });
        *cache = Some(inputs.clone());
        inputs
    }
}

impl<'a> Fold<'a> {
    /// Holds out these visitors, with at most `max_cases` cases.
    fn new(
        features: ItemFeatures,
        data: TrainingData<'a>,
        held_out: Vec<usize>,
        (max_cases, min_visitors): (usize, MinVisitors),
    ) -> Self {
        let histories = data.histories;
        let case = |visitor| move |(history, target)| Case { history, target, visitor };
        let last = |&visitor: &usize| last_items(&histories[visitor]).map(case(visitor));
        let mut cases: Vec<Case> = held_out.iter().flat_map(last).collect();
        if cases.len() > max_cases {
            // One case of every visitor rather than several of some.
            cases = held_out.iter().flat_map(|visitor| last(visitor).next()).collect();
            cases.truncate(max_cases);
        }
        let held_out: BTreeSet<usize> = held_out.into_iter().collect();
        let others = || (0..histories.len()).filter(|visitor| !held_out.contains(visitor));
        let contexts = ContextCounts::new(histories, others(), data.details, min_visitors);
        let len = features.matrix.len();
        let index = HistoryIndex::new(others().map(|visitor| &histories[visitor][..]), len, min_visitors);
        let neighbours = ColdItemNeighbours::new(features.matrix, index.counts());
        Self { index, cases, neighbours, contexts }
    }
}

impl ColdItemFold {
    /// Holds out a fifth of the items. `order` are the visitors to take cases from, at most `max_cases`.
    fn new(
        features: ItemFeatures,
        data: TrainingData,
        order: &[usize],
        (max_cases, min_visitors): (usize, MinVisitors),
        random: &mut ChaCha8Rng,
    ) -> Self {
        let (len, histories) = (features.matrix.len(), data.histories);
        let mut items: Vec<usize> = (0..len).collect();
        items.shuffle(random);
        let mut held_out = vec![false; len];
        items.iter().take(len / FOLDS).for_each(|&row| held_out[row] = true);
        let is_held_out = |row: &&u32| held_out[**row as usize];
        let others = |history: &Vec<u32>| history.iter().filter(|row| !is_held_out(row)).copied().collect();
        let other_items: Vec<Vec<u32>> = histories.iter().map(others).collect();
        let case = |&visitor: &usize| {
            let targets: Vec<u32> = histories[visitor].iter().filter(is_held_out).copied().collect();
            let mut events = data.item_events(visitor, &histories[visitor]);
            events.retain(|event| !held_out[event.0 as usize]);
            (!targets.is_empty() && !events.is_empty()).then_some((events, targets))
        };
        let cases = order.iter().filter_map(case).take(max_cases).collect();
        let index = HistoryIndex::new(other_items.iter().map(Vec::as_slice), len, min_visitors);
        let neighbours = ColdItemNeighbours::new(features.matrix, index.counts());
        Self { index, cases, neighbours }
    }
}

/// The gain of a hit at a rank, from 0, in DCG.
fn discount(rank: usize) -> f64 {
    1.0 / (rank as f64 + 2.0).log2()
}

/// The last items of a history that were new to the visitor, last first, each with the history before it.
fn last_items(history: &[u32]) -> impl Iterator<Item = (&[u32], u32)> {
    let is_new = move |position: &usize| !history[..*position].contains(&history[*position]);
    let positions = (1..history.len()).rev().filter(is_new).take(LAST_ITEMS);
    positions.map(move |position| (&history[..position], history[position]))
}
