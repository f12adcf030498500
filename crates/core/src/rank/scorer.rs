//! The score of each item: the sum of its parts, and nothing else.
//!
//! The content part comes from the texts, so it also scores cold items, which nobody has interacted with. The
//! co-occurrence part is the square root of the likelihood that the item is chosen after the visitor's items; without
//! the root a few very likely pairs would outweigh everything else. A part without data is 0. Must not know events, nor
//! how the weights were learned.

use crate::{
    catalog::{Catalog, Fields, Relations, ScoreWeights},
    profile::flatten_weights,
    sort::sort_by,
};

/// The parts of one item's score, each already multiplied by its weight.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ScoreBreakdown {
    /// The similarity of the item's text to the items and texts of the visitor's signals.
    pub content: f32,
    /// How well the item's text matches the titles of the items of the visitor's signals, word by word.
    pub words: f32,
    /// The likelihood that the item is chosen after the items of the visitor's signals.
    pub cooccurrence: f32,
    /// How often other visitors chose the item.
    pub popularity: f32,
    /// The weight of the visitor's signals of the same brand.
    pub brand: f32,
    /// The weight of the visitor's signals of the same category; of a category that shares the beginning of the path,
    /// as large a part as that beginning is of the item's path.
    pub category: f32,
    /// The similarity of the item's price to the prices of the visitor's signals.
    pub price: f32,
    /// How often the item is chosen in the context of the request: place, device, season, weekday, hour.
    pub context_popularity: f32,
}

impl ScoreBreakdown {
    /// The score: the sum of all parts.
    pub fn total(&self) -> f32 {
        self.content
            + self.words
            + self.cooccurrence
            + self.popularity
            + self.brand
            + self.category
            + self.price
            + self.context_popularity
    }

    /// The parts with the names that explanations use, in the order in which [`Self::total`] adds them.
    pub fn named(&self) -> [(&'static str, f32); 8] {
        [
            ("content", self.content),
            ("words", self.words),
            ("cooccurrence", self.cooccurrence),
            ("popularity", self.popularity),
            ("brand", self.brand),
            ("category", self.category),
            ("price", self.price),
            ("contextPopularity", self.context_popularity),
        ]
    }
}

/// Scores every item of the catalogue for one visitor.
pub struct Scorer<'a> {
    relations: Option<&'a Relations>,
    fields: &'a Fields,
    score_weights: ScoreWeights,
    /// Rows and weights of the visitor's signals about items. The positive weights sum to 1, or to less if there are
    /// signals about texts.
    signals: Vec<(u32, f32)>,
    /// The weight of each signal for items that nobody has interacted with.
    cold_weights: Vec<f32>,
    /// The content score of each item, not yet multiplied by its weight. `[N]`
    content: Vec<f32>,
    /// What [`super::TitleWords`] gives each item. `[N]`, or empty if words do not count
    words: Vec<f32>,
    /// The likelihood that each item is chosen after the signals' items. `[N]`, or empty if no relations were learned
    cooccurrence: Vec<f32>,
    /// The popularity of each item in the context of the request. `[N]`, or empty if nothing was learned about the
    /// context
    context_popularity: Vec<f32>,
    /// The sum of the weights of the signals of each brand, by the brand's number in [`Fields`].
    brands: Vec<f32>,
    /// The sum of the weights of the signals below each level of the category paths, by the level's number in
    /// [`Fields`].
    categories: Vec<f32>,
}

impl<'a> Scorer<'a> {
    /// `signals` are rows of items with weights; `content` `[N]` has the content score of every item.
    pub fn new(catalog: &'a Catalog, score_weights: ScoreWeights, signals: &[(u32, f32)], content: Vec<f32>) -> Self {
        Self::from_parts(catalog.relations.as_ref(), &catalog.fields, score_weights, signals, content)
    }

    /// The same as [`Self::new`], from the parts of a catalogue that are needed.
    pub fn from_parts(
        relations: Option<&'a Relations>,
        fields: &'a Fields,
        score_weights: ScoreWeights,
        signals: &[(u32, f32)],
        content: Vec<f32>,
    ) -> Self {
        let weights: Vec<f32> = signals.iter().map(|signal| signal.1).collect();
        let cold_weights = flatten_weights(&weights, score_weights.cold_item_flattening);
        let cooccurrence =
            relations.map_or_else(Vec::new, |relations| cooccurrence_likelihoods(relations, signals, &cold_weights));
        let (mut brands, mut categories) = (Vec::new(), Vec::new());
        for &(row, weight) in signals {
            let brand = Some(fields.brand[row as usize]).filter(|&brand| brand > 0);
            brand.into_iter().for_each(|brand| add_at(&mut brands, brand, weight));
            fields.category_levels(row as usize).iter().for_each(|&level| add_at(&mut categories, level, weight));
        }
        Self {
            relations,
            fields,
            score_weights,
            signals: signals.to_vec(),
            cold_weights,
            content,
            words: Vec::new(),
            cooccurrence,
            context_popularity: Vec::new(),
            brands,
            categories,
        }
    }

    /// Sets the scores of [`super::TitleWords`] for the same signals. `[N]`; not called if words do not count
    pub fn with_words(mut self, words: Vec<f32>) -> Self {
        self.words = words;
        self
    }

    /// Sets the popularity of each item in the context of the request. `[N]`, or empty if nothing was learned about it
    pub fn with_context(mut self, context_popularity: Vec<f32>) -> Self {
        self.context_popularity = context_popularity;
        self
    }

    /// The parts of the score of the item at `row`.
    pub fn breakdown(&self, row: u32) -> ScoreBreakdown {
        let ScoreWeights { content, words, cooccurrence, brand, category, price, context_popularity, .. } =
            self.score_weights;
        let (index, popularity) = (row as usize, self.popularity_weight());
        let value = |column: &[f32]| column.get(index).copied().unwrap_or(0.0);
        ScoreBreakdown {
            content: content * value(&self.content),
            words: words * value(&self.words),
            cooccurrence: cooccurrence * value(&self.cooccurrence).max(0.0).sqrt(),
            popularity: popularity * self.relations.map_or(0.0, |relations| relations.popularity(row)),
            brand: brand * value_at(&self.brands, self.fields.brand[index]),
            category: category * self.category_similarity(index),
            price: if price == 0.0 { 0.0 } else { price * self.price_similarity(index) },
            context_popularity: context_popularity * value(&self.context_popularity),
        }
    }

    /// The score of every item. `[N]`
    pub fn scores(&self) -> Vec<f32> {
        let ScoreWeights { content, words, cooccurrence, brand, category, price, context_popularity, .. } =
            self.score_weights;
        let popularity = self.popularity_weight();
        let len = self.fields.price.len();
        let is_complete = self.content.len() == len && [0, len].contains(&self.cooccurrence.len());
        if price != 0.0 || !is_complete {
            return (0..len as u32).map(|row| self.breakdown(row).total()).collect();
        }
        // The same sum without the parts that are 0, column by column. This is faster, and an evaluation scores
        // billions of items.
        let mut scores: Vec<f32> = self.content.iter().map(|value| content * value).collect();
        scores.iter_mut().zip(&self.words).for_each(|(score, value)| *score += words * value);
        let likelihoods = scores.iter_mut().zip(&self.cooccurrence);
        likelihoods.for_each(|(score, likelihood)| *score += cooccurrence * likelihood.max(0.0).sqrt());
        if let Some(relations) = self.relations.filter(|_| popularity != 0.0) {
            let rows = (0..).zip(&mut scores);
            rows.for_each(|(row, score)| *score += popularity * relations.popularity(row));
        }
        if brand != 0.0 {
            let brands = scores.iter_mut().zip(&self.fields.brand);
            brands.for_each(|(score, number)| *score += brand * value_at(&self.brands, *number));
        }
        if category != 0.0 {
            let rows = scores.iter_mut().enumerate();
            rows.for_each(|(index, score)| *score += category * self.category_similarity(index));
        }
        let contexts = scores.iter_mut().zip(&self.context_popularity);
        contexts.for_each(|(score, value)| *score += context_popularity * value);
        scores
    }

    /// Divides the co-occurrence part of the item at `row` among the signals: rows of signals with their shares, the
    /// largest first. The shares sum to the part.
    pub fn cooccurrence_shares(&self, row: u32) -> Vec<(u32, f32)> {
        let Some(relations) = self.relations else { return Vec::new() };
        let is_cold = !relations.has_interactions(row);
        let share = |(&(signal, weight), &cold_weight): (&(u32, f32), &f32)| {
            let likelihood = relations.neighbours(signal).find(|neighbour| neighbour.0 == row)?.1;
            Some((signal, if is_cold { cold_weight } else { weight } * likelihood))
        };
        let mut shares: Vec<(u32, f32)> = self.signals.iter().zip(&self.cold_weights).filter_map(share).collect();
        let sum: f32 = shares.iter().map(|share| share.1).sum();
        let part = self.breakdown(row).cooccurrence;
        shares.iter_mut().for_each(|share| share.1 *= if sum > 0.0 { part / sum } else { 0.0 });
        sort_by(&mut shares, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        shares
    }

    /// The weight of popularity for this visitor. The fewer signals there are, the higher it is.
    fn popularity_weight(&self) -> f32 {
        self.score_weights.popularity + self.score_weights.newcomer / (1.0 + self.signals.len() as f32)
    }

    /// The similarity of the category at `index` to those of the signals: the weighted share of the levels of its path
    /// that they have in common, from the first one on.
    fn category_similarity(&self, index: usize) -> f32 {
        let levels = self.fields.category_levels(index);
        let common: f32 = levels.iter().map(|&level| value_at(&self.categories, level)).sum();
        common / levels.len().max(1) as f32
    }

    /// The similarity of the price at `index` to the prices of the signals: the weighted sum of smaller price / larger
    /// price, which is 1 for equal prices.
    fn price_similarity(&self, index: usize) -> f32 {
        let price = self.fields.price[index];
        let similarity = |&(row, weight): &(u32, f32)| {
            let other = self.fields.price[row as usize];
            if price > 0.0 && other > 0.0 { weight * price.min(other) / price.max(other) } else { 0.0 }
        };
        self.signals.iter().map(similarity).sum()
    }
}

/// Adds `weight` to the sum of this number; the sums grow as needed.
fn add_at(sums: &mut Vec<f32>, number: u32, weight: f32) {
    let index = number as usize;
    sums.resize(sums.len().max(index + 1), 0.0);
    sums[index] += weight;
}

/// The sum of this number; 0 if nothing was added to it.
fn value_at(sums: &[f32], number: u32) -> f32 {
    sums.get(number as usize).copied().unwrap_or(0.0)
}

/// Whether anybody has interacted with the item at `row`, as far as the shop's interactions show; `false` without them.
pub fn has_interactions(relations: Option<&Relations>, row: u32) -> bool {
    relations.is_some_and(|relations| relations.has_interactions(row))
}

/// The likelihood that each item is chosen after the signals' items. For items that nobody has interacted with, the
/// signals have their cold weights. `[N]`
fn cooccurrence_likelihoods(relations: &Relations, signals: &[(u32, f32)], cold_weights: &[f32]) -> Vec<f32> {
    let recent = relations.cooccurrence_scores(signals);
    if signals.iter().map(|signal| &signal.1).eq(cold_weights) {
        return recent;
    }
    let cold_signals: Vec<(u32, f32)> =
        signals.iter().zip(cold_weights).map(|(signal, cold_weight)| (signal.0, *cold_weight)).collect();
    let likelihoods = recent.into_iter().zip(relations.cooccurrence_scores(&cold_signals)).zip(0..);
    likelihoods.map(|((recent, cold), row)| if relations.has_interactions(row) { recent } else { cold }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Item;

    fn fields() -> Fields {
        let item = |brand: &str, price| Item { brand: brand.into(), price: Some(price), ..Item::default() };
        Fields::from_items(&[item("a", 10.0), item("a", 20.0), item("b", 10.0), item("", 0.0)])
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
        words: 0.5,
        cooccurrence: 2.0,
        popularity: 0.1,
        brand: 0.5,
        category: 1.0,
        price: 0.25,
        newcomer: 0.0,
        context_popularity: 2.0,
    };

    #[test]
    fn each_part_is_its_value_times_its_weight() {
        let (relations, fields) = (relations(), fields());
        let scorer =
            Scorer::from_parts(Some(&relations), &fields, SCORE_WEIGHTS, &[(0, 1.0)], vec![0.9, 0.5, 0.1, 0.2]);
        let scorer = scorer.with_context(vec![0.0, 0.3, 0.0, 0.0]).with_words(vec![0.0, 0.8, 0.0, 0.0]);
        let parts = scorer.breakdown(1);
        let expected = [0.5, 0.5 * 0.8, 2.0 * 0.5, 0.1 * 0.5, 0.5, 0.0, 0.25 * 0.5, 2.0 * 0.3];
        for ((name, part), expected) in parts.named().into_iter().zip(expected) {
            assert!((part - expected).abs() < 1e-2, "{name}: {part} instead of {expected}");
        }
        assert_eq!(parts.total(), parts.named().iter().map(|part| part.1).sum::<f32>());
        assert_eq!(scorer.breakdown(3), ScoreBreakdown { content: 0.2, ..ScoreBreakdown::default() });
        assert_eq!(scorer.scores()[3], 0.2);
        let plain = ScoreWeights { brand: 0.0, category: 0.0, price: 0.0, ..SCORE_WEIGHTS };
        let scorer = Scorer::from_parts(Some(&relations), &fields, plain, &[(0, 1.0)], vec![0.9, 0.5, 0.1, 0.2]);
        let scorer = scorer.with_context(vec![0.0, 0.3, 0.1, 0.0]).with_words(vec![0.7, 0.2, 0.0, 0.1]);
        let scores: Vec<f32> = (0..4).map(|row| scorer.breakdown(row).total()).collect();
        assert_eq!(scorer.scores(), scores);
    }

    #[test]
    fn cooccurrence_shares_sum_to_the_part() {
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
    fn without_learned_data_only_content_counts() {
        let (relations, fields) = (relations(), fields());
        let plain = ScoreWeights { brand: 0.0, price: 0.0, ..SCORE_WEIGHTS };
        let content = vec![0.9, 0.5, 0.1, 0.2];
        let unlearned = Scorer::from_parts(None, &fields, plain, &[(0, 1.0)], content.clone());
        assert_eq!(unlearned.scores(), content);
        let learned = Scorer::from_parts(Some(&relations), &fields, plain, &[(0, 1.0)], content);
        assert_eq!(learned.scores()[3], 0.2);
    }
}
