//! Several tabs track events at the same time: each event must be stored once, and all tabs must soon show the same
//! log. `NEARMIND_TABS=8x10000` sets the number of tabs and of events in each.

use std::env;

use anyhow::Result;
use browser_tests::{Shop, Site, site::add_file, visit_in_each_browser};
use serde_json::{Value, json};

/// Tabs, and events in each tab.
const TABS: (usize, usize) = (4, 60);

/// Starts tracking. `tracked` resolves when all events of this tab are acknowledged.
const TRACK: &str = r#"
    const { Nearmind } = await import(new URL("nearmind.js", document.baseURI));
    window.client = Nearmind.open({ catalog: "catalog/", model: "models/minilm/" });
    window.tracked = (async () => {
      for (let nth = 0; nth < args[1]; nth++) await client.track("like", { item: `${args[0]}-${nth}` });
    })();"#;

/// Waits until all events of this tab are acknowledged, but at most 20 seconds, and returns whether they are.
const WAIT_FOR_TRACKING: &str = r#"
    const late = new Promise((done) => setTimeout(() => done(false), 20_000));
    return Promise.race([tracked.then(() => true), late]);"#;

/// Returns how many events a tab shows a second after the last one, and how many of them are distinct.
const COUNT_EVENTS: &str = r#"
    await new Promise((next) => setTimeout(next, 1000));
    const items = (await client.profile()).events.map(({ event }) => event.item);
    return [items.length, new Set(items).size];"#;

/// The numbers of tabs and of events in each.
fn read_size() -> (usize, usize) {
    let size = env::var("NEARMIND_TABS").unwrap_or_default();
    let parsed = size.split_once('x').and_then(|(tabs, events)| Some((tabs.parse().ok()?, events.parse().ok()?)));
    parsed.unwrap_or(TABS)
}

#[tokio::test(flavor = "multi_thread")]
async fn all_tabs_agree_and_store_each_event_once() -> Result<()> {
    let (tabs, events) = read_size();
    let blank = || Site::with_interceptor(add_file("/blank.html", "<!doctype html><title>Tab</title>".into()));
    visit_in_each_browser(blank, async |shop: &Shop| {
        let driver = &shop.browser.driver;
        let mut windows = vec![driver.window().await?];
        for _ in 1..tabs {
            windows.push(driver.new_tab().await?);
        }
        for (nth, window) in windows.iter().enumerate() {
            driver.switch_to_window(window.clone()).await?;
            shop.goto("blank.html").await?;
            shop.evaluate(TRACK, &[json!(nth), json!(events)]).await?;
        }
        for window in &windows {
            driver.switch_to_window(window.clone()).await?;
            while shop.evaluate(WAIT_FOR_TRACKING, &[]).await? != Value::Bool(true) {}
        }
        for window in windows {
            driver.switch_to_window(window).await?;
            let shown = shop.evaluate(COUNT_EVENTS, &[]).await?;
            assert_eq!(shown, json!([tabs * events, tabs * events]));
        }
        println!("{tabs} tabs with {events} events each: all tabs show {} events", tabs * events);
        Ok(())
    })
    .await
}
