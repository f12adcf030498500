//! A text's words with their places, and the terms that they are compared by.
//!
//! Boundaries follow UAX 29; runs of Han characters, where it knows no words, go to jieba. A term is
//! the word in NFKC and lower case, stemmed where it is written in ASCII letters (Porter's English
//! stemmer). Highlights and search both use these words, so a highlight is always a whole word.

use std::{ops::Range, sync::LazyLock};

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::{language::is_han, segment::Segmenter, stop_words::is_stop_word};

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// How the word is compared: NFKC in lower case, and stemmed where it is in ASCII letters.
    pub term: String,
    /// Says nothing of what the text is about.
    pub is_stop: bool,
}

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// The words of `text` in order; they do not overlap. Punctuation and spaces belong to none.
pub fn words(text: &str, segmenter: &Segmenter) -> Vec<Word> {
    let mut found = Vec::new();
    for (start, run, han) in runs(text) {
        let mut push = |range: Range<usize>| {
            let (term, is_stop) = term(&text[range.clone()]);
            found.push(Word { range, term, is_stop });
        };
        if han {
            segmenter.cut(run).into_iter().for_each(|range| push(start + range.start..start + range.end));
        } else {
            run.unicode_word_indices().for_each(|(at, word)| push(start + at..start + at + word.len()));
        }
    }
    found
}

/// The terms that `text` is found by: its words but stop words, and of long Chinese words the shorter ones inside.
pub fn terms(text: &str, segmenter: &Segmenter) -> Vec<String> {
    query_terms(text, segmenter).into_iter().map(|(_, term)| term).collect()
}

/// The words of a query that are no stop words, as typed (NFKC, lower case) and as they are compared.
pub fn query_terms(text: &str, segmenter: &Segmenter) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (_, run, han) in runs(text) {
        let words = if han { segmenter.cut_for_search(run) } else { run.unicode_words().collect() };
        for word in words {
            let (term, is_stop) = term(word);
            if !is_stop {
                found.push((plain(word), term));
            }
        }
    }
    found
}

/// How a word is compared, and whether it is a stop word.
fn term(word: &str) -> (String, bool) {
    let plain = plain(word);
    let is_stop = is_stop_word(&plain);
    let english = plain.bytes().all(|b| b.is_ascii_alphabetic() || b == b'\'');
    if english { (STEMMER.stem(&plain).into_owned(), is_stop) } else { (plain, is_stop) }
}

/// NFKC in lower case, apostrophes straight.
fn plain(word: &str) -> String {
    word.nfkc().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c }).collect()
}

/// The text cut where Han characters begin and end: start, run, whether it is Han.
fn runs(text: &str) -> impl Iterator<Item = (usize, &str, bool)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = &text[start..];
        let han = is_han(rest.chars().next()?);
        let len = rest.find(|c| is_han(c) != han).unwrap_or(rest.len());
        let run = (start, &rest[..len], han);
        start += len;
        Some(run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Dictionary;

    fn segmenter() -> Segmenter {
        let words = [("夹克", 900), ("防水", 800), ("骑行", 500), ("雨天", 300)];
        Segmenter::new(&Dictionary { words: words.map(|(word, n)| (word.to_owned(), n)).to_vec() })
    }

    fn check(text: &str, expect: &[&str]) {
        let found: Vec<_> = words(text, &segmenter()).into_iter().map(|word| text[word.range].to_owned()).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn words_are_whole_in_both_languages() {
        check("Waterproof jackets, for women's cycling!", &["Waterproof", "jackets", "for", "women's", "cycling"]);
        check("雨天骑行防水夹克", &["雨天", "骑行", "防水", "夹克"]);
        check("GoreX 防水夹克 2.5L", &["GoreX", "防水", "夹克", "2.5L"]);
        check("", &[]);
        check("🧥 — !", &[]);
    }

    #[test]
    fn one_term_for_the_forms_of_a_word() {
        let segmenter = segmenter();
        assert_eq!(terms("Jackets", &segmenter), terms("jacket", &segmenter));
        assert_eq!(terms("ＵＳＢ", &segmenter), terms("usb", &segmenter));
        assert_eq!(terms("the of and 的", &segmenter), Vec::<String>::new());
    }
}
