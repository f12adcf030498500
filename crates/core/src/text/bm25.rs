//! An inverted index with BM25 scores.
//!
//! BM25 is as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with Lucene's
//! inverse document frequency, which is never negative, and Lucene's default constants.

use super::{Postings, WeightedTerm, postings::PostingsWriter};
use crate::sort::sort_by;

/// Term frequency saturation: the higher, the more a repeated term counts.
const K1: f32 = 1.2;
/// Length normalisation, 0..=1: the higher, the more long texts are penalised.
const B: f32 = 0.75;

/// An inverted index over N texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// The number of terms of each text. `[N]`
    pub lengths: Vec<u32>,
    /// The texts that each term occurs in, and how often.
    pub postings: Postings,
}

impl Index {
    /// Indexes `texts` in the given order. Each text is its list of terms, with repetitions.
    pub fn build(texts: impl IntoIterator<Item = Vec<String>>) -> Self {
        let mut writer = IndexWriter::default();
        texts.into_iter().for_each(|terms| writer.push(terms));
        writer.finish()
    }

    /// Returns the rows that contain any of `terms` with their BM25 scores, best first, ties by row. A term that is
    /// given twice counts once.
    pub fn search(&self, terms: &[String]) -> Vec<(u32, f32)> {
        let mut terms: Vec<_> = terms.iter().map(|term| WeightedTerm { term: term.clone(), weight: 1.0 }).collect();
        terms.sort_unstable_by(|a, b| a.term.cmp(&b.term));
        terms.dedup();
        self.search_weighted(&terms)
    }

    /// Like [`Index::search`], but multiplies the score of each term by its weight. `terms` must be distinct.
    pub fn search_weighted(&self, terms: &[WeightedTerm]) -> Vec<(u32, f32)> {
        let scores = self.weighted_scores(terms);
        let mut found: Vec<(u32, f32)> = (0..).zip(scores).filter(|(_, score)| *score > 0.0).collect();
        sort_by(&mut found, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found
    }

    /// Returns the BM25 score of every text, with the score of each term multiplied by its weight. `[N]`; `terms` must be
    /// distinct.
    pub fn weighted_scores(&self, terms: &[WeightedTerm]) -> Vec<f32> {
        let mean = self.mean_length();
        let mut scores = vec![0f32; self.lengths.len()];
        for WeightedTerm { term, weight } in terms {
            for (row, score) in self.scores(term, mean) {
                scores[row as usize] += weight * score;
            }
        }
        scores
    }

    /// Returns what `term` adds to the score of `row`; 0 if the term does not occur there.
    pub fn term_score(&self, term: &str, row: u32) -> f32 {
        self.scores(term, self.mean_length()).find(|&(found, _)| found == row).map_or(0.0, |(_, score)| score)
    }

    /// Returns the inverse document frequency of `term`, or `None` if no text contains it.
    pub fn idf(&self, term: &str) -> Option<f32> {
        let (texts, with) = (self.lengths.len() as f32, self.postings.row_count(self.postings.find(term)?) as f32);
        Some((1.0 + (texts - with + 0.5) / (with + 0.5)).ln())
    }

    /// The mean number of terms of a text, at least 1.
    fn mean_length(&self) -> f32 {
        let texts = self.lengths.len() as f32;
        (self.lengths.iter().map(|&n| u64::from(n)).sum::<u64>() as f32 / texts.max(1.0)).max(1.0)
    }

    /// The rows that contain `term`, each with the term's BM25 score. `mean` is [`Index::mean_length`].
    fn scores(&self, term: &str, mean: f32) -> impl Iterator<Item = (u32, f32)> {
        let idf = self.idf(term).unwrap_or(0.0);
        let found = self.postings.find(term).map(|term| self.postings.rows(term));
        found.into_iter().flatten().map(move |(row, count)| {
            let (count, length) = (count as f32, self.lengths[row as usize] as f32);
            (row, idf * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / mean)))
        })
    }
}

/// Builds an [`Index`] from one text at a time, so that a catalogue can be indexed without being in memory.
#[derive(Default)]
pub struct IndexWriter {
    lengths: Vec<u32>,
    postings: PostingsWriter,
}

impl IndexWriter {
    /// Adds the next text: its terms, with repetitions.
    pub fn push(&mut self, mut terms: Vec<String>) {
        let row = self.lengths.len() as u32;
        self.lengths.push(terms.len() as u32);
        terms.sort_unstable();
        terms.chunk_by(|a, b| a == b).for_each(|equal| self.postings.push(&equal[0], row, equal.len() as u32));
    }

    /// Returns the index of all texts that were added.
    pub fn finish(self) -> Index {
        Index { lengths: self.lengths, postings: self.postings.finish() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn rare_words_and_short_texts_come_first() {
        let index = Index::build(["red wool hat", "red hat", "red red shoe with a long tail", "blue shoe"].map(terms));
        let rows = |query| index.search(&terms(query)).into_iter().map(|(row, _)| row).collect::<Vec<_>>();
        assert_eq!(rows("hat"), [1, 0]);
        assert_eq!(rows("wool red"), [0, 1, 2]);
        assert!(rows("none").is_empty());
        assert_eq!(index.search(&terms("hat hat")), index.search(&terms("hat")));
    }

    #[test]
    fn term_scores_sum_to_the_score() {
        let index = Index::build(["red wool hat", "red hat"].map(terms));
        let (row, score) = index.search(&terms("red wool"))[0];
        assert_eq!(row, 0);
        assert!((index.term_score("red", 0) + index.term_score("wool", 0) - score).abs() < 1e-6);
    }

    #[test]
    fn a_score_matches_the_formula() {
        // idf = ln(1 + 1.5 / 1.5); the length equals the mean, so tf = 2.2 / 2.2.
        let index = Index::build(["a", "b"].map(terms));
        assert!((index.search(&terms("a"))[0].1 - 2f32.ln()).abs() < 1e-6);
    }
}
