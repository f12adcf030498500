//! A data set to evaluate on: items, training interactions and test cases. Without test cases of its own, some are held
//! out of the interactions. Must not know scorers.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use nearmind::{
    cli::interactions::{
        Interaction, Interactions, fact_columns, find_atomic_file, find_file, parse_facts, read_lines, to_text,
    },
    learn::ItemEvent,
};
use nearmind_core::{
    catalog::{Item, ItemText, context_popularity::Fact},
    profile::EventName,
};

/// How test cases are held out of the interactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Split {
    /// Holds out the last item of each visitor
    LeaveLastOut,
    /// Holds out the last tenth of the interactions by time
    Time,
    /// Holds out a fifth of the items as if they were new, and ranks them among themselves
    ColdItems,
}

/// A test case: the history of a visitor, and the items to predict.
pub struct TestCase {
    pub visitor: String,
    /// The rows of the visitor's items, oldest first.
    pub history: Vec<u32>,
    /// The name of each event of the history. Missing ones are purchases
    names: Vec<EventName>,
    /// The rows of the items to predict, without those that are not in the catalogue.
    pub targets: Vec<u32>,
    /// The number of items to predict, with those that are not in the catalogue, which no scorer can find.
    pub target_count: usize,
    /// A sentence that the visitor entered.
    pub query: Option<String>,
    /// Where and when the list is shown.
    pub facts: Vec<Fact>,
}

impl TestCase {
    /// The history with the names of its events, oldest first.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = ItemEvent> + '_ {
        let name = |nth: usize| self.names.get(nth).copied().unwrap_or(EventName::Purchase);
        self.history.iter().enumerate().map(move |(nth, &row)| (row, name(nth)))
    }
}

/// A data set of one folder.
pub struct Dataset {
    /// Sorted by id; row r is `items[r]`.
    pub items: Vec<Item>,
    /// The interactions to learn from, without those that were held out.
    pub interactions: Interactions,
    pub cases: Vec<TestCase>,
    /// Descriptions of what could not be used, with counts.
    pub faults: Vec<String>,
    /// Where the test cases come from: `test` (test.tsv) or the name of a [`Split`].
    pub split: String,
}

impl Dataset {
    /// Reads a folder. With a `split`, or without a test.tsv, holds test cases out of the interactions.
    ///
    /// # Errors
    /// A file cannot be read, or there are no items or no test cases.
    pub fn read(folder: &Path, split: Option<Split>, seed: u64) -> Result<Self> {
        let file = |name: &str| find_file(folder, name);
        let path = file("items.jsonl").or_else(|| find_atomic_file(folder, "item"));
        let path = path.with_context(|| {
            format!("{} has neither items.jsonl(.gz) nor an .item file of RecBole", folder.display())
        })?;
        let (items, mut faults) = read_items(&path)?;
        let rows: BTreeMap<&str, u32> = items.iter().zip(0..).map(|(item, row)| (item.id.as_str(), row)).collect();
        let row_of = |id: &str| rows.get(id).copied();
        let mut interactions = match file("interactions.tsv")
            .or_else(|| file("interactions.jsonl"))
            .or_else(|| find_atomic_file(folder, "inter"))
        {
            Some(path) => Interactions::read(&path, row_of)?,
            None => Interactions::default(),
        };
        let counts = [
            (interactions.malformed, "malformed lines of interactions"),
            (interactions.unknown, "interactions with unknown items"),
        ];
        faults.extend(counts.iter().filter(|fault| fault.0 > 0).map(|(count, what)| format!("{count} {what}")));
        let test = file("test.tsv").filter(|_| split.is_none());
        let (cases, split) = match (test, split.unwrap_or(Split::LeaveLastOut)) {
            (Some(path), _) => (read_cases(&path, row_of, &mut faults)?, "test".to_owned()),
            (None, split) => {
                let cases = split.hold_out(&mut interactions, items.len(), seed);
                (cases, split.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned()))
            }
        };
        match interactions.trim_bursts() {
            0 => {}
            trimmed => faults.push(format!("{trimmed} interactions, more in a minute than a person can make")),
        }
        ensure!(
            !cases.is_empty(),
            "{} has no test cases: add test.tsv, or interactions from which some can be held out",
            folder.display()
        );
        Ok(Self { items, interactions, cases, faults, split })
    }
}

impl Split {
    /// Removes the test cases from the interactions and returns them.
    fn hold_out(self, interactions: &mut Interactions, len: usize, seed: u64) -> Vec<TestCase> {
        let rows = |events: &[Interaction]| events.iter().map(|event| event.row).collect::<Vec<u32>>();
        let mut is_cold = vec![false; len];
        if self == Self::ColdItems {
            let warm: BTreeSet<u32> = interactions.visitors.values().flatten().map(|event| event.row).collect();
            let mut warm: Vec<u32> = warm.into_iter().collect();
            warm.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
            warm.iter().take(warm.len() / 5).for_each(|&row| is_cold[row as usize] = true);
        }
        let mut times: Vec<f64> = interactions.visitors.values().flatten().filter_map(|event| event.time).collect();
        times.sort_by(f64::total_cmp);
        let late = times.get(times.len() * 9 / 10).copied().unwrap_or(f64::INFINITY);
        let details = interactions.details();
        let facts = |event: &Interaction| -> Vec<Fact> {
            details.fact_sets[event.fact_set as usize]
                .iter()
                .map(|&fact| details.facts[fact as usize].clone())
                .collect()
        };
        let mut cases = Vec::new();
        for (visitor, events) in &mut interactions.visitors {
            let held_out: Vec<Interaction> = match self {
                Self::LeaveLastOut => events.split_off(events.len() - usize::from(events.len() > 1)),
                Self::Time => events.extract_if(.., |event| event.time.is_some_and(|time| time >= late)).collect(),
                Self::ColdItems => events.extract_if(.., |event| is_cold[event.row as usize]).collect(),
            };
            let history = rows(events);
            let mut names: Vec<EventName> = events.iter().map(|event| event.name).collect();
            let mut targets = rows(&held_out);
            match self {
                Self::ColdItems => {
                    targets.sort_unstable();
                    targets.dedup();
                    let target_count = targets.len();
                    if target_count > 0 && !history.is_empty() {
                        let (visitor, facts) = (visitor.clone(), Vec::new());
                        cases.push(TestCase { visitor, history, names, targets, target_count, query: None, facts });
                    }
                }
                Self::LeaveLastOut | Self::Time => {
                    let mut history = history;
                    for (target, event) in targets.into_iter().zip(&held_out) {
                        if !history.is_empty() && !history.contains(&target) {
                            let (visitor, history, names) = (visitor.clone(), history.clone(), names.clone());
                            let (targets, facts) = (vec![target], facts(event));
                            cases.push(TestCase {
                                visitor,
                                history,
                                names,
                                targets,
                                target_count: 1,
                                query: None,
                                facts,
                            });
                        }
                        history.push(target);
                        names.push(event.name);
                    }
                }
            }
        }
        // A visitor whose events were all held out is unknown to the training.
        interactions.visitors.retain(|_, events| !events.is_empty());
        cases
    }
}

/// Reads the items, JSON Lines or RecBole's `.item`, and descriptions of what could not be read.
fn read_items(path: &Path) -> Result<(Vec<Item>, Vec<String>)> {
    let (mut items, mut malformed) = (BTreeMap::new(), 0usize);
    let mut names: Option<Vec<String>> = None;
    for line in read_lines(path)? {
        let line = line.with_context(|| format!("reading {}", path.display()))?;
        if names.is_none() && line.contains(":token") {
            names = Some(line.split('\t').map(|name| name.split(':').next().unwrap_or(name).to_owned()).collect());
            continue;
        }
        let json = match &names {
            Some(names) => Some(atomic_to_json(names, &line)),
            None => serde_json::from_str::<Value>(&line).ok(),
        };
        match json.and_then(|json| parse_item(&json)) {
            Some(item) => _ = items.entry(item.id.clone()).or_insert(item),
            None => malformed += usize::from(!line.trim().is_empty()),
        }
    }
    ensure!(!items.is_empty(), "{} has no items", path.display());
    let faults = if malformed > 0 { vec![format!("{malformed} malformed lines of items")] } else { Vec::new() };
    Ok((items.into_values().collect(), faults))
}

/// Converts a line of RecBole's `.item` to JSON with this project's names.
fn atomic_to_json(names: &[String], line: &str) -> Value {
    let fields: BTreeMap<&str, &str> = names.iter().map(String::as_str).zip(line.split('\t')).collect();
    let field = |suffix: &str| {
        let found = fields.iter().find(|(name, value)| name.ends_with(suffix) && !value.trim().is_empty());
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    };
    let categories = if field("class").is_empty() { field("categories") } else { field("class") };
    let same = ["title", "year", "brand", "price"].map(|name| (name.to_owned(), json!(field(name))));
    let renamed = [("id".to_owned(), json!(field("item_id"))), ("categories".to_owned(), json!(categories))];
    Value::Object(renamed.into_iter().chain(same).collect())
}

/// Parses an item. Only the id is required.
fn parse_item(line: &Value) -> Option<Item> {
    let field = |name: &str| line.get(name).and_then(to_text).unwrap_or_default();
    let categories = match line.get("categories").or(line.get("category")) {
        Some(Value::Array(steps)) => steps.iter().filter_map(to_text).collect(),
        Some(other) => to_text(other).into_iter().collect(),
        None => Vec::new(),
    };
    // Films and books of about the same year are more similar, so the year belongs in the text.
    let (title, year) = (field("title"), field("year"));
    let title = if year.is_empty() || title.contains(&year) { title } else { format!("{title} ({year})") };
    let words = ItemText { title, description: field("description"), categories };
    let price = field("price").trim_start_matches(|c: char| !c.is_ascii_digit()).replace(',', "").parse::<f64>().ok();
    let id = line.get("id").or(line.get("item_id")).and_then(to_text)?;
    let words = [("en".to_owned(), words)].into();
    Some(Item { id, brand: field("brand"), price: price.filter(|price| price.is_finite()), words, ..Item::default() })
}

/// The positions of the columns of test.tsv.
struct Columns {
    visitor: usize,
    history: usize,
    targets: usize,
    query: Option<usize>,
    facts: Vec<(usize, &'static str)>,
}

impl Columns {
    /// Finds the columns by the header; `None` if the first line is not one.
    fn parse(first: &str) -> Option<Self> {
        let names: Vec<&str> = first.trim_start_matches('\u{feff}').split('\t').map(str::trim).collect();
        let at = |aliases: &[&str]| names.iter().position(|name| aliases.contains(name));
        let targets = at(&["target", "targets"])?;
        let (visitor, history) = (at(&["user_id", "visitor_id", "user"]), at(&["history"]));
        let missing = names.len();
        Some(Self {
            visitor: visitor.unwrap_or(missing),
            history: history.unwrap_or(missing),
            targets,
            query: at(&["query"]),
            facts: fact_columns(&names),
        })
    }
}

/// Reads test.tsv. Without a header, its columns are `user_id history target`.
fn read_cases(path: &Path, row_of: impl Fn(&str) -> Option<u32>, faults: &mut Vec<String>) -> Result<Vec<TestCase>> {
    let (mut cases, mut unknown, mut malformed) = (Vec::new(), 0usize, 0usize);
    let mut columns = Columns { visitor: 0, history: 1, targets: 2, query: None, facts: Vec::new() };
    for (nth, line) in read_lines(path)?.enumerate() {
        let line = line.with_context(|| format!("reading {}", path.display()))?;
        if nth == 0
            && let Some(named) = Columns::parse(&line)
        {
            columns = named;
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        let fields: Vec<&str> = line.split('\t').collect();
        let field = |at: usize| fields.get(at).copied().unwrap_or_default().trim();
        let mut rows = |ids: &str| -> (Vec<u32>, usize) {
            let found: Vec<Option<u32>> = ids.split_whitespace().map(&row_of).collect();
            unknown += found.iter().filter(|row| row.is_none()).count();
            (found.iter().flatten().copied().collect(), found.len())
        };
        let (history, _) = rows(field(columns.history));
        let (targets, target_count) = rows(field(columns.targets));
        if target_count == 0 {
            malformed += 1;
            continue;
        }
        // Each case without a visitor's name counts as another visitor.
        let visitor = match field(columns.visitor) {
            "" => format!("line {nth}"),
            name => name.to_owned(),
        };
        let query = columns.query.map(field).filter(|query| !query.is_empty()).map(str::to_owned);
        let (names, facts) = (Vec::new(), parse_facts(&columns.facts, &fields));
        cases.push(TestCase { visitor, history, names, targets, target_count, query, facts });
    }
    if cases.is_empty() {
        bail!("{} has no lines of `user_id history target`, separated by tabs", path.display());
    }
    let counts = [(malformed, "malformed lines of tests"), (unknown, "unknown items in tests")];
    faults.extend(counts.iter().filter(|fault| fault.0 > 0).map(|(count, what)| format!("{count} {what}")));
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
        folder
    }

    const ITEMS: &str = r#"{"id": "a", "title": "Pen", "price": "$1,299.50"}
{"id": 7, "categories": ["Office", "Paper"]}
{"title": "no id"}
"#;

    #[test]
    fn a_data_set_is_read_with_missing_and_unknown_items() {
        let tests = "user_id\thistory\ttarget\nu\ta gone\t7\nv\t\tgone\nbroken\n";
        let found =
            folder(&[("items.jsonl", ITEMS), ("interactions.tsv", "user_id\titem_id\nu\ta\n"), ("test.tsv", tests)]);
        let dataset = Dataset::read(found.path(), None, 1).unwrap();
        assert_eq!((dataset.items[0].id.as_str(), dataset.items[1].price), ("7", Some(1299.5)));
        let cases: Vec<_> =
            dataset.cases.iter().map(|case| (case.history.clone(), case.targets.clone(), case.target_count)).collect();
        assert_eq!(cases, [(vec![1], vec![0], 1), (vec![], vec![], 1)]);
        assert_eq!(
            dataset.faults,
            ["1 malformed lines of items", "1 malformed lines of tests", "2 unknown items in tests"]
        );
    }

    #[test]
    fn the_columns_of_tests_and_queries_are_found_by_name() {
        let tests = "query\ttarget\thistory\nsomething to write with\ta\t7\n\t7 a\t\n";
        let found = folder(&[("items.jsonl", ITEMS), ("test.tsv", tests)]);
        let dataset = Dataset::read(found.path(), None, 1).unwrap();
        let case = &dataset.cases[0];
        assert_eq!((case.query.as_deref(), &case.targets[..]), (Some("something to write with"), &[1][..]));
        assert_eq!(
            (dataset.cases[1].query.as_deref(), dataset.cases[1].target_count, dataset.interactions.total()),
            (None, 2, 0)
        );
        assert_ne!(case.visitor, dataset.cases[1].visitor);
        let plain = folder(&[("items.jsonl", ITEMS), ("test.tsv", "u\t7\ta\n")]);
        assert_eq!(Dataset::read(plain.path(), None, 1).unwrap().cases[0].targets, [1]);
    }

    #[test]
    fn test_cases_are_held_out_of_the_interactions() {
        let interactions = "user_id\titem_id\ttimestamp\nu\ta\t1\nu\t7\t2\nv\ta\t3\n";
        let found = folder(&[("items.jsonl", ITEMS), ("interactions.tsv", interactions)]);
        let dataset = Dataset::read(found.path(), Some(Split::LeaveLastOut), 1).unwrap();
        assert_eq!(
            (dataset.cases.len(), dataset.interactions.total(), dataset.split.as_str()),
            (1, 2, "leave-last-out")
        );
        assert_eq!((dataset.cases[0].history.clone(), dataset.cases[0].targets.clone()), (vec![1], vec![0]));
        let late = "user_id\titem_id\ttimestamp\nu\ta\t1\nu\t7\t2\nv\ta\t9\nv\t7\t9\n";
        let late = folder(&[("items.jsonl", ITEMS), ("interactions.tsv", late)]);
        let dataset = Dataset::read(late.path(), Some(Split::Time), 1).unwrap();
        let cases: Vec<_> = dataset.cases.iter().map(|case| (case.visitor.as_str(), case.history.len())).collect();
        assert_eq!((cases, dataset.interactions.total()), (vec![("v", 1)], 2));
        assert_eq!(dataset.interactions.visitors.keys().collect::<Vec<_>>(), ["u"]);
    }

    #[test]
    fn recbole_files_are_read_and_missing_files_are_named() {
        let items = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n1\tToy Story\t1995\tAnimation\n";
        let inter = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n5\t1\t4\t9\n5\t1\t3\t8\n";
        let found = folder(&[("ml.item", items), ("ml.inter", inter)]);
        let error = Dataset::read(found.path(), None, 1).err().unwrap().to_string();
        assert!(error.contains("no test cases"), "{error}");
        let error = Dataset::read(folder(&[]).path(), None, 1).err().unwrap().to_string();
        assert!(error.contains("items.jsonl"), "{error}");
        let (read, _) = read_items(&found.path().join("ml.item")).unwrap();
        let words = &read[0].words["en"];
        assert_eq!((words.title.as_str(), words.category()), ("Toy Story (1995)", "Animation"));
    }
}
