//! The pack's texts, in the order of the items: what cards show and what is explained.
//!
//! texts    8 bytes   "NMTEXT02"
//!          for each item, for each of its languages: string title, string description
//!
//! Which languages an item has is in the items' file.

use std::io::{self, Write};

use crate::{
    bytes::{DecodeError, Reader, put_str},
    catalog::Item,
};

const MAGIC: &[u8; 8] = b"NMTEXT02";

/// Begins the file.
pub fn begin(out: &mut impl Write) -> io::Result<()> {
    out.write_all(MAGIC)
}

/// Items come in the order of their ids.
pub fn write(item: &Item, out: &mut impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    for words in item.words.values() {
        put_str(&mut bytes, &words.title);
        put_str(&mut bytes, &words.description);
    }
    out.write_all(&bytes)
}

/// The file as it came, and where each item begins in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Texts {
    bytes: Vec<u8>,
    /// `[N]`
    rows: Vec<u32>,
}

/// Of items that have so many `languages` each. `bytes` become the texts'.
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
    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Title and description of the item at `row` in its `nth` language; nothing where it has none.
    pub fn get(&self, row: u32, nth: usize) -> (&str, &str) {
        let Some(&place) = self.rows.get(row as usize) else { return ("", "") };
        let mut reader = Reader::new(&self.bytes[place as usize..]);
        let passed = (0..2 * nth).try_for_each(|_| reader.str().map(drop));
        // All of it was read once when the file was opened.
        passed.and_then(|()| Ok((reader.str()?, reader.str()?))).unwrap_or_default()
    }
}
