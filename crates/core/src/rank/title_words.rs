//! How well the texts of the items match the titles of the visitor's items, word by word.
//!
//! A sentence vector says what a text is about, and blurs what exactly the thing is called: "toner for a TN-330" and "for a
//! TN-450" are almost the same to it. So the words count, too: the BM25 score of the title as a query, divided by the sum of
//! its terms' inverse document frequencies, so that long titles do not count more. It is near 1 for the item itself. Must
//! not know what the visitor wrote.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::{Catalog, Items},
    text::{Index, Segmenter, WeightedTerm, terms},
};

/// What is needed of a catalogue of N items.
#[derive(Clone, Copy)]
pub struct TitleWords<'a> {
    items: &'a Items,
    index: &'a Index,
    segmenter: &'a Segmenter,
}

impl<'a> TitleWords<'a> {
    /// The title words of a catalogue.
    pub fn of(catalog: &'a Catalog) -> Self {
        Self { items: &catalog.items, index: &catalog.index, segmenter: &catalog.segmenter }
    }

    /// The score of every item for `signals`: rows of items with weights. `[N]`
    pub fn scores(&self, signals: &[(u32, f32)]) -> Vec<f32> {
        let mut sums: BTreeMap<String, f32> = BTreeMap::new();
        for &(row, weight) in signals {
            let (terms, idf_sum) = self.title(row);
            for term in terms {
                *sums.entry(term).or_insert(0.0) += weight / idf_sum;
            }
        }
        let query: Vec<WeightedTerm> = sums.into_iter().map(|(term, weight)| WeightedTerm { term, weight }).collect();
        self.index.weighted_scores(&query)
    }

    /// What a signal about the item at `signal` adds to the score of the item at `row`, for a weight of 1.
    pub fn similarity(&self, signal: u32, row: u32) -> f32 {
        let (terms, idf_sum) = self.title(signal);
        terms.iter().map(|term| self.index.term_score(term, row)).sum::<f32>() / idf_sum
    }

    /// The terms of an item's titles in all languages, and the sum of their inverse document frequencies.
    fn title(&self, row: u32) -> (BTreeSet<String>, f32) {
        let titles = self.items.get(row).words().flat_map(|(_, words)| terms(words.title, self.segmenter));
        let terms: BTreeSet<String> = titles.collect();
        let idf_sum = terms.iter().filter_map(|term| self.index.idf(term)).sum::<f32>();
        (terms, idf_sum.max(f32::MIN_POSITIVE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{Item, ItemText, ModelName, build_catalog},
        text::Dictionary,
    };

    fn catalog(titles: &[&str]) -> Catalog {
        let item = |(nth, title): (usize, &&str)| {
            let words = ItemText { title: (*title).to_owned(), ..ItemText::default() };
            let item = Item { id: nth.to_string(), words: [("en".to_owned(), words)].into(), ..Item::default() };
            (item, Vec::new())
        };
        let model = ModelName { name: String::new(), digest: String::new() };
        build_catalog(titles.iter().enumerate().map(item).collect(), Dictionary::default(), model)
    }

    #[test]
    fn the_rarest_common_word_counts_most() {
        let catalog = catalog(&["black toner TN-330", "black drum TN-330", "black toner TN-450", "black pen", "tape"]);
        let words = TitleWords::of(&catalog);
        let scores = words.scores(&[(0, 1.0)]);
        assert!(scores[0] > scores[1] && scores[1] > scores[3] && scores[3] > 0.0 && scores[4] == 0.0, "{scores:?}");
        assert!((0.8..1.6).contains(&scores[0]), "{scores:?}");
    }

    #[test]
    fn scores_are_the_weighted_sums_of_the_signals() {
        let catalog = catalog(&["wool hat", "wool scarf", "red hat", "tent"]);
        let words = TitleWords::of(&catalog);
        let scores = words.scores(&[(0, 0.7), (2, -0.2)]);
        for (row, score) in (0..).zip(scores) {
            let sum = 0.7 * words.similarity(0, row) - 0.2 * words.similarity(2, row);
            assert!((score - sum).abs() < 1e-5, "{row}: {score} instead of {sum}");
        }
    }
}
