//! An item's vector taken apart into the words of its text, and with it every score.
//!
//! With mean pooling a vector is the mean of its tokens' states, so it is a sum over tokens, and so is its product with
//! any direction: nothing has to be estimated. With states t_j of T tokens, m their mean, mu the catalogue's mean text,
//! C the linear part of centring and r the length of what it leaves:
//!
//! ```text
//! vector = sum over j of C(t_j / |m| - mu) / (T r),    score = vector . direction
//! ```
//!
//! A token's summand is what it says beyond an average text. Tokens fold into whole words, once for all directions; those
//! that belong to no word (the model's own marks, punctuation, a prefix) are the rest.

use std::ops::Range;

use crate::{
    text::Word,
    vectors::{
        Centre,
        arithmetic::{add, dot, norm},
    },
};

/// A text as the model saw it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenStates {
    /// The bytes of the text that each token stands for; `None` for the model's own tokens. `[T]`
    pub spans: Vec<Option<Range<usize>>>,
    /// Last hidden state of each token. `[T, H]`
    pub states: Vec<f32>,
}

/// A text that was read: its words, and its vector as the sum of theirs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextDecomposition {
    /// The words of the text, in order. `[W]`
    pub words: Vec<Word>,
    /// The summand of each word, in the catalogue's space, and last that of the rest. `[W + 1, H]`
    summands: Vec<f32>,
}

/// A score and the words that it is the sum of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WordShares {
    /// What each word adds. As many as the words that were given
    pub words: Vec<f32>,
    /// What the tokens add that belong to no word.
    pub rest: f32,
}

impl WordShares {
    /// The whole score: what all words add, and the rest.
    pub fn score(&self) -> f32 {
        self.words.iter().sum::<f32>() + self.rest
    }
}

impl TextDecomposition {
    /// `words` of the text that `read` is of, in order.
    pub fn new(read: &TokenStates, words: Vec<Word>, centre: &Centre) -> Self {
        let width = centre.mean.len();
        let part = 1.0 / read.spans.len() as f32;
        let mut pooled = vec![0.0; width];
        read.states.chunks_exact(width).for_each(|state| add(&mut pooled, part, state));
        let length = norm(&pooled);
        let mut centred: Vec<f32> = pooled.iter().map(|value| value / length).collect();
        let left = if length > 0.0 { centre.apply(&mut centred) } else { 0.0 };
        if left == 0.0 {
            return Self { summands: vec![0.0; (words.len() + 1) * centre.width()], words };
        }
        let mut sums = vec![vec![0.0; width]; words.len() + 1];
        for (span, state) in read.spans.iter().zip(read.states.chunks_exact(width)) {
            let sum = &mut sums[span.as_ref().and_then(|span| word_at(&words, span)).unwrap_or(words.len())];
            add(sum, part / (length * left), state);
            add(sum, -part / left, &centre.mean);
        }
        sums.iter_mut().for_each(|sum| centre.keep(sum));
        Self { words, summands: sums.concat() }
    }

    /// What each word adds to the score of the text against `direction` `[H]`.
    pub fn shares(&self, direction: &[f32]) -> WordShares {
        let mut words: Vec<f32> =
            self.summands.chunks_exact(direction.len()).map(|summand| dot(summand, direction)).collect();
        let rest = words.pop().unwrap_or_default();
        WordShares { words, rest }
    }
}

/// Values of tokens `[T]` summed by word.
pub fn sum_by_word(spans: &[Option<Range<usize>>], words: &[Word], tokens: &[f32]) -> WordShares {
    let mut shares = WordShares { words: vec![0.0; words.len()], rest: 0.0 };
    for (span, value) in spans.iter().zip(tokens) {
        match span.as_ref().and_then(|span| word_at(words, span)) {
            Some(word) => shares.words[word] += value,
            None => shares.rest += value,
        }
    }
    shares
}

/// The word that most of a token's bytes lie in. Words are in order and do not overlap.
fn word_at(words: &[Word], span: &Range<usize>) -> Option<usize> {
    let first = words.partition_point(|word| word.range.end <= span.start);
    let overlap = |word: &Word| word.range.end.min(span.end).saturating_sub(word.range.start.max(span.start));
    let touching = (first..words.len()).take_while(|&at| words[at].range.start < span.end);
    touching.max_by_key(|&at| (overlap(&words[at]), std::cmp::Reverse(at)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vectors::arithmetic::normalize;

    const WIDTH: usize = 16;

    fn words(count: usize) -> Vec<Word> {
        (0..count).map(|at| Word { range: at * 5..at * 5 + 4, term: at.to_string(), stop: false }).collect()
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_score(
            states in prop::collection::vec(-2f32..2.0, 7 * WIDTH),
            mean in prop::collection::vec(-0.2f32..0.2, WIDTH),
            axis in prop::collection::vec(-1f32..1.0, WIDTH),
            direction in prop::collection::vec(-1f32..1.0, WIDTH),
        ) {
            let mut centre = Centre { mean, axis, basis: Vec::new() };
            normalize(&mut centre.axis);
            let spans = vec![None, Some(0..2), Some(2..4), Some(4..5), Some(5..9), Some(8..11), None];
            let text = TokenStates { spans, states };
            let mut vector = vec![0.0; WIDTH];
            text.states.chunks_exact(WIDTH).for_each(|state| add(&mut vector, 1.0, state));
            normalize(&mut vector);
            centre.apply(&mut vector);
            let score = dot(&vector, &direction);
            let shares = TextDecomposition::new(&text, words(3), &centre).shares(&direction);
            prop_assert!((shares.score() - score).abs() < 1e-4, "{} {score}", shares.score());
            prop_assert!(shares.words.iter().all(|share| share.is_finite()));
        }
    }

    #[test]
    fn a_token_belongs_to_the_word_that_it_covers_most() {
        let words = words(3); // 0..4, 5..9, 10..14
        for (span, expect) in
            [(0..4, Some(0)), (1..2, Some(0)), (4..5, None), (3..7, Some(1)), (8..11, Some(1)), (20..21, None)]
        {
            assert_eq!(word_at(&words, &span), expect, "{span:?}");
        }
    }
}
