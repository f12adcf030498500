//! What speaks for each item, part by part: the score is the sum of the parts, and nothing else.
//!
//! Content is what the texts say, and holds for an item that nobody has seen yet. `cooccurrence` is the root of how likely
//! the item follows on what the visitor did: without the root the few surest pairs would drown everything else. Whatever
//! is not known of an item adds nothing. Pure; must not know events, nor how the score_weights was learned.

use std::collections::BTreeMap;

use crate::{
    catalog::{Catalog, Fields, Relations, ScoreWeights},
    profile::flatten_weights,
};

/// The parts of one item's score, each already weighted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ScoreBreakdown {
    /// How like the item is to what the visitor did and said, by its text.
    pub content: f32,
    /// How surely others chose it after the same items.
    pub cooccurrence: f32,
    /// How often others chose it.
    pub popularity: f32,
    /// How much of what the visitor did is about the same brand.
    pub brand: f32,
    /// How much of what the visitor did is about the same category.
    pub category: f32,
    /// How near its price is to the prices of what the visitor did something with.
    pub price: f32,
    /// How much it is chosen at such a place and time.
    pub context_popularity: f32,
}

impl ScoreBreakdown {
    /// The score.
    pub fn total(&self) -> f32 {
        self.content
            + self.cooccurrence
            + self.popularity
            + self.brand
            + self.category
            + self.price
            + self.context_popularity
    }

    /// By name, in the order in which they are added.
    pub fn named(&self) -> [(&'static str, f32); 7] {
        [
            ("content", self.content),
            ("cooccurrence", self.cooccurrence),
            ("popularity", self.popularity),
            ("brand", self.brand),
            ("category", self.category),
            ("price", self.price),
            ("contextPopularity", self.context_popularity),
        ]
    }
}

/// One visitor against the whole catalogue.
pub struct Scorer<'a> {
    relations: Option<&'a Relations>,
    fields: &'a Fields,
    score_weights: ScoreWeights,
    /// Rows that the visitor did something with, and how much it says. Positive weights sum to 1 or less
    signals: Vec<(u32, f32)>,
    /// What each weighs for an item that nobody has touched.
    cold_weights: Vec<f32>,
    /// `[N]`
    content: Vec<f32>,
    /// How likely each item follows. `[N]`, or nothing where nothing was learned
    follow: Vec<f32>,
    /// What speaks for each item where and when this is. `[N]`, or nothing where nothing is known of it
    context: Vec<f32>,
    /// Weight of the signals of each brand and category, by their numbers.
    brands: BTreeMap<u32, f32>,
    categories: BTreeMap<u32, f32>,
}

impl<'a> Scorer<'a> {
    /// `signals` are rows with weights, `content` is what the texts say of every item. `[N]`
    pub fn new(catalog: &'a Catalog, score_weights: ScoreWeights, signals: &[(u32, f32)], content: Vec<f32>) -> Self {
        Self::from_parts(catalog.relations.as_ref(), &catalog.fields, score_weights, signals, content)
    }

    /// The same from the parts of a catalogue that it needs.
    pub fn from_parts(
        relations: Option<&'a Relations>,
        fields: &'a Fields,
        score_weights: ScoreWeights,
        signals: &[(u32, f32)],
        content: Vec<f32>,
    ) -> Self {
        let weights: Vec<f32> = signals.iter().map(|signal| signal.1).collect();
        let cold_weights = flatten_weights(&weights, score_weights.cold_item_flattening);
        let follow = relations.map_or_else(Vec::new, |relations| follow(relations, signals, &cold_weights));
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
            score_weights,
            signals: signals.to_vec(),
            cold_weights,
            content,
            follow,
            context: Vec::new(),
            brands,
            categories,
        }
    }

    /// Adds the popularity of each item in the present context. `[N]`, or nothing
    pub fn with_context(mut self, context: Vec<f32>) -> Self {
        self.context = context;
        self
    }

    /// Why the item at `row` stands where it stands.
    pub fn breakdown(&self, row: u32) -> ScoreBreakdown {
        let ScoreWeights { content, cooccurrence, brand, category, price, .. } = self.score_weights;
        let (at, popularity) = (row as usize, self.popularity());
        let matching = |sums: &BTreeMap<u32, f32>, number: u32| sums.get(&number).copied().unwrap_or(0.0);
        let column = |values: &[f32]| values.get(at).copied().unwrap_or(0.0);
        ScoreBreakdown {
            content: content * column(&self.content),
            cooccurrence: cooccurrence * column(&self.follow).max(0.0).sqrt(),
            popularity: popularity * self.relations.map_or(0.0, |relations| relations.popularity(row)),
            brand: if brand == 0.0 { 0.0 } else { brand * matching(&self.brands, self.fields.brand[at]) },
            category: if category == 0.0 {
                0.0
            } else {
                category * matching(&self.categories, self.fields.category[at])
            },
            price: if price == 0.0 { 0.0 } else { price * self.price(at) },
            context_popularity: self.score_weights.context_popularity * column(&self.context),
        }
    }

    /// The score of every item. `[N]`
    pub fn scores(&self) -> Vec<f32> {
        let ScoreWeights { content, cooccurrence, brand, category, price, .. } = self.score_weights;
        let popularity = self.popularity();
        let len = self.fields.price.len();
        let whole = self.content.len() == len && [0, len].contains(&self.follow.len());
        if brand != 0.0 || category != 0.0 || price != 0.0 || !whole {
            return (0..len as u32).map(|row| self.breakdown(row).total()).collect();
        }
        // The same sum, without the parts that are nothing: an evaluation asks for it a billion times.
        let mut totals: Vec<f32> = self.content.iter().map(|value| content * value).collect();
        totals.iter_mut().zip(&self.follow).for_each(|(total, follow)| *total += cooccurrence * follow.max(0.0).sqrt());
        let relations = self.relations.filter(|_| popularity != 0.0);
        for (row, total) in (0..).zip(&mut totals).filter(|_| relations.is_some()) {
            *total += popularity * relations.map_or(0.0, |relations| relations.popularity(row));
        }
        let context = self.score_weights.context_popularity;
        totals.iter_mut().zip(&self.context).for_each(|(total, own)| *total += context * own);
        totals
    }

    /// What each signal adds to `cooccurrence` of the item at `row`: a share of the part each, most first.
    pub fn cooccurrence_shares(&self, row: u32) -> Vec<(u32, f32)> {
        let Some(relations) = self.relations else { return Vec::new() };
        let follows = |(&(signal, weight), &cold_weights): (&(u32, f32), &f32)| {
            let likely = relations.neighbours(signal).find(|neighbour| neighbour.0 == row)?.1;
            Some((signal, if relations.has_interactions(row) { weight } else { cold_weights } * likely))
        };
        let mut shares: Vec<(u32, f32)> = self.signals.iter().zip(&self.cold_weights).filter_map(follows).collect();
        let sum: f32 = shares.iter().map(|share| share.1).sum();
        let part = self.breakdown(row).cooccurrence;
        shares.iter_mut().for_each(|share| share.1 *= if sum > 0.0 { part / sum } else { 0.0 });
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        shares
    }

    /// Weight of popularity for this visitor: the less is known of them, the more it says.
    fn popularity(&self) -> f32 {
        self.score_weights.popularity + self.score_weights.newcomer / (1.0 + self.signals.len() as f32)
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
pub fn has_interactions(relations: Option<&Relations>, row: u32) -> bool {
    relations.is_some_and(|relations| relations.has_interactions(row))
}

/// How likely each item follows: on one that nobody has touched, what the visitor did counts for longer. `[N]`
fn follow(relations: &Relations, signals: &[(u32, f32)], cold_weights: &[f32]) -> Vec<f32> {
    let recent = relations.follow(signals);
    if signals.iter().map(|signal| &signal.1).eq(cold_weights) {
        return recent;
    }
    let signals: Vec<(u32, f32)> =
        signals.iter().zip(cold_weights).map(|(signal, cold_weights)| (signal.0, *cold_weights)).collect();
    let both = recent.into_iter().zip(relations.follow(&signals)).zip(0..);
    both.map(|((recent, cold_weights), row)| if relations.has_interactions(row) { recent } else { cold_weights }).collect()
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

    const SCORE_WEIGHTS: ScoreWeights = ScoreWeights {
        step: 0.7,
        amplify: 1.0,
        recency_flattening: 0,
        cold_item_flattening: 0,
        content: 1.0,
        cooccurrence: 2.0,
        popularity: 0.1,
        brand: 0.5,
        category: 1.0,
        price: 0.25,
        newcomer: 0.0,
        context_popularity: 2.0,
    };

    #[test]
    fn the_parts_are_what_is_known_each_by_its_weight() {
        let (relations, fields) = (relations(), fields());
        let scorer =
            Scorer::from_parts(Some(&relations), &fields, SCORE_WEIGHTS, &[(0, 1.0)], vec![0.9, 0.5, 0.1, 0.2]);
        let scorer = scorer.with_context(vec![0.0, 0.3, 0.0, 0.0]);
        let parts = scorer.breakdown(1);
        let expected = [0.5, 2.0 * 0.5, 0.1 * 0.5, 0.5, 0.0, 0.25 * 0.5, 2.0 * 0.3];
        for ((name, part), expected) in parts.named().into_iter().zip(expected) {
            assert!((part - expected).abs() < 1e-2, "{name}: {part}, not {expected}");
        }
        assert_eq!(parts.total(), parts.named().iter().map(|part| part.1).sum::<f32>());
        assert_eq!(scorer.breakdown(3), ScoreBreakdown { content: 0.2, ..ScoreBreakdown::default() });
        assert_eq!(scorer.scores()[3], 0.2);
        let plain = ScoreWeights { brand: 0.0, category: 0.0, price: 0.0, ..SCORE_WEIGHTS };
        let scorer = Scorer::from_parts(Some(&relations), &fields, plain, &[(0, 1.0)], vec![0.9, 0.5, 0.1, 0.2]);
        let scorer = scorer.with_context(vec![0.0, 0.3, 0.1, 0.0]);
        let totals: Vec<f32> = (0..4).map(|row| scorer.breakdown(row).total()).collect();
        assert_eq!(scorer.scores(), totals);
    }

    #[test]
    fn what_others_did_is_shared_out_among_the_signals() {
        let (relations, fields) = (relations(), fields());
        let signals = [(0, 0.5), (1, 0.5), (2, -0.5)];
        let scorer = Scorer::from_parts(Some(&relations), &fields, SCORE_WEIGHTS, &signals, vec![0.0; 4]);
        let shares = scorer.cooccurrence_shares(2);
        assert_eq!(shares.iter().map(|share| share.0).collect::<Vec<_>>(), [1, 0]);
        let sum: f32 = shares.iter().map(|share| share.1).sum();
        assert!((sum - scorer.breakdown(2).cooccurrence).abs() < 1e-6 && (shares[0].1 / shares[1].1 - 4.0).abs() < 0.1);
        assert!(scorer.cooccurrence_shares(0).is_empty());
    }

    #[test]
    fn nothing_learned_and_a_new_item_are_ranked_by_their_texts() {
        let (relations, fields) = (relations(), fields());
        let plain = ScoreWeights { brand: 0.0, price: 0.0, ..SCORE_WEIGHTS };
        let content = vec![0.9, 0.5, 0.1, 0.2];
        let unlearned = Scorer::from_parts(None, &fields, plain, &[(0, 1.0)], content.clone());
        assert_eq!(unlearned.scores(), content);
        let learned = Scorer::from_parts(Some(&relations), &fields, plain, &[(0, 1.0)], content);
        assert_eq!(learned.scores()[3], 0.2);
    }
}
