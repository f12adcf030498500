//! `cargo xtask bench phone`: measures first visits on mobile networks, with a slow processor.
//!
//! Prints a table with a column for each network: times since navigation, and bytes as transferred, without the page's own
//! files and pictures. Medians of several visits, each with a fresh profile. The list is about the visitor, on a page that
//! has nothing else; the paints are those of a product's page.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::median;
use browser_tests::{
    Gpu, Shop, Site,
    phone::{Compressed, PROFILES, Profile, Slowdown, host},
    site::add_shop_page,
    visit,
    vitals::{Tag, measure_vitals_with},
};

const VISITS: usize = 3;
const PAINTED_PAGE: &str = "examples/plain.html";
/// Time without a request after which a page has loaded everything.
const QUIET: Duration = Duration::from_secs(3);

/// Limit for loading the model, in seconds.
const MODEL_SECONDS: usize = 300;

/// Rows of the table with the values of all visits, by their place and name.
type Rows = BTreeMap<(usize, &'static str), Vec<f64>>;

const STRANGER: (usize, &str) = (0, "first recommendations, a stranger, ms");
const KNOWN: (usize, &str) = (1, "first recommendations, a known visitor without a cache, ms");
const AGAIN: (usize, &str) = (2, "first recommendations, the next page, ms");
const FIRST_BYTES: (usize, &str) = (3, "KB until the first recommendations");
const BROWSING_BYTES: (usize, &str) = (4, "KB of a visitor who only browses");
const WORDS: (usize, &str) = (5, "a typed wish, until it is answered, ms");
const MEANING: (usize, &str) = (6, "a typed wish, until the model answers it, ms");
const MEANING_BYTES: (usize, &str) = (7, "KB until the model answers");
const WITHOUT_TAG: (usize, &str) = (8, "largest paint without the tag, ms");
const WITH_TAG: (usize, &str) = (9, "largest paint with the tag, ms");
const SHIFT: (usize, &str) = (10, "layout shift with the tag");
const TASKS: (usize, &str) = (11, "tasks over 50 ms more than without the tag");

pub async fn measure() -> Result<()> {
    let compressed = Arc::<Compressed>::default();
    let mut columns = Vec::new();
    for profile in PROFILES {
        let mut rows = Rows::new();
        for number in 1..=VISITS {
            eprintln!("{}: visit {number} of {VISITS}", profile.name);
            measure_visit(profile, &compressed, &mut rows)
                .await
                .and(measure_vitals(profile, &compressed, &mut rows).await)
                .with_context(|| format!("{}, visit {number} of {VISITS}", profile.name))?;
        }
        columns.push(rows);
    }
    println!("| | {} |", PROFILES.map(|profile| profile.name).join(" | "));
    println!("|---|{}", "---|".repeat(columns.len()));
    let names: Vec<(usize, &str)> = columns[0].keys().copied().collect();
    for key in names {
        let cells: Vec<String> = columns
            .iter_mut()
            .map(|rows| rows.get_mut(&key).map_or_else(String::new, |values| format!("{:.0}", median(values))))
            .collect();
        println!("| {} | {} |", key.1, cells.join(" | "));
    }
    Ok(())
}

/// A stranger comes, browses and types a wish; then the same visitor comes without a cache, and opens the page again.
async fn measure_visit(profile: Profile, compressed: &Arc<Compressed>, rows: &mut Rows) -> Result<()> {
    let page = add_shop_page(r#"catalog="catalog/" model="models/minilm/" limit="6""#);
    let host = host(profile, compressed.clone());
    let site = Site::with_interceptor(Box::new(move |path, reply| {
        page(path, reply);
        host(path, reply);
    }));
    visit(site, Gpu::None, &[], async |shop: &Shop| {
        let _slowdown = Slowdown::start(&shop.browser, profile.slowdown);
        let mut add = |key, value| rows.entry(key).or_default().push(value);
        add(STRANGER, first_recommendations(shop).await?);
        add(FIRST_BYTES, kilobytes(&shop.site));
        wait_until_quiet(shop).await;
        add(BROWSING_BYTES, kilobytes(&shop.site));
        let (by_words, by_meaning) = type_wish(shop).await?;
        add(WORDS, by_words);
        add(MEANING, by_meaning);
        add(MEANING_BYTES, kilobytes(&shop.site));
        let clear = "for (const name of await caches.keys()) await caches.delete(name);";
        shop.evaluate(clear, &[]).await?;
        shop.browser.driver.cdp().send_raw("Network.clearBrowserCache", json!({})).await?;
        add(KNOWN, first_recommendations(shop).await?);
        wait_until_quiet(shop).await;
        add(AGAIN, first_recommendations(shop).await?);
        Ok(())
    })
    .await
}

/// Types a wish, and returns the milliseconds until it is answered, and until the model answers it.
async fn type_wish(shop: &Shop) -> Result<(f64, f64)> {
    let start = r#"
        const { client } = document.querySelector("nearmind-shelf"), start = performance.now();
        await client.track("wish", { text: "something warm for the evening" });
        await client.recommend({ limit: 6 });
        window.byWords = performance.now() - start;
        client.prepare().then(() => client.recommend({ limit: 6 })).then(() => (window.byMeaning = performance.now() - start));
        return window.byWords;"#;
    let by_words = shop.evaluate(start, &[]).await?.as_f64().context("no time")?;
    // Many short scripts, because the driver ends one that runs for two minutes.
    for _ in 0..MODEL_SECONDS {
        if let Some(by_meaning) = shop.evaluate("return window.byMeaning;", &[]).await?.as_f64() {
            return Ok((by_words, by_meaning));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    bail!("the model has not answered after {MODEL_SECONDS} s")
}

async fn measure_vitals(profile: Profile, compressed: &Arc<Compressed>, rows: &mut Rows) -> Result<()> {
    let mut tasks = [0, 0];
    for (nth, (tag, key)) in [(Tag::Absent, WITHOUT_TAG), (Tag::Present, WITH_TAG)].into_iter().enumerate() {
        let interceptor = host(profile, compressed.clone());
        let vitals = measure_vitals_with(PAINTED_PAGE, tag, interceptor, profile.slowdown).await?;
        rows.entry(key).or_default().push(vitals.lcp_ms);
        tasks[nth] = vitals.long_tasks_ms.len();
        if tag == Tag::Present {
            rows.entry(SHIFT).or_default().push(vitals.cls);
        }
    }
    rows.entry(TASKS).or_default().push(f64::from(tasks[1] as i32 - tasks[0] as i32));
    Ok(())
}

/// Opens the page, and returns the milliseconds until its first recommendations.
async fn first_recommendations(shop: &Shop) -> Result<f64> {
    shop.open("shop.html").await?;
    shop.records("ready").await?.as_f64().context("no time of the first recommendations")
}

/// Waits until no request has come for [`QUIET`].
async fn wait_until_quiet(shop: &Shop) {
    loop {
        let requests = shop.site.requests().len();
        tokio::time::sleep(QUIET).await;
        if shop.site.requests().len() == requests {
            return;
        }
    }
}

/// Kilobytes of all responses so far, except for the page's own files and pictures.
fn kilobytes(site: &Site) -> f64 {
    let is_ours = |line: &str| !["/shop.html", "/shop/", "favicon"].iter().any(|part| line.contains(part));
    let sizes = site.response_sizes().into_iter().filter(|(line, _)| is_ours(line));
    sizes.map(|(_, bytes)| bytes as f64).sum::<f64>() / 1000.0
}
