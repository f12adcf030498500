//! The visitor's log: a list of entries, of which undoing and muting are entries, too.
//!
//! It only grows, except where the visitor unlearns something: then the entries themselves are removed, together with
//! every entry that refers to nothing else. What is left is the log that never had them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use nearmind_core::{
    profile::{Event, EventName},
    sort::{insert_all, sort_by},
};

/// One stored line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Entry {
    /// The visitor did something.
    Event(Event),
    /// Undoes the last event of this name on this item that is not undone yet.
    Undo {
        /// The shop's own id of the item.
        item: String,
        /// The event's name.
        name: EventName,
        /// Milliseconds since 1970.
        time_ms: f64,
    },
    /// While it is muted, the event has no effect; the visitor still sees it in the log.
    Mute {
        /// The event with all its fields.
        event: Event,
        /// `false`: it counts again.
        muted: bool,
        /// Milliseconds since 1970.
        time_ms: f64,
    },
    /// The visitor's name for an interest, and whether it is muted.
    Interest {
        /// The topics of the interest at that time: an interest that has any of them is meant.
        about: Vec<Topic>,
        /// The visitor's own name for it; empty: none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
        /// `true`: it does not affect any list.
        muted: bool,
        /// Milliseconds since 1970.
        time_ms: f64,
    },
    /// How many days typed texts are kept; 0: until the visitor deletes them.
    KeepTexts {
        /// Days after the text was typed.
        days: u32,
        /// Milliseconds since 1970.
        time_ms: f64,
    },
}

/// Days that typed texts are kept by default: a season of shopping.
const TEXT_DAYS: u32 = 90;
const DAY_MS: f64 = 86_400_000.0;
/// The year 2100: a later time is that of a wrong clock, by which nothing is deleted.
const PLAUSIBLE_MS: f64 = 4.1e12;

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// An item, by the shop's own id.
    Item(String),
    /// What the visitor typed, without white space around it.
    Text(String),
}

/// The visitor's settings of an interest, by the last entry about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark<'a> {
    pub name: &'a str,
    pub muted: bool,
}

/// The entries, and the events that result from them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Log {
    entries: Vec<Entry>,
    listed: Vec<ListedEvent>,
    /// The listed events that are not muted.
    active: Vec<Event>,
}

/// An event that is not undone, by its index among the entries.
#[derive(Debug, Clone, Copy, PartialEq)]
struct ListedEvent {
    entry: usize,
    muted: bool,
}

impl Topic {
    /// What an event is about: its item, else its text; `None` where it has neither.
    pub fn of(event: &Event) -> Option<Self> {
        match (&event.item, &event.text) {
            (Some(item), _) => Some(Self::Item(item.clone())),
            (None, Some(text)) => Some(Self::Text(text.trim().to_owned())),
            (None, None) => None,
        }
    }

    /// A name that is unique among all topics.
    pub fn id(&self) -> String {
        match self {
            Self::Item(item) => format!("item:{item}"),
            Self::Text(text) => format!("text:{text}"),
        }
    }
}

impl Entry {
    /// With texts of bounded length: another script of the page may have written to the store.
    fn bounded(self) -> Self {
        match self {
            Self::Event(event) => Self::Event(event.sanitized(0.0)),
            Self::Mute { event, muted, time_ms } => Self::Mute { event: event.sanitized(0.0), muted, time_ms },
            Self::Undo { .. } | Self::Interest { .. } | Self::KeepTexts { .. } => self,
        }
    }

    fn is_about(&self, topic: &Topic) -> bool {
        match self {
            Self::Event(event) => Topic::of(event).as_ref() == Some(topic),
            Self::Mute { event, .. } => Topic::of(event).as_ref() == Some(topic),
            Self::Undo { item, .. } => matches!(topic, Topic::Item(own) if own == item),
            Self::Interest { .. } | Self::KeepTexts { .. } => false,
        }
    }
}

impl Log {
    /// The log of these entries, oldest first.
    pub fn replay(entries: &[Entry]) -> Self {
        let mut log = Self::default();
        entries.iter().for_each(|entry| log.add(entry));
        log.update_active();
        log
    }

    /// Adds an entry at the end.
    pub fn push(&mut self, entry: &Entry) {
        self.add(entry);
        match entry {
            Entry::Event(event) => self.active.push(event.clone()),
            Entry::Undo { .. } | Entry::Mute { .. } => self.update_active(),
            Entry::Interest { .. } | Entry::KeepTexts { .. } => {}
        }
    }

    fn add(&mut self, entry: &Entry) {
        let entry = entry.clone().bounded();
        match &entry {
            Entry::Event(_) => self.listed.push(ListedEvent { entry: self.entries.len(), muted: false }),
            Entry::Undo { item, name, .. } => {
                if let Some(at) = self.last(item, *name) {
                    self.listed.remove(at);
                }
            }
            Entry::Mute { event, muted, .. } => {
                if let Some(at) = self.index(event) {
                    self.listed[at].muted = *muted;
                }
            }
            Entry::Interest { .. } | Entry::KeepTexts { .. } => {}
        }
        self.entries.push(entry);
    }

    fn update_active(&mut self) {
        self.active = self.lines().filter(|(_, muted)| !muted).map(|(event, _)| event.clone()).collect();
    }

    /// The log without this event, as if it had never happened. Unchanged where there is no such event.
    pub fn without(&self, event: &Event) -> Self {
        let at = self.entries.iter().rposition(|entry| matches!(entry, Entry::Event(own) if own == event));
        let kept = self.entries.iter().enumerate().filter(|(nth, _)| Some(*nth) != at);
        Self::replay(&without_dangling(kept.map(|(_, entry)| entry.clone()).collect()))
    }

    /// The log without any entry about these topics.
    pub fn without_topics(&self, topics: &[Topic]) -> Self {
        let kept = self.entries.iter().filter(|entry| !topics.iter().any(|topic| entry.is_about(topic)));
        Self::replay(&without_dangling(kept.cloned().collect()))
    }

    /// How many days typed texts are kept; 0: until the visitor deletes them.
    pub fn text_days(&self) -> u32 {
        let days = |entry: &Entry| if let Entry::KeepTexts { days, .. } = entry { Some(*days) } else { None };
        self.entries.iter().rev().find_map(days).unwrap_or(TEXT_DAYS)
    }

    /// Whether a typed text is older than texts are kept.
    pub fn has_old_texts(&self, now_ms: f64) -> bool {
        let before = self.texts_since(now_ms);
        self.entries.iter().any(|entry| is_text_before(entry, before))
    }

    /// The log without the typed texts that are older than texts are kept.
    pub fn without_old_texts(&self, now_ms: f64) -> Self {
        let before = self.texts_since(now_ms);
        let kept = self.entries.iter().filter(|entry| !is_text_before(entry, before));
        Self::replay(&without_dangling(kept.cloned().collect()))
    }

    fn texts_since(&self, now_ms: f64) -> f64 {
        match self.text_days() {
            _ if now_ms >= PLAUSIBLE_MS => f64::NEG_INFINITY,
            0 => f64::NEG_INFINITY,
            days => now_ms - f64::from(days) * DAY_MS,
        }
    }

    /// Adds the entries of another log that this one lacks, in order of time. Returns the new log and how many events
    /// were new.
    pub fn merge(&self, other: &[Entry]) -> (Self, usize) {
        let new: Vec<&Entry> = other.iter().filter(|entry| !self.entries.contains(entry)).collect();
        let events = new.iter().filter(|entry| matches!(entry, Entry::Event(_))).count();
        let mut entries: Vec<Entry> = self.entries.iter().chain(new).cloned().collect();
        // A stable sort: entries of the same time keep their order.
        sort_by(&mut entries, |a, b| a.time_ms().total_cmp(&b.time_ms()));
        (Self::replay(&entries), events)
    }

    /// The visitor's settings of an interest that has any of these topics.
    pub fn mark(&self, topics: &[Topic]) -> Mark<'_> {
        let about = |entry: &'_ Entry| match entry {
            Entry::Interest { about, .. } => about.iter().any(|topic| topics.contains(topic)),
            _ => false,
        };
        match self.entries.iter().rfind(|entry| about(entry)) {
            Some(Entry::Interest { name, muted, .. }) => Mark { name, muted: *muted },
            _ => Mark::default(),
        }
    }

    /// Whether an entry mutes an interest; if none does, lists need not look for muted interests.
    pub fn has_muted_interests(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry, Entry::Interest { muted: true, .. }))
    }

    /// Whether the log lists this event, muted or not.
    pub fn has_event(&self, event: &Event) -> bool {
        self.index(event).is_some()
    }

    /// The events that count: not undone and not muted. Oldest first.
    pub fn events(&self) -> &[Event] {
        &self.active
    }

    /// The events that are not undone, and whether each is muted. Oldest first.
    pub fn lines(&self) -> impl Iterator<Item = (&Event, bool)> {
        self.listed.iter().filter_map(|listed| match &self.entries[listed.entry] {
            Entry::Event(event) => Some((event, listed.muted)),
            _ => None,
        })
    }

    /// All entries, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Size of all entries as JSON, in bytes.
    pub fn bytes(&self) -> usize {
        self.entries.iter().map(|entry| serde_json::to_string(entry).map_or(0, |json| json.len())).sum()
    }

    /// The last such event that is not muted: a muted one is not shown on a card, so that it cannot be undone there.
    fn last(&self, item: &str, name: EventName) -> Option<usize> {
        self.last_where(|event, muted| !muted && event.name == name && event.item.as_deref() == Some(item))
    }

    fn index(&self, event: &Event) -> Option<usize> {
        self.last_where(|own, _| own == event)
    }

    fn last_where(&self, fits: impl Fn(&Event, bool) -> bool) -> Option<usize> {
        let lines = self.lines().enumerate().filter(|(_, (event, muted))| fits(event, *muted));
        lines.last().map(|(at, _)| at)
    }
}

impl Entry {
    /// When it happened, in milliseconds since 1970.
    pub fn time_ms(&self) -> f64 {
        match self {
            Self::Event(event) => event.time_ms,
            Self::Undo { time_ms, .. }
            | Self::Mute { time_ms, .. }
            | Self::Interest { time_ms, .. }
            | Self::KeepTexts { time_ms, .. } => *time_ms,
        }
    }
}

fn is_text_before(entry: &Entry, time_ms: f64) -> bool {
    matches!(entry, Entry::Event(event) if event.text.is_some() && event.time_ms < time_ms)
}

/// Removes the entries and topics that refer to events which are no longer in the log.
fn without_dangling(mut entries: Vec<Entry>) -> Vec<Entry> {
    let topic = |entry: &Entry| if let Entry::Event(event) = entry { Topic::of(event) } else { None };
    let topics: BTreeSet<Topic> = insert_all(entries.iter().filter_map(topic));
    let events: Vec<Event> = entries
        .iter()
        .filter_map(|entry| if let Entry::Event(event) = entry { Some(event.clone()) } else { None })
        .collect();
    for entry in &mut entries {
        if let Entry::Interest { about, .. } = entry {
            about.retain(|topic| topics.contains(topic));
        }
    }
    entries.retain(|entry| match entry {
        Entry::Event(_) | Entry::KeepTexts { .. } => true,
        Entry::Undo { item, .. } => topics.contains(&Topic::Item(item.clone())),
        Entry::Mute { event, .. } => events.contains(event),
        Entry::Interest { about, .. } => !about.is_empty(),
    });
    entries
}

#[cfg(test)]
mod tests;
