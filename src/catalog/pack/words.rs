//! The pack's words: by which terms an item is found, and which Chinese words its texts are split into.
//!
//! words    8 bytes   "NMWORD02"
//!          varint    words in the dictionary; then each, ascending: string that begins like the one before, varint frequency
//!          varint    N, rows; then varint terms of each row
//!          varint    terms; then each, ascending: string that begins like the one before, varint number of rows
//!          block     of each term and row: varint distance to the row before, or to row -1, less 1
//!          block     of each term and row: varint count less 1
//!
//! Distances lie by themselves and counts by themselves, most of them 0: so they compress to a third of what they do mixed.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use crate::{
    catalog::bytes::{Malformed, Reader, put_next_str, put_varint, put_varint64},
    text::{Dictionary, Index, bm25::Posting},
};

const MAGIC: &[u8; 8] = b"NMWORD02";

/// Takes the terms of rows one by one, and holds them as they are written.
#[derive(Default)]
pub struct WordsWriter {
    lengths: Vec<u8>,
    rows: u32,
    terms: HashMap<String, Rows>,
}

/// Where one term occurs.
#[derive(Default)]
struct Rows {
    count: u32,
    /// The row after the last one.
    next: u32,
    distances: Vec<u8>,
    counts: Vec<u8>,
}

impl Rows {
    fn push(&mut self, row: u32, count: u32) {
        put_varint(&mut self.distances, row - self.next);
        put_varint(&mut self.counts, count - 1);
        self.next = row + 1;
        self.count += 1;
    }
}

impl WordsWriter {
    /// The terms of the next row, each as often as it occurs.
    pub fn push(&mut self, mut terms: Vec<String>) {
        put_varint(&mut self.lengths, terms.len() as u32);
        terms.sort_unstable();
        for equal in terms.chunk_by(|a, b| a == b) {
            let rows = match self.terms.get_mut(&equal[0]) {
                Some(rows) => rows,
                None => self.terms.entry(equal[0].clone()).or_default(),
            };
            rows.push(self.rows, equal.len() as u32);
        }
        self.rows += 1;
    }

    fn of(index: &Index) -> Self {
        let mut writer = Self { rows: index.lengths.len() as u32, ..Self::default() };
        index.lengths.iter().for_each(|&length| put_varint(&mut writer.lengths, length));
        for (term, postings) in &index.postings {
            let mut rows = Rows::default();
            postings.iter().for_each(|posting| rows.push(posting.row, posting.count));
            writer.terms.insert(term.clone(), rows);
        }
        writer
    }

    pub fn finish(self, dictionary: &Dictionary, out: &mut impl Write) -> io::Result<()> {
        let mut head = MAGIC.to_vec();
        let mut before = Vec::new();
        put_varint(&mut head, dictionary.words.len() as u32);
        for (word, frequency) in &dictionary.words {
            put_next_str(&mut head, &mut before, word);
            put_varint(&mut head, *frequency);
        }
        put_varint(&mut head, self.rows);
        head.extend_from_slice(&self.lengths);
        let mut terms: Vec<(String, Rows)> = self.terms.into_iter().collect();
        terms.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        put_varint(&mut head, terms.len() as u32);
        before.clear();
        for (term, rows) in &terms {
            put_next_str(&mut head, &mut before, term);
            put_varint(&mut head, rows.count);
        }
        out.write_all(&head)?;
        let parts: [fn(&Rows) -> &[u8]; 2] = [|rows| &rows.distances, |rows| &rows.counts];
        for part in parts {
            let mut len = Vec::new();
            put_varint64(&mut len, terms.iter().map(|(_, rows)| part(rows).len() as u64).sum());
            out.write_all(&len)?;
            terms.iter().try_for_each(|(_, rows)| out.write_all(part(rows)))?;
        }
        Ok(())
    }
}

pub fn write(index: &Index, dictionary: &Dictionary, out: &mut impl Write) -> io::Result<()> {
    WordsWriter::of(index).finish(dictionary, out)
}

pub fn read(bytes: &[u8]) -> Result<(Index, Dictionary), Malformed> {
    let mut reader = Reader::new(bytes, MAGIC)?;
    let (mut dictionary, mut before) = (Dictionary::default(), Vec::new());
    for _ in 0..reader.count()? {
        dictionary.words.push((reader.next_str(&mut before)?, reader.varint()?));
    }
    if !dictionary.words.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(Malformed("the dictionary is not sorted"));
    }
    let rows = reader.count()?;
    let lengths = (0..rows).map(|_| reader.varint()).collect::<Result<Vec<_>, _>>()?;
    let count = reader.count()?;
    let mut terms: Vec<(String, u32)> = Vec::new();
    before.clear();
    for _ in 0..count {
        terms.push((reader.next_str(&mut before)?, reader.varint()?));
    }
    if !terms.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(Malformed("the terms are not sorted"));
    }
    let (mut distances, mut counts) = (reader.block()?, reader.block()?);
    reader.end()?;
    let mut postings = Vec::with_capacity(terms.len());
    for (term, count) in terms {
        let mut next = 0u64;
        // A row takes a byte at least: what a number claims is not taken on trust.
        let mut rows = Vec::with_capacity((count as usize).min(distances.left()));
        for _ in 0..count {
            let row = next + distances.varint64()?;
            if row >= lengths.len() as u64 {
                return Err(Malformed("a term lies in a row that cannot be"));
            }
            let count = counts.varint()?.checked_add(1).ok_or(Malformed("a number is too large"))?;
            rows.push(Posting { row: row as u32, count });
            next = row + 1;
        }
        postings.push((term, rows));
    }
    distances.end()?;
    counts.end()?;
    Ok((Index { lengths, postings: postings.into_iter().collect() }, dictionary))
}
