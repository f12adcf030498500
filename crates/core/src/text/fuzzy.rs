//! Query expansion: maps the words of a query to terms of the index, with prefix search and typo correction.
//!
//! The last word may be unfinished, so it also matches terms that begin with it. A word in ASCII letters that no text
//! contains matches the terms at the smallest edit distance (optimal string alignment, where a swap of two adjacent
//! letters is one edit). It is compared only with terms that begin with one of its first two letters: 100,000 terms
//! take a few milliseconds. Must not know what is indexed.

use std::{cmp::Reverse, collections::BTreeMap};

use strsim::osa_distance;

use super::{Index, Segmenter, words::query_terms};
use crate::sort::sort_by;

/// The most terms that one unfinished or mistyped word expands to.
const MAX_EXPANSIONS: usize = 8;
/// Weight of a term that matches by its prefix, relative to an exact match.
const PREFIX_WEIGHT: f32 = 0.6;
/// Weight of a corrected term is multiplied by this for each edit.
const EDIT_WEIGHT: f32 = 0.6;
/// The longest English suffix, in bytes, that the stemmer may have removed from a term but that the typed word still
/// has.
const MAX_SUFFIX: usize = 3;

/// A term of the index and its weight in a query.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedTerm {
    /// The term, as in the index.
    pub term: String,
    /// 0..=1; an exact match has 1.
    pub weight: f32,
}

/// Expands `query` to terms of `index`, sorted by term and without duplicates.
pub fn expand_query(query: &str, index: &Index, segmenter: &Segmenter) -> Vec<WeightedTerm> {
    let mut found: BTreeMap<String, f32> = BTreeMap::new();
    let words = query_terms(query, segmenter);
    let last = words.len().saturating_sub(1);
    let unfinished = query.chars().next_back().is_some_and(char::is_alphanumeric);
    for (nth, (word, term)) in words.into_iter().enumerate() {
        let mut expansions = Vec::new();
        if index.postings.find(&term).is_some() {
            expansions.push((term.clone(), 1.0));
        }
        if nth == last && unfinished {
            expansions.extend(complete(&word, index).into_iter().map(|term| (term, PREFIX_WEIGHT)));
        }
        if expansions.is_empty() {
            expansions.extend(correct(&term, index));
        }
        for (term, weight) in expansions {
            let best = found.entry(term).or_default();
            *best = best.max(weight);
        }
    }
    found.into_iter().map(|(term, weight)| WeightedTerm { term, weight }).collect()
}

/// Returns the most frequent terms that complete the unfinished `word`.
fn complete(word: &str, index: &Index) -> Vec<String> {
    if word.is_ascii() && word.len() < 2 {
        return Vec::new();
    }
    let terms = &index.postings;
    let mut found: Vec<usize> = terms_with_prefix(index, word).map(|(at, _)| at).collect();
    // "cycli" is a prefix of "cycling", whose term is "cycl".
    let stems = (1..=MAX_SUFFIX).filter_map(|suffix| word.get(..word.len().checked_sub(suffix)?));
    found.extend(stems.filter(|stem| stem.len() > MAX_SUFFIX).filter_map(|stem| terms.find(stem)));
    most_frequent(found, index)
}

/// Returns the terms at the smallest edit distance from `term`, each with its weight: at most 1 edit for 4 or 5
/// letters, 2 for more, none for fewer.
fn correct(term: &str, index: &Index) -> Vec<(String, f32)> {
    let max_edits = match term.len() {
        _ if !term.bytes().all(|b| b.is_ascii_lowercase()) => return Vec::new(),
        0..4 => return Vec::new(),
        4..6 => 1,
        _ => 2,
    };
    let mut nearest: (usize, Vec<usize>) = (max_edits, Vec::new());
    let mut firsts: Vec<&str> = vec![&term[..1], &term[1..2]];
    firsts.dedup();
    for first in firsts {
        for (at, other) in terms_with_prefix(index, first) {
            if other.len().abs_diff(term.len()) > nearest.0 || !other.is_ascii() {
                continue;
            }
            let edits = osa_distance(term, other);
            if edits < nearest.0 {
                nearest = (edits, vec![at]);
            } else if edits == nearest.0 {
                nearest.1.push(at);
            }
        }
    }
    let weight = if nearest.0 == 1 { EDIT_WEIGHT } else { EDIT_WEIGHT * EDIT_WEIGHT };
    most_frequent(nearest.1, index).into_iter().map(|term| (term, weight)).collect()
}

/// The terms that begin with `prefix`, with their positions in the index.
fn terms_with_prefix<'a>(index: &'a Index, prefix: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    index.postings.terms_from(prefix).take_while(move |(_, term)| term.starts_with(prefix))
}

/// Returns those of the terms at these positions that occur in the most texts.
fn most_frequent(mut terms: Vec<usize>, index: &Index) -> Vec<String> {
    let commonness = |term: &usize| (Reverse(index.postings.row_count(*term)), *term);
    sort_by(&mut terms, |a, b| commonness(a).cmp(&commonness(b)));
    terms.into_iter().take(MAX_EXPANSIONS).filter_map(|term| index.postings.term(term)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Dictionary, terms};

    fn index() -> (Index, Segmenter) {
        let words = [("夹克", 900), ("防水", 800)].map(|(word, n)| (word.to_owned(), n)).to_vec();
        let segmenter = Segmenter::new(&Dictionary { words });
        let texts = ["Waterproof cycling jacket", "Bicycle bell", "Jade jar", "防水夹克", "Wooden chair"];
        (Index::build(texts.map(|text| terms(text, &segmenter))), segmenter)
    }

    fn check(query: &str, expect: &[(&str, f32)]) {
        let (index, segmenter) = index();
        let found = expand_query(query, &index, &segmenter);
        let found: Vec<_> = found.iter().map(|found| (found.term.as_str(), found.weight)).collect();
        assert_eq!(found, expect, "{query}");
    }

    #[test]
    fn a_mistyped_word_is_corrected() {
        check("jackte ", &[("jacket", 0.6)]);
        check("bycicle bell ", &[("bell", 1.0), ("bicycl", 0.36)]);
        check("wateproof jackets ", &[("jacket", 1.0), ("waterproof", 0.6)]);
        check("ajcket ", &[("jacket", 0.6)]);
        check("xyz qqqqqqqqq ", &[]);
    }

    #[test]
    fn an_unfinished_word_matches_by_prefix() {
        check("ja", &[("jacket", 0.6), ("jade", 0.6), ("jar", 0.6)]);
        check("cycli", &[("cycl", 0.6)]);
        check("ja ", &[]);
        check("防", &[("防水", 0.6)]);
        check("防水", &[("防水", 1.0)]);
    }
}
