//! What the page's thread was busy with, task by task, as Chromium's own trace has it: in CPU time, which does not grow
//! when other threads and other programs want the processor, too.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    Site,
    shop::{Shop, visit_traced},
};

/// In milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    /// From the first mark.
    pub at: f64,
    pub wall: f64,
    pub cpu: f64,
}

/// As many as the driver hands out at a time; each time there are some new ones, if few.
const BATCH: usize = 100_000;

/// The tasks of a visit on the page's thread, from one of the page's marks (`performance.mark`) to another.
pub async fn tasks(site: Site, body: impl AsyncFnOnce(&Shop) -> Result<()>, marks: [&str; 2]) -> Result<Vec<Task>> {
    let mut events = Vec::new();
    visit_traced(site, async |shop| {
        body(shop).await?;
        // The driver hands out a trace when the page has been left.
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
    let ours = events.iter().filter(|event| event["pid"] == from["pid"] && event["tid"] == from["tid"]);
    let tasks = ours.filter(|event| event["ph"] == "X" && event["name"] == "RunTask");
    let between = tasks.filter(|task| (time_us(from, "ts")..time_us(to, "ts")).contains(&time_us(task, "ts")));
    let ms = |event: &Value, field: &str| time_us(event, field) / 1000.0;
    Ok(between
        .map(|task| Task { at: ms(task, "ts") - ms(from, "ts"), wall: ms(task, "dur"), cpu: ms(task, "tdur") })
        .collect())
}
