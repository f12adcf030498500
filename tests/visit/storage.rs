//! The log on a disk that fails, and that several tabs write to: no acknowledged event is lost, and no deleted event
//! comes back.

use std::{cell::RefCell, rc::Rc};

use nearmind_core::protocol::{Command, Event, EventName, EventName::*, Update, VERSION};
use nearmind_encoder::{Model, cpu::CpuModel};
use nearmind_session::{Entry, Session, Store, StoreError};
use pollster::block_on;
use proptest::prelude::*;

use crate::script::{IntoEnvelope, NOW, open_command};

/// A disk that several tabs share.
#[derive(Clone, Default)]
struct Disk(Rc<RefCell<DiskState>>);

#[derive(Default)]
struct DiskState {
    entries: Vec<Entry>,
    /// The number of calls so far.
    calls: usize,
    /// The numbers of the calls that fail; the first call is 1.
    failing_calls: Vec<usize>,
    /// Whether a failing call does its work before it fails.
    fails_after_work: bool,
}

impl Disk {
    fn call<T>(&self, work: impl FnOnce(&mut Vec<Entry>) -> T) -> Result<T, StoreError> {
        let state = &mut *self.0.borrow_mut();
        state.calls += 1;
        if !state.failing_calls.contains(&state.calls) {
            return Ok(work(&mut state.entries));
        }
        if state.fails_after_work {
            work(&mut state.entries);
        }
        Err(StoreError("the disk is full".into()))
    }

    fn items(&self) -> Vec<String> {
        let state = self.0.borrow();
        let item = |entry: &Entry| match entry {
            Entry::Event(event) => event.item.clone(),
            _ => None,
        };
        state.entries.iter().filter_map(item).collect()
    }
}

impl Store for Disk {
    async fn append(&mut self, entries: &[Entry]) -> Result<Vec<Entry>, StoreError> {
        self.call(|stored| {
            stored.extend_from_slice(entries);
            Vec::new()
        })
    }

    async fn load(&mut self) -> Result<Vec<Entry>, StoreError> {
        self.call(|stored| stored.clone())
    }

    async fn change(&mut self, change: &dyn Fn(&[Entry]) -> Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        self.call(|stored| {
            *stored = change(stored);
            stored.clone()
        })
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        self.call(Vec::clear)
    }
}

type Tab = Session<Model<CpuModel>, Disk>;

fn open(disk: &Disk) -> Tab {
    let mut tab = Session::new(disk.clone());
    block_on(tab.apply(open_command(VERSION, "en")));
    tab
}

fn event(name: EventName, item: usize) -> Event {
    Event::for_item(name, &format!("item-{item}"), NOW + item as f64)
}

/// Tracks a view. Returns whether it is acknowledged, which means that it is on the disk.
fn track(tab: &mut Tab, item: usize) -> bool {
    let updates = block_on(tab.apply(Command::Track { event: event(ViewItem, item) }.into_envelope()));
    !updates.iter().any(|update| matches!(update, Update::Unsaved { entries: 1.. }))
}

fn delete(tab: &mut Tab, item: usize) -> Vec<Update> {
    block_on(tab.apply(Command::Delete { event: event(ViewItem, item) }.into_envelope()))
}

fn profile_items(tab: &mut Tab) -> Vec<String> {
    for update in block_on(tab.apply(Command::Profile.into_envelope())) {
        if let Update::Profile(profile) = update {
            return profile.events.into_iter().filter_map(|line| line.event.item).collect();
        }
    }
    panic!("no profile")
}

#[test]
fn deleting_in_one_tab_keeps_the_events_of_another_tab() {
    let disk = Disk::default();
    let (mut one, mut other) = (open(&disk), open(&disk));
    for item in 0..20 {
        assert!(track(&mut one, item));
        assert!(track(&mut other, 100 + item));
        if item % 5 == 4 {
            delete(&mut one, item);
        }
    }
    assert_eq!(disk.items().len(), 36, "20 events of each tab, without the four that were deleted");
    assert_eq!(profile_items(&mut one), disk.items(), "the tab that deletes also has the events of the other tab");
}

#[test]
fn deleting_in_another_tab_does_not_undo_forgetting() {
    let disk = Disk::default();
    let (mut one, mut other) = (open(&disk), open(&disk));
    (0..10).for_each(|item| assert!(track(&mut one, item)));
    block_on(other.apply(Command::Reload { forgotten: false }.into_envelope()));
    block_on(other.apply(Command::Forget.into_envelope()));
    delete(&mut one, 3);
    assert!(disk.items().is_empty(), "{:?}", disk.items());
    assert!(profile_items(&mut one).is_empty());
}

#[test]
fn an_event_is_acknowledged_when_it_is_on_the_disk() {
    let disk = Disk::default();
    let mut tab = open(&disk);
    disk.0.borrow_mut().failing_calls = (2..5).collect();
    let acknowledged: Vec<bool> = (0..5).map(|item| track(&mut tab, item)).collect();
    assert_eq!(acknowledged, [false, false, false, true, true]);
    assert_eq!(disk.items(), (0..5).map(|item| format!("item-{item}")).collect::<Vec<_>>(), "in order, and each once");
    assert_eq!(profile_items(&mut tab).len(), 5);
}

#[test]
fn a_storage_error_is_reported_once() {
    let disk = Disk::default();
    let mut tab = open(&disk);
    disk.0.borrow_mut().failing_calls = (2..4).collect();
    let codes = |updates: Vec<Update>| -> Vec<String> {
        let code = |update: Update| match update {
            Update::Error(problem) => Some(problem.code),
            Update::Unsaved { entries } => Some(format!("{entries} unsaved")),
            _ => None,
        };
        updates.into_iter().filter_map(code).collect()
    };
    let mut track_like = |item| codes(block_on(tab.apply(Command::Track { event: event(Like, item) }.into_envelope())));
    assert_eq!(track_like(0), ["store", "1 unsaved"]);
    assert_eq!(track_like(1), ["2 unsaved"]);
    assert_eq!(track_like(2), ["0 unsaved"], "all three events are stored");
    assert!(track_like(3).is_empty());
}

#[test]
fn a_change_that_cannot_be_stored_is_not_made() {
    let disk = Disk::default();
    let mut tab = open(&disk);
    (0..3).for_each(|item| assert!(track(&mut tab, item)));
    disk.0.borrow_mut().failing_calls = vec![5];
    let updates = delete(&mut tab, 1);
    assert!(matches!(&updates[..], [Update::Error(problem)] if problem.code == "unchanged"), "{updates:?}");
    assert_eq!((disk.items().len(), profile_items(&mut tab).len()), (3, 3));
    delete(&mut tab, 1);
    assert_eq!(disk.items(), ["item-0", "item-2"]);
}

#[test]
fn a_log_that_could_not_be_read_is_not_lost() {
    let disk = Disk::default();
    (0..5).for_each(|item| assert!(track(&mut open(&disk), item)));
    let calls = disk.0.borrow().calls;
    disk.0.borrow_mut().failing_calls = vec![calls + 1];
    let mut tab = open(&disk);
    assert!(profile_items(&mut tab).is_empty(), "the log could not be read");
    assert!(track(&mut tab, 9));
    assert_eq!(profile_items(&mut tab), disk.items(), "the log is read as soon as the disk works again");
    delete(&mut tab, 0);
    assert_eq!(disk.items(), ["item-1", "item-2", "item-3", "item-4", "item-9"]);
}

#[test]
fn a_failure_after_the_write_stores_nothing_twice() {
    let disk = Disk::default();
    let mut tab = open(&disk);
    (disk.0.borrow_mut().failing_calls, disk.0.borrow_mut().fails_after_work) = (vec![2, 3], true);
    let acknowledged: Vec<bool> = (0..3).map(|item| track(&mut tab, item)).collect();
    assert_eq!(acknowledged, [false, false, true]);
    assert_eq!(disk.items(), ["item-0", "item-1", "item-2"]);
    assert_eq!(profile_items(&mut tab), disk.items());
}

#[test]
fn forgetting_deletes_the_unsaved_events_of_another_tab() {
    let disk = Disk::default();
    let (mut one, mut other) = (open(&disk), open(&disk));
    assert!(track(&mut one, 0));
    disk.0.borrow_mut().failing_calls = vec![4];
    assert!(!track(&mut other, 1));
    block_on(one.apply(Command::Forget.into_envelope()));
    block_on(other.apply(Command::Reload { forgotten: true }.into_envelope()));
    assert!(track(&mut other, 2));
    assert_eq!(disk.items(), ["item-2"]);
}

#[test]
fn long_texts_are_cut_when_tracked_and_when_read() {
    let disk = Disk::default();
    let mut tab = open(&disk);
    let long = Event::for_text(Wish, &"深い海".repeat(100_000), NOW);
    block_on(tab.apply(Command::Track { event: long.clone() }.into_envelope()));
    disk.0.borrow_mut().entries.push(Entry::Event(Event { time_ms: NOW + 1.0, ..long }));
    block_on(tab.apply(Command::Reload { forgotten: false }.into_envelope()));
    let updates = block_on(tab.apply(Command::Profile.into_envelope()));
    let Some(Update::Profile(profile)) = updates.into_iter().find(|update| matches!(update, Update::Profile(_))) else {
        panic!("no profile")
    };
    let lengths: Vec<_> =
        profile.events.iter().filter_map(|line| line.event.text.as_ref()).map(|text| text.chars().count()).collect();
    assert_eq!(lengths, [2000, 2000]);
}

#[derive(Debug, Clone)]
enum Step {
    Track(usize),
    Delete(usize),
    Forget,
    Reload,
}

fn steps() -> impl Strategy<Value = Vec<(bool, Step)>> {
    let step = prop_oneof![
        6 => (0usize..30).prop_map(Step::Track),
        2 => (0usize..30).prop_map(Step::Delete),
        1 => Just(Step::Forget),
        2 => Just(Step::Reload),
    ];
    prop::collection::vec((any::<bool>(), step), 1..60)
}

proptest! {
    /// Two tabs and a disk on which some calls fail, before or after their work: every acknowledged event that was not
    /// deleted since is stored, and no event is stored twice.
    #[test]
    fn acknowledged_events_are_stored_exactly_once(
        steps in steps(),
        failing_calls in prop::collection::vec(1usize..80, 0..20),
        fails_after_work in any::<bool>(),
    ) {
        let disk = Disk::default();
        (disk.0.borrow_mut().failing_calls, disk.0.borrow_mut().fails_after_work) = (failing_calls, fails_after_work);
        let mut tabs = [open(&disk), open(&disk)];
        let mut expected: Vec<usize> = Vec::new();
        for (nth, (which, step)) in steps.into_iter().enumerate() {
            let tab = &mut tabs[usize::from(which)];
            match step {
                Step::Track(item) => {
                    // An item of its own for each step, because an event that is sent twice is stored once.
                    let item = item + 100 * nth;
                    if track(tab, item) {
                        expected.push(item);
                    }
                }
                Step::Delete(nth) => {
                    let Some(&item) = expected.get(nth) else { continue };
                    let updates = delete(tab, item);
                    if fails_after_work || !updates.iter().any(|update| matches!(update, Update::Error(_))) {
                        expected.retain(|other| *other != item);
                    }
                }
                Step::Forget => {
                    let updates = block_on(tab.apply(Command::Forget.into_envelope()));
                    if fails_after_work || updates.iter().any(|update| matches!(update, Update::Forgotten)) {
                        expected.clear();
                    }
                }
                Step::Reload => drop(block_on(tab.apply(Command::Reload { forgotten: false }.into_envelope()))),
            }
            let stored = disk.items();
            let distinct: std::collections::BTreeSet<_> = stored.iter().collect();
            prop_assert_eq!(distinct.len(), stored.len(), "stored twice: {:?}", &stored);
            for item in &expected {
                let times = stored.iter().filter(|stored| **stored == format!("item-{item}")).count();
                prop_assert_eq!(times, 1, "item {} in {:?}", item, &stored);
            }
        }
    }
}
