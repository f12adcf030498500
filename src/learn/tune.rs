//! Settings by what they foretell: one after the other, each the best of a few, twice round where it is cheap.
//!
//! Plain and seeded, so that a shop gets the same settings again. A part that does not help by more than chance would
//! stays out. Must not know test rows.

use std::collections::BTreeMap;

use super::{
    Learned, Past, Shop,
    follow::Settings,
    limit::Limit,
    publish::{Published, publish},
    validate::{Related, Validation, ValidationMetrics},
};
use nearmind_core::catalog::{ContextPopularity, ScoreWeights};

/// Of three sets what came out in the middle: where the search begins, and what a shop with few visitors gets.
pub const START: Settings =
    Settings { decay: 0.8, length: 10, back: 0.5, shrink: 20.0, popular: 0.0, cold_start_borrow: 0.5 };
/// The weights of a score that go with [`START`].
pub const START_WEIGHTS: ScoreWeights = ScoreWeights {
    step: 0.7,
    amplify: 1.0,
    recency_flattening: 2,
    cold_item_flattening: 4,
    content: 1.0,
    cooccurrence: 2.5,
    popularity: 0.0,
    newcomer: 0.0,
    brand: 0.0,
    category: 0.0,
    price: 0.0,
    context_popularity: 1.0,
};
/// Where the search begins comes first: it stays unless another is better by more than a tie.
const WINDOWS: [(f32, usize, f32); 7] =
    [(0.8, 10, 0.5), (0.8, 10, 0.2), (0.5, 5, 0.5), (0.5, 5, 0.2), (0.9, 20, 0.5), (0.9, 20, 0.2), (1.0, 50, 1.0)];
const SHRINKS: [f32; 5] = [2.0, 5.0, 20.0, 50.0, 100.0];
const POPULARS: [f32; 3] = [0.15, 0.3, 0.45];
const COLD_START_BORROWS: [f32; 4] = [0.0, 0.25, 0.5, 1.0];
const COOCCURRENCES: [f32; 11] = [0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 14.0, 20.0, 30.0];
const STEPS: [f32; 6] = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0];
const RECENCY_FLATTENINGS: [u8; 5] = [0, 1, 2, 3, 5];
const COLD_ITEM_FLATTENINGS: [u8; 5] = [0, 2, 4, 6, 8];
const POPULARITIES: [f32; 5] = [-0.05, 0.02, 0.05, 0.1, 0.2];
const OCCASIONS: [f32; 5] = [1.0, 2.0, 4.0, 8.0, 16.0];
const NEWCOMERS: [f32; 4] = [0.1, 0.3, 1.0, 3.0];
const AMPLIFIES: [f32; 2] = [1.5, 2.0];
const MATCHES: [f32; 4] = [0.05, 0.1, 0.2, 0.4];
/// A further part has to be worth this much (a two-hundredth of what is foretold): less may be chance.
const WORTHWHILE: f64 = 0.005;
/// Settings that differ by less are alike, and the earlier stays, so that chance does not choose among them (as in the
/// rule of one standard error, Breiman and others 1984, but smaller: errors of two settings go together).
const TIE: f64 = 0.002;

/// What the search tells while it goes on.
pub enum Heard<'a> {
    /// A step begins: what it is, for people.
    Begins(&'a str),
    /// With the weights of what tells where and when.
    Tried(Settings, ScoreWeights, &'a BTreeMap<String, f32>, ValidationMetrics),
}

/// Learns from the past. `hear` is told what is being tried.
pub fn learn(shop: Shop, past: Past, limit: Limit, seed: u64, hear: &dyn Fn(Heard)) -> Learned {
    let score_weights =
        if shop.matrix.width() == 0 { ScoreWeights { content: 0.0, ..START_WEIGHTS } } else { START_WEIGHTS };
    let (mut before, mut best) = (ValidationMetrics::default(), (START, score_weights, ValidationMetrics::default()));
    let mut fields = BTreeMap::new();
    if let Some(validation) = Validation::new(shop, past, limit, seed) {
        let mut search = Search::new(&validation, score_weights, hear);
        before = search.best.2;
        search.run(shop, past);
        (best, fields) = (search.best, search.fields);
    }
    let (settings, score_weights, after) = best;
    hear(Heard::Begins("gathering what follows what"));
    let Published { relations, contexts, left_out } = publish(shop, past, limit, settings, &fields);
    Learned { relations, contexts, score_weights, table: settings, left_out, before, after }
}

struct Search<'a> {
    validation: &'a Validation<'a>,
    hear: &'a dyn Fn(Heard),
    best: (Settings, ScoreWeights, ValidationMetrics),
    /// Of the best settings.
    related: Related,
    /// What tells where and when, with weights; and what is known of such contexts, by fold.
    fields: BTreeMap<String, f32>,
    contexts: Vec<ContextPopularity>,
}

impl<'a> Search<'a> {
    fn new(validation: &'a Validation<'a>, score_weights: ScoreWeights, hear: &'a dyn Fn(Heard)) -> Self {
        let related = validation.relate(START);
        let foretold = validation.foretell(&related, &[], score_weights);
        let (fields, contexts) = (BTreeMap::new(), Vec::new());
        Self { validation, hear, best: (START, score_weights, foretold), related, fields, contexts }
    }

    fn run(&mut self, shop: Shop, past: Past) {
        let score_weights = self.best.1;
        let cooccurrence = |cooccurrence| ScoreWeights { cooccurrence, ..score_weights };
        (self.hear)(Heard::Begins("how far apart two events belong together"));
        for (decay, length, back) in WINDOWS {
            let window = Settings { decay, length, back, ..START };
            self.try_settings(window, &[2.0, 4.0, 9.0].map(cooccurrence));
        }
        (self.hear)(Heard::Begins("how little a few say"));
        let settings = self.best.0;
        for shrink in SHRINKS {
            self.try_settings(Settings { shrink, ..settings }, &[2.0, 4.0, 9.0].map(cooccurrence));
        }
        (self.hear)(Heard::Begins("how little it says that what is popular follows"));
        let settings = self.best.0;
        for popular in POPULARS {
            for shrink in [settings.shrink, settings.shrink * 3.0] {
                self.try_settings(Settings { popular, shrink, ..settings }, &[self.best.1]);
            }
        }
        // Twice: what is best for one hangs on the others.
        for _ in 0..2 {
            (self.hear)(Heard::Begins("what a new item borrows"));
            let settings = self.best.0;
            for cold_start_borrow in COLD_START_BORROWS {
                self.try_settings(Settings { cold_start_borrow, ..settings }, &[self.best.1]);
            }
            (self.hear)(Heard::Begins("how much each part counts"));
            self.try_each(TIE, STEPS.map(|step| move |m: &mut ScoreWeights| m.step = step));
            self.try_each(
                TIE,
                RECENCY_FLATTENINGS
                    .map(|recency_flattening| move |m: &mut ScoreWeights| m.recency_flattening = recency_flattening),
            );
            self.try_each(
                TIE,
                COOCCURRENCES.map(|cooccurrence| move |m: &mut ScoreWeights| m.cooccurrence = cooccurrence),
            );
            self.try_each(
                TIE,
                COLD_ITEM_FLATTENINGS.map(|cold_item_flattening| {
                    move |m: &mut ScoreWeights| m.cold_item_flattening = cold_item_flattening
                }),
            );
            let popularities = POPULARITIES.map(|popularity| move |m: &mut ScoreWeights| m.popularity = popularity);
            self.try_each(WORTHWHILE, popularities);
            self.try_each(WORTHWHILE, NEWCOMERS.map(|newcomer| move |m: &mut ScoreWeights| m.newcomer = newcomer));
            if shop.fields.brand.iter().any(|&brand| brand > 0) {
                self.try_each(WORTHWHILE, MATCHES.map(|brand| move |m: &mut ScoreWeights| m.brand = brand));
            }
            if shop.fields.category.iter().any(|&category| category > 0) {
                self.try_each(WORTHWHILE, MATCHES.map(|category| move |m: &mut ScoreWeights| m.category = category));
            }
            if shop.fields.price.iter().any(|&price| price > 0.0) {
                self.try_each(WORTHWHILE, MATCHES.map(|price| move |m: &mut ScoreWeights| m.price = price));
            }
        }
        (self.hear)(Heard::Begins("where and when"));
        for field in past.occurred.fields() {
            self.try_field(field);
        }
        (self.hear)(Heard::Begins("whether what is like an item counts more for it"));
        self.try_each(WORTHWHILE, AMPLIFIES.map(|amplify| move |m: &mut ScoreWeights| m.amplify = amplify));
    }

    /// Keeps these settings with one of the mixtures, if that is better than what there is by more than a tie.
    fn try_settings(&mut self, settings: Settings, mixtures: &[ScoreWeights]) {
        let related = self.validation.relate(settings);
        let floor = self.best.2.worth() + TIE;
        let mut better = false;
        for &score_weights in mixtures {
            let foretold = self.foretell(&related, settings, score_weights);
            if foretold.worth() > floor.max(self.best.2.worth()) {
                (self.best, better) = ((settings, score_weights, foretold), true);
            }
        }
        if better {
            self.related = related;
        }
    }

    /// Keeps the best of some changes, if it is better by more than `by`.
    fn try_each<const N: usize>(&mut self, by: f64, changes: [impl Fn(&mut ScoreWeights); N]) {
        let (settings, score_weights, foretold) = self.best;
        let floor = foretold.worth() + by;
        for change in changes {
            let mut changed = score_weights;
            change(&mut changed);
            let foretold = self.foretell(&self.related, settings, changed);
            if foretold.worth() > floor.max(self.best.2.worth()) {
                self.best = (settings, changed, foretold);
            }
        }
    }

    /// Keeps what a field tells of the context, if that is worth it.
    fn try_field(&mut self, field: &str) {
        let (settings, score_weights, foretold) = self.best;
        let floor = foretold.worth() + WORTHWHILE;
        let before = self.fields.clone();
        for weight in OCCASIONS {
            let mut fields = before.clone();
            fields.insert(field.to_owned(), weight);
            let contexts = self.validation.contexts(&fields);
            let foretold = self.validation.foretell(&self.related, &contexts, score_weights);
            (self.hear)(Heard::Tried(settings, score_weights, &fields, foretold));
            if foretold.worth() > floor.max(self.best.2.worth()) {
                (self.best, self.fields, self.contexts) = ((settings, score_weights, foretold), fields, contexts);
            }
        }
    }

    fn foretell(&self, related: &Related, settings: Settings, score_weights: ScoreWeights) -> ValidationMetrics {
        let foretold = self.validation.foretell(related, &self.contexts, score_weights);
        (self.hear)(Heard::Tried(settings, score_weights, &self.fields, foretold));
        foretold
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::Occurred;
    use nearmind_core::{
        catalog::{Fields, Item},
        vectors::Matrix,
    };

    #[test]
    fn a_shop_where_each_item_calls_for_the_next_learns_that() {
        // Forty items in a circle: who had one takes the next. There are no texts.
        let len = 40u32;
        let items = vec![Item::default(); len as usize];
        let (matrix, fields) = (Matrix::blank(len as usize), Fields::new(&items));
        let histories: Vec<Vec<u32>> = (0..80).map(|start| (start..start + 6).map(|row| row % len).collect()).collect();
        let occurred = Occurred::default();
        let (shop, past) =
            (Shop { matrix: &matrix, fields: &fields }, Past { histories: &histories, occurred: &occurred });
        let learned = learn(shop, past, Limit::NONE, 7, &|_| ());
        assert!(learned.after.worth() >= learned.before.worth() && learned.after.hit_rate > 0.8);
        let next = learned.relations.neighbours(3).max_by(|a, b| a.1.total_cmp(&b.1)).map(|n| n.0);
        assert_eq!(next, Some(4));
        let again = learn(shop, past, Limit::NONE, 7, &|_| ());
        assert_eq!(
            (again.score_weights, again.table, again.relations),
            (learned.score_weights, learned.table, learned.relations)
        );
    }

    #[test]
    fn too_few_visitors_leave_the_defaults() {
        let fields = Fields::new(&vec![Item::default(); 3]);
        let matrix = Matrix::quantize(2, &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        let (histories, occurred) = ([vec![0, 1], vec![]], Occurred::default());
        let past = Past { histories: &histories, occurred: &occurred };
        let learned = learn(Shop { matrix: &matrix, fields: &fields }, past, Limit::NONE, 7, &|_| ());
        assert_eq!((learned.table, learned.score_weights), (START, START_WEIGHTS));
        assert_eq!(learned.relations.len(), 3);
    }

    #[test]
    fn where_something_is_chosen_is_kept_if_it_foretells() {
        // Each of four places sells ten items of its own, and visitors go from place to place on any weekday.
        let items = vec![Item::default(); 40];
        let (matrix, fields) = (Matrix::blank(40), Fields::new(&items));
        let fact = |field: &str, value: u32| (field.to_owned(), value.to_string());
        let facts = (0..4).map(|place| fact("place", place)).chain((0..2).map(|day| fact("weekday", day)));
        let chance = |who: u32, nth: u32| (who * 7919 + nth * 104_729).wrapping_mul(2_654_435_761) >> 12;
        let item = |chance: u32| chance % 4 * 10 + chance / 4 % 10;
        let of = |each: &dyn Fn(u32) -> u32| -> Vec<Vec<u32>> {
            (0..150).map(|who| (0..4).map(|nth| each(chance(who, nth))).collect()).collect()
        };
        let histories = of(&item);
        let occurred = Occurred {
            facts: facts.collect(),
            sets: (0..8).map(|set| vec![set % 4, 4 + set / 4]).collect(),
            events: of(&|chance| chance % 4 + chance / 64 % 2 * 4),
            ..Occurred::default()
        };
        let past = Past { histories: &histories, occurred: &occurred };
        let tried = std::cell::Cell::new(0);
        let learned = learn(Shop { matrix: &matrix, fields: &fields }, past, Limit::NONE, 7, &|heard| {
            if let Heard::Tried(_, _, fields, _) = heard {
                tried.set(tried.get() + usize::from(fields.contains_key("weekday")));
            }
        });
        let contexts = learned.contexts.expect("a place foretells");
        let scores = contexts.scores(&[fact("place", 2)]);
        assert!((20..30).all(|row| scores[row] > 0.0) && scores[..20].iter().all(|score| *score == 0.0));
        assert!(tried.get() > 0 && contexts.scores(&[fact("weekday", 0)]).is_empty());
    }
}
