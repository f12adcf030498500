//! Searches for the settings with the best validation metrics: one options after another, each the best of a few
//! values, in two rounds where that is cheap (coordinate search over a grid).
//!
//! Simple and seeded, so that the same interactions give the same settings again. A part of the score whose gain could
//! be chance stays out. Must not see test data.

use std::collections::BTreeMap;

use super::{
    ItemFeatures, TrainingData, TrainingResult,
    cooccurrence::Settings,
    privacy::MinVisitors,
    publish::{PackData, publish},
    validate::{FoldRelations, Validation, ValidationMetrics},
};
use nearmind_core::catalog::{ContextPopularity, ScoreWeights};

/// The default settings, with which the search begins: the median of the results on three data sets.
pub const START: Settings = Settings {
    decay: 0.8,
    max_distance: 10,
    backward_weight: 0.5,
    shrinkage: 20.0,
    popularity_discount: 0.0,
    cold_start_borrow: 0.5,
};
/// The weights with which the search begins, the median of the same results. Not the defaults: with `amplify` 1 the
/// content score is linear, so most trials are fast.
pub const START_WEIGHTS: ScoreWeights = ScoreWeights {
    step: 0.7,
    amplify: 1.0,
    recency_flattening: 2,
    cold_item_flattening: 4,
    content: 1.0,
    words: 0.0,
    cooccurrence: 2.5,
    popularity: 0.0,
    newcomer: 0.0,
    brand: 0.0,
    category: 0.0,
    price: 0.0,
    context_popularity: 1.0,
};
/// Decay, maximum distance and backward weight. The first is [`START`]'s: it stays unless another gains more than
/// [`TIE`].
const WINDOWS: [(f32, usize, f32); 7] =
    [(0.8, 10, 0.5), (0.8, 10, 0.2), (0.5, 5, 0.5), (0.5, 5, 0.2), (0.9, 20, 0.5), (0.9, 20, 0.2), (1.0, 50, 1.0)];
const SHRINKAGES: [f32; 5] = [2.0, 5.0, 20.0, 50.0, 100.0];
const POPULARITY_DISCOUNTS: [f32; 3] = [0.15, 0.3, 0.45];
const COLD_START_BORROWS: [f32; 4] = [0.0, 0.25, 0.5, 1.0];
const COOCCURRENCES: [f32; 11] = [0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 14.0, 20.0, 30.0];
/// The cooccurrence weights to try with each new window or shrinkage, because the best one depends on them.
const FEW_COOCCURRENCES: [f32; 3] = [2.0, 4.0, 9.0];
const STEPS: [f32; 6] = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0];
const RECENCY_FLATTENINGS: [u8; 5] = [0, 1, 2, 3, 5];
const COLD_ITEM_FLATTENINGS: [u8; 5] = [0, 2, 4, 6, 8];
const POPULARITIES: [f32; 5] = [-0.05, 0.02, 0.05, 0.1, 0.2];
const CONTEXT_WEIGHTS: [f32; 5] = [1.0, 2.0, 4.0, 8.0, 16.0];
const NEWCOMERS: [f32; 4] = [0.1, 0.3, 1.0, 3.0];
const AMPLIFIES: [f32; 2] = [1.5, 2.0];
const WORDS: [f32; 4] = [0.25, 0.5, 1.0, 2.0];
/// Of a common brand, a common category, or a similar price.
const FIELD_WEIGHTS: [f32; 4] = [0.05, 0.1, 0.2, 0.4];
/// A further part of the score has to raise [`ValidationMetrics::objective`] by more than this (half a percent of the
/// metrics): less may be chance.
const MIN_GAIN: f64 = 0.005;
/// Settings whose objectives differ by no more than this count as equal, and the earlier one stays, so that chance does
/// not choose between them. (Compare the one-standard-error rule of Breiman et al. 1984; this is smaller, because the
/// errors of two settings are correlated.)
const TIE: f64 = 0.002;

/// What the search reports while it runs.
pub enum Progress<'a> {
    /// A step of the search begins. The text describes it to people.
    Step(&'a str),
    /// These settings were tried.
    Trial {
        /// The settings of the cooccurrences.
        settings: Settings,
        /// The weights of the score's parts.
        score_weights: ScoreWeights,
        /// The weights of the context fields in use, such as `place`.
        field_weights: &'a BTreeMap<String, f32>,
        /// What they achieve on held-out visitors and items.
        metrics: ValidationMetrics,
    },
}

/// Learns from the interactions of a shop. With too few visitors to hold any out, or if nothing is better on held-out
/// visitors, the settings are [`START`] and the default weights. `seed` draws the held-out visitors and items;
/// `on_progress` is called at each step and trial.
pub fn learn(
    features: ItemFeatures,
    data: TrainingData,
    min_visitors: MinVisitors,
    seed: u64,
    on_progress: &dyn Fn(Progress),
) -> TrainingResult {
    let has_vectors = features.matrix.width() > 0;
    let for_catalog = |weights| if has_vectors { weights } else { ScoreWeights { content: 0.0, ..weights } };
    let score_weights = for_catalog(ScoreWeights::default());
    let mut before = ValidationMetrics::default();
    let mut best = Trial { settings: START, score_weights, metrics: before };
    let mut field_weights = BTreeMap::new();
    if let Some(validation) = Validation::new(features, data, min_visitors, seed) {
        before = validation.evaluate(&validation.relations(START), &[], score_weights);
        best.metrics = before;
        let mut search = Search::new(&validation, for_catalog(START_WEIGHTS), on_progress);
        search.run(features, data);
        if search.best.metrics.objective() > before.objective() {
            (best, field_weights) = (search.best, search.field_weights);
        }
    }
    let Trial { settings, score_weights, metrics: after } = best;
    on_progress(Progress::Step("counting cooccurrences"));
    let PackData { relations, contexts, suppressed_pairs } =
        publish(features, data, min_visitors, settings, &field_weights);
    TrainingResult { relations, contexts, score_weights, settings, suppressed_pairs, before, after }
}

/// Settings that were tried, and their metrics.
#[derive(Clone, Copy)]
struct Trial {
    settings: Settings,
    score_weights: ScoreWeights,
    metrics: ValidationMetrics,
}

/// The state of a search.
struct Search<'a> {
    validation: &'a Validation<'a>,
    on_progress: &'a dyn Fn(Progress),
    best: Trial,
    /// The relations under the best settings.
    relations: FoldRelations,
    /// The best weights of context fields, and popularity by context under them, for each fold.
    field_weights: BTreeMap<String, f32>,
    contexts: Vec<ContextPopularity>,
}

impl<'a> Search<'a> {
    fn new(validation: &'a Validation<'a>, score_weights: ScoreWeights, on_progress: &'a dyn Fn(Progress)) -> Self {
        let relations = validation.relations(START);
        let metrics = validation.evaluate(&relations, &[], score_weights);
        let best = Trial { settings: START, score_weights, metrics };
        Self { validation, on_progress, best, relations, field_weights: BTreeMap::new(), contexts: Vec::new() }
    }

    fn run(&mut self, features: ItemFeatures, data: TrainingData) {
        self.search_relations();
        // Twice, because the best value of one options depends on the others.
        for _ in 0..2 {
            self.step("choosing how much cold items borrow");
            let settings = self.best.settings;
            for cold_start_borrow in COLD_START_BORROWS {
                self.try_settings(Settings { cold_start_borrow, ..settings }, &[self.best.score_weights]);
            }
            self.step("choosing the weights of the score");
            self.search_weights(features);
        }
        self.step("choosing the context fields");
        for field in data.details.fields() {
            self.try_field(field);
        }
        self.step("choosing whether similar items count more");
        self.try_each(MIN_GAIN, AMPLIFIES.map(|amplify| move |w: &mut ScoreWeights| w.amplify = amplify));
    }

    /// Searches for the settings of the cooccurrences, except for `cold_start_borrow`.
    fn search_relations(&mut self) {
        let score_weights = self.best.score_weights;
        let few_weights = FEW_COOCCURRENCES.map(|cooccurrence| ScoreWeights { cooccurrence, ..score_weights });
        self.step("choosing how far apart two events may be");
        for (decay, max_distance, backward_weight) in WINDOWS {
            self.try_settings(Settings { decay, max_distance, backward_weight, ..START }, &few_weights);
        }
        self.step("choosing the shrinkage");
        let settings = self.best.settings;
        for shrinkage in SHRINKAGES {
            self.try_settings(Settings { shrinkage, ..settings }, &few_weights);
        }
        self.step("choosing the popularity discount");
        let settings = self.best.settings;
        for popularity_discount in POPULARITY_DISCOUNTS {
            for shrinkage in [settings.shrinkage, settings.shrinkage * 3.0] {
                let settings = Settings { popularity_discount, shrinkage, ..settings };
                self.try_settings(settings, &[self.best.score_weights]);
            }
        }
    }

    /// Searches for the weights of the score, except for `amplify`. Parts that the catalogue has no data for are
    /// skipped.
    fn search_weights(&mut self, features: ItemFeatures) {
        self.try_each(TIE, STEPS.map(|step| move |w: &mut ScoreWeights| w.step = step));
        let flattenings = RECENCY_FLATTENINGS.map(|n| move |w: &mut ScoreWeights| w.recency_flattening = n);
        self.try_each(TIE, flattenings);
        let cooccurrences = COOCCURRENCES.map(|weight| move |w: &mut ScoreWeights| w.cooccurrence = weight);
        self.try_each(TIE, cooccurrences);
        let flattenings = COLD_ITEM_FLATTENINGS.map(|n| move |w: &mut ScoreWeights| w.cold_item_flattening = n);
        self.try_each(TIE, flattenings);
        if features.titles.is_some() {
            self.try_each(MIN_GAIN, WORDS.map(|words| move |w: &mut ScoreWeights| w.words = words));
        }
        let popularities = POPULARITIES.map(|popularity| move |w: &mut ScoreWeights| w.popularity = popularity);
        self.try_each(MIN_GAIN, popularities);
        self.try_each(MIN_GAIN, NEWCOMERS.map(|newcomer| move |w: &mut ScoreWeights| w.newcomer = newcomer));
        if features.fields.brand.iter().any(|&brand| brand > 0) {
            self.try_each(MIN_GAIN, FIELD_WEIGHTS.map(|brand| move |w: &mut ScoreWeights| w.brand = brand));
        }
        if features.fields.category.iter().any(|&category| category > 0) {
            self.try_each(MIN_GAIN, FIELD_WEIGHTS.map(|category| move |w: &mut ScoreWeights| w.category = category));
        }
        if features.fields.price.iter().any(|&price| price > 0.0) {
            self.try_each(MIN_GAIN, FIELD_WEIGHTS.map(|price| move |w: &mut ScoreWeights| w.price = price));
        }
    }

    fn step(&self, what: &str) {
        (self.on_progress)(Progress::Step(what));
    }

    /// Keeps these settings with the best of `weights`, if that gains more than [`TIE`].
    fn try_settings(&mut self, settings: Settings, weights: &[ScoreWeights]) {
        let relations = self.validation.relations(settings);
        let floor = self.best.metrics.objective() + TIE;
        let mut better = false;
        for &score_weights in weights {
            let metrics = self.evaluate(&relations, settings, score_weights);
            if metrics.objective() > floor.max(self.best.metrics.objective()) {
                (self.best, better) = (Trial { settings, score_weights, metrics }, true);
            }
        }
        if better {
            self.relations = relations;
        }
    }

    /// Keeps the best of some changes to the score weights, if it gains more than `min_gain`.
    fn try_each<const N: usize>(&mut self, min_gain: f64, changes: [impl Fn(&mut ScoreWeights); N]) {
        let Trial { settings, score_weights, metrics } = self.best;
        let floor = metrics.objective() + min_gain;
        for change in changes {
            let mut score_weights = score_weights;
            change(&mut score_weights);
            let metrics = self.evaluate(&self.relations, settings, score_weights);
            if metrics.objective() > floor.max(self.best.metrics.objective()) {
                self.best = Trial { settings, score_weights, metrics };
            }
        }
    }

    /// Adds a context field with its best weight, if that gains more than [`MIN_GAIN`].
    fn try_field(&mut self, field: &str) {
        let Trial { settings, score_weights, metrics } = self.best;
        let floor = metrics.objective() + MIN_GAIN;
        let before = self.field_weights.clone();
        for weight in CONTEXT_WEIGHTS {
            let mut field_weights = before.clone();
            field_weights.insert(field.to_owned(), weight);
            let contexts = self.validation.contexts(&field_weights);
            let metrics = self.validation.evaluate(&self.relations, &contexts, score_weights);
            (self.on_progress)(Progress::Trial { settings, score_weights, field_weights: &field_weights, metrics });
            if metrics.objective() > floor.max(self.best.metrics.objective()) {
                self.best = Trial { settings, score_weights, metrics };
                (self.field_weights, self.contexts) = (field_weights, contexts);
            }
        }
    }

    fn evaluate(
        &self,
        relations: &FoldRelations,
        settings: Settings,
        score_weights: ScoreWeights,
    ) -> ValidationMetrics {
        let metrics = self.validation.evaluate(relations, &self.contexts, score_weights);
        let field_weights = &self.field_weights;
        (self.on_progress)(Progress::Trial { settings, score_weights, field_weights, metrics });
        metrics
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::EventDetails;
    use nearmind_core::{
        catalog::{Fields, Item},
        vectors::Matrix,
    };

    #[test]
    fn the_next_item_of_a_fixed_sequence_is_learned() {
        // Forty items in a circle: every visitor takes six in a row. There are no texts.
        let len = 40u32;
        let items = vec![Item::default(); len as usize];
        let (matrix, fields) = (Matrix::zeros(len as usize), Fields::from_items(&items));
        let histories: Vec<Vec<u32>> = (0..80).map(|start| (start..start + 6).map(|row| row % len).collect()).collect();
        let details = EventDetails::default();
        let features = ItemFeatures { matrix: &matrix, fields: &fields, titles: None };
        let data = TrainingData { histories: &histories, details: &details };
        let learned = learn(features, data, MinVisitors::ONE, 7, &|_| ());
        assert!(learned.after.objective() >= learned.before.objective() && learned.after.hit_rate > 0.8);
        let next = learned.relations.neighbours(3).max_by(|a, b| a.1.total_cmp(&b.1)).map(|neighbour| neighbour.0);
        assert_eq!(next, Some(4));
        let again = learn(features, data, MinVisitors::ONE, 7, &|_| ());
        assert_eq!(
            (again.score_weights, again.settings, again.relations),
            (learned.score_weights, learned.settings, learned.relations)
        );
    }

    #[test]
    fn too_few_visitors_leave_the_defaults() {
        let fields = Fields::from_items(&vec![Item::default(); 3]);
        let matrix = Matrix::quantize(2, &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        let (histories, details) = ([vec![0, 1], vec![]], EventDetails::default());
        let features = ItemFeatures { matrix: &matrix, fields: &fields, titles: None };
        let data = TrainingData { histories: &histories, details: &details };
        let learned = learn(features, data, MinVisitors::ONE, 7, &|_| ());
        assert_eq!((learned.settings, learned.score_weights), (START, ScoreWeights::default()));
        assert_eq!(learned.relations.len(), 3);
    }

    #[test]
    fn only_a_context_field_that_predicts_is_kept() {
        // Each of four places sells ten items of its own. Visitors move between places; the weekday is random.
        let items = vec![Item::default(); 40];
        let (matrix, fields) = (Matrix::zeros(40), Fields::from_items(&items));
        let fact = |field: &str, value: u32| (field.to_owned(), value.to_string());
        let facts = (0..4).map(|place| fact("place", place)).chain((0..2).map(|day| fact("weekday", day)));
        let random = |visitor: u32, nth: u32| (visitor * 7919 + nth * 104_729).wrapping_mul(2_654_435_761) >> 12;
        let item = |random: u32| random % 4 * 10 + random / 4 % 10;
        let each_event = |value: &dyn Fn(u32) -> u32| -> Vec<Vec<u32>> {
            (0..150).map(|visitor| (0..4).map(|nth| value(random(visitor, nth))).collect()).collect()
        };
        let histories = each_event(&item);
        let details = EventDetails {
            facts: facts.collect(),
            fact_sets: (0..8).map(|set| vec![set % 4, 4 + set / 4]).collect(),
            event_sets: each_event(&|random| random % 4 + random / 64 % 2 * 4),
            ..EventDetails::default()
        };
        let features = ItemFeatures { matrix: &matrix, fields: &fields, titles: None };
        let data = TrainingData { histories: &histories, details: &details };
        let weekday_trials = std::cell::Cell::new(0);
        let learned = learn(features, data, MinVisitors::ONE, 7, &|progress| {
            if let Progress::Trial { field_weights, .. } = progress {
                weekday_trials.set(weekday_trials.get() + usize::from(field_weights.contains_key("weekday")));
            }
        });
        let contexts = learned.contexts.expect("the place predicts the item");
        let scores = contexts.scores(&[fact("place", 2)]);
        assert!((20..30).all(|row| scores[row] > 0.0) && scores[..20].iter().all(|score| *score == 0.0));
        assert!(weekday_trials.get() > 0 && contexts.scores(&[fact("weekday", 0)]).is_empty());
    }
}
