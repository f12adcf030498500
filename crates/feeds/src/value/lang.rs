//! Detects the language of a product's text, as a primary subtag: by script first, then by letter statistics.
//!
//! Two or three words in Latin script are not enough for statistics. Texts below `MIN_BYTES` get the language of the feed:
//! the declared one, else the most frequent one of its longer texts. Must not know rows.

use whatlang::{Detector, Lang, Script};

use nearmind_core::text::{language::detect_language, stop_words::is_stop_word};

/// The minimum length of a text for letter statistics.
const MIN_BYTES: usize = 60;
/// The maximum length used for statistics; more costs time and does not change the result.
const MAX_BYTES: usize = 400;
/// A text with this many English function words is English.
const MIN_ENGLISH_WORDS: usize = 3;

/// Detects languages. It is not free to build, so there is one per import.
pub struct LanguageDetector {
    latin: Detector,
}

impl Default for LanguageDetector {
    fn default() -> Self {
        use Lang::{Ces, Dan, Deu, Eng, Fin, Fra, Hun, Ind, Ita, Nld, Nob, Pol, Por, Ron, Spa, Swe, Tur, Vie};
        // The usual languages of shops: with more, short texts would be misdetected more often.
        let list = vec![Ces, Dan, Deu, Eng, Fin, Fra, Hun, Ind, Ita, Nld, Nob, Pol, Por, Ron, Spa, Swe, Tur, Vie];
        Self { latin: Detector::with_allowlist(list) }
    }
}

impl LanguageDetector {
    /// Detects the language of `title` and `description`; `None` if they are too short.
    pub fn detect(&self, title: &str, description: &str) -> Option<&'static str> {
        if detect_language(title) == "zh" {
            return Some("zh");
        }
        let description = truncate(description);
        if title.is_ascii() && description.is_ascii() {
            return self.detect_latin(title, description);
        }
        let text = format!("{title} {description}");
        if detect_language(&text) == "zh" && whatlang::detect_script(&text) == Some(Script::Mandarin) {
            return Some("zh");
        }
        match whatlang::detect_script(&text)? {
            Script::Latin => self.detect_latin(title, description),
            Script::Hiragana | Script::Katakana => Some("ja"),
            Script::Mandarin => Some(if detect_language(&text) == "zh" { "zh" } else { "ja" }),
            Script::Hangul => Some("ko"),
            Script::Thai => Some("th"),
            Script::Greek => Some("el"),
            Script::Hebrew => Some("he"),
            Script::Cyrillic => detect_cyrillic(&text),
            _ => whatlang::detect(&text).and_then(|found| iso_639_1(found.lang())),
        }
    }

    fn detect_latin(&self, title: &str, description: &str) -> Option<&'static str> {
        let words = description.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        // Skip short words, which other languages share ("in", "so", "an").
        let english = words.take(40).filter(|word| word.len() > 2 && is_english(word)).count();
        if english >= MIN_ENGLISH_WORDS {
            return Some("en");
        }
        if title.len() + description.len() < MIN_BYTES {
            return None;
        }
        let found = self.latin.detect(&format!("{title} {description}"))?;
        if found.is_reliable() { iso_639_1(found.lang()) } else { None }
    }
}

/// By statistics if there is enough text, else by a letter that only one of these languages has.
fn detect_cyrillic(text: &str) -> Option<&'static str> {
    const LETTERS: [(&str, &str); 3] = [("іїєґ", "uk"), ("ыэё", "ru"), ("ђћљњџј", "sr")];
    let found = whatlang::detect(text).filter(|found| found.is_reliable() && text.len() >= MIN_BYTES);
    found.and_then(|found| iso_639_1(found.lang())).or_else(|| {
        let text = text.to_lowercase();
        LETTERS.iter().find(|(own, _)| text.contains(|c| own.contains(c))).map(|(_, lang)| *lang)
    })
}

fn is_english(word: &str) -> bool {
    word.is_ascii() && is_stop_word(&word.to_ascii_lowercase())
}

fn truncate(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_BYTES)]
}

fn iso_639_1(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Ara => "ar",
        Lang::Bul => "bg",
        Lang::Ces => "cs",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hun => "hu",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Cmn => "zh",
        Lang::Nld => "nl",
        Lang::Nob => "no",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tha => "th",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Vie => "vi",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_detected_but_not_from_two_words() {
        let detector = LanguageDetector::default();
        for (title, description, expect) in [
            ("防水夹克", "", Some("zh")),
            ("Nike 跑步鞋", "", Some("zh")),
            ("Rain jacket", "", None),
            (
                "Rain jacket",
                "A light shell for riding through the rain, with taped seams and a hood for you.",
                Some("en"),
            ),
            (
                "Regenjacke",
                "Leichte Jacke für nasse Tage, mit verschweißten Nähten und einer großen Kapuze.",
                Some("de"),
            ),
            (
                "Veste",
                "Une veste légère pour les jours de pluie, avec une capuche et des poches profondes.",
                Some("fr"),
            ),
            ("レインジャケット", "雨の日のための軽いジャケット", Some("ja")),
            ("방수 재킷", "", Some("ko")),
            ("Куртка", "Лёгкая куртка для дождливой погоды с капюшоном и карманами.", Some("ru")),
            ("Иван-чай", "", None),
            ("Сорочка вишита, бавовняна, із коміром", "", Some("uk")),
            ("Вышитая рубашка", "", Some("ru")),
            ("Tea", "Grown near 杭州, picked by hand in the first days of spring and dried over the fire.", Some("en")),
        ] {
            assert_eq!(detector.detect(title, description), expect, "{title}");
        }
    }
}
