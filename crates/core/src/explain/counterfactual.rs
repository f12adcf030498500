//! The smallest change of a log that brings an item into a list.
//!
//! A change is only reported if replaying the ranking with the changed log confirms it; arithmetic only decides what to
//! try first. Must not know how a list is ranked.

use crate::{profile::Event, sort::sort_by};

/// The most replays for one question. Ranking a list of ten from 10,000 items takes a quarter of a millisecond.
const MAX_REPLAYS: usize = 40;
/// The most groups of events that are removed together; longer lists of things to forget do not help anybody.
const MAX_REMOVED: usize = 8;
/// Pairs are tried among this many of the most harmful groups.
const MAX_PAIRED: usize = 5;

/// What would bring an item into a list.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Removing these events, by position in the log. All of them have to go.
    Remove(Vec<usize>),
    /// Adding this event.
    Add(Event),
}

/// Replays the ranking with changed logs, as often as is left.
struct Replays<'a> {
    log: &'a [Event],
    enters: &'a dyn Fn(&[Event]) -> bool,
    left: usize,
}

impl Replays<'_> {
    /// Whether the item enters the list without these events. `None` if no replay is left.
    fn enters_without(&mut self, removed: &[usize]) -> Option<bool> {
        self.left = self.left.checked_sub(1)?;
        Some((self.enters)(&without_events(self.log, removed)))
    }
}

/// The log without the events at these positions.
pub fn without_events(log: &[Event], removed: &[usize]) -> Vec<Event> {
    log.iter().enumerate().filter(|(at, _)| !removed.contains(at)).map(|(_, event)| event.clone()).collect()
}

/// The positions of the smallest set of events without which `enters` holds, in order. Tries groups of one event first,
/// then larger groups, then pairs of groups, then more. `None` if none is found within the most replays.
///
/// Each group has the positions in `log` of all events on one source; the most harmful group comes first.
pub fn find_removal(log: &[Event], groups: &[Vec<usize>], enters: &dyn Fn(&[Event]) -> bool) -> Option<Vec<usize>> {
    let mut replays = Replays { log, enters, left: MAX_REPLAYS };
    let single = groups.iter().filter(|group| group.len() == 1);
    for group in single.chain(groups.iter().filter(|group| group.len() > 1)).take(MAX_REPLAYS / 2) {
        if replays.enters_without(group)? {
            return Some(minimize(group.clone(), &mut replays));
        }
    }
    let harmful = &groups[..groups.len().min(MAX_PAIRED)];
    for (nth, one) in harmful.iter().enumerate() {
        for other in &harmful[nth + 1..] {
            let both = [one.as_slice(), other].concat();
            if replays.enters_without(&both)? {
                return Some(minimize(both, &mut replays));
            }
        }
    }
    let mut removed = Vec::new();
    for group in groups.iter().take(MAX_REMOVED) {
        removed.extend(group);
        if replays.enters_without(&removed)? {
            return Some(minimize(removed, &mut replays));
        }
    }
    None
}

/// Puts back, one by one, every event without whose removal the item still enters. The rest, in order.
fn minimize(mut removed: Vec<usize>, replays: &mut Replays) -> Vec<usize> {
    let mut nth = 0;
    while nth < removed.len() && removed.len() > 1 {
        let event = removed.remove(nth);
        if replays.enters_without(&removed) != Some(true) {
            removed.insert(nth, event);
            nth += 1;
        }
    }
    sort_by(&mut removed, Ord::cmp);
    removed
}

/// The first of `events` whose addition to the log makes `enters` hold.
pub fn find_addition(
    log: &[Event],
    events: impl IntoIterator<Item = Event>,
    enters: &dyn Fn(&[Event]) -> bool,
) -> Option<Event> {
    events.into_iter().find(|event| enters(&[log, std::slice::from_ref(event)].concat()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::profile::EventName;

    /// Events whose item ids are their positions.
    fn log(count: usize) -> Vec<Event> {
        let event = |at: usize| Event::for_item(EventName::ViewItem, &at.to_string(), at as f64);
        (0..count).map(event).collect()
    }

    fn harm(log: &[Event], weights: &[i32]) -> i32 {
        log.iter().map(|event| weights[event.item.as_deref().unwrap().parse::<usize>().unwrap()]).sum()
    }

    /// The size of the smallest set whose removal helps, found by trying all sets.
    fn smallest(weights: &[i32], most: i32) -> Option<u32> {
        let total: i32 = weights.iter().sum();
        let helps = |set: &u32| {
            total - (0..weights.len()).filter(|at| set >> at & 1 == 1).map(|at| weights[at]).sum::<i32>() <= most
        };
        (0..1u32 << weights.len()).filter(helps).map(u32::count_ones).min()
    }

    proptest! {
        #[test]
        fn the_set_is_as_small_as_an_exhaustive_search_finds(
            weights in prop::collection::vec(-3i32..9, 1..7),
            most in -2i32..12,
        ) {
            let log = log(weights.len());
            let enters = |log: &[Event]| harm(log, &weights) <= most;
            prop_assume!(!enters(&log));
            let mut order: Vec<Vec<usize>> = (0..weights.len()).map(|at| vec![at]).collect();
            order.sort_by_key(|group| -weights[group[0]]);
            let found = find_removal(&log, &order, &enters);
            prop_assert_eq!(found.as_ref().map(|set| set.len() as u32), smallest(&weights, most));
            if let Some(set) = found {
                prop_assert!(enters(&without_events(&log, &set)), "the replay confirms the set");
            }
        }
    }

    #[test]
    fn only_the_necessary_events_of_a_group_are_removed() {
        let log = log(4);
        let enters = |log: &[Event]| harm(log, &[5, 5, 1, 1]) <= 7;
        assert_eq!(find_removal(&log, &[vec![0, 1], vec![2, 3]], &enters), Some(vec![1]));
        assert_eq!(find_removal(&log, &[vec![2, 3]], &enters), None);
    }

    #[test]
    fn an_event_is_added_only_if_it_helps() {
        let enters = |log: &[Event]| log.len() > 2 && log.last().unwrap().time_ms > 1.0;
        assert_eq!(find_addition(&log(2), log(4), &enters).map(|event| event.time_ms), Some(2.0));
        assert_eq!(find_addition(&log(2), log(1), &enters), None);
    }
}
