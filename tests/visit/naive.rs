//! Random sessions against a model of the log that is a plain list: after every command the visitor's page lists the same
//! events. `PROPTEST_CASES=10000` for many.

use nearmind_core::protocol::{Command, Envelope, Event, EventName, EventName::*, Update, VERSION};
use nearmind_session::{MemoryStore, Session};
use pollster::block_on;
use proptest::prelude::*;

use crate::script::{NOW, Visit, open_command};

#[derive(Debug, Clone)]
enum Step {
    Track(Event),
    /// The same event once more, as a page delivers it again: the nth of all that were tracked.
    Again(usize),
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

/// What the log is to be, without a thought for speed.
#[derive(Debug, Default)]
struct Naive {
    lines: Vec<Line>,
    exported: Vec<Line>,
}

impl Naive {
    fn standing(&self) -> Vec<(Event, bool)> {
        let mut standing: Vec<(Event, bool)> = Vec::new();
        for line in &self.lines {
            match line {
                Line::Event(event) => standing.push((event.clone(), false)),
                Line::Undo { item, name, .. } => {
                    let taken_back = |(event, muted): &(Event, bool)| {
                        !muted && event.name == *name && event.item.as_ref() == Some(item)
                    };
                    if let Some(at) = standing.iter().rposition(taken_back) {
                        standing.remove(at);
                    }
                }
                Line::Mute { event, muted, .. } => {
                    if let Some(at) = standing.iter().rposition(|(own, _)| own == event) {
                        standing[at].1 = *muted;
                    }
                }
            }
        }
        standing
    }

    fn delete(&mut self, event: &Event) {
        let Some(at) = self.lines.iter().rposition(|line| *line == Line::Event(event.clone())) else { return };
        self.lines.remove(at);
        let left: Vec<Event> = self
            .lines
            .iter()
            .filter_map(|line| if let Line::Event(event) = line { Some(event.clone()) } else { None })
            .collect();
        self.lines.retain(|line| match line {
            Line::Event(_) => true,
            Line::Undo { item, .. } => left.iter().any(|event| event.item.as_ref() == Some(item)),
            Line::Mute { event, .. } => left.contains(event),
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
        1 => (0..200usize).prop_map(Step::Again),
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

fn apply(session: &mut Visit, sent: Envelope) -> Vec<Update> {
    block_on(session.apply(sent))
}

/// Events and whether they are muted, in the order of their times.
fn listed(session: &mut Visit) -> Vec<(Event, bool)> {
    for update in apply(session, Command::Profile.at(NOW, "en")) {
        if let Update::Profile(profile) = update {
            return in_order(profile.events.into_iter().map(|line| (line.event, line.muted)).collect());
        }
    }
    panic!("no profile")
}

fn in_order(mut lines: Vec<(Event, bool)>) -> Vec<(Event, bool)> {
    lines.sort_by(|(a, _), (b, _)| a.time_ms.total_cmp(&b.time_ms));
    lines
}

proptest! {
    #[test]
    fn any_session_lists_what_a_plain_list_does(steps in steps()) {
        let mut session: Visit = Session::new(MemoryStore::default());
        apply(&mut session, open_command(VERSION, "en"));
        let mut naive = Naive::default();
        let (mut tracked, mut exported) = (Vec::<Event>::new(), String::new());
        for (nth, step) in steps.into_iter().enumerate() {
            let now_ms = NOW + nth as f64;
            let command = match step {
                Step::Track(event) => {
                    let event = Event { time_ms: now_ms, ..event };
                    tracked.push(event.clone());
                    naive.lines.push(Line::Event(event.clone()));
                    Command::Track { event }
                }
                Step::Again(nth) => {
                    let Some(event) = tracked.get(nth) else { continue };
                    if !naive.standing().iter().any(|(own, _)| own == event) {
                        naive.lines.push(Line::Event(event.clone()));
                    }
                    Command::Track { event: event.clone() }
                }
                Step::Undo(nth) => {
                    let Some((name, item)) = tracked.get(nth).and_then(|event| Some((event.name, event.item.clone()?))) else {
                        continue;
                    };
                    let is_it = |(event, muted): &(Event, bool)| !muted && event.name == name && event.item.as_ref() == Some(&item);
                    if naive.standing().iter().any(is_it) {
                        naive.lines.push(Line::Undo { item: item.clone(), name, time_ms: now_ms });
                    }
                    Command::Undo { item, name }
                }
                Step::Delete(nth) => {
                    let Some(event) = tracked.get(nth) else { continue };
                    naive.delete(event);
                    Command::Delete { event: event.clone() }
                }
                Step::Mute(nth, muted) => {
                    let Some(event) = tracked.get(nth) else { continue };
                    if naive.standing().iter().any(|(own, was)| own == event && *was != muted) {
                        naive.lines.push(Line::Mute { event: event.clone(), muted, time_ms: now_ms });
                    }
                    Command::MuteEvent { event: event.clone(), muted }
                }
                Step::Export => {
                    naive.exported = naive.lines.clone();
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
                    naive.import();
                    Command::Import { profile: exported.clone() }
                }
                Step::Reload => Command::Reload { forgotten: false },
                Step::Forget => {
                    naive.lines.clear();
                    Command::Forget
                }
            };
            apply(&mut session, command.at(now_ms, "en"));
            prop_assert_eq!(listed(&mut session), in_order(naive.standing()), "after step {}", nth);
        }
        let mut again: Visit = Session::new(session.into_store());
        apply(&mut again, open_command(VERSION, "en"));
        prop_assert_eq!(listed(&mut again), in_order(naive.standing()), "as it is read again");
    }
}
