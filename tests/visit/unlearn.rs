//! The profile page: interests and events are listed, muted, renamed, deleted, exported and imported.

use nearmind_core::protocol::{Claim, Command, Event, EventName::*, InterestLine, Shelf, Update};
use nearmind_session::MemoryStore;
use proptest::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::script::*;

/// A visit with likes in two groups.
fn visit_with_two_interests() -> Visit {
    let mut visit = open(MemoryStore::default(), "en");
    for (minute, item) in ["tea-0", "bicycle-1", "tea-2", "bicycle-3", "bicycle-4"].iter().enumerate() {
        track(&mut visit, Like, item, minute as u32);
    }
    visit
}

fn interest(visit: &mut Visit, item: &str) -> InterestLine {
    let has_item =
        |interest: &InterestLine| interest.events.iter().any(|line| line.event.item.as_deref() == Some(item));
    profile(visit).interests.into_iter().find(has_item).expect("an interest with the item")
}

/// A hash of the log and of everything that depends on it: lists and profile.
fn state_hash(mut visit: Visit) -> String {
    let shelf =
        |visit: &mut Visit, request: serde_json::Value| Shelf { revision: 0, ..shelf(&request_shelf(visit, request)) };
    let requests = [json!({}), json!({"scene": "music"}), json!({"kind": "more-like-this", "item": "tea-3"})];
    let lists = requests.map(|request| serde_json::to_string(&shelf(&mut visit, request)).unwrap());
    let profile = serde_json::to_string(&profile(&mut visit)).unwrap();
    let log = serde_json::to_string(&visit.into_store().entries).unwrap();
    let hash = Sha256::digest([&lists.concat(), &profile, &log].map(String::as_str).concat());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn interests_have_words_and_events_and_can_be_named() {
    let mut visit = visit_with_two_interests();
    let (tea, bicycle) = (interest(&mut visit, "tea-0"), interest(&mut visit, "bicycle-1"));
    assert!(tea.id != bicycle.id && tea.weight < bicycle.weight && !tea.muted);
    assert!(tea.words.contains(&"tea".to_owned()) && bicycle.words.contains(&"jacket".to_owned()), "{:?}", tea.words);
    let rename = Command::RenameInterest { interest: tea.id.clone(), name: " Afternoons ".into() };
    send(&mut visit, rename);
    assert_eq!(interest(&mut visit, "tea-2").name, "Afternoons");
    track(&mut visit, Like, "tea-4", 9);
    assert_eq!(interest(&mut visit, "tea-4").name, "Afternoons", "a similar item joins the interest");
    let mut again = open(visit.into_store(), "en");
    assert_eq!(interest(&mut again, "tea-0").name, "Afternoons");
}

#[test]
fn a_muted_interest_counts_for_nothing_until_unmuted() {
    let mut visit = visit_with_two_interests();
    let before = ids(&for_you(&mut visit, "en")).join(" ");
    let id = interest(&mut visit, "bicycle-1").id;
    let mute = |muted| Command::MuteInterest { interest: id.clone(), muted }.at(NOW + 6e5, "en");
    let without = shelf(&send(&mut visit, mute(true)));
    assert!(count_group(&without, "tea") > count_group(&without, "bicycle"), "{:?}", ids(&without));
    assert!(without.cards.iter().all(|card| !reason(card).contains("jacket")));
    assert!(interest(&mut visit, "bicycle-1").muted);
    send(&mut visit, mute(false));
    assert_eq!(ids(&for_you(&mut visit, "en")).join(" "), before);
    assert!(send(&mut visit, Command::MuteInterest { interest: "item:none".into(), muted: true }).is_empty());
}

#[test]
fn a_muted_event_counts_for_nothing_until_unmuted() {
    let lists = |visit: &mut Visit| (ids(&for_you(visit, "en")).join(" "), profile(visit).interests);
    let mut visit = visit_with_two_interests();
    let before = lists(&mut visit);
    let event = Event::for_item(Like, "bicycle-3", NOW + 3.0 * 60e3);
    let mute = |muted| Command::MuteEvent { event: event.clone(), muted }.at(NOW + 6e5, "en");
    let mut without = open(visit.into_store(), "en");
    send(&mut without, Command::Delete { event: event.clone() }.at(NOW + 6e5, "en"));
    let mut visit = visit_with_two_interests();
    send(&mut visit, mute(true));
    assert_eq!(ids(&for_you(&mut visit, "en")), ids(&for_you(&mut without, "en")), "the list is as without the event");
    let muted: Vec<_> = profile(&mut visit).events.into_iter().filter(|line| line.muted).collect();
    assert!(
        muted.len() == 1 && muted[0].event == event && muted[0].weight == 0.0,
        "the event is still listed: {muted:?}"
    );
    let mut again = open(visit.into_store(), "en");
    assert!(send(&mut again, mute(true)).is_empty(), "the event is muted already");
    send(&mut again, mute(false));
    assert_eq!(lists(&mut again), before);
    assert!(profile(&mut again).events.iter().all(|line| !line.muted));
}

#[test]
fn a_deleted_interest_leaves_no_trace_in_the_log() {
    let mut visit = visit_with_two_interests();
    let id = interest(&mut visit, "bicycle-1").id;
    send(&mut visit, Command::MuteInterest { interest: id.clone(), muted: true });
    send(&mut visit, Command::DeleteInterest { interest: id });
    let log = serde_json::to_string(&visit.into_store().entries).unwrap();
    assert!(log.contains("tea-0") && !log.contains("bicycle"), "{log}");
}

#[test]
fn an_exported_profile_can_be_imported_and_invalid_text_cannot() {
    let mut visit = visit_with_two_interests();
    let Update::Exported { profile: exported } = send(&mut visit, Command::Export).remove(0) else { panic!() };
    let mut other = open(MemoryStore::default(), "en");
    track(&mut other, Wish, "", 1);
    let import = |profile: &str| Command::Import { profile: profile.to_owned() }.at(NOW + 6e5, "en");
    assert!(matches!(send(&mut other, import(&exported))[0], Update::Imported { events: 5 }));
    assert!(matches!(send(&mut other, import(&exported))[0], Update::Imported { events: 0 }));
    assert_eq!(ids(&for_you(&mut other, "en")), ids(&for_you(&mut visit, "en")));
    let before = other.into_store();
    let mut other = open(before.clone(), "en");
    for bad in ["", "{}", &exported[..exported.len() / 2], &exported.replace("nearmind-profile", "x")] {
        let errors = problems(&send(&mut other, import(bad)));
        assert!(errors.len() == 1 && errors[0].starts_with("import: "), "{errors:?}");
    }
    assert_eq!(other.into_store(), before);
}

#[test]
fn ratings_and_dwell_times_count() {
    let mut visit = open(MemoryStore::default(), "en");
    let rate = |item: &str, stars: f64, minute: f64| Command::Track {
        event: Event { value: Some(stars), ..Event::for_item(Rate, item, NOW + minute * 60e3) },
    };
    send(&mut visit, rate("tea-0", 5.0, 1.0));
    send(&mut visit, rate("bicycle-0", 1.0, 2.0));
    let rated = for_you(&mut visit, "en");
    assert!(count_group(&rated, "tea") > count_group(&rated, "bicycle"), "{:?}", ids(&rated));
    assert!(!ids(&rated).contains(&"tea-0"), "a rated item is not shown");
    assert_eq!(rated.cards[0].claim, Some(Claim::Event { name: Rate, title: "steel green tea cup".into() }));
    let view = |item: &str, ms: f64, minute: f64| Command::Track {
        event: Event { dwell_ms: Some(ms), ..Event::for_item(ViewItem, item, NOW + minute * 60e3) },
    };
    send(&mut visit, view("home-0", f64::NAN, 3.0));
    send(&mut visit, view("home-1", 60e3, 4.0));
    let weights: Vec<f32> = profile(&mut visit).events.iter().map(|line| line.weight).collect();
    assert!(weights[0] > 0.0 && weights[1] < 0.0 && weights[3] > weights[2], "{weights:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// After an event is deleted, log, lists and interests are those of a visit in which it never happened.
    #[test]
    fn deleting_any_event_of_a_random_visit_leaves_no_trace(
        commands in crate::random_commands(),
        at: prop::sample::Index,
    ) {
        let is_track = |command: &Command| matches!(command, Command::Track { .. });
        let positions: Vec<usize> = (0..commands.len()).filter(|&nth| is_track(&commands[nth])).collect();
        prop_assume!(!positions.is_empty());
        let at = *at.get(&positions);
        let Command::Track { event } = commands[at].clone() else { unreachable!() };
        let same = |command: &Command| matches!(command, Command::Track { event: other } if *other == event);
        prop_assume!(commands.iter().filter(|command| same(command)).count() == 1);
        // Without the event, an undo would undo an earlier event of the same name and item, or nothing. Then the visits
        // would differ by more than one event.
        let undoes_event = |command: &Command| {
            matches!(command, Command::Undo { item, name, .. }
                if event.item.as_ref() == Some(item) && event.name == *name)
        };
        prop_assume!(!commands.iter().any(undoes_event));
        let (mut with, mut without) = (open(MemoryStore::default(), "en"), open(MemoryStore::default(), "en"));
        for (nth, command) in commands.iter().enumerate() {
            send(&mut with, command.clone());
            if nth != at {
                send(&mut without, command.clone());
            }
        }
        for visit in [&mut with, &mut without] {
            for_you(visit, "en");
        }
        send(&mut with, Command::Delete { event });
        send(&mut without, Command::Profile);
        prop_assert_eq!(state_hash(with), state_hash(without));
    }
}

/// Deletes each event of a visit in turn: log, lists and interests are as if it had never happened.
#[test]
fn a_deleted_event_leaves_no_trace() {
    let names = [(Like, "tea-0"), (ViewItem, "bicycle-1"), (Dislike, "home-2"), (AddToCart, "tea-2"), (Hide, "home-0")];
    let event = |nth: usize| Event::for_item(names[nth].0, names[nth].1, NOW + nth as f64 * 60e3);
    let mut hashes = std::collections::BTreeSet::new();
    for deleted in 0..names.len() {
        let (mut with, mut without) = (open(MemoryStore::default(), "en"), open(MemoryStore::default(), "en"));
        for nth in 0..names.len() {
            send(&mut with, Command::Track { event: event(nth) });
            if nth != deleted {
                send(&mut without, Command::Track { event: event(nth) });
            }
        }
        send(&mut with, Command::Delete { event: event(deleted) });
        let hash = state_hash(with);
        assert_eq!(hash, state_hash(without), "{:?}", names[deleted]);
        hashes.insert(hash);
    }
    assert_eq!(hashes.len(), names.len(), "every event changes the state");
}
