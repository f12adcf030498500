//! The deletion test: if words are the reason for a score, the score falls when they are deleted.
//!
//! Comprehensiveness is how far the score falls when the words are deleted, sufficiency how far it falls when only they
//! are kept (DeYoung et al., "ERASER", 2020). Both only mean something in comparison with as many random words. The
//! random words depend on the text alone, so that equal texts get equal results. Must not know models.

use crate::{random::SplitMix64, sort::sort_by, text::Word};

/// `text` without the words at the positions `deleted`, which are in order. Leaves no double spaces.
pub fn delete_words(text: &str, words: &[Word], deleted: &[usize]) -> String {
    let mut left = String::with_capacity(text.len());
    let mut at = 0;
    for &word in deleted {
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

/// Only the words at the positions `kept`, separated by spaces.
pub fn keep_words(text: &str, words: &[Word], kept: &[usize]) -> String {
    kept.iter().map(|&word| &text[words[word].range.clone()]).collect::<Vec<_>>().join(" ")
}

/// `count` random `candidates`, in order. Each `nth` is another draw.
pub fn random_words(text: &str, candidates: &[usize], count: usize, nth: u64) -> Vec<usize> {
    // The seed is the FNV-1a hash of the text.
    let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let mut random =
        SplitMix64(text.bytes().fold(0xcbf2_9ce4_8422_2325 ^ nth.wrapping_mul(0x9e37_79b9_7f4a_7c15), fnv));
    let mut left = candidates.to_vec();
    let mut taken: Vec<usize> =
        (0..count.min(left.len())).map(|_| left.swap_remove(random.below(left.len()))).collect();
    sort_by(&mut taken, Ord::cmp);
    taken
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const TEXT: &str = "Shirts: Blue linen shirt. Soft 亚麻衬衫!";

    fn words() -> Vec<Word> {
        [0..6, 8..12, 13..18, 19..24, 26..30, 31..37, 37..43]
            .map(|range| Word { term: TEXT[range.clone()].to_lowercase(), range, is_stop: false })
            .to_vec()
    }

    #[test]
    fn words_are_deleted_and_the_rest_stays() {
        assert_eq!(delete_words(TEXT, &words(), &[1, 3, 5]), "Shirts: linen . Soft 衬衫!");
        assert_eq!(delete_words(TEXT, &words(), &[0, 1, 2, 3, 4, 5, 6]), ": . !");
        assert_eq!(delete_words(TEXT, &words(), &[]), TEXT);
        assert_eq!(keep_words(TEXT, &words(), &[2, 6]), "linen 衬衫");
    }

    #[test]
    fn random_words_depend_on_the_text_and_the_draw() {
        let candidates: Vec<usize> = (0..20).collect();
        let draw = |nth| random_words(TEXT, &candidates, 4, nth);
        assert_eq!(draw(0), draw(0));
        assert!((1..9).any(|nth| draw(nth) != draw(0)));
        assert_eq!((0..200).flat_map(draw).collect::<BTreeSet<usize>>().len(), 20, "every word is drawn at some time");
        assert!(draw(3).is_sorted() && draw(3).len() == 4);
        assert_eq!(random_words(TEXT, &[7, 9], 4, 1), [7, 9]);
    }
}
