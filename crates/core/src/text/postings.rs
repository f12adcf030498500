//! Which rows each term occurs in, and how often: packed, as an index that a visitor downloads has to be.
//!
//! A row is a varint, the distance to the row after the one before it (the first: to row 0), and a count is a varint, one
//! less than it is. All rows of all terms lie in one block and all counts in another: two bytes or so for both. Must not
//! know what a row stands for.

use std::collections::HashMap;

use super::Strings;
use crate::bytes::{DecodeError, Reader, put_varint};

/// Of T terms, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Postings {
    /// `[T]`
    terms: Strings,
    /// `[T]`
    places: Vec<Place>,
    /// The rows of all terms, then the counts of all.
    bytes: Vec<u8>,
    /// Where the counts begin.
    counts: usize,
}

/// Where one term's rows and counts begin in the bytes, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    rows: u32,
    counts: u32,
    len: u32,
}

impl Postings {
    /// From what [`Postings::parts`] gives, checked: `terms` ascend and lie in `lens` rows each, of `rows` in all; in `bytes`
    /// the counts begin at `counts`.
    pub fn from_parts(
        terms: Strings,
        lens: &[u32],
        (bytes, counts): (Vec<u8>, usize),
        rows: usize,
    ) -> Result<Self, DecodeError> {
        let mut places = Vec::with_capacity(lens.len());
        if !terms.iter().zip(terms.iter().skip(1)).all(|(a, b)| a < b) || u32::try_from(bytes.len()).is_err() {
            return Err(DecodeError("the terms are not sorted, or are too many"));
        }
        let (head, tail) = bytes.split_at_checked(counts).ok_or(DecodeError("it ends too soon"))?;
        let (mut distances, mut times) = (Reader::new(head), Reader::new(tail));
        for &len in lens {
            let place = Place { rows: distances.position() as u32, counts: (counts + times.position()) as u32, len };
            let mut next = 0u64;
            for _ in 0..len {
                let row = next + distances.varint64()?;
                if row >= rows as u64 {
                    return Err(DecodeError("a term lies in a row that cannot be"));
                }
                times.varint()?.checked_add(1).ok_or(DecodeError("a number is too large"))?;
                next = row + 1;
            }
            places.push(place);
        }
        distances.finish()?;
        times.finish()?;
        Ok(Self { terms, places, bytes, counts })
    }

    /// Terms with the number of their rows, and the two blocks: the rows of all, the counts of all.
    pub fn parts(&self) -> (impl Iterator<Item = (&str, u32)>, &[u8], &[u8]) {
        let (rows, counts) = self.bytes.split_at(self.counts);
        (self.terms.iter().zip(self.places.iter().map(|place| place.len)), rows, counts)
    }

    /// T
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there are no terms.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The place of a term.
    pub fn find(&self, term: &str) -> Option<usize> {
        self.terms.find(term).ok()
    }

    /// The term at a place.
    pub fn term(&self, at: usize) -> Option<&str> {
        self.terms.get(at)
    }

    /// The terms from `start` on, with their places.
    pub fn terms_from(&self, start: &str) -> impl Iterator<Item = (usize, &str)> {
        let first = self.terms.find(start).unwrap_or_else(|place| place);
        (first..self.len()).filter_map(|at| Some((at, self.terms.get(at)?)))
    }

    /// How many rows the term at a place occurs in.
    pub fn row_count(&self, at: usize) -> usize {
        self.places.get(at).map_or(0, |place| place.len as usize)
    }

    /// These rows, ascending, and how often it occurs in each: once at least.
    pub fn rows(&self, at: usize) -> impl Iterator<Item = (u32, u32)> {
        let Place { rows, counts, len } = self.places.get(at).copied().unwrap_or(Place { rows: 0, counts: 0, len: 0 });
        let (mut rows, mut counts) =
            (Reader::new(&self.bytes[rows as usize..]), Reader::new(&self.bytes[counts as usize..]));
        let mut next = 0;
        (0..len).map_while(move |_| {
            let row = next + rows.varint().ok()?; // always there: `open` has read it
            next = row + 1;
            Some((row, counts.varint().ok()? + 1))
        })
    }
}

/// Takes the terms of rows one by one, and holds them as they will lie.
#[derive(Default)]
pub struct PostingsWriter {
    terms: HashMap<String, Rows>,
}

/// Where one term occurs.
#[derive(Default)]
struct Rows {
    len: u32,
    /// The row after the last one.
    next: u32,
    distances: Vec<u8>,
    counts: Vec<u8>,
}

impl PostingsWriter {
    /// `term` occurs `count` times in `row`; rows ascend.
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

    /// Of more than 4 GiB, which is the index of a hundred million items, what goes beyond is left out.
    pub fn finish(self) -> Postings {
        let mut all: Vec<(String, Rows)> = self.terms.into_iter().collect();
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
            let place =
                Place { rows: postings.bytes.len() as u32, counts: (counts + after.len()) as u32, len: rows.len };
            if postings.terms.push(&term) {
                postings.places.push(place);
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
    fn what_was_pushed_is_found() {
        let postings = postings();
        let rows = |term| postings.find(term).map(|at| postings.rows(at).collect::<Vec<_>>());
        assert_eq!(rows("hat"), Some(vec![(0, 1), (300, 7), (301, 1)]));
        assert_eq!((rows("red"), rows("zoo"), rows("pin")), (Some(vec![(0, 2)]), Some(vec![(301, 200)]), None));
        assert_eq!(postings.terms_from("i").collect::<Vec<_>>(), [(1, "red"), (2, "zoo")]);
        assert_eq!((postings.row_count(0), postings.row_count(9)), (3, 0));
    }

    #[test]
    fn parts_are_opened_again_and_broken_ones_are_refused() {
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
