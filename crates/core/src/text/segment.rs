//! Chinese words: jieba's search for the likeliest split, over as much of its dictionary as is needed.
//!
//! jieba's dictionary has 350,000 words and 5 MB; a catalogue's texts contain a few thousand of them.
//! The bake collects these, the pack ships them, and the browser splits with them alone. The split of a
//! catalogue's text depends only on words that occur in it and on the sum of all frequencies, so both
//! are kept and the browser splits as the full dictionary does. Of a query, words that no catalogue
//! text contains fall apart into characters; they could not have found anything.

use std::ops::Range;

use jieba_rs::Jieba;

/// Words with their frequencies, sorted by word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dictionary {
    /// Each word with the number of times that jieba counted it, ascending.
    pub words: Vec<(String, u32)>,
}

/// The sum of all frequencies in jieba's dictionary, which probabilities are relative to.
const TOTAL: u32 = 60_101_964;

/// Never occurs in text (private use): holds the frequencies of the words that are not shipped.
const THE_REST: &str = "\u{E000}";

/// Splits runs of Han characters into words.
pub struct Segmenter {
    jieba: Jieba,
    /// Where the dictionary is the whole one.
    counts: Option<Counts>,
}

impl Segmenter {
    /// With the words of `dictionary` alone: what it does not have falls apart into characters.
    pub fn new(dictionary: &Dictionary) -> Self {
        let mut jieba = Jieba::empty();
        let mut rest = TOTAL;
        for (word, frequency) in &dictionary.words {
            jieba.add_word(word, Some(*frequency as usize), None);
            rest = rest.saturating_sub(*frequency);
        }
        jieba.add_word(THE_REST, Some(rest as usize), None);
        Self { jieba, counts: None }
    }

    /// The words of a run of Han characters, in order and without gaps.
    pub fn cut(&self, han: &str) -> Vec<Range<usize>> {
        // Without the hidden Markov model: it invents words that the dictionary lacks, differently by context.
        self.jieba.cut(han, false).iter().map(|token| token.byte_start..token.byte_end).collect()
    }

    /// The words of a run of Han characters, and the shorter words inside them, for search.
    pub fn cut_for_search<'a>(&self, han: &'a str) -> Vec<&'a str> {
        self.jieba.cut_for_search(han, false).iter().map(|token| token.word).collect()
    }
}

/// How often jieba has counted the words of its whole dictionary. It tells a frequency only by way of a logarithm, which
/// machines round differently: one more here, one less there, and two bakes of one catalogue would differ.
enum Counts {
    /// Asked of jieba for the word beside [`THE_REST`], that has nearly all of the sum: what comes back is the word's
    /// frequency times 1 - 1e-8, rounded up.
    #[cfg(feature = "dictionary")]
    Asked(Box<Jieba>),
    /// Read from the dictionary's text.
    Listed(std::collections::HashMap<String, u32>),
}

impl Segmenter {
    /// With jieba's whole dictionary, which the command line carries.
    #[cfg(feature = "dictionary")]
    pub fn full() -> Self {
        let jieba = Jieba::new();
        let mut asked = jieba.clone();
        asked.add_word(THE_REST, Some(TOTAL as usize * 99_999_999), None);
        Self { jieba, counts: Some(Counts::Asked(Box::new(asked))) }
    }

    /// With a whole dictionary from its text: a word, its frequency and its part of speech a line.
    pub fn from_dictionary_text(dictionary: &str) -> Result<Self, String> {
        let jieba = Jieba::with_dict(&mut dictionary.as_bytes()).map_err(|error| error.to_string())?;
        let listed = dictionary.lines().filter_map(|line| {
            let mut fields = line.split_whitespace();
            Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
        });
        Ok(Self { jieba, counts: Some(Counts::Listed(listed.collect())) })
    }

    /// The part of the dictionary that decides how `texts` are split.
    pub fn dictionary_for<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Dictionary {
        let mut found = std::collections::BTreeSet::new();
        for text in texts {
            found.extend(
                self.jieba.cut_all(text).iter().map(|token| token.word).filter(|word| self.jieba.has_word(word)),
            );
        }
        let words = found
            .into_iter()
            // A word that jieba splits even when it stands alone is never part of the likeliest split.
            .filter(|word| self.jieba.cut(word, false).len() == 1)
            .filter_map(|word| Some((word.to_owned(), self.frequency(word)?)))
            .collect();
        Dictionary { words }
    }

    fn frequency(&self, word: &str) -> Option<u32> {
        match self.counts.as_ref()? {
            #[cfg(feature = "dictionary")]
            Counts::Asked(jieba) => Some(jieba.suggest_freq(&format!("{word}{THE_REST}")) as u32),
            Counts::Listed(counts) => counts.get(word).copied(),
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
    fn the_collected_words_split_as_the_whole_dictionary() {
        let full = Segmenter::full();
        let small = Segmenter::new(&full.dictionary_for(TEXTS));
        for text in TEXTS {
            assert_eq!(cut(&small, text), cut(&full, text));
        }
        assert!(cut(&small, TEXTS[0]).contains(&"防水"));
        assert!(cut(&small, TEXTS[1]).contains(&"长江大桥"));
    }

    #[test]
    fn a_frequency_is_the_dictionarys_own_to_the_last_digit() {
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
    fn the_total_is_that_of_the_dictionary() {
        assert!(format!("{:?}", Jieba::new()).contains(&TOTAL.to_string()));
    }
}
