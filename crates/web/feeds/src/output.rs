//! Converts reports and errors for JavaScript. The page writes the error messages for people, in its language.

use std::{collections::BTreeMap, fmt::Display, io::ErrorKind};

use js_sys::{Error, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use nearmind_feeds::{
    FeedError, Format, ProblemKind, Report,
    report::{Example, FeedReport, Outcome},
};

/// The result of an import.
#[derive(Serialize)]
pub struct ImportResult<'a> {
    report: JsReport<'a>,
    /// The number of items.
    count: usize,
    chinese: bool,
    /// The number of items by language of the text that the model embeds.
    languages: BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct JsReport<'a> {
    rows: u64,
    items: u64,
    folded: u64,
    left_out: u64,
    currencies: &'a BTreeMap<String, u64>,
    feeds: &'a [FeedReport],
    /// The problems, sorted by outcome, left out first.
    problems: Vec<Problem<'a>>,
}

#[derive(Serialize)]
struct Problem<'a> {
    kind: ProblemKind,
    outcome: Outcome,
    count: u64,
    examples: &'a [Example],
    /// The number of rows by reason, as the feed words it.
    reasons: &'a BTreeMap<String, u64>,
    /// The descriptions in English and Chinese, to follow a count.
    en: &'static str,
    zh: &'static str,
}

impl<'a> ImportResult<'a> {
    pub fn new(report: &'a Report, count: usize, chinese: bool, languages: BTreeMap<String, usize>) -> Self {
        let problem = |(&kind, problems): (&ProblemKind, &'a nearmind_feeds::report::Problems)| Problem {
            kind,
            outcome: kind.outcome(),
            count: problems.count,
            examples: &problems.examples,
            reasons: &problems.reasons,
            en: kind.text(),
            zh: kind.text_zh(),
        };
        let mut problems: Vec<_> = report.problems.iter().map(problem).collect();
        problems.sort_by_key(|problem| problem.outcome);
        let report = JsReport {
            rows: report.rows,
            items: report.items,
            folded: report.folded,
            left_out: report.left_out(),
            currencies: &report.currencies,
            feeds: &report.feeds,
            problems,
        };
        Self { report, count, chinese, languages }
    }

    /// Converts the result to a JavaScript object.
    pub fn to_js(&self) -> Result<JsValue, JsValue> {
        self.serialize(&Serializer::json_compatible()).map_err(|error| js_error("report", &error))
    }
}

/// Converts an error to a JavaScript Error with a code as its name, and the details for the page's message.
pub fn to_js_error(error: &FeedError) -> JsValue {
    let (code, row, format, why) = match error {
        FeedError::TooLong { row, format, .. } => ("too-long", Some(*row), Some(*format), None),
        FeedError::CutOff { row, why, .. } => ("cut-off", Some(*row), None, Some(why)),
        FeedError::Broken { row, format, why, .. } => ("broken", Some(*row), Some(*format), Some(why)),
        FeedError::Empty { .. } => ("empty", None, None, None),
        FeedError::NoProducts { why, .. } => ("no-products", None, None, Some(why)),
        FeedError::ColumnMap(map) => ("columns", None, None, Some(map)),
        FeedError::Io(error) if error.kind() == ErrorKind::StorageFull => return too_large(),
        FeedError::Io(_) => ("unreadable", None, None, None),
    };
    build_error(code, &error, row, format, why.map(String::as_str))
}

/// The error for a feed with more items than a page can import.
pub fn too_large() -> JsValue {
    js_error("too-large", &"the feed has more products than a page can import; use nearmind bake")
}

/// A JavaScript Error with a code as its name, without details.
pub fn js_error(code: &str, error: &dyn Display) -> JsValue {
    build_error(code, error, None, None, None)
}

fn build_error(
    code: &str,
    error: &dyn Display,
    row: Option<u64>,
    format: Option<Format>,
    why: Option<&str>,
) -> JsValue {
    let js_error = Error::new(&error.to_string());
    js_error.set_name(code);
    let format = format.map(|format| format.to_string());
    let details = [
        ("row", row.map(|row| JsValue::from(row as f64))),
        ("format", format.map(JsValue::from)),
        ("why", why.map(JsValue::from)),
    ];
    for (name, value) in details {
        // Setting a property of an Error object cannot fail.
        Reflect::set(&js_error, &name.into(), &value.unwrap_or(JsValue::NULL)).ok();
    }
    js_error.into()
}
