//! A log of several years: with thousands of events the page opens and deletes an event without a noticeable delay.
//! `NEARMIND_EVENTS` is the number of events. With `NEARMIND_EVENTS=100000` the visitor has recently seen every item,
//! and seen items are recommended again.

use std::env;

use anyhow::Result;
use browser_tests::{Gpu, Memory, Site, visit};
use serde_json::json;

const EVENTS: usize = 5000;

/// Writes events of the last three years, about all items of the shop, in one transaction.
const FILL: &str = r#"
    const items = (await (await fetch("shop/items.jsonl")).text()).trim().split("\n").map((line) => JSON.parse(line).id);
    const database = await new Promise((done) => (indexedDB.open("nearmind").onsuccess = ({ target }) => done(target.result)));
    const transaction = database.transaction("log", "readwrite");
    const log = transaction.objectStore("log");
    log.clear();
    const now = Date.now(), year = 365 * 86_400_000;
    for (let nth = 0; nth < args[0]; nth++) {
      // Visits of twenty events, a minute apart.
      const timeMs = now - 3 * year * (1 - Math.floor(nth / 20) * 20 / args[0]) + (nth % 20) * 60_000;
      const item = items[(nth * 7919) % items.length];
      log.add({ kind: "event", name: nth % 5 ? "view_item" : "add_to_cart", item, timeMs });
    }
    await new Promise((done) => (transaction.oncomplete = done));
    database.close();"#;

/// Deletes one event. Returns the number of events, the time to the first cards and that of the deletion in
/// milliseconds, and the number of events afterwards.
const MEASURE: &str = r#"
    const { client } = document.querySelector("nearmind-shelf");
    const ready = records.ready;
    const { events } = await client.profile();
    const from = performance.now();
    await client.erase(events[Math.floor(events.length / 2)].event);
    const deletionMs = performance.now() - from;
    return [events.length, ready, deletionMs, (await client.profile()).events.length];"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_several_years_opens_and_can_be_edited() -> Result<()> {
    let events = env::var("NEARMIND_EVENTS").ok().and_then(|events| events.parse().ok()).unwrap_or(EVENTS);
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open_with_model("index.html").await?;
        shop.open("index.html").await?;
        let empty_ms = shop.evaluate("return records.ready;", &[]).await?;
        shop.evaluate(FILL, &[json!(events)]).await?;
        shop.open("index.html").await?;
        let measured = shop.evaluate(MEASURE, &[]).await?;
        let peak_mb = shop.browser.renderer_mb(Memory::Peak)?;
        println!(
            "{events} events: cards after {} ms ({empty_ms} ms without), deletion in {} ms, peak memory {peak_mb:.0} MB",
            measured[1], measured[2]
        );
        assert_eq!((&measured[0], &measured[3]), (&json!(events), &json!(events - 1)));
        Ok(())
    })
    .await
}
