//! What visitors did with items, learned from a shop's interactions: which item follows which, and how much is known
//! of each. No visitor is in it.
//!
//! ```text
//! relations.<hash>.bin    "NMRELAT1"
//!                         count     N
//!                         varint    interactions of an item, N times
//!                         f32       the probability that a weight of 255 stands for
//!                         N rows:   count of neighbours, and for each: varint distance to the row before (the first:
//!                                   the row itself), u8 weight w, which stands for largest * (w / 255)^2
//!                         varint    visitors who chose both, for each neighbour of each row; absent in older files
//! ```
//!
//! Four bytes or so a neighbour: 100,000 items with 64 each are 26 MB, as few shops have. Must not know how it was
//! learned, nor who it is for.

use crate::bytes::{DecodeError, Reader, put_f32s, put_varint};

const MAGIC: &[u8; 8] = b"NMRELAT1";

/// Sparse item-item probabilities. N rows
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Relations {
    /// Interactions of each item. `[N]`
    counts: Vec<u32>,
    /// Where each row's neighbours start, and at the end their number. `[N + 1]`
    starts: Vec<u32>,
    /// Rows of the neighbours, ascending within a row. `[E]`
    neighbours: Vec<u32>,
    /// `[E]`
    weights: Vec<u8>,
    /// Visitors who chose both, 65,535 at most. `[E]`, or empty where nobody counted them
    pairs: Vec<u16>,
    /// What a weight of 255 stands for.
    largest: f32,
    most_counted: u32,
}

impl Relations {
    /// `rows` has for each item its neighbours with a probability each; the `most` likeliest are kept.
    pub fn new(counts: Vec<u32>, rows: Vec<Vec<(u32, f32)>>, most: usize) -> Self {
        let largest = rows.iter().flatten().fold(0f32, |largest, neighbour| largest.max(neighbour.1));
        let mut relations = Self { starts: vec![0], largest, ..Self::default() };
        for mut row in rows {
            row.retain(|neighbour| neighbour.1 > 0.0);
            row.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            row.truncate(most);
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
        relations.counted(counts)
    }

    /// With how many visitors chose both items of each neighbourhood, in the order of [`Self::edges_of`]. `[E]`
    pub fn with_pair_counts(mut self, pairs: Vec<u16>) -> Self {
        assert_eq!(pairs.len(), self.edges(), "a count for each neighbour");
        self.pairs = pairs;
        self
    }

    fn counted(mut self, counts: Vec<u32>) -> Self {
        self.most_counted = counts.iter().copied().max().unwrap_or(0);
        self.counts = counts;
        self
    }

    /// N
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Neighbours of all rows together.
    pub fn edges(&self) -> usize {
        self.neighbours.len()
    }

    /// Interactions with the item at `row`.
    pub fn count(&self, row: u32) -> u32 {
        self.counts[row as usize]
    }

    /// How many visitors chose both the item at `row` and its neighbour; 0 where nobody is known to have.
    pub fn pair_count(&self, row: u32, neighbour: u32) -> u32 {
        let found = self.edges_of(row).find(|edge| edge.1 == neighbour);
        found.and_then(|(edge, _)| self.pairs.get(edge)).map_or(0, |&count| u32::from(count))
    }

    /// Somebody counted who chose both of a pair.
    pub fn has_pair_counts(&self) -> bool {
        !self.pairs.is_empty()
    }

    /// The neighbours of `row`, each with its place among the neighbours of all rows.
    pub fn edges_of(&self, row: u32) -> impl Iterator<Item = (usize, u32)> + '_ {
        let range = self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize;
        range.map(|edge| (edge, self.neighbours[edge]))
    }

    /// How popular the item is, 0..1. The root: the tenth sale says more than the thousandth.
    pub fn popularity(&self, row: u32) -> f32 {
        (self.counts[row as usize] as f32 / self.most_counted.max(1) as f32).sqrt()
    }

    /// Whether anybody has done something with the item.
    pub fn has_interactions(&self, row: u32) -> bool {
        self.counts[row as usize] > 0
    }

    /// What follows the item at `row`, and how likely.
    pub fn neighbours(&self, row: u32) -> impl Iterator<Item = (u32, f32)> + '_ {
        let range = self.starts[row as usize] as usize..self.starts[row as usize + 1] as usize;
        let probability = |weight: u8| self.largest * (f32::from(weight) / 255.0) * (f32::from(weight) / 255.0);
        self.neighbours[range.clone()].iter().copied().zip(self.weights[range].iter().map(move |&w| probability(w)))
    }

    /// How likely each item follows on rows with weights. `[N]`
    pub fn cooccurrence_scores(&self, signals: &[(u32, f32)]) -> Vec<f32> {
        let mut sums = vec![0.0; self.len()];
        for &(row, weight) in signals {
            self.neighbours(row).for_each(|(neighbour, probability)| sums[neighbour as usize] += weight * probability);
        }
        sums
    }

    /// The bytes of the file, as [`Relations::read`] reads them.
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
        self.pairs.iter().for_each(|&count| put_varint(&mut bytes, u32::from(count)));
        bytes
    }

    /// From the bytes of the file. An error where they are cut short or left over, or name a row that is not there.
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
                before = row.ok_or(DecodeError("a neighbour is a row that cannot be"))?;
                relations.neighbours.push(before);
                relations.weights.push(reader.take(1)?[0]);
            }
            relations.starts.push(relations.neighbours.len() as u32);
        }
        if !reader.is_empty() {
            let pairs = (0..relations.edges()).map(|_| Ok(reader.varint()?.min(u32::from(u16::MAX)) as u16));
            relations.pairs = pairs.collect::<Result<_, _>>()?;
        }
        reader.finish()?;
        Ok(relations.counted(counts))
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
    fn the_likeliest_neighbours_are_kept_and_nearly_as_likely() {
        let relations = relations();
        let row: Vec<_> = relations.neighbours(0).collect();
        assert_eq!(row.iter().map(|n| n.0).collect::<Vec<_>>(), [2, 3]);
        assert!((row[0].1 - 0.5).abs() < 1e-6 && (row[1].1 - 0.125).abs() < 1e-2, "{row:?}");
        assert_eq!((relations.edges(), relations.neighbours(1).count()), (3, 0));
        let follow = relations.cooccurrence_scores(&[(0, 0.5), (2, -1.0)]);
        assert!((follow[2] - 0.25).abs() < 1e-6 && (follow[0] + 0.3).abs() < 1e-2 && follow[1] == 0.0);
    }

    #[test]
    fn the_most_chosen_is_most_popular_and_a_new_item_is_untouched() {
        let relations = relations();
        assert_eq!((relations.popularity(0), relations.popularity(1)), (1.0, 0.0));
        assert_eq!(
            (relations.has_interactions(1), relations.has_interactions(3), relations.count(2)),
            (false, true, 4)
        );
        assert_eq!(Relations::new(vec![0], vec![vec![]], 9).popularity(0), 0.0);
    }

    #[test]
    fn what_is_written_is_read_again_and_its_first_bytes_stand() {
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
        assert_eq!(self::relations().pair_count(0, 2), 0, "nobody counted");
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
