//! The pack's texts, in the order of the items: what cards show and what is explained.
//!
//! texts    8 bytes   "NMTEXT02"
//!          for each item, for each of its languages: string title, string description
//!
//! Which languages an item has is in the items' file.

use std::io::{self, Write};

use crate::catalog::{
    Item,
    bytes::{Malformed, Reader, put_str},
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

/// Puts titles and descriptions into `items`, which have their languages.
pub fn read(bytes: &[u8], items: &mut [Item]) -> Result<(), Malformed> {
    let mut reader = Reader::new(bytes, MAGIC)?;
    for words in items.iter_mut().flat_map(|item| item.words.values_mut()) {
        words.title = reader.str()?.to_owned();
        words.description = reader.str()?.to_owned();
    }
    reader.end()
}
