//! The visitor's log turned into interests: a pure function of log, catalogue and time.
//!
//! Must not know JavaScript, the wire, or what time it is: `now_ms` comes in. Every line of the log keeps
//! its own weight, so that the visitor can be shown what each says, and taking a line away leaves exactly
//! the profile that never had it.

mod event;
mod taste;
pub mod weights;

use std::collections::{BTreeMap, BTreeSet};

pub use event::{Event, EventName, Opinion};
pub use taste::Taste;
use weights::{DAY_MS, FAINT, MOST, MOST_A_MINUTE, SEEN_DAYS, SESSION_MS, STEP, fade, weight};

/// What an interest comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A row of the catalogue.
    Item(u32),
    /// A wish or a search.
    Text(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Interest {
    pub source: Source,
    /// Positive weights sum to 1; negative ones push away.
    pub weight: f32,
    /// The event that says most of it: what a reason names.
    pub because: EventName,
}

impl Interest {
    /// Too little to change a list or to be a reason.
    pub fn is_faint(&self) -> bool {
        self.weight.abs() < FAINT
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// By first appearance in the log.
    pub interests: Vec<Interest>,
    /// Rows that the visitor does not want to see: disliked or hidden.
    pub refused: BTreeSet<u32>,
    /// Rows that the visitor knows: viewed lately, in the cart, bought.
    pub seen: BTreeSet<u32>,
    pub opinions: BTreeMap<u32, Opinion>,
    /// What each event adds to its interest's weight. One for each event of the log
    pub event_weights: Vec<f32>,
}

/// All that the log says of one source.
struct Trace {
    source: Source,
    /// Events that count, by position in the log.
    counted: Vec<usize>,
    opinion: Option<Opinion>,
    hidden: bool,
    in_cart: bool,
    bought: bool,
    viewed_ms: f64,
}

/// `log` holds the events that stand, oldest first; items that `row_of` does not know are passed over.
pub fn profile(log: &[Event], now_ms: f64, row_of: impl Fn(&str) -> Option<u32>) -> Profile {
    let traces = traces(log, row_of);
    let mut profile = Profile { event_weights: vec![0.0; log.len()], ..Profile::default() };
    for trace in &traces {
        if let Source::Item(row) = trace.source {
            profile.opinions.extend(trace.opinion.map(|opinion| (row, opinion)));
            if trace.hidden || trace.opinion == Some(Opinion::Dislike) {
                profile.refused.insert(row);
            }
            if trace.in_cart || trace.bought || now_ms - trace.viewed_ms < SEEN_DAYS * DAY_MS {
                profile.seen.insert(row);
            }
        }
    }
    let steps = steps(log, &traces);
    for trace in &traces {
        let event_weight = |&at: &usize| weight(log[at].name) * fade(now_ms - log[at].time_ms) * steps[at];
        let weights: Vec<f32> = trace.counted.iter().map(event_weight).collect();
        let sum: f32 = weights.iter().sum();
        let cut = if sum.abs() > MOST { MOST / sum.abs() } else { 1.0 };
        let mut because = None;
        for (&at, weight) in trace.counted.iter().zip(&weights) {
            profile.event_weights[at] = weight * cut;
            because = because.filter(|&(_, most)| most >= weight.abs()).or(Some((log[at].name, weight.abs())));
        }
        if let Some((because, _)) = because.filter(|_| sum != 0.0) {
            profile.interests.push(Interest { source: trace.source.clone(), weight: sum * cut, because });
        }
    }
    profile.normalize();
    profile
}

impl Profile {
    /// Makes positive weights sum to 1; where there are none, negative ones to -1.
    fn normalize(&mut self) {
        let sum = |wanted: fn(&f32) -> bool| self.interests.iter().map(|i| i.weight).filter(wanted).sum::<f32>();
        let positive = sum(|weight| *weight > 0.0);
        let total = if positive > 0.0 { positive } else { -sum(|weight| *weight < 0.0) };
        if total > 0.0 {
            self.interests.iter_mut().for_each(|interest| interest.weight /= total);
            self.event_weights.iter_mut().for_each(|weight| *weight /= total);
        }
    }
}

/// Gathers the log by source, oldest source first; bursts are capped and what was taken back is dropped.
fn traces(log: &[Event], row_of: impl Fn(&str) -> Option<u32>) -> Vec<Trace> {
    let mut traces: Vec<Trace> = Vec::new();
    let mut known: BTreeMap<Source, usize> = BTreeMap::new();
    let mut in_minute: BTreeMap<i64, u32> = BTreeMap::new();
    for (at, event) in log.iter().enumerate() {
        let Some(source) = source(event, &row_of) else { continue };
        let next = *known.entry(source.clone()).or_insert(traces.len());
        if next == traces.len() {
            traces.push(Trace::new(source));
        }
        let trace = &mut traces[next];
        trace.note(event);
        if weight(event.name) == 0.0 {
            trace.drop_undone(log, event.name);
            continue;
        }
        if trace.opinion == Some(Opinion::Dislike) && event.name != EventName::Dislike {
            continue;
        }
        let minute = in_minute.entry((event.time_ms / 60e3) as i64).or_default();
        *minute += 1;
        if *minute > MOST_A_MINUTE {
            continue;
        }
        trace.drop_undone(log, event.name);
        // Again within a session: the later one stands for both.
        let again = |&before: &usize| {
            log[before].name == event.name && (event.time_ms - log[before].time_ms).abs() < SESSION_MS
        };
        trace.counted.retain(|before| !again(before));
        trace.counted.push(at);
    }
    traces
}

impl Trace {
    fn new(source: Source) -> Self {
        let viewed_ms = f64::NEG_INFINITY;
        Self { source, counted: Vec::new(), opinion: None, hidden: false, in_cart: false, bought: false, viewed_ms }
    }

    fn note(&mut self, event: &Event) {
        match event.name {
            EventName::SelectItem | EventName::ViewItem => self.viewed_ms = self.viewed_ms.max(event.time_ms),
            EventName::AddToCart => self.in_cart = true,
            EventName::RemoveFromCart => self.in_cart = false,
            EventName::Purchase => self.bought = true,
            EventName::Like => self.opinion = Some(Opinion::Like),
            EventName::Dislike => self.opinion = Some(Opinion::Dislike),
            EventName::Hide => self.hidden = true,
            EventName::ViewItemList | EventName::Search | EventName::Wish => {}
        }
    }

    /// An event takes back earlier ones: out of the cart the cart, a dislike all that spoke for the item.
    fn drop_undone(&mut self, log: &[Event], name: EventName) {
        self.counted.retain(|&before| match name {
            EventName::RemoveFromCart => log[before].name != EventName::AddToCart,
            EventName::Like => log[before].name != EventName::Dislike,
            EventName::Dislike => false,
            _ => true,
        });
    }
}

fn source(event: &Event, row_of: impl Fn(&str) -> Option<u32>) -> Option<Source> {
    match event.name {
        EventName::Search | EventName::Wish => {
            let text = event.text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
            Some(Source::Text(text.to_owned()))
        }
        _ => row_of(event.item.as_deref()?).map(Source::Item),
    }
}

/// What the steps after each event leave of its weight. One for each event of the log
fn steps(log: &[Event], traces: &[Trace]) -> Vec<f32> {
    let mut left = vec![1.0; log.len()];
    let is_behaviour = |name| !matches!(name, EventName::Like | EventName::Dislike | EventName::Wish);
    for wanted in [is_behaviour as fn(EventName) -> bool, |name| name == EventName::Wish] {
        let of_stream = |trace: &Trace| trace.counted.iter().copied().filter(|&at| wanted(log[at].name)).collect();
        let mut stream: Vec<Vec<usize>> =
            traces.iter().map(of_stream).filter(|at: &Vec<usize>| !at.is_empty()).collect();
        stream.sort_by_key(|counted| std::cmp::Reverse(counted.last().copied()));
        let mut factor = 1.0;
        for counted in stream {
            counted.into_iter().for_each(|at| left[at] = factor);
            factor *= STEP;
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: f64 = 100.0 * DAY_MS;

    fn event(name: EventName, item: &str, minutes_ago: f64) -> Event {
        Event { name, item: Some(item.to_owned()), text: None, time_ms: NOW - minutes_ago * 60e3 }
    }

    fn wish(text: &str, minutes_ago: f64) -> Event {
        Event { name: EventName::Wish, item: None, text: Some(text.to_owned()), time_ms: NOW - minutes_ago * 60e3 }
    }

    /// Items are named by their rows.
    fn run(log: &[Event]) -> Profile {
        profile(log, NOW, |id| id.parse().ok())
    }

    fn weight_of(profile: &Profile, row: u32) -> f32 {
        profile.interests.iter().find(|i| i.source == Source::Item(row)).map_or(0.0, |interest| interest.weight)
    }

    use EventName::*;

    #[test]
    fn what_came_last_weighs_most() {
        let profile = run(&[event(ViewItem, "1", 3.0), event(ViewItem, "2", 2.0), event(ViewItem, "3", 1.0)]);
        let weights = [1, 2, 3].map(|row| weight_of(&profile, row));
        assert!(weights.is_sorted() && (weights.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{weights:?}");
        assert!((weights[1] / weights[2] - STEP).abs() < 1e-3);
        assert_eq!(profile.seen, BTreeSet::from([1, 2, 3]));
    }

    #[test]
    fn a_cart_says_more_than_a_view_until_it_is_taken_back() {
        let mut log = vec![event(ViewItem, "1", 9.0), event(AddToCart, "1", 8.0), event(ViewItem, "2", 7.0)];
        let with_cart = run(&log);
        assert!(weight_of(&with_cart, 1) > weight_of(&with_cart, 2));
        assert_eq!(with_cart.interests[0].because, AddToCart);
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
        let weights: Vec<_> = profile.interests.iter().map(|i| (i.source.clone(), i.weight)).collect();
        assert_eq!(weights.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|w| w.0.clone()), Some(text("rain jacket")));
        assert!(run(&[wish("  ", 1.0)]).interests.is_empty());
    }

    #[test]
    fn bursts_are_capped() {
        let burst: Vec<Event> = (0..1000).map(|n| event(ViewItem, &n.to_string(), 1.0)).collect();
        assert_eq!(run(&burst).interests.len(), MOST_A_MINUTE as usize);
        let mut same = vec![event(ViewItem, "1", 60.0)];
        same.extend((0..50).map(|n| event(ViewItem, "2", 50.0 - f64::from(n) / 3.0)));
        let profile = run(&same);
        assert!((weight_of(&profile, 1) / weight_of(&profile, 2) - STEP).abs() < 1e-2);
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
            let positive: f32 = profile.interests.iter().map(|i| i.weight).filter(|w| *w > 0.0).sum();
            prop_assert!(profile.interests.iter().all(|interest| interest.weight.is_finite()));
            prop_assert!(positive == 0.0 || (positive - 1.0).abs() < 1e-5);
            let by_event: f32 = profile.event_weights.iter().sum();
            let by_source: f32 = profile.interests.iter().map(|interest| interest.weight).sum();
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
