//! The interface between a page and its shelf: attributes, properties and the data layer in one direction, events in
//! the other.

use anyhow::{Context, Result};
use browser_tests::{
    Shop, Site,
    shop::{products, to_strings},
    site::{Interceptor, add_file},
    visit_in_each_browser,
};
use serde_json::{Value, json};

/// Records every event of a shelf: its name, its detail, and whether it can be cancelled.
const LISTEN: &str = r#"
    window.shelfEvents = [];
    for (const name of ["ready", "select", "impression", "error", "metric"])
      addEventListener(`nearmind-${name}`, (event) => shelfEvents.push([name, event.detail, event.cancelable]));"#;

/// A site with a page of one shelf with these attributes, this HTML before it, and a script that runs before ours.
fn shop(script: &str, attributes: &str, before: &str) -> Site {
    let shelf = format!(
        r#"<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A shop</title>{before}
           <nearmind-shelf {attributes} catalog="catalog/" model="models/minilm/"><ul id="picks"><li>Ours</li></ul></nearmind-shelf>
           <script src="early.js"></script><script type="module" src="shelf.js"></script>"#
    );
    let (add_page, add_script) = (add_file("/shop.html", shelf), add_file("/early.js", format!("{LISTEN}{script}")));
    let add_both: Interceptor = Box::new(move |path, reply| {
        add_page(path, reply);
        add_script(path, reply);
    });
    Site::with_interceptor(add_both)
}

/// Runs a script that has the page's `shelf`, its `cards()` and their `items()`; `until()`, which waits for a
/// condition; and `details()` of the shelf's events.
async fn with_shelf(shop: &Shop, body: &str) -> Result<Value> {
    let script = r#"
        const shelf = document.querySelector("nearmind-shelf"), root = shelf.shadowRoot;
        const cards = () => [...root.querySelectorAll("li[data-item]")];
        const items = () => cards().map((card) => card.dataset.item);
        const until = async (condition) => {
          for (let tries = 0; !(await condition()); tries++) {
            const last = () => JSON.stringify(shelfEvents.slice(-5));
            if (tries > 1000) throw new Error(`this did not become true: ${condition}; last events: ${last()}`);
            await new Promise((next) => setTimeout(next, 30));
          }
        };
        const details = (name) => shelfEvents.filter(([event]) => event === name).map(([, detail]) => detail);
    "#;
    shop.evaluate(&format!("{script} {body}"), &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shelf_fires_events_for_its_cards() -> Result<()> {
    visit_in_each_browser(|| shop("", r#"limit="12""#, ""), async |shop: &Shop| {
        shop.open("shop.html").await?;
        let ready = with_shelf(shop, "return [details('ready'), items(), details('metric')[0]];").await?;
        assert_eq!(ready[0], json!([{ "basis": "cold-start", "items": ready[1] }]));
        assert_eq!((&ready[2]["name"], &ready[2]["unit"]), (&json!("first-shelf"), &json!("ms")));

        // The first card has an impression at once, the last one only when it is scrolled into view.
        let seen = with_shelf(shop, r#"
            // The list is ranked again when the model is ready.
            await shelf.client.prepare();
            await shelf.refresh();
            const last = items().at(-1);
            await until(() => details("impression").some(({ position }) => position === 0));
            const before = details("impression").map(({ item }) => item);
            root.querySelector("[part=list]").scrollLeft = 1e5;
            await until(() => details("impression").some(({ item }) => item === last));
            const all = details("impression");
            return [before.includes(last), new Set(all.map(({ item }) => item)).size === all.length,
              all.every(({ item, position }) => items()[position] === item)];"#).await?;
        assert_eq!(seen, json!([false, true, true]), "an impression is early, repeated or of a wrong place");

        // A card is opened by the left or the middle button. The page can cancel the navigation.
        let selected = with_shelf(shop, r#"
            addEventListener("nearmind-select", (event) => event.preventDefault());
            const detail = (place) => ({ item: items()[place], url: cards()[place].querySelector("a").href, position: place });
            const stored = async (count) => until(async () => (await shelf.client.profile()).events.length === count);
            const middle = (button) => new MouseEvent("auxclick", { button, bubbles: true, composed: true, cancelable: true });
            const expected = [detail(1)];
            cards()[1].querySelector("a").click();
            await stored(1);
            await shelf.refresh(); // replaces the list
            expected.push(detail(0));
            const link = cards()[0].querySelector("a");
            link.dispatchEvent(middle(2));
            link.dispatchEvent(middle(1));
            await stored(2);
            return [details("select"), expected, shelfEvents.find(([name]) => name === "select")[2], location.pathname,
              (await shelf.client.profile()).events.map(({ event }) => event.name)];"#).await?;
        assert_eq!(selected[0], selected[1]);
        assert_eq!(selected[2], true);
        assert_eq!((&selected[3], &selected[4]), (&json!("/shop.html"), &json!(["select_item", "select_item"])));
        let forget = "await shelf.forget(); return (await shelf.client.profile()).events.length;";
        assert_eq!(with_shelf(shop, forget).await?, 0);
        assert_eq!(shop.records("errors").await?, json!([]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn storage_device_sources_and_theme_can_change_at_run_time() -> Result<()> {
    visit_in_each_browser(|| shop("", "", ""), async |shop: &Shop| {
        shop.open("shop.html").await?;
        let changed = with_shelf(shop, r#"
            const stored = shelf.client;
            await stored.track("view_item", { item: "dripper-still" });
            const redrawn = () => until(() => shelf.client && shelf.client.state.items && items().length === 12);
            shelf.setAttribute("storage", "memory");
            await redrawn();
            const memory = [shelf.client.state.persist, (await shelf.client.profile()).events.length];
            shelf.removeAttribute("storage");
            await redrawn();
            const back = [shelf.client === stored, (await shelf.client.profile()).events.length];

            shelf.setAttribute("device", "cpu");
            // The CPU is ready before the GPU has been tried.
            await until(() => shelf.client);
            await shelf.client.prepare();
            await until(() => shelf.client?.state.device && shelf.client.state.device.reason.code !== "untried");
            const device = shelf.client.state.device.reason.code;

            shelf.setAttribute("base", "deep/");
            await shelf.refresh();
            const links = cards().map((card) => new URL(card.querySelector("a").href).pathname);

            const readStyles = () =>
              [getComputedStyle(shelf).colorScheme, getComputedStyle(root.querySelector("[part~=card]")).backgroundColor];
            const styles = ["light", "dark"].map((theme) => (shelf.setAttribute("theme", theme), readStyles()));
            shelf.style.setProperty("--nearmind-surface", "rgb(1, 2, 3)");
            const sheet = new CSSStyleSheet();
            sheet.replaceSync("nearmind-shelf::part(price) { color: rgb(4, 5, 6) }");
            document.adoptedStyleSheets = [sheet];
            const part = getComputedStyle(root.querySelector("[part=price]")).color;
            return { memory, back, device, links: links.every((link) => link.startsWith("/deep/")), styles, surface: readStyles()[1], part };"#).await?;
        assert_eq!(changed["memory"], json!([false, 0]), "the log must be another one, in memory");
        assert_eq!(changed["back"], json!([true, 1]));
        assert_eq!(changed["device"], "asked-cpu");
        assert_eq!(changed["links"], true);
        let styles = &changed["styles"];
        assert_eq!((&styles[0][0], &styles[1][0]), (&json!("light"), &json!("dark")));
        assert_ne!(styles[0][1], styles[1][1]);
        assert_eq!((&changed["surface"], &changed["part"]), (&json!("rgb(1, 2, 3)"), &json!("rgb(4, 5, 6)")));

        // Without a catalogue the shop's own markup is shown. With one there are cards, and no error message.
        let result = with_shelf(shop, r#"
            const ownMarkup = document.getElementById("picks");
            shelf.removeAttribute("catalog");
            await until(() => shelf.state === "failed");
            const failed = [details("error").map(({ code, fatal }) => [code, fatal]), ownMarkup.checkVisibility({ visibilityProperty: true })];
            shelf.setAttribute("catalog", "catalog/");
            await until(() => shelf.state === "ready");
            return [failed, ownMarkup.checkVisibility({ visibilityProperty: true }), root.querySelector("[part=status-text]").textContent];"#).await?;
        assert_eq!(result, json!([[[["attributes", true]], true], false, ""]));

        // A missing model is an error that leaves the list; then one that exists; and the URL of the worker's script.
        let state = with_shelf(shop, r#"
            shelf.setAttribute("model", "models/none/");
            await until(() => shelf.client);
            const refused = await shelf.client.prepare().catch(({ code }) => code);
            await until(() => shelf.client.state.items && items().length === 12);
            if (refused !== "download" || shelf.state !== "ready") throw new Error(`${refused}, ${shelf.state}`);
            shelf.setAttribute("model", "models/minilm/");
            await until(() => shelf.client);
            await shelf.client.prepare();
            const before = shelf.client;
            shelf.setAttribute("worker", "worker.js");
            await until(() => shelf.client !== before && shelf.client?.state.items && items().length === 12);
            return shelf.state;"#).await?;
        assert_eq!(state, "ready");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn properties_count_before_the_script_and_when_they_change() -> Result<()> {
    let early = r#"document.querySelector("nearmind-shelf").filter = { range: { field: "price", to: 20 } };"#;
    visit_in_each_browser(|| shop(early, "", ""), async |shop: &Shop| {
        shop.open("shop.html").await?;
        let products = products();
        let price = |item: &String| products[item]["price"].as_f64().context("no price");
        let cheap = to_strings(&with_shelf(shop, "return items();").await?)?;
        assert!(cheap.len() >= 6, "{cheap:?}");
        for item in &cheap {
            assert!(price(item)? <= 20.0, "{item}");
        }
        let changed = with_shelf(shop, r#"
            // Waits for the list after the change, and for requests that are still running, as after the model is
            // ready.
            const itemsAfter = async (change) => {
              const before = items().join();
              change();
              await until(() => items().join() !== before);
              await shelf.refresh();
              return items();
            };
            const filtered = await itemsAfter(() => (shelf.filter = { range: { field: "price", from: 500 } }));
            const free = await itemsAfter(() => (shelf.filter = null));
            const pinned = await itemsAfter(() => (shelf.rules = { pin: [{ item: "dripper-still", place: 2 }], exclude: [{ eq: { field: "brand", value: "Kestrel Lane" } }] }));
            const inContext = await itemsAfter(() =>
              (shelf.context = { text: "freshly ground coffee in the morning" }));
            return { filtered, free, pinned, inContext, text: shelf.context.text };"#).await?;
        for item in to_strings(&changed["filtered"])? {
            assert!(price(&item)? >= 500.0, "{item}");
        }
        assert_eq!(to_strings(&changed["free"])?.len(), 12);
        assert_eq!(changed["pinned"][1], "dripper-still");
        assert_ne!(changed["inContext"], changed["pinned"]);
        assert_eq!(changed["text"], "freshly ground coffee in the morning");
        assert_eq!(shop.records("errors").await?, json!([]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_track_off_the_page_is_not_read() -> Result<()> {
    let page = r#"<script type="application/ld+json">{ "@type": "Product", "sku": "dripper-still" }</script>"#;
    let layer = "window.dataLayer = [{ event: 'view_item', ecommerce: { items: [{ item_id: 'teapot-zisha' }] } }];";
    for (attributes, events) in [("", 2), (r#"track="off""#, 0)] {
        visit_in_each_browser(
            || shop(layer, attributes, page),
            async |shop: &Shop| {
                shop.open("shop.html").await?;
                let count = "(await shelf.client.profile()).events.length";
                if events > 0 {
                    with_shelf(shop, &format!("await until(async () => {count} === {events});")).await?;
                } else {
                    // Waits longer than it takes to read the page's events.
                    with_shelf(shop, "await shelf.client.prepare(); await shelf.refresh();").await?;
                    assert_eq!(with_shelf(shop, &format!("return {count};")).await?, 0);
                    assert!(!shop.site.requests().iter().any(|line| line.contains("page-events")));
                }
                Ok(())
            },
        )
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_events_go_once_to_the_current_log() -> Result<()> {
    visit_in_each_browser(|| shop("window.dataLayer = [];", "", ""), async |shop: &Shop| {
        shop.open("shop.html").await?;
        let counts = with_shelf(shop, r#"
            const push = (item_id) => dataLayer.push({ event: "add_to_cart", ecommerce: { items: [{ item_id }] } });
            const count = async (client, item) => (await client.profile()).events.filter(({ event }) => event.item === item).length;
            const pushUntilCounted = (item) => until(async () => (push(item), (await count(shelf.client, item)) > 0));
            const clientAfter = (before) =>
              until(() => shelf.client && shelf.client !== before && shelf.client.state.items);
            await until(() => Object.hasOwn(dataLayer, "push"));
            const stored = shelf.client;
            push("rain-jacket-squall");

            shelf.setAttribute("track", "off");
            push("bike-heron-gravel");
            shelf.removeAttribute("track");
            await pushUntilCounted("grinder-rook");

            // Consent is withdrawn: from now on events are stored in memory only.
            shelf.setAttribute("storage", "memory");
            push("dripper-still");
            await clientAfter(stored);
            await until(async () => (await count(shelf.client, "dripper-still")) === 1);
            const memory = shelf.client;
            await pushUntilCounted("dress-meadow");

            // The first log again, in another worker.
            shelf.removeAttribute("storage");
            shelf.setAttribute("device", "cpu");
            await until(() => shelf.client?.state.persist && shelf.client !== stored && shelf.client.state.items);
            await pushUntilCounted("teapot-zisha");
            const pushedItems = ["rain-jacket-squall", "bike-heron-gravel", "dripper-still", "dress-meadow"];
            return [await Promise.all(pushedItems.map((item) => count(shelf.client, item))), await count(memory, "teapot-zisha")];"#).await?;
        assert_eq!(counts, json!([[1, 0, 0, 0], 0]));
        Ok(())
    })
    .await
}
