//! Postings lists: which rows each term occurs in, and how often. Compressed, because visitors download the index.
//!
//! A row is a varint: its distance to the previous row of the term, less 1 (for the first row, the row itself). A count
//! is a varint of the count less 1. The rows of all terms form one block and the counts another: about two bytes for a
//! row with its count. Must not know what a row stands for.

use std::collections::HashMap;

use super::Strings;
use crate::bytes::{DecodeError, Reader, put_varint};

/// The postings lists of T terms, sorted by term.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Postings {
    /// `[T]`
    terms: Strings,
    /// `[T]`
    infos: Vec<TermInfo>,
    /// The rows of all terms, then the counts of all terms.
    bytes: Vec<u8>,
    /// Offset of the counts in `bytes`.
    counts: usize,
}

/// Offsets of one term's rows and counts in the bytes, and how many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct TermInfo {
    rows: u32,
    counts: u32,
    len: u32,
}

impl Postings {
    /// Builds the postings from what [`Postings::parts`] returns, and validates it. Each of the sorted `terms` occurs
    /// in as many rows as `lens` says, all below `rows`; the counts begin at offset `counts` of `bytes`.
    pub fn from_parts(
        terms: Strings,
        lens: &[u32],
        (bytes, counts): (Vec<u8>, usize),
        rows: usize,
    ) -> Result<Self, DecodeError> {
        let mut infos = Vec::with_capacity(lens.len());
        if !terms.iter().zip(terms.iter().skip(1)).all(|(a, b)| a < b) || u32::try_from(bytes.len()).is_err() {
            return Err(DecodeError("the terms are not sorted, or the postings exceed 4 GiB"));
        }
        let (head, tail) = bytes.split_at_checked(counts).ok_or(DecodeError("it is cut short"))?;
        let (mut distances, mut times) = (Reader::new(head), Reader::new(tail));
        for &len in lens {
            let info = TermInfo { rows: distances.position() as u32, counts: (counts + times.position()) as u32, len };
            let mut next = 0u64;
            for _ in 0..len {
                let row = next + distances.varint64()?;
                if row >= rows as u64 {
                    return Err(DecodeError("a term occurs in a row that does not exist"));
                }
                times.varint()?.checked_add(1).ok_or(DecodeError("a number is too large"))?;
                next = row + 1;
            }
            infos.push(info);
        }
        distances.finish()?;
        times.finish()?;
        Ok(Self { terms, infos, bytes, counts })
    }

    /// Returns the terms with the number of their rows, the block of all rows and the block of all counts.
    pub fn parts(&self) -> (impl Iterator<Item = (&str, u32)>, &[u8], &[u8]) {
        let (rows, counts) = self.bytes.split_at(self.counts);
        (self.terms.iter().zip(self.infos.iter().map(|info| info.len)), rows, counts)
    }

    /// The number of terms, T.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there are no terms.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Returns the position of `term`, or `None` if it does not occur.
    pub fn find(&self, term: &str) -> Option<usize> {
        self.terms.find(term).ok()
    }

    /// Returns the term at position `at`.
    pub fn term(&self, at: usize) -> Option<&str> {
        self.terms.get(at)
    }

    /// Iterates over the terms that are not less than `start`, with their positions.
    pub fn terms_from(&self, start: &str) -> impl Iterator<Item = (usize, &str)> {
        let first = self.terms.find(start).unwrap_or_else(|at| at);
        (first..self.len()).filter_map(|at| Some((at, self.terms.get(at)?)))
    }

    /// Returns the number of rows that the term at position `at` occurs in (its document frequency).
    pub fn row_count(&self, at: usize) -> usize {
        self.infos.get(at).map_or(0, |info| info.len as usize)
    }

    /// Iterates over the rows of the term at position `at`, ascending, with the number of occurrences in each.
    pub fn rows(&self, at: usize) -> impl Iterator<Item = (u32, u32)> {
        let TermInfo { rows, counts, len } = self.infos.get(at).copied().unwrap_or_default();
        let (mut rows, mut counts) =
            (Reader::new(&self.bytes[rows as usize..]), Reader::new(&self.bytes[counts as usize..]));
        let mut next = 0;
        (0..len).map_while(move |_| {
            let row = next + rows.varint().ok()?; // never fails: `from_parts` has read it
            next = row + 1;
            Some((row, counts.varint().ok()? + 1))
        })
    }
}

/// Builds [`Postings`] from the terms of one row at a time. Keeps them compressed.
#[derive(Default)]
pub struct PostingsWriter {
    terms: HashMap<String, TermPostings>,
}

/// The compressed postings of one term.
#[derive(Default)]
struct TermPostings {
    len: u32,
    /// The row after the last one.
    next: u32,
    distances: Vec<u8>,
    counts: Vec<u8>,
}

impl PostingsWriter {
    /// Adds that `term` occurs `count` times in `row`. Rows of a term must ascend; `count` must be at least 1.
    pub fn push(&mut self, term: &str, row: u32, count: u32) {
        let rows = match self.terms.get_mut(term) {
            Some(rows) => rows,
            None => self.terms.entry(term.to_owned()).or_default(),
        };
        put_varint(&mut rows.distances, row - rows.next);
        put_varint(&mut rows.counts, count - 1);
        rows.next = row + 1;
        rows.len += 1;
    }

    /// Returns the postings. Terms beyond 4 GiB, which is the index of about a hundred million items, are dropped.
    pub fn finish(self) -> Postings {
        let mut all: Vec<(String, TermPostings)> = self.terms.into_iter().collect();
        all.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut left = u32::MAX as usize;
        all.retain(|(term, rows)| {
            let rest = left.checked_sub(term.len() + rows.distances.len() + rows.counts.len());
            left = rest.unwrap_or(left);
            rest.is_some()
        });
        let counts = all.iter().map(|(_, rows)| rows.distances.len()).sum();
        let mut postings = Postings { counts, ..Postings::default() };
        let mut after = Vec::new();
        for (term, rows) in all {
            let info =
                TermInfo { rows: postings.bytes.len() as u32, counts: (counts + after.len()) as u32, len: rows.len };
            if postings.terms.push(&term) {
                postings.infos.push(info);
                postings.bytes.extend(rows.distances);
                after.extend(rows.counts);
            }
        }
        postings.bytes.extend(after);
        Postings { terms: postings.terms.shrink_to_fit(), ..postings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn postings() -> Postings {
        let mut writer = PostingsWriter::default();
        for (term, row, count) in [("hat", 0, 1), ("red", 0, 2), ("hat", 300, 7), ("hat", 301, 1), ("zoo", 301, 200)] {
            writer.push(term, row, count);
        }
        writer.finish()
    }

    #[test]
    fn pushed_terms_are_found() {
        let postings = postings();
        let rows = |term| postings.find(term).map(|at| postings.rows(at).collect::<Vec<_>>());
        assert_eq!(rows("hat"), Some(vec![(0, 1), (300, 7), (301, 1)]));
        assert_eq!((rows("red"), rows("zoo"), rows("pin")), (Some(vec![(0, 2)]), Some(vec![(301, 200)]), None));
        assert_eq!(postings.terms_from("i").collect::<Vec<_>>(), [(1, "red"), (2, "zoo")]);
        assert_eq!((postings.row_count(0), postings.row_count(9)), (3, 0));
    }

    #[test]
    fn parts_round_trip_and_invalid_parts_are_rejected() {
        let whole = postings();
        let (terms, rows, counts) = whole.parts();
        let (terms, lens): (Vec<&str>, Vec<u32>) = terms.unzip();
        let open = |terms: &[&str], lens: &[u32], bytes: Vec<u8>, split, rows| {
            let mut strings = Strings::default();
            assert!(terms.iter().all(|term| strings.push(term)));
            Postings::from_parts(strings.shrink_to_fit(), lens, (bytes, split), rows)
        };
        let bytes = [rows, counts].concat();
        assert_eq!(open(&terms, &lens, bytes.clone(), rows.len(), 302).as_ref(), Ok(&whole));
        assert!(open(&terms, &lens, bytes.clone(), rows.len(), 301).is_err(), "a row beyond the last");
        assert!(open(&["b", "a", "c"], &lens, bytes.clone(), rows.len(), 302).is_err(), "not sorted");
        assert!(open(&terms, &[3, 1, 2], bytes.clone(), rows.len(), 302).is_err(), "too few rows");
        assert!(open(&terms, &lens, bytes.clone(), bytes.len() + 1, 302).is_err(), "no counts");
        assert!(open(&terms, &lens, bytes[..bytes.len() - 1].to_vec(), rows.len(), 302).is_err(), "cut short");
    }
}
