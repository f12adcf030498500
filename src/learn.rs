//! From a shop's interactions to what its catalogue ships: which item follows which, and how much each part counts.
//!
//! ```text
//! P(i | h) = sum over events h before i, at most `length` apart, of decay^(distance - 1)   / (all that follows h + shrink)
//! ```
//! counts a step back with the weight `back`. Compared on visitors whose interactions it was not made of, with the
//! same score that a visit ranks by. An item that few have touched borrows from those that are like it. Must not know
//! files.
//!
//! # What a pack tells about visitors
//! A pack is public. Everything in it that comes from interactions rests on k visitors or more (`--min-visitors`, 3 by
//! default): each count of an item or a pair, each edge, each item of a place or an hour. What fewer chose is left out
//! before anything else is computed, so what items borrow from others comes from published edges alone. Counts are
//! rounded down and weights are rounded ([`limit`] says how).
//!
//! **Somebody who downloads the pack and knows some of a visitor's items** cannot find another item that fewer than k
//! visitors chose together with them: no such pair is in the pack. They do learn what k or more visitors have in common,
//! and may guess that this visitor is like those, as from any list of what is often bought together. In the made-up shop of
//! `tests/learn.rs`, where a pair rests on as many visitors as the limit asks for, an item that does not fit the rest of a
//! visitor's is guessed no more often because the visitor was learned from (without a limit always); one that fits is
//! guessed in at most two cases of ten more, with k = 5 in one.
//!
//! **Somebody who makes up visitors** can give each of them one vote: a visitor adds 1 to a count and at most 1 to the
//! weight of a pair, counts for `2 * length` neighbours of an item and for [`limit::MOST_ITEMS`] items, however many
//! events there are; events faster than a person's are passed over, as on the page. Fewer than k made-up visitors put an
//! item that nobody chose into no neighbourhood. m of them put it into at most `2 * length * m / k`, if each k of them
//! agree on what to put it beside; there it may weigh more than without a limit, since fewer honest edges stand beside it.
//!
//! **Not promised:** this is no differential privacy. Somebody who knows k - 1 of the visitors who chose a pair, or
//! makes them up, sees from its being there that one more did; somebody who compares two packs sees which pairs have reached
//! k since. A larger k makes both harder, and so does learning from purchases, which cost money. A visitor is who the
//! shop's file says: with two ids a person counts twice. The weights of the score are chosen from a small grid by what they
//! foretell of all visitors held out, and are not limited.

pub mod baselines; // EASE, ItemKNN: what the mixture is held to
pub mod follow; //    counts of what follows what -> relations
pub mod like; //      items that few have touched, and whom they are like
pub mod limit; //     what is published of how many visitors
pub mod occasion; //  what is chosen where and when
pub mod pairs; //     visitors who chose both of a pair
pub mod publish; //   what a pack ships
pub mod tune; //      settings by what they foretell
pub mod validate; //  visitors and items held out

pub use limit::Limit;
pub use occasion::Occurred;

use crate::{
    catalog::{Fields, Mixture, Occasions, Relations},
    profile::{Columns, EventName, Likeness, Profile, Signal, Source, Taste, Touched},
    vectors::{Matrix, Metric},
};

/// What of a catalogue the learning looks at. N rows each
#[derive(Clone, Copy)]
pub struct Shop<'a> {
    /// Centred unit vectors; of width 0 where there are none.
    pub matrix: &'a Matrix,
    pub fields: &'a Fields,
}

/// What a pack ships, and how it was found.
pub struct Learned {
    pub relations: Relations,
    /// Of what tells where and when something happened, what foretells.
    pub occasions: Option<Occasions>,
    pub mixture: Mixture,
    pub table: follow::Settings,
    /// Pairs of items that too few visitors chose to be published.
    pub left_out: usize,
    /// What the settings foretold of the visitors held out, before and after the search.
    pub before: validate::Foretold,
    pub after: validate::Foretold,
}

/// What is learned from.
#[derive(Clone, Copy)]
pub struct Past<'a> {
    /// Of each visitor, oldest first.
    pub histories: &'a [Vec<u32>],
    pub occurred: &'a Occurred,
}

/// The rows of a visitor with weights that sum to 1: each step back counts `step` times as much, the last time counts.
pub fn signals(history: &[u32], step: f32) -> Vec<(u32, f32)> {
    let mut signals: Vec<(u32, f32)> = Vec::new();
    let mut weight = 1f32;
    for &row in history.iter().rev().take(MOST_REMEMBERED) {
        if signals.iter().all(|signal| signal.0 != row) {
            signals.push((row, weight));
        }
        weight = (weight * step).max(f32::MIN_POSITIVE);
    }
    let sum: f32 = signals.iter().map(|signal| signal.1).sum();
    signals.iter_mut().for_each(|signal| signal.1 /= sum);
    signals
}

/// A visitor of whom these rows are known, as a visit has them: profile and taste. What they `said`, a centred vector
/// `[H]`, weighs as much as the last thing that they did.
pub fn visitor(matrix: &Matrix, signals: &[(u32, f32)], said: Option<&[f32]>, mixture: Mixture) -> (Profile, Taste) {
    let last = signals.first().map_or(1.0, |signal| signal.1);
    let share = if said.is_some() && !signals.is_empty() { 1.0 / (1.0 + last) } else { 1.0 };
    let signal = |&(row, weight): &(u32, f32)| Signal {
        source: Source::Item(row),
        weight: weight * share,
        because: EventName::Purchase,
    };
    let mut profile = Profile { signals: signals.iter().map(signal).collect(), ..Profile::default() };
    let wish = |_| Signal { source: Source::Text(String::new()), weight: last * share, because: EventName::Wish };
    profile.signals.extend(said.map(wish));
    let likeness =
        Likeness { metric: Metric::Cosine, amplify: mixture.amplify, reach: mixture.reach, lasting: mixture.lasting };
    let vector = |source: &Source| match source {
        Source::Item(row) if matrix.width() > 0 => Some(matrix.vector(*row)),
        Source::Item(_) => None,
        Source::Text(_) => said.map(<[f32]>::to_vec),
    };
    let taste = Taste::new(&profile, likeness, vector);
    (profile, taste)
}

/// What the texts say of every item to a visitor of whom these rows are known. `[N]`
pub fn content(matrix: &Matrix, signals: &[(u32, f32)], mixture: Mixture, touched: Touched) -> Vec<f32> {
    if matrix.width() == 0 {
        return vec![0.0; matrix.len()];
    }
    visitor(matrix, signals, None, mixture).1.scores(matrix, touched, &mut Columns::default())
}

/// Of a visitor's events, the last ones.
const MOST_REMEMBERED: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_event_counts_most_and_each_item_once() {
        let signals = signals(&[3, 1, 3, 2], 0.5);
        assert_eq!(signals.iter().map(|signal| signal.0).collect::<Vec<_>>(), [2, 3, 1]);
        assert!((signals.iter().map(|signal| signal.1).sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((signals[1].1 / signals[0].1 - 0.5).abs() < 1e-6 && (signals[2].1 / signals[0].1 - 0.25).abs() < 1e-6);
        assert!(super::signals(&[], 0.5).is_empty());
    }
}
