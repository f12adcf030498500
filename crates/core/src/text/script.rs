//! The script that a text is written in, and which languages use it.
//!
//! Two words are enough to tell that an English model cannot read a Russian text. Languages that share a script cannot
//! be told apart. Must not know which languages a catalogue or a model has.

use super::language::is_han;

/// A script, as precise as the languages of shops need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Script {
    /// English, French, German, Turkish, Vietnamese and many more.
    Latin,
    /// Russian, Ukrainian, Bulgarian, Serbian and others.
    Cyrillic,
    /// Modern and ancient Greek.
    Greek,
    /// Hebrew and Yiddish.
    Hebrew,
    /// Arabic, Persian, Urdu and others.
    Arabic,
    /// Hindi, Marathi, Nepali and Sanskrit.
    Devanagari,
    /// The alphabet of Thai.
    Thai,
    /// The alphabet of Korean.
    Hangul,
    /// The syllables of Japanese: hiragana and katakana.
    Kana,
    /// Chinese characters; Japanese has them, too.
    Han,
    /// Any other, such as that of Bengali or Georgian.
    Other,
}

use Script::*;

impl Script {
    /// Returns the script of most letters of `text`, or `None` if it has no letters. A Han, Hangul or kana character
    /// counts as two letters. A text of mostly Han characters with any kana is Japanese ([`Script::Kana`]).
    pub fn detect(text: &str) -> Option<Self> {
        let mut counts: [(Self, usize); 11] =
            [Latin, Cyrillic, Greek, Hebrew, Arabic, Devanagari, Thai, Hangul, Kana, Han, Other]
                .map(|script| (script, 0));
        for script in text.chars().filter(|c| c.is_alphabetic()).map(Self::from_char) {
            let found = counts.iter_mut().find(|(own, _)| *own == script);
            found
                .into_iter()
                .for_each(|(_, count)| *count += if [Hangul, Kana, Han].contains(&script) { 2 } else { 1 });
        }
        let count = |script| counts.iter().find(|(own, _)| *own == script).map_or(0, |(_, count)| *count);
        let most = counts.iter().copied().max_by_key(|(script, count)| (*count, std::cmp::Reverse(*script)))?;
        if most.1 == 0 {
            return None;
        }
        Some(if most.0 == Han && count(Kana) > 0 { Kana } else { most.0 })
    }

    /// Returns the script of one letter.
    pub fn from_char(c: char) -> Self {
        match u32::from(c) {
            _ if is_han(c) => Han,
            0x0041..=0x024F | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F | 0xA720..=0xA7FF | 0xFF21..=0xFF5A => Latin,
            0x0370..=0x03FF | 0x1F00..=0x1FFF => Greek,
            0x0400..=0x052F | 0x1C80..=0x1C8F => Cyrillic,
            0x0590..=0x05FF => Hebrew,
            0x0600..=0x06FF | 0x0750..=0x077F | 0x08A0..=0x08FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => Arabic,
            0x0900..=0x097F => Devanagari,
            0x0E00..=0x0E7F => Thai,
            0x1100..=0x11FF | 0x3130..=0x318F | 0xAC00..=0xD7AF => Hangul,
            0x3041..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9D => Kana,
            _ => Other,
        }
    }

    /// Returns whether the language with primary subtag `lang` is written in this script.
    pub fn is_used_by(self, lang: &str) -> bool {
        let own: &[Self] = match lang {
            "zh" => &[Han],
            "ja" => &[Kana, Han],
            "ko" => &[Hangul],
            "ru" | "uk" | "be" | "bg" | "mk" | "mn" | "kk" | "ky" | "tg" => &[Cyrillic],
            "sr" => &[Cyrillic, Latin],
            "el" => &[Greek],
            "he" | "yi" => &[Hebrew],
            "ar" | "fa" | "ur" | "ps" | "ug" | "sd" => &[Arabic],
            "hi" | "mr" | "ne" | "sa" => &[Devanagari],
            "th" => &[Thai],
            "am" | "as" | "bn" | "gu" | "hy" | "ka" | "km" | "kn" | "lo" | "ml" | "my" | "or" | "pa" | "si" | "ta"
            | "te" => &[Other],
            _ => &[Latin],
        };
        own.contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_identify_the_script() {
        for (text, expect) in [
            ("rain jacket", Some(Latin)),
            ("veste chaude, été", Some(Latin)),
            ("тёплая куртка", Some(Cyrillic)),
            ("ζεστό μπουφάν", Some(Greek)),
            ("سترة دافئة", Some(Arabic)),
            ("מעיל חם", Some(Hebrew)),
            ("गर्म जैकेट", Some(Devanagari)),
            ("เสื้อกันหนาว", Some(Thai)),
            ("따뜻한 재킷", Some(Hangul)),
            ("暖かいジャケット", Some(Kana)),
            ("防水夹克", Some(Han)),
            ("防水 jacket", Some(Latin)),
            ("防水夹克 GoreX", Some(Han)),
            ("куртка GoreX", Some(Cyrillic)),
            ("თბილი ქურთუკი", Some(Other)),
            ("12 + 7 🧥", None),
            ("", None),
        ] {
            assert_eq!(Script::detect(text), expect, "{text}");
        }
    }

    #[test]
    fn a_language_is_written_in_its_own_script() {
        for (lang, script) in [("en", Latin), ("fr", Latin), ("zh", Han), ("ru", Cyrillic), ("ja", Kana), ("ta", Other)]
        {
            assert!(script.is_used_by(lang), "{lang}");
        }
        assert!(
            !Cyrillic.is_used_by("en") && !Latin.is_used_by("ru") && !Kana.is_used_by("zh") && Han.is_used_by("ja")
        );
    }
}
