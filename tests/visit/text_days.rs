//! How long the texts that a visitor typed are kept.

use nearmind_core::{
    profile::{Event, EventName::*},
    protocol::Command,
};
use nearmind_session::MemoryStore;

use crate::script::*;

const DAY_MS: f64 = 86_400_000.0;

fn texts(visit: &mut Visit) -> Vec<String> {
    profile(visit).events.into_iter().filter_map(|line| line.event.text).collect()
}

#[test]
fn texts_are_deleted_after_the_chosen_number_of_days() {
    let mut visit = open(MemoryStore::default(), "en");
    track(&mut visit, Like, "tea-0", 0);
    for (days, text) in [(400.0, "green tea"), (100.0, "warm wool"), (40.0, "red bicycle"), (1.0, "black tea")] {
        let event = Event::for_text(Search, text, NOW - days * DAY_MS);
        send(&mut visit, Command::Track { event });
    }
    assert_eq!(profile(&mut visit).text_days, 90);
    let mut visit = open(visit.into_store(), "en");
    assert_eq!(texts(&mut visit), ["red bicycle", "black tea"], "kept for 90 days by default");
    send(&mut visit, Command::KeepTexts { days: 30 });
    assert_eq!(texts(&mut visit), ["black tea"]);
    send(&mut visit, Command::KeepTexts { days: 0 });
    send(&mut visit, Command::Track { event: Event::for_text(Wish, "old tent", NOW - 4000.0 * DAY_MS) });
    let mut visit = open(visit.into_store(), "en");
    let summary = profile(&mut visit);
    assert_eq!((summary.text_days, texts(&mut visit).len()), (0, 2), "0 days: kept until the visitor deletes them");
    assert!(summary.events.iter().any(|line| line.event.item.as_deref() == Some("tea-0")), "other events are kept");
}

#[test]
fn an_impossible_clock_deletes_no_text() {
    for now_ms in [8.6e15, f64::INFINITY, f64::NAN] {
        let mut visit = open(MemoryStore::default(), "en");
        track_text(&mut visit, Search, "green tea", 1);
        send(&mut visit, Command::KeepTexts { days: 30 }.at(now_ms, "en"));
        assert_eq!(texts(&mut visit), ["green tea"], "{now_ms}");
    }
}
