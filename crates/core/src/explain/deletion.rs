//! The deletion test: words that are the reason for a score are missed when they are gone.
//!
//! Comprehensiveness is how far the score falls when the words are deleted, sufficiency how far it falls when only
//! they are kept (DeYoung et al., "ERASER", 2020); both mean something only beside as many words drawn by chance.
//! Chance is a function of the text, so that equal texts are judged equally. Must not know models.

use crate::{random::SplitMix64, text::Word};

/// `text` without the words at `gone`; they are in order. No double spaces stay behind.
pub fn delete_words(text: &str, words: &[Word], gone: &[usize]) -> String {
    let mut left = String::with_capacity(text.len());
    let mut at = 0;
    for &word in gone {
        let range = &words[word].range;
        left.push_str(&text[at..range.start]);
        at = range.end;
        if left.is_empty() || left.ends_with(' ') {
            at += text[at..].len() - text[at..].trim_start_matches(' ').len();
        }
    }
    left.push_str(&text[at..]);
    left
}

/// Only the words at `kept`, with spaces between them.
pub fn keep_words(text: &str, words: &[Word], kept: &[usize]) -> String {
    kept.iter().map(|&word| &text[words[word].range.clone()]).collect::<Vec<_>>().join(" ")
}

/// `count` of the `candidates`, drawn by chance for the `nth` time. In order
pub fn random_words(text: &str, candidates: &[usize], count: usize, nth: u64) -> Vec<usize> {
    // FNV-1a of the text is the seed.
    let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let mut random =
        SplitMix64(text.bytes().fold(0xcbf2_9ce4_8422_2325 ^ nth.wrapping_mul(0x9e37_79b9_7f4a_7c15), fnv));
    let mut left = candidates.to_vec();
    let mut taken: Vec<usize> =
        (0..count.min(left.len())).map(|_| left.swap_remove(random.below(left.len()))).collect();
    taken.sort_unstable();
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Shirts: Blue linen shirt. Soft 亚麻衬衫!";

    fn words() -> Vec<Word> {
        [0..6, 8..12, 13..18, 19..24, 26..30, 31..37, 37..43]
            .map(|range| Word { term: TEXT[range.clone()].to_lowercase(), range, stop: false })
            .to_vec()
    }

    #[test]
    fn words_are_gone_and_the_rest_stands() {
        assert_eq!(delete_words(TEXT, &words(), &[1, 3, 5]), "Shirts: linen . Soft 衬衫!");
        assert_eq!(delete_words(TEXT, &words(), &[0, 1, 2, 3, 4, 5, 6]), ": . !");
        assert_eq!(delete_words(TEXT, &words(), &[]), TEXT);
        assert_eq!(keep_words(TEXT, &words(), &[2, 6]), "linen 衬衫");
    }

    #[test]
    fn chance_is_the_same_for_the_same_text_and_differs_by_draw() {
        let candidates: Vec<usize> = (0..20).collect();
        let draw = |nth| random_words(TEXT, &candidates, 4, nth);
        assert_eq!(draw(0), draw(0));
        assert!((1..9).any(|nth| draw(nth) != draw(0)));
        assert!((0..200).flat_map(draw).collect::<std::collections::BTreeSet<_>>().len() == 20, "every word is drawn");
        assert!(draw(3).is_sorted() && draw(3).len() == 4);
        assert_eq!(random_words(TEXT, &[7, 9], 4, 1), [7, 9]);
    }
}
