//! Reports and errors as JavaScript reads them. What people read of an error is written by the page, in its language.

use std::{collections::BTreeMap, fmt::Display, io::ErrorKind};

use js_sys::{Error, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use nearmind_feeds::{
    FeedError, Format, Kind, Report,
    report::{Example, FeedReport, Outcome},
};

/// What reading a feed came to.
#[derive(Serialize)]
pub struct Told<'a> {
    report: Summary<'a>,
    /// Items.
    count: usize,
    chinese: bool,
    /// Items by the language of the text that a model reads.
    languages: BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct Summary<'a> {
    rows: u64,
    items: u64,
    folded: u64,
    left_out: u64,
    currencies: &'a BTreeMap<String, u64>,
    feeds: &'a [FeedReport],
    /// By what became of the row: left out first.
    problems: Vec<Problem<'a>>,
}

#[derive(Serialize)]
struct Problem<'a> {
    kind: Kind,
    outcome: Outcome,
    count: u64,
    examples: &'a [Example],
    /// How many there are for each reason that the feed gives, as it words it.
    reasons: &'a BTreeMap<String, u64>,
    /// After a count.
    en: &'static str,
    zh: &'static str,
}

impl<'a> Told<'a> {
    pub fn new(report: &'a Report, count: usize, chinese: bool, languages: BTreeMap<String, usize>) -> Self {
        let problem = |(&kind, problems): (&Kind, &'a nearmind_feeds::report::Problems)| Problem {
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
        let report = Summary {
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

    pub fn to_js(&self) -> Result<JsValue, JsValue> {
        self.serialize(&Serializer::json_compatible()).map_err(|error| plain("report", &error))
    }
}

/// An Error with a code for its name, and what the page needs to say it.
pub fn thrown(error: &FeedError) -> JsValue {
    let (code, row, format, why) = match error {
        FeedError::TooLong { row, format, .. } => ("too-long", Some(*row), Some(*format), None),
        FeedError::CutOff { row, why, .. } => ("cut-off", Some(*row), None, Some(why)),
        FeedError::Broken { row, format, why, .. } => ("broken", Some(*row), Some(*format), Some(why)),
        FeedError::Empty { .. } => ("empty", None, None, None),
        FeedError::NoProducts { why, .. } => ("no-products", None, None, Some(why)),
        FeedError::Columns(map) => ("columns", None, None, Some(map)),
        FeedError::Io(error) if error.kind() == ErrorKind::StorageFull => return too_large(),
        FeedError::Io(_) => ("unreadable", None, None, None),
    };
    told(code, &error, row, format, why.map(String::as_str))
}

/// More than a page should take.
pub fn too_large() -> JsValue {
    plain("too-large", &"the feed has more products than a page can take")
}

pub fn plain(code: &str, error: &dyn Display) -> JsValue {
    told(code, error, None, None, None)
}

fn told(code: &str, error: &dyn Display, row: Option<u64>, format: Option<Format>, why: Option<&str>) -> JsValue {
    let thrown = Error::new(&error.to_string());
    thrown.set_name(code);
    let format = format.map(|format| format.to_string());
    let details = [
        ("row", row.map(|row| JsValue::from(row as f64))),
        ("format", format.map(JsValue::from)),
        ("why", why.map(JsValue::from)),
    ];
    for (name, value) in details {
        // An error object takes any property.
        Reflect::set(&thrown, &name.into(), &value.unwrap_or(JsValue::NULL)).ok();
    }
    thrown.into()
}
