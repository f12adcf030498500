//! The language of a short text, as far as segmentation and templates must know it.
//!
//! Statistics over letters need sentences; a query has two words. So the script decides: a text with
//! Han characters is Chinese. Must not know which languages a catalogue or a model has.

/// `true` for the characters that Chinese is written with (CJK ideographs and their extensions).
pub fn is_han(c: char) -> bool {
    matches!(u32::from(c),
        0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
}

/// Primary language subtag by script: `zh` with any Han character and no kana, `en` otherwise.
/// English stands for every language that puts spaces between its words.
pub fn language(text: &str) -> &'static str {
    let kana = text.chars().any(|c| matches!(u32::from(c), 0x3041..=0x30FF));
    if !kana && text.chars().any(is_han) { "zh" } else { "en" }
}

/// The primary subtag of a BCP 47 tag, in lower case: `zh-CN` -> `zh`.
pub fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_are_enough() {
        for (text, expect) in [
            ("rain jacket", "en"),
            ("防水 jacket", "zh"),
            ("耳机", "zh"),
            ("", "en"),
            ("レインジャケット", "en"),
            ("雨の日のジャケット", "en"),
        ] {
            assert_eq!(language(text), expect, "{text}");
        }
    }

    #[test]
    fn the_primary_subtag_is_what_comes_first() {
        assert_eq!(primary("zh-CN"), "zh");
        assert_eq!(primary("EN_us"), "en");
        assert_eq!(primary(""), "");
    }
}
