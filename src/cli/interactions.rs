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

/// Events that do not speak for an item.
const AGAINST: [&str; 5] = ["remove_from_cart", "dislike", "hide", "refund", "view_item_list"];

/// Something that a visitor did with the item in a row of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub row: u32,
    /// In seconds, or any number that grows; the order of the file where there is none.
    pub time: Option<f64>,
    /// The rating, if it was one.
    pub value: Option<f32>,
}

/// All that was done, each visitor's events oldest first.
#[derive(Debug, Default)]
pub struct Interactions {
    pub visitors: BTreeMap<String, Vec<Seen>>,
    /// Lines that are no interaction.
    pub malformed: usize,
    /// Interactions with items that are not in the catalogue.
    pub unknown: usize,
}

impl Interactions {
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
            for (visitor, item, time, value) in read {
                let Some(row) = row_of(&item) else {
                    found.unknown += 1;
                    continue;
                };
                found.visitors.entry(visitor).or_default().push(Seen { row, time, value });
            }
        }
        found.sort();
        Ok(found)
    }

    /// Adds those of another file; a visitor's events are put in the order of time where all have one.
    pub fn merge(&mut self, other: Self) {
        self.malformed += other.malformed;
        self.unknown += other.unknown;
        for (visitor, mut events) in other.visitors {
            self.visitors.entry(visitor).or_default().append(&mut events);
        }
        self.sort();
    }

    fn sort(&mut self) {
        for events in self.visitors.values_mut() {
            if events.iter().all(|event| event.time.is_some()) {
                events.sort_by(|a, b| a.time.unwrap_or(0.0).total_cmp(&b.time.unwrap_or(0.0)));
            }
        }
    }

    pub fn len(&self) -> usize {
        self.visitors.values().map(Vec::len).sum()
    }

    /// Rows of each visitor, oldest first.
    pub fn histories(&self) -> Vec<Vec<u32>> {
        self.visitors.values().map(|events| events.iter().map(|event| event.row).collect()).collect()
    }
}

type Line = (String, String, Option<f64>, Option<f32>);

/// Where the columns of a table are.
struct Columns {
    visitor: usize,
    item: usize,
    event: Option<usize>,
    time: Option<usize>,
    value: Option<usize>,
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
        Ok(Self { visitor: visitor.unwrap_or(0), item: item.unwrap_or(0), event, time, value })
    }

    /// `None` where the line is not an interaction.
    fn read(&self, line: &str) -> Option<Vec<Line>> {
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        let text = |at: usize| fields.get(at).copied().filter(|text| !text.is_empty());
        let number =
            |at: Option<usize>| at.and_then(text).and_then(|text| text.parse::<f64>().ok()).filter(|n| n.is_finite());
        let (visitor, item) = (text(self.visitor)?, text(self.item)?);
        if self.event.and_then(text).is_some_and(|event| AGAINST.contains(&event)) {
            return Some(Vec::new());
        }
        Some(vec![(
            visitor.to_owned(),
            item.to_owned(),
            number(self.time),
            number(self.value).map(|value| value as f32),
        )])
    }
}

/// A line as GA4 exports it (`items` with an `item_id` each), or with `user_id` and `item_id` of its own.
fn event(line: &str) -> Option<Vec<Line>> {
    let event: Value = serde_json::from_str(line).ok()?;
    let of = |value: &Value, names: &[&str]| names.iter().find_map(|name| text(value.get(name)?));
    let visitor = of(&event, &["user_id", "user_pseudo_id", "client_id", "visitor_id"])?;
    if of(&event, &["event_name", "event", "name"]).is_some_and(|name| AGAINST.contains(&name.as_str())) {
        return Some(Vec::new());
    }
    let number = |names: &[&str]| of(&event, names).and_then(|text| text.parse::<f64>().ok());
    let time = number(&["event_timestamp", "timestamp", "timestamp_micros", "time"]);
    let value = number(&["rating"]).map(|value| value as f32);
    let many = ["items", "ecommerce", "params"].iter().find_map(|name| {
        let value = event.get(name)?;
        value.as_array().or_else(|| value.get("items")?.as_array())
    });
    if let Some(items) = many {
        let line = |item| Some((visitor.clone(), of(item, &["item_id", "id"])?, time, value));
        return Some(items.iter().filter_map(line).collect());
    }
    Some(vec![(visitor, of(&event, &["item_id", "item"])?, time, value)])
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
    Ok(BufReader::new(bytes).lines())
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
        assert_eq!((found.unknown, found.malformed, found.len()), (1, 1, 2));
        assert_eq!(read("user_id\titem_id\nb\ti9\nb\ti1\n").histories(), [[9, 1]]);
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
