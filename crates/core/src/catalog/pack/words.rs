//! The file of the full-text index and of the Chinese words that texts are split into.
//!
//! ```text
//! words    8 bytes   "NMWORD02"
//!          varint    number of words in the dictionary; then each, sorted: front-coded string, varint frequency
//!          varint    N, the number of rows; then for each row: varint number of terms
//!          varint    number of terms; then each, sorted: front-coded string, varint number of rows
//!          block     for each term and row: varint distance to the row before, or to row -1, minus 1
//!          block     for each term and row: varint count minus 1
//! ```
//!
//! Distances and counts are in separate blocks, because most of the counts are 0 and so they compress to a third of the
//! size of a mixed block. They stay in this format in memory ([`Postings`]).

use std::io::{self, Write};

use crate::{
    bytes::{DecodeError, Reader, put_front_coded_str, put_varint, put_varint64},
    text::{Dictionary, Index, Postings, Strings},
};

const MAGIC: &[u8; 8] = b"NMWORD02";

/// Writes the file to `out`. Fails only if `out` does.
pub fn write(index: &Index, dictionary: &Dictionary, out: &mut impl Write) -> io::Result<()> {
    let mut head = MAGIC.to_vec();
    let mut before = Vec::new();
    put_varint(&mut head, dictionary.words.len() as u32);
    for (word, frequency) in &dictionary.words {
        put_front_coded_str(&mut head, &mut before, word);
        put_varint(&mut head, *frequency);
    }
    put_varint(&mut head, index.lengths.len() as u32);
    index.lengths.iter().for_each(|&length| put_varint(&mut head, length));
    let (terms, rows, counts) = index.postings.parts();
    put_varint(&mut head, index.postings.len() as u32);
    before.clear();
    for (term, rows) in terms {
        put_front_coded_str(&mut head, &mut before, term);
        put_varint(&mut head, rows);
    }
    for block in [rows, counts] {
        put_varint64(&mut head, block.len() as u64);
        out.write_all(&head)?;
        out.write_all(block)?;
        head.clear();
    }
    Ok(())
}

/// Decodes the file. Takes ownership of `bytes`, which become the postings.
pub fn read(mut bytes: Vec<u8>) -> Result<(Index, Dictionary), DecodeError> {
    let mut reader = Reader::with_magic(&bytes, MAGIC)?;
    let (mut dictionary, mut before) = (Dictionary::default(), Vec::new());
    for _ in 0..reader.count()? {
        dictionary.words.push((reader.front_coded_str(&mut before)?, reader.varint()?));
    }
    if !dictionary.words.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(DecodeError("the dictionary is not sorted"));
    }
    let rows = reader.count()?;
    let lengths = (0..rows).map(|_| reader.varint()).collect::<Result<Vec<_>, _>>()?;
    let (mut terms, mut lens) = (Strings::default(), Vec::new());
    before.clear();
    for _ in 0..reader.count()? {
        if !terms.push(&reader.front_coded_str(&mut before)?) {
            return Err(DecodeError("its terms exceed 4 GiB"));
        }
        lens.push(reader.varint()?);
    }
    let distances = reader.block()?;
    let (begin, end) = (distances.position(), distances.position() + distances.remaining());
    let counts = reader.block()?.position();
    reader.finish()?;
    bytes.drain(end..counts);
    bytes.drain(..begin);
    bytes.shrink_to_fit();
    let postings = Postings::from_parts(terms.shrink_to_fit(), &lens, (bytes, end - begin), lengths.len())?;
    Ok((Index { lengths, postings }, dictionary))
}
