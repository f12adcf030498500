//! Any commands, a JSON text a line, to a session with a catalogue: each is answered, without a panic. What the page shows
//! afterwards is what replaying the log shows.

use std::sync::LazyLock;

use nearmind_core::{
    catalog::Pack,
    protocol::{Command, Envelope, Update, VERSION},
};
use nearmind_encoder::cpu::CpuModel;
use nearmind_session::{MemoryStore, Session};
use pollster::block_on;

use crate::sample;

static PACK: LazyLock<Pack> = LazyLock::new(|| Pack::new(&sample::catalog()));
/// Longer inputs find nothing that shorter ones do not, and take long.
const MOST_COMMANDS: usize = 60;
const NOW: f64 = 1.8e12;

type Visit = Session<CpuModel, MemoryStore>;

fn open(store: MemoryStore) -> Visit {
    let mut session = Session::new(store);
    let open =
        format!(r#"{{"type":"open","version":{VERSION},"catalog":"","model":"","device":"cpu","persist":true}}"#);
    let open: Command = serde_json::from_str(&open).expect("a command");
    block_on(session.apply(open.at(NOW, "en")));
    block_on(session.set_catalog(PACK.open().expect("a catalogue")));
    session
}

/// Ids of the events that the visitor's page lists, with their names.
fn listed(session: &mut Visit) -> Vec<String> {
    let lines = block_on(session.apply(Command::Profile.at(NOW, "en"))).into_iter().flat_map(|update| match update {
        Update::Profile(profile) => profile.events,
        _ => Vec::new(),
    });
    lines.map(|line| format!("{:?} {}", line.event, line.muted)).collect()
}

pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut session = open(MemoryStore::default());
    for line in text.lines().take(MOST_COMMANDS) {
        let Ok(sent) = serde_json::from_str::<Envelope>(line) else { continue };
        block_on(session.apply(sent));
        while block_on(session.work()).is_some() {}
    }
    let shown = listed(&mut session);
    let mut again = open(session.into_store());
    assert_eq!(listed(&mut again), shown);
}
