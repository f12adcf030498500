//! Sends any commands, one JSON text per line, to a session with a catalogue: each must be answered without a panic,
//! and replaying the log must give the same list of events.

use std::sync::LazyLock;

use nearmind_core::{
    catalog::Pack,
    protocol::{Command, Envelope, Update, VERSION},
};
use nearmind_encoder::{Model, cpu::CpuModel};
use nearmind_session::{MemoryStore, Session};
use pollster::block_on;

use crate::sample;

static PACK: LazyLock<Pack> = LazyLock::new(|| Pack::new(&sample::catalog()));
/// Longer inputs take long and find no further bugs.
const MAX_COMMANDS: usize = 60;
const NOW: f64 = 1.8e12;

type Visit = Session<Model<CpuModel>, MemoryStore>;

fn open(store: MemoryStore) -> Visit {
    let mut session = Session::new(store);
    let open =
        format!(r#"{{"type":"open","version":{VERSION},"catalog":"","model":"","device":"cpu","persist":true}}"#);
    let open: Command = serde_json::from_str(&open).expect("a command");
    block_on(session.apply(open.at(NOW, "en")));
    block_on(session.set_catalog(PACK.open().expect("a catalogue")));
    session
}

/// The events of the profile page, and whether each is muted.
fn list_events(session: &mut Visit) -> Vec<String> {
    let lines = block_on(session.apply(Command::Profile.at(NOW, "en"))).into_iter().flat_map(|update| match update {
        Update::Profile(profile) => profile.events,
        _ => Vec::new(),
    });
    lines.map(|line| format!("{:?} {}", line.event, line.muted)).collect()
}

pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut session = open(MemoryStore::default());
    for line in text.lines().take(MAX_COMMANDS) {
        let Ok(envelope) = serde_json::from_str::<Envelope>(line) else { continue };
        block_on(session.apply(envelope));
        while block_on(session.work()).is_some() {}
    }
    let before = list_events(&mut session);
    let mut reopened = open(session.into_store());
    assert_eq!(list_events(&mut reopened), before);
}
