//! The tasks of the page's thread, from Chromium's trace, with their CPU time: unlike wall time, it does not grow when
//! other threads and programs use the processor, too.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    Site,
    shop::{Shop, visit_traced},
};

/// One task of the page's thread.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    /// Time since the first mark.
    pub start_ms: f64,
    pub wall_ms: f64,
    pub cpu_ms: f64,
}

/// The driver returns at most this many log entries at a time. Each call adds a few new entries.
const BATCH: usize = 100_000;

/// Traces a visit and returns the tasks of the page's thread between two marks that the page set by `performance.mark`.
pub async fn trace_tasks(
    site: Site,
    body: impl AsyncFnOnce(&Shop) -> Result<()>,
    marks: [&str; 2],
) -> Result<Vec<Task>> {
    let mut events = Vec::new();
    visit_traced(site, async |shop| {
        body(shop).await?;
        // The driver has the trace only after the page was left.
        shop.browser.driver.goto("about:blank").await?;
        let mut more = true;
        while more {
            let entries = shop.browser.driver.get_log("performance").await?;
            more = entries.len() >= BATCH;
            for entry in entries {
                let mut entry: Value = serde_json::from_str(&entry.message)?;
                if entry["message"]["method"] == "Tracing.dataCollected" {
                    events.push(entry["message"]["params"].take());
                }
            }
        }
        Ok(())
    })
    .await?;
    let mark =
        |name: &str| events.iter().find(|event| event["name"] == name).with_context(|| format!("no mark {name}"));
    let [from, to] = [mark(marks[0])?, mark(marks[1])?];
    let time_us = |event: &Value, field: &str| event[field].as_f64().unwrap_or_default();
    let thread = events.iter().filter(|event| event["pid"] == from["pid"] && event["tid"] == from["tid"]);
    let tasks = thread.filter(|event| event["ph"] == "X" && event["name"] == "RunTask");
    let between = tasks.filter(|task| (time_us(from, "ts")..time_us(to, "ts")).contains(&time_us(task, "ts")));
    let ms = |event: &Value, field: &str| time_us(event, field) / 1000.0;
    Ok(between
        .map(|task| Task {
            start_ms: ms(task, "ts") - ms(from, "ts"),
            wall_ms: ms(task, "dur"),
            cpu_ms: ms(task, "tdur"),
        })
        .collect())
}
