//! The profile: its page shows it all, it can be encrypted, it is stored only if the visitor allows that, other tabs
//! follow its changes at once, and no request to a server depends on it. What the buttons of the page do is tested in
//! profile_actions.rs.

use anyhow::Result;
use browser_tests::{
    BrowserKind, Gpu, Shop, Site, shop::to_strings, visit, visit_in_each_browser, visit_in_each_browser_with_gpc,
};
use serde_json::json;

const VIEWED: [&str; 2] = ["rain-jacket-squall", "dripper-still"];

async fn view_products(shop: &Shop) -> Result<()> {
    for item in VIEWED {
        shop.open(&format!("product.html?item={item}")).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_events_the_map_its_table_and_storage() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        view_products(shop).await?;
        shop.wait_for_model().await?;
        shop.goto("profile.html").await?;
        shop.wait_for_profile().await?;
        let count = r#"
            const root = document.querySelector("nearmind-profile").shadowRoot;
            const count = (selector) => root.querySelectorAll(selector).length;
            return [count("[part=panel-events] li"), count("circle.seen"), count("g.marked[tabindex]"), count("[part=map-table] tbody tr"),
              count("circle"), root.querySelector(".consent").dataset.persist, /MB/.test(root.querySelector("[part=panel-storage]").textContent)];"#;
        let shown = shop.evaluate(count, &[]).await?;
        assert_eq!((&shown[0], &shown[1], &shown[5], &shown[6]), (&json!(2), &json!(2), &json!("true"), &json!(true)), "{shown}");
        assert_eq!(shown[2], shown[3], "the table must have all marked items of the map");
        assert!(shown[2].as_u64() >= Some(10) && shown[4].as_u64() > Some(300), "{shown}");
        // Similar items are near each other: a jacket is nearer to another jacket than to a coffee dripper.
        let places = shop.with_client("return (await client.map()).points.map(({ item, x, y }) => [item, x, y]);", &[]).await?;
        let place = |wanted: &str| {
            let point = places.as_array()?.iter().find(|point| point[0] == wanted)?;
            Some((point[1].as_f64()?, point[2].as_f64()?))
        };
        let distance = |a: &str, b: &str| {
            let ((ax, ay), (bx, by)) = (place(a)?, place(b)?);
            Some((ax - bx).hypot(ay - by))
        };
        assert!(distance("rain-jacket-squall", "rain-jacket-pocket") < distance("rain-jacket-squall", "dripper-still"));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_file_opens_only_with_its_passphrase() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.goto("profile.html").await?;
        let seal_and_open = r#"
            const { seal, open, isSealed } = await import(new URL("element/profile/seal.js", document.baseURI));
            const text = JSON.stringify({ events: ["看过", "viewed"] });
            const file = await seal(text, "correct horse");
            const altered = JSON.parse(file);
            altered.data = (altered.data[0] === "A" ? "B" : "A") + altered.data.slice(1);
            const tryOpen = (file, phrase) => open(file, phrase, "no").then(() => "opened", ({ message }) => message);
            return [await open(file, "correct horse", "no") === text, isSealed(file), isSealed(text), file.includes("viewed"),
              await tryOpen(file, "wrong horse"), await tryOpen(JSON.stringify(altered), "correct horse"),
              await tryOpen("{}", "x"),
              (await seal(text, "correct horse")) === file];"#;
        let result = shop.evaluate(seal_and_open, &[]).await?;
        assert_eq!(result, json!([true, true, false, false, "no", "no", "no", false]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_global_privacy_control_nothing_is_stored() -> Result<()> {
    visit_in_each_browser_with_gpc(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        shop.with_client("await client.track('view_item', { item: 'dripper-still' });", &[]).await?;
        let read_storage = r#"
            const workers = (await navigator.serviceWorker.getRegistrations()).length;
            return [await caches.keys(), await indexedDB.databases(), workers, { ...sessionStorage }, { ...localStorage },
              (await client.profile()).events.length];"#;
        assert_eq!(shop.with_client(read_storage, &[]).await?, json!([[], [], 0, {}, {}, 1]));
        // What was stored earlier, without Global Privacy Control, is deleted, too.
        let store = r#"
            await caches.open("halfmoon-earlier");
            // Not in Firefox, where the service worker refuses the pages, because the tests add a script to them.
            if (!args[0]) return;
            const policy = trustedTypes.createPolicy("halfmoon", { createScriptURL: (url) => url });
            await navigator.serviceWorker.register(policy.createScriptURL("offline.js"));
            await navigator.serviceWorker.ready;"#;
        shop.evaluate(store, &[json!(shop.browser.kind == BrowserKind::Chromium)]).await?;
        shop.open("index.html").await?;
        let wait_for_deletion = r#"
            const stored = async () => [await caches.keys(), (await navigator.serviceWorker.getRegistrations()).length];
            for (let tries = 0; tries < 100 && (await stored()).flat().some(Boolean); tries++) await new Promise((next) => setTimeout(next, 50));
            return stored();"#;
        assert_eq!(shop.evaluate(wait_for_deletion, &[]).await?, json!([[], 0]));
        shop.goto("profile.html").await?;
        shop.wait_for_profile().await?;
        let consent = "const { shadowRoot } = document.querySelector('nearmind-profile'); return [shadowRoot.querySelector('.consent').dataset.persist, shadowRoot.textContent.includes('asks not to be tracked')];";
        assert_eq!(shop.evaluate(consent, &[]).await?, json!(["false", true]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn other_tabs_follow_changes_of_the_profile() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        let first = shop.browser.driver.window().await?;
        let second = shop.browser.driver.new_tab().await?;
        shop.browser.driver.switch_to_window(second.clone()).await?;
        shop.open("product.html?item=dripper-still").await?;
        // The second tab views and then mutes: other tabs learn of every command that writes to the log.
        let wait_in_first = async |condition: &str| -> Result<()> {
            shop.browser.driver.switch_to_window(first.clone()).await?;
            let wait = format!(
                "const matches = async () => (await client.profile()).events.some(({{ event, muted }}) => event.item === 'dripper-still' && {condition});
                 while (!(await matches())) await new Promise((next) => setTimeout(next, 50));"
            );
            shop.with_client(&wait, &[]).await?;
            Ok(())
        };
        wait_in_first("!muted").await?;
        shop.browser.driver.switch_to_window(second).await?;
        let mute = "const [{ event }] = (await client.profile()).events; await client.muteEvent(event, true);";
        shop.with_client(mute, &[]).await?;
        wait_in_first("muted").await?;
        Ok(())
    })
    .await
}

/// Visits the shop with this wish and returns all requests, sorted, because their order is random.
async fn visit_with_wish(wish: &str) -> Result<Vec<String>> {
    let mut requests = Vec::new();
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open_with_model("index.html").await?;
        shop.with_client("await client.track('wish', { text: args[0] });", &[json!(wish)]).await?;
        shop.wait_until_idle().await?;
        shop.open_with_model("cart.html").await?;
        shop.wait_until_idle().await?;
        shop.evaluate("await navigator.serviceWorker.ready;", &[]).await?;
        requests = shop.site.requests();
        requests.sort();
        requests.dedup();
        let items = shop.for_you(3).await?;
        println!("{wish}: {items:?}");
        Ok(())
    })
    .await?;
    Ok(requests)
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_do_not_depend_on_what_a_visitor_likes() -> Result<()> {
    let (cyclist, reader) = (
        visit_with_wish("waterproof jacket for cycling in the rain").await?,
        visit_with_wish("a lamp to read novels by").await?,
    );
    assert!(cyclist.len() > 20, "{cyclist:?}");
    assert_eq!(cyclist, reader);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_of_an_event_have_labels_that_name_it() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        view_products(shop).await?;
        shop.goto("profile.html?lang=zh-CN").await?;
        shop.wait_for_profile().await?;
        let labels = r#"
            const { shadowRoot } = document.querySelector("nearmind-profile");
            return [...shadowRoot.querySelectorAll("[part=panel-events] button")].map((button) => button.getAttribute("aria-label"));"#;
        let labels = to_strings(&shop.evaluate(labels, &[]).await?)?;
        assert_eq!(labels.len(), 2 * VIEWED.len(), "every event must have two buttons, to mute and to erase it");
        assert!(labels.iter().all(|label| ["删除", "忽略"].iter().any(|action| label.starts_with(action))), "{labels:?}");
        Ok(())
    })
    .await
}
