//! Determines the encoding of a feed: the one named by the user, that of the byte order mark, the one declared by an XML
//! declaration or an HTML page, else the one detected from the bytes. Must not know formats, except where XML and HTML
//! declare their encoding.

use std::{fmt, str::FromStr};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

/// So many non-ASCII characters are not valid UTF-8 by chance.
const SURE_CHARS: usize = 20;
/// In UTF-16 text at least one byte in this many is zero, if only because of line ends and separators.
const ZERO_BYTES: usize = 50;

/// How an encoding was determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncodingOrigin {
    /// Named by the user.
    Chosen,
    /// From the byte order mark.
    Mark,
    /// Declared in the XML declaration or the HTML page.
    Declared,
    /// Detected from the bytes.
    Detected,
    /// UTF-8 by default.
    #[default]
    Assumed,
}

impl EncodingOrigin {
    /// A description for people, to follow the name of the encoding.
    pub fn text(self) -> &'static str {
        match self {
            Self::Chosen => " (as given)",
            Self::Mark => " (from the byte order mark)",
            Self::Declared => " (as declared)",
            Self::Detected => " (detected; if it is wrong, use --encoding)",
            Self::Assumed => "",
        }
    }
}

/// An encoding, given by one of its labels in the Encoding Standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodingLabel(pub &'static Encoding);

impl FromStr for EncodingLabel {
    type Err = String;

    fn from_str(label: &str) -> Result<Self, String> {
        Encoding::for_label(label.trim().as_bytes()).map(Self).ok_or_else(|| {
            format!(
                "unknown encoding {label:?}; use a name such as utf-8, windows-1252, windows-1251, shift_jis, gbk, big5, \
                 euc-kr or utf-16le"
            )
        })
    }
}

impl fmt::Display for EncodingLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// Returns the encoding of a feed that begins with `head`, how it was determined, and the length of the byte order mark in
/// bytes.
pub fn choose_encoding(head: &[u8], chosen: Option<EncodingLabel>) -> (&'static Encoding, EncodingOrigin, usize) {
    let mark = Encoding::for_bom(head);
    if let Some(EncodingLabel(encoding)) = chosen {
        let bytes = mark.filter(|(own, _)| *own == encoding).map_or(0, |(_, bytes)| bytes);
        return (encoding, EncodingOrigin::Chosen, bytes);
    }
    if let Some((encoding, bytes)) = mark {
        return (encoding, EncodingOrigin::Mark, bytes);
    }
    if let Some(wide) = detect_utf16(head) {
        return (wide, EncodingOrigin::Detected, 0);
    }
    if head.windows(2).any(|pair| pair == b"\x1b$") && head.is_ascii() {
        return (ISO_2022_JP, EncodingOrigin::Detected, 0);
    }
    match declared_encoding(head) {
        // A declaration that is readable as ASCII is not in UTF-16, whatever it says.
        Some(encoding) if [UTF_8, UTF_16LE, UTF_16BE].contains(&encoding) => (UTF_8, EncodingOrigin::Declared, 0),
        // The shop changed the encoding but not the declaration.
        Some(_) if count_non_ascii(head).is_some_and(|chars| chars >= SURE_CHARS) => {
            (UTF_8, EncodingOrigin::Detected, 0)
        }
        Some(encoding) => (encoding, EncodingOrigin::Declared, 0),
        None => (UTF_8, EncodingOrigin::Assumed, 0),
    }
}

/// Counts the non-ASCII characters if the bytes are UTF-8, apart from an incomplete character at the end.
fn count_non_ascii(bytes: &[u8]) -> Option<usize> {
    let whole = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    Some(whole.chars().filter(|c| !c.is_ascii()).count())
}

/// Detects UTF-16 without a byte order mark: the zero bytes of ASCII characters are all at odd or all at even positions.
/// Few other characters have a zero byte; `一` is one.
fn detect_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let enough = |zeros: usize, others: usize| zeros * ZERO_BYTES > head.len() && others * 5 < zeros;
    match () {
        () if enough(odd, even) => Some(UTF_16LE),
        () if enough(even, odd) => Some(UTF_16BE),
        () => None,
    }
}

/// The encoding in `encoding="..."` of an XML declaration or `charset=...` of an HTML page.
fn declared_encoding(head: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&head[..head.len().min(1024)]).to_ascii_lowercase();
    let start = head.trim_start();
    let rest = if start.starts_with("<?xml") {
        start.split("?>").next()?.split_once("encoding")?.1
    } else if start.starts_with('<') {
        start.split_once("charset")?.1
    } else {
        return None;
    };
    let name = rest.trim_start_matches([' ', '=', '"', '\'']);
    Encoding::for_label(name.split(['"', '\'', ' ', '>', ';', '/']).next()?.as_bytes())
}

/// Guesses the encoding of bytes that are not UTF-8. The guess gets better with more bytes.
pub struct Guess(EncodingDetector);

impl Default for Guess {
    fn default() -> Self {
        Self(EncodingDetector::new(Iso2022JpDetection::Deny))
    }
}

impl Guess {
    /// Adds the next bytes and returns the most likely encoding of all bytes so far.
    pub fn update(&mut self, bytes: &[u8]) -> &'static Encoding {
        self.0.feed(bytes, false);
        self.0.guess(None, Utf8Detection::Deny)
    }
}

/// How many of the lines with non-ASCII bytes are UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Utf8Lines {
    /// All of them, or there are no non-ASCII bytes.
    All,
    /// Some of them: more than a fifth.
    Some,
    /// None of them, or so few that it may be by chance.
    None,
}

/// Classifies the lines of `bytes`. If earlier lines were not UTF-8 (`doubtful`), a few valid characters are not enough.
pub fn classify_utf8(bytes: &[u8], doubtful: bool) -> Utf8Lines {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let chars = text.chars().filter(|c| !c.is_ascii()).take(SURE_CHARS).count();
        return if doubtful && (1..SURE_CHARS).contains(&chars) { Utf8Lines::None } else { Utf8Lines::All };
    }
    let (mut good, mut bad) = (0usize, 0usize);
    for line in bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_ascii()) {
        // A UTF-8 line with a single invalid byte still counts as UTF-8.
        let (mut valid, mut invalid) = (0, 0);
        for part in line.utf8_chunks() {
            valid += part.valid().chars().filter(|c| !c.is_ascii()).count();
            invalid += part.invalid().len();
        }
        if valid > invalid { good += 1 } else { bad += 1 }
    }
    if good * 4 > bad { Utf8Lines::Some } else { Utf8Lines::None }
}
