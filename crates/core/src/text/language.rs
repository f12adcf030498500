//! Language detection for short texts, as precise as word segmentation and sentence templates need it.
//!
//! Letter statistics need whole sentences, but a query has two words. So the script decides: a text with Han characters
//! is Chinese. Must not know which languages a catalogue or a model has.

use unicode_segmentation::UnicodeSegmentation;

/// Returns whether `c` is a Chinese character: a CJK ideograph or one of the extensions.
pub fn is_han(c: char) -> bool {
    matches!(u32::from(c),
        0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
}

/// Returns the primary language subtag of `text` as its script suggests: `zh` if it has a Han character and no kana,
/// else `en`, which stands for every language that puts spaces between words.
pub fn detect_language(text: &str) -> &'static str {
    let kana = text.chars().any(|c| matches!(u32::from(c), 0x3041..=0x30FF));
    if !kana && text.chars().any(is_han) { "zh" } else { "en" }
}

/// Returns the primary subtag of a BCP 47 tag in lower case: `zh-CN` -> `zh`.
pub fn primary_subtag(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

/// Function words of other languages in Latin script. None of them is an English word.
const FUNCTION_WORDS: [(&str, &str); 6] = [
    (
        "de",
        "der das ein eine einen einem und für mit vom zum dem mein meine meinen meiner etwas ich nicht auf oder ist",
    ),
    ("es", "el los las una unos unas para con por mis algo que y mi su muy quiero del sin"),
    ("fr", "une des du les et pour avec dans sur mon mes ma qui quelque chose je est pas sans aux au"),
    ("it", "gli uno della del per con mia mio che qualcosa non vorrei senza nel alla"),
    ("nl", "een het voor van met mijn iets ik niet zonder naar mooie"),
    ("pt", "uma um para com por meu minha algo que não quero sem do da dos das"),
];

/// Returns the language, other than English, whose function words are most frequent in a text in Latin script, or
/// `None` if there are no such words. Two function words may be too few to tell related languages apart.
pub fn detect_by_function_words(text: &str) -> Option<&'static str> {
    let words: Vec<String> = text.unicode_words().map(str::to_lowercase).collect();
    let count = |list: &str| list.split(' ').filter(|one| words.iter().any(|word| word == one)).count();
    let best = FUNCTION_WORDS.map(|(language, list)| (count(list), language));
    best.into_iter().rev().max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 0).map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_decides_the_language() {
        for (text, expect) in [
            ("rain jacket", "en"),
            ("防水 jacket", "zh"),
            ("耳机", "zh"),
            ("", "en"),
            ("レインジャケット", "en"),
            ("雨の日のジャケット", "en"),
        ] {
            assert_eq!(detect_language(text), expect, "{text}");
        }
    }

    #[test]
    fn function_words_identify_latin_languages() {
        for (text, expect) in [
            ("quelque chose de chaud pour le soir", Some("fr")),
            ("un regalo para mi padre", Some("es")),
            ("eine Gitarre für Anfänger", Some("de")),
            ("un regalo per mia madre", Some("it")),
            ("een cadeau voor mijn vader", Some("nl")),
            ("uma jaqueta para não molhar", Some("pt")),
            ("Xiaomi Redmi", None),
            ("something warm for the evening", None),
        ] {
            assert_eq!(detect_by_function_words(text), expect, "{text}");
        }
    }

    #[test]
    fn the_primary_subtag_is_the_first_part() {
        assert_eq!(primary_subtag("zh-CN"), "zh");
        assert_eq!(primary_subtag("EN_us"), "en");
        assert_eq!(primary_subtag(""), "");
    }
}
