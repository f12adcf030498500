//! Several tabs track at the same time: each event is stored once, and soon all tabs show the same log.
//! `NEARMIND_TABS=8x10000` for tabs and events of each.

use std::env;

use anyhow::{Context, Result};
use browser_tests::{Shop, Site, site::page, visit_each};
use serde_json::{Value, json};

const TABS: (usize, usize) = (4, 60);

/// Ends when all events of this tab are acknowledged.
const TRACK: &str = r#"
    const { Nearmind } = await import(new URL("nearmind.js", document.baseURI));
    window.client = Nearmind.open({ catalog: "catalog/", model: "models/minilm/" });
    window.tracked = (async () => {
      for (let nth = 0; nth < given[1]; nth++) await client.track("like", { item: `${given[0]}-${nth}` });
    })();"#;

/// What a tab shows, at the latest a second after the last event.
const SHOWN: &str = r#"
    await new Promise((next) => setTimeout(next, 1000));
    const items = (await client.profile()).events.map(({ event }) => event.item);
    return [items.length, new Set(items).size];"#;

fn size() -> (usize, usize) {
    let size = env::var("NEARMIND_TABS").unwrap_or_default();
    let parsed = size.split_once('x').and_then(|(tabs, events)| Some((tabs.parse().ok()?, events.parse().ok()?)));
    parsed.unwrap_or(TABS)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_tabs_agree_and_store_each_event_once() -> Result<()> {
    let (tabs, events) = size();
    let blank = || Site::with(page("/blank.html", "<!doctype html><title>Tab</title>".into()));
    visit_each(blank, async |shop: &Shop| {
        let driver = &shop.browser.driver;
        let mut windows = vec![driver.window().await?];
        for _ in 1..tabs {
            windows.push(driver.new_tab().await?);
        }
        for (nth, window) in windows.iter().enumerate() {
            driver.switch_to_window(window.clone()).await?;
            shop.goto("blank.html").await?;
            shop.ask(TRACK, &[json!(nth), json!(events)]).await?;
        }
        for window in &windows {
            driver.switch_to_window(window.clone()).await?;
            while shop.ask("return Promise.race([tracked.then(() => true), new Promise((late) => setTimeout(() => late(false), 20_000))]);", &[]).await? != Value::Bool(true) {}
        }
        for window in windows {
            driver.switch_to_window(window).await?;
            let shown = shop.ask(SHOWN, &[]).await?;
            assert_eq!(shown, json!([tabs * events, tabs * events]));
        }
        println!("{tabs} tabs, {events} events each: all tabs show {} events", tabs * events);
        Ok(())
    })
    .await
    .context("tabs")
}
