//! The index's terms that a query means: as written, half typed, or mistyped.
//!
//! The last word may be unfinished, so it finds what begins with it. A word in ASCII letters that nothing
//! contains finds the words that fewest edits make of it (optimal string alignment: a swap of two letters is
//! one edit). Only words that share one of their first two letters are compared: 100,000 terms in a few
//! milliseconds. Must not know what the index is of.

use std::{cmp::Reverse, collections::BTreeMap};

use strsim::osa_distance;

use super::{Index, Segmenter, words::query_terms};

/// How many words one unfinished or mistyped word may stand for.
const MOST: usize = 8;
/// What an unfinished word counts of a whole one.
const BEGUN: f32 = 0.6;
/// What each edit leaves.
const EDITED: f32 = 0.6;
/// English endings that the stemmer took off a term may still stand on the word as typed.
const ENDING: usize = 3;

/// A term of the index, and what finding it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedTerm {
    /// The term as the index has it.
    pub term: String,
    /// 0..=1
    pub weight: f32,
}

/// What `query` means in `index`; no term comes twice.
pub fn expand_query(query: &str, index: &Index, segmenter: &Segmenter) -> Vec<WeightedTerm> {
    let mut found: BTreeMap<String, f32> = BTreeMap::new();
    let words = query_terms(query, segmenter);
    let last = words.len().saturating_sub(1);
    let unfinished = query.chars().next_back().is_some_and(char::is_alphanumeric);
    for (nth, (word, term)) in words.into_iter().enumerate() {
        let mut means = Vec::new();
        if index.postings.find(&term).is_some() {
            means.push((term.clone(), 1.0));
        }
        if nth == last && unfinished {
            means.extend(begun(&word, index).into_iter().map(|term| (term, BEGUN)));
        }
        if means.is_empty() {
            means.extend(mistyped(&term, index));
        }
        for (term, weight) in means {
            let best = found.entry(term).or_default();
            *best = best.max(weight);
        }
    }
    found.into_iter().map(|(term, weight)| WeightedTerm { term, weight }).collect()
}

/// The commonest terms that begin as `word` does.
fn begun(word: &str, index: &Index) -> Vec<String> {
    if word.is_ascii() && word.len() < 2 {
        return Vec::new();
    }
    let terms = &index.postings;
    let mut found: Vec<usize> = beginning(index, word).map(|(at, _)| at).collect();
    // "cycli" is on its way to "cycling", whose term is "cycl".
    let stems = (1..=ENDING).filter_map(|ending| word.get(..word.len().checked_sub(ending)?));
    found.extend(stems.filter(|stem| stem.len() > ENDING).filter_map(|stem| terms.find(stem)));
    commonest(found, index)
}

/// The terms that fewest edits make of `term`, with what they count.
fn mistyped(term: &str, index: &Index) -> Vec<(String, f32)> {
    let most = match term.len() {
        _ if !term.bytes().all(|b| b.is_ascii_lowercase()) => return Vec::new(),
        0..4 => return Vec::new(),
        4..6 => 1,
        _ => 2,
    };
    let mut nearest: (usize, Vec<usize>) = (most, Vec::new());
    let mut firsts: Vec<&str> = vec![&term[..1], &term[1..2]];
    firsts.dedup();
    for first in firsts {
        for (at, other) in beginning(index, first) {
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
    let weight = if nearest.0 == 1 { EDITED } else { EDITED * EDITED };
    commonest(nearest.1, index).into_iter().map(|term| (term, weight)).collect()
}

/// The terms that begin with `start`, and their places.
fn beginning<'a>(index: &'a Index, start: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    index.postings.terms_from(start).take_while(move |(_, term)| term.starts_with(start))
}

/// Of the terms at these places those that most texts have.
fn commonest(mut terms: Vec<usize>, index: &Index) -> Vec<String> {
    terms.sort_by_key(|&term| (Reverse(index.postings.row_count(term)), term));
    terms.into_iter().take(MOST).filter_map(|term| index.postings.term(term)).map(str::to_owned).collect()
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
    fn a_typo_finds_the_word() {
        check("jackte ", &[("jacket", 0.6)]);
        check("bycicle bell ", &[("bell", 1.0), ("bicycl", 0.36)]);
        check("wateproof jackets ", &[("jacket", 1.0), ("waterproof", 0.6)]);
        check("ajcket ", &[("jacket", 0.6)]);
        check("xyz qqqqqqqqq ", &[]);
    }

    #[test]
    fn an_unfinished_word_finds_what_begins_with_it() {
        check("ja", &[("jacket", 0.6), ("jade", 0.6), ("jar", 0.6)]);
        check("cycli", &[("cycl", 0.6)]);
        check("ja ", &[]);
        check("防", &[("防水", 0.6)]);
        check("防水", &[("防水", 1.0)]);
    }
}
