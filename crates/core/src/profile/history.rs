//! The log grouped by item and text, so that adding an event takes one step, whatever the length of the log.
//!
//! Has only what is the same for all scenes: which events count, and which were revoked. Weights depend on a scene and
//! a time; [`History::build_profile`] computes them. Adding events one by one gives the same history as reading the
//! whole log. Must not know what the items are.

use std::collections::BTreeMap;

use super::{
    Overrides, Profile, RateLimiter, Signal, Source,
    event::{Event, EventName, Opinion},
    weights::{
        DAY_MS, DEFAULT_STEP, EventWeights, MAX_EVENTS_PER_MINUTE, MAX_SOURCE_WEIGHT, SESSION_MS, UNWANTED_FACTOR,
    },
};
use crate::sort::sort_by;

/// Milliseconds between two events of [`History::from_interactions`]: the shortest time that the rate limiter admits,
/// so that hundreds of events fit into one session.
const PACE_MS: f64 = 60e3 / MAX_EVENTS_PER_MINUTE as f64;
/// A rating with fewer stars than this counts against an item.
const NEUTRAL_STARS: f64 = 3.0;

/// The events that were not undone, by source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// In the order of first appearance in the log.
    sources: Vec<SourceHistory>,
    /// The position of each source in `sources`.
    positions: BTreeMap<Source, usize>,
    rate_limiter: RateLimiter,
    /// The number of events of the log that were added so far.
    events: usize,
}

/// All events of one source.
#[derive(Debug, Clone, PartialEq)]
struct SourceHistory {
    source: Source,
    /// Events that count, each with its position in the log and without its item and text.
    counted: Vec<(usize, Event)>,
    opinion: Option<Opinion>,
    is_hidden: bool,
    is_in_cart: bool,
    is_bought: bool,
    /// The stars of the last rating.
    stars: Option<f64>,
    /// When the item was last viewed.
    viewed_ms: f64,
}

impl History {
    /// Groups `log`: the events that were not undone, oldest first. Skips events on items for which `row_of` finds no
    /// row.
    pub fn from_log(log: &[Event], row_of: impl Fn(&str) -> Option<u32>) -> Self {
        let mut history = Self::default();
        log.iter().for_each(|event| history.push(event, &row_of));
        history
    }

    /// The history of one visitor of a data set, from rows with the names of the events on them, oldest first. All
    /// events count as one session.
    pub fn from_interactions(interactions: impl IntoIterator<Item = (u32, EventName)>) -> Self {
        let mut history = Self::default();
        for (nth, (row, name)) in interactions.into_iter().enumerate() {
            let event = Event { name, time_ms: nth as f64 * PACE_MS, ..Event::default() };
            history.add(Some(Source::Item(row)), &event);
        }
        history
    }

    /// Adds the next event of the log, unless it comes too fast, and drops the earlier events that it revokes.
    pub fn push(&mut self, event: &Event, row_of: impl Fn(&str) -> Option<u32>) {
        self.add(Source::from_event(event, row_of), event);
    }

    fn add(&mut self, source: Option<Source>, event: &Event) {
        let at = self.events;
        self.events += 1;
        let Some(source) = source else { return };
        let position = *self.positions.entry(source.clone()).or_insert(self.sources.len());
        if position == self.sources.len() {
            self.sources.push(SourceHistory::new(source));
        }
        let history = &mut self.sources[position];
        history.update_state(event);
        if !event.name.expresses_preference() {
            history.drop_revoked(event);
            return;
        }
        if history.opinion == Some(Opinion::Dislike) && event.name != EventName::Dislike {
            return;
        }
        if !self.rate_limiter.admit(event.time_ms) {
            return;
        }
        history.drop_revoked(event);
        // The same event again within a session counts once: the later one replaces the earlier.
        let is_repeated =
            |before: &Event| before.name == event.name && (event.time_ms - before.time_ms).abs() < SESSION_MS;
        history.counted.retain(|(_, before)| !is_repeated(before));
        let Event { name, value, dwell_ms, time_ms, .. } = *event;
        history.counted.push((at, Event { name, item: None, text: None, value, dwell_ms, time_ms }));
    }

    /// Rows in the cart.
    pub fn cart(&self) -> impl Iterator<Item = u32> {
        self.sources.iter().filter(|history| history.is_in_cart).filter_map(|history| history.source.row())
    }

    /// Rows that were viewed, the latest first.
    pub fn viewed(&self) -> Vec<u32> {
        let viewed = self.sources.iter().filter(|history| history.viewed_ms > f64::NEG_INFINITY);
        let mut viewed: Vec<_> =
            viewed.filter_map(|history| Some((history.viewed_ms, history.source.row()?))).collect();
        sort_by(&mut viewed, |a, b| b.0.total_cmp(&a.0));
        viewed.into_iter().map(|(_, row)| row).collect()
    }

    /// Whether any event is about a text.
    pub fn has_texts(&self) -> bool {
        matches!(self.positions.last_key_value(), Some((Source::Text(_), _))) // texts sort after items
    }

    /// The text that the visitor wrote last, and when, in milliseconds since the Unix epoch.
    pub fn last_text(&self) -> Option<(&str, f64)> {
        let texts = self.sources.iter().filter_map(|history| match &history.source {
            Source::Text(text) => history.counted.last().map(|(at, event)| (*at, text.as_str(), event.time_ms)),
            Source::Item(_) => None,
        });
        texts.max_by_key(|(at, ..)| *at).map(|(_, text, time_ms)| (text, time_ms))
    }

    /// The profile at `now_ms` with a scene's weights. `page_signals` are the page's cart and text, counted as events
    /// at `now_ms`.
    pub fn build_profile(
        &self,
        weights: &EventWeights,
        now_ms: f64,
        overrides: &Overrides,
        page_signals: &[(Source, EventName)],
    ) -> Profile {
        let sign = |source: &Source| if overrides.unwanted.contains(source) { UNWANTED_FACTOR } else { 1.0 };
        let mut profile = Profile { event_weights: vec![0.0; self.events], ..Profile::default() };
        self.sources.iter().for_each(|history| history.add_state(&mut profile, now_ms, weights.seen_days * DAY_MS));
        let counting: Vec<&SourceHistory> =
            self.sources.iter().filter(|history| !overrides.ignored.contains(&history.source)).collect();
        let step_factors = step_factors(&counting, weights.step.unwrap_or(DEFAULT_STEP), self.events);
        for history in counting {
            let sign = sign(&history.source);
            let weight = |(at, event): &(usize, Event)| {
                weights.event_weight(event) * weights.time_decay(now_ms - event.time_ms) * step_factors[*at] * sign
            };
            let event_weights: Vec<f32> = history.counted.iter().map(weight).collect();
            let sum: f32 = event_weights.iter().sum();
            let scale = if sum.abs() > MAX_SOURCE_WEIGHT { MAX_SOURCE_WEIGHT / sum.abs() } else { 1.0 };
            let mut main_event = None;
            for ((at, event), weight) in history.counted.iter().zip(&event_weights) {
                profile.event_weights[*at] = weight * scale;
                main_event = main_event.filter(|&(_, most)| most >= weight.abs()).or(Some((event.name, weight.abs())));
            }
            if let Some((main_event, _)) = main_event.filter(|_| sum != 0.0) {
                profile.signals.push(Signal { source: history.source.clone(), weight: sum * scale, main_event });
            }
        }
        for (source, name) in page_signals.iter().filter(|(source, _)| !overrides.ignored.contains(source)) {
            let weight = weights.event_weight(&Event { name: *name, ..Event::default() }) * sign(source);
            match profile.signals.iter_mut().find(|signal| signal.source == *source) {
                Some(signal) => signal.weight = signal.weight.max(weight),
                None => profile.signals.push(Signal { source: source.clone(), weight, main_event: *name }),
            }
        }
        profile.normalize();
        profile
    }
}

impl SourceHistory {
    fn new(source: Source) -> Self {
        Self {
            source,
            counted: Vec::new(),
            opinion: None,
            is_hidden: false,
            is_in_cart: false,
            is_bought: false,
            stars: None,
            viewed_ms: f64::NEG_INFINITY,
        }
    }

    /// Updates the opinion, stars, and last view, and whether the item is hidden, bought or in the cart.
    fn update_state(&mut self, event: &Event) {
        match event.name {
            EventName::SelectItem | EventName::ViewItem => self.viewed_ms = self.viewed_ms.max(event.time_ms),
            EventName::AddToCart => self.is_in_cart = true,
            EventName::RemoveFromCart => self.is_in_cart = false,
            EventName::Purchase => (self.is_in_cart, self.is_bought) = (false, true),
            EventName::Like => self.opinion = Some(Opinion::Like),
            EventName::Dislike => self.opinion = Some(Opinion::Dislike),
            EventName::Rate => self.stars = event.value,
            EventName::Hide => self.is_hidden = true,
            EventName::ViewItemList | EventName::Search | EventName::Wish => {}
        }
    }

    /// Adds an item to the profile's sets of rows. It is `seen` if it was viewed less than `seen_ms` ago.
    fn add_state(&self, profile: &mut Profile, now_ms: f64, seen_ms: f64) {
        let Source::Item(row) = self.source else { return };
        profile.opinions.extend(self.opinion.map(|opinion| (row, opinion)));
        if self.is_refused() {
            profile.refused.insert(row);
        }
        if now_ms - self.viewed_ms < seen_ms {
            profile.seen.insert(row);
        }
        if self.is_in_cart || self.is_bought || self.stars.is_some() {
            profile.owned.insert(row);
        }
    }

    fn is_refused(&self) -> bool {
        let is_rated_low = self.stars.is_some_and(|stars| stars < NEUTRAL_STARS) && self.opinion != Some(Opinion::Like);
        self.is_hidden || self.opinion == Some(Opinion::Dislike) || is_rated_low
    }

    /// Drops the earlier events that `event` revokes: removal from the cart revokes `add_to_cart`, a like revokes a
    /// dislike, a rating the ratings before it, and a dislike or few stars everything that counted for the item.
    fn drop_revoked(&mut self, event: &Event) {
        let has_few_stars = event.value.is_some_and(|stars| stars < NEUTRAL_STARS);
        self.counted.retain(|(_, before)| match event.name {
            EventName::RemoveFromCart => before.name != EventName::AddToCart,
            EventName::Like => before.name != EventName::Dislike,
            EventName::Dislike => false,
            EventName::Rate => !has_few_stars && before.name != EventName::Rate,
            _ => true,
        });
    }
}

/// The recency decay of each event, by position in a log of `events` events: `step` to the power of the number of
/// sources whose last event is later. Behaviour and wishes are two separate streams; other events do not decay by
/// steps.
fn step_factors(histories: &[&SourceHistory], step: f32, events: usize) -> Vec<f32> {
    let mut factors = vec![1.0; events];
    for is_in_stream in [EventName::is_implicit_feedback as fn(EventName) -> bool, |name| name == EventName::Wish] {
        let positions = |history: &&SourceHistory| {
            let events = history.counted.iter().filter(|(_, event)| is_in_stream(event.name));
            events.map(|(at, _)| *at).collect::<Vec<usize>>()
        };
        let mut stream: Vec<_> = histories.iter().map(positions).filter(|positions| !positions.is_empty()).collect();
        sort_by(&mut stream, |a, b| b.last().cmp(&a.last()));
        let mut factor = 1.0;
        for positions in stream {
            positions.into_iter().for_each(|at| factors[at] = factor);
            factor *= step;
        }
    }
    factors
}
