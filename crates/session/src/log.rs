//! The visitor's log: what was taken back is an entry too, so that replaying is enough.
//!
//! It only grows, but where the visitor unlearns something: then the entries themselves go, and with them
//! every mention of what no other entry is about. What is left is the log that never had it.

use serde::{Deserialize, Serialize};

use nearmind_core::profile::{Event, EventName};

/// One stored line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Entry {
    /// The visitor did something.
    Event(Event),
    /// Takes back the last standing event of this name on this item.
    Undo {
        /// The shop's own id of the item.
        item: String,
        /// What was done, and is taken back.
        name: EventName,
        /// Milliseconds since 1970.
        time_ms: f64,
    },
    /// The event counts for nothing while it is muted; it stays in the log, where the visitor sees it.
    Mute {
        /// The event that is meant, word for word.
        event: Event,
        /// `false`: it counts again.
        muted: bool,
        /// Milliseconds since 1970.
        time_ms: f64,
    },
    /// How the visitor wants an interest: the one that any of these is of.
    Interest {
        /// What the interest was about when the visitor decided.
        about: Vec<Topic>,
        /// The visitor's own name for it; empty: none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
        /// `true`: it does not change what is recommended.
        muted: bool,
        /// Milliseconds since 1970.
        time_ms: f64,
    },
    /// For how many days typed texts are kept, 0: until the visitor deletes them.
    KeepTexts {
        /// Days after the text was typed.
        days: u32,
        /// Milliseconds since 1970.
        time_ms: f64,
    },
}

/// Days that a typed text is kept, where the visitor has not said otherwise: for a season of shopping.
const TEXT_DAYS: u32 = 90;
const DAY_MS: f64 = 86_400_000.0;
/// The year 2100: a clock that says more is wrong, and nothing is deleted for what it says.
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

/// How the visitor wants an interest, as the last entry about it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark<'a> {
    pub name: &'a str,
    pub muted: bool,
}

/// What all entries together say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Log {
    entries: Vec<Entry>,
    standing: Vec<Standing>,
    /// Those that stand and are not muted.
    heard: Vec<Event>,
}

/// An event that was not taken back, by its place among the entries.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Standing {
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

    /// A name for it that no other topic has.
    pub fn id(&self) -> String {
        match self {
            Self::Item(item) => format!("item:{item}"),
            Self::Text(text) => format!("text:{text}"),
        }
    }
}

impl Entry {
    /// A stored text may be of any length: another script of the page can write to the store, too.
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
        entries.iter().for_each(|entry| log.note(entry));
        log.listen();
        log
    }

    /// Adds an entry at the end.
    pub fn push(&mut self, entry: &Entry) {
        self.note(entry);
        match entry {
            Entry::Event(event) => self.heard.push(event.clone()),
            Entry::Undo { .. } | Entry::Mute { .. } => self.listen(),
            Entry::Interest { .. } | Entry::KeepTexts { .. } => {}
        }
    }

    fn note(&mut self, entry: &Entry) {
        let entry = entry.clone().bounded();
        match &entry {
            Entry::Event(_) => self.standing.push(Standing { entry: self.entries.len(), muted: false }),
            Entry::Undo { item, name, .. } => {
                if let Some(at) = self.last(item, *name) {
                    self.standing.remove(at);
                }
            }
            Entry::Mute { event, muted, .. } => {
                if let Some(at) = self.place(event) {
                    self.standing[at].muted = *muted;
                }
            }
            Entry::Interest { .. } | Entry::KeepTexts { .. } => {}
        }
        self.entries.push(entry);
    }

    fn listen(&mut self) {
        self.heard = self.lines().filter(|(_, muted)| !muted).map(|(event, _)| event.clone()).collect();
    }

    /// Without this event, as if it had never happened; itself where there is no such event.
    pub fn without(&self, event: &Event) -> Self {
        let at = self.entries.iter().rposition(|entry| matches!(entry, Entry::Event(own) if own == event));
        let kept = self.entries.iter().enumerate().filter(|(nth, _)| Some(*nth) != at);
        Self::replay(&forgetful(kept.map(|(_, entry)| entry.clone()).collect()))
    }

    /// Without anything about these.
    pub fn without_topics(&self, topics: &[Topic]) -> Self {
        let kept = self.entries.iter().filter(|entry| !topics.iter().any(|topic| entry.is_about(topic)));
        Self::replay(&forgetful(kept.cloned().collect()))
    }

    /// For how many days typed texts are kept; 0: until they are deleted.
    pub fn text_days(&self) -> u32 {
        let days = |entry: &Entry| if let Entry::KeepTexts { days, .. } = entry { Some(*days) } else { None };
        self.entries.iter().rev().find_map(days).unwrap_or(TEXT_DAYS)
    }

    /// Whether a typed text is older than texts are kept.
    pub fn has_old_texts(&self, now_ms: f64) -> bool {
        let before = self.texts_since(now_ms);
        self.entries.iter().any(|entry| is_text_before(entry, before))
    }

    /// Without the typed texts that are older than texts are kept.
    pub fn without_old_texts(&self, now_ms: f64) -> Self {
        let before = self.texts_since(now_ms);
        let kept = self.entries.iter().filter(|entry| !is_text_before(entry, before));
        Self::replay(&forgetful(kept.cloned().collect()))
    }

    fn texts_since(&self, now_ms: f64) -> f64 {
        match self.text_days() {
            _ if now_ms >= PLAUSIBLE_MS => f64::NEG_INFINITY,
            0 => f64::NEG_INFINITY,
            days => now_ms - f64::from(days) * DAY_MS,
        }
    }

    /// With the entries of another log that this one lacks, in the order of time. The number is that of new events.
    pub fn with(&self, other: &[Entry]) -> (Self, usize) {
        let new: Vec<&Entry> = other.iter().filter(|entry| !self.entries.contains(entry)).collect();
        let events = new.iter().filter(|entry| matches!(entry, Entry::Event(_))).count();
        let mut entries: Vec<Entry> = self.entries.iter().chain(new).cloned().collect();
        // Stable: where a clock ran backwards the older entries keep their order as far as time lets them.
        entries.sort_by(|a, b| a.time_ms().total_cmp(&b.time_ms()));
        (Self::replay(&entries), events)
    }

    /// How the visitor wants an interest that is made of these.
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

    /// Whether any interest is muted: only then do lists have to look.
    pub fn mutes(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry, Entry::Interest { muted: true, .. }))
    }

    /// Whether this event stands, muted or not.
    pub fn has_event(&self, event: &Event) -> bool {
        self.place(event).is_some()
    }

    /// The events that count: they stand and are not muted. Oldest first.
    pub fn events(&self) -> &[Event] {
        &self.heard
    }

    /// The events that stand and whether each is muted, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = (&Event, bool)> {
        self.standing.iter().filter_map(|standing| match &self.entries[standing.entry] {
            Entry::Event(event) => Some((event, standing.muted)),
            _ => None,
        })
    }

    /// Everything, oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Size of all entries as JSON.
    pub fn bytes(&self) -> usize {
        self.entries.iter().map(|entry| serde_json::to_string(entry).map_or(0, |json| json.len())).sum()
    }

    /// What is muted is not to be seen on a card, so it cannot be taken back there either.
    fn last(&self, item: &str, name: EventName) -> Option<usize> {
        self.last_line(|event, muted| !muted && event.name == name && event.item.as_deref() == Some(item))
    }

    fn place(&self, event: &Event) -> Option<usize> {
        self.last_line(|own, _| own == event)
    }

    fn last_line(&self, fits: impl Fn(&Event, bool) -> bool) -> Option<usize> {
        let lines = self.lines().enumerate().filter(|(_, (event, muted))| fits(event, *muted));
        lines.last().map(|(at, _)| at)
    }
}

impl Entry {
    /// When the visitor did it: milliseconds since 1970.
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

/// Takes out what no event is about any more: marks on interests, and on events.
fn forgetful(mut entries: Vec<Entry>) -> Vec<Entry> {
    let known: std::collections::BTreeSet<Topic> = entries
        .iter()
        .filter_map(|entry| if let Entry::Event(event) = entry { Topic::of(event) } else { None })
        .collect();
    let events: Vec<Event> = entries
        .iter()
        .filter_map(|entry| if let Entry::Event(event) = entry { Some(event.clone()) } else { None })
        .collect();
    for entry in &mut entries {
        if let Entry::Interest { about, .. } = entry {
            about.retain(|topic| known.contains(topic));
        }
    }
    entries.retain(|entry| match entry {
        Entry::Event(_) | Entry::KeepTexts { .. } => true,
        Entry::Undo { item, .. } => known.contains(&Topic::Item(item.clone())),
        Entry::Mute { event, .. } => events.contains(event),
        Entry::Interest { about, .. } => !about.is_empty(),
    });
    entries
}

#[cfg(test)]
mod tests;
