//! The language of a product's text, as a primary subtag: the script first, then letters' statistics.
//!
//! Two or three words of a Latin script tell no statistics anything: below `ENOUGH_CHARS` the feed's own language
//! stands, which is what it declares, else what its longer texts mostly are. Must not know rows.

use whatlang::{Detector, Lang, Script};

use nearmind_core::text::{language::language, stops::is_stop};

/// From here on letters can be counted.
const ENOUGH_CHARS: usize = 60;
/// Statistics over more than this cost time and change nothing.
const MOST_BYTES: usize = 400;
/// A text with so many English function words is English.
const SURE_WORDS: usize = 3;

/// Finds languages; building it costs a little, so there is one for a feed.
pub struct Languages {
    latin: Detector,
}

impl Default for Languages {
    fn default() -> Self {
        use Lang::{Ces, Dan, Deu, Eng, Fin, Fra, Hun, Ind, Ita, Nld, Nob, Pol, Por, Ron, Spa, Swe, Tur, Vie};
        // What shops write in: more languages would only be more ways to be wrong about a short text.
        let list = vec![Ces, Dan, Deu, Eng, Fin, Fra, Hun, Ind, Ita, Nld, Nob, Pol, Por, Ron, Spa, Swe, Tur, Vie];
        Self { latin: Detector::with_allowlist(list) }
    }
}

impl Languages {
    /// The language of `title` and `description`, or `None` where they are too short to say.
    pub fn find(&self, title: &str, description: &str) -> Option<&'static str> {
        if language(title) == "zh" {
            return Some("zh");
        }
        let description = cut(description);
        if title.is_ascii() && description.is_ascii() {
            return self.latin(title, description);
        }
        let text = format!("{title} {description}");
        if language(&text) == "zh" && whatlang::detect_script(&text) == Some(Script::Mandarin) {
            return Some("zh");
        }
        match whatlang::detect_script(&text)? {
            Script::Latin => self.latin(title, description),
            Script::Hiragana | Script::Katakana => Some("ja"),
            Script::Mandarin => Some(if language(&text) == "zh" { "zh" } else { "ja" }),
            Script::Hangul => Some("ko"),
            Script::Thai => Some("th"),
            Script::Greek => Some("el"),
            Script::Hebrew => Some("he"),
            Script::Cyrillic => cyrillic(&text),
            _ => whatlang::detect(&text).and_then(|found| two_letters(found.lang())),
        }
    }

    fn latin(&self, title: &str, description: &str) -> Option<&'static str> {
        let words = description.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        // Words that other languages share ("in", "so", "an") are too short to count.
        let english = words.take(40).filter(|word| word.len() > 2 && is_english(word)).count();
        if english >= SURE_WORDS {
            return Some("en");
        }
        if title.len() + description.len() < ENOUGH_CHARS {
            return None;
        }
        let found = self.latin.detect(&format!("{title} {description}"))?;
        if found.is_reliable() { two_letters(found.lang()) } else { None }
    }
}

/// Statistics where there is enough text, else a letter that no other of these languages has.
fn cyrillic(text: &str) -> Option<&'static str> {
    const LETTERS: [(&str, &str); 3] = [("іїєґ", "uk"), ("ыэё", "ru"), ("ђћљњџј", "sr")];
    let found = whatlang::detect(text).filter(|found| found.is_reliable() && text.len() >= ENOUGH_CHARS);
    found.and_then(|found| two_letters(found.lang())).or_else(|| {
        let text = text.to_lowercase();
        LETTERS.iter().find(|(own, _)| text.contains(|c| own.contains(c))).map(|(_, lang)| *lang)
    })
}

fn is_english(word: &str) -> bool {
    word.is_ascii() && is_stop(&word.to_ascii_lowercase())
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST_BYTES)]
}

fn two_letters(lang: Lang) -> Option<&'static str> {
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
    fn the_language_of_a_text_and_none_of_two_words() {
        let languages = Languages::default();
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
            assert_eq!(languages.find(title, description), expect, "{title}");
        }
    }
}
