//! Writes the wire's types as TypeScript, `www/package/wire.d.ts`; a test holds the file to the Rust types. Must not know what
//! the types mean.

use std::{env, fs};

use serde::de::DeserializeOwned;
use serde_json::json;
use ts_rs::{Config, TS};

use super::*;
use crate::{
    profile::weights::EventWeights,
    rank::{
        Filter, Rules, Scene,
        filter::FilterValue,
        rules::{Boost, ContextValue, GoesWith, Pin},
        scene::{Diversity, DiversityMethod, Exposure},
    },
    vectors::Metric,
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/package/wire.d.ts");
/// Characters of an object's fields that may stand on one line.
const SHORT: usize = 100;
const RENEW: &str = "NEARMIND_RENEW=1 cargo test --package nearmind-core declarations";

#[test]
fn the_declarations_are_those_of_the_rust_types() {
    let now = declarations();
    if env::var_os("NEARMIND_RENEW").is_some() {
        fs::write(FILE, &now).unwrap();
    }
    let checked_in = fs::read_to_string(FILE).unwrap_or_default();
    let differs = now.lines().zip(checked_in.lines().chain([""].into_iter().cycle())).find(|(a, b)| a != b);
    assert!(
        now == checked_in,
        "www/package/wire.d.ts is not what the Rust types say: {differs:?}. To renew it: {RENEW}"
    );
}

macro_rules! each {
    ($print:ident: $($type:ty),* $(,)?) => { [$($print::<$type>()),*].concat() };
}

fn declarations() -> String {
    let head = format!("// What crosses the wire, written from the Rust types by a test. To renew it: {RENEW}\n");
    let sent = each!(declared: Envelope, Command, DeviceChoice, PictureSource, ShelfKind);
    let optional = each!(declared_optional: ShelfRequest, Scene, Rules, EventWeights, Diversity);
    let said = each!(declared:
        Context, ContextValue, Filter, FilterValue, Pin, Boost, GoesWith, Exposure, DiversityMethod, Metric, Event, EventName, Opinion,
        Update, Stage, Shelf, Basis, Card, CardPicture, Part, Price, DeviceReport, DeviceReason, Problem,
        Claim, TextNote, UnusedReason, Warning, Explanation, ScorePart, InterestShare, EventShare, Moved, Without, WhyNot, Attention, ProfileSummary, InterestLine, EventLine,
        InterestMap, MapPoint, PointKind, MapInterest, Diagnosis, UnmatchedId,
    );
    [head, sent, optional, said].concat()
}

fn declared<T: TS>() -> String {
    let config = Config::default();
    print(&T::docs().unwrap_or_default(), &T::decl(&config), |body| body)
}

/// A type of which a page may leave out every field.
fn declared_optional<T: TS + DeserializeOwned>() -> String {
    let config = Config::default();
    assert!(serde_json::from_value::<T>(json!({})).is_ok(), "{} has a field that is required", T::name(&config));
    print(&T::docs().unwrap_or_default(), &T::decl(&config), |body| format!("Partial<{body}>"))
}

/// `declaration` is `type Name = ...;` as ts-rs writes it: on one line, but for comments.
fn print(docs: &str, declaration: &str, wrap: impl Fn(String) -> String) -> String {
    let (name, body) = declaration.trim_end_matches(';').split_once(" = ").expect("a declaration");
    let alternatives = split(body, '|');
    let body = match &alternatives[..] {
        [one] => laid_out(one, 0),
        // Names stand beside each other, objects below each other.
        names if names.iter().all(|name| !name.contains('{')) => names.join(" | "),
        objects => objects.iter().map(|one| format!("\n  | {}", laid_out(one, 1))).collect(),
    };
    let gap = if body.starts_with('\n') { "" } else { " " };
    format!("\n{}export {name} ={gap}{};\n", comment(docs, 0), wrap(body))
}

/// An object with each field on a line of its own, or one of several on one line where it is short.
fn laid_out(object: &str, depth: usize) -> String {
    let object = object.trim();
    // Names, maps (`{ [key in string]: X }`) and what is made of several types stay as they are.
    if !is_one_object(object) || object.starts_with("{ [") {
        return alone(object).replace("\"type\":", "type:");
    }
    let fields = split(&object[1..object.len() - 1], ',');
    let short = fields.iter().map(|field| unquoted(field)).collect::<Vec<_>>().join("; ");
    if depth > 0 && !short.contains("/**") && short.len() <= SHORT {
        return format!("{{ {short} }}");
    }
    let indent = "  ".repeat(depth + 1);
    let line = |field: &String| match field.rsplit_once("*/") {
        Some((docs, field)) => format!("{}{indent}{};\n", comment(docs, depth + 1), unquoted(field)),
        None => format!("{indent}{};\n", unquoted(field)),
    };
    format!("{{\n{}{}}}", fields.iter().map(line).collect::<String>(), "  ".repeat(depth))
}

/// Without line breaks, and without commas that end a list.
fn alone(object: &str) -> String {
    object.split_whitespace().collect::<Vec<_>>().join(" ").replace(", }", " }")
}

/// The tag's name stands in quotation marks that it does not need.
fn unquoted(field: &str) -> String {
    let field = &if field.contains("/**") { field.trim().to_owned() } else { alone(field) };
    match field.strip_prefix('"').and_then(|rest| rest.split_once("\":")) {
        Some((name, rest)) if name.chars().all(char::is_alphanumeric) => format!("{name}:{rest}"),
        _ => field.to_owned(),
    }
}

/// The parts between separators that stand outside of brackets.
fn split(text: &str, separator: char) -> Vec<String> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, c, depth) in outside(text) {
        if c == separator && depth == 0 {
            parts.push(text[start..at].trim().to_owned());
            start = at + c.len_utf8();
        }
    }
    parts.push(text[start..].trim().to_owned());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Whether the bracket that `text` begins with closes at its end.
fn is_one_object(text: &str) -> bool {
    let end = outside(text).into_iter().find(|(_, c, depth)| *c == '}' && *depth == 0);
    text.starts_with('{') && end.is_some_and(|(at, ..)| at + 1 == text.len())
}

/// What is outside of strings and comments: where, which character, and in how many brackets.
fn outside(text: &str) -> Vec<(usize, char, usize)> {
    let (mut found, mut depth, mut quoted, mut comment_end) = (Vec::new(), 0, false, 0);
    for (at, c) in text.char_indices() {
        if text[at..].starts_with("/**") && !quoted {
            comment_end = at + text[at..].find("*/").expect("the comment ends") + 2;
        }
        if at < comment_end {
            continue;
        }
        depth -= usize::from(!quoted && "}>)]".contains(c));
        if !quoted {
            found.push((at, c, depth));
        }
        depth += usize::from(!quoted && "{<([".contains(c));
        quoted ^= c == '"';
    }
    found
}

/// As TypeScript's tools expect it: `/** ... */`.
fn comment(docs: &str, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    let text = |line: &str| {
        line.trim().trim_start_matches("/**").trim_end_matches("*/").trim_start_matches('*').trim().to_owned()
    };
    let lines: Vec<String> = docs.lines().map(text).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).skip_while(|line| line.is_empty()).collect();
    match lines.join("\n").trim_end() {
        "" => String::new(),
        one if !one.contains('\n') => format!("{indent}/** {one} */\n"),
        many => format!(
            "{indent}/**\n{}{indent} */\n",
            many.lines().map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n").collect::<String>()
        ),
    }
}
