//! Small pictures of the items, in files of many pictures: sheets. A page with private pictures fetches all sheets, in
//! the order of their items, whatever is recommended. So the requests do not reveal what is recommended.
//!
//! ```text
//! pictures.<hash>.bin    "NMPICT01"
//!                        varint   row of the first item
//!                        varint   number of items, which have consecutive rows
//!                        varint   for each item: size of its picture in bytes, 0 for none
//!                        the pictures, in the same order: WebP
//! ```
//! Must not know how a picture was made, nor who sees it.

use std::ops::Range;

use crate::bytes::{DecodeError, Reader, put_varint};

const MAGIC: &[u8; 8] = b"NMPICT01";

/// A sheet is full once its pictures have this size in bytes: large enough for few requests, small enough that the
/// first pictures are shown before all others are loaded.
pub const SHEET_BYTES: usize = 256 << 10;

/// The pictures of consecutive items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    first_row: u32,
    /// Offset of each picture in `pictures`, and the end of the last one. `[number of items + 1]`
    starts: Vec<u32>,
    /// The WebP files, one after another.
    pictures: Vec<u8>,
}

impl Sheet {
    /// An empty sheet. The first picture that is pushed belongs to the item at `first_row`.
    pub fn new(first_row: u32) -> Self {
        Self { first_row, starts: vec![0], pictures: Vec::new() }
    }

    /// Adds the WebP file of the next item; empty if the item has no picture.
    pub fn push(&mut self, picture: &[u8]) {
        self.pictures.extend_from_slice(picture);
        self.starts.push(self.pictures.len() as u32);
    }

    /// The rows of its items.
    pub fn rows(&self) -> Range<u32> {
        self.first_row..self.first_row + self.starts.len() as u32 - 1
    }

    /// The size of all its pictures in bytes.
    pub fn picture_bytes(&self) -> usize {
        self.pictures.len()
    }

    /// Returns the WebP file of the item at `row`. `None` if it has no picture or is not in this sheet.
    pub fn get(&self, row: u32) -> Option<&[u8]> {
        let nth = row.checked_sub(self.first_row)? as usize;
        let (start, end) = (*self.starts.get(nth)? as usize, *self.starts.get(nth + 1)? as usize);
        Some(&self.pictures[start..end]).filter(|picture| !picture.is_empty())
    }

    /// Encodes the file.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        put_varint(&mut bytes, self.first_row);
        put_varint(&mut bytes, self.rows().len() as u32);
        self.starts.windows(2).for_each(|pair| put_varint(&mut bytes, pair[1] - pair[0]));
        bytes.extend_from_slice(&self.pictures);
        bytes
    }

    /// Decodes the file. Fails if it is cut short, has extra bytes, or a number is too large.
    pub fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::with_magic(bytes, MAGIC)?;
        let mut sheet = Self::new(reader.varint()?);
        let mut end = 0u32;
        for _ in 0..reader.count()? {
            end = end.checked_add(reader.varint()?).ok_or(DecodeError("its pictures are larger than 4 GiB"))?;
            sheet.starts.push(end);
        }
        if sheet.first_row.checked_add(sheet.starts.len() as u32).is_none() {
            return Err(DecodeError("its last row is too large a number"));
        }
        sheet.pictures = reader.take(end as usize)?.to_vec();
        reader.finish()?;
        Ok(sheet)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sheet() -> Sheet {
        let mut sheet = Sheet::new(7);
        [b"one" as &[u8], b"", b"three"].into_iter().for_each(|picture| sheet.push(picture));
        sheet
    }

    #[test]
    fn items_find_their_own_pictures() {
        let read = Sheet::read(&sheet().write()).unwrap();
        assert_eq!((read.rows(), read.picture_bytes()), (7..10, 8));
        let found: Vec<_> = (5..12).map(|row| read.get(row)).collect();
        assert_eq!(found, [None, None, Some(b"one" as &[u8]), None, Some(b"three"), None, None]);
    }

    proptest! {
        #[test]
        fn damaged_sheets_give_errors_and_never_panic(at: prop::sample::Index, byte: u8, cut: bool, row: u32) {
            let mut bytes = sheet().write();
            let at = at.index(bytes.len());
            if cut { bytes.truncate(at) } else { bytes[at] = byte }
            if let Ok(read) = Sheet::read(&bytes) {
                prop_assert!(!cut);
                read.get(row);
            }
        }
    }
}
