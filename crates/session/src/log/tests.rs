//! The log: undo, mute and unlearn, and merging two logs.

use super::*;

fn event(name: EventName, item: &str) -> Entry {
    Entry::Event(Event::for_item(name, item, 1.0))
}

fn mark(about: &[&str], muted: bool) -> Entry {
    let about = about.iter().map(|item| Topic::Item((*item).to_owned())).collect();
    Entry::Interest { about, name: String::new(), muted, time_ms: 3.0 }
}

#[test]
fn undo_removes_the_last_event_of_its_kind() {
    let undo = Entry::Undo { item: "a".into(), name: EventName::Like, time_ms: 2.0 };
    let entries = [event(EventName::Like, "a"), event(EventName::Like, "b"), event(EventName::Like, "a"), undo.clone()];
    let names = |log: &Log| log.events().iter().filter_map(|event| event.item.clone()).collect::<Vec<_>>();
    assert_eq!(names(&Log::replay(&entries)), ["a", "b"]);
    assert_eq!(Log::replay(&[undo]).events(), []);
}

#[test]
fn entries_are_stored_under_stable_names() {
    let json = r#"[{"kind":"event","name":"view_item","item":"a","timeMs":1.0},{"kind":"undo","item":"a","name":"like","timeMs":2.0},{"kind":"interest","about":[{"item":"a"},{"text":"tea"}],"name":"Tea","muted":true,"timeMs":3.0},{"kind":"event","name":"rate","item":"a","value":4.0,"dwellMs":5.0,"timeMs":4.0},{"kind":"mute","event":{"name":"view_item","item":"a","timeMs":1.0},"muted":true,"timeMs":5.0}]"#;
    let entries: Vec<Entry> = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&entries).unwrap(), json);
}

#[test]
fn an_unlearned_event_is_mentioned_nowhere() {
    let entries =
        [event(EventName::Like, "a"), event(EventName::Like, "b"), mark(&["a", "b"], true), mark(&["a"], false)];
    let log = Log::replay(&entries);
    let Entry::Event(like) = &entries[0] else { panic!() };
    let never = Log::replay(&[event(EventName::Like, "b"), mark(&["b"], true)]);
    assert_eq!(log.without(like), never);
    assert_eq!(log.without_topics(&[Topic::Item("a".into())]), never);
    assert_eq!(log.without(&Event::for_item(EventName::Hide, "a", 1.0)), log);
}

#[test]
fn the_last_entry_about_an_interest_counts() {
    let log = Log::replay(&[
        event(EventName::Like, "a"),
        event(EventName::Like, "b"),
        mark(&["a"], true),
        mark(&["a", "b"], false),
        mark(&["b"], true),
    ]);
    let muted =
        |items: &[&str]| log.mark(&items.iter().map(|item| Topic::Item((*item).into())).collect::<Vec<_>>()).muted;
    assert_eq!((muted(&["a"]), muted(&["b"]), muted(&["a", "b"]), muted(&["c"])), (false, true, true, false));
}

#[test]
fn a_muted_event_counts_for_nothing_until_it_is_unmuted() {
    let like = |item: &str| Event::for_item(EventName::Like, item, 1.0);
    let mute = |item: &str, muted| Entry::Mute { event: like(item), muted, time_ms: 2.0 };
    let mut log = Log::replay(&[Entry::Event(like("a")), Entry::Event(like("b"))]);
    let before = log.clone();
    log.push(&mute("a", true));
    assert_eq!(log.events(), [like("b")]);
    assert!(log.has_event(&like("a")) && log.last("a", EventName::Like).is_none());
    assert_eq!(log, Log::replay(log.entries()), "as it is read again");
    assert_eq!(log.without(&like("a")), Log::replay(&[Entry::Event(like("b"))]), "unlearned with its mark");
    log.push(&mute("a", false));
    assert_eq!(log.events(), before.events());
    log.push(&mute("c", true));
    assert_eq!(log.lines().map(|(_, muted)| muted).collect::<Vec<_>>(), [false, false]);
}

#[test]
fn merged_logs_have_each_entry_once() {
    let at = |item: &str, time_ms| Entry::Event(Event::for_item(EventName::Like, item, time_ms));
    let log = Log::replay(&[at("a", 1.0), at("c", 3.0)]);
    let (both, new) = log.merge(&[at("a", 1.0), at("b", 2.0)]);
    assert_eq!((both.entries(), new), (&[at("a", 1.0), at("b", 2.0), at("c", 3.0)][..], 1));
    assert_eq!(both.merge(both.entries()), (both.clone(), 0));
}
