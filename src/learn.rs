//! Learns from a shop's interactions what its pack ships: item-to-item cooccurrences, popularity by context, and the
//! weights of a score's parts.
//!
//! ```text
//! P(i | h) = sum over events h before i, at most `max_distance` apart, of decay^(distance - 1)
//!            / (sum over all i of the same + shrinkage)
//! ```
//! Pairs in reverse order (i before h) count too, multiplied by `backward_weight`. All settings are chosen by how well
//! they predict the interactions of held-out visitors, with the same score that ranks a visitor's list. An item with
//! few interactions borrows neighbours from items with similar texts. Must not know files.
//!
//! # What a pack reveals about visitors
//! A pack is public. Everything in it that comes from interactions rests on at least k visitors (`--min-visitors`, 3 by
//! default): each count of an item or a pair, each edge, each item of a place or an hour. Whatever fewer visitors chose
//! is dropped before anything else is computed, so what an item borrows from others comes from published edges alone.
//! Counts are rounded down and weights are rounded ([`privacy`] describes how).
//!
//! **An attacker who downloads the pack and knows some of a visitor's items** cannot find another item that fewer than
//! k visitors chose together with them: no such pair is in the pack. They do learn what k or more visitors have in
//! common, and may guess that this visitor is similar, as from any list of items that are often bought together. In the
//! simulated shop of `tests/learn.rs`, where a pair rests on about as many visitors as the limit requires, an item that
//! does not fit the rest of a visitor's history is guessed no more often because that visitor was learned from (without
//! a limit, it always is); an item that fits is guessed in at most two cases of ten more, with k = 5 in one of ten.
//!
//! **An attacker who invents visitors** can give each of them one vote: a visitor adds 1 to a count and at most 1 to
//! the weight of a pair, and counts for `2 * max_distance` neighbours of an item and for [`privacy::MAX_ITEMS`] items,
//! however many events there are. Events faster than a person acts are skipped, as on the page. Fewer than k invented
//! visitors put an item that nobody chose into no neighbourhood. m of them put it into at most `2 * max_distance * m /
//! k`, if each k of them agree on its neighbours; there it may weigh more than without a limit, because fewer honest
//! edges compete with it.
//!
//! **Not promised:** this is not differential privacy. Somebody who knows (or invents) k - 1 of the visitors who chose
//! a pair learns from its presence that one more did; somebody who compares two packs sees which pairs have reached k
//! in between. A larger k makes both harder, and so does learning from purchases, which cost money. A visitor is
//! whatever the shop's file identifies as one: a person with two ids counts twice. The weights of the score are chosen
//! from a small grid by how well they predict all held-out visitors, without any limit.

pub mod cooccurrence; //  histories -> relations between items
pub mod cold_items; //    items with few interactions, and the items similar to them
pub mod privacy; //       how many visitors a published figure must rest on
pub mod contexts; //      what is chosen where and when
pub mod pair_counts; //   visitors who chose both items of a pair
pub mod publish; //       what a pack ships
pub mod tune; //          search for the best settings
pub mod validate; //      metrics on held-out visitors and items

pub use contexts::EventDetails;
pub use privacy::MinVisitors;

use nearmind_core::{
    catalog::{Catalog, ContextPopularity, Fields, Relations, ScoreWeights},
    profile::{
        ContentScorer, EventName, HasInteractions, History, Overrides, Profile, Signal, SimilarityCache,
        SimilaritySettings, Source, weights::EventWeights,
    },
    rank::TitleWords,
    vectors::{Matrix, Metric},
};

/// What the learning uses of a catalogue's items. N rows each
#[derive(Clone, Copy)]
pub struct ItemFeatures<'a> {
    /// Centred unit vectors; of width 0 where there are none. `[N, H]`
    pub matrix: &'a Matrix,
    /// Brand, category and price of each item.
    pub fields: &'a Fields,
    /// The words of the titles; `None` where there are no texts.
    pub titles: Option<TitleWords<'a>>,
}

impl<'a> ItemFeatures<'a> {
    /// The features of the items of a catalogue.
    pub fn of(catalog: &'a Catalog) -> Self {
        Self { matrix: &catalog.matrix, fields: &catalog.fields, titles: Some(TitleWords::of(catalog)) }
    }
}

/// Everything learned from the interactions, with the settings and metrics behind it.
pub struct TrainingResult {
    /// The cooccurrences, as probabilities by row.
    pub relations: Relations,
    /// Popularity by context; `None` where no context improved the predictions.
    pub contexts: Option<ContextPopularity>,
    /// The weights of the parts of a score.
    pub score_weights: ScoreWeights,
    /// The settings by which the relations were counted.
    pub settings: cooccurrence::Settings,
    /// How many pairs of items are not published because too few visitors chose both.
    pub suppressed_pairs: usize,
    /// Metrics on the held-out visitors and items before the search for settings.
    pub before: validate::ValidationMetrics,
    /// The same after the search.
    pub after: validate::ValidationMetrics,
}

/// The interactions to learn from.
#[derive(Clone, Copy)]
pub struct TrainingData<'a> {
    /// The rows of each visitor's items, oldest first.
    pub histories: &'a [Vec<u32>],
    /// What was done in each event of the histories, where and when.
    pub details: &'a EventDetails,
}

impl TrainingData<'_> {
    /// Adds the event names to `beginning`, the first events of a visitor's history.
    pub fn item_events(&self, visitor: usize, beginning: &[u32]) -> Vec<ItemEvent> {
        let event = |(nth, &row): (usize, &u32)| (row, self.details.name(visitor, nth));
        beginning.iter().enumerate().map(event).collect()
    }
}

/// The row of an item, and what the visitor did with it.
pub type ItemEvent = (u32, EventName);

/// Events for rows whose event names are unknown. All are purchases, so that they have the same weight.
pub fn purchases(rows: &[u32]) -> impl DoubleEndedIterator<Item = ItemEvent> {
    rows.iter().map(|&row| (row, EventName::Purchase))
}

/// Builds a visitor's profile from their events, oldest first, weighed as in a visit: by [`History`], within one
/// session.
pub fn build_profile(events: impl DoubleEndedIterator<Item = ItemEvent>, step: f32) -> Profile {
    let mut last: Vec<ItemEvent> = events.rev().take(MAX_EVENTS).collect();
    last.reverse();
    let weights = EventWeights { step: Some(step), ..EventWeights::default() };
    History::from_interactions(last).build_profile(&weights, 0.0, &Overrides::default(), &[])
}

/// Adds a sentence that the visitor enters now. It weighs as much as their last event.
pub fn with_wish(mut profile: Profile) -> Profile {
    let last = profile.signals.iter().map(|signal| signal.weight).fold(0.0, f32::max);
    let weight = if last > 0.0 { last } else { 1.0 };
    profile.signals.iter_mut().for_each(|signal| signal.weight /= 1.0 + last);
    let wish =
        Signal { source: Source::Text(String::new()), weight: weight / (1.0 + last), main_event: EventName::Wish };
    profile.signals.push(wish);
    profile
}

/// The scorer of item vectors for a profile. `text_vector` is the centred vector of the text that [`with_wish`] added.
/// `[H]`
pub fn content_scorer(
    matrix: &Matrix,
    profile: &Profile,
    text_vector: Option<&[f32]>,
    score_weights: ScoreWeights,
) -> ContentScorer {
    let ScoreWeights { amplify, recency_flattening, cold_item_flattening, .. } = score_weights;
    let vector = |source: &Source| match source {
        Source::Item(row) if matrix.width() > 0 => Some(matrix.vector(*row)),
        Source::Item(_) => None,
        Source::Text(_) => text_vector.map(<[f32]>::to_vec),
    };
    ContentScorer::new(
        profile,
        SimilaritySettings { metric: Metric::Cosine, amplify, recency_flattening, cold_item_flattening },
        vector,
    )
}

/// The content score of every item for a profile; all 0 where the items have no vectors. `[N]`
pub fn content_scores(
    matrix: &Matrix,
    profile: &Profile,
    score_weights: ScoreWeights,
    has_interactions: HasInteractions,
) -> Vec<f32> {
    if matrix.width() == 0 {
        return vec![0.0; matrix.len()];
    }
    content_scorer(matrix, profile, None, score_weights).scores(
        matrix,
        has_interactions,
        &mut SimilarityCache::default(),
    )
}

/// Only this many of a visitor's last events are used.
const MAX_EVENTS: usize = 300;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use nearmind_core::profile::Event;

    proptest! {
        /// Learning weighs a history exactly as the visitor's own log does, repeats included.
        #[test]
        fn learning_and_serving_weigh_a_history_alike(
            events in prop::collection::vec((0u32..6, 0usize..4), 0..40),
            step in 0.5f32..1.0,
        ) {
            use EventName::{AddToCart, Like, Purchase, ViewItem};
            let names = [ViewItem, AddToCart, Purchase, Like];
            let events: Vec<ItemEvent> = events.into_iter().map(|(row, name)| (row, names[name])).collect();
            let event = |(nth, (row, name)): (usize, &ItemEvent)| {
                Event::for_item(*name, &row.to_string(), nth as f64 * 5e3)
            };
            let log: Vec<Event> = events.iter().enumerate().map(event).collect();
            let weights = EventWeights { step: Some(step), ..EventWeights::default() };
            let served = nearmind_core::profile::build_profile(&log, 0.0, &weights, |id| id.parse().ok());
            prop_assert_eq!(build_profile(events.into_iter(), step).signals, served.signals);
        }
    }

    #[test]
    fn the_last_item_weighs_most_and_repeats_are_one_step() {
        let rows = build_profile(purchases(&[1, 2, 2, 2, 2, 3]), 0.5).weighted_rows();
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 2, 3]);
        let weights = rows.iter().map(|row| row.1 * 7.0);
        assert!(weights.zip([1.0, 2.0, 4.0]).all(|(weight, expected)| (weight - expected).abs() < 1e-5), "{rows:?}");
        assert!(build_profile(purchases(&[]), 0.5).weighted_rows().is_empty());
    }
}
