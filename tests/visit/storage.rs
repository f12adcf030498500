//! The log on a disk that other tabs write to, and that fails: nothing that was acknowledged is lost, and nothing comes
//! back that was erased.

use std::{cell::RefCell, rc::Rc};

use nearmind_core::protocol::{Command, Event, EventName, EventName::*, Update, VERSION};
use nearmind_encoder::cpu::CpuModel;
use nearmind_session::{Entry, Session, Store, StoreError};
use pollster::block_on;
use proptest::prelude::*;

use crate::script::{NOW, Sent, open_command};

/// A disk that several tabs share. Calls whose numbers are in `failing` fail; their work is `done` all the same, or not.
#[derive(Clone, Default)]
struct Disk(Rc<RefCell<Shared>>);

#[derive(Default)]
struct Shared {
    entries: Vec<Entry>,
    calls: usize,
    failing: Vec<usize>,
    done: bool,
}

impl Disk {
    fn call<T>(&self, work: impl FnOnce(&mut Vec<Entry>) -> T) -> Result<T, StoreError> {
        let shared = &mut *self.0.borrow_mut();
        shared.calls += 1;
        if !shared.failing.contains(&shared.calls) {
            return Ok(work(&mut shared.entries));
        }
        if shared.done {
            work(&mut shared.entries);
        }
        Err(StoreError("the disk is full".into()))
    }

    fn items(&self) -> Vec<String> {
        let shared = self.0.borrow();
        let item = |entry: &Entry| match entry {
            Entry::Event(event) => event.item.clone(),
            _ => None,
        };
        shared.entries.iter().filter_map(item).collect()
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

type Tab = Session<CpuModel, Disk>;

fn open(disk: &Disk) -> Tab {
    let mut tab = Session::new(disk.clone());
    block_on(tab.apply(open_command(VERSION, "en")));
    tab
}

fn event(name: EventName, item: usize) -> Event {
    Event::for_item(name, &format!("item-{item}"), NOW + item as f64)
}

/// Whether the event is acknowledged: it is on the disk.
fn track(tab: &mut Tab, item: usize) -> bool {
    let updates = block_on(tab.apply(Command::Track { event: event(ViewItem, item) }.envelope()));
    !updates.iter().any(|update| matches!(update, Update::Unsaved { entries: 1.. }))
}

fn delete(tab: &mut Tab, item: usize) -> Vec<Update> {
    block_on(tab.apply(Command::Delete { event: event(ViewItem, item) }.envelope()))
}

fn profile_items(tab: &mut Tab) -> Vec<String> {
    for update in block_on(tab.apply(Command::Profile.envelope())) {
        if let Update::Profile(profile) = update {
            return profile.events.into_iter().filter_map(|line| line.event.item).collect();
        }
    }
    panic!("no profile")
}

#[test]
fn deleting_in_one_tab_keeps_what_another_has_tracked() {
    let disk = Disk::default();
    let (mut one, mut other) = (open(&disk), open(&disk));
    for item in 0..20 {
        assert!(track(&mut one, item));
        assert!(track(&mut other, 100 + item));
        if item % 5 == 4 {
            delete(&mut one, item);
        }
    }
    assert_eq!(disk.items().len(), 36, "20 of each tab, without the four that were deleted");
    assert_eq!(profile_items(&mut one), disk.items(), "who deletes sees what the other tab has added");
}

#[test]
fn what_was_forgotten_stays_so_while_another_tab_deletes() {
    let disk = Disk::default();
    let (mut one, mut other) = (open(&disk), open(&disk));
    (0..10).for_each(|item| assert!(track(&mut one, item)));
    block_on(other.apply(Command::Reload { forgotten: false }.envelope()));
    block_on(other.apply(Command::Forget.envelope()));
    delete(&mut one, 3);
    assert!(disk.items().is_empty(), "{:?}", disk.items());
    assert!(profile_items(&mut one).is_empty());
}

#[test]
fn an_event_is_acknowledged_when_it_is_on_the_disk() {
    let disk = Disk::default();
    let mut tab = open(&disk);
    disk.0.borrow_mut().failing = (2..5).collect();
    let acknowledged: Vec<bool> = (0..5).map(|item| track(&mut tab, item)).collect();
    assert_eq!(acknowledged, [false, false, false, true, true]);
    assert_eq!(disk.items(), (0..5).map(|item| format!("item-{item}")).collect::<Vec<_>>(), "in their order, once");
    assert_eq!(profile_items(&mut tab).len(), 5);
}

#[test]
fn the_visitor_is_told_once_that_nothing_is_kept() {
    let disk = Disk::default();
    let mut tab = open(&disk);
    disk.0.borrow_mut().failing = (2..4).collect();
    let codes = |updates: Vec<Update>| -> Vec<String> {
        let code = |update: Update| match update {
            Update::Error(problem) => Some(problem.code),
            Update::Unsaved { entries } => Some(format!("{entries} unsaved")),
            _ => None,
        };
        updates.into_iter().filter_map(code).collect()
    };
    let mut tracked = |item| codes(block_on(tab.apply(Command::Track { event: event(Like, item) }.envelope())));
    assert_eq!(tracked(0), ["store", "1 unsaved"]);
    assert_eq!(tracked(1), ["2 unsaved"]);
    assert_eq!(tracked(2), ["0 unsaved"], "all three are stored");
    assert!(tracked(3).is_empty());
}

#[test]
fn a_change_that_cannot_be_stored_is_not_made() {
    let disk = Disk::default();
    let mut tab = open(&disk);
    (0..3).for_each(|item| assert!(track(&mut tab, item)));
    disk.0.borrow_mut().failing = vec![5];
    let updates = delete(&mut tab, 1);
    assert!(matches!(&updates[..], [Update::Error(problem)] if problem.code == "unchanged"), "{updates:?}");
    assert_eq!((disk.items().len(), profile_items(&mut tab).len()), (3, 3));
    delete(&mut tab, 1);
    assert_eq!(disk.items(), ["item-0", "item-2"]);
}

#[test]
fn after_a_log_that_could_not_be_read_nothing_is_lost() {
    let disk = Disk::default();
    (0..5).for_each(|item| assert!(track(&mut open(&disk), item)));
    let calls = disk.0.borrow().calls;
    disk.0.borrow_mut().failing = vec![calls + 1];
    let mut tab = open(&disk);
    assert!(profile_items(&mut tab).is_empty(), "it could not be read");
    assert!(track(&mut tab, 9));
    assert_eq!(profile_items(&mut tab), disk.items(), "it is read when the disk answers again");
    delete(&mut tab, 0);
    assert_eq!(disk.items(), ["item-1", "item-2", "item-3", "item-4", "item-9"]);
}

#[test]
fn a_failure_after_the_write_stores_nothing_twice() {
    let disk = Disk::default();
    let mut tab = open(&disk);
    (disk.0.borrow_mut().failing, disk.0.borrow_mut().done) = (vec![2, 3], true);
    let acknowledged: Vec<bool> = (0..3).map(|item| track(&mut tab, item)).collect();
    assert_eq!(acknowledged, [false, false, true]);
    assert_eq!(disk.items(), ["item-0", "item-1", "item-2"]);
    assert_eq!(profile_items(&mut tab), disk.items());
}

#[test]
fn forget_reaches_what_another_tab_could_not_store() {
    let disk = Disk::default();
    let (mut one, mut other) = (open(&disk), open(&disk));
    assert!(track(&mut one, 0));
    disk.0.borrow_mut().failing = vec![4];
    assert!(!track(&mut other, 1));
    block_on(one.apply(Command::Forget.envelope()));
    block_on(other.apply(Command::Reload { forgotten: true }.envelope()));
    assert!(track(&mut other, 2));
    assert_eq!(disk.items(), ["item-2"]);
}

#[test]
fn a_text_of_any_length_is_cut_to_what_a_visitor_types() {
    let disk = Disk::default();
    let mut tab = open(&disk);
    let long = Event::for_text(Wish, &"深い海".repeat(100_000), NOW);
    block_on(tab.apply(Command::Track { event: long.clone() }.envelope()));
    disk.0.borrow_mut().entries.push(Entry::Event(Event { time_ms: NOW + 1.0, ..long }));
    block_on(tab.apply(Command::Reload { forgotten: false }.envelope()));
    let updates = block_on(tab.apply(Command::Profile.envelope()));
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
    /// Two tabs, a disk that fails now and then, before its work or after it: what was acknowledged and not erased since is
    /// there, and nothing twice.
    #[test]
    fn acknowledged_events_are_stored_exactly_once(
        steps in steps(),
        failing in prop::collection::vec(1usize..80, 0..20),
        done in any::<bool>(),
    ) {
        let disk = Disk::default();
        (disk.0.borrow_mut().failing, disk.0.borrow_mut().done) = (failing, done);
        let mut tabs = [open(&disk), open(&disk)];
        let mut expected: Vec<usize> = Vec::new();
        for (nth, (which, step)) in steps.into_iter().enumerate() {
            let tab = &mut tabs[usize::from(which)];
            match step {
                Step::Track(item) => {
                    // Each event is another one: what happened twice was two events.
                    let item = item + 100 * nth;
                    if track(tab, item) {
                        expected.push(item);
                    }
                }
                Step::Delete(nth) => {
                    let Some(&item) = expected.get(nth) else { continue };
                    let updates = delete(tab, item);
                    if done || !updates.iter().any(|update| matches!(update, Update::Error(_))) {
                        expected.retain(|known| *known != item);
                    }
                }
                Step::Forget => {
                    let updates = block_on(tab.apply(Command::Forget.envelope()));
                    if done || updates.iter().any(|update| matches!(update, Update::Forgotten)) {
                        expected.clear();
                    }
                }
                Step::Reload => drop(block_on(tab.apply(Command::Reload { forgotten: false }.envelope()))),
            }
            let stored = disk.items();
            let distinct: std::collections::BTreeSet<_> = stored.iter().collect();
            prop_assert_eq!(distinct.len(), stored.len(), "twice: {:?}", &stored);
            for item in &expected {
                let times = stored.iter().filter(|stored| **stored == format!("item-{item}")).count();
                prop_assert_eq!(times, 1, "item {} of {:?}", item, &stored);
            }
        }
    }
}
