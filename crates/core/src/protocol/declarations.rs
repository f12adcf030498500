//! Generates the TypeScript declarations of the protocol, `www/package/wire.d.ts`. A test checks that the file matches
//! the Rust types. Must not know what the types mean.

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

/// The generated file.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/package/wire.d.ts");
/// The most bytes of an object that is written on one line.
const MAX_INLINE_LEN: usize = 100;
/// The command that writes the file anew.
const RENEW_COMMAND: &str = "NEARMIND_RENEW=1 cargo test --package nearmind-core declarations";

#[test]
fn the_declarations_match_the_rust_types() {
    let generated = declarations();
    if env::var_os("NEARMIND_RENEW").is_some() {
        fs::write(FILE, &generated).unwrap();
    }
    let checked_in = fs::read_to_string(FILE).unwrap_or_default();
    let first_difference =
        generated.lines().zip(checked_in.lines().chain([""].into_iter().cycle())).find(|(a, b)| a != b);
    assert!(
        generated == checked_in,
        "www/package/wire.d.ts differs from the Rust types: {first_difference:?}. To renew it, run {RENEW_COMMAND}"
    );
}

/// The declarations of several types, joined: `each!(declare: A, B)` calls `declare::<A>()` and `declare::<B>()`.
macro_rules! each {
    ($print:ident: $($type:ty),* $(,)?) => { [$($print::<$type>()),*].concat() };
}

fn declarations() -> String {
    let head = format!(
        "// The types of the protocol, generated from the Rust types by a test. To renew them: {RENEW_COMMAND}\n"
    );
    let requests = each!(declare: Envelope, Command, EncoderChoice, DeviceChoice, PictureSource, ShelfKind);
    let optional = each!(declare_optional: ShelfRequest, Scene, Rules, EventWeights, Diversity);
    let others = each!(declare:
        Context, ContextValue, Filter, FilterValue, Pin, Boost, GoesWith, Exposure, DiversityMethod, Metric, Event,
        EventName, Opinion, Update, Stage, AbsenceReason, Shelf, Basis, Card, CardPicture, Part, Price, DeviceReport,
        DeviceReason, Problem, Claim, TextNote, UnusedReason, Warning, Explanation, ScorePart, InterestShare, EventShare, Moved,
        Without, WhyNot, Attention, ProfileSummary, InterestLine, EventLine, InterestMap, MapPoint, PointKind,
        MapInterest, Diagnosis, UnmatchedId,
    );
    [head, requests, optional, others].concat()
}

fn declare<T: TS>() -> String {
    let config = Config::default();
    format_declaration(&T::docs().unwrap_or_default(), &T::decl(&config), |body| body)
}

/// Declares a type all of whose fields a page may leave out. Panics if Rust requires one of them.
fn declare_optional<T: TS + DeserializeOwned>() -> String {
    let config = Config::default();
    assert!(serde_json::from_value::<T>(json!({})).is_ok(), "{} has a field that is required", T::name(&config));
    format_declaration(&T::docs().unwrap_or_default(), &T::decl(&config), |body| format!("Partial<{body}>"))
}

/// Formats a declaration. `declaration` is `type Name = ...;` as ts-rs writes it: on one line, except for comments.
fn format_declaration(docs: &str, declaration: &str, wrap: impl Fn(String) -> String) -> String {
    let (name, body) = declaration.trim_end_matches(';').split_once(" = ").expect("a declaration");
    let alternatives = split(body, '|');
    let body = match &alternatives[..] {
        [one] => format_object(one, 0),
        // If all alternatives are names, they are written on one line; otherwise each is written on lines of its own.
        names if names.iter().all(|name| !name.contains('{')) => names.join(" | "),
        objects => objects.iter().map(|one| format!("\n  | {}", format_object(one, 1))).collect(),
    };
    let gap = if body.starts_with('\n') { "" } else { " " };
    format!("\n{}export {name} ={gap}{};\n", comment(docs, 0), wrap(body))
}

/// Formats an object with one field per line, or on one line if it is short and one of several alternatives.
fn format_object(object: &str, depth: usize) -> String {
    let object = object.trim();
    // Names, maps (`{ [key in string]: X }`) and combined types are not split.
    if !is_one_object(object) || object.starts_with("{ [") {
        return on_one_line(object).replace("\"type\":", "type:");
    }
    let fields = split(&object[1..object.len() - 1], ',');
    let short = fields.iter().map(|field| unquote(field)).collect::<Vec<_>>().join("; ");
    if depth > 0 && !short.contains("/**") && short.len() <= MAX_INLINE_LEN {
        return format!("{{ {short} }}");
    }
    let indent = "  ".repeat(depth + 1);
    let line = |field: &String| match field.rsplit_once("*/") {
        Some((docs, field)) => format!("{}{indent}{};\n", comment(docs, depth + 1), unquote(field)),
        None => format!("{indent}{};\n", unquote(field)),
    };
    format!("{{\n{}{}}}", fields.iter().map(line).collect::<String>(), "  ".repeat(depth))
}

/// Removes line breaks, trailing commas, and the asterisk with which ts-rs begins the text of a comment.
fn on_one_line(object: &str) -> String {
    object.split_whitespace().collect::<Vec<_>>().join(" ").replace(", }", " }").replace("/** * ", "/** ")
}

/// Removes the quotation marks around a field name that does not need them.
fn unquote(field: &str) -> String {
    let field = &if field.contains("/**") { field.trim().to_owned() } else { on_one_line(field) };
    match field.strip_prefix('"').and_then(|rest| rest.split_once("\":")) {
        Some((name, rest)) if name.chars().all(char::is_alphanumeric) => format!("{name}:{rest}"),
        _ => field.to_owned(),
    }
}

/// Splits `text` at separators that are not inside brackets, strings or comments. Empty parts are dropped.
fn split(text: &str, separator: char) -> Vec<String> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, c, depth) in code_chars(text) {
        if c == separator && depth == 0 {
            parts.push(text[start..at].trim().to_owned());
            start = at + c.len_utf8();
        }
    }
    parts.push(text[start..].trim().to_owned());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Whether `text` is one object: the brace at its start closes at its end.
fn is_one_object(text: &str) -> bool {
    let end = code_chars(text).into_iter().find(|(_, c, depth)| *c == '}' && *depth == 0);
    text.starts_with('{') && end.is_some_and(|(at, ..)| at + 1 == text.len())
}

/// Returns the characters outside of strings and comments, each with its byte offset and the number of brackets around
/// it; a bracket itself is outside of its pair.
fn code_chars(text: &str) -> Vec<(usize, char, usize)> {
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

/// Formats `docs`, with or without comment marks, as a JSDoc comment: `/** ... */`. Empty if there is no text.
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
