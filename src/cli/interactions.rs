//! Reads interactions from a file: tab-separated with a header (RecBole's `name:type` too), or GA4-like events as JSON
//! Lines; plain or gzipped.
//!
//! Lines that cannot be used are counted; they are not errors. Must not know what is learned from them.

mod files; // find and read the files of a data set

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

pub use files::{find_atomic_file, find_file, read_lines};

use crate::learn::EventDetails;
use nearmind_core::{
    catalog::context_popularity::{FIELDS, Fact, normalize_value},
    profile::{EventName, RateLimiter},
};

/// Events that do not show interest in an item. Nothing is learned from them.
const NEGATIVE_EVENTS: [&str; 5] = ["remove_from_cart", "dislike", "hide", "refund", "view_item_list"];

/// An event of a visitor with one item.
#[derive(Debug, Clone, PartialEq)]
pub struct Interaction {
    /// The row of the item in the catalogue.
    pub row: u32,
    /// What the visitor did; a purchase where the file does not say.
    pub name: EventName,
    /// In seconds, or any other number that increases. Without it, the order of the file counts.
    pub time: Option<f64>,
    /// The rating, if the event was one.
    pub value: Option<f32>,
    /// The facts of the event, as an index into [`EventDetails::fact_sets`] of [`Interactions::details`].
    pub fact_set: u32,
}

/// All interactions, grouped by visitor, oldest first.
#[derive(Debug, Default)]
pub struct Interactions {
    /// The interactions of each visitor, by the visitor's id in the file.
    pub visitors: BTreeMap<String, Vec<Interaction>>,
    /// The number of lines that are not an interaction.
    pub malformed: usize,
    /// The number of interactions with items that are not in the catalogue.
    pub unknown: usize,
    /// All distinct facts, and all distinct sets of them, each with its index.
    facts: BTreeMap<Fact, u32>,
    fact_sets: BTreeMap<Vec<u32>, u32>,
}

impl Interactions {
    /// Reads a file. `row_of` returns the row of an item's id, or `None` if the catalogue has no such item.
    ///
    /// # Errors
    /// The file cannot be read, has a line longer than 16 MB, or is a table without the columns of visitors and items.
    pub fn read(path: &Path, row_of: impl Fn(&str) -> Option<u32>) -> Result<Self> {
        let mut found = Self::default();
        let mut columns: Option<Columns> = None;
        let mut first = true;
        for line in read_lines(path)? {
            let line = line.with_context(|| format!("reading {}", path.display()))?;
            if line.trim().is_empty() {
                continue;
            }
            if first {
                first = false;
                if !line.trim_start_matches('\u{feff}').starts_with('{') {
                    columns = Some(Columns::parse(&line).with_context(|| path.display().to_string())?);
                    continue;
                }
            }
            let parsed = if let Some(columns) = &columns { columns.read(&line) } else { parse_event(&line) };
            let Some(parsed) = parsed else {
                found.malformed += 1;
                continue;
            };
            let fact_set = found.fact_set(if parsed.items.is_empty() { Vec::new() } else { parsed.facts });
            for item in parsed.items {
                let Some(row) = row_of(&item) else {
                    found.unknown += 1;
                    continue;
                };
                let ParsedLine { name, time, value, .. } = parsed;
                let interaction = Interaction { row, name, time, value, fact_set };
                found.visitors.entry(parsed.visitor.clone()).or_default().push(interaction);
            }
        }
        found.sort();
        Ok(found)
    }

    /// Adds the interactions of another file. A visitor's interactions are sorted by time if all of them have one.
    pub fn merge(&mut self, other: Self) {
        self.malformed += other.malformed;
        self.unknown += other.unknown;
        let details = other.details();
        for (visitor, events) in other.visitors {
            for event in events {
                let facts = details.fact_sets[event.fact_set as usize].iter();
                let fact_set = self.fact_set(facts.map(|&fact| details.facts[fact as usize].clone()).collect());
                self.visitors.entry(visitor.clone()).or_default().push(Interaction { fact_set, ..event });
            }
        }
        self.sort();
    }

    /// Removes events that come faster than a person acts, as the page does. Only events with clock times are checked.
    /// Returns how many were removed.
    pub fn trim_bursts(&mut self) -> usize {
        let before = self.total();
        for events in self.visitors.values_mut() {
            let mut rate_limiter = RateLimiter::default();
            events.retain(|event| event.time.and_then(clock_ms).is_none_or(|time_ms| rate_limiter.admit(time_ms)));
        }
        before - self.total()
    }

    /// The index of this set of facts, which is added if it is new. The empty set has index 0.
    fn fact_set(&mut self, facts: Vec<Fact>) -> u32 {
        if self.fact_sets.is_empty() {
            self.fact_sets.insert(Vec::new(), 0);
        }
        let mut indices = Vec::with_capacity(facts.len());
        for fact in facts {
            let next = self.facts.len() as u32;
            indices.push(*self.facts.entry(fact).or_insert(next));
        }
        let next = self.fact_sets.len() as u32;
        *self.fact_sets.entry(indices).or_insert(next)
    }

    /// What was done in each event of [`Self::histories`], where and when.
    pub fn details(&self) -> EventDetails {
        let mut facts = vec![Fact::default(); self.facts.len()];
        self.facts.iter().for_each(|(fact, &index)| facts[index as usize] = fact.clone());
        let mut fact_sets = vec![Vec::new(); self.fact_sets.len().max(1)];
        self.fact_sets.iter().for_each(|(set, &index)| fact_sets[index as usize] = set.clone());
        let is_purchase = |event: &Interaction| event.name == EventName::Purchase;
        let all_purchases = self.visitors.values().flatten().all(is_purchase);
        let event_names = if all_purchases { Vec::new() } else { self.map_events(|event| event.name) };
        let event_sets = if facts.is_empty() { Vec::new() } else { self.map_events(|event| event.fact_set) };
        EventDetails { facts, fact_sets, event_sets, event_names }
    }

    /// Sorts the interactions of each visitor by time, unless some have none.
    fn sort(&mut self) {
        for events in self.visitors.values_mut() {
            if events.iter().all(|event| event.time.is_some()) {
                events.sort_by(|a, b| a.time.unwrap_or(0.0).total_cmp(&b.time.unwrap_or(0.0)));
            }
        }
    }

    /// The number of interactions of all visitors.
    pub fn total(&self) -> usize {
        self.visitors.values().map(Vec::len).sum()
    }

    /// The number of interactions with each of `len` items. `[N]`
    pub fn counts(&self, len: usize) -> Vec<u32> {
        let mut counts = vec![0; len];
        self.visitors.values().flatten().for_each(|event| counts[event.row as usize] += 1);
        counts
    }

    /// The rows of each visitor, oldest first.
    pub fn histories(&self) -> Vec<Vec<u32>> {
        self.map_events(|event| event.row)
    }

    /// Maps every event, grouped by visitor.
    fn map_events<T>(&self, map: impl Fn(&Interaction) -> T) -> Vec<Vec<T>> {
        self.visitors.values().map(|events| events.iter().map(&map).collect()).collect()
    }
}

/// Converts a time in seconds, milliseconds or microseconds since 1970 to milliseconds; `None` if it is only an order.
fn clock_ms(time: f64) -> Option<f64> {
    let units = [(1e8..1e11, 1e3), (1e11..1e14, 1.0), (1e14..1e17, 1e-3)];
    units.into_iter().find(|(range, _)| range.contains(&time)).map(|(_, ms)| time * ms)
}

/// A line of the file. Its event may have several items.
struct ParsedLine {
    visitor: String,
    name: EventName,
    items: Vec<String>,
    time: Option<f64>,
    value: Option<f32>,
    facts: Vec<Fact>,
}

/// The positions of a table's columns.
struct Columns {
    visitor: usize,
    item: usize,
    event: Option<usize>,
    time: Option<usize>,
    value: Option<usize>,
    facts: Vec<(usize, &'static str)>,
}

/// Other names of columns, and the context field that each stands for.
const COLUMN_ALIASES: [(&str, &str); 6] = [
    ("store_id", "place"),
    ("store", "place"),
    ("location", "place"),
    ("device_category", "device"),
    ("day_of_week", "weekday"),
    ("hour_of_day", "hour"),
];

/// The names of columns that stand for a context field, its own name first.
fn column_names(field: &'static str) -> impl Iterator<Item = &'static str> {
    let aliases = COLUMN_ALIASES.iter().filter(move |alias| alias.1 == field).map(|alias| alias.0);
    std::iter::once(field).chain(aliases)
}

/// Finds the columns with context fields (where and when): at most one for each field, with its position.
pub fn fact_columns(names: &[&str]) -> Vec<(usize, &'static str)> {
    let at = |name| names.iter().position(|column| column.split(':').next() == Some(name));
    FIELDS.iter().filter_map(|&field| Some((column_names(field).find_map(at)?, field))).collect()
}

/// Reads the facts of one line from the columns that [`fact_columns`] found.
pub fn parse_facts(columns: &[(usize, &'static str)], fields: &[&str]) -> Vec<Fact> {
    let fact = |&(at, field): &(usize, &'static str)| {
        let value = normalize_value(fields.get(at).copied().unwrap_or_default());
        (!value.is_empty()).then(|| (field.to_owned(), value))
    };
    columns.iter().filter_map(fact).collect()
}

impl Columns {
    /// Finds the columns by the header.
    fn parse(header: &str) -> Result<Self> {
        let names: Vec<&str> = header.trim_start_matches('\u{feff}').split('\t').map(str::trim).collect();
        let at =
            |aliases: &[&str]| names.iter().position(|name| aliases.contains(&name.split(':').next().unwrap_or(name)));
        let (visitor, item) = (at(&["user_id", "visitor_id", "user"]), at(&["item_id", "product_id", "item"]));
        ensure!(
            visitor.is_some() && item.is_some(),
            "the first line must name the columns user_id and item_id, separated by tabs; it is {header:?}"
        );
        let [event, time, value] = [at(&["event"]), at(&["timestamp", "time"]), at(&["value", "rating"])];
        let facts = fact_columns(&names);
        Ok(Self { visitor: visitor.unwrap_or(0), item: item.unwrap_or(0), event, time, value, facts })
    }

    /// Reads a line; `None` if it is not an interaction.
    fn read(&self, line: &str) -> Option<ParsedLine> {
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        let text = |at: usize| fields.get(at).copied().filter(|text| !text.is_empty());
        let number =
            |at: Option<usize>| at.and_then(text).and_then(|text| text.parse::<f64>().ok()).filter(|n| n.is_finite());
        let (visitor, item) = (text(self.visitor)?, text(self.item)?);
        let event = self.event.and_then(text).unwrap_or_default();
        let is_negative = NEGATIVE_EVENTS.contains(&event);
        Some(ParsedLine {
            visitor: visitor.to_owned(),
            name: event_name(event),
            items: if is_negative { Vec::new() } else { vec![item.to_owned()] },
            time: number(self.time),
            value: number(self.value).map(|value| value as f32),
            facts: parse_facts(&self.facts, &fields),
        })
    }
}

/// Parses a line of JSON as GA4 exports it (`items` with an `item_id` each), or with `user_id` and `item_id` of its
/// own. `None` if it is not an interaction.
fn parse_event(line: &str) -> Option<ParsedLine> {
    let event: Value = serde_json::from_str(line).ok()?;
    let field = |value: &Value, names: &[&str]| names.iter().find_map(|name| to_text(value.get(name)?));
    let visitor = field(&event, &["user_id", "user_pseudo_id", "client_id", "visitor_id"])?;
    let name = field(&event, &["event_name", "event", "name"]).unwrap_or_default();
    let is_negative = NEGATIVE_EVENTS.contains(&name.as_str());
    let number = |names: &[&str]| field(&event, names).and_then(|text| text.parse::<f64>().ok());
    let time = number(&["event_timestamp", "timestamp", "timestamp_micros", "time"]);
    let value = number(&["rating"]).map(|value| value as f32);
    let item_list = ["items", "ecommerce", "params"].iter().find_map(|name| {
        let value = event.get(name)?;
        value.as_array().or_else(|| value.get("items")?.as_array())
    });
    let items = match item_list {
        _ if is_negative => Vec::new(),
        Some(items) => items.iter().filter_map(|item| field(item, &["item_id", "id"])).collect(),
        None => vec![field(&event, &["item_id", "item"])?],
    };
    let fact = |name: &&'static str| {
        let text = column_names(name).find_map(|name| field(&event, &[name]))?;
        Some(((*name).to_owned(), normalize_value(&text)))
    };
    let facts = FIELDS.iter().filter_map(fact).collect();
    Some(ParsedLine { visitor, name: event_name(&name), items, time, value, facts })
}

/// The name by which an event is weighed. Ratings and unknown events count as purchases.
fn event_name(event: &str) -> EventName {
    match serde_json::from_value(Value::from(event)) {
        Ok(EventName::Rate) | Err(_) => EventName::Purchase,
        Ok(name) => name,
    }
}

/// Converts a JSON string or number to text; `None` for other values and empty strings.
pub fn to_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
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
    fn a_table_is_read_by_its_header_and_sorted_by_time() {
        let found = read(
            "item_id\tuser_id\tevent\ttimestamp\tvalue\ni2\ta\trate\t20\t4.5\ni1\ta\tview_item\t10\t\n\nx\ta\tv\t1\t\ni3\n",
        );
        let rows: Vec<_> = found.visitors["a"].iter().map(|event| (event.row, event.value)).collect();
        assert_eq!(rows, [(1, None), (2, Some(4.5))]);
        assert_eq!((found.unknown, found.malformed, found.total()), (1, 1, 2));
        assert_eq!(read("user_id\titem_id\nb\ti9\nb\ti1\n").histories(), [[9, 1]]);
    }

    #[test]
    fn context_columns_are_found_by_their_names() {
        let table = "user_id\titem_id\thour\tstore_id:token\nb\ti9\t19\tBerlin\nb\ti1\t\t\na\ti2\t19.0\tberlin \n";
        let mut found = read(table);
        found.merge(read(r#"{"event": "purchase", "user_id": "c", "item_id": "i5", "hour": 7, "place": "Berlin"}"#));
        let details = found.details();
        let at = |history, event| details.facts_at(history, event).map(|fact| fact.1.as_str()).collect::<Vec<_>>();
        assert_eq!(
            [at(0, 0), at(1, 0), at(1, 1), at(2, 0)],
            [vec!["berlin", "19"], vec!["berlin", "19"], vec![], vec!["berlin", "7"]]
        );
        assert!(read("user_id\titem_id\nb\ti9\n").details().event_sets.is_empty());
    }

    #[test]
    fn ga4_events_are_read_except_for_negative_ones() {
        let found = read(
            r#"{"event_name":"purchase","user_pseudo_id":"u","event_timestamp":5,"items":[{"item_id":"i1"},{"item_id":"i2"}]}
{"event":"remove_from_cart","user_id":"u","item_id":"i3"}
{"event":"view_item","user_id":"u","timestamp":1,"item_id":"i4"}
nonsense"#,
        );
        assert_eq!((found.histories(), found.malformed), (vec![vec![4, 1, 2]], 1));
    }
}
