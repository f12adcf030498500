//! What speaks for each item, part by part: the score is the sum of the parts, and nothing else.
//!
//! Content is what the texts say, and holds for an item that nobody has seen yet. `together` is the root of how likely
//! the item follows on what the visitor did: without the root the few surest pairs would drown everything else. Whatever
//! is not known of an item adds nothing. Pure; must not know events, nor how the mixture was learned.

use std::collections::BTreeMap;

use crate::{
    catalog::{Catalog, Fields, Mixture, Relations},
    profile::tempered,
};

/// The parts of one item's score, each already weighted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Parts {
    /// How like the item is to what the visitor did and said, by its text.
    pub content: f32,
    /// How surely others chose it after the same items.
    pub together: f32,
    /// How often others chose it.
    pub popularity: f32,
    /// How much of what the visitor did is about the same brand.
    pub brand: f32,
    /// How much of what the visitor did is about the same category.
    pub category: f32,
    /// How near its price is to the prices of what the visitor did something with.
    pub price: f32,
    /// How much it is chosen at such a place and time.
    pub occasion: f32,
}

impl Parts {
    /// The score.
    pub fn total(&self) -> f32 {
        self.content + self.together + self.popularity + self.brand + self.category + self.price + self.occasion
    }

    /// By name, in the order in which they are added.
    pub fn named(&self) -> [(&'static str, f32); 7] {
        [
            ("content", self.content),
            ("together", self.together),
            ("popularity", self.popularity),
            ("brand", self.brand),
            ("category", self.category),
            ("price", self.price),
            ("occasion", self.occasion),
        ]
    }
}

/// One visitor against the whole catalogue.
pub struct Evidence<'a> {
    relations: Option<&'a Relations>,
    fields: &'a Fields,
    mixture: Mixture,
    /// Rows that the visitor did something with, and how much it says. Positive weights sum to 1 or less
    signals: Vec<(u32, f32)>,
    /// What each weighs for an item that nobody has touched.
    lasting: Vec<f32>,
    /// `[N]`
    content: Vec<f32>,
    /// How likely each item follows. `[N]`, or nothing where nothing was learned
    follow: Vec<f32>,
    /// What speaks for each item where and when this is. `[N]`, or nothing where nothing is known of it
    occasion: Vec<f32>,
    /// Weight of the signals of each brand and category, by their numbers.
    brands: BTreeMap<u32, f32>,
    categories: BTreeMap<u32, f32>,
}

impl<'a> Evidence<'a> {
    /// `signals` are rows with weights, `content` is what the texts say of every item. `[N]`
    pub fn new(catalog: &'a Catalog, mixture: Mixture, signals: &[(u32, f32)], content: Vec<f32>) -> Self {
        Self::of(catalog.relations.as_ref(), &catalog.fields, mixture, signals, content)
    }

    /// The same from the parts of a catalogue that it needs.
    pub fn of(
        relations: Option<&'a Relations>,
        fields: &'a Fields,
        mixture: Mixture,
        signals: &[(u32, f32)],
        content: Vec<f32>,
    ) -> Self {
        let weights: Vec<f32> = signals.iter().map(|signal| signal.1).collect();
        let lasting = tempered(&weights, mixture.lasting);
        let follow = relations.map_or_else(Vec::new, |relations| follow(relations, signals, &lasting));
        let (mut brands, mut categories) = (BTreeMap::new(), BTreeMap::new());
        for &(row, weight) in signals {
            for (sums, numbers) in [(&mut brands, &fields.brand), (&mut categories, &fields.category)] {
                if numbers[row as usize] > 0 {
                    *sums.entry(numbers[row as usize]).or_insert(0.0) += weight;
                }
            }
        }
        Self {
            relations,
            fields,
            mixture,
            signals: signals.to_vec(),
            lasting,
            content,
            follow,
            occasion: Vec::new(),
            brands,
            categories,
        }
    }

    /// On an occasion that speaks so for each item. `[N]`, or nothing
    pub fn on(mut self, occasion: Vec<f32>) -> Self {
        self.occasion = occasion;
        self
    }

    /// Why the item at `row` stands where it stands.
    pub fn parts(&self, row: u32) -> Parts {
        let Mixture { content, together, brand, category, price, .. } = self.mixture;
        let (at, popularity) = (row as usize, self.popularity());
        let matching = |sums: &BTreeMap<u32, f32>, number: u32| sums.get(&number).copied().unwrap_or(0.0);
        let column = |values: &[f32]| values.get(at).copied().unwrap_or(0.0);
        Parts {
            content: content * column(&self.content),
            together: together * column(&self.follow).max(0.0).sqrt(),
            popularity: popularity * self.relations.map_or(0.0, |relations| relations.popularity(row)),
            brand: if brand == 0.0 { 0.0 } else { brand * matching(&self.brands, self.fields.brand[at]) },
            category: if category == 0.0 {
                0.0
            } else {
                category * matching(&self.categories, self.fields.category[at])
            },
            price: if price == 0.0 { 0.0 } else { price * self.price(at) },
            occasion: self.mixture.occasion * column(&self.occasion),
        }
    }

    /// The score of every item. `[N]`
    pub fn totals(&self) -> Vec<f32> {
        let Mixture { content, together, brand, category, price, .. } = self.mixture;
        let popularity = self.popularity();
        let len = self.fields.price.len();
        let whole = self.content.len() == len && [0, len].contains(&self.follow.len());
        if brand != 0.0 || category != 0.0 || price != 0.0 || !whole {
            return (0..len as u32).map(|row| self.parts(row).total()).collect();
        }
        // The same sum, without the parts that are nothing: an evaluation asks for it a billion times.
        let mut totals: Vec<f32> = self.content.iter().map(|value| content * value).collect();
        totals.iter_mut().zip(&self.follow).for_each(|(total, follow)| *total += together * follow.max(0.0).sqrt());
        let relations = self.relations.filter(|_| popularity != 0.0);
        for (row, total) in (0..).zip(&mut totals).filter(|_| relations.is_some()) {
            *total += popularity * relations.map_or(0.0, |relations| relations.popularity(row));
        }
        let occasion = self.mixture.occasion;
        totals.iter_mut().zip(&self.occasion).for_each(|(total, own)| *total += occasion * own);
        totals
    }

    /// What each signal adds to `together` of the item at `row`: a share of the part each, most first.
    pub fn together_from(&self, row: u32) -> Vec<(u32, f32)> {
        let Some(relations) = self.relations else { return Vec::new() };
        let follows = |(&(signal, weight), &lasting): (&(u32, f32), &f32)| {
            let likely = relations.neighbours(signal).find(|neighbour| neighbour.0 == row)?.1;
            Some((signal, if relations.touched(row) { weight } else { lasting } * likely))
        };
        let mut shares: Vec<(u32, f32)> = self.signals.iter().zip(&self.lasting).filter_map(follows).collect();
        let sum: f32 = shares.iter().map(|share| share.1).sum();
        let part = self.parts(row).together;
        shares.iter_mut().for_each(|share| share.1 *= if sum > 0.0 { part / sum } else { 0.0 });
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        shares
    }

    /// Weight of popularity for this visitor: the less is known of them, the more it says.
    fn popularity(&self) -> f32 {
        self.mixture.popularity + self.mixture.newcomer / (1.0 + self.signals.len() as f32)
    }

    /// How near the price is to those of the signals: the smaller over the larger, 0..1.
    fn price(&self, at: usize) -> f32 {
        let price = self.fields.price[at];
        let near = |&(row, weight): &(u32, f32)| {
            let other = self.fields.price[row as usize];
            if price > 0.0 && other > 0.0 { weight * price.min(other) / price.max(other) } else { 0.0 }
        };
        self.signals.iter().map(near).sum()
    }
}

/// Whether anybody is known to have done something with the item at `row`.
pub fn touched(relations: Option<&Relations>, row: u32) -> bool {
    relations.is_some_and(|relations| relations.touched(row))
}

/// How likely each item follows: on one that nobody has touched, what the visitor did counts for longer. `[N]`
fn follow(relations: &Relations, signals: &[(u32, f32)], lasting: &[f32]) -> Vec<f32> {
    let recent = relations.follow(signals);
    if signals.iter().map(|signal| &signal.1).eq(lasting) {
        return recent;
    }
    let signals: Vec<(u32, f32)> = signals.iter().zip(lasting).map(|(signal, lasting)| (signal.0, *lasting)).collect();
    let both = recent.into_iter().zip(relations.follow(&signals)).zip(0..);
    both.map(|((recent, lasting), row)| if relations.touched(row) { recent } else { lasting }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Item;

    fn fields() -> Fields {
        let item = |brand: &str, price| Item { brand: brand.into(), price: Some(price), ..Item::default() };
        Fields::new(&[item("a", 10.0), item("a", 20.0), item("b", 10.0), item("", 0.0)])
    }

    fn relations() -> Relations {
        let rows = vec![vec![(1, 0.25), (2, 0.04)], vec![(2, 0.16)], vec![], vec![]];
        Relations::new(vec![5, 5, 20, 0], rows, 9)
    }

    const MIXTURE: Mixture = Mixture {
        step: 0.7,
        amplify: 1.0,
        reach: 0,
        lasting: 0,
        content: 1.0,
        together: 2.0,
        popularity: 0.1,
        brand: 0.5,
        category: 1.0,
        price: 0.25,
        newcomer: 0.0,
        occasion: 2.0,
    };

    #[test]
    fn the_parts_are_what_is_known_each_by_its_weight() {
        let (relations, fields) = (relations(), fields());
        let evidence = Evidence::of(Some(&relations), &fields, MIXTURE, &[(0, 1.0)], vec![0.9, 0.5, 0.1, 0.2]);
        let evidence = evidence.on(vec![0.0, 0.3, 0.0, 0.0]);
        let parts = evidence.parts(1);
        let expected = [0.5, 2.0 * 0.5, 0.1 * 0.5, 0.5, 0.0, 0.25 * 0.5, 2.0 * 0.3];
        for ((name, part), expected) in parts.named().into_iter().zip(expected) {
            assert!((part - expected).abs() < 1e-2, "{name}: {part}, not {expected}");
        }
        assert_eq!(parts.total(), parts.named().iter().map(|part| part.1).sum::<f32>());
        assert_eq!(evidence.parts(3), Parts { content: 0.2, ..Parts::default() });
        assert_eq!(evidence.totals()[3], 0.2);
        let plain = Mixture { brand: 0.0, category: 0.0, price: 0.0, ..MIXTURE };
        let evidence = Evidence::of(Some(&relations), &fields, plain, &[(0, 1.0)], vec![0.9, 0.5, 0.1, 0.2]);
        let evidence = evidence.on(vec![0.0, 0.3, 0.1, 0.0]);
        let totals: Vec<f32> = (0..4).map(|row| evidence.parts(row).total()).collect();
        assert_eq!(evidence.totals(), totals);
    }

    #[test]
    fn what_others_did_is_shared_out_among_the_signals() {
        let (relations, fields) = (relations(), fields());
        let signals = [(0, 0.5), (1, 0.5), (2, -0.5)];
        let evidence = Evidence::of(Some(&relations), &fields, MIXTURE, &signals, vec![0.0; 4]);
        let shares = evidence.together_from(2);
        assert_eq!(shares.iter().map(|share| share.0).collect::<Vec<_>>(), [1, 0]);
        let sum: f32 = shares.iter().map(|share| share.1).sum();
        assert!((sum - evidence.parts(2).together).abs() < 1e-6 && (shares[0].1 / shares[1].1 - 4.0).abs() < 0.1);
        assert!(evidence.together_from(0).is_empty());
    }

    #[test]
    fn nothing_learned_and_a_new_item_are_ranked_by_their_texts() {
        let (relations, fields) = (relations(), fields());
        let plain = Mixture { brand: 0.0, price: 0.0, ..MIXTURE };
        let content = vec![0.9, 0.5, 0.1, 0.2];
        let unlearned = Evidence::of(None, &fields, plain, &[(0, 1.0)], content.clone());
        assert_eq!(unlearned.totals(), content);
        let learned = Evidence::of(Some(&relations), &fields, plain, &[(0, 1.0)], content);
        assert_eq!(learned.totals()[3], 0.2);
    }
}
