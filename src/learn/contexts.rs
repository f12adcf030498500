//! What is chosen on which occasion: counted, and the root of how likely.
//!
//! ```text
//! weight(i | fact) = field's weight * sqrt(visitors who chose i where the fact holds / (the same of all items + SHRINK))
//! ```
//! Nothing is said of few visitors: they might be recognised. Counts are rounded as [`Limit`] says. Must not know files.

use std::collections::{BTreeMap, BTreeSet};

use super::limit::{self, Limit};
use nearmind_core::{
    catalog::context_popularity::{ContextPopularity, Fact},
    profile::EventName,
};

/// Choices that are nobody's: how little a few say.
const SHRINK: f32 = 50.0;
/// A fact that fewer visitors know is left out, and an item that fewer of them chose there.
const FEWEST: u32 = 20;
const FEWEST_OF_ITEM: u32 = 3;
/// Items that a pack ships of a fact.
const MOST_ITEMS: usize = 256;

/// What is known of each event of some histories beside the item: what was done, where and when.
#[derive(Debug, Clone, Default)]
pub struct Occurred {
    /// All facts, each a field and its value. Sets name them by their place here.
    pub facts: Vec<Fact>,
    /// Numbers of facts that hold together.
    pub sets: Vec<Vec<u32>>,
    /// Which of the sets, by history and event. Nothing where nothing is known of any
    pub events: Vec<Vec<u32>>,
    /// What was done, by history and event. Nothing where nothing is known of any
    pub names: Vec<Vec<EventName>>,
}

impl Occurred {
    /// The facts that held at an event.
    pub fn at(&self, history: usize, event: usize) -> impl Iterator<Item = &Fact> {
        let set = self.events.get(history).and_then(|events| self.sets.get(*events.get(event)? as usize));
        set.into_iter().flatten().map(|&fact| &self.facts[fact as usize])
    }

    /// What was done in an event: a purchase where the file does not say.
    pub fn name(&self, history: usize, event: usize) -> EventName {
        let name = self.names.get(history).and_then(|names| names.get(event).copied());
        name.unwrap_or(EventName::Purchase)
    }

    /// Fields that any event tells.
    pub fn fields(&self) -> BTreeSet<&str> {
        self.facts.iter().map(|fact| fact.0.as_str()).collect()
    }
}

/// Visitors by fact, and by fact and item.
#[derive(Debug)]
pub struct Counts {
    limit: Limit,
    facts: BTreeMap<Fact, (u32, BTreeMap<u32, u32>)>,
}

impl Counts {
    /// Of some of the histories, by their numbers.
    pub fn of(histories: &[Vec<u32>], some: impl Iterator<Item = usize>, occurred: &Occurred, limit: Limit) -> Self {
        let mut counts: Vec<(u32, BTreeMap<u32, u32>)> = vec![Default::default(); occurred.facts.len()];
        for at in some {
            let Some(events) = occurred.events.get(at) else { break };
            let mut chosen: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
            for place in limit::counted(&histories[at]) {
                let set = events.get(place).and_then(|&set| occurred.sets.get(set as usize));
                for &fact in set.into_iter().flatten() {
                    chosen.entry(fact).or_default().insert(histories[at][place]);
                }
            }
            for (fact, rows) in chosen {
                let (visitors, items) = &mut counts[fact as usize];
                *visitors += 1;
                rows.into_iter().for_each(|row| *items.entry(row).or_default() += 1);
            }
        }
        Self { limit, facts: occurred.facts.iter().cloned().zip(counts).collect() }
    }

    /// With a weight for each field that counts at all.
    pub fn contexts(&self, fields: &BTreeMap<String, f32>, len: usize) -> ContextPopularity {
        let weighed = |(fact, (visitors, items)): (&Fact, &(u32, BTreeMap<u32, u32>))| {
            let (weight, all) = (*fields.get(&fact.0)?, self.limit.count(items.values().sum()) as f32);
            let part = |(&row, &visitors): (&u32, &u32)| {
                let count = self.limit.count(visitors);
                (count >= FEWEST_OF_ITEM).then(|| (row, weight * (count as f32 / (all + SHRINK)).sqrt()))
            };
            let mut items: Vec<(u32, f32)> = items.iter().filter_map(part).collect();
            items.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            items.truncate(MOST_ITEMS);
            (*visitors >= FEWEST.max(self.limit.min_visitors())).then(|| (fact.clone(), items))
        };
        ContextPopularity::new(len, self.facts.iter().filter_map(weighed).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_there_speaks_for_itself_and_nothing_is_said_of_few() {
        let fact = |value: &str| ("place".to_owned(), value.to_owned());
        // Thirty visitors at a chose 0, again and again, five of them 1, two of them 2. Nineteen were at b.
        let at_a = |who: usize| vec![0, 0, if who < 5 { 1 } else { 0 }, if who < 2 { 2 } else { 0 }];
        let histories: Vec<Vec<u32>> = (0..30).map(at_a).chain((0..19).map(|_| vec![1; 4])).collect();
        let occurred = Occurred {
            facts: vec![fact("a"), fact("b")],
            sets: vec![vec![], vec![0], vec![1]],
            events: (0..49).map(|who| vec![if who < 30 { 1 } else { 2 }; 4]).collect(),
            ..Occurred::default()
        };
        assert_eq!(occurred.at(1, 3).collect::<Vec<_>>(), [&fact("a")]);
        assert_eq!((occurred.at(99, 0).count(), occurred.fields().len()), (0, 1));
        let counts = Counts::of(&histories, 0..49, &occurred, Limit::NONE);
        let contexts = counts.contexts(&[("place".to_owned(), 2.0)].into(), 3);
        let scores = contexts.scores(&[fact("a")]);
        let expected = [2.0 * (30f32 / 87.0).sqrt(), 2.0 * (5f32 / 87.0).sqrt(), 0.0];
        assert!(scores.iter().zip(expected).all(|(score, expected)| (score - expected).abs() < 0.01), "{scores:?}");
        assert!(contexts.scores(&[fact("b")]).is_empty());
        assert!(counts.contexts(&BTreeMap::new(), 3).is_empty());
        let nowhere = Counts::of(&histories, 0..49, &Occurred::default(), Limit::NONE);
        assert!(nowhere.contexts(&BTreeMap::new(), 3).is_empty());
        // Of item 1 five visitors are one too few.
        let contexts =
            Counts::of(&histories, 0..49, &occurred, Limit::new(6)).contexts(&[("place".to_owned(), 2.0)].into(), 3);
        assert!(matches!(contexts.scores(&[fact("a")])[..], [first, 0.0, 0.0] if first > 0.0));
        assert!(
            Counts::of(&histories, 0..49, &occurred, Limit::new(31))
                .contexts(&[("place".to_owned(), 2.0)].into(), 3)
                .is_empty()
        );
    }
}
