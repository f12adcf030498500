//! Item-item relations learned from a shop's interactions: which items are chosen after which, and how often each item
//! was chosen. Contains no visitor.
//!
//! ```text
//! relations.<hash>.bin    "NMRELAT1"
//!                         varint    N, the number of items
//!                         varint    number of interactions of an item, N times
//!                         f32       the probability that a byte of 255 stands for: `largest`
//!                         N rows:   varint number of neighbours, and for each: varint distance to the row before (the
//!                                   first: the row itself), u8 weight w, which stands for largest * (w / 255)^2
//!                         varint    visitors who chose both, for each neighbour of each row; absent in older files
//! ```
//!
//! About four bytes per neighbour: 100,000 items with 64 neighbours each take 26 MB, which few shops reach. Must not
//! know how the relations are learned, nor who they are used for.

use crate::bytes::{DecodeError, Reader, put_f32s, put_varint};

const MAGIC: &[u8; 8] = b"NMRELAT1";

/// A sparse N x N matrix of probabilities that an item is chosen after another, with E entries.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Relations {
    /// The number of interactions of each item. `[N]`
    counts: Vec<u32>,
    /// Index of each row's first neighbour, and at the end E. `[N + 1]`
    starts: Vec<u32>,
    /// The neighbours, ascending within a row. `[E]`
    neighbours: Vec<u32>,
    /// The quantized probabilities. `[E]`
    weights: Vec<u8>,
    /// The number of visitors who chose both items, at most 65,535. `[E]`, or empty if they were not counted.
    pair_counts: Vec<u16>,
    /// The probability that a weight of 255 stands for.
    largest: f32,
    /// The largest of `counts`.
    max_count: u32,
}

impl Relations {
    /// Builds the relations from the number of interactions of each item and, in `rows`, its neighbours with their
    /// probabilities. Keeps the `max_neighbours` likeliest of each row.
    pub fn new(counts: Vec<u32>, rows: Vec<Vec<(u32, f32)>>, max_neighbours: usize) -> Self {
        let largest = rows.iter().flatten().fold(0f32, |largest, neighbour| largest.max(neighbour.1));
        let mut relations = Self { starts: vec![0], largest, ..Self::default() };
        for mut row in rows {
            row.retain(|neighbour| neighbour.1 > 0.0);
            row.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            row.truncate(max_neighbours);
            row.sort_by_key(|neighbour| neighbour.0);
            for (neighbour, probability) in row {
                let weight = ((probability / largest).sqrt() * 255.0).round() as u8;
                if weight > 0 {
                    relations.neighbours.push(neighbour);
                    relations.weights.push(weight);
                }
            }
            relations.starts.push(relations.neighbours.len() as u32);
        }
        relations.with_counts(counts)
    }

    /// Sets the number of visitors who chose both items of each entry, in the order of [`Self::edges_of`]. `[E]`
    pub fn with_pair_counts(mut self, pair_counts: Vec<u16>) -> Self {
        assert_eq!(pair_counts.len(), self.edges(), "one count for each neighbour");
        self.pair_counts = pair_counts;
        self
    }

    fn with_counts(mut self, counts: Vec<u32>) -> Self {
        self.max_count = counts.iter().copied().max().unwrap_or(0);
        self.counts = counts;
        self
    }

    /// The number of items, N.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The number of neighbours of all rows, E.
    pub fn edges(&self) -> usize {
        self.neighbours.len()
    }

    /// The number of interactions with the item at `row`.
    pub fn count(&self, row: u32) -> u32 {
        self.counts[row as usize]
    }

    /// Returns the number of visitors who chose both the item at `row` and `neighbour`; 0 if it is unknown.
    pub fn pair_count(&self, row: u32, neighbour: u32) -> u32 {
        let found = self.edges_of(row).find(|edge| edge.1 == neighbour);
        found.and_then(|(edge, _)| self.pair_counts.get(edge)).map_or(0, |&count| u32::from(count))
    }

    /// Whether the visitors who chose both items of an entry were counted.
    pub fn has_pair_counts(&self) -> bool {
        !self.pair_counts.is_empty()
    }

    /// Iterates over the neighbours of `row`, each with its index among the entries of all rows.
    pub fn edges_of(&self, row: u32) -> impl Iterator<Item = (usize, u32)> + '_ {
        let range = self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize;
        range.map(|edge| (edge, self.neighbours[edge]))
    }

    /// Returns the popularity of the item, 0..=1: the square root of its count relative to the largest, because the
    /// tenth sale says more than the thousandth.
    pub fn popularity(&self, row: u32) -> f32 {
        (self.counts[row as usize] as f32 / self.max_count.max(1) as f32).sqrt()
    }

    /// Whether the item has any interactions. One without is a cold item.
    pub fn has_interactions(&self, row: u32) -> bool {
        self.counts[row as usize] > 0
    }

    /// Iterates over the neighbours of the item at `row` with their probabilities.
    pub fn neighbours(&self, row: u32) -> impl Iterator<Item = (u32, f32)> + '_ {
        let range = self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize;
        let probability = |weight: u8| self.largest * (f32::from(weight) / 255.0) * (f32::from(weight) / 255.0);
        self.neighbours[range.clone()].iter().copied().zip(self.weights[range].iter().map(move |&w| probability(w)))
    }

    /// Returns for each item the sum over `signals` (rows with weights) of the weight times the probability that the
    /// item is chosen after that row. `[N]`
    pub fn cooccurrence_scores(&self, signals: &[(u32, f32)]) -> Vec<f32> {
        let mut sums = vec![0.0; self.len()];
        for &(row, weight) in signals {
            self.neighbours(row).for_each(|(neighbour, probability)| sums[neighbour as usize] += weight * probability);
        }
        sums
    }

    /// Encodes the file.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        put_varint(&mut bytes, self.len() as u32);
        self.counts.iter().for_each(|&count| put_varint(&mut bytes, count));
        put_f32s(&mut bytes, &[self.largest]);
        for ends in self.starts.windows(2) {
            put_varint(&mut bytes, ends[1] - ends[0]);
            let mut before = 0;
            for at in ends[0] as usize..ends[1] as usize {
                put_varint(&mut bytes, self.neighbours[at] - before);
                bytes.push(self.weights[at]);
                before = self.neighbours[at];
            }
        }
        self.pair_counts.iter().for_each(|&count| put_varint(&mut bytes, u32::from(count)));
        bytes
    }

    /// Decodes the file. Fails if it is cut short, has extra bytes, or refers to a row that does not exist.
    pub fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::with_magic(bytes, MAGIC)?;
        let len = reader.count()?;
        let counts = (0..len).map(|_| reader.varint()).collect::<Result<Vec<u32>, _>>()?;
        let largest = reader.f32s(1)?[0];
        if largest < 0.0 {
            return Err(DecodeError("a probability is negative"));
        }
        let mut relations = Self { starts: vec![0], largest, ..Self::default() };
        for _ in 0..len {
            let mut before = 0u32;
            for nth in 0..reader.count()? {
                let distance = reader.varint()?;
                let row =
                    before.checked_add(distance).filter(|&row| (row as usize) < len && (nth == 0 || distance > 0));
                before = row.ok_or(DecodeError("the neighbours of an item are not sorted, or one does not exist"))?;
                relations.neighbours.push(before);
                relations.weights.push(reader.take(1)?[0]);
            }
            relations.starts.push(relations.neighbours.len() as u32);
        }
        if !reader.is_empty() {
            let pair_counts = (0..relations.edges()).map(|_| Ok(reader.varint()?.min(u32::from(u16::MAX)) as u16));
            relations.pair_counts = pair_counts.collect::<Result<_, _>>()?;
        }
        reader.finish()?;
        Ok(relations.with_counts(counts))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn relations() -> Relations {
        let rows = vec![vec![(2, 0.5), (1, 0.02), (3, 0.125)], vec![], vec![(0, 0.3)], vec![(3, 0.0)]];
        Relations::new(vec![9, 0, 4, 1], rows, 2)
    }

    #[test]
    fn the_likeliest_neighbours_keep_their_probabilities() {
        let relations = relations();
        let row: Vec<_> = relations.neighbours(0).collect();
        assert_eq!(row.iter().map(|n| n.0).collect::<Vec<_>>(), [2, 3]);
        assert!((row[0].1 - 0.5).abs() < 1e-6 && (row[1].1 - 0.125).abs() < 1e-2, "{row:?}");
        assert_eq!((relations.edges(), relations.neighbours(1).count()), (3, 0));
        let scores = relations.cooccurrence_scores(&[(0, 0.5), (2, -1.0)]);
        assert!((scores[2] - 0.25).abs() < 1e-6 && (scores[0] + 0.3).abs() < 1e-2 && scores[1] == 0.0);
    }

    #[test]
    fn popularity_grows_with_the_number_of_interactions() {
        let relations = relations();
        assert_eq!((relations.popularity(0), relations.popularity(1)), (1.0, 0.0));
        assert_eq!(
            (relations.has_interactions(1), relations.has_interactions(3), relations.count(2)),
            (false, true, 4)
        );
        assert_eq!(Relations::new(vec![0], vec![vec![]], 9).popularity(0), 0.0);
    }

    #[test]
    fn files_round_trip_and_the_format_is_unchanged() {
        let relations = relations();
        let bytes = relations.write();
        assert_eq!(Relations::read(&bytes), Ok(relations));
        assert_eq!(bytes[..13], *b"NMRELAT1\x04\x09\x00\x04\x01");
        for len in 0..bytes.len() {
            assert!(Relations::read(&bytes[..len]).is_err(), "{len}");
        }
        let counted = self::relations().with_pair_counts(vec![7, 300, 0]);
        assert_eq!(
            (counted.pair_count(0, 2), counted.pair_count(0, 3), counted.pair_count(2, 0), counted.pair_count(1, 0)),
            (7, 300, 0, 0)
        );
        let longer = counted.write();
        assert_eq!((&longer[..bytes.len()], Relations::read(&longer)), (&bytes[..], Ok(counted)));
        assert!(Relations::read(&longer[..longer.len() - 1]).is_err());
        assert_eq!(self::relations().pair_count(0, 2), 0, "the pairs are not counted");
    }

    proptest! {
        #[test]
        fn damaged_bytes_never_panic(at: prop::sample::Index, byte: u8) {
            let mut bytes = relations().write();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(read) = Relations::read(&bytes) {
                (0..read.len() as u32).for_each(|row| assert!(read.neighbours(row).count() <= read.len()));
            }
        }
    }
}
