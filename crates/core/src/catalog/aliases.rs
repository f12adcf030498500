//! The other names of items: what a shop's pages and analytics call a product, or one of its variants, where the
//! catalogue calls it by one id. Article numbers, ids of variants, barcodes.
//!
//! ```text
//! aliases.<hash>.bin    8 bytes  "NMALIAS1"
//!                       varint   A, names
//!                       A times, names ascending, no name twice:
//!                         string   that begins like the one before; every 16th has nothing in common with it
//!                         varint   zigzag of its row less that of the name before; of every 16th, the row
//! ```
//!
//! A name that two items have is none: whoever collects names sees to it. Blocks of 16 stay packed in memory: a dozen
//! names for each of 100,000 items are 8 MB. Must not know where names come from.

use std::cmp::Ordering;

use crate::bytes::{DecodeError, Reader, put_front_coded_str, put_varint, put_varint64};

const MAGIC: &[u8; 8] = b"NMALIAS1";
/// Names that are read to find one.
const BLOCK: usize = 16;

/// Names, each with the row of the item that it belongs to: packed, and sorted by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Aliases {
    /// The file.
    bytes: Vec<u8>,
    /// Where each block begins in it.
    blocks: Vec<u32>,
    len: usize,
}

impl Aliases {
    /// Names with the rows of their items; names ascend, none is there twice.
    pub fn new<'a>(names: impl ExactSizeIterator<Item = (&'a str, u32)>) -> Self {
        let mut bytes = MAGIC.to_vec();
        put_varint(&mut bytes, names.len() as u32);
        let (mut before, mut last) = (Vec::new(), 0);
        for (nth, (name, row)) in names.enumerate() {
            if nth.is_multiple_of(BLOCK) {
                (before, last) = (Vec::new(), 0);
            }
            put_front_coded_str(&mut bytes, &mut before, name);
            let step = i64::from(row) - i64::from(last);
            put_varint64(&mut bytes, (step << 1 ^ step >> 63) as u64);
            last = row;
        }
        Self::read(bytes, u32::MAX as usize).expect("names that ascend can be packed")
    }

    /// Of so many `items`. `bytes` become its.
    pub fn read(bytes: Vec<u8>, items: usize) -> Result<Self, DecodeError> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(DecodeError("it is larger than 4 GiB"));
        }
        let mut reader = Reader::with_magic(&bytes, MAGIC)?;
        let len = reader.count()?;
        let mut blocks = Vec::with_capacity(len.div_ceil(BLOCK));
        let (mut block, mut name) = (Block::at(reader), Vec::new());
        for nth in 0..len {
            if nth.is_multiple_of(BLOCK) {
                blocks.push(block.reader.position() as u32);
                block = Block::at(block.reader);
            }
            let row = block.next()?;
            if nth > 0 && name >= block.name || row as usize >= items {
                return Err(DecodeError("its names are not in order, or name an item that is not there"));
            }
            std::str::from_utf8(&block.name).map_err(|_| DecodeError("a word is not UTF-8"))?;
            name.clone_from(&block.name);
        }
        block.reader.finish()?;
        Ok(Self { bytes, blocks, len })
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The number of names, of all items together.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The row of the item that is called so.
    pub fn find(&self, name: &str) -> Option<u32> {
        // The last block whose first name is not greater.
        let begins_later = |&place: &u32| {
            let mut block = self.block(place);
            block.next().is_err() || block.name.as_slice() > name.as_bytes()
        };
        let nth = self.blocks.partition_point(|place| !begins_later(place)).checked_sub(1)?;
        let mut block = self.block(self.blocks[nth]);
        for _ in nth * BLOCK..self.len.min((nth + 1) * BLOCK) {
            let row = block.next().ok()?;
            match block.name.as_slice().cmp(name.as_bytes()) {
                Ordering::Less => {}
                Ordering::Equal => return Some(row),
                Ordering::Greater => return None,
            }
        }
        None
    }

    /// All names with their rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (String, u32)> {
        self.blocks.iter().enumerate().flat_map(|(nth, &place)| {
            let mut block = self.block(place);
            (nth * BLOCK..self.len.min((nth + 1) * BLOCK)).filter_map(move |_| {
                let row = block.next().ok()?;
                Some((String::from_utf8(block.name.clone()).ok()?, row))
            })
        })
    }

    fn block(&self, place: u32) -> Block<'_> {
        Block::at(Reader::new(&self.bytes[place as usize..]))
    }
}

/// A block as it is read: the name that was read last, and its row.
struct Block<'a> {
    reader: Reader<'a>,
    name: Vec<u8>,
    row: i64,
}

impl<'a> Block<'a> {
    fn at(reader: Reader<'a>) -> Self {
        Self { reader, name: Vec::new(), row: 0 }
    }

    /// The row of the next name.
    fn next(&mut self) -> Result<u32, DecodeError> {
        self.reader.front_coded_bytes(&mut self.name)?;
        let step = self.reader.varint64()?;
        self.row = self.row.wrapping_add((step >> 1) as i64 ^ -((step & 1) as i64));
        u32::try_from(self.row).map_err(|_| DecodeError("a row cannot be"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 100 names, with a hundred variants of two products among them.
    fn names() -> Vec<(String, u32)> {
        (0..100).map(|nth| (format!("40123{:03}", nth * 7), [3, 900_000][nth / 50])).collect()
    }

    fn packed(names: &[(String, u32)]) -> Aliases {
        Aliases::new(names.iter().map(|(name, row)| (name.as_str(), *row)))
    }

    #[test]
    fn each_name_finds_its_row_and_others_find_none() {
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
    fn what_is_written_is_read_again_and_its_first_bytes_stand() {
        let aliases = packed(&names());
        assert_eq!(aliases.bytes()[..22], *b"NMALIAS1\x64\x00\x0840123000\x06\x07\x01");
        assert_eq!(Aliases::read(aliases.bytes().to_vec(), 900_001), Ok(aliases.clone()));
        assert!(Aliases::read(aliases.bytes().to_vec(), 900_000).is_err(), "an item that is not there");
        for len in 0..aliases.bytes().len() {
            assert!(Aliases::read(aliases.bytes()[..len].to_vec(), usize::MAX).is_err(), "{len}");
        }
        // The same name twice, or names in another order.
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
