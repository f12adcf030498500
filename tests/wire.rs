//! The declarations that a page's scripts are written against (`www/types.d.ts`) say what the wire has: every command,
//! update, event and field. What is written by hand is held to what serde reads and writes.

use std::{collections::BTreeSet, fs};

use nearmind::protocol::{
    Attention, Basis, Card, Command, DeviceReason, DeviceReport, Diagnosis, Event, EventLine, EventName, EventShare,
    Explanation, InterestLine, InterestMap, MapInterest, MapPoint, Moved, PointKind, Price, Problem, ProfileSummary,
    ScorePart, Shelf, ShelfKind, ShelfRequest, Stage, UnmatchedId, Update, WhyNot,
};
use nearmind::{
    protocol::Context,
    rank::{Filter, Rules},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

fn declared() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/types.d.ts")).expect("the declarations are checked in")
}

/// What a type's tag may be: serde lists them for one that is none.
fn variants<T: DeserializeOwned>(wrong: Value) -> BTreeSet<String> {
    let Err(error) = serde_json::from_value::<T>(wrong) else { panic!("this should be nothing") };
    let told = error.to_string();
    let (_, list) = told.split_once("expected").unwrap_or_else(|| panic!("{told}"));
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The text of `export type NAME = ...;` or of `export interface NAME {...}`.
fn body(name: &str) -> String {
    let text = declared();
    let type_ = text.split_once(&format!("export type {name} ="));
    if let Some((_, rest)) = type_ {
        // Up to the next declaration: object types within have semicolons too.
        return rest.split("\nexport ").next().unwrap_or_default().to_owned();
    }
    let interface = text.split_once(&format!("export interface {name} {{")).unwrap_or_else(|| panic!("no {name}"));
    interface.1.split("\n}").next().unwrap_or_default().to_owned()
}

fn quoted(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("/*")).collect();
    code.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The names of fields, at any depth.
fn fields(text: &str) -> BTreeSet<String> {
    let name = |part: &str| {
        let name = part.trim_end_matches('?').rsplit(|c: char| !c.is_alphanumeric()).next()?;
        (!name.is_empty()).then(|| name.to_owned())
    };
    text.split(": ").filter_map(name).collect()
}

fn keys(value: &impl Serialize) -> BTreeSet<String> {
    let value = serde_json::to_value(value).expect("JSON");
    value.as_object().expect("an object").keys().cloned().collect()
}

#[test]
fn every_command_and_every_update_is_declared() {
    let text = declared();
    let tags = |name: &str| {
        let body = body(name);
        body.split("type: \"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(tags("Command"), variants::<Command>(json!({"type": "?"})));
    let mut updates = tags("Update");
    for named in ["Progress", "ShelfUpdate", "Highlights"] {
        updates.extend(body(named).split("type: \"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned));
    }
    // What the page's own thread says.
    assert!(["restarted", "isolated"].iter().all(|own| updates.remove(*own)), "{updates:?}");
    assert_eq!(updates, variants::<Update>(json!({"type": "?"})));
    assert!(text.contains("type: \"metric\""));
}

#[test]
fn every_name_on_the_wire_is_declared() {
    assert_eq!(quoted(&body("EventName")), variants::<EventName>(json!("?")));
    assert_eq!(quoted(&body("ShelfKind")), variants::<ShelfKind>(json!("?")));
    let line = |interface: &str, field: &str| {
        let body = body(interface);
        let line = body.lines().find(|line| line.contains(&format!("{field}: "))).map(str::to_owned);
        line.and_then(|line| Some(line.split_once(&format!("{field}: "))?.1.to_owned())).unwrap_or_default()
    };
    assert_eq!(quoted(&line("ShelfUpdate", "basis")), variants::<Basis>(json!("?")));
    assert_eq!(quoted(&line("Progress", "stage")), variants::<Stage>(json!("?")));
    assert_eq!(quoted(&line("InterestMap", "kind")), variants::<PointKind>(json!("?")));
    assert_eq!(quoted(&line("DeviceReason", "code")), variants::<DeviceReason>(json!({"code": "?"})));
}

#[test]
fn every_field_on_the_wire_is_declared() {
    let event = Event {
        value: Some(4.0),
        dwell_ms: Some(1.0),
        item: Some("a".into()),
        text: Some("b".into()),
        ..Event::default()
    };
    let line = EventLine {
        event: event.clone(),
        label: String::new(),
        weight: 0.0,
        muted: false,
        unused: Some(String::new()),
    };
    let part = ScorePart { name: String::new(), label: String::new(), share: 0.0 };
    let share =
        EventShare { event: event.clone(), label: String::new(), share: 0.0, without: Some(Moved { place: None }) };
    let explanation = Explanation {
        shelf: String::new(),
        item: String::new(),
        place: None,
        of: 0,
        by_score: None,
        score: 0.0,
        parts: vec![],
        interests: vec![],
        events: vec![share],
        sentences: vec![],
    };
    let of = |interface: &str| fields(&body(interface));
    let request: ShelfRequest = ShelfRequest::default();
    let samples: Vec<(&str, BTreeSet<String>)> = vec![
        ("Event", keys(&event)),
        ("EventLine", keys(&line)),
        ("ShelfRequest", keys(&request)),
        (
            "ShelfUpdate",
            keys(&Shelf {
                shelf: String::new(),
                revision: 0,
                basis: Basis::Item,
                heading: String::new(),
                note: String::new(),
                cards: vec![],
            }),
        ),
        ("Card", keys(&card())),
        ("DeviceReport", keys(&device())),
        ("Interest", keys(&interest())),
        ("InterestMap", keys(&InterestMap { points: vec![], interests: vec![] })),
        (
            "InterestMap",
            keys(&MapPoint { item: String::new(), title: String::new(), x: 0.0, y: 0.0, kind: PointKind::Seen }),
        ),
        ("InterestMap", keys(&MapInterest { name: String::new(), x: 0.0, y: 0.0 })),
        (
            "ProfileSummary",
            keys(&ProfileSummary { interests: vec![], events: vec![], stored_bytes: 0.0, text_days: 0 }),
        ),
        ("Problem", keys(&Problem { code: String::new(), message: String::new(), fatal: true })),
        ("ScorePart", keys(&part)),
        ("Explanation", keys(&explanation)),
        ("Explanation", keys(&explanation.events[0])),
        ("WhyNot", keys(&why_not())),
        ("Diagnosis", keys(&diagnosis())),
        ("Diagnosis", keys(&diagnosis().unmatched[0])),
        ("Attention", keys(&Attention { item: String::new(), parts: vec![] })),
    ];
    for (interface, sent) in samples {
        let declared = of(interface);
        let missing: Vec<_> = sent.difference(&declared).collect();
        assert!(missing.is_empty(), "types.d.ts: {interface} lacks {missing:?}");
    }
}

fn diagnosis() -> Diagnosis {
    let unmatched = vec![UnmatchedId { id: String::new(), count: 0, nearest: Some(String::new()) }];
    Diagnosis { items: 0, sold_out: 0, can_be_shown: 0, unmatched, more_unmatched: 0 }
}

fn card() -> Card {
    Card {
        item: String::new(),
        url: String::new(),
        image: String::new(),
        title: vec![],
        description: vec![],
        brand: String::new(),
        category: String::new(),
        price: Some(Price { amount: 1.0, currency: "EUR".into() }),
        reason: vec![],
        score: 0.0,
        opinion: None,
        unread: false,
    }
}

fn device() -> DeviceReport {
    DeviceReport {
        device: "cpu".into(),
        detail: String::new(),
        reason: DeviceReason::Untried,
        cpu_ms: None,
        gpu_ms: None,
    }
}

fn interest() -> InterestLine {
    InterestLine { id: String::new(), name: String::new(), words: vec![], weight: 0.0, muted: false, events: vec![] }
}

fn why_not() -> WhyNot {
    WhyNot { shelf: String::new(), item: String::new(), place: None, remove: vec![], add: None, sentence: vec![] }
}

/// The examples in the comment above the getter of a property that shops set.
fn examples(property: &str) -> Vec<Value> {
    let script = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/element/told.js")).expect("told.js");
    let (before, _) = script.split_once(&format!("get {property}()")).unwrap_or_else(|| panic!("no {property}"));
    let (_, comment) = before.rsplit_once("/**").unwrap_or_else(|| panic!("{property} has no comment"));
    let quoted = comment.split('`').skip(1).step_by(2).filter(|text| text.starts_with('{'));
    quoted.map(|text| serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))).collect()
}

fn parse<T: DeserializeOwned>(example: &Value) -> T {
    serde_json::from_value(example.clone()).unwrap_or_else(|error| panic!("{example}: {error}"))
}

#[test]
fn the_documented_examples_of_context_filter_and_rules_are_valid() {
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
