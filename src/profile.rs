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
use weights::{DAY_MS, MOST, MOST_A_MINUTE, SEEN_DAYS, SESSION_MS, STEP, fade, weight};

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
