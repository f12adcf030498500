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
//! before anything else is computed, so what items cold_start_borrow from others comes from published edges alone. Counts are
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

pub mod follow; //    counts of what follows what -> relations
pub mod cold_items; //      items that few have touched, and whom they are like
pub mod limit; //     what is published of how many visitors
pub mod contexts; //  what is chosen where and when
pub mod pairs; //     visitors who chose both of a pair
pub mod publish; //   what a pack ships
pub mod tune; //      settings by what they foretell
pub mod validate; //  visitors and items held out

pub use contexts::Occurred;
pub use limit::Limit;

use nearmind_core::{
    catalog::{ContextPopularity, Fields, Relations, ScoreWeights},
    profile::{
        ContentScorer, EventName, HasInteractions, History, Overrides, Profile, Signal, SimilarityCache,
        SimilaritySettings, Source, weights::EventWeights,
    },
    vectors::{Matrix, Metric},
};

/// What of a catalogue the learning looks at. N rows each
#[derive(Clone, Copy)]
pub struct Shop<'a> {
    /// Centred unit vectors; of width 0 where there are none.
    pub matrix: &'a Matrix,
    /// Brand, category and price of each item.
    pub fields: &'a Fields,
}

/// What a pack ships, and how it was found.
pub struct Learned {
    /// What follows what, as probabilities by row.
    pub relations: Relations,
    /// Of what tells where and when something happened, what foretells.
    pub contexts: Option<ContextPopularity>,
    /// The weights of the parts of a score.
    pub score_weights: ScoreWeights,
    /// The settings by which the relations were counted.
    pub table: follow::Settings,
    /// Pairs of items that too few visitors chose to be published.
    pub left_out: usize,
    /// What the settings foretold of the visitors held out, before and after the search.
    pub before: validate::ValidationMetrics,
    /// The same after the search.
    pub after: validate::ValidationMetrics,
}

/// What is learned from.
#[derive(Clone, Copy)]
pub struct Past<'a> {
    /// Of each visitor, oldest first.
    pub histories: &'a [Vec<u32>],
    /// What was done in each event of the histories, where and when.
    pub occurred: &'a Occurred,
}

impl Past<'_> {
    /// What a visitor did in the events of the beginning of their history.
    pub fn acts(&self, visitor: usize, beginning: &[u32]) -> Vec<Act> {
        let act = |(nth, &row): (usize, &u32)| (row, self.occurred.name(visitor, nth));
        beginning.iter().enumerate().map(act).collect()
    }
}

/// What a visitor did with the item at a row.
pub type Act = (u32, EventName);

/// Acts of which nothing is known but the rows: all of one kind, so that they weigh alike.
pub fn purchases(rows: &[u32]) -> impl DoubleEndedIterator<Item = Act> {
    rows.iter().map(|&row| (row, EventName::Purchase))
}

/// What a visitor's acts say, oldest first, weighed as a visit weighs them: by [`History`], within one session.
pub fn profile(acts: impl DoubleEndedIterator<Item = Act>, step: f32) -> Profile {
    let mut last: Vec<Act> = acts.rev().take(MOST_REMEMBERED).collect();
    last.reverse();
    let weights = EventWeights { step: Some(step), ..EventWeights::default() };
    History::from_interactions(last).build_profile(&weights, 0.0, &Overrides::default(), &[])
}

/// Adds what the visitor says now: it weighs as much as the last thing that they did.
pub fn with_wish(mut profile: Profile) -> Profile {
    let last = profile.signals.iter().map(|signal| signal.weight).fold(0.0, f32::max);
    let weight = if last > 0.0 { last } else { 1.0 };
    profile.signals.iter_mut().for_each(|signal| signal.weight /= 1.0 + last);
    let wish =
        Signal { source: Source::Text(String::new()), weight: weight / (1.0 + last), main_event: EventName::Wish };
    profile.signals.push(wish);
    profile
}

/// The profile in the space of the item vectors; `said` is the centred vector of [`with_wish`]'s text. `[H]`
pub fn taste(matrix: &Matrix, profile: &Profile, said: Option<&[f32]>, score_weights: ScoreWeights) -> ContentScorer {
    let ScoreWeights { amplify, recency_flattening, cold_item_flattening, .. } = score_weights;
    let vector = |source: &Source| match source {
        Source::Item(row) if matrix.width() > 0 => Some(matrix.vector(*row)),
        Source::Item(_) => None,
        Source::Text(_) => said.map(<[f32]>::to_vec),
    };
    ContentScorer::new(
        profile,
        SimilaritySettings { metric: Metric::Cosine, amplify, recency_flattening, cold_item_flattening },
        vector,
    )
}

/// What the texts say of every item to a visitor with this profile. `[N]`
pub fn content(
    matrix: &Matrix,
    profile: &Profile,
    score_weights: ScoreWeights,
    has_interactions: HasInteractions,
) -> Vec<f32> {
    if matrix.width() == 0 {
        return vec![0.0; matrix.len()];
    }
    taste(matrix, profile, None, score_weights).scores(matrix, has_interactions, &mut SimilarityCache::default())
}

/// Of a visitor's events, the last ones.
const MOST_REMEMBERED: usize = 300;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use nearmind_core::profile::Event;

    proptest! {
        /// What is learned from weighs as it does in the visitor's own log, repeats included.
        #[test]
        fn learning_and_serving_weigh_a_history_alike(
            acts in prop::collection::vec((0u32..6, 0usize..4), 0..40),
            step in 0.5f32..1.0,
        ) {
            use EventName::{AddToCart, Like, Purchase, ViewItem};
            let acts = acts.into_iter().map(|(row, name)| (row, [ViewItem, AddToCart, Purchase, Like][name]));
            let acts: Vec<Act> = acts.collect();
            let event = |(nth, (row, name)): (usize, &Act)| Event::for_item(*name, &row.to_string(), nth as f64 * 5e3);
            let log: Vec<Event> = acts.iter().enumerate().map(event).collect();
            let weights = EventWeights { step: Some(step), ..EventWeights::default() };
            let served = nearmind_core::profile::build_profile(&log, 0.0, &weights, |id| id.parse().ok());
            prop_assert_eq!(profile(acts.into_iter(), step).signals, served.signals);
        }
    }

    #[test]
    fn the_last_item_weighs_most_and_repeats_are_one_step() {
        let rows = profile(purchases(&[1, 2, 2, 2, 2, 3]), 0.5).weighted_rows();
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 2, 3]);
        let weights = rows.iter().map(|row| row.1 * 7.0);
        assert!(weights.zip([1.0, 2.0, 4.0]).all(|(weight, wanted)| (weight - wanted).abs() < 1e-5), "{rows:?}");
        assert!(profile(purchases(&[]), 0.5).weighted_rows().is_empty());
    }
}
