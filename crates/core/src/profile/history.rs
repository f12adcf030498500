//! The log gathered by what it is about, so that one more event costs one step.
//!
//! Keeps what no scene can change: which events count, and what was taken back. What they weigh is asked
//! with a scene's weights and a time. Gathering event by event and gathering the whole log give the same.

use std::collections::BTreeMap;

use super::{
    RateLimiter, Overrides, Profile, Signal, Source,
    event::{Event, EventName, Opinion},
    weights::{DAY_MS, MAX_SOURCE_WEIGHT, MAX_EVENTS_PER_MINUTE, SESSION_MS, DEFAULT_STEP, UNWANTED_FACTOR, EventWeights},
};

/// Between two events of [`History::from_interactions`]: as many a minute as a person makes, and hundreds within one session.
const PACE_MS: f64 = 60e3 / MAX_EVENTS_PER_MINUTE as f64;
/// Fewer stars than this speak against an item.
const FAIR: f64 = 3.0;

/// What the events that stand say, by source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// By first appearance in the log.
    traces: Vec<SourceHistory>,
    known: BTreeMap<Source, usize>,
    rate_limiter: RateLimiter,
    /// Events of the log so far.
    events: usize,
}

/// All that the log says of one source.
#[derive(Debug, Clone, PartialEq)]
struct SourceHistory {
    source: Source,
    /// Events that count with their positions in the log, without the item and the text.
    counted: Vec<(usize, Event)>,
    opinion: Option<Opinion>,
    hidden: bool,
    in_cart: bool,
    bought: bool,
    rated: Option<f64>,
    viewed_ms: f64,
}

impl History {
    /// `log` holds the events that stand, oldest first; items that `row_of` does not know are passed over.
    pub fn from_log(log: &[Event], row_of: impl Fn(&str) -> Option<u32>) -> Self {
        let mut history = Self::default();
        log.iter().for_each(|event| history.push(event, &row_of));
        history
    }

    /// What a file says of one visitor, oldest first, as if it all happened in one session: items and what was done with
    /// each.
    pub fn from_interactions(acts: impl IntoIterator<Item = (u32, EventName)>) -> Self {
        let mut history = Self::default();
        for (nth, (row, name)) in acts.into_iter().enumerate() {
            let event = Event { name, time_ms: nth as f64 * PACE_MS, ..Event::default() };
            history.add(Some(Source::Item(row)), &event);
        }
        history
    }

    /// The next event. RateLimiter are capped, and what it takes back is dropped.
    pub fn push(&mut self, event: &Event, row_of: impl Fn(&str) -> Option<u32>) {
        self.add(Source::from_event(event, row_of), event);
    }

    fn add(&mut self, source: Option<Source>, event: &Event) {
        let at = self.events;
        self.events += 1;
        let Some(source) = source else { return };
        let next = *self.known.entry(source.clone()).or_insert(self.traces.len());
        if next == self.traces.len() {
            self.traces.push(SourceHistory::new(source));
        }
        let trace = &mut self.traces[next];
        trace.note(event);
        if !event.name.expresses_preference() {
            trace.drop_undone(event);
            return;
        }
        if trace.opinion == Some(Opinion::Dislike) && event.name != EventName::Dislike {
            return;
        }
        if !self.rate_limiter.admit(event.time_ms) {
            return;
        }
        trace.drop_undone(event);
        // Again within a session: the later one stands for both.
        let again = |before: &Event| before.name == event.name && (event.time_ms - before.time_ms).abs() < SESSION_MS;
        trace.counted.retain(|(_, before)| !again(before));
        let Event { name, value, dwell_ms, time_ms, .. } = *event;
        trace.counted.push((at, Event { name, item: None, text: None, value, dwell_ms, time_ms }));
    }

    /// Rows in the cart.
    pub fn cart(&self) -> impl Iterator<Item = u32> {
        let row = |source: &Source| if let Source::Item(row) = source { Some(*row) } else { None };
        self.traces.iter().filter(|trace| trace.in_cart).filter_map(move |trace| row(&trace.source))
    }

    /// Whether any event is about a text.
    pub fn has_texts(&self) -> bool {
        matches!(self.known.last_key_value(), Some((Source::Text(_), _)))
    }

    /// What the visitor said last, and when.
    pub fn last_text(&self) -> Option<(&str, f64)> {
        let said = self.traces.iter().filter_map(|trace| match &trace.source {
            Source::Text(text) => trace.counted.last().map(|(at, event)| (*at, text.as_str(), event.time_ms)),
            Source::Item(_) => None,
        });
        said.max_by_key(|(at, ..)| *at).map(|(_, text, time_ms)| (text, time_ms))
    }

    /// What all this says at `now_ms`, and what the page `said` as if it happened now.
    pub fn build_profile(
        &self,
        weights: &EventWeights,
        now_ms: f64,
        overrides: &Overrides,
        said: &[(Source, EventName)],
    ) -> Profile {
        let turned = |source: &Source| if overrides.unwanted.contains(source) { UNWANTED_FACTOR } else { 1.0 };
        let mut profile = Profile { event_weights: vec![0.0; self.events], ..Profile::default() };
        for trace in &self.traces {
            if let Source::Item(row) = trace.source {
                profile.opinions.extend(trace.opinion.map(|opinion| (row, opinion)));
                if trace.is_refused() {
                    profile.refused.insert(row);
                }
                if now_ms - trace.viewed_ms < weights.seen_days * DAY_MS {
                    profile.seen.insert(row);
                }
                if trace.in_cart || trace.bought || trace.rated.is_some() {
                    profile.owned.insert(row);
                }
            }
        }
        let audible: Vec<&SourceHistory> =
            self.traces.iter().filter(|trace| !overrides.ignored.contains(&trace.source)).collect();
        let steps = steps(&audible, weights.step.unwrap_or(DEFAULT_STEP), self.events);
        for trace in audible {
            let turned = turned(&trace.source);
            let weigh = |(at, event): &(usize, Event)| {
                weights.event_weight(event) * weights.time_decay(now_ms - event.time_ms) * steps[*at] * turned
            };
            let each: Vec<f32> = trace.counted.iter().map(weigh).collect();
            let sum: f32 = each.iter().sum();
            let cut = if sum.abs() > MAX_SOURCE_WEIGHT { MAX_SOURCE_WEIGHT / sum.abs() } else { 1.0 };
            let mut main_event = None;
            for ((at, event), weight) in trace.counted.iter().zip(&each) {
                profile.event_weights[*at] = weight * cut;
                main_event = main_event.filter(|&(_, most)| most >= weight.abs()).or(Some((event.name, weight.abs())));
            }
            if let Some((main_event, _)) = main_event.filter(|_| sum != 0.0) {
                profile.signals.push(Signal { source: trace.source.clone(), weight: sum * cut, main_event });
            }
        }
        for (source, name) in said.iter().filter(|(source, _)| !overrides.ignored.contains(source)) {
            let weight = weights.event_weight(&Event { name: *name, ..Event::default() }) * turned(source);
            match profile.signals.iter_mut().find(|signal| signal.source == *source) {
                Some(known) => known.weight = known.weight.max(weight),
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
            hidden: false,
            in_cart: false,
            bought: false,
            rated: None,
            viewed_ms: f64::NEG_INFINITY,
        }
    }

    fn note(&mut self, event: &Event) {
        match event.name {
            EventName::SelectItem | EventName::ViewItem => self.viewed_ms = self.viewed_ms.max(event.time_ms),
            EventName::AddToCart => self.in_cart = true,
            EventName::RemoveFromCart => self.in_cart = false,
            EventName::Purchase => (self.in_cart, self.bought) = (false, true),
            EventName::Like => self.opinion = Some(Opinion::Like),
            EventName::Dislike => self.opinion = Some(Opinion::Dislike),
            EventName::Rate => self.rated = event.value,
            EventName::Hide => self.hidden = true,
            EventName::ViewItemList | EventName::Search | EventName::Wish => {}
        }
    }

    fn is_refused(&self) -> bool {
        let unloved = self.rated.is_some_and(|stars| stars < FAIR) && self.opinion != Some(Opinion::Like);
        self.hidden || self.opinion == Some(Opinion::Dislike) || unloved
    }

    /// An event takes back earlier ones: out of the cart the cart, a dislike or few stars all that spoke for the item.
    fn drop_undone(&mut self, event: &Event) {
        let poor = event.value.is_some_and(|stars| stars < FAIR);
        self.counted.retain(|(_, before)| match event.name {
            EventName::RemoveFromCart => before.name != EventName::AddToCart,
            EventName::Like => before.name != EventName::Dislike,
            EventName::Dislike => false,
            EventName::Rate => !poor && before.name != EventName::Rate,
            _ => true,
        });
    }
}

/// What the steps after each of `events` events leave of its weight, by its position in the log.
fn steps(traces: &[&SourceHistory], step: f32, events: usize) -> Vec<f32> {
    let mut left = vec![1.0; events];
    for wanted in [EventName::is_implicit_feedback as fn(EventName) -> bool, |name| name == EventName::Wish] {
        let of_stream = |trace: &&SourceHistory| {
            trace.counted.iter().filter(|(_, event)| wanted(event.name)).map(|(at, _)| *at).collect::<Vec<usize>>()
        };
        let mut stream: Vec<_> = traces.iter().map(of_stream).filter(|positions| !positions.is_empty()).collect();
        stream.sort_by_key(|positions| std::cmp::Reverse(positions.last().copied()));
        let mut factor = 1.0;
        for positions in stream {
            positions.into_iter().for_each(|at| left[at] = factor);
            factor *= step;
        }
    }
    left
}
