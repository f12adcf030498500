//! Settings by what they foretell: one after the other, each the best of a few, twice round where it is cheap.
//!
//! Plain and seeded, so that a shop gets the same settings again. A part that does not help by more than chance would
//! stays out. Must not know test rows.

use super::{
    Learned, Shop,
    follow::{Settings, Table},
    like::Likes,
    validate::{Foretold, Related, Validation},
};
use crate::catalog::Mixture;

/// Of three sets what came out in the middle: where the search begins, and what a shop with few visitors gets.
pub const START: Settings = Settings { decay: 0.8, length: 10, back: 0.5, shrink: 20.0, borrow: 0.5 };
const START_MIXTURE: Mixture = Mixture {
    step: 0.7,
    amplify: 1.0,
    reach: 2,
    content: 1.0,
    together: 2.5,
    popularity: 0.0,
    brand: 0.0,
    category: 0.0,
    price: 0.0,
    unknown: 0.0,
};
const WINDOWS: [(f32, usize, f32); 6] =
    [(0.5, 5, 0.2), (0.5, 5, 0.5), (0.8, 10, 0.2), (0.8, 10, 0.5), (0.9, 20, 0.2), (0.9, 20, 0.5)];
const SHRINKS: [f32; 5] = [2.0, 5.0, 20.0, 50.0, 100.0];
const BORROWS: [f32; 4] = [0.0, 0.25, 0.5, 1.0];
const TOGETHERS: [f32; 9] = [0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 14.0];
const STEPS: [f32; 5] = [0.5, 0.6, 0.7, 0.8, 0.9];
const REACHES: [u8; 5] = [0, 1, 2, 3, 5];
const POPULARITIES: [f32; 5] = [-0.05, 0.02, 0.05, 0.1, 0.2];
const UNKNOWNS: [f32; 3] = [0.25, 0.5, 1.0];
const MATCHES: [f32; 3] = [0.05, 0.1, 0.2];
/// A further part has to be worth this much (a hundredth of what is foretold): less may be chance.
const WORTHWHILE: f64 = 0.01;

/// Learns from histories, oldest first. `progress` hears what is being tried.
pub fn learn(shop: Shop, histories: &[Vec<u32>], seed: u64, progress: &dyn Fn(&str)) -> Learned {
    let all: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
    let mut search =
        Search { table: START, mixture: START_MIXTURE, before: Foretold::default(), after: Foretold::default() };
    if shop.matrix.width() == 0 {
        search.mixture.content = 0.0;
    }
    if let Some(validation) = Validation::new(shop, histories, seed) {
        search.run(&validation, shop, progress);
    }
    progress("counting what follows what");
    let table = Table::count(&all, shop.matrix.len(), search.table);
    let relations = table.relations(search.table, &Likes::new(shop.matrix, table.counts()));
    Learned { relations, mixture: search.mixture, table: search.table, before: search.before, after: search.after }
}

struct Search {
    table: Settings,
    mixture: Mixture,
    before: Foretold,
    after: Foretold,
}

impl Search {
    fn run(&mut self, validation: &Validation, shop: Shop, progress: &dyn Fn(&str)) {
        progress("how far apart two events belong together");
        let start = self.table;
        let mut best: Option<(f64, Settings, Related)> = None;
        for (decay, length, back) in WINDOWS {
            let window = Settings { decay, length, back, ..start };
            let tables = validation.count(window);
            for shrink in SHRINKS {
                let settings = Settings { shrink, ..window };
                let related = validation.relate(&tables, settings);
                if settings == start {
                    self.before = validation.foretell(&related, self.mixture);
                }
                for together in [2.0, 4.0, 9.0] {
                    let foretold = validation.foretell(&related, Mixture { together, ..self.mixture });
                    if best.as_ref().is_none_or(|best| foretold.worth() > best.0) {
                        (self.after, self.table) = (foretold, settings);
                        best = Some((foretold.worth(), settings, related.clone()));
                        self.mixture.together = together;
                    }
                }
            }
        }
        let Some((_, _, mut related)) = best else { return };
        progress("what a new item borrows");
        let tables = validation.count(self.table);
        for borrow in BORROWS {
            let settings = Settings { borrow, ..self.table };
            let other = validation.relate(&tables, settings);
            let foretold = validation.foretell(&other, self.mixture);
            if foretold.worth() > self.after.worth() {
                (self.after, self.table, related) = (foretold, settings, other);
            }
        }
        progress("how much each part counts");
        for _ in 0..2 {
            self.try_each(validation, &related, 0.0, STEPS.map(|step| move |m: &mut Mixture| m.step = step));
            self.try_each(validation, &related, 0.0, REACHES.map(|reach| move |m: &mut Mixture| m.reach = reach));
            self.try_each(validation, &related, 0.0, TOGETHERS.map(|t| move |m: &mut Mixture| m.together = t));
        }
        self.try_each(validation, &related, WORTHWHILE, POPULARITIES.map(|p| move |m: &mut Mixture| m.popularity = p));
        self.try_each(validation, &related, WORTHWHILE, UNKNOWNS.map(|u| move |m: &mut Mixture| m.unknown = u));
        if shop.fields.brand.iter().any(|&brand| brand > 0) {
            self.try_each(validation, &related, WORTHWHILE, MATCHES.map(|b| move |m: &mut Mixture| m.brand = b));
        }
        if shop.fields.category.iter().any(|&category| category > 0) {
            self.try_each(validation, &related, WORTHWHILE, MATCHES.map(|c| move |m: &mut Mixture| m.category = c));
        }
        if shop.fields.price.iter().any(|&price| price > 0.0) {
            self.try_each(validation, &related, WORTHWHILE, MATCHES.map(|p| move |m: &mut Mixture| m.price = p));
        }
    }

    /// Keeps the best of some changes, if it is better by more than `by`.
    fn try_each<const N: usize>(
        &mut self,
        validation: &Validation,
        related: &Related,
        by: f64,
        changes: [impl Fn(&mut Mixture); N],
    ) {
        let (mixture, floor) = (self.mixture, self.after.worth() + by);
        for change in changes {
            let mut changed = mixture;
            change(&mut changed);
            let foretold = validation.foretell(related, changed);
            if foretold.worth() > floor.max(self.after.worth()) {
                (self.mixture, self.after) = (changed, foretold);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
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
        let learned = learn(Shop { matrix: &matrix, fields: &fields }, &histories, 7, &|_| ());
        assert!(learned.after.worth() >= learned.before.worth() && learned.after.hit_rate > 0.8);
        let next = learned.relations.neighbours(3).max_by(|a, b| a.1.total_cmp(&b.1)).map(|n| n.0);
        assert_eq!(next, Some(4));
        let again = learn(Shop { matrix: &matrix, fields: &fields }, &histories, 7, &|_| ());
        assert_eq!((again.mixture, again.table, again.relations), (learned.mixture, learned.table, learned.relations));
    }

    #[test]
    fn too_few_visitors_leave_the_defaults() {
        let fields = Fields::new(&vec![Item::default(); 3]);
        let matrix = Matrix::quantize(2, &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        let learned = learn(Shop { matrix: &matrix, fields: &fields }, &[vec![0, 1], vec![]], 7, &|_| ());
        assert_eq!((learned.table, learned.mixture), (START, START_MIXTURE));
        assert_eq!(learned.relations.len(), 3);
    }
}
