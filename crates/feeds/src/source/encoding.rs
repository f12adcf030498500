//! Which encoding a feed is in: what a person says, a byte order mark, what an XML declaration or an HTML page says of
//! itself, else what the bytes look like. Must not know formats, but for where XML and HTML name their encoding.

use std::{fmt, str::FromStr};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

/// Characters beyond ASCII that are not UTF-8 by chance.
const SURE_CHARS: usize = 20;
/// One in so many bytes of a text in UTF-16 is zero at least, if only for its line ends and separators.
const ZERO_BYTES: usize = 50;

/// How an encoding became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A person named it.
    Chosen,
    /// A byte order mark says it.
    Mark,
    /// The XML declaration or the HTML page names it.
    Declared,
    /// The bytes look like it.
    Detected,
    /// UTF-8, where nothing speaks against it.
    #[default]
    Assumed,
}

impl Origin {
    /// For people, after the encoding's name.
    pub fn text(self) -> &'static str {
        match self {
            Self::Chosen => " as you say",
            Self::Mark => " by its byte order mark",
            Self::Declared => " as it declares",
            Self::Detected => " by the look of its bytes; --encoding names another",
            Self::Assumed => "",
        }
    }
}

/// An encoding by one of the web's names for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label(pub &'static Encoding);

impl FromStr for Label {
    type Err = String;

    fn from_str(label: &str) -> Result<Self, String> {
        Encoding::for_label(label.trim().as_bytes()).map(Self).ok_or_else(|| {
            "an encoding such as utf-8, windows-1252, windows-1251, shift_jis, gbk, big5, euc-kr or utf-16le".into()
        })
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// The encoding of a feed that begins with `head`, how that is known, and the bytes of its mark.
pub fn choose(head: &[u8], chosen: Option<Label>) -> (&'static Encoding, Origin, usize) {
    let mark = Encoding::for_bom(head);
    if let Some(Label(encoding)) = chosen {
        let bytes = mark.filter(|(own, _)| *own == encoding).map_or(0, |(_, bytes)| bytes);
        return (encoding, Origin::Chosen, bytes);
    }
    if let Some((encoding, bytes)) = mark {
        return (encoding, Origin::Mark, bytes);
    }
    if let Some(wide) = wide(head) {
        return (wide, Origin::Detected, 0);
    }
    if head.windows(2).any(|pair| pair == b"\x1b$") && head.is_ascii() {
        return (ISO_2022_JP, Origin::Detected, 0);
    }
    match declared(head) {
        // A text that reached us in bytes is not in UTF-16, whatever it says.
        Some(encoding) if [UTF_8, UTF_16LE, UTF_16BE].contains(&encoding) => (UTF_8, Origin::Declared, 0),
        // The shop changed the encoding and not the declaration.
        Some(_) if beyond_ascii(head).is_some_and(|chars| chars >= SURE_CHARS) => (UTF_8, Origin::Detected, 0),
        Some(encoding) => (encoding, Origin::Declared, 0),
        None => (UTF_8, Origin::Assumed, 0),
    }
}

/// Characters beyond ASCII, if these bytes are UTF-8 but for a character that their end cuts.
fn beyond_ascii(bytes: &[u8]) -> Option<usize> {
    let whole = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    Some(whole.chars().filter(|c| !c.is_ascii()).count())
}

/// UTF-16 without a mark: the zeros of its ASCII characters lie at odd places, or at even ones. Few other characters have
/// one, as `一` does.
fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let enough = |zeros: usize, others: usize| zeros * ZERO_BYTES > head.len() && others * 5 < zeros;
    match () {
        () if enough(odd, even) => Some(UTF_16LE),
        () if enough(even, odd) => Some(UTF_16BE),
        () => None,
    }
}

/// `encoding="..."` of an XML declaration, `charset=...` at the head of an HTML page.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
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

/// Guesses from bytes that are not UTF-8, better with each that it sees.
pub struct Guess(EncodingDetector);

impl Default for Guess {
    fn default() -> Self {
        Self(EncodingDetector::new(Iso2022JpDetection::Deny))
    }
}

impl Guess {
    /// Takes in the next bytes, and gives the encoding that is most likely for all bytes so far.
    pub fn see(&mut self, bytes: &[u8]) -> &'static Encoding {
        self.0.feed(bytes, false);
        self.0.guess(None, Utf8Detection::Deny)
    }
}

/// Whether UTF-8 is what lines of these bytes are in, by its lines beyond ASCII: all, some or none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Utf8 {
    /// Or there is nothing beyond ASCII.
    All,
    /// Some of them: more than a fifth.
    Some,
    /// None of them, or so few that it is by chance.
    None,
}

/// `doubtful` where lines before these were not UTF-8: a few characters are then no proof.
pub fn utf8(bytes: &[u8], doubtful: bool) -> Utf8 {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let chars = text.chars().filter(|c| !c.is_ascii()).take(SURE_CHARS).count();
        return if doubtful && (1..SURE_CHARS).contains(&chars) { Utf8::None } else { Utf8::All };
    }
    let (mut good, mut bad) = (0usize, 0usize);
    for line in bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_ascii()) {
        // A line of UTF-8 with a single odd byte in it is one of UTF-8.
        let (mut valid, mut invalid) = (0, 0);
        for part in line.utf8_chunks() {
            valid += part.valid().chars().filter(|c| !c.is_ascii()).count();
            invalid += part.invalid().len();
        }
        if valid > invalid { good += 1 } else { bad += 1 }
    }
    if good * 4 > bad { Utf8::Some } else { Utf8::None }
}
