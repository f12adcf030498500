//! Popularity by context: what visitors choose at a place, on a device, in a season, on a weekday or at an hour.
//!
//! ```text
//! weight(i | fact) = weight of the fact's field
//!                    * sqrt(visitors who chose i where the fact holds / (the same summed over all items + SHRINKAGE))
//! ```
//! Facts and items with few visitors are left out, because those visitors might be recognised. Counts are rounded as
//! [`MinVisitors`] describes. Must not know files.

use std::collections::{BTreeMap, BTreeSet};

use super::privacy::{self, MinVisitors};
use nearmind_core::{
    catalog::context_popularity::{ContextPopularity, Fact},
    profile::EventName,
};

/// Added to the denominator, in visitors: lowers the weights of facts that were seldom observed.
const SHRINKAGE: f32 = 50.0;
/// A fact needs this many visitors, whatever [`MinVisitors`] allows.
const MIN_VISITORS_OF_FACT: u32 = 20;
/// An item needs this many visitors who chose it where the fact holds.
const MIN_VISITORS_OF_ITEM: u32 = 3;
/// A pack ships at most this many items for each fact.
const MAX_ITEMS: usize = 256;

/// The details of each event of some histories besides its item: what was done, where and when.
#[derive(Debug, Clone, Default)]
pub struct EventDetails {
    /// All distinct facts, each a field and its value. `fact_sets` refers to them by index.
    pub facts: Vec<Fact>,
    /// All distinct sets of facts of an event, as indices into `facts`.
    pub fact_sets: Vec<Vec<u32>>,
    /// The index into `fact_sets` of each event, by history and event. Empty if no event has facts
    pub event_sets: Vec<Vec<u32>>,
    /// The name of each event, by history and event. Empty if no event has a name
    pub event_names: Vec<Vec<EventName>>,
}

impl EventDetails {
    /// The facts of an event.
    pub fn facts_at(&self, history: usize, event: usize) -> impl Iterator<Item = &Fact> {
        let set = self.event_sets.get(history).and_then(|sets| self.fact_sets.get(*sets.get(event)? as usize));
        set.into_iter().flatten().map(|&fact| &self.facts[fact as usize])
    }

    /// The name of an event; a purchase where it is unknown.
    pub fn name(&self, history: usize, event: usize) -> EventName {
        let name = self.event_names.get(history).and_then(|names| names.get(event).copied());
        name.unwrap_or(EventName::Purchase)
    }

    /// The fields of all facts, such as `place` or `hour`.
    pub fn fields(&self) -> BTreeSet<&str> {
        self.facts.iter().map(|fact| fact.0.as_str()).collect()
    }
}

/// The number of visitors of each fact, and of each item where the fact holds.
#[derive(Debug)]
pub struct ContextCounts {
    min_visitors: MinVisitors,
    facts: BTreeMap<Fact, (u32, BTreeMap<u32, u32>)>,
}

impl ContextCounts {
    /// Counts the histories with these indices.
    pub fn new(
        histories: &[Vec<u32>],
        indices: impl Iterator<Item = usize>,
        details: &EventDetails,
        min_visitors: MinVisitors,
    ) -> Self {
        let mut counts: Vec<(u32, BTreeMap<u32, u32>)> = vec![Default::default(); details.facts.len()];
        for index in indices {
            let Some(sets) = details.event_sets.get(index) else { break };
            let mut chosen: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
            for position in privacy::last_positions(&histories[index]) {
                let set = sets.get(position).and_then(|&set| details.fact_sets.get(set as usize));
                for &fact in set.into_iter().flatten() {
                    chosen.entry(fact).or_default().insert(histories[index][position]);
                }
            }
            for (fact, rows) in chosen {
                let (visitors, items) = &mut counts[fact as usize];
                *visitors += 1;
                rows.into_iter().for_each(|row| *items.entry(row).or_default() += 1);
            }
        }
        Self { min_visitors, facts: details.facts.iter().cloned().zip(counts).collect() }
    }

    /// Computes the popularity by context of `len` items. Facts of fields without a weight are left out.
    pub fn popularity(&self, field_weights: &BTreeMap<String, f32>, len: usize) -> ContextPopularity {
        let weighed = |(fact, (visitors, items)): (&Fact, &(u32, BTreeMap<u32, u32>))| {
            let weight = *field_weights.get(&fact.0)?;
            let all = self.min_visitors.round_count(items.values().sum()) as f32;
            let item = |(&row, &visitors): (&u32, &u32)| {
                let count = self.min_visitors.round_count(visitors);
                (count >= MIN_VISITORS_OF_ITEM).then(|| (row, weight * (count as f32 / (all + SHRINKAGE)).sqrt()))
            };
            let mut items: Vec<(u32, f32)> = items.iter().filter_map(item).collect();
            items.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            items.truncate(MAX_ITEMS);
            (*visitors >= MIN_VISITORS_OF_FACT.max(self.min_visitors.get())).then(|| (fact.clone(), items))
        };
        ContextPopularity::new(len, self.facts.iter().filter_map(weighed).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn popularity_is_counted_by_place_and_rare_choices_are_omitted() {
        let fact = |value: &str| ("place".to_owned(), value.to_owned());
        // Thirty visitors at place a chose item 0 repeatedly, five of them item 1, two of them item 2. Nineteen were at
        // b.
        let at_a = |visitor: usize| vec![0, 0, if visitor < 5 { 1 } else { 0 }, if visitor < 2 { 2 } else { 0 }];
        let histories: Vec<Vec<u32>> = (0..30).map(at_a).chain((0..19).map(|_| vec![1; 4])).collect();
        let details = EventDetails {
            facts: vec![fact("a"), fact("b")],
            fact_sets: vec![vec![], vec![0], vec![1]],
            event_sets: (0..49).map(|visitor| vec![if visitor < 30 { 1 } else { 2 }; 4]).collect(),
            ..EventDetails::default()
        };
        assert_eq!(details.facts_at(1, 3).collect::<Vec<_>>(), [&fact("a")]);
        assert_eq!((details.facts_at(99, 0).count(), details.fields().len()), (0, 1));
        let weights: BTreeMap<String, f32> = [("place".to_owned(), 2.0)].into();
        let count = |details, k| ContextCounts::new(&histories, 0..49, details, MinVisitors::new(k));
        let (counts, no_details) = (count(&details, 1), EventDetails::default());
        let contexts = counts.popularity(&weights, 3);
        let scores = contexts.scores(&[fact("a")]);
        let expected = [2.0 * (30f32 / 87.0).sqrt(), 2.0 * (5f32 / 87.0).sqrt(), 0.0];
        assert!(scores.iter().zip(expected).all(|(score, expected)| (score - expected).abs() < 0.01), "{scores:?}");
        assert!(contexts.scores(&[fact("b")]).is_empty());
        assert!(counts.popularity(&BTreeMap::new(), 3).is_empty());
        assert!(count(&no_details, 1).popularity(&BTreeMap::new(), 3).is_empty());
        // The five visitors of item 1 are one too few.
        let contexts = count(&details, 6).popularity(&weights, 3);
        assert!(matches!(contexts.scores(&[fact("a")])[..], [first, 0.0, 0.0] if first > 0.0));
        assert!(count(&details, 31).popularity(&weights, 3).is_empty());
    }
}
