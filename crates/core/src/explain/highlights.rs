//! Which words of a text to highlight: a few that explain the score and pass the deletion test (`deletion.rs`).
//!
//! Shares propose words, and the test decides: a word may add to the score and not be missed, because the words around
//! it say the same. Measured with two models, English and Chinese (`nearmind-research explain`): of the words proposed
//! with the margin below, .75 to .95 beat random words, and a larger margin does not improve that; of those without
//! which the score falls by half of their shares, .94 to 1; and if it also falls by a tenth of itself, .98 to 1. Must
//! not know how highlights are drawn, nor how texts are encoded.

use std::{collections::BTreeMap, ops::Range};

use super::{TextDecomposition, WordShares};
use crate::{sort::sort_by, text::Word};

/// The most different words that are highlighted in one text, each wherever it occurs.
const MAX_WORDS: usize = 4;
/// A word must add at least this part of what the first word adds.
const MIN_SHARE: f32 = 0.4;
/// The chosen words together must add more than as many random words do on average, by so many standard deviations.
const MIN_MARGIN: f32 = 1.0;
/// At most this part of the candidates is chosen: with fewer others, random words would be the same again.
const MAX_PART: f32 = 0.5;
/// Without the chosen words the score must fall by more than this part of their shares.
const MIN_FALL_OF_SHARES: f32 = 0.5;
/// And by more than this part of itself, because in a long text every deleted word costs a little.
const MIN_FALL_OF_SCORE: f32 = 0.1;

/// What each word of a text adds to a score, and which words to highlight.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Highlights {
    /// What each word of the text adds, chosen or not.
    pub shares: WordShares,
    /// Positions of the words to highlight if they pass the deletion test, in order.
    pub chosen: Vec<usize>,
}

/// Chooses the words in the `shown` byte ranges of a text that bring it closest to `direction` `[H]`.
pub fn choose_highlights(text: &TextDecomposition, shown: &[Range<usize>], direction: &[f32]) -> Highlights {
    let shares = text.shares(direction);
    let chosen = choose(&text.words, &candidates(&text.words, shown), &shares);
    Highlights { shares, chosen }
}

impl Highlights {
    /// Whether the chosen words are missed, where the text without them scores `score_without`.
    pub fn passes_deletion_test(&self, score_without: f32) -> bool {
        let shares: f32 = self.chosen.iter().map(|&at| self.shares.words[at]).sum();
        let (score, fall) = (self.shares.score(), self.shares.score() - score_without);
        fall > MIN_FALL_OF_SHARES * shares && fall > MIN_FALL_OF_SCORE * score
    }

    /// What the word at this position adds, if it is chosen.
    pub fn share(&self, word: usize) -> Option<f32> {
        self.chosen.binary_search(&word).is_ok().then(|| self.shares.words[word])
    }
}

/// Positions of the words in the `shown` byte ranges of the text that are not stop words, in order: these may be
/// highlighted, and random words are drawn from them.
pub fn candidates(words: &[Word], shown: &[Range<usize>]) -> Vec<usize> {
    let is_shown = |word: &Word| shown.iter().any(|part| word.range.start >= part.start && word.range.end <= part.end);
    (0..words.len()).filter(|&at| !words[at].is_stop && is_shown(&words[at])).collect()
}

/// The candidates that raise the score most; none if the score is not above 0. A repeated word counts as one, at all
/// its positions.
fn choose(words: &[Word], candidates: &[usize], shares: &WordShares) -> Vec<usize> {
    let mut terms: BTreeMap<&str, f32> = BTreeMap::new();
    for &at in candidates.iter().filter(|&&at| shares.words[at] > 0.0) {
        *terms.entry(&words[at].term).or_default() += shares.words[at];
    }
    let mut ranked: Vec<(&str, f32)> = terms.into_iter().collect();
    sort_by(&mut ranked, |a, b| b.1.total_cmp(&a.1));
    ranked.truncate(if shares.score() > 0.0 { MAX_WORDS } else { 0 });
    let most = ranked.first().map_or(0.0, |&(_, share)| share);
    ranked.retain(|&(_, share)| share >= MIN_SHARE * most);
    let chosen = |at: &usize| shares.words[*at] > 0.0 && ranked.iter().any(|&(term, _)| term == words[*at].term);
    let chosen: Vec<usize> = candidates.iter().copied().filter(chosen).collect();
    let few = chosen.len() as f32 <= MAX_PART * candidates.len() as f32;
    if few && margin(&chosen, candidates, shares) > MIN_MARGIN { chosen } else { Vec::new() }
}

/// How far the sum of the `chosen` shares lies above that of as many words drawn without replacement, in standard
/// deviations of the latter.
fn margin(chosen: &[usize], candidates: &[usize], shares: &WordShares) -> f32 {
    let (count, all) = (chosen.len() as f32, candidates.len() as f32);
    let mean = candidates.iter().map(|&at| shares.words[at]).sum::<f32>() / all;
    let variance = candidates.iter().map(|&at| (shares.words[at] - mean).powi(2)).sum::<f32>() / all;
    let deviation = (count * variance * (all - count) / (all - 1.0)).sqrt();
    let above = chosen.iter().map(|&at| shares.words[at] - mean).sum::<f32>();
    // If all candidates are chosen, random words would be the same.
    if deviation > 0.0 { above / deviation } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;

    fn words<const N: usize>(terms: [&str; N]) -> Vec<Word> {
        let word =
            |(at, term): (usize, &str)| Word { range: at * 5..at * 5 + 4, term: term.into(), is_stop: term == "the" };
        terms.into_iter().enumerate().map(word).collect()
    }

    #[test]
    fn words_with_the_largest_shares_but_no_stop_words() {
        let words = words(["red", "the", "tea", "cup", "red", "mug", "jar", "pot"]);
        let all = candidates(&words, from_ref(&(0..100)));
        assert_eq!(all, [0, 2, 3, 4, 5, 6, 7]);
        let shares = WordShares { words: vec![0.3, 0.9, 0.4, -0.2, 0.3, 0.0, 0.0, 0.0], rest: 0.0 };
        assert_eq!(choose(&words, &all, &shares), [0, 2, 4], "a repeated word counts as one");
        let negative = WordShares { rest: -3.0, ..shares.clone() };
        assert_eq!(choose(&words, &all, &negative), Vec::<usize>::new());
        assert_eq!(choose(&words, &candidates(&words, from_ref(&(10..39))), &shares), [2, 4], "only shown words");
    }

    #[test]
    fn nothing_is_chosen_that_random_words_match() {
        let words = words(["red", "tea", "cup", "mug", "jar"]);
        let all = candidates(&words, from_ref(&(0..100)));
        let level = WordShares { words: vec![0.21, 0.2, 0.2, 0.2, 0.21], rest: 0.0 };
        assert_eq!(choose(&words, &all, &level).len(), 0, "no better than any other word");
        assert_eq!(choose(&words, &all[..1], &level).len(), 0, "the only word");
        let two = WordShares { words: vec![0.5, 0.4, 0.4, 0.0, 0.1], rest: 0.0 };
        assert_eq!(choose(&words, &all, &two).len(), 0, "most of the words");
        let clear = WordShares { words: vec![0.5, 0.1, 0.1, 0.0, 0.1], rest: 0.0 };
        assert_eq!(choose(&words, &all, &clear), [0]);
    }

    #[test]
    fn words_that_are_not_missed_fail_the_test() {
        let shares = WordShares { words: vec![0.3, 0.1, 0.0, 0.0, 0.0], rest: 0.2 };
        let highlights = Highlights { shares, chosen: vec![0] };
        let passes = |score_without| highlights.passes_deletion_test(score_without);
        assert!(passes(0.3) && passes(0.44), "their share is .3 of .6");
        assert!(!passes(0.46) && !passes(0.7), "the others say the same");
        let weak = Highlights { shares: WordShares { words: vec![0.05, 0.0], rest: 0.55 }, chosen: vec![0] };
        assert!(!weak.passes_deletion_test(0.55) && weak.passes_deletion_test(0.5), "any deleted word costs as much");
    }
}
