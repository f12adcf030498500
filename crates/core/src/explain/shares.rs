//! An item's vector as a sum over the words of its text, and with it every score.
//!
//! With mean pooling a vector is the mean of its tokens' states: a sum over tokens, and so is its product with any
//! direction. Nothing has to be estimated. With the states t_j of T tokens, their mean m, the mean text mu of the
//! catalogue, the linear part C of centring and the length r of the centred vector:
//!
//! ```text
//! vector = sum over j of C(t_j / |m| - mu) / (T r),    score = vector . direction
//! ```
//!
//! A token's summand is what it adds to an average text. The tokens of a word are summed once for all directions.
//! Tokens that belong to no word (special tokens, punctuation, a prefix) are the rest.

use std::ops::Range;

use crate::{
    text::Word,
    vectors::{
        Centre,
        arithmetic::{add_scaled, dot, norm, normalize},
    },
};

/// The model's output for each token of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenStates {
    /// The byte range of the text that each token covers; `None` for special tokens. `[T]`
    pub spans: Vec<Option<Range<usize>>>,
    /// The last hidden state of each token. `[T, H]`
    pub states: Vec<f32>,
}

/// A text's words, and its vector as the sum of a vector for each word.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextDecomposition {
    /// The words of the text, in order. `[W]`
    pub words: Vec<Word>,
    /// The vector of each word in the catalogue's space, and last that of the rest. `[W + 1, H]`
    summands: Vec<f32>,
}

/// A score as the sum of the shares of words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WordShares {
    /// What each word adds. `[W]`
    pub words: Vec<f32>,
    /// What the tokens that belong to no word add.
    pub rest: f32,
}

impl WordShares {
    /// The score: the sum of all shares.
    pub fn score(&self) -> f32 {
        self.words.iter().sum::<f32>() + self.rest
    }
}

impl TextDecomposition {
    /// Splits a text into `words`, which are in order. `tokens` are the model's output for the text. All shares are 0
    /// if its vector or the centred vector is 0.
    pub fn new(tokens: &TokenStates, words: Vec<Word>, centre: &Centre) -> Self {
        let width = centre.mean.len();
        let part = 1.0 / tokens.spans.len() as f32;
        let mut pooled = vec![0.0; width];
        tokens.states.chunks_exact(width).for_each(|state| add_scaled(&mut pooled, part, state));
        let length = norm(&pooled);
        let mut centred: Vec<f32> = pooled.iter().map(|value| value / length).collect();
        let centred_length = if length > 0.0 { centre.apply(&mut centred) } else { 0.0 };
        if centred_length == 0.0 {
            return Self { summands: vec![0.0; (words.len() + 1) * centre.width()], words };
        }
        let mut sums = vec![vec![0.0; width]; words.len() + 1];
        for (span, state) in tokens.spans.iter().zip(tokens.states.chunks_exact(width)) {
            let sum = &mut sums[span.as_ref().and_then(|span| word_at(&words, span)).unwrap_or(words.len())];
            add_scaled(sum, part / (length * centred_length), state);
            add_scaled(sum, -part / centred_length, &centre.mean);
        }
        sums.iter_mut().for_each(|sum| centre.project(sum));
        Self { words, summands: sums.concat() }
    }

    /// Splits a text whose vector is the sum of the vectors `[H]` of its words, scaled to length 1. A word without a
    /// vector adds nothing.
    pub fn from_words(words: Vec<Word>, width: usize, vector: impl Fn(&Word) -> Option<Vec<f32>>) -> Self {
        let mut summands: Vec<f32> =
            words.iter().flat_map(|word| vector(word).unwrap_or_else(|| vec![0.0; width])).collect();
        let length = norm(&sum(summands.chunks_exact(width.max(1)), width));
        if length > 0.0 {
            summands.iter_mut().for_each(|value| *value /= length);
        }
        summands.extend(vec![0.0; width]); // there is no rest
        Self { words, summands }
    }

    /// The unit vector `[H]` of the text without the words at these positions, which are in order. Only right for
    /// [`TextDecomposition::from_words`]: a model reads the words that are left in another way.
    pub fn without(&self, deleted: &[usize]) -> Vec<f32> {
        let width = self.summands.len() / (self.words.len() + 1);
        let summands = self.summands.chunks_exact(width.max(1)).enumerate();
        let left = summands.filter(|(at, _)| deleted.binary_search(at).is_err()).map(|(_, summand)| summand);
        let mut vector = sum(left, width);
        normalize(&mut vector);
        vector
    }

    /// What each word adds to the score of the text against `direction` `[H]`.
    pub fn shares(&self, direction: &[f32]) -> WordShares {
        let mut words: Vec<f32> =
            self.summands.chunks_exact(direction.len()).map(|summand| dot(summand, direction)).collect();
        let rest = words.pop().unwrap_or_default();
        WordShares { words, rest }
    }
}

fn sum<'a>(vectors: impl Iterator<Item = &'a [f32]>, width: usize) -> Vec<f32> {
    vectors.fold(vec![0.0; width], |mut sum, vector| {
        add_scaled(&mut sum, 1.0, vector);
        sum
    })
}

/// Sums the values of tokens `[T]` by word. `spans` are as in [`TokenStates`].
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

/// The position of the word that a token overlaps most, the first of equals. Words are in order and do not overlap.
fn word_at(words: &[Word], span: &Range<usize>) -> Option<usize> {
    let first = words.partition_point(|word| word.range.end <= span.start);
    let overlap = |word: &Word| word.range.end.min(span.end).saturating_sub(word.range.start.max(span.start));
    let overlapping = (first..words.len()).take_while(|&at| words[at].range.start < span.end);
    overlapping.max_by_key(|&at| (overlap(&words[at]), std::cmp::Reverse(at)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WIDTH: usize = 16;

    fn words(count: usize) -> Vec<Word> {
        (0..count).map(|at| Word { range: at * 5..at * 5 + 4, term: at.to_string(), is_stop: false }).collect()
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
            text.states.chunks_exact(WIDTH).for_each(|state| add_scaled(&mut vector, 1.0, state));
            normalize(&mut vector);
            centre.apply(&mut vector);
            let score = dot(&vector, &direction);
            let shares = TextDecomposition::new(&text, words(3), &centre).shares(&direction);
            prop_assert!((shares.score() - score).abs() < 1e-4, "{} {score}", shares.score());
            prop_assert!(shares.words.iter().all(|share| share.is_finite()));
        }
    }

    #[test]
    fn shares_of_word_vectors_sum_to_the_score() {
        let vector = |word: &Word| match word.term.as_str() {
            "0" => Some(vec![3.0, 0.0]),
            "1" => Some(vec![0.0, 4.0]),
            _ => None,
        };
        let text = TextDecomposition::from_words(words(3), 2, vector);
        let shares = text.shares(&[1.0, 1.0]);
        assert!((shares.score() - 1.4).abs() < 1e-6, "{shares:?}");
        assert_eq!((shares.words[2], shares.rest), (0.0, 0.0));
        assert_eq!((text.without(&[1]), text.without(&[0, 2])), (vec![1.0, 0.0], vec![0.0, 1.0]));
    }

    #[test]
    fn a_token_belongs_to_the_word_it_overlaps_most() {
        let words = words(3); // 0..4, 5..9, 10..14
        for (span, expect) in
            [(0..4, Some(0)), (1..2, Some(0)), (4..5, None), (3..7, Some(1)), (8..11, Some(1)), (20..21, None)]
        {
            assert_eq!(word_at(&words, &span), expect, "{span:?}");
        }
    }
}
