//! A set to evaluate on: items, interactions before the tests, and tests; and tests made of the interactions where
//! there are none. Must not know scorers.

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
    cli::interactions::{Interactions, Seen, fact_columns, facts, find, find_atomic, lines, text},
    learn::Act,
};
use nearmind_core::{
    catalog::{Item, Words, context_popularity::Fact},
    profile::EventName,
};

/// What is held out where a set has no tests of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Split {
    /// The last item of each visitor
    LeaveLastOut,
    /// The last tenth of the interactions by time
    Time,
    /// A fifth of the items, as if they were new: ranked among themselves
    ColdItems,
}

/// What one visitor did, oldest first, and what is to be foretold.
pub struct Case {
    pub visitor: String,
    pub history: Vec<u32>,
    /// What was done with each of the history; purchases where that is not known.
    names: Vec<EventName>,
    /// Rows; those that are not in the catalogue are missed by every scorer.
    pub targets: Vec<u32>,
    /// With those that are not in the catalogue.
    pub wanted: usize,
    /// What the visitor said, in a sentence.
    pub query: Option<String>,
    /// Where and when this is.
    pub facts: Vec<Fact>,
}

impl Case {
    pub fn acts(&self) -> impl DoubleEndedIterator<Item = Act> + '_ {
        let name = |nth: usize| self.names.get(nth).copied().unwrap_or(EventName::Purchase);
        self.history.iter().enumerate().map(move |(nth, &row)| (row, name(nth)))
    }
}

pub struct Set {
    /// Sorted by id; row r is `items[r]`.
    pub items: Vec<Item>,
    pub interactions: Interactions,
    pub cases: Vec<Case>,
    /// What could not be used, in words.
    pub faults: Vec<String>,
    /// Where the cases come from.
    pub split: String,
}

impl Set {
    pub fn read(folder: &Path, split: Option<Split>, seed: u64) -> Result<Self> {
        let file = |name: &str| find(folder, name);
        let path = file("items.jsonl").or_else(|| find_atomic(folder, "item"));
        let path =
            path.with_context(|| format!("{} has no items.jsonl(.gz), nor a .item of RecBole", folder.display()))?;
        let (items, mut faults) = items(&path)?;
        let rows: BTreeMap<&str, u32> = items.iter().zip(0..).map(|(item, row)| (item.id.as_str(), row)).collect();
        let row_of = |id: &str| rows.get(id).copied();
        let mut interactions = match file("interactions.tsv")
            .or_else(|| file("interactions.jsonl"))
            .or_else(|| find_atomic(folder, "inter"))
        {
            Some(path) => Interactions::read(&path, row_of)?,
            None => Interactions::default(),
        };
        let counts = [
            (interactions.malformed, "lines that are no interaction"),
            (interactions.unknown, "interactions with unknown items"),
        ];
        faults.extend(counts.iter().filter(|fault| fault.0 > 0).map(|(count, what)| format!("{count} {what}")));
        let test = file("test.tsv").filter(|_| split.is_none());
        let (cases, split) = match (test, split.unwrap_or(Split::LeaveLastOut)) {
            (Some(path), _) => (cases(&path, row_of, &mut faults)?, "test".to_owned()),
            (None, split) => {
                let cases = split.make(&mut interactions, items.len(), seed);
                (cases, split.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned()))
            }
        };
        match interactions.trim_bursts() {
            0 => {}
            trimmed => faults.push(format!("{trimmed} interactions in minutes with more than a person makes")),
        }
        ensure!(
            !cases.is_empty(),
            "{} has nothing to test on: neither test.tsv nor interactions to hold out",
            folder.display()
        );
        Ok(Self { items, interactions, cases, faults, split })
    }
}

impl Split {
    /// Takes the cases out of the interactions.
    fn make(self, interactions: &mut Interactions, len: usize, seed: u64) -> Vec<Case> {
        let rows = |events: &[Seen]| events.iter().map(|event| event.row).collect::<Vec<u32>>();
        let mut hidden = vec![false; len];
        if self == Self::ColdItems {
            let touched: BTreeSet<u32> = interactions.visitors.values().flatten().map(|event| event.row).collect();
            let mut touched: Vec<u32> = touched.into_iter().collect();
            touched.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
            touched.iter().take(touched.len() / 5).for_each(|&row| hidden[row as usize] = true);
        }
        let mut times: Vec<f64> = interactions.visitors.values().flatten().filter_map(|event| event.time).collect();
        times.sort_by(f64::total_cmp);
        let late = times.get(times.len() * 9 / 10).copied().unwrap_or(f64::INFINITY);
        let occurred = interactions.occurred();
        let facts = |event: &Seen| -> Vec<Fact> {
            occurred.sets[event.set as usize].iter().map(|&fact| occurred.facts[fact as usize].clone()).collect()
        };
        let mut cases = Vec::new();
        for (visitor, events) in &mut interactions.visitors {
            let held: Vec<Seen> = match self {
                Self::LeaveLastOut => events.split_off(events.len() - usize::from(events.len() > 1)),
                Self::Time => events.extract_if(.., |event| event.time.is_some_and(|time| time >= late)).collect(),
                Self::ColdItems => events.extract_if(.., |event| hidden[event.row as usize]).collect(),
            };
            let history = rows(events);
            let mut names: Vec<EventName> = events.iter().map(|event| event.name).collect();
            let mut targets = rows(&held);
            match self {
                Self::ColdItems => {
                    targets.sort_unstable();
                    targets.dedup();
                    let wanted = targets.len();
                    if wanted > 0 && !history.is_empty() {
                        let (visitor, facts) = (visitor.clone(), Vec::new());
                        cases.push(Case { visitor, history, names, targets, wanted, query: None, facts });
                    }
                }
                Self::LeaveLastOut | Self::Time => {
                    let mut history = history;
                    for (target, event) in targets.into_iter().zip(&held) {
                        if !history.is_empty() && !history.contains(&target) {
                            let (visitor, history, names) = (visitor.clone(), history.clone(), names.clone());
                            let (targets, facts) = (vec![target], facts(event));
                            cases.push(Case { visitor, history, names, targets, wanted: 1, query: None, facts });
                        }
                        history.push(target);
                        names.push(event.name);
                    }
                }
            }
        }
        // Who did nothing before the tests is nobody that was known.
        interactions.visitors.retain(|_, events| !events.is_empty());
        cases
    }
}

fn items(path: &Path) -> Result<(Vec<Item>, Vec<String>)> {
    let (mut items, mut bad) = (BTreeMap::new(), 0usize);
    let mut names: Option<Vec<String>> = None;
    for line in lines(path)? {
        let line = line.with_context(|| format!("reading {}", path.display()))?;
        if names.is_none() && line.contains(":token") {
            names = Some(line.split('\t').map(|name| name.split(':').next().unwrap_or(name).to_owned()).collect());
            continue;
        }
        let read = match &names {
            Some(names) => Some(atomic(names, &line)),
            None => serde_json::from_str::<Value>(&line).ok(),
        };
        match read.and_then(|line| item(&line)) {
            Some(item) => _ = items.entry(item.id.clone()).or_insert(item),
            None => bad += usize::from(!line.trim().is_empty()),
        }
    }
    ensure!(!items.is_empty(), "{} has no items", path.display());
    let faults = if bad > 0 { vec![format!("{bad} lines that are no item")] } else { Vec::new() };
    Ok((items.into_values().collect(), faults))
}

/// A line of RecBole's `.item` under this project's names.
fn atomic(names: &[String], line: &str) -> Value {
    let fields: BTreeMap<&str, &str> = names.iter().map(String::as_str).zip(line.split('\t')).collect();
    let of = |wanted: &str| {
        let found = fields.iter().find(|(name, value)| name.ends_with(wanted) && !value.trim().is_empty());
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    };
    let categories = if of("class").is_empty() { of("categories") } else { of("class") };
    let names = ["title", "year", "brand", "price"].map(|name| (name.to_owned(), json!(of(name))));
    let found = [("id".to_owned(), json!(of("item_id"))), ("categories".to_owned(), json!(categories))];
    Value::Object(found.into_iter().chain(names).collect())
}

/// What a line says of an item. The id is all that it needs.
fn item(line: &Value) -> Option<Item> {
    let of = |name: &str| line.get(name).and_then(text).unwrap_or_default();
    let categories = match line.get("categories").or(line.get("category")) {
        Some(Value::Array(steps)) => steps.iter().filter_map(text).collect(),
        Some(other) => text(other).into_iter().collect(),
        None => Vec::new(),
    };
    // The year of a film or a book says much of who neighbours it.
    let (title, year) = (of("title"), of("year"));
    let title = if year.is_empty() || title.contains(&year) { title } else { format!("{title} ({year})") };
    let words = Words { title, description: of("description"), categories };
    let price = of("price").trim_start_matches(|c: char| !c.is_ascii_digit()).replace(',', "").parse::<f64>().ok();
    let id = line.get("id").or(line.get("item_id")).and_then(text)?;
    let words = [("en".to_owned(), words)].into();
    Some(Item { id, brand: of("brand"), price: price.filter(|price| price.is_finite()), words, ..Item::default() })
}

/// Where the columns of the tests are.
struct Columns {
    visitor: usize,
    history: usize,
    targets: usize,
    query: Option<usize>,
    facts: Vec<(usize, &'static str)>,
}

impl Columns {
    /// By the names of the header; without one in the order of `user_id history target`.
    fn of(first: &str) -> Option<Self> {
        let names: Vec<&str> = first.trim_start_matches('\u{feff}').split('\t').map(str::trim).collect();
        let at = |wanted: &[&str]| names.iter().position(|name| wanted.contains(name));
        let targets = at(&["target", "targets"])?;
        let (visitor, history) = (at(&["user_id", "visitor_id", "user"]), at(&["history"]));
        let nowhere = names.len();
        Some(Self {
            visitor: visitor.unwrap_or(nowhere),
            history: history.unwrap_or(nowhere),
            targets,
            query: at(&["query"]),
            facts: fact_columns(&names),
        })
    }
}

fn cases(path: &Path, row_of: impl Fn(&str) -> Option<u32>, faults: &mut Vec<String>) -> Result<Vec<Case>> {
    let (mut cases, mut unknown, mut malformed) = (Vec::new(), 0usize, 0usize);
    let mut columns = Columns { visitor: 0, history: 1, targets: 2, query: None, facts: Vec::new() };
    for (nth, line) in lines(path)?.enumerate() {
        let line = line.with_context(|| format!("reading {}", path.display()))?;
        if nth == 0
            && let Some(named) = Columns::of(&line)
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
        let (targets, wanted) = rows(field(columns.targets));
        if wanted == 0 {
            malformed += 1;
            continue;
        }
        // A visitor without a name is one of their own.
        let visitor = match field(columns.visitor) {
            "" => format!("line {nth}"),
            name => name.to_owned(),
        };
        let query = columns.query.map(field).filter(|query| !query.is_empty()).map(str::to_owned);
        let (names, facts) = (Vec::new(), facts(&columns.facts, &fields));
        cases.push(Case { visitor, history, names, targets, wanted, query, facts });
    }
    if cases.is_empty() {
        bail!("{} has no rows of `user_id history target`, separated by tabs", path.display());
    }
    let counts = [(malformed, "lines that are no test"), (unknown, "unknown items in tests")];
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
    fn a_set_is_read_with_all_that_is_missing_or_unknown() {
        let tests = "user_id\thistory\ttarget\nu\ta gone\t7\nv\t\tgone\nbroken\n";
        let found =
            folder(&[("items.jsonl", ITEMS), ("interactions.tsv", "user_id\titem_id\nu\ta\n"), ("test.tsv", tests)]);
        let set = Set::read(found.path(), None, 1).unwrap();
        assert_eq!((set.items[0].id.as_str(), set.items[1].price), ("7", Some(1299.5)));
        let cases: Vec<_> =
            set.cases.iter().map(|case| (case.history.clone(), case.targets.clone(), case.wanted)).collect();
        assert_eq!(cases, [(vec![1], vec![0], 1), (vec![], vec![], 1)]);
        assert_eq!(set.faults, ["1 lines that are no item", "1 lines that are no test", "2 unknown items in tests"]);
    }

    #[test]
    fn the_columns_of_tests_are_found_by_their_names_and_a_sentence_is_one() {
        let tests = "query\ttarget\thistory\nsomething to write with\ta\t7\n\t7 a\t\n";
        let found = folder(&[("items.jsonl", ITEMS), ("test.tsv", tests)]);
        let set = Set::read(found.path(), None, 1).unwrap();
        let case = &set.cases[0];
        assert_eq!((case.query.as_deref(), &case.targets[..]), (Some("something to write with"), &[1][..]));
        assert_eq!((set.cases[1].query.as_deref(), set.cases[1].wanted, set.interactions.total()), (None, 2, 0));
        assert_ne!(case.visitor, set.cases[1].visitor);
        let plain = folder(&[("items.jsonl", ITEMS), ("test.tsv", "u\t7\ta\n")]);
        assert_eq!(Set::read(plain.path(), None, 1).unwrap().cases[0].targets, [1]);
    }

    #[test]
    fn tests_are_made_of_the_interactions_and_taken_out_of_them() {
        let interactions = "user_id\titem_id\ttimestamp\nu\ta\t1\nu\t7\t2\nv\ta\t3\n";
        let found = folder(&[("items.jsonl", ITEMS), ("interactions.tsv", interactions)]);
        let set = Set::read(found.path(), Some(Split::LeaveLastOut), 1).unwrap();
        assert_eq!((set.cases.len(), set.interactions.total(), set.split.as_str()), (1, 2, "leave-last-out"));
        assert_eq!((set.cases[0].history.clone(), set.cases[0].targets.clone()), (vec![1], vec![0]));
        let late = "user_id\titem_id\ttimestamp\nu\ta\t1\nu\t7\t2\nv\ta\t9\nv\t7\t9\n";
        let late = folder(&[("items.jsonl", ITEMS), ("interactions.tsv", late)]);
        let set = Set::read(late.path(), Some(Split::Time), 1).unwrap();
        let cases: Vec<_> = set.cases.iter().map(|case| (case.visitor.as_str(), case.history.len())).collect();
        assert_eq!((cases, set.interactions.total()), (vec![("v", 1)], 2));
        assert_eq!(set.interactions.visitors.keys().collect::<Vec<_>>(), ["u"]);
    }

    #[test]
    fn recboles_files_are_read_and_an_empty_folder_says_what_is_missing() {
        let items = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n1\tToy Story\t1995\tAnimation\n";
        let inter = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n5\t1\t4\t9\n5\t1\t3\t8\n";
        let found = folder(&[("ml.item", items), ("ml.inter", inter)]);
        let error = Set::read(found.path(), None, 1).err().unwrap().to_string();
        assert!(error.contains("nothing to test on"), "{error}");
        let error = Set::read(folder(&[]).path(), None, 1).err().unwrap().to_string();
        assert!(error.contains("items.jsonl"), "{error}");
        let (read, _) = super::items(&found.path().join("ml.item")).unwrap();
        let words = &read[0].words["en"];
        assert_eq!((words.title.as_str(), words.category()), ("Toy Story (1995)", "Animation"));
    }
}
