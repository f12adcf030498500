//! The web's vitals of one page view, by the definitions of the web-vitals library: LCP is the last candidate before the
//! visitor does anything, CLS the largest session window of shifts without input (windows end after a second without a
//! shift, or five seconds), and a long task one of more than 50 ms on the page's thread.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    Gpu, Shop, Site,
    site::{Fault, page as file, root},
    visit,
};

/// What a page has where the shop put the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Nothing: the shop's own markup is all there is.
    Absent,
    /// The tag, as the page has it.
    Present,
    /// A script that keeps the page from going on for this long: what a tag must not be.
    Holding { ms: u32 },
}

#[derive(Debug, Clone)]
pub struct Vitals {
    pub lcp_ms: f64,
    /// The largest paint is of the page's own markup, and not of a card.
    pub shops_own: bool,
    pub cls: f64,
    /// Of each task above 50 ms.
    pub long_tasks_ms: Vec<f64>,
}

/// Fills `vitals` from the page's beginning on; the observers also tell what was before them.
const OBSERVED: &str = r#"
    const later = (ms) => new Promise((then) => setTimeout(then, ms));
    await later(given[0]);
    const [paints, shifts, tasks] = ["largest-contentful-paint", "layout-shift", "longtask"].map((type) => {
      const seen = [];
      new PerformanceObserver((list) => seen.push(...list.getEntries())).observe({ type, buffered: true });
      return seen;
    });
    // A busy page hears of what was before later than others; a paint there was, if anybody could see the page.
    for (let tries = 0; tries < 50 && !(tries && paints.length); tries++) await later(100);
    if (!paints.length) throw new Error(`no paint was reported; the page is ${document.visibilityState}`);
    let [cls, window, first, last] = [0, 0, 0, 0];
    for (const { value, startTime, hadRecentInput } of shifts) {
      if (hadRecentInput) continue;
      const goes = window && startTime - last < 1000 && startTime - first < 5000;
      [window, first, last] = goes ? [window + value, first, startTime] : [value, startTime, startTime];
      cls = Math.max(cls, window);
    }
    // The browser does not name an element that stands in a shadow tree.
    const { startTime, element } = paints.at(-1);
    return [startTime, Boolean(element), cls, tasks.map(({ duration }) => duration)];"#;

/// After the first cards, until the model has answered and marks are drawn.
const WATCHED_MS: u32 = 2500;

/// A first visit to a page.
pub async fn vitals(page: &'static str, tag: Tag) -> Result<Vitals> {
    let text = std::fs::read_to_string(root().join("dist").join(page)).with_context(|| page.to_owned())?;
    let line = text.lines().find(|line| line.contains(TAG)).with_context(|| format!("{page} has no {TAG}"))?;
    let mut found = Value::Null;
    visit(Site::with(instead(page, line.to_owned(), tag)), Gpu::None, &[], async |shop: &Shop| {
        if tag == Tag::Present {
            shop.open(page).await?;
        } else {
            shop.goto(page).await?;
        }
        found = shop.ask(OBSERVED, &[WATCHED_MS.into()]).await?;
        Ok(())
    })
    .await?;
    let tasks = found[3].as_array().context("tasks")?.iter().filter_map(Value::as_f64);
    Ok(Vitals {
        lcp_ms: found[0].as_f64().context("a largest paint")?,
        shops_own: found[1].as_bool().context("whose")?,
        cls: found[2].as_f64().context("shifts")?,
        long_tasks_ms: tasks.collect(),
    })
}

const TAG: &str = r#"shelf.js"></script>"#;

/// The page with something else in the line of its tag.
fn instead(page: &'static str, line: String, tag: Tag) -> Fault {
    let (with, held_ms) = match tag {
        Tag::Present => (line.clone(), 0),
        Tag::Absent => (String::new(), 0),
        Tag::Holding { ms } => (r#"<script src="/hold.js"></script>"#.to_owned(), ms),
    };
    let hold = format!("for (const begun = performance.now(); performance.now() < begun + {held_ms};);");
    let hold = file("/hold.js", hold);
    Box::new(move |path, reply| {
        hold(path, reply);
        if path.strip_prefix('/') == Some(page) {
            reply.body = String::from_utf8_lossy(&reply.body).replace(&line, &with).into_bytes();
        }
    })
}
