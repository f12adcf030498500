//! Interactions from a file: tab-separated with a header (RecBole's `name:type` too), or GA4-like events as JSON Lines;
//! plain or gzipped.
//!
//! What cannot be used is counted, never an error by itself. Must not know what is learned of it.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use flate2::read::MultiGzDecoder;
use serde_json::Value;

use crate::learn::Occurred;
use nearmind_core::{
    catalog::context_popularity::{FIELDS, Fact, value},
    profile::{EventName, RateLimiter},
};

/// Events that do not speak for an item.
const AGAINST: [&str; 5] = ["remove_from_cart", "dislike", "hide", "refund", "view_item_list"];

/// Bytes of a line; a history of a million items is one.
const LONGEST_LINE: u64 = 16 << 20;

/// Something that a visitor did with the item in a row of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The row of the item in the catalogue.
    pub row: u32,
    /// A purchase where the file does not say what it was.
    pub name: EventName,
    /// In seconds, or any number that grows; the order of the file where there is none.
    pub time: Option<f64>,
    /// The rating, if it was one.
    pub value: Option<f32>,
    /// Which set of facts held: a number of [`Interactions::occurred`].
    pub set: u32,
}

/// All that was done, each visitor's events oldest first.
#[derive(Debug, Default)]
pub struct Interactions {
    /// The events of each visitor, by the id that the file gives the visitor.
    pub visitors: BTreeMap<String, Vec<Seen>>,
    /// Lines that are no interaction.
    pub malformed: usize,
    /// Interactions with items that are not in the catalogue.
    pub unknown: usize,
    /// Facts and sets of them, each with its number.
    facts: BTreeMap<Fact, u32>,
    sets: BTreeMap<Vec<u32>, u32>,
}

impl Interactions {
    /// Reads a file. `row_of` gives the row of an item's id, `None` where the catalogue has no such item.
    pub fn read(path: &Path, row_of: impl Fn(&str) -> Option<u32>) -> Result<Self> {
        let mut found = Self::default();
        let mut columns: Option<Columns> = None;
        let mut first = true;
        for line in lines(path)? {
            let line = line.with_context(|| format!("reading {}", path.display()))?;
            if line.trim().is_empty() {
                continue;
            }
            if first {
                first = false;
                if !line.trim_start_matches('\u{feff}').starts_with('{') {
                    columns = Some(Columns::of(&line).with_context(|| path.display().to_string())?);
                    continue;
                }
            }
            let read = if let Some(columns) = &columns { columns.read(&line) } else { event(&line) };
            let Some(read) = read else {
                found.malformed += 1;
                continue;
            };
            let set = found.set(if read.items.is_empty() { Vec::new() } else { read.facts });
            for item in read.items {
                let Some(row) = row_of(&item) else {
                    found.unknown += 1;
                    continue;
                };
                let seen = Seen { row, name: read.name, time: read.time, value: read.value, set };
                found.visitors.entry(read.visitor.clone()).or_default().push(seen);
            }
        }
        found.sort();
        Ok(found)
    }

    /// Adds those of another file; a visitor's events are put in the order of time where all have one.
    pub fn merge(&mut self, other: Self) {
        self.malformed += other.malformed;
        self.unknown += other.unknown;
        let occurred = other.occurred();
        for (visitor, events) in other.visitors {
            for event in events {
                let facts = occurred.sets[event.set as usize].iter().map(|&fact| occurred.facts[fact as usize].clone());
                let set = self.set(facts.collect());
                self.visitors.entry(visitor.clone()).or_default().push(Seen { set, ..event });
            }
        }
        self.sort();
    }

    /// Leaves out events that come faster than a person acts, as the page does, where times are those of a clock. Says how
    /// many.
    pub fn trim_bursts(&mut self) -> usize {
        let before = self.total();
        for events in self.visitors.values_mut() {
            let mut rate_limiter = RateLimiter::default();
            events.retain(|event| event.time.and_then(clock_ms).is_none_or(|time_ms| rate_limiter.admit(time_ms)));
        }
        before - self.total()
    }

    /// The number of these facts together; nothing has the number 0.
    fn set(&mut self, facts: Vec<Fact>) -> u32 {
        if self.sets.is_empty() {
            self.sets.insert(Vec::new(), 0);
        }
        let mut set = Vec::with_capacity(facts.len());
        for fact in facts {
            let next = self.facts.len() as u32;
            set.push(*self.facts.entry(fact).or_insert(next));
        }
        let next = self.sets.len() as u32;
        *self.sets.entry(set).or_insert(next)
    }

    /// Where and when the events of [`Self::histories`] happened.
    pub fn occurred(&self) -> Occurred {
        let mut facts = vec![Fact::default(); self.facts.len()];
        self.facts.iter().for_each(|(fact, &number)| facts[number as usize] = fact.clone());
        let mut sets = vec![Vec::new(); self.sets.len().max(1)];
        self.sets.iter().for_each(|(set, &number)| sets[number as usize] = set.clone());
        let is_purchase = |event: &Seen| event.name == EventName::Purchase;
        let names = if self.visitors.values().flatten().all(is_purchase) { Vec::new() } else { self.each(|e| e.name) };
        let events = if facts.is_empty() { Vec::new() } else { self.each(|event| event.set) };
        Occurred { facts, sets, events, names }
    }

    fn sort(&mut self) {
        for events in self.visitors.values_mut() {
            if events.iter().all(|event| event.time.is_some()) {
                events.sort_by(|a, b| a.time.unwrap_or(0.0).total_cmp(&b.time.unwrap_or(0.0)));
            }
        }
    }

    /// Interactions of all visitors.
    pub fn total(&self) -> usize {
        self.visitors.values().map(Vec::len).sum()
    }

    /// Interactions with each of `len` items. `[N]`
    pub fn counts(&self, len: usize) -> Vec<u32> {
        let mut counts = vec![0; len];
        self.visitors.values().flatten().for_each(|event| counts[event.row as usize] += 1);
        counts
    }

    /// Rows of each visitor, oldest first.
    pub fn histories(&self) -> Vec<Vec<u32>> {
        self.each(|event| event.row)
    }

    /// Something of each event, by visitor.
    fn each<T>(&self, of: impl Fn(&Seen) -> T) -> Vec<Vec<T>> {
        self.visitors.values().map(|events| events.iter().map(&of).collect()).collect()
    }
}

/// A time in seconds, milliseconds or microseconds since 1970, in milliseconds; `None` where it only says an order.
fn clock_ms(time: f64) -> Option<f64> {
    let units = [(1e8..1e11, 1e3), (1e11..1e14, 1.0), (1e14..1e17, 1e-3)];
    units.into_iter().find(|(range, _)| range.contains(&time)).map(|(_, ms)| time * ms)
}

/// What a line says; an event may be with several items.
struct Line {
    visitor: String,
    name: EventName,
    items: Vec<String>,
    time: Option<f64>,
    value: Option<f32>,
    facts: Vec<Fact>,
}

/// Where the columns of a table are.
struct Columns {
    visitor: usize,
    item: usize,
    event: Option<usize>,
    time: Option<usize>,
    value: Option<usize>,
    facts: Vec<(usize, &'static str)>,
}

/// Other names of columns, and the field that each tells of.
const OTHER_NAMES: [(&str, &str); 6] = [
    ("store_id", "place"),
    ("store", "place"),
    ("location", "place"),
    ("device_category", "device"),
    ("day_of_week", "weekday"),
    ("hour_of_day", "hour"),
];

/// What a column is called that tells of a field, its own name first.
fn names_of(field: &'static str) -> impl Iterator<Item = &'static str> {
    let others = OTHER_NAMES.iter().filter(move |other| other.1 == field).map(|other| other.0);
    std::iter::once(field).chain(others)
}

/// Which of these columns tell where and when something happened: one of each field.
pub fn fact_columns(names: &[&str]) -> Vec<(usize, &'static str)> {
    let at = |name| names.iter().position(|column| column.split(':').next() == Some(name));
    FIELDS.iter().filter_map(|&field| Some((names_of(field).find_map(at)?, field))).collect()
}

/// What they tell on one line.
pub fn facts(columns: &[(usize, &'static str)], fields: &[&str]) -> Vec<Fact> {
    let fact = |&(at, field): &(usize, &'static str)| {
        let value = value(fields.get(at).copied().unwrap_or_default());
        (!value.is_empty()).then(|| (field.to_owned(), value))
    };
    columns.iter().filter_map(fact).collect()
}

impl Columns {
    fn of(header: &str) -> Result<Self> {
        let names: Vec<&str> = header.trim_start_matches('\u{feff}').split('\t').map(str::trim).collect();
        let at =
            |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.split(':').next().unwrap_or(name)));
        let (visitor, item) = (at(&["user_id", "visitor_id", "user"]), at(&["item_id", "product_id", "item"]));
        ensure!(
            visitor.is_some() && item.is_some(),
            "the first line has to name the columns user_id and item_id, separated by tabs; it is {header:?}"
        );
        let [event, time, value] = [at(&["event"]), at(&["timestamp", "time"]), at(&["value", "rating"])];
        let facts = fact_columns(&names);
        Ok(Self { visitor: visitor.unwrap_or(0), item: item.unwrap_or(0), event, time, value, facts })
    }

    /// `None` where the line is not an interaction.
    fn read(&self, line: &str) -> Option<Line> {
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        let text = |at: usize| fields.get(at).copied().filter(|text| !text.is_empty());
        let number =
            |at: Option<usize>| at.and_then(text).and_then(|text| text.parse::<f64>().ok()).filter(|n| n.is_finite());
        let (visitor, item) = (text(self.visitor)?, text(self.item)?);
        let event = self.event.and_then(text).unwrap_or_default();
        let against = AGAINST.contains(&event);
        Some(Line {
            visitor: visitor.to_owned(),
            name: named(event),
            items: if against { Vec::new() } else { vec![item.to_owned()] },
            time: number(self.time),
            value: number(self.value).map(|value| value as f32),
            facts: facts(&self.facts, &fields),
        })
    }
}

/// A line as GA4 exports it (`items` with an `item_id` each), or with `user_id` and `item_id` of its own.
fn event(line: &str) -> Option<Line> {
    let event: Value = serde_json::from_str(line).ok()?;
    let of = |value: &Value, names: &[&str]| names.iter().find_map(|name| text(value.get(name)?));
    let visitor = of(&event, &["user_id", "user_pseudo_id", "client_id", "visitor_id"])?;
    let name = of(&event, &["event_name", "event", "name"]).unwrap_or_default();
    let against = AGAINST.contains(&name.as_str());
    let number = |names: &[&str]| of(&event, names).and_then(|text| text.parse::<f64>().ok());
    let time = number(&["event_timestamp", "timestamp", "timestamp_micros", "time"]);
    let value = number(&["rating"]).map(|value| value as f32);
    let many = ["items", "ecommerce", "params"].iter().find_map(|name| {
        let value = event.get(name)?;
        value.as_array().or_else(|| value.get("items")?.as_array())
    });
    let items = match many {
        _ if against => Vec::new(),
        Some(items) => items.iter().filter_map(|item| of(item, &["item_id", "id"])).collect(),
        None => vec![of(&event, &["item_id", "item"])?],
    };
    let told = |field: &'static str| names_of(field).find_map(|name| of(&event, &[name]));
    let fact = |field: &&'static str| Some(((*field).to_owned(), self::value(&told(field)?)));
    let facts = FIELDS.iter().filter_map(fact).collect();
    Some(Line { visitor, name: named(&name), items, time, value, facts })
}

/// What an event is that speaks for an item. A rating weighs as a purchase does, and so does what has no name here.
fn named(event: &str) -> EventName {
    match serde_json::from_value(Value::from(event)) {
        Ok(EventName::Rate) | Err(_) => EventName::Purchase,
        Ok(name) => name,
    }
}

/// A text or a number as text.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `DIR/NAME` or `DIR/NAME.gz`, whichever there is.
pub fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    [name.to_owned(), format!("{name}.gz")].iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// The file in `folder` that ends with `.EXTENSION`: how RecBole calls the files of a set.
pub fn find_atomic(folder: &Path, extension: &str) -> Option<PathBuf> {
    let paths = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|found| found == extension)).min()
}

/// The lines of a file, which may be gzipped.
pub fn lines(path: &Path) -> Result<impl Iterator<Item = std::io::Result<String>> + use<>> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let gzipped = reader.fill_buf().with_context(|| format!("reading {}", path.display()))?.starts_with(&[0x1F, 0x8B]);
    let bytes: Box<dyn Read> = if gzipped { Box::new(MultiGzDecoder::new(reader)) } else { Box::new(reader) };
    let mut text = BufReader::new(bytes);
    let mut nth = 0;
    Ok(std::iter::from_fn(move || {
        nth += 1;
        bounded_line(&mut text, nth).transpose()
    }))
}

/// The next line without its end; an error where it is longer than any that interactions are written in.
fn bounded_line(text: &mut impl BufRead, nth: usize) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    text.take(LONGEST_LINE).read_line(&mut line)?;
    if line.len() as u64 == LONGEST_LINE {
        let mega = LONGEST_LINE >> 20;
        let why =
            format!("line {nth} is longer than {mega} MB: each interaction, or each visitor, is a line of its own");
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, why));
    }
    let length = line.trim_end_matches(['\n', '\r']).len();
    let ended = line.is_empty();
    line.truncate(length);
    Ok((!ended).then_some(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Interactions {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("interactions");
        std::fs::write(&path, text).unwrap();
        Interactions::read(&path, |id| id.strip_prefix('i').and_then(|row| row.parse().ok())).unwrap()
    }

    #[test]
    fn a_table_is_read_by_its_header_in_the_order_of_time() {
        let found = read(
            "item_id\tuser_id\tevent\ttimestamp\tvalue\ni2\ta\trate\t20\t4.5\ni1\ta\tview_item\t10\t\n\nx\ta\tv\t1\t\ni3\n",
        );
        let rows: Vec<_> = found.visitors["a"].iter().map(|event| (event.row, event.value)).collect();
        assert_eq!(rows, [(1, None), (2, Some(4.5))]);
        assert_eq!((found.unknown, found.malformed, found.total()), (1, 1, 2));
        assert_eq!(read("user_id\titem_id\nb\ti9\nb\ti1\n").histories(), [[9, 1]]);
    }

    #[test]
    fn where_and_when_is_told_by_columns_of_that_name() {
        let table = "user_id\titem_id\thour\tstore_id:token\nb\ti9\t19\tBerlin\nb\ti1\t\t\na\ti2\t19.0\tberlin \n";
        let mut found = read(table);
        found.merge(read(r#"{"event": "purchase", "user_id": "c", "item_id": "i5", "hour": 7, "place": "Berlin"}"#));
        let occurred = found.occurred();
        let at = |history, event| occurred.at(history, event).map(|fact| fact.1.as_str()).collect::<Vec<_>>();
        assert_eq!(
            [at(0, 0), at(1, 0), at(1, 1), at(2, 0)],
            [vec!["berlin", "19"], vec!["berlin", "19"], vec![], vec!["berlin", "7"]]
        );
        assert!(read("user_id\titem_id\nb\ti9\n").occurred().events.is_empty());
    }

    #[test]
    fn events_of_ga4_are_read_and_those_against_an_item_are_not() {
        let found = read(
            r#"{"event_name":"purchase","user_pseudo_id":"u","event_timestamp":5,"items":[{"item_id":"i1"},{"item_id":"i2"}]}
{"event":"remove_from_cart","user_id":"u","item_id":"i3"}
{"event":"view_item","user_id":"u","timestamp":1,"item_id":"i4"}
nonsense"#,
        );
        assert_eq!((found.histories(), found.malformed), (vec![vec![4, 1, 2]], 1));
    }
}
