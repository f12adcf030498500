//! The visitor's own page: what the device knows can be seen, taken along sealed, and is stored only where it may be;
//! another tab of the same shop knows it at once; and nothing that is asked of a server depends on it.

use anyhow::{Context, Result};
use browser_tests::{Gpu, Program, Shop, Site, shop::strings, visit, visit_each, visit_each_private};
use serde_json::json;

const VIEWED: [&str; 2] = ["rain-jacket-squall", "dripper-still"];

async fn look_around(shop: &Shop) -> Result<()> {
    for item in VIEWED {
        shop.open(&format!("product.html?item={item}")).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_events_the_map_with_its_table_and_what_is_stored() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        look_around(shop).await?;
        shop.goto("profile.html").await?;
        shop.profile_drawn().await?;
        let shown = r#"
            const root = document.querySelector("nearmind-profile").shadowRoot;
            const count = (selector) => root.querySelectorAll(selector).length;
            return [count("[part=panel-events] li"), count("circle.seen"), count("g.marked[tabindex]"), count("[part=map-table] tbody tr"),
              count("circle"), root.querySelector(".consent").dataset.persist, /MB/.test(root.querySelector("[part=panel-storage]").textContent)];"#;
        let shown = shop.ask(shown, &[]).await?;
        assert_eq!((&shown[0], &shown[1], &shown[5], &shown[6]), (&json!(2), &json!(2), &json!("true"), &json!(true)), "{shown}");
        assert_eq!(shown[2], shown[3], "whoever reads the table misses nothing");
        assert!(shown[2].as_u64() >= Some(10) && shown[4].as_u64() > Some(300), "{shown}");
        // Alike is near: the cycling jacket is nearer to another jacket than to the coffee dripper.
        let places = shop.with_client("return (await client.map()).points.map(({ item, x, y }) => [item, x, y]);", &[]).await?;
        let place = |wanted: &str| {
            let point = places.as_array()?.iter().find(|point| point[0] == wanted)?;
            Some((point[1].as_f64()?, point[2].as_f64()?))
        };
        let far = |a: &str, b: &str| {
            let ((ax, ay), (bx, by)) = (place(a)?, place(b)?);
            Some((ax - bx).hypot(ay - by))
        };
        assert!(far("rain-jacket-squall", "rain-jacket-pocket") < far("rain-jacket-squall", "dripper-still"));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sealed_by_its_passphrase_and_opened_by_no_other() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.goto("profile.html").await?;
        let sealed = r#"
            const { seal, open, isSealed } = await import(new URL("element/profile/seal.js", document.baseURI));
            const text = JSON.stringify({ events: ["看过", "viewed"] });
            const file = await seal(text, "correct horse");
            const other = JSON.parse(file);
            other.data = (other.data[0] === "A" ? "B" : "A") + other.data.slice(1);
            const refused = (file, phrase) => open(file, phrase, "no").then(() => "opened", ({ message }) => message);
            return [await open(file, "correct horse", "no") === text, isSealed(file), isSealed(text), file.includes("viewed"),
              await refused(file, "wrong horse"), await refused(JSON.stringify(other), "correct horse"), await refused("{}", "x"),
              (await seal(text, "correct horse")) === file];"#;
        assert_eq!(shop.ask(sealed, &[]).await?, json!([true, true, false, false, "no", "no", "no", false]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn global_privacy_control_keeps_everything_in_memory_and_the_page_says_so() -> Result<()> {
    visit_each_private(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        shop.with_client("await client.track('view_item', { item: 'dripper-still' });", &[]).await?;
        let kept = r#"
            const workers = (await navigator.serviceWorker.getRegistrations()).length;
            return [await caches.keys(), await indexedDB.databases(), workers, { ...sessionStorage }, { ...localStorage },
              (await client.profile()).events.length];"#;
        assert_eq!(shop.with_client(kept, &[]).await?, json!([[], [], 0, {}, {}, 1]));
        // What was kept before the visitor asked goes, too.
        let earlier = r#"
            await caches.open("halfmoon-earlier");
            // In the other browser the tests' own script makes the pages others than the worker's list has.
            if (!given[0]) return;
            const policy = trustedTypes.createPolicy("halfmoon", { createScriptURL: (url) => url });
            await navigator.serviceWorker.register(policy.createScriptURL("offline.js"));
            await navigator.serviceWorker.ready;"#;
        shop.ask(earlier, &[json!(shop.browser.program == Program::Chromium)]).await?;
        shop.open("index.html").await?;
        let gone = r#"
            const kept = async () => [await caches.keys(), (await navigator.serviceWorker.getRegistrations()).length];
            for (let tries = 0; tries < 100 && (await kept()).flat().some(Boolean); tries++) await new Promise((next) => setTimeout(next, 50));
            return kept();"#;
        assert_eq!(shop.ask(gone, &[]).await?, json!([[], 0]));
        shop.goto("profile.html").await?;
        shop.profile_drawn().await?;
        let told = "const { shadowRoot } = document.querySelector('nearmind-profile'); return [shadowRoot.querySelector('.consent').dataset.persist, shadowRoot.textContent.includes('asks not to be tracked')];";
        assert_eq!(shop.ask(told, &[]).await?, json!(["false", true]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_tab_does_another_knows() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        let first = shop.browser.driver.window().await?;
        let second = shop.browser.driver.new_tab().await?;
        shop.browser.driver.switch_to_window(second.clone()).await?;
        shop.open("product.html?item=dripper-still").await?;
        // It does, and then takes back by another command: what writes to the log is told, whatever it is.
        let heard = async |is_it: &str| -> Result<()> {
            shop.browser.driver.switch_to_window(first.clone()).await?;
            let heard = format!(
                "const known = async () => (await client.profile()).events.some(({{ event, muted }}) => event.item === 'dripper-still' && {is_it});
                 while (!(await known())) await new Promise((next) => setTimeout(next, 50));"
            );
            shop.with_client(&heard, &[]).await?;
            Ok(())
        };
        heard("!muted").await?;
        shop.browser.driver.switch_to_window(second).await?;
        let mute = "const [{ event }] = (await client.profile()).events; await client.muteEvent(event, true);";
        shop.with_client(mute, &[]).await?;
        heard("muted").await?;
        Ok(())
    })
    .await
}

/// The page's requests in a visit in which something is liked, whatever it is; the order is that of chance.
async fn requests(wish: &str) -> Result<Vec<String>> {
    let mut asked = Vec::new();
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open_whole("index.html").await?;
        shop.with_client("await client.track('wish', { text: given[0] });", &[json!(wish)]).await?;
        shop.idle().await?;
        shop.open_whole("cart.html").await?;
        shop.idle().await?;
        shop.ask("await navigator.serviceWorker.ready;", &[]).await?;
        asked = shop.site.requests();
        asked.sort();
        asked.dedup();
        let shown = shop.for_you(3).await?;
        println!("{wish}: {shown:?}");
        Ok(())
    })
    .await?;
    Ok(asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_of_two_visitors_who_like_different_things_are_the_same() -> Result<()> {
    let (cyclist, reader) =
        (requests("waterproof jacket for cycling in the rain").await?, requests("a lamp to read novels by").await?);
    assert!(cyclist.len() > 20, "{cyclist:?}");
    assert_eq!(cyclist, reader);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_listed_with_a_button_that_names_it() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        look_around(shop).await?;
        shop.goto("profile.html?lang=zh-CN").await?;
        shop.profile_drawn().await?;
        let labels = r#"
            const { shadowRoot } = document.querySelector("nearmind-profile");
            return [...shadowRoot.querySelectorAll("[part=panel-events] button")].map((button) => button.getAttribute("aria-label"));"#;
        let labels = strings(&shop.ask(labels, &[]).await?).context("labels")?;
        assert_eq!(labels.len(), 2 * VIEWED.len(), "to mute it, and to erase it");
        assert!(labels.iter().all(|label| ["删除", "忽略"].iter().any(|act| label.starts_with(act))), "{labels:?}");
        Ok(())
    })
    .await
}
