//! The visitor's log: append-only, so that what was taken back is an entry too and replaying is enough.

use serde::{Deserialize, Serialize};

use crate::profile::{Event, EventName};

/// One stored line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Entry {
    Event(Event),
    /// Takes back the last standing event of this name on this item.
    Undo {
        item: String,
        name: EventName,
        time_ms: f64,
    },
}

/// What all entries together say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Log {
    standing: Vec<Event>,
    bytes: usize,
}

impl Log {
    pub fn replay(entries: &[Entry]) -> Self {
        let mut log = Self::default();
        entries.iter().for_each(|entry| log.push(entry));
        log
    }

    pub fn push(&mut self, entry: &Entry) {
        self.bytes += serde_json::to_string(entry).map_or(0, |json| json.len());
        match entry {
            Entry::Event(event) => self.standing.push(event.clone()),
            Entry::Undo { item, name, .. } => {
                if let Some(at) = self.last(item, *name) {
                    self.standing.remove(at);
                }
            }
        }
    }

    /// Whether there is something to take back.
    pub fn has(&self, item: &str, name: EventName) -> bool {
        self.last(item, name).is_some()
    }

    /// The events that stand, oldest first.
    pub fn events(&self) -> &[Event] {
        &self.standing
    }

    /// Size of all entries as JSON.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn last(&self, item: &str, name: EventName) -> Option<usize> {
        self.standing.iter().rposition(|event| event.name == name && event.item.as_deref() == Some(item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: EventName, item: &str) -> Entry {
        Entry::Event(Event { name, item: Some(item.to_owned()), text: None, time_ms: 1.0 })
    }

    #[test]
    fn undo_takes_back_the_last_of_its_kind() {
        let undo = Entry::Undo { item: "a".into(), name: EventName::Like, time_ms: 2.0 };
        let entries =
            [event(EventName::Like, "a"), event(EventName::Like, "b"), event(EventName::Like, "a"), undo.clone()];
        let names = |log: &Log| log.events().iter().filter_map(|event| event.item.clone()).collect::<Vec<_>>();
        assert_eq!(names(&Log::replay(&entries)), ["a", "b"]);
        assert_eq!(Log::replay(&[undo]).events(), []);
    }

    #[test]
    fn entries_are_stored_under_stable_names() {
        let json = r#"[{"kind":"event","name":"view_item","item":"a","timeMs":1.0},{"kind":"undo","item":"a","name":"like","timeMs":2.0}]"#;
        let entries: Vec<Entry> = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&entries).unwrap(), json);
    }
}
