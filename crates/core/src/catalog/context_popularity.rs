//! What is chosen on which occasion: at a place, at an hour, on a device, as the shop's page names them. No visitor is
//! in it.
//!
//! ```text
//! contexts.<hash>.bin    "NMOCCAS1"
//!                         count     N
//!                         f32       what a weight of 255 stands for
//!                         count     of facts, and for each, ascending:
//!                                   string field, string value
//!                                   count of items, and for each: varint distance to the row before (the first: the
//!                                   row itself), u8 weight w, which stands for largest * w / 255
//! ```
//!
//! A weight is the root of how likely the item is chosen where the fact holds, times what its field counts. Must not know
//! how it was learned, nor who is told.

use std::collections::BTreeMap;

use crate::bytes::{DecodeError, Reader, put_f32s, put_str, put_varint};

const MAGIC: &[u8; 8] = b"NMOCCAS1";
/// Learned weights are logarithms of shares, of a few units; sums of this one stay finite.
const MAX_WEIGHT: f32 = 1e6;
/// What a page may say of an occasion, and a column of interactions: more is for rules alone.
pub const FIELDS: [&str; 5] = ["place", "device", "season", "weekday", "hour"];

/// A field and its value, as [`value`] writes it.
pub type Fact = (String, String);

/// Sparse weights of items by facts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContextPopularity {
    /// N
    len: usize,
    /// Rows ascending, each with its weight.
    facts: BTreeMap<Fact, Vec<(u32, u8)>>,
    /// What a weight of 255 stands for.
    largest: f32,
}

/// One way to write a value: `Winter ` is `winter`, and 19.0 is 19.
pub fn normalize_value(text: &str) -> String {
    let text = text.trim().to_lowercase();
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map_or(text, |number| number.to_string())
}

impl ContextPopularity {
    /// Over `len` items, of each fact the items with a weight.
    pub fn new(len: usize, facts: Vec<(Fact, Vec<(u32, f32)>)>) -> Self {
        let weights = facts.iter().flat_map(|(_, items)| items).map(|item| item.1);
        let largest = weights.fold(0f32, f32::max);
        let small = |weight: f32| (weight / largest * 255.0).round() as u8;
        let mut contexts = Self { len, largest, ..Self::default() };
        for (fact, mut items) in facts {
            items.sort_by_key(|item| item.0);
            let items: Vec<(u32, u8)> = items.into_iter().map(|(row, weight)| (row, small(weight))).collect();
            contexts.facts.insert(fact, items.into_iter().filter(|item| item.1 > 0).collect());
        }
        contexts
    }

    /// N
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no item has a weight.
    pub fn is_empty(&self) -> bool {
        self.facts.values().all(Vec::is_empty)
    }

    /// What speaks for each item where these facts hold. `[N]`, or nothing where none of them is known
    pub fn scores<'a>(&self, facts: impl IntoIterator<Item = &'a Fact>) -> Vec<f32> {
        let mut scores = Vec::new();
        for items in facts.into_iter().filter_map(|fact| self.facts.get(fact)) {
            scores.resize(self.len, 0.0);
            items.iter().for_each(|&(row, weight)| scores[row as usize] += self.weight(weight));
        }
        scores
    }

    /// The same for other rows: `now` says of each where it is, if it still is.
    pub fn remap_rows(&self, now: &[Option<u32>], len: usize) -> Self {
        let there = |&(row, weight): &(u32, u8)| Some((now[row as usize]?, self.weight(weight)));
        let facts = self.facts.iter().map(|(fact, items)| (fact.clone(), items.iter().filter_map(there).collect()));
        Self::new(len, facts.collect())
    }

    fn weight(&self, weight: u8) -> f32 {
        self.largest * f32::from(weight) / 255.0
    }

    /// The bytes of the file, as [`ContextPopularity::read`] reads them.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        put_varint(&mut bytes, self.len as u32);
        put_f32s(&mut bytes, &[self.largest]);
        put_varint(&mut bytes, self.facts.len() as u32);
        for ((field, value), items) in &self.facts {
            put_str(&mut bytes, field);
            put_str(&mut bytes, value);
            put_varint(&mut bytes, items.len() as u32);
            let mut before = 0;
            for &(row, weight) in items {
                put_varint(&mut bytes, row - before);
                bytes.push(weight);
                before = row;
            }
        }
        bytes
    }

    /// From the bytes of the file. An error where they are cut short, out of order, or name a row that is not there.
    pub fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::with_magic(bytes, MAGIC)?;
        let (len, largest) = (reader.varint()? as usize, reader.f32s(1)?[0]);
        if !(0.0..=MAX_WEIGHT).contains(&largest) {
            return Err(DecodeError("a weight is negative, or larger than any that is learned"));
        }
        let mut contexts = Self { len, largest, ..Self::default() };
        for _ in 0..reader.count()? {
            let fact = (reader.str()?.to_owned(), reader.str()?.to_owned());
            let (mut items, mut before) = (Vec::new(), 0u32);
            for nth in 0..reader.count()? {
                let distance = reader.varint()?;
                let row =
                    before.checked_add(distance).filter(|&row| (row as usize) < len && (nth == 0 || distance > 0));
                before = row.ok_or(DecodeError("an item is a row that cannot be"))?;
                items.push((before, reader.byte()?));
            }
            if contexts.facts.last_key_value().is_some_and(|last| *last.0 >= fact) {
                return Err(DecodeError("facts are out of order"));
            }
            contexts.facts.insert(fact, items);
        }
        reader.finish()?;
        Ok(contexts)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fact(field: &str, value: &str) -> Fact {
        (field.into(), value.into())
    }

    fn contexts() -> ContextPopularity {
        let facts =
            vec![(fact("place", "berlin"), vec![(2, 0.5), (0, 0.25)]), (fact("hour", "19"), vec![(2, 1.0), (1, 0.0)])];
        ContextPopularity::new(3, facts)
    }

    #[test]
    fn what_holds_adds_up_and_what_nobody_knows_says_nothing() {
        let contexts = contexts();
        let scores = contexts.scores(&[fact("place", "berlin"), fact("hour", "19"), fact("hour", "3")]);
        assert!((scores[0] - 0.25).abs() < 2e-3 && scores[1] == 0.0 && (scores[2] - 1.5).abs() < 2e-3, "{scores:?}");
        assert!(contexts.scores(&[fact("place", "paris")]).is_empty() && ContextPopularity::default().is_empty());
        assert_eq!([normalize_value(" Winter"), normalize_value("19.0"), normalize_value("07")], ["winter", "19", "7"]);
    }

    #[test]
    fn what_is_written_is_read_again_and_moves_with_its_items() {
        let contexts = contexts();
        let bytes = contexts.write();
        assert_eq!(ContextPopularity::read(&bytes), Ok(contexts.clone()));
        for len in 0..bytes.len() {
            assert!(ContextPopularity::read(&bytes[..len]).is_err(), "{len}");
        }
        let moved = contexts.remap_rows(&[None, Some(3), Some(0)], 4);
        let scores = moved.scores(&[fact("place", "berlin")]);
        assert!((moved.len(), scores.len()) == (4, 4) && (scores[0] - 0.5).abs() < 2e-3 && scores[1..] == [0.0; 3]);
    }

    #[test]
    fn a_weight_that_no_shop_teaches_is_refused() {
        for largest in [-1.0, 1e36, f32::INFINITY, f32::NAN] {
            assert!(
                ContextPopularity::read(&ContextPopularity { largest, ..contexts() }.write()).is_err(),
                "{largest}"
            );
        }
    }

    proptest! {
        #[test]
        fn damaged_bytes_never_panic(at: prop::sample::Index, byte: u8) {
            let mut bytes = contexts().write();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(read) = ContextPopularity::read(&bytes)
                && read.len() < 1000
            {
                prop_assert!(read.scores(&[fact("hour", "19")]).iter().all(|score| score.is_finite()));
            }
        }
    }
}
