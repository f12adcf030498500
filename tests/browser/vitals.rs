//! The web's vitals of one page view, by the definitions of the web-vitals library: LCP is the last candidate before the
//! visitor does anything, CLS the largest session window of shifts without input (windows end after a second without a
//! shift, or five seconds), and a long task one of more than 50 ms on the page's thread.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    Gpu, Shop, Site,
    site::{Fault, root},
    visit,
};

#[derive(Debug, Clone)]
pub struct Vitals {
    pub lcp_ms: f64,
    pub cls: f64,
    /// Of each task above 50 ms.
    pub long_tasks_ms: Vec<f64>,
}

/// Fills `vitals` from the page's beginning on; the observers also tell what was before them.
const OBSERVED: &str = r#"
    const entries = (type) => new Promise((done) => {
      const seen = [];
      new PerformanceObserver((list) => seen.push(...list.getEntries())).observe({ type, buffered: true });
      setTimeout(() => done(seen), 100);
    });
    await new Promise((later) => setTimeout(later, given[0]));
    const [paints, shifts, tasks] = await Promise.all(["largest-contentful-paint", "layout-shift", "longtask"].map(entries));
    let [cls, window, first, last] = [0, 0, 0, 0];
    for (const { value, startTime, hadRecentInput } of shifts) {
      if (hadRecentInput) continue;
      const goes = window && startTime - last < 1000 && startTime - first < 5000;
      [window, first, last] = goes ? [window + value, first, startTime] : [value, startTime, startTime];
      cls = Math.max(cls, window);
    }
    return [paints.at(-1)?.startTime ?? null, cls, tasks.map(({ duration }) => duration)];"#;

/// After the first cards, until the model has answered and marks are drawn.
const WATCHED_MS: u32 = 2500;

/// A first visit to a page, with the tag or without it: then the shop's own markup is all there is.
pub async fn vitals(page: &str, tag: bool) -> Result<Vitals> {
    let file = std::fs::read_to_string(root().join("dist").join(page)).with_context(|| page.to_owned())?;
    anyhow::ensure!(file.contains(TAG), "{page} has no {TAG}");
    let site = if tag { Site::new() } else { Site::with(without_tag(format!("/{page}"))) };
    let mut found = Value::Null;
    visit(site, Gpu::None, &[], async |shop: &Shop| {
        shop.goto(page).await?;
        if tag {
            anyhow::ensure!(shop.settled().await? == "ready", "{page} shows recommendations");
        }
        found = shop.ask(OBSERVED, &[WATCHED_MS.into()]).await?;
        Ok(())
    })
    .await?;
    let tasks = found[2].as_array().context("tasks")?.iter().filter_map(Value::as_f64);
    Ok(Vitals {
        lcp_ms: found[0].as_f64().context("a largest paint")?,
        cls: found[1].as_f64().context("shifts")?,
        long_tasks_ms: tasks.collect(),
    })
}

const TAG: &str = r#"shelf.js"></script>"#;

fn without_tag(page: String) -> Fault {
    Box::new(move |path, reply| {
        if path == page {
            let text = String::from_utf8_lossy(&reply.body);
            let line = text.lines().find(|line| line.contains(TAG)).unwrap_or_default().to_owned();
            reply.body = text.replace(&line, "").into_bytes();
        }
    })
}
