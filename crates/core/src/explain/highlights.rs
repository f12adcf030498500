//! A text with the words to mark in it: few, telling, and only those that stand the deletion test (`deletion.rs`).
//!
//! Shares choose, and the test decides: a word may add to the score and not be missed, because the words around it say
//! the same. Measured on two models, English and Chinese (`nearmind-research explain`): of what the shares choose by the
//! margin below, .75 to .95 beat chance, and no margin makes that more; of what is missed by half of its shares .94 to 1,
//! and by a tenth of the score too, .98 to 1. Must not know how marks are drawn, nor how texts are read.

use std::{collections::BTreeMap, ops::Range};

use super::{TextDecomposition, WordShares};
use crate::text::Word;

/// No more words than these are marked in one text, each wherever it occurs.
const MOST: usize = 4;
/// A word is marked if it adds at least this part of what the first one adds.
const LEAST: f32 = 0.4;
/// Marked words together add more than as many drawn by chance do on average, by so many standard deviations.
const MARGIN: f32 = 1.0;
/// No more of the words that may be marked than this part: of fewer others, chance draws the same again.
const MOST_OF_ALL: f32 = 0.5;
/// Without the marked words the score falls by at least this part of what their shares say.
const MISSED: f32 = 0.5;
/// And by this part of itself: of a long text any words that are left out cost a little.
const FELT: f32 = 0.1;

/// What each word of a text adds to a score, and which of them to mark.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Highlights {
    /// What each word of the text adds, whether it is chosen or not.
    pub shares: WordShares,
    /// Worth marking if they stand the test. In order
    pub chosen: Vec<usize>,
}

/// Marks the words in the `shown` parts of a text that bring it closest to `direction` `[H]`.
pub fn choose_highlights(text: &TextDecomposition, shown: &[Range<usize>], direction: &[f32]) -> Highlights {
    let shares = text.shares(direction);
    let chosen = choose(&text.words, &candidates(&text.words, shown), &shares);
    Highlights { shares, chosen }
}

impl Highlights {
    /// Whether the chosen words are missed in a text without them that scores `without`.
    pub fn passes_deletion_test(&self, without: f32) -> bool {
        let claimed: f32 = self.chosen.iter().map(|&at| self.shares.words[at]).sum();
        let (score, fall) = (self.shares.score(), self.shares.score() - without);
        fall > MISSED * claimed && fall > FELT * score
    }

    /// What the word adds, if it is chosen.
    pub fn share(&self, word: usize) -> Option<f32> {
        self.chosen.binary_search(&word).is_ok().then(|| self.shares.words[word])
    }
}

/// Places of the words that say something and lie in the `shown` parts of the text: what may be marked, and what chance
/// draws from. In order
pub fn candidates(words: &[Word], shown: &[Range<usize>]) -> Vec<usize> {
    let seen = |word: &Word| shown.iter().any(|part| word.range.start >= part.start && word.range.end <= part.end);
    (0..words.len()).filter(|&at| !words[at].stop && seen(&words[at])).collect()
}

/// Those that raise the score most, and none if the text scores badly. Words that repeat are one choice.
fn choose(words: &[Word], candidates: &[usize], shares: &WordShares) -> Vec<usize> {
    let mut terms: BTreeMap<&str, f32> = BTreeMap::new();
    for &at in candidates.iter().filter(|&&at| shares.words[at] > 0.0) {
        *terms.entry(&words[at].term).or_default() += shares.words[at];
    }
    let mut ranked: Vec<(&str, f32)> = terms.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked.truncate(if shares.score() > 0.0 { MOST } else { 0 });
    let most = ranked.first().map_or(0.0, |&(_, share)| share);
    ranked.retain(|&(_, share)| share >= LEAST * most);
    let chosen = |at: &usize| shares.words[*at] > 0.0 && ranked.iter().any(|&(term, _)| term == words[*at].term);
    let chosen: Vec<usize> = candidates.iter().copied().filter(chosen).collect();
    let few = chosen.len() as f32 <= MOST_OF_ALL * candidates.len() as f32;
    if few && margin(&chosen, candidates, shares) > MARGIN { chosen } else { Vec::new() }
}

/// How far the sum of the `chosen` shares lies above that of as many drawn without replacement, in its deviations.
fn margin(chosen: &[usize], candidates: &[usize], shares: &WordShares) -> f32 {
    let (count, all) = (chosen.len() as f32, candidates.len() as f32);
    let mean = candidates.iter().map(|&at| shares.words[at]).sum::<f32>() / all;
    let variance = candidates.iter().map(|&at| (shares.words[at] - mean).powi(2)).sum::<f32>() / all;
    let deviation = (count * variance * (all - count) / (all - 1.0)).sqrt();
    let above = chosen.iter().map(|&at| shares.words[at] - mean).sum::<f32>();
    // Where everything is chosen, chance would choose the same.
    if deviation > 0.0 { above / deviation } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;

    fn words<const N: usize>(terms: [&str; N]) -> Vec<Word> {
        let word =
            |(at, term): (usize, &str)| Word { range: at * 5..at * 5 + 4, term: term.into(), stop: term == "the" };
        terms.into_iter().enumerate().map(word).collect()
    }

    #[test]
    fn the_best_words_are_chosen_and_no_stop_words() {
        let words = words(["red", "the", "tea", "cup", "red", "mug", "jar", "pot"]);
        let all = candidates(&words, from_ref(&(0..100)));
        assert_eq!(all, [0, 2, 3, 4, 5, 6, 7]);
        let shares = WordShares { words: vec![0.3, 0.9, 0.4, -0.2, 0.3, 0.0, 0.0, 0.0], rest: 0.0 };
        assert_eq!(choose(&words, &all, &shares), [0, 2, 4], "what repeats is one choice");
        let repelled = WordShares { rest: -3.0, ..shares.clone() };
        assert_eq!(choose(&words, &all, &repelled), Vec::<usize>::new());
        assert_eq!(choose(&words, &candidates(&words, from_ref(&(10..39))), &shares), [2, 4], "only what is shown");
    }

    #[test]
    fn nothing_is_marked_that_chance_would_mark_too() {
        let words = words(["red", "tea", "cup", "mug", "jar"]);
        let all = candidates(&words, from_ref(&(0..100)));
        let level = WordShares { words: vec![0.21, 0.2, 0.2, 0.2, 0.21], rest: 0.0 };
        assert_eq!(choose(&words, &all, &level).len(), 0, "as telling as any");
        assert_eq!(choose(&words, &all[..1], &level).len(), 0, "the only word");
        let two = WordShares { words: vec![0.5, 0.4, 0.4, 0.0, 0.1], rest: 0.0 };
        assert_eq!(choose(&words, &all, &two).len(), 0, "most of all words");
        let telling = WordShares { words: vec![0.5, 0.1, 0.1, 0.0, 0.1], rest: 0.0 };
        assert_eq!(choose(&words, &all, &telling), [0]);
    }

    #[test]
    fn words_that_are_not_missed_do_not_stand() {
        let shares = WordShares { words: vec![0.3, 0.1, 0.0, 0.0, 0.0], rest: 0.2 };
        let marked = Highlights { shares, chosen: vec![0] };
        assert!(marked.passes_deletion_test(0.3) && marked.passes_deletion_test(0.44), "they claim .3 of .6");
        assert!(!marked.passes_deletion_test(0.46) && !marked.passes_deletion_test(0.7), "the others say the same");
        let little = Highlights { shares: WordShares { words: vec![0.05, 0.0], rest: 0.55 }, chosen: vec![0] };
        assert!(!little.passes_deletion_test(0.55) && little.passes_deletion_test(0.5), "as any words would be missed");
    }
}
