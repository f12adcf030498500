//! The visitor's log turned into signals: a pure function of log, catalogue, weights and time.
//!
//! Must not know JavaScript, the wire, or what time it is: `now_ms` comes in. Every line of the log keeps
//! its own weight, so that the visitor can be shown what each says, and taking a line away leaves exactly
//! the profile that never had it.

mod rate_limiter; //        events that come too fast
mod event;
pub mod interests; // signals -> a handful of interests
mod history; //        events -> what they say, by source
mod content_scorer; //         signals and their vectors -> scores
pub mod weights; //   how much an event says, and how it fades

use std::collections::{BTreeMap, BTreeSet};

pub use rate_limiter::RateLimiter;
pub use content_scorer::{SimilarityCache, ContentScorer, SimilaritySettings, HasInteractions, flatten_weights};
pub use event::{Event, EventName, Opinion};
pub use history::History;
pub use interests::{Interest, cluster_interests};
use weights::{NEGLIGIBLE_WEIGHT, EventWeights};

/// More do not change a list, and an event must not cost more with every year.
const MAX_SIGNALS: usize = 512;

/// What a signal comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A row of the catalogue.
    Item(u32),
    /// A wish or a search, or a text of the page.
    Text(String),
}

impl Source {
    /// Its row, where it is an item.
    pub fn row(&self) -> Option<u32> {
        if let Self::Item(row) = self { Some(*row) } else { None }
    }

    /// What an event is about; `None` for items that `row_of` does not know.
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

/// Sources that count otherwise than their events alone say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// They count for nothing: the visitor muted them, or nothing can be made of them.
    pub ignored: BTreeSet<Source>,
    /// Texts that say what the visitor does not want: they count against it, as a dislike does.
    pub unwanted: BTreeSet<Source>,
}

/// All that the log says of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// The item or the text that it is about.
    pub source: Source,
    /// Positive weights sum to 1; negative ones push away.
    pub weight: f32,
    /// The event that says most of it: what a reason names.
    pub main_event: EventName,
}

impl Signal {
    /// Too little to change a list or to be a reason.
    pub fn is_negligible(&self) -> bool {
        self.weight.abs() < NEGLIGIBLE_WEIGHT
    }
}

/// What a visitor's log says of them at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// By first appearance in the log.
    pub signals: Vec<Signal>,
    /// Rows that the visitor does not want to see: disliked, hidden, or given few stars.
    pub refused: BTreeSet<u32>,
    /// Rows that were viewed lately.
    pub seen: BTreeSet<u32>,
    /// Rows that are in the cart, were bought or rated.
    pub owned: BTreeSet<u32>,
    /// The visitor's standing opinion, for each row that has one.
    pub opinions: BTreeMap<u32, Opinion>,
    /// What each event adds to its signal's weight. One for each event of the log
    pub event_weights: Vec<f32>,
}

/// `log` holds the events that stand, oldest first; items that `row_of` does not know are passed over.
pub fn build_profile(log: &[Event], now_ms: f64, weights: &EventWeights, row_of: impl Fn(&str) -> Option<u32>) -> Profile {
    History::from_log(log, row_of).build_profile(weights, now_ms, &Overrides::default(), &[])
}

impl Profile {
    /// Signals that can change a list, by first appearance.
    pub fn strong_signals(&self) -> impl Iterator<Item = &Signal> {
        self.signals.iter().filter(|signal| !signal.is_negligible())
    }

    /// The heaviest signals by first appearance, `most` of them; faint texts, which nobody has encoded, are left out.
    pub fn heaviest_signals(&self, most: usize) -> impl Iterator<Item = &Signal> {
        let counts = |signal: &Signal| !signal.is_negligible() || matches!(signal.source, Source::Item(_));
        let mut heaviest: Vec<(usize, &Signal)> =
            self.signals.iter().filter(|signal| counts(signal)).enumerate().collect();
        heaviest.sort_by(|a, b| b.1.weight.abs().total_cmp(&a.1.weight.abs()).then(a.0.cmp(&b.0)));
        heaviest.truncate(most.min(MAX_SIGNALS));
        heaviest.sort_by_key(|(at, _)| *at);
        heaviest.into_iter().map(|(_, signal)| signal)
    }

    /// Rows with what they weigh, the heaviest ones by first appearance: what a score is made of.
    pub fn weighted_rows(&self) -> Vec<(u32, f32)> {
        self.heaviest_signals(usize::MAX).filter_map(|signal| Some((signal.source.row()?, signal.weight))).collect()
    }

    /// Makes positive weights sum to 1; where there are none, negative ones to -1.
    fn normalize(&mut self) {
        let sum = |wanted: fn(&f32) -> bool| self.signals.iter().map(|i| i.weight).filter(wanted).sum::<f32>();
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
        weights::{DAY_MS, MAX_EVENTS_PER_MINUTE, DEFAULT_STEP},
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
    fn run(log: &[Event]) -> Profile {
        build_profile(log, NOW, &EventWeights::default(), |id| id.parse().ok())
    }

    fn weight_of(profile: &Profile, row: u32) -> f32 {
        profile.signals.iter().find(|i| i.source == Source::Item(row)).map_or(0.0, |signal| signal.weight)
    }

    use EventName::*;

    #[test]
    fn what_came_last_weighs_most() {
        let profile = run(&[event(ViewItem, "1", 3.0), event(ViewItem, "2", 2.0), event(ViewItem, "3", 1.0)]);
        let weights = [1, 2, 3].map(|row| weight_of(&profile, row));
        assert!(weights.is_sorted() && (weights.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{weights:?}");
        assert!((weights[1] / weights[2] - DEFAULT_STEP).abs() < 1e-3);
        assert_eq!(profile.seen, BTreeSet::from([1, 2, 3]));
    }

    #[test]
    fn a_cart_says_more_than_a_view_until_it_is_taken_back() {
        let mut log = vec![event(ViewItem, "1", 9.0), event(AddToCart, "1", 8.0), event(ViewItem, "2", 7.0)];
        let with_cart = run(&log);
        assert!(weight_of(&with_cart, 1) > weight_of(&with_cart, 2));
        assert_eq!(with_cart.signals[0].main_event, AddToCart);
        log.push(event(RemoveFromCart, "1", 6.0));
        assert!(weight_of(&run(&log), 1) < weight_of(&run(&log), 2));
    }

    #[test]
    fn a_dislike_pushes_away_and_a_later_like_draws_back() {
        let mut log = vec![event(ViewItem, "1", 9.0), event(Dislike, "1", 8.0), event(ViewItem, "1", 7.0)];
        let profile = run(&log);
        assert!(weight_of(&profile, 1) < 0.0);
        assert_eq!((profile.refused.contains(&1), profile.opinions[&1]), (true, Opinion::Dislike));
        log.push(event(Like, "1", 6.0));
        let profile = run(&log);
        assert!(weight_of(&profile, 1) > 0.0);
        assert_eq!((profile.refused.contains(&1), profile.opinions[&1]), (false, Opinion::Like));
    }

    #[test]
    fn hiding_excludes_and_says_nothing_of_taste() {
        let profile = run(&[event(ViewItem, "2", 9.0), event(Hide, "1", 8.0)]);
        assert_eq!((weight_of(&profile, 1), profile.refused), (0.0, BTreeSet::from([1])));
    }

    #[test]
    fn wishes_stand_beside_views_and_the_last_one_leads() {
        let log = [wish("tea", 9.0), wish("rain jacket", 8.0), event(ViewItem, "1", 7.0), event(ViewItem, "2", 6.0)];
        let profile = run(&log);
        let text = |text: &str| Source::Text(text.to_owned());
        let weights: Vec<_> = profile.signals.iter().map(|i| (i.source.clone(), i.weight)).collect();
        assert_eq!(weights.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|w| w.0.clone()), Some(text("rain jacket")));
        assert!(run(&[wish("  ", 1.0)]).signals.is_empty());
    }

    #[test]
    fn bursts_are_capped() {
        let burst: Vec<Event> = (0..1000).map(|n| event(ViewItem, &n.to_string(), 1.0)).collect();
        assert_eq!(run(&burst).signals.len(), MAX_EVENTS_PER_MINUTE as usize);
        let mut same = vec![event(ViewItem, "1", 60.0)];
        same.extend((0..50).map(|n| event(ViewItem, "2", 50.0 - f64::from(n) / 3.0)));
        let profile = run(&same);
        assert!((weight_of(&profile, 1) / weight_of(&profile, 2) - DEFAULT_STEP).abs() < 1e-2);
    }

    #[test]
    fn clocks_that_run_backwards_and_unknown_items_are_survived() {
        let profile = run(&[event(ViewItem, "gone", 1.0), event(ViewItem, "1", -1e6), event(ViewItem, "2", 1e9)]);
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
            let profile = run(&log);
            let positive: f32 = profile.signals.iter().map(|i| i.weight).filter(|w| *w > 0.0).sum();
            prop_assert!(profile.signals.iter().all(|signal| signal.weight.is_finite()));
            prop_assert!(positive == 0.0 || (positive - 1.0).abs() < 1e-5);
            let by_event: f32 = profile.event_weights.iter().sum();
            let by_source: f32 = profile.signals.iter().map(|signal| signal.weight).sum();
            prop_assert!((by_event - by_source).abs() < 1e-4, "{} {}", by_event, by_source);
            prop_assert_eq!(run(&log), profile);
        }

        #[test]
        fn an_event_that_is_taken_out_leaves_no_trace(log in events(), at: prop::sample::Index) {
            prop_assume!(!log.is_empty());
            let mut without = log.clone();
            let removed = without.remove(at.index(log.len()));
            let mut again = without.clone();
            again.insert(at.index(log.len()), removed);
            prop_assert_eq!(run(&again), run(&log));
            again.remove(at.index(log.len()));
            prop_assert_eq!(run(&again), run(&without));
        }
    }
}
