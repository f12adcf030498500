//! Exports the log as text and imports it again, for a file or another device.
//!
//! ```json
//! {"format": "nearmind-profile", "version": 1, "exportedMs": 0, "entries": [{"kind": "event", ...}, ...]}
//! ```
//! The text is not encrypted: a page can do that with the browser's WebCrypto. An import may have been changed by anyone,
//! so lengths and numbers are checked. Must not know where the text is stored.

use serde::{Deserialize, Serialize};

use super::log::{Entry, Log, Topic};
use nearmind_core::profile::Event;

const FORMAT: &str = "nearmind-profile";
const VERSION: u32 = 1;
/// More entries than a visitor makes in years.
const MOST_ENTRIES: usize = 100_000;
/// The most bytes of an id, a text or a name.
const LONGEST: usize = 10_000;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Export {
    format: String,
    version: u32,
    exported_ms: f64,
    entries: Vec<Entry>,
}

pub fn export(log: &Log, now_ms: f64) -> String {
    let export =
        Export { format: FORMAT.to_owned(), version: VERSION, exported_ms: now_ms, entries: log.entries().to_vec() };
    serde_json::to_string(&export).unwrap_or_default()
}

/// Parses an export. The error says what is wrong with it.
pub fn import(text: &str) -> Result<Vec<Entry>, String> {
    let export: Export = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if export.format != FORMAT {
        return Err(format!("its format is {:?}, not {FORMAT:?}", export.format));
    }
    if export.version != VERSION {
        return Err(format!("its version is {}, and only version {VERSION} can be read", export.version));
    }
    if export.entries.len() > MOST_ENTRIES {
        return Err(format!("it has {} entries, and at most {MOST_ENTRIES} can be read", export.entries.len()));
    }
    match export.entries.iter().position(|entry| !is_valid(entry)) {
        Some(nth) => Err(format!("entry {} is too long, or its time or value is not a number", nth + 1)),
        None => Ok(export.entries),
    }
}

fn is_valid(entry: &Entry) -> bool {
    let short = |text: &Option<String>| text.as_ref().is_none_or(|text| text.len() <= LONGEST);
    let finite = |number: &Option<f64>| number.is_none_or(f64::is_finite);
    let is_valid =
        |event: &Event| short(&event.item) && short(&event.text) && finite(&event.value) && finite(&event.dwell_ms);
    entry.time_ms().is_finite()
        && match entry {
            Entry::Event(event) => is_valid(event),
            Entry::Mute { event, .. } => is_valid(event) && event.time_ms.is_finite(),
            Entry::Undo { item, .. } => item.len() <= LONGEST,
            Entry::KeepTexts { .. } => true,
            Entry::Interest { about, name, .. } => {
                let length = |topic: &Topic| match topic {
                    Topic::Item(text) | Topic::Text(text) => text.len(),
                };
                name.len() <= LONGEST
                    && about.len() <= MOST_ENTRIES
                    && about.iter().all(|topic| length(topic) <= LONGEST)
            }
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nearmind_core::profile::EventName;

    #[test]
    fn an_export_can_be_imported() {
        let rated = Event { value: Some(4.0), ..Event::for_item(EventName::Rate, "a", 1.0) };
        let entries = [Entry::Event(rated), Entry::Event(Event::for_text(EventName::Wish, "绿茶", 2.0))];
        assert_eq!(import(&export(&Log::replay(&entries), 3.0)).unwrap(), entries);
    }

    #[test]
    fn an_invalid_export_is_refused_with_a_reason() {
        let with = |entries: &str| {
            format!(r#"{{"format":"nearmind-profile","version":1,"exportedMs":0,"entries":[{entries}]}}"#)
        };
        let long = "a".repeat(LONGEST + 1);
        for (text, expect) in [
            ("", "EOF"),
            ("7", "invalid type"),
            (r#"{"format":"x","version":1,"exportedMs":0,"entries":[]}"#, "its format is \"x\""),
            (r#"{"format":"nearmind-profile","version":9,"exportedMs":0,"entries":[]}"#, "its version is 9"),
            (&with(r#"{"kind":"event","name":"view","item":"a","timeMs":1}"#), "unknown variant `view`"),
            (&with(r#"{"kind":"event","name":"like","item":"a","timeMs":1e999}"#), "out of range"),
            (&with(&format!(r#"{{"kind":"event","name":"like","item":"{long}","timeMs":1}}"#)), "entry 1 is too long"),
        ] {
            let error = import(text).unwrap_err();
            assert!(error.contains(expect), "{error}");
        }
    }
}
