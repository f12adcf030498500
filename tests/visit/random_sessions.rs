//! Random sessions are compared with a log that is a plain list: after every command, the profile page lists the same
//! events. `PROPTEST_CASES=10000` runs that many sessions.

use nearmind_core::protocol::{Command, Envelope, Event, EventName, EventName::*, Update, VERSION};
use nearmind_session::{MemoryStore, Session};
use pollster::block_on;
use proptest::prelude::*;

use crate::script::{NOW, Visit, open_command};

/// A command of a session. The numbers are indexes of tracked events.
#[derive(Debug, Clone)]
enum Step {
    Track(Event),
    /// The page sends an event a second time.
    TrackAgain(usize),
    Undo(usize),
    Delete(usize),
    Mute(usize, bool),
    Export,
    Import,
    Reload,
    Forget,
}

#[derive(Debug, Clone, PartialEq)]
enum Line {
    Event(Event),
    Undo { item: String, name: EventName, time_ms: f64 },
    Mute { event: Event, muted: bool, time_ms: f64 },
}

impl Line {
    fn time_ms(&self) -> f64 {
        match self {
            Self::Event(event) => event.time_ms,
            Self::Undo { time_ms, .. } | Self::Mute { time_ms, .. } => *time_ms,
        }
    }
}

/// A simple and slow log, which says what the real one should contain.
#[derive(Debug, Default)]
struct PlainLog {
    lines: Vec<Line>,
    exported: Vec<Line>,
}

impl PlainLog {
    /// The events that were not undone, and whether each is muted.
    fn events(&self) -> Vec<(Event, bool)> {
        let mut events: Vec<(Event, bool)> = Vec::new();
        for line in &self.lines {
            match line {
                Line::Event(event) => events.push((event.clone(), false)),
                Line::Undo { item, name, .. } => {
                    let is_undone = |(event, muted): &(Event, bool)| {
                        !muted && event.name == *name && event.item.as_ref() == Some(item)
                    };
                    if let Some(at) = events.iter().rposition(is_undone) {
                        events.remove(at);
                    }
                }
                Line::Mute { event, muted, .. } => {
                    if let Some(at) = events.iter().rposition(|(other, _)| other == event) {
                        events[at].1 = *muted;
                    }
                }
            }
        }
        events
    }

    fn delete(&mut self, event: &Event) {
        let Some(at) = self.lines.iter().rposition(|line| *line == Line::Event(event.clone())) else { return };
        self.lines.remove(at);
        let remaining: Vec<Event> = self
            .lines
            .iter()
            .filter_map(|line| if let Line::Event(event) = line { Some(event.clone()) } else { None })
            .collect();
        self.lines.retain(|line| match line {
            Line::Event(_) => true,
            Line::Undo { item, .. } => remaining.iter().any(|event| event.item.as_ref() == Some(item)),
            Line::Mute { event, .. } => remaining.contains(event),
        });
    }

    fn import(&mut self) {
        let new: Vec<Line> = self.exported.iter().filter(|line| !self.lines.contains(line)).cloned().collect();
        self.lines.extend(new);
        self.lines.sort_by(|a, b| a.time_ms().total_cmp(&b.time_ms()));
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let names = vec![ViewItem, AddToCart, RemoveFromCart, Purchase, Like, Dislike, Hide, Rate];
    let item = (0..6usize).prop_map(|nth| format!("item-{nth}"));
    let event = prop_oneof![
        8 => (prop::sample::select(names), item).prop_map(|(name, item)| Event::for_item(name, &item, 0.0)),
        1 => prop::sample::select(vec!["red tea cup", "绿茶", "", "\u{0}\u{fffd}"]).prop_map(|text| Event::for_text(Wish, text, 0.0)),
    ];
    let step = prop_oneof![
        10 => event.prop_map(Step::Track),
        1 => (0..200usize).prop_map(Step::TrackAgain),
        3 => (0..200usize).prop_map(Step::Undo),
        3 => (0..200usize).prop_map(Step::Delete),
        4 => (0..200usize, any::<bool>()).prop_map(|(nth, muted)| Step::Mute(nth, muted)),
        1 => Just(Step::Export),
        1 => Just(Step::Import),
        1 => Just(Step::Reload),
        1 => Just(Step::Forget),
    ];
    prop::collection::vec(step, 1..200)
}

fn apply(session: &mut Visit, envelope: Envelope) -> Vec<Update> {
    block_on(session.apply(envelope))
}

/// The events of the profile page, by time, and whether each is muted.
fn list_events(session: &mut Visit) -> Vec<(Event, bool)> {
    for update in apply(session, Command::Profile.at(NOW, "en")) {
        if let Update::Profile(profile) = update {
            return sort_by_time(profile.events.into_iter().map(|line| (line.event, line.muted)).collect());
        }
    }
    panic!("no profile")
}

fn sort_by_time(mut lines: Vec<(Event, bool)>) -> Vec<(Event, bool)> {
    lines.sort_by(|(a, _), (b, _)| a.time_ms.total_cmp(&b.time_ms));
    lines
}

proptest! {
    #[test]
    fn any_session_lists_the_same_events_as_a_plain_list(steps in steps()) {
        let mut session: Visit = Session::new(MemoryStore::default());
        apply(&mut session, open_command(VERSION, "en"));
        let mut plain_log = PlainLog::default();
        let (mut tracked, mut exported) = (Vec::<Event>::new(), String::new());
        for (nth, step) in steps.into_iter().enumerate() {
            let now_ms = NOW + nth as f64;
            let command = match step {
                Step::Track(event) => {
                    let event = Event { time_ms: now_ms, ..event };
                    tracked.push(event.clone());
                    plain_log.lines.push(Line::Event(event.clone()));
                    Command::Track { event }
                }
                Step::TrackAgain(nth) => {
                    let Some(event) = tracked.get(nth) else { continue };
                    if !plain_log.events().iter().any(|(other, _)| other == event) {
                        plain_log.lines.push(Line::Event(event.clone()));
                    }
                    Command::Track { event: event.clone() }
                }
                Step::Undo(nth) => {
                    let name_and_item = |event: &Event| Some((event.name, event.item.clone()?));
                    let Some((name, item)) = tracked.get(nth).and_then(name_and_item) else { continue };
                    let can_be_undone = |(event, muted): &(Event, bool)| {
                        !muted && event.name == name && event.item.as_ref() == Some(&item)
                    };
                    if plain_log.events().iter().any(can_be_undone) {
                        plain_log.lines.push(Line::Undo { item: item.clone(), name, time_ms: now_ms });
                    }
                    Command::Undo { item, name }
                }
                Step::Delete(nth) => {
                    let Some(event) = tracked.get(nth) else { continue };
                    plain_log.delete(event);
                    Command::Delete { event: event.clone() }
                }
                Step::Mute(nth, muted) => {
                    let Some(event) = tracked.get(nth) else { continue };
                    if plain_log.events().iter().any(|(other, was_muted)| other == event && *was_muted != muted) {
                        plain_log.lines.push(Line::Mute { event: event.clone(), muted, time_ms: now_ms });
                    }
                    Command::MuteEvent { event: event.clone(), muted }
                }
                Step::Export => {
                    plain_log.exported = plain_log.lines.clone();
                    let answer = apply(&mut session, Command::Export.at(now_ms, "en"));
                    exported = answer.into_iter().find_map(|update| match update {
                        Update::Exported { profile } => Some(profile),
                        _ => None,
                    }).expect("an export");
                    continue;
                }
                Step::Import => {
                    if exported.is_empty() {
                        continue;
                    }
                    plain_log.import();
                    Command::Import { profile: exported.clone() }
                }
                Step::Reload => Command::Reload { forgotten: false },
                Step::Forget => {
                    plain_log.lines.clear();
                    Command::Forget
                }
            };
            apply(&mut session, command.at(now_ms, "en"));
            prop_assert_eq!(list_events(&mut session), sort_by_time(plain_log.events()), "after step {}", nth);
        }
        let mut reopened: Visit = Session::new(session.into_store());
        apply(&mut reopened, open_command(VERSION, "en"));
        prop_assert_eq!(list_events(&mut reopened), sort_by_time(plain_log.events()), "after reading the log again");
    }
}
