//! Turns the visitor's log into signals: a pure function of log, catalogue, weights and time.
//!
//! Every event keeps its own weight, so that visitors can see what each one contributes. Deleting an event leaves
//! exactly the profile of a log that never had it. Must not know JavaScript, the protocol or the clock: `now_ms` is
//! passed in.

mod content_scorer; // signals and their vectors -> content scores
mod event; //          one line of the log
mod history; //        the log, grouped by item and text
pub mod interests; //  signals -> a few interests
mod rate_limiter; //   drops events that come too fast
pub mod weights; //    the weight of an event, and how it decays

use std::collections::{BTreeMap, BTreeSet};

pub use content_scorer::{ContentScorer, HasInteractions, SimilarityCache, SimilaritySettings, flatten_weights};
pub use event::{Event, EventName, Opinion};
pub use history::History;
pub use interests::{Interest, cluster_interests};
pub use rate_limiter::RateLimiter;
use weights::{EventWeights, NEGLIGIBLE_WEIGHT};

use crate::sort::sort_by;

/// The most signals that are used for a list. More would not change it, but make each ranking slower as the log grows.
const MAX_SIGNALS: usize = 512;

/// What a signal is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// An item, by its row in the catalogue.
    Item(u32),
    /// The text of a wish or a search, or the page's own text.
    Text(String),
}

impl Source {
    /// The row, if it is an item.
    pub fn row(&self) -> Option<u32> {
        if let Self::Item(row) = self { Some(*row) } else { None }
    }

    /// The item or text that an event is about. `None` if its text is empty, or if `row_of` finds no row for its item.
    pub fn from_event(event: &Event, row_of: impl Fn(&str) -> Option<u32>) -> Option<Self> {
        match event.name {
            EventName::Search | EventName::Wish => {
                let text = event.text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
                Some(Self::Text(text.to_owned()))
            }
            _ => row_of(event.item.as_deref()?).map(Self::Item),
        }
    }
}

/// Items and texts whose events do not count as usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Their events have no effect, because the visitor muted them or the text cannot be used.
    pub ignored: BTreeSet<Source>,
    /// Texts that only name what the visitor does not want. They count like a dislike.
    pub unwanted: BTreeSet<Source>,
}

/// The preference for one item or text that follows from the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// The item or text.
    pub source: Source,
    /// The positive weights of a profile sum to 1; a negative weight is a dislike.
    pub weight: f32,
    /// The name of the event that contributes most to the weight. Explanations name it as the reason.
    pub main_event: EventName,
}

impl Signal {
    /// Whether the weight is too small to change a list or to be a reason.
    pub fn is_negligible(&self) -> bool {
        self.weight.abs() < NEGLIGIBLE_WEIGHT
    }
}

/// A visitor's preferences at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// The signals, in the order in which their items and texts first appear in the log.
    pub signals: Vec<Signal>,
    /// Rows that the visitor does not want to see: disliked, hidden, or rated below three stars.
    pub refused: BTreeSet<u32>,
    /// Rows that were viewed within [`EventWeights::seen_days`].
    pub seen: BTreeSet<u32>,
    /// Rows that are in the cart, or that the visitor bought or rated.
    pub owned: BTreeSet<u32>,
    /// The visitor's last like or dislike of each row that has one.
    pub opinions: BTreeMap<u32, Opinion>,
    /// What each event contributes to its signal's weight; one entry for each event of the log, in its order.
    pub event_weights: Vec<f32>,
}

/// Builds the profile of `log`: the events that were not undone, oldest first. Skips events on items for which `row_of`
/// finds no row.
pub fn build_profile(
    log: &[Event],
    now_ms: f64,
    weights: &EventWeights,
    row_of: impl Fn(&str) -> Option<u32>,
) -> Profile {
    History::from_log(log, row_of).build_profile(weights, now_ms, &Overrides::default(), &[])
}

impl Profile {
    /// The signals that are not negligible, in the order of first appearance.
    pub fn strong_signals(&self) -> impl Iterator<Item = &Signal> {
        self.signals.iter().filter(|signal| !signal.is_negligible())
    }

    /// The heaviest signals, at most `limit` and at most `MAX_SIGNALS`, in the order of first appearance. Negligible
    /// texts are left out, so that they need not be encoded.
    pub fn heaviest_signals(&self, limit: usize) -> impl Iterator<Item = &Signal> {
        let counts = |signal: &Signal| !signal.is_negligible() || matches!(signal.source, Source::Item(_));
        let mut heaviest: Vec<(usize, &Signal)> =
            self.signals.iter().filter(|signal| counts(signal)).enumerate().collect();
        sort_by(&mut heaviest, |a, b| b.1.weight.abs().total_cmp(&a.1.weight.abs()).then(a.0.cmp(&b.0)));
        heaviest.truncate(limit.min(MAX_SIGNALS));
        sort_by(&mut heaviest, |a, b| a.0.cmp(&b.0));
        heaviest.into_iter().map(|(_, signal)| signal)
    }

    /// The heaviest signals about items, as rows and weights in the order of first appearance. The input of a `Scorer`.
    pub fn weighted_rows(&self) -> Vec<(u32, f32)> {
        self.heaviest_signals(usize::MAX).filter_map(|signal| Some((signal.source.row()?, signal.weight))).collect()
    }

    /// Scales the weights so that the positive ones sum to 1 or, if there are none, the negative ones to -1.
    fn normalize(&mut self) {
        let sum = |keep: fn(&f32) -> bool| self.signals.iter().map(|signal| signal.weight).filter(keep).sum::<f32>();
        let positive = sum(|weight| *weight > 0.0);
        let total = if positive > 0.0 { positive } else { -sum(|weight| *weight < 0.0) };
        if total > 0.0 {
            self.signals.iter_mut().for_each(|signal| signal.weight /= total);
            self.event_weights.iter_mut().for_each(|weight| *weight /= total);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        weights::{DAY_MS, DEFAULT_STEP, MAX_EVENTS_PER_MINUTE},
        *,
    };

    const NOW: f64 = 100.0 * DAY_MS;

    fn event(name: EventName, item: &str, minutes_ago: f64) -> Event {
        Event::for_item(name, item, NOW - minutes_ago * 60e3)
    }

    fn wish(text: &str, minutes_ago: f64) -> Event {
        Event::for_text(EventName::Wish, text, NOW - minutes_ago * 60e3)
    }

    /// Items are named by their rows.
    fn profile_of(log: &[Event]) -> Profile {
        build_profile(log, NOW, &EventWeights::default(), |id| id.parse().ok())
    }

    fn weight_of(profile: &Profile, row: u32) -> f32 {
        profile.signals.iter().find(|signal| signal.source == Source::Item(row)).map_or(0.0, |signal| signal.weight)
    }

    use EventName::*;

    #[test]
    fn the_last_event_weighs_most() {
        let profile = profile_of(&[event(ViewItem, "1", 3.0), event(ViewItem, "2", 2.0), event(ViewItem, "3", 1.0)]);
        let weights = [1, 2, 3].map(|row| weight_of(&profile, row));
        assert!(weights.is_sorted() && (weights.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{weights:?}");
        assert!((weights[1] / weights[2] - DEFAULT_STEP).abs() < 1e-3);
        assert_eq!(profile.seen, BTreeSet::from([1, 2, 3]));
    }

    #[test]
    fn a_cart_weighs_more_than_a_view_until_removed() {
        let mut log = vec![event(ViewItem, "1", 9.0), event(AddToCart, "1", 8.0), event(ViewItem, "2", 7.0)];
        let with_cart = profile_of(&log);
        assert!(weight_of(&with_cart, 1) > weight_of(&with_cart, 2));
        assert_eq!(with_cart.signals[0].main_event, AddToCart);
        log.push(event(RemoveFromCart, "1", 6.0));
        assert!(weight_of(&profile_of(&log), 1) < weight_of(&profile_of(&log), 2));
    }

    #[test]
    fn a_later_like_replaces_a_dislike() {
        let mut log = vec![event(ViewItem, "1", 9.0), event(Dislike, "1", 8.0), event(ViewItem, "1", 7.0)];
        let profile = profile_of(&log);
        assert!(weight_of(&profile, 1) < 0.0);
        assert_eq!((profile.refused.contains(&1), profile.opinions[&1]), (true, Opinion::Dislike));
        log.push(event(Like, "1", 6.0));
        let profile = profile_of(&log);
        assert!(weight_of(&profile, 1) > 0.0);
        assert_eq!((profile.refused.contains(&1), profile.opinions[&1]), (false, Opinion::Like));
    }

    #[test]
    fn hiding_refuses_an_item_and_adds_no_signal() {
        let profile = profile_of(&[event(ViewItem, "2", 9.0), event(Hide, "1", 8.0)]);
        assert_eq!((weight_of(&profile, 1), profile.refused), (0.0, BTreeSet::from([1])));
    }

    #[test]
    fn of_wishes_and_views_the_last_wish_weighs_most() {
        let log = [wish("tea", 9.0), wish("rain jacket", 8.0), event(ViewItem, "1", 7.0), event(ViewItem, "2", 6.0)];
        let profile = profile_of(&log);
        let text = |text: &str| Source::Text(text.to_owned());
        let weights: Vec<_> = profile.signals.iter().map(|signal| (signal.source.clone(), signal.weight)).collect();
        assert_eq!(weights.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|w| w.0.clone()), Some(text("rain jacket")));
        assert!(profile_of(&[wish("  ", 1.0)]).signals.is_empty());
    }

    #[test]
    fn events_of_one_minute_are_limited() {
        let burst: Vec<Event> = (0..1000).map(|n| event(ViewItem, &n.to_string(), 1.0)).collect();
        assert_eq!(profile_of(&burst).signals.len(), MAX_EVENTS_PER_MINUTE as usize);
        let mut same = vec![event(ViewItem, "1", 60.0)];
        same.extend((0..50).map(|n| event(ViewItem, "2", 50.0 - f64::from(n) / 3.0)));
        let profile = profile_of(&same);
        assert!((weight_of(&profile, 1) / weight_of(&profile, 2) - DEFAULT_STEP).abs() < 1e-2);
    }

    #[test]
    fn future_times_and_unknown_items_do_no_harm() {
        let profile =
            profile_of(&[event(ViewItem, "gone", 1.0), event(ViewItem, "1", -1e6), event(ViewItem, "2", 1e9)]);
        assert!(weight_of(&profile, 1) > 0.9 && weight_of(&profile, 2) < 0.01);
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let names = [ViewItem, SelectItem, AddToCart, RemoveFromCart, Purchase, Like, Dislike, Hide, ViewItemList];
        let one = (prop::sample::select(names.to_vec()), 0u32..6, 0f64..1e5);
        let event = |(name, row, ago): (EventName, u32, f64)| event(name, &row.to_string(), ago);
        prop::collection::vec(one.prop_map(event), 0..40)
    }

    proptest! {
        #[test]
        fn weights_are_finite_and_sum_to_one(log in events()) {
            let profile = profile_of(&log);
            let positive: f32 = profile.signals.iter().map(|signal| signal.weight).filter(|w| *w > 0.0).sum();
            prop_assert!(profile.signals.iter().all(|signal| signal.weight.is_finite()));
            prop_assert!(positive == 0.0 || (positive - 1.0).abs() < 1e-5);
            let by_event: f32 = profile.event_weights.iter().sum();
            let by_source: f32 = profile.signals.iter().map(|signal| signal.weight).sum();
            prop_assert!((by_event - by_source).abs() < 1e-4, "{} {}", by_event, by_source);
            prop_assert_eq!(profile_of(&log), profile);
        }

        #[test]
        fn a_removed_event_leaves_no_trace(log in events(), at: prop::sample::Index) {
            prop_assume!(!log.is_empty());
            let mut without = log.clone();
            let removed = without.remove(at.index(log.len()));
            let mut again = without.clone();
            again.insert(at.index(log.len()), removed);
            prop_assert_eq!(profile_of(&again), profile_of(&log));
            again.remove(at.index(log.len()));
            prop_assert_eq!(profile_of(&again), profile_of(&without));
        }
    }
}
