//! Chinese word segmentation with jieba, which searches for the likeliest split, and a subset of its dictionary.
//!
//! jieba's dictionary has 350,000 words and 5 MB; the texts of a catalogue contain a few thousand of them. `nearmind
//! bake` collects these, the pack ships them, and the browser splits with them alone. The split of a catalogue text
//! depends only on the words that occur in it and on the sum of all frequencies. Both are kept, so the browser splits
//! as the full dictionary does. Words of a query that no catalogue text contains are split into characters; they could
//! not have matched anything.

use std::ops::Range;

use jieba_rs::Jieba;

/// Words with their frequencies, sorted by word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dictionary {
    /// Each word with its frequency in jieba's dictionary, sorted by word.
    pub words: Vec<(String, u32)>,
}

/// The sum of all frequencies in jieba's dictionary: the denominator of the word probabilities.
const TOTAL: u32 = 60_101_964;

/// A word that never occurs in text (a private-use character). Holds the total frequency of the words that are not
/// shipped.
const REST: &str = "\u{E000}";

/// Splits runs of Han characters into words.
pub struct Segmenter {
    jieba: Jieba,
    /// Word frequencies; only with the full dictionary.
    frequencies: Option<Frequencies>,
}

impl Segmenter {
    /// A segmenter that knows only the words of `dictionary`. Everything else is split into characters.
    pub fn new(dictionary: &Dictionary) -> Self {
        let mut jieba = Jieba::empty();
        let mut rest = TOTAL;
        for (word, frequency) in &dictionary.words {
            jieba.add_word(word, Some(*frequency as usize), None);
            rest = rest.saturating_sub(*frequency);
        }
        jieba.add_word(REST, Some(rest as usize), None);
        Self { jieba, frequencies: None }
    }

    /// Splits a run of Han characters into words. Returns their byte ranges, in order and without gaps.
    pub fn cut(&self, han: &str) -> Vec<Range<usize>> {
        // Without the hidden Markov model, which invents words that are not in the dictionary, depending on the
        // context.
        self.jieba.cut(han, false).iter().map(|token| token.byte_start..token.byte_end).collect()
    }

    /// Like [`Segmenter::cut`], but also returns the shorter words inside long ones. For search.
    pub fn cut_for_search<'a>(&self, han: &'a str) -> Vec<&'a str> {
        self.jieba.cut_for_search(han, false).iter().map(|token| token.word).collect()
    }
}

/// The word frequencies of jieba's full dictionary. jieba gives a frequency only through a logarithm, which machines
/// round differently, so a frequency could differ by one and two bakes of the same catalogue would not be equal.
enum Frequencies {
    /// jieba with [`REST`] added at nearly all of the total frequency. The suggested frequency for a word followed by
    /// [`REST`] is the word's own frequency times 1 - 1e-8, rounded up: exact on every machine.
    #[cfg(feature = "dictionary")]
    Jieba(Box<Jieba>),
    /// Frequencies from the text of the dictionary.
    Text(std::collections::HashMap<String, u32>),
}

impl Segmenter {
    /// A segmenter with jieba's full dictionary, which the command line embeds.
    #[cfg(feature = "dictionary")]
    pub fn full() -> Self {
        let jieba = Jieba::new();
        let mut with_rest = jieba.clone();
        with_rest.add_word(REST, Some(TOTAL as usize * 99_999_999), None);
        Self { jieba, frequencies: Some(Frequencies::Jieba(Box::new(with_rest))) }
    }

    /// A segmenter with a full dictionary from its text. Each line has a word, its frequency and its part of speech.
    /// Fails with jieba's message if a line cannot be read.
    pub fn from_dictionary_text(dictionary: &str) -> Result<Self, String> {
        let jieba = Jieba::with_dict(&mut dictionary.as_bytes()).map_err(|error| error.to_string())?;
        let frequencies = dictionary.lines().filter_map(|line| {
            let mut fields = line.split_whitespace();
            Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
        });
        Ok(Self { jieba, frequencies: Some(Frequencies::Text(frequencies.collect())) })
    }

    /// Returns the part of the dictionary that determines how `texts` are split. Empty without a full dictionary.
    pub fn dictionary_for<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Dictionary {
        let mut found = std::collections::BTreeSet::new();
        for text in texts {
            found.extend(
                self.jieba.cut_all(text).iter().map(|token| token.word).filter(|word| self.jieba.has_word(word)),
            );
        }
        let words = found
            .into_iter()
            // A word that jieba splits even on its own is never part of the likeliest split.
            .filter(|word| self.jieba.cut(word, false).len() == 1)
            .filter_map(|word| Some((word.to_owned(), self.frequency(word)?)))
            .collect();
        Dictionary { words }
    }

    fn frequency(&self, word: &str) -> Option<u32> {
        match self.frequencies.as_ref()? {
            #[cfg(feature = "dictionary")]
            Frequencies::Jieba(jieba) => Some(jieba.suggest_freq(&format!("{word}{REST}")) as u32),
            Frequencies::Text(frequencies) => frequencies.get(word).copied(),
        }
    }
}

#[cfg(all(test, feature = "dictionary"))]
mod tests {
    use super::*;

    const TEXTS: [&str; 4] = [
        "轻量防水夹克，适合雨天骑行通勤",
        "南京市长江大桥纪念徽章",
        "无线降噪耳机，电池续航三十小时",
        "手冲咖啡壶与研磨机套装",
    ];

    fn cut<'a>(segmenter: &Segmenter, text: &'a str) -> Vec<&'a str> {
        segmenter.cut(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn the_subset_splits_like_the_full_dictionary() {
        let full = Segmenter::full();
        let small = Segmenter::new(&full.dictionary_for(TEXTS));
        for text in TEXTS {
            assert_eq!(cut(&small, text), cut(&full, text));
        }
        assert!(cut(&small, TEXTS[0]).contains(&"防水"));
        assert!(cut(&small, TEXTS[1]).contains(&"长江大桥"));
    }

    #[test]
    fn frequencies_equal_those_of_the_dictionary() {
        let full = Segmenter::full();
        // Lines of jieba's dict.txt: the most frequent word, the rarest kind, and some between.
        let lines = "了 883634 ul\n的 318825 uj\n中国 129470 ns\n长江大桥 3858 ns\n防水 651 v\n雨天 74 t\n夹克 28 n\n\
            原浆 3 n\n一百五十余家 2 m\n";
        let listed = Segmenter::from_dictionary_text(lines).unwrap();
        for line in lines.lines() {
            let word = line.split(' ').next().unwrap();
            assert_eq!(full.frequency(word), listed.frequency(word), "{word}");
        }
        assert_eq!(listed.frequency("的"), Some(318_825));
        assert!(Segmenter::from_dictionary_text("的 often uj").is_err());
    }

    #[test]
    fn the_total_matches_the_dictionary() {
        assert!(format!("{:?}", Jieba::new()).contains(&TOTAL.to_string()));
    }
}
