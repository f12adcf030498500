//! A visitor of years: the page opens with a log of thousands of events as with none, and one of them is deleted at once.
//! `NEARMIND_EVENTS=100000` for more. Everything in the shop was seen lately then, and is recommended again.

use std::env;

use anyhow::Result;
use browser_tests::{Gpu, Memory, Site, visit};
use serde_json::json;

const EVENTS: usize = 5000;

/// Writes events of the last three years, of all items of the shop, in one transaction.
const FILL: &str = r#"
    const items = (await (await fetch("shop/items.jsonl")).text()).trim().split("\n").map((line) => JSON.parse(line).id);
    const database = await new Promise((done) => (indexedDB.open("nearmind").onsuccess = ({ target }) => done(target.result)));
    const transaction = database.transaction("log", "readwrite");
    const log = transaction.objectStore("log");
    log.clear();
    const now = Date.now(), year = 365 * 86_400_000;
    for (let nth = 0; nth < given[0]; nth++) {
      // Visits of twenty events, a minute apart.
      const timeMs = now - 3 * year * (1 - Math.floor(nth / 20) * 20 / given[0]) + (nth % 20) * 60_000;
      const item = items[(nth * 7919) % items.length];
      log.add({ kind: "event", name: nth % 5 ? "view_item" : "add_to_cart", item, timeMs });
    }
    await new Promise((done) => (transaction.oncomplete = done));
    database.close();"#;

/// Milliseconds from the page's start to its first cards, and of one deletion.
const MEASURE: &str = r#"
    const { client } = document.querySelector("nearmind-shelf");
    const ready = seen.ready;
    const { events } = await client.profile();
    const from = performance.now();
    await client.erase(events[Math.floor(events.length / 2)].event);
    const erased = performance.now() - from;
    return [events.length, ready, erased, (await client.profile()).events.length];"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_years_opens_at_once() -> Result<()> {
    let events = env::var("NEARMIND_EVENTS").ok().and_then(|events| events.parse().ok()).unwrap_or(EVENTS);
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open_whole("index.html").await?;
        shop.open("index.html").await?;
        let empty = shop.ask("return seen.ready;", &[]).await?;
        shop.ask(FILL, &[json!(events)]).await?;
        shop.open("index.html").await?;
        let measured = shop.ask(MEASURE, &[]).await?;
        let memory = shop.browser.renderer_mb(Memory::Peak)?;
        println!("{events} events: cards after {} ms, with none after {empty} ms; one deleted in {} ms; the renderer's peak {} MB", measured[1], measured[2], memory.round());
        assert_eq!((&measured[0], &measured[3]), (&json!(events), &json!(events - 1)));
        Ok(())
    })
    .await
}
