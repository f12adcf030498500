//! Checks that Rust accepts what the scripts of the page document and send. The TypeScript types themselves are
//! generated (`crates/core/src/protocol/declarations.rs`).

use std::fs;

use nearmind_core::{
    protocol::{Command, Context, Envelope, Event, EventName},
    rank::{Filter, Rules},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The JSON examples in the comment above the getter of this property.
fn examples(property: &str) -> Vec<Value> {
    let script = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/package/element/data-properties.js"))
        .expect("data-properties.js");
    let (before, _) = script.split_once(&format!("get {property}()")).unwrap_or_else(|| panic!("no {property}"));
    let (_, comment) = before.rsplit_once("/**").unwrap_or_else(|| panic!("{property} has no comment"));
    let objects = comment.split('`').skip(1).step_by(2).filter(|text| text.starts_with('{'));
    objects.map(|text| serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))).collect()
}

fn parse<T: DeserializeOwned>(example: &Value) -> T {
    serde_json::from_value(example.clone()).unwrap_or_else(|error| panic!("{example}: {error}"))
}

#[test]
fn documented_contexts_filters_and_rules_are_valid() {
    let [contexts, filters, rules] = ["context", "filter", "rules"].map(examples);
    assert!([&contexts, &filters, &rules].iter().all(|each| !each.is_empty()));
    for example in &contexts {
        parse::<Context>(example);
    }
    for example in &filters {
        assert_eq!(parse::<Filter>(example).problem(), None, "{example}");
    }
    for example in &rules {
        assert_eq!(parse::<Rules>(example).problem(), None, "{example}");
    }
}

#[test]
fn a_command_travels_in_an_envelope() {
    let event = Event::for_item(EventName::ViewItem, "a", 1.0);
    let envelope = serde_json::to_value(Command::Track { event }.at(2.0, "zh-CN")).expect("JSON");
    let track = json!({"type": "track", "event": {"name": "view_item", "item": "a", "timeMs": 1.0}});
    assert_eq!(envelope, json!({"id": 0, "nowMs": 2.0, "lang": "zh-CN", "command": track}));
}

#[test]
fn the_open_command_of_version_1_can_be_parsed() {
    let open = json!({ "type": "open", "version": 1, "catalog": "c", "model": "m", "device": "auto", "persist": true,
        "lang": "en", "nowMs": 1.0 });
    let envelope: Envelope = serde_json::from_value(json!({ "id": 1, "command": open })).unwrap();
    assert!(matches!(envelope.command, Command::Open { version: 1, .. }));
}
