//! The file of the titles and descriptions, in the order of the items. Cards show them, and explanations highlight
//! their words.
//!
//! ```text
//! texts    8 bytes   "NMTEXT02"
//!          for each item, for each of its languages: string title, string description
//! ```
//!
//! The file of the items says which languages an item has.

use std::io::{self, Write};

use crate::{
    bytes::{DecodeError, Reader, put_str},
    catalog::Item,
};

const MAGIC: &[u8; 8] = b"NMTEXT02";

/// Writes the start of the file.
pub fn begin(out: &mut impl Write) -> io::Result<()> {
    out.write_all(MAGIC)
}

/// Writes the texts of the next item. Items must be sorted by id.
pub fn write(item: &Item, out: &mut impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    for words in item.words.values() {
        put_str(&mut bytes, &words.title);
        put_str(&mut bytes, &words.description);
    }
    out.write_all(&bytes)
}

/// The content of the file and the offset of each item.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Texts {
    bytes: Vec<u8>,
    /// Offset of each item in `bytes`. `[N]`
    rows: Vec<u32>,
}

/// Decodes and validates the file. `languages` has the number of languages of each item. Takes ownership of `bytes`.
pub fn read(bytes: Vec<u8>, languages: impl ExactSizeIterator<Item = usize>) -> Result<Texts, DecodeError> {
    if u32::try_from(bytes.len()).is_err() {
        return Err(DecodeError("it is larger than 4 GiB"));
    }
    let mut rows = Vec::with_capacity(languages.len());
    let mut reader = Reader::with_magic(&bytes, MAGIC)?;
    for languages in languages {
        rows.push(reader.position() as u32);
        (0..2 * languages).try_for_each(|_| reader.str().map(drop))?;
    }
    reader.finish()?;
    Ok(Texts { bytes, rows })
}

impl Texts {
    /// The content of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns title and description of the item at `row` in its `nth` language. Both are empty if it has none.
    pub fn get(&self, row: u32, nth: usize) -> (&str, &str) {
        let Some(&offset) = self.rows.get(row as usize) else { return ("", "") };
        let mut reader = Reader::new(&self.bytes[offset as usize..]);
        let skipped = (0..2 * nth).try_for_each(|_| reader.str().map(drop));
        // This cannot fail: the file was validated when it was opened.
        skipped.and_then(|()| Ok((reader.str()?, reader.str()?))).unwrap_or_default()
    }
}
