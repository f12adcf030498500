//! Popularity of items by context: at a place, at an hour, on a device, as the shop's page names them. Contains no
//! visitor.
//!
//! ```text
//! contexts.<hash>.bin    "NMOCCAS1"
//!                         varint    N, the number of items
//!                         f32       the weight that a byte of 255 stands for: `largest`
//!                         varint    the number of facts, and for each, sorted:
//!                                   string field, string value
//!                                   varint number of items, and for each: varint distance to the row before (the
//!                                   first: the row itself), u8 weight w, which stands for largest * w / 255
//! ```
//!
//! A fact is a field of the context with its value, such as `hour` and `19`. A weight is the square root of the
//! probability that the item is chosen when the fact holds, times the weight of its field. Must not know how the
//! weights are learned, nor who they are used for.

use std::collections::BTreeMap;

use crate::{
    bytes::{DecodeError, Reader, put_f32s, put_str, put_varint},
    json::parse_number,
};

const MAGIC: &[u8; 8] = b"NMOCCAS1";
/// The largest weight that a file may contain. Learned weights are a few units; sums of this one stay finite.
const MAX_WEIGHT: f32 = 1e6;
/// The fields of a context that weights can be learned for, from columns of the interactions. A page may set other
/// fields, which only rules use.
pub const FIELDS: [&str; 5] = ["place", "device", "season", "weekday", "hour"];

/// A field of the context and its value, as [`normalize_value`] writes it.
pub type Fact = (String, String);

/// Sparse weights of items for each fact.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContextPopularity {
    /// The number of items, N.
    len: usize,
    /// For each fact the rows, ascending, with their weights.
    facts: BTreeMap<Fact, Vec<(u32, u8)>>,
    /// The weight that a byte of 255 stands for.
    largest: f32,
}

/// Returns the canonical form of a value: `Winter ` becomes `winter`, and `19.0` becomes `19`.
pub fn normalize_value(text: &str) -> String {
    let text = text.trim().to_lowercase();
    parse_number(&text).map_or(text, |number| number.to_string())
}

impl ContextPopularity {
    /// Builds the weights for `len` items from the items and weights of each fact.
    pub fn new(len: usize, facts: Vec<(Fact, Vec<(u32, f32)>)>) -> Self {
        let weights = facts.iter().flat_map(|(_, items)| items).map(|item| item.1);
        let largest = weights.fold(0f32, f32::max);
        let quantize = |weight: f32| (weight / largest * 255.0).round() as u8;
        let mut contexts = Self { len, largest, ..Self::default() };
        for (fact, mut items) in facts {
            items.sort_by_key(|item| item.0);
            let items: Vec<(u32, u8)> = items.into_iter().map(|(row, weight)| (row, quantize(weight))).collect();
            contexts.facts.insert(fact, items.into_iter().filter(|item| item.1 > 0).collect());
        }
        contexts
    }

    /// The number of items, N.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no item has a weight.
    pub fn is_empty(&self) -> bool {
        self.facts.values().all(Vec::is_empty)
    }

    /// Returns the sum of each item's weights for `facts`. `[N]`, or empty if none of the facts has weights.
    pub fn scores<'a>(&self, facts: impl IntoIterator<Item = &'a Fact>) -> Vec<f32> {
        let mut scores = Vec::new();
        for items in facts.into_iter().filter_map(|fact| self.facts.get(fact)) {
            scores.resize(self.len, 0.0);
            items.iter().for_each(|&(row, weight)| scores[row as usize] += self.weight(weight));
        }
        scores
    }

    /// Returns the weights for another catalogue of `len` items. `new_rows` has the new row of each present row, or
    /// `None` if the item is gone. `[N]`
    pub fn remap_rows(&self, new_rows: &[Option<u32>], len: usize) -> Self {
        let remap = |&(row, weight): &(u32, u8)| Some((new_rows[row as usize]?, self.weight(weight)));
        let facts = self.facts.iter().map(|(fact, items)| (fact.clone(), items.iter().filter_map(remap).collect()));
        Self::new(len, facts.collect())
    }

    fn weight(&self, weight: u8) -> f32 {
        self.largest * f32::from(weight) / 255.0
    }

    /// Encodes the file.
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

    /// Decodes the file. Fails if it is cut short, not sorted, or refers to a row that does not exist.
    pub fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::with_magic(bytes, MAGIC)?;
        let (len, largest) = (reader.varint()? as usize, reader.f32s(1)?[0]);
        if !(0.0..=MAX_WEIGHT).contains(&largest) {
            return Err(DecodeError("the largest weight is out of range"));
        }
        let mut contexts = Self { len, largest, ..Self::default() };
        for _ in 0..reader.count()? {
            let fact = (reader.str()?.to_owned(), reader.str()?.to_owned());
            let (mut items, mut before) = (Vec::new(), 0u32);
            for nth in 0..reader.count()? {
                let distance = reader.varint()?;
                let row =
                    before.checked_add(distance).filter(|&row| (row as usize) < len && (nth == 0 || distance > 0));
                before = row.ok_or(DecodeError("the rows of a fact are not sorted, or one does not exist"))?;
                items.push((before, reader.byte()?));
            }
            if contexts.facts.last_key_value().is_some_and(|last| *last.0 >= fact) {
                return Err(DecodeError("the facts are not sorted"));
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
    fn weights_of_facts_add_up_and_unknown_facts_are_ignored() {
        let contexts = contexts();
        let scores = contexts.scores(&[fact("place", "berlin"), fact("hour", "19"), fact("hour", "3")]);
        assert!((scores[0] - 0.25).abs() < 2e-3 && scores[1] == 0.0 && (scores[2] - 1.5).abs() < 2e-3, "{scores:?}");
        assert!(contexts.scores(&[fact("place", "paris")]).is_empty() && ContextPopularity::default().is_empty());
        assert_eq!([normalize_value(" Winter"), normalize_value("19.0"), normalize_value("07")], ["winter", "19", "7"]);
    }

    #[test]
    fn files_round_trip_and_rows_can_be_remapped() {
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
    fn a_weight_out_of_range_is_rejected() {
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
