//! A feed of JSON Lines turned into clean items: what is wrong is counted and named, never silently dropped.
//!
//! Bytes in, plain data out: must not know files.

use std::{collections::BTreeMap, fmt};

use super::item::Item;
use crate::text::language::language;

/// Items that can be recommended, in the order of the feed, and everything that was wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Clean {
    pub items: Vec<Item>,
    pub problems: Vec<Problem>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Of the feed, from 1.
    pub line: usize,
    pub fault: Fault,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Left out.
    NotAnItem(String),
    /// Left out.
    NoId,
    /// Left out; the first line with this id stands.
    Twice { id: String, first: usize },
    /// Left out: without words there is nothing to recommend it by.
    NoTitle { id: String },
    /// Kept, without a price.
    Price { id: String },
    /// Kept, without this language.
    EmptyTitle { id: String, lang: String },
    /// Kept as it is, but the page and the model will take it for what it is not.
    Language { id: String, lang: String },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.fault {
            Fault::NotAnItem(why) => write!(f, "left out, not an item: {why}"),
            Fault::NoId => write!(f, "left out, it has no id"),
            Fault::Twice { id, first } => write!(f, "left out, {id:?} is already in line {first}"),
            Fault::NoTitle { id } => write!(f, "left out, {id:?} has no title in any language"),
            Fault::Price { id } => write!(f, "{id:?} keeps no price: it is negative or has no currency"),
            Fault::EmptyTitle { id, lang } => write!(f, "{id:?} has no title in {lang:?}, that language is left out"),
            Fault::Language { id, lang } => write!(f, "the words of {id:?} in {lang:?} are in another language"),
        }
    }
}

/// Reads a feed: one item a line, empty lines are passed over.
pub fn clean(feed: &str) -> Clean {
    let mut clean = Clean::default();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for (at, text) in feed.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let line = at + 1;
        let mut item: Item = match serde_json::from_str(text) {
            Ok(item) => item,
            Err(error) => {
                clean.problems.push(Problem { line, fault: Fault::NotAnItem(error.to_string()) });
                continue;
            }
        };
        let id = item.id.clone();
        let mut note = |fault| clean.problems.push(Problem { line, fault });
        if id.trim().is_empty() {
            note(Fault::NoId);
            continue;
        }
        if let Some(&first) = first.get(&id) {
            note(Fault::Twice { id, first });
            continue;
        }
        item.words.retain(|lang, words| {
            let keep = !words.title.trim().is_empty();
            if !keep {
                note(Fault::EmptyTitle { id: id.clone(), lang: lang.clone() });
            }
            keep
        });
        if item.words.is_empty() {
            note(Fault::NoTitle { id });
            continue;
        }
        for (lang, words) in &item.words {
            // Chinese without one Chinese character, or English that is Chinese.
            let reads = language(&format!("{} {}", words.title, words.description));
            if ["en", "zh"].contains(&lang.as_str()) && lang != reads {
                note(Fault::Language { id: id.clone(), lang: lang.clone() });
            }
        }
        if item.price.is_some_and(|price| price < 0.0 || item.currency.is_empty()) {
            item.price = None;
            note(Fault::Price { id: id.clone() });
        }
        first.insert(id, line);
        clean.items.push(item);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named_by_line() {
        let feed = r#"{"id":"a","url":"/a","price":2,"currency":"EUR","words":{"en":{"title":"Tea"}}}

{"id":"a","url":"/b","words":{"en":{"title":"Tea again"}}}
{"id":"b","url":"/b","words":{"en":{"title":" "}}}
{"id":"c","url":"/c","price":-1,"currency":"EUR","words":{"en":{"title":"Cup"},"zh":{"title":""}}}
{"id":"f","url":"/f","words":{"zh":{"title":"Kettle"}}}
{"id":" ","url":"/d","words":{"en":{"title":"Pot"}}}
{"url":"/e"}
nonsense"#;
        let clean = clean(feed);
        let ids: Vec<_> = clean.items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["a", "c", "f"]);
        assert_eq!((clean.items[0].price, clean.items[1].price), (Some(2.0), None));
        let lines: Vec<_> = clean.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [3, 4, 4, 5, 5, 6, 7, 8, 9]);
        assert_eq!(clean.problems[0].to_string(), r#"line 3: left out, "a" is already in line 1"#);
        assert!(clean.problems[7].to_string().contains("missing field `id`"));
    }
}
