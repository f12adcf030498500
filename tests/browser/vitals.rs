//! Measures the web vitals of one page view, as the web-vitals library defines them: LCP is the last candidate before
//! the visitor does anything; CLS is the largest session window of shifts without input (a window ends after a second
//! without a shift, or after five seconds); a long task is one of more than 50 ms on the page's thread.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    Gpu, Shop, Site,
    phone::Slowdown,
    site::{Interceptor, add_file, root},
    visit,
};

/// What the page has in place of the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Nothing: the page shows the shop's own markup.
    Absent,
    /// The tag.
    Present,
    /// A script that blocks the page for this long, as a tag must not.
    Blocking { ms: u32 },
}

#[derive(Debug, Clone)]
pub struct Vitals {
    pub lcp_ms: f64,
    /// Whether the largest paint is of the page's own markup, and not of a card.
    pub lcp_is_own_markup: bool,
    pub cls: f64,
    /// Duration of each task above 50 ms.
    pub long_tasks_ms: Vec<f64>,
}

/// Returns the vitals since navigation: the observers also report what happened before they were created.
const OBSERVE: &str = r#"
    const sleep = (ms) => new Promise((then) => setTimeout(then, ms));
    await sleep(args[0]);
    const [paints, shifts, tasks] = ["largest-contentful-paint", "layout-shift", "longtask"].map((type) => {
      const seen = [];
      new PerformanceObserver((list) => seen.push(...list.getEntries())).observe({ type, buffered: true });
      return seen;
    });
    // On a busy page, earlier entries are reported late. A visible page has at least one paint.
    for (let tries = 0; tries < 50 && !(tries && paints.length); tries++) await sleep(100);
    if (!paints.length) throw new Error(`no paint was reported; the page is ${document.visibilityState}`);
    let [cls, window, first, last] = [0, 0, 0, 0];
    for (const { value, startTime, hadRecentInput } of shifts) {
      if (hadRecentInput) continue;
      const sameWindow = window && startTime - last < 1000 && startTime - first < 5000;
      [window, first, last] = sameWindow ? [window + value, first, startTime] : [value, startTime, startTime];
      cls = Math.max(cls, window);
    }
    // The browser does not report elements inside a shadow tree.
    const { startTime, element } = paints.at(-1);
    return [startTime, Boolean(element), cls, tasks.map(({ duration }) => duration)];"#;

/// Time after the first cards in which the model becomes ready and words are marked.
const OBSERVE_MS: u32 = 2500;

/// Measures a first visit to a page.
pub async fn measure_vitals(page: &'static str, tag: Tag) -> Result<Vitals> {
    measure_vitals_with(page, tag, Box::new(|_, _| {}), 1).await
}

/// The same with an interceptor after the one that replaces the tag, and a processor that is `slowdown` times slower.
pub async fn measure_vitals_with(
    page: &'static str,
    tag: Tag,
    interceptor: Interceptor,
    slowdown: u32,
) -> Result<Vitals> {
    let text = std::fs::read_to_string(root().join("dist").join(page)).with_context(|| page.to_owned())?;
    let line = text.lines().find(|line| line.contains(TAG)).with_context(|| format!("{page} has no {TAG}"))?;
    let mut observed = Value::Null;
    let replace = replace_tag(page, line.to_owned(), tag);
    let site = Site::with_interceptor(Box::new(move |path, reply| {
        replace(path, reply);
        interceptor(path, reply);
    }));
    visit(site, Gpu::None, &[], async |shop: &Shop| {
        let _slowdown = Slowdown::start(&shop.browser, slowdown);
        if tag == Tag::Present {
            shop.open(page).await?;
        } else {
            shop.goto(page).await?;
        }
        observed = shop.evaluate(OBSERVE, &[OBSERVE_MS.into()]).await?;
        Ok(())
    })
    .await?;
    let tasks = observed[3].as_array().context("no tasks")?.iter().filter_map(Value::as_f64);
    Ok(Vitals {
        lcp_ms: observed[0].as_f64().context("no largest paint")?,
        lcp_is_own_markup: observed[1].as_bool().context("no element of the largest paint")?,
        cls: observed[2].as_f64().context("no layout shift")?,
        long_tasks_ms: tasks.collect(),
    })
}

const TAG: &str = r#"shelf.js"></script>"#;

/// Replaces the line with the tag in this page.
fn replace_tag(page: &'static str, line: String, tag: Tag) -> Interceptor {
    let (replacement, blocked_ms) = match tag {
        Tag::Present => (line.clone(), 0),
        Tag::Absent => (String::new(), 0),
        Tag::Blocking { ms } => (r#"<script src="/block.js"></script>"#.to_owned(), ms),
    };
    let script = format!("for (const begun = performance.now(); performance.now() < begun + {blocked_ms};);");
    let add_script = add_file("/block.js", script);
    Box::new(move |path, reply| {
        add_script(path, reply);
        if path.strip_prefix('/') == Some(page) {
            reply.body = String::from_utf8_lossy(&reply.body).replace(&line, &replacement).into_bytes();
        }
    })
}
