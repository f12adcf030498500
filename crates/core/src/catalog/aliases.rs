//! Aliases: other names of items, by which a shop's pages and analytics refer to a product or one of its variants.
//! Article numbers, ids of variants, barcodes.
//!
//! ```text
//! aliases.<hash>.bin    8 bytes  "NMALIAS1"
//!                       varint   A, the number of names
//!                       A times, sorted by name, without duplicates:
//!                         front-coded string   the name; every 16th shares no prefix with the one before
//!                         varint   zigzag of the row minus the row of the name before; for every 16th, of the row
//! ```
//!
//! A name must belong to one item only: whoever collects the names drops those that two items share. The names stay in
//! this format in memory, in blocks of 16: a dozen names for each of 100,000 items take 8 MB. Must not know where names
//! come from.

use std::cmp::Ordering;

use crate::bytes::{DecodeError, Reader, put_front_coded_str, put_varint, put_varint64};

const MAGIC: &[u8; 8] = b"NMALIAS1";
/// The number of names of a block. Finding a name reads at most one block.
const BLOCK_LEN: usize = 16;

/// Names with the row of the item that each belongs to, sorted by name, in the format of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Aliases {
    /// The content of the file.
    bytes: Vec<u8>,
    /// Offset of each block in `bytes`.
    blocks: Vec<u32>,
    /// The number of names, A.
    len: usize,
}

impl Aliases {
    /// Packs names with the rows of their items. The names must be sorted and distinct; panics otherwise.
    pub fn new<'a>(names: impl ExactSizeIterator<Item = (&'a str, u32)>) -> Self {
        let mut bytes = MAGIC.to_vec();
        put_varint(&mut bytes, names.len() as u32);
        let (mut before, mut last_row) = (Vec::new(), 0);
        for (nth, (name, row)) in names.enumerate() {
            if nth.is_multiple_of(BLOCK_LEN) {
                (before, last_row) = (Vec::new(), 0);
            }
            put_front_coded_str(&mut bytes, &mut before, name);
            let step = i64::from(row) - i64::from(last_row);
            put_varint64(&mut bytes, (step << 1 ^ step >> 63) as u64);
            last_row = row;
        }
        Self::read(bytes, u32::MAX as usize).expect("the names are sorted and distinct")
    }

    /// Decodes and validates the file of a catalogue of `items` items. Takes ownership of `bytes`.
    pub fn read(bytes: Vec<u8>, items: usize) -> Result<Self, DecodeError> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(DecodeError("it is larger than 4 GiB"));
        }
        let mut reader = Reader::with_magic(&bytes, MAGIC)?;
        let len = reader.count()?;
        let mut blocks = Vec::with_capacity(len.div_ceil(BLOCK_LEN));
        let (mut block, mut name) = (Block::new(reader), Vec::new());
        for nth in 0..len {
            if nth.is_multiple_of(BLOCK_LEN) {
                blocks.push(block.reader.position() as u32);
                block = Block::new(block.reader);
            }
            let row = block.next()?;
            if nth > 0 && name >= block.name || row as usize >= items {
                return Err(DecodeError("its names are not sorted, or one refers to an item that does not exist"));
            }
            std::str::from_utf8(&block.name).map_err(|_| DecodeError("a string is not valid UTF-8"))?;
            name.clone_from(&block.name);
        }
        block.reader.finish()?;
        Ok(Self { bytes, blocks, len })
    }

    /// The content of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The number of names of all items.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the row of the item with this name.
    pub fn find(&self, name: &str) -> Option<u32> {
        // The last block whose first name is not greater than `name`.
        let begins_after = |&offset: &u32| {
            let mut block = self.block(offset);
            block.next().is_err() || block.name.as_slice() > name.as_bytes()
        };
        let nth = self.blocks.partition_point(|offset| !begins_after(offset)).checked_sub(1)?;
        let mut block = self.block(self.blocks[nth]);
        for _ in nth * BLOCK_LEN..self.len.min((nth + 1) * BLOCK_LEN) {
            let row = block.next().ok()?;
            match block.name.as_slice().cmp(name.as_bytes()) {
                Ordering::Less => {}
                Ordering::Equal => return Some(row),
                Ordering::Greater => return None,
            }
        }
        None
    }

    /// Iterates over all names with their rows, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (String, u32)> {
        self.blocks.iter().enumerate().flat_map(|(nth, &offset)| {
            let mut block = self.block(offset);
            (nth * BLOCK_LEN..self.len.min((nth + 1) * BLOCK_LEN)).filter_map(move |_| {
                let row = block.next().ok()?;
                Some((String::from_utf8(block.name.clone()).ok()?, row))
            })
        })
    }

    fn block(&self, offset: u32) -> Block<'_> {
        Block::new(Reader::new(&self.bytes[offset as usize..]))
    }
}

/// Reads the names of a block one after the other. Holds the last name and its row.
struct Block<'a> {
    reader: Reader<'a>,
    name: Vec<u8>,
    row: i64,
}

impl<'a> Block<'a> {
    fn new(reader: Reader<'a>) -> Self {
        Self { reader, name: Vec::new(), row: 0 }
    }

    /// Reads the next name into `name` and returns its row.
    fn next(&mut self) -> Result<u32, DecodeError> {
        self.reader.front_coded_bytes(&mut self.name)?;
        let step = self.reader.varint64()?;
        self.row = self.row.wrapping_add((step >> 1) as i64 ^ -((step & 1) as i64));
        u32::try_from(self.row).map_err(|_| DecodeError("a row is out of range"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 100 names: 50 variants of each of two products.
    fn names() -> Vec<(String, u32)> {
        (0..100).map(|nth| (format!("40123{:03}", nth * 7), [3, 900_000][nth / 50])).collect()
    }

    fn packed(names: &[(String, u32)]) -> Aliases {
        Aliases::new(names.iter().map(|(name, row)| (name.as_str(), *row)))
    }

    #[test]
    fn names_are_found_and_other_strings_are_not() {
        let (names, aliases) = (names(), packed(&names()));
        for (name, row) in &names {
            assert_eq!(aliases.find(name), Some(*row), "{name}");
        }
        for other in ["", "4", "40123001", "40123693x", "5", "商品"] {
            assert_eq!(aliases.find(other), None, "{other}");
        }
        assert_eq!((aliases.iter().collect::<Vec<_>>(), aliases.len()), (names, 100));
        assert!(aliases.bytes().len() < 100 * 6, "{}", aliases.bytes().len());
        let none = packed(&[]);
        assert_eq!((none.find("a"), none.is_empty(), none.iter().count()), (None, true, 0));
        assert_eq!(Aliases::default().find("a"), None);
    }

    #[test]
    fn files_round_trip_and_the_format_is_unchanged() {
        let aliases = packed(&names());
        assert_eq!(aliases.bytes()[..22], *b"NMALIAS1\x64\x00\x0840123000\x06\x07\x01");
        assert_eq!(Aliases::read(aliases.bytes().to_vec(), 900_001), Ok(aliases.clone()));
        assert!(Aliases::read(aliases.bytes().to_vec(), 900_000).is_err(), "an item that does not exist");
        for len in 0..aliases.bytes().len() {
            assert!(Aliases::read(aliases.bytes()[..len].to_vec(), usize::MAX).is_err(), "{len}");
        }
        // A name that occurs twice, or names that are not sorted.
        for second in ["\0\x01a\0", "\0\x01A\0", "\x01\0\0"] {
            let file = [b"NMALIAS1\x02\0\x01a\0".as_slice(), second.as_bytes()].concat();
            assert!(Aliases::read(file, 9).is_err(), "{second:?}");
        }
    }

    proptest! {
        #[test]
        fn damaged_bytes_never_panic(at: prop::sample::Index, byte: u8) {
            let mut bytes = packed(&names()).bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(read) = Aliases::read(bytes, 900_001) {
                let all: Vec<_> = read.iter().collect();
                prop_assert_eq!(all.len(), read.len());
                prop_assert!(all.iter().all(|(name, row)| read.find(name) == Some(*row)));
            }
        }
    }
}
