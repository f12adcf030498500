//! A text cut into runs, some of them highlighted, so that a page can draw it without counting bytes.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::text::Word;

/// A run of text. One with a `share` is a highlighted word.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Part {
    /// The run's text.
    pub text: String,
    /// What the word adds to the score. Absent if it is not highlighted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f32>,
}

impl Part {
    /// The whole text as one run without highlights; no run if it is empty.
    pub fn plain(text: &str) -> Vec<Self> {
        let part = Self { text: text.to_owned(), share: None };
        if text.is_empty() { Vec::new() } else { vec![part] }
    }

    /// Cuts the byte range `field` of `text` into runs, highlighting the words for which `share_of` gives a share.
    /// Words are in order.
    pub fn cut(text: &str, field: Range<usize>, words: &[Word], share_of: impl Fn(usize) -> Option<f32>) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut at = field.start;
        for (nth, word) in words.iter().enumerate() {
            let inside = word.range.start >= at && word.range.end <= field.end;
            if let Some(share) = share_of(nth).filter(|_| inside) {
                parts.extend(Self::plain(&text[at..word.range.start]));
                parts.push(Self { text: text[word.range.clone()].to_owned(), share: Some(share) });
                at = word.range.end;
            }
        }
        parts.extend(Self::plain(&text[at..field.end]));
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Vec<Word> {
        [(0..3, false), (4..7, true), (8..12, false), (14..17, false)]
            .map(|(range, stop)| Word { range, term: String::new(), stop })
            .to_vec()
    }

    #[test]
    fn parts_join_to_the_field() {
        let text = "Red and blue, 茶!";
        let shares = [Some(0.3), None, None, Some(0.1)];
        let parts = Part::cut(text, 0..text.len(), &words(), |nth| shares[nth]);
        let texts: Vec<_> = parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(texts, ["Red", " and blue, ", "茶", "!"]);
        assert_eq!(Part::cut(text, 4..7, &words(), |_| Some(1.0)), [Part { text: "and".into(), share: Some(1.0) }]);
    }
}
