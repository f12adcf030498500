//! Which texts contain the words of a query, weighed by how rare the words are.
//!
//! BM25 as Robertson and Zaragoza describe it (The Probabilistic Relevance Framework: BM25 and Beyond,
//! 2009), with Lucene's inverse document frequency, which is never negative, and Lucene's constants.

use super::{Postings, WeightedTerm, postings::PostingsWriter};

/// How soon another occurrence of a word stops to count.
const K1: f32 = 1.2;
/// How much long texts are held back.
const B: f32 = 0.75;

/// An inverted index over N texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// Terms of each text. `[N]`
    pub lengths: Vec<u32>,
    /// Which texts each term occurs in, and how often.
    pub postings: Postings,
}

impl Index {
    /// The index of `texts`, in their order: each is its terms, as often as they occur.
    pub fn build(texts: impl IntoIterator<Item = Vec<String>>) -> Self {
        let mut writer = IndexWriter::default();
        texts.into_iter().for_each(|terms| writer.push(terms));
        writer.finish()
    }

    /// The rows that contain any of `terms`, best first, ties by row. A term given twice counts once.
    pub fn search(&self, terms: &[String]) -> Vec<(u32, f32)> {
        let mut terms: Vec<_> = terms.iter().map(|term| WeightedTerm { term: term.clone(), weight: 1.0 }).collect();
        terms.sort_unstable_by(|a, b| a.term.cmp(&b.term));
        terms.dedup();
        self.search_weighted(&terms)
    }

    /// The rows that contain any of `terms`, each counting by its weight; best first, ties by row.
    pub fn search_weighted(&self, terms: &[WeightedTerm]) -> Vec<(u32, f32)> {
        let mean = self.mean_length();
        let mut scores = vec![0f32; self.lengths.len()];
        for WeightedTerm { term, weight } in terms {
            for (row, score) in self.scores(term, mean) {
                scores[row as usize] += weight * score;
            }
        }
        let mut found: Vec<(u32, f32)> = (0..).zip(scores).filter(|(_, score)| *score > 0.0).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found
    }

    /// What one term adds to the score of one row; 0 where it does not occur.
    pub fn term_score(&self, term: &str, row: u32) -> f32 {
        self.scores(term, self.mean_length()).find(|&(found, _)| found == row).map_or(0.0, |(_, score)| score)
    }

    /// How rare a term is: its inverse document frequency; `None` where no text has it.
    pub fn idf(&self, term: &str) -> Option<f32> {
        let (texts, with) = (self.lengths.len() as f32, self.postings.row_count(self.postings.find(term)?) as f32);
        Some((1.0 + (texts - with + 0.5) / (with + 0.5)).ln())
    }

    fn mean_length(&self) -> f32 {
        let texts = self.lengths.len() as f32;
        (self.lengths.iter().map(|&n| u64::from(n)).sum::<u64>() as f32 / texts.max(1.0)).max(1.0)
    }

    fn scores(&self, term: &str, mean: f32) -> impl Iterator<Item = (u32, f32)> {
        let idf = self.idf(term).unwrap_or(0.0);
        let found = self.postings.find(term).map(|term| self.postings.rows(term));
        found.into_iter().flatten().map(move |(row, count)| {
            let (count, length) = (count as f32, self.lengths[row as usize] as f32);
            (row, idf * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / mean)))
        })
    }
}

/// Takes texts one by one, so that a catalogue need not be in memory to be indexed.
#[derive(Default)]
pub struct IndexWriter {
    lengths: Vec<u32>,
    postings: PostingsWriter,
}

impl IndexWriter {
    /// The terms of the next text, each as often as it occurs.
    pub fn push(&mut self, mut terms: Vec<String>) {
        let row = self.lengths.len() as u32;
        self.lengths.push(terms.len() as u32);
        terms.sort_unstable();
        terms.chunk_by(|a, b| a == b).for_each(|equal| self.postings.push(&equal[0], row, equal.len() as u32));
    }

    /// The index of all texts that came.
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
    fn shares_sum_to_the_score() {
        let index = Index::build(["red wool hat", "red hat"].map(terms));
        let (row, score) = index.search(&terms("red wool"))[0];
        assert_eq!(row, 0);
        assert!((index.term_score("red", 0) + index.term_score("wool", 0) - score).abs() < 1e-6);
    }

    #[test]
    fn one_score_by_hand() {
        // idf = ln(1 + 1.5/1.5), length = mean: tf = 2.2 / 2.2
        let index = Index::build(["a", "b"].map(terms));
        assert!((index.search(&terms("a"))[0].1 - 2f32.ln()).abs() < 1e-6);
    }
}
