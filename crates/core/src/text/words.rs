//! Tokenization: the words of a text with their positions, and the terms by which they are compared.
//!
//! Word boundaries follow UAX 29, which does not segment runs of Han characters: those are split by jieba. A term is
//! the word in NFKC and lower case, stemmed (Porter's English stemmer) if it is in ASCII letters. Highlights and search
//! use the same words, so a highlight is always a whole word.

use std::{ops::Range, sync::LazyLock};

use nearmind_nfkc::nfkc;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

use super::{language::is_han, segment::Segmenter, stop_words::is_stop_word};

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Position in the text, in bytes.
    pub range: Range<usize>,
    /// The form that is compared: NFKC, lower case, and stemmed if it is in ASCII letters.
    pub term: String,
    /// Whether the word is a stop word.
    pub is_stop: bool,
}

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// Returns the words of `text` in order. They do not overlap; punctuation and spaces belong to no word.
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

/// Returns the terms to index `text` by: its words without stop words, and the shorter words inside long Chinese words.
pub fn terms(text: &str, segmenter: &Segmenter) -> Vec<String> {
    query_terms(text, segmenter).into_iter().map(|(_, term)| term).collect()
}

/// Returns the words of a query without stop words, each as typed (in NFKC and lower case) and as a term.
pub fn query_terms(text: &str, segmenter: &Segmenter) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (_, run, han) in runs(text) {
        let words = if han { segmenter.cut_for_search(run) } else { run.unicode_words().collect() };
        for word in words {
            let (term, is_stop) = term(word);
            if !is_stop {
                found.push((normalize(word), term));
            }
        }
    }
    found
}

/// Returns the term of a word, and whether it is a stop word.
fn term(word: &str) -> (String, bool) {
    let normal = normalize(word);
    let is_stop = is_stop_word(&normal);
    let is_ascii = normal.bytes().all(|b| b.is_ascii_alphabetic() || b == b'\'');
    if is_ascii { (STEMMER.stem(&normal).into_owned(), is_stop) } else { (normal, is_stop) }
}

/// Returns `word` in NFKC and lower case, with straight apostrophes.
fn normalize(word: &str) -> String {
    nfkc(word).chars().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c }).collect()
}

/// Splits `text` into runs with and without Han characters. Each is its start in bytes, the run, and whether it is Han.
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
    fn english_and_chinese_are_split_into_words() {
        check("Waterproof jackets, for women's cycling!", &["Waterproof", "jackets", "for", "women's", "cycling"]);
        check("雨天骑行防水夹克", &["雨天", "骑行", "防水", "夹克"]);
        check("GoreX 防水夹克 2.5L", &["GoreX", "防水", "夹克", "2.5L"]);
        check("", &[]);
        check("🧥 — !", &[]);
    }

    #[test]
    fn forms_of_a_word_have_the_same_term() {
        let segmenter = segmenter();
        assert_eq!(terms("Jackets", &segmenter), terms("jacket", &segmenter));
        assert_eq!(terms("ＵＳＢ", &segmenter), terms("usb", &segmenter));
        assert_eq!(terms("the of and 的", &segmenter), Vec::<String>::new());
    }
}
