//! The pack's three files as bytes. Written by the bake, read by the browser, the same everywhere.
//!
//! items    JSON Lines of [`Item`], ascending by id
//!
//! vectors  8 bytes   "NMVECT01"
//!          u32       N, rows
//!          u32       H, width
//!          f32 [H]   mean             f32 [H]  axis of the centring
//!          f32 [N]   scales           i8 [N, H]  components
//!
//! words    8 bytes   "NMWORD01"
//!          varint    words in the dictionary; then each, ascending: string, varint frequency
//!          varint    N, rows; then varint terms of each row
//!          varint    terms; then each, ascending: string, varint number of rows,
//!                    and for each row: varint distance to the row before, varint count
//!
//! Numbers are little-endian; a string is its varint length in bytes and its UTF-8.

use super::{
    bytes::{Malformed, Reader, put_f32s, put_str, put_varint},
    item::Item,
};
use crate::{
    text::{Dictionary, Index, bm25::Posting},
    vectors::{Centre, Matrix},
};

const VECTORS: &[u8; 8] = b"NMVECT01";
const WORDS: &[u8; 8] = b"NMWORD01";

pub fn write_items(items: &[Item]) -> Vec<u8> {
    let line = |item| serde_json::to_string(item).expect("an item has nothing that JSON lacks") + "\n";
    items.iter().map(line).collect::<String>().into_bytes()
}

pub fn read_items(bytes: &[u8]) -> Result<Vec<Item>, Malformed> {
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed("it is not UTF-8"))?;
    let items: Vec<Item> = text
        .lines()
        .map(|line| serde_json::from_str(line).map_err(|_| Malformed("a line is not an item")))
        .collect::<Result<_, _>>()?;
    if items.is_sorted_by(|a, b| a.id < b.id) {
        Ok(items)
    } else {
        Err(Malformed("the items are not in the order of their ids, or an id is there twice"))
    }
}

pub fn write_vectors(matrix: &Matrix, centre: &Centre) -> Vec<u8> {
    let mut bytes = VECTORS.to_vec();
    bytes.extend((matrix.len() as u32).to_le_bytes());
    bytes.extend((matrix.width() as u32).to_le_bytes());
    for values in [&centre.mean, &centre.axis, matrix.scales()] {
        put_f32s(&mut bytes, values);
    }
    bytes.extend_from_slice(bytemuck::cast_slice(matrix.rows()));
    bytes
}

pub fn read_vectors(bytes: &[u8]) -> Result<(Matrix, Centre), Malformed> {
    let mut reader = Reader::new(bytes, VECTORS)?;
    let (rows, width) = (reader.u32()? as usize, reader.u32()? as usize);
    let centre = Centre { mean: reader.f32s(width)?, axis: reader.f32s(width)? };
    let scales = reader.f32s(rows)?;
    let size = rows.checked_mul(width).ok_or(Malformed("it ends too soon"))?;
    let rows = bytemuck::cast_slice(reader.take(size)?).to_vec();
    reader.end()?;
    let matrix = Matrix::from_parts(width, rows, scales).ok_or(Malformed("its lengths do not agree"))?;
    Ok((matrix, centre))
}

pub fn write_words(index: &Index, dictionary: &Dictionary) -> Vec<u8> {
    let mut bytes = WORDS.to_vec();
    put_varint(&mut bytes, dictionary.words.len() as u32);
    for (word, frequency) in &dictionary.words {
        put_str(&mut bytes, word);
        put_varint(&mut bytes, *frequency);
    }
    put_varint(&mut bytes, index.lengths.len() as u32);
    index.lengths.iter().for_each(|&length| put_varint(&mut bytes, length));
    put_varint(&mut bytes, index.postings.len() as u32);
    for (term, postings) in &index.postings {
        put_str(&mut bytes, term);
        put_varint(&mut bytes, postings.len() as u32);
        let mut before = 0;
        for posting in postings {
            put_varint(&mut bytes, posting.row - before);
            put_varint(&mut bytes, posting.count);
            before = posting.row;
        }
    }
    bytes
}

pub fn read_words(bytes: &[u8]) -> Result<(Index, Dictionary), Malformed> {
    let mut reader = Reader::new(bytes, WORDS)?;
    let mut dictionary = Dictionary::default();
    for _ in 0..reader.count()? {
        dictionary.words.push((reader.str()?.to_owned(), reader.varint()?));
    }
    if !dictionary.words.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(Malformed("the dictionary is not sorted"));
    }
    let mut index = Index::default();
    for _ in 0..reader.count()? {
        index.lengths.push(reader.varint()?);
    }
    for _ in 0..reader.count()? {
        let term = reader.str()?.to_owned();
        let mut postings: Vec<Posting> = Vec::new();
        for nth in 0..reader.count()? {
            let (distance, count) = (reader.varint()?, reader.varint()?);
            let row = postings.last().map_or(0, |before| before.row).checked_add(distance);
            let row = row.filter(|&row| (row as usize) < index.lengths.len() && (nth == 0 || distance > 0));
            postings.push(Posting { row: row.ok_or(Malformed("a term lies in a row that cannot be"))?, count });
        }
        if index.postings.last_key_value().is_some_and(|(last, _)| *last >= term) {
            return Err(Malformed("the terms are not sorted"));
        }
        index.postings.insert(term, postings);
    }
    reader.end()?;
    Ok((index, dictionary))
}
