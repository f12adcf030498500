//! Decodes single lines that are not UTF-8 and whose encoding is not declared, as GBK or windows-1252, whichever is more
//! likely. Must not know where lines come from.

use encoding_rs::{GBK, WINDOWS_1252};

/// Remembers whether a line was certainly Chinese; a later line with few Chinese characters is then read as GBK, too.
#[derive(Debug, Default)]
pub struct LegacyDecoder {
    chinese: bool,
}

impl LegacyDecoder {
    /// Decodes a line that is not valid UTF-8.
    pub fn decode(&mut self, line: &[u8]) -> String {
        let (mut good, mut bad) = (0, 0);
        for part in line.utf8_chunks() {
            good += part.valid().chars().filter(|c| !c.is_ascii()).count();
            bad += part.invalid().len();
        }
        if good > bad {
            // UTF-8 with a few invalid bytes: decode only these as windows-1252.
            return line.utf8_chunks().fold(String::with_capacity(line.len()), |text, part| {
                text + part.valid() + &WINDOWS_1252.decode_without_bom_handling(part.invalid()).0
            });
        }
        let (gbk, broken) = GBK.decode_without_bom_handling(line);
        let (common, other) = common_pairs(line);
        if common > other {
            self.chinese = common > 3 || self.chinese;
        }
        if !broken && common > other && (common > 1 || self.chinese) {
            return gbk.into_owned();
        }
        WINDOWS_1252.decode_without_bom_handling(line).0.into_owned()
    }
}

/// Counts the byte pairs in the range of GBK that has the 3,755 most common characters and the punctuation, and the other
/// high bytes. Two accented letters in a row, which would also be such a pair, are rare in the languages of windows-1252.
fn common_pairs(line: &[u8]) -> (usize, usize) {
    let (mut common, mut other, mut at) = (0, 0, 0);
    while at < line.len() {
        match (line[at], line.get(at + 1).copied().unwrap_or(0)) {
            (0..=0x7f, _) => at += 1,
            (0xa1..=0xa3 | 0xb0..=0xd7, 0xa1..=0xfe) => {
                common += 1;
                at += 2;
            }
            (_, 0x40..) => {
                other += 1;
                at += 2;
            }
            _ => {
                other += 1;
                at += 1;
            }
        }
    }
    (common, other)
}
