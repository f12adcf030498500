//! What a page tells the shelf, by attribute and by data, and what the shelf tells the page, in events.

use anyhow::{Context, Result};
use browser_tests::{
    Shop, Site,
    shop::{products, strings},
    site::{Fault, page},
    visit_each,
};
use serde_json::{Value, json};

/// Everything that a shelf fires, as a page hears it: the name, the detail, and whether the default may be prevented.
const LISTEN: &str = r#"
    window.told = [];
    for (const name of ["ready", "select", "impression", "error", "metric"])
      addEventListener(`nearmind-${name}`, (event) => told.push([name, event.detail, event.cancelable]));"#;

/// A page of one shelf, with a script that runs before ours.
fn shop(script: &str, attributes: &str, before: &str) -> Site {
    let shelf = format!(
        r#"<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A shop</title>{before}
           <nearmind-shelf {attributes} catalog="catalog/" model="models/minilm/"><ul id="picks"><li>Ours</li></ul></nearmind-shelf>
           <script src="early.js"></script><script type="module" src="shelf.js"></script>"#
    );
    let (shelf, script) = (page("/shop.html", shelf), page("/early.js", format!("{LISTEN}{script}")));
    let both: Fault = Box::new(move |path, reply| {
        shelf(path, reply);
        script(path, reply);
    });
    Site::with(both)
}

/// Runs with the page's shelf at hand, and `until`, which waits for a condition.
async fn with_shelf(shop: &Shop, body: &str) -> Result<Value> {
    let script = r#"
        const shelf = document.querySelector("nearmind-shelf"), root = shelf.shadowRoot;
        const cards = () => [...root.querySelectorAll("li[data-item]")];
        const items = () => cards().map((card) => card.dataset.item);
        const until = async (fits) => {
          for (let tries = 0; !(await fits()); tries++) {
            if (tries > 1000) throw new Error(`this never held: ${fits}; told ${JSON.stringify(told.slice(-5))}`);
            await new Promise((next) => setTimeout(next, 30));
          }
        };
        const heard = (name) => told.filter(([told]) => told === name).map(([, detail]) => detail);
    "#;
    shop.ask(&format!("{script} {body}"), &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_cards_is_told_in_events() -> Result<()> {
    visit_each(|| shop("", r#"limit="12""#, ""), async |shop: &Shop| {
        shop.open("shop.html").await?;
        let ready = with_shelf(shop, "return [heard('ready'), items(), heard('metric')[0]];").await?;
        assert_eq!(ready[0], json!([{ "basis": "cold-start", "items": ready[1] }]));
        assert_eq!((&ready[2]["name"], &ready[2]["unit"]), (&json!("first-shelf"), &json!("ms")));

        // Who stays sees the first card, and not the last, which is out of sight until it is turned to.
        let seen = with_shelf(shop, r#"
            // The model ranks again when it comes.
            await until(() => shelf.client.state.device);
            await shelf.refresh();
            const last = items().at(-1);
            await until(() => heard("impression").some(({ position }) => position === 0));
            const before = heard("impression").map(({ item }) => item);
            root.querySelector("[part=list]").scrollLeft = 1e5;
            await until(() => heard("impression").some(({ item }) => item === last));
            const all = heard("impression");
            return [before.includes(last), new Set(all.map(({ item }) => item)).size === all.length,
              all.every(({ item, position }) => items()[position] === item)];"#).await?;
        assert_eq!(seen, json!([false, true, true]), "early, twice, or elsewhere");

        // A card is followed, by whichever button; the page may keep the visitor.
        let followed = with_shelf(shop, r#"
            addEventListener("nearmind-select", (event) => event.preventDefault());
            const act = (place) => ({ item: items()[place], url: cards()[place].querySelector("a").href, position: place });
            const kept = async (count) => until(async () => (await shelf.client.profile()).events.length === count);
            const middle = (button) => new MouseEvent("auxclick", { button, bubbles: true, composed: true, cancelable: true });
            const acts = [act(1)];
            cards()[1].querySelector("a").click();
            await kept(1);
            await shelf.refresh(); // another list
            acts.push(act(0));
            const link = cards()[0].querySelector("a");
            link.dispatchEvent(middle(2));
            link.dispatchEvent(middle(1));
            await kept(2);
            return [heard("select"), acts, told.find(([name]) => name === "select")[2], location.pathname,
              (await shelf.client.profile()).events.map(({ event }) => event.name)];"#).await?;
        assert_eq!(followed[0], followed[1]);
        assert_eq!(followed[2], true);
        assert_eq!((&followed[3], &followed[4]), (&json!("/shop.html"), &json!(["select_item", "select_item"])));
        let forgotten = "await shelf.forget(); return (await shelf.client.profile()).events.length;";
        assert_eq!(with_shelf(shop, forgotten).await?, 0);
        assert_eq!(shop.seen("errors").await?, json!([]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn storage_device_sources_address_and_look_may_change_at_run_time() -> Result<()> {
    visit_each(|| shop("", "", ""), async |shop: &Shop| {
        shop.open("shop.html").await?;
        let changed = with_shelf(shop, r#"
            const stored = shelf.client;
            await stored.track("view_item", { item: "dripper-still" });
            const again = () => until(() => shelf.client && shelf.client.state.items && items().length === 12);
            shelf.setAttribute("storage", "memory");
            await again();
            const memory = [shelf.client.state.persist, (await shelf.client.profile()).events.length];
            shelf.removeAttribute("storage");
            await again();
            const back = [shelf.client === stored, (await shelf.client.profile()).events.length];

            shelf.setAttribute("device", "cpu");
            // The processor is ready before the graphics has been asked about.
            await until(() => shelf.client?.state.device && shelf.client.state.device.reason.code !== "untried");
            const device = shelf.client.state.device.reason.code;

            shelf.setAttribute("base", "deep/");
            await shelf.refresh();
            const links = cards().map((card) => new URL(card.querySelector("a").href).pathname);

            const look = () => [getComputedStyle(shelf).colorScheme, getComputedStyle(root.querySelector("[part~=card]")).backgroundColor];
            const looks = ["light", "dark"].map((theme) => (shelf.setAttribute("theme", theme), look()));
            shelf.style.setProperty("--nearmind-surface", "rgb(1, 2, 3)");
            const sheet = new CSSStyleSheet();
            sheet.replaceSync("nearmind-shelf::part(price) { color: rgb(4, 5, 6) }");
            document.adoptedStyleSheets = [sheet];
            const part = getComputedStyle(root.querySelector("[part=price]")).color;
            return { memory, back, device, links: links.every((link) => link.startsWith("/deep/")), looks, own: look()[1], part };"#).await?;
        assert_eq!(changed["memory"], json!([false, 0]), "another log, which is not stored");
        assert_eq!(changed["back"], json!([true, 1]));
        assert_eq!(changed["device"], "asked-cpu");
        assert_eq!(changed["links"], true);
        let looks = &changed["looks"];
        assert_eq!((&looks[0][0], &looks[1][0]), (&json!("light"), &json!("dark")));
        assert_ne!(looks[0][1], looks[1][1]);
        assert_eq!((&changed["own"], &changed["part"]), (&json!("rgb(1, 2, 3)"), &json!("rgb(4, 5, 6)")));

        // Without a catalogue the shop's own stands; with one the cards, and nothing is left of the complaint.
        let gone = with_shelf(shop, r#"
            const own = document.getElementById("picks");
            shelf.removeAttribute("catalog");
            await until(() => shelf.state === "failed");
            const failed = [heard("error").map(({ code, fatal }) => [code, fatal]), own.checkVisibility({ visibilityProperty: true })];
            shelf.setAttribute("catalog", "catalog/");
            await until(() => shelf.state === "ready");
            return [failed, own.checkVisibility({ visibilityProperty: true }), root.querySelector("[part=status-text]").textContent];"#).await?;
        assert_eq!(gone, json!([[[["attributes", true]], true], false, ""]));

        // A model that is not there, and then it is; a worker's script by its name.
        let other = with_shelf(shop, r#"
            shelf.setAttribute("model", "models/none/");
            await until(() => shelf.state === "failed");
            shelf.setAttribute("model", "models/minilm/");
            await until(() => shelf.state === "ready");
            const before = shelf.client;
            shelf.setAttribute("worker", "worker.js");
            await until(() => shelf.client !== before && shelf.client?.state.items && items().length === 12);
            return shelf.state;"#).await?;
        assert_eq!(other, "ready");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn data_counts_before_the_script_has_come_and_when_it_changes() -> Result<()> {
    let early = r#"document.querySelector("nearmind-shelf").filter = { range: { field: "price", to: 20 } };"#;
    visit_each(|| shop(early, "", ""), async |shop: &Shop| {
        shop.open("shop.html").await?;
        let products = products();
        let price = |item: &String| products[item]["price"].as_f64().context("a price");
        let cheap = strings(&with_shelf(shop, "return items();").await?)?;
        assert!(cheap.len() >= 6, "{cheap:?}");
        for item in &cheap {
            assert!(price(item)? <= 20.0, "{item}");
        }
        let changed = with_shelf(shop, r#"
            // By the change itself; and what was asked for before it, as by the model that has come, is over.
            const drawn = async (change) => {
              const before = items().join();
              change();
              await until(() => items().join() !== before);
              await shelf.refresh();
              return items();
            };
            const filtered = await drawn(() => (shelf.filter = { range: { field: "price", from: 500 } }));
            const free = await drawn(() => (shelf.filter = null));
            const pinned = await drawn(() => (shelf.rules = { pin: [{ item: "dripper-still", place: 2 }], exclude: [{ eq: { field: "brand", value: "Kestrel Lane" } }] }));
            const about = await drawn(() => (shelf.context = { text: "freshly ground coffee in the morning" }));
            return { filtered, free, pinned, about, told: shelf.context.text };"#).await?;
        for item in strings(&changed["filtered"])? {
            assert!(price(&item)? >= 500.0, "{item}");
        }
        assert_eq!(strings(&changed["free"])?.len(), 12);
        assert_eq!(changed["pinned"][1], "dripper-still");
        assert_ne!(changed["about"], changed["pinned"]);
        assert_eq!(changed["told"], "freshly ground coffee in the morning");
        assert_eq!(shop.seen("errors").await?, json!([]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_tells_everything_itself_is_not_listened_to() -> Result<()> {
    let page = r#"<script type="application/ld+json">{ "@type": "Product", "sku": "dripper-still" }</script>"#;
    let layer = "window.dataLayer = [{ event: 'view_item', ecommerce: { items: [{ item_id: 'teapot-zisha' }] } }];";
    for (attributes, events) in [("", 2), (r#"track="off""#, 0)] {
        visit_each(
            || shop(layer, attributes, page),
            async |shop: &Shop| {
                shop.open("shop.html").await?;
                let count = "(await shelf.client.profile()).events.length";
                if events > 0 {
                    with_shelf(shop, &format!("await until(async () => {count} === {events});")).await?;
                } else {
                    // As late as anything is heard, and later.
                    with_shelf(shop, "await until(() => shelf.client.state.device); await shelf.refresh();").await?;
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
async fn what_the_page_says_goes_to_the_log_of_now_and_once() -> Result<()> {
    visit_each(|| shop("window.dataLayer = [];", "", ""), async |shop: &Shop| {
        shop.open("shop.html").await?;
        let counts = with_shelf(shop, r#"
            const push = (item_id) => dataLayer.push({ event: "add_to_cart", ecommerce: { items: [{ item_id }] } });
            const count = async (client, item) => (await client.profile()).events.filter(({ event }) => event.item === item).length;
            const says = (item) => until(async () => (push(item), (await count(shelf.client, item)) > 0));
            const other = (before) => until(() => shelf.client && shelf.client !== before && shelf.client.state.items);
            await until(() => Object.hasOwn(dataLayer, "push"));
            const stored = shelf.client;
            push("rain-jacket-squall");

            shelf.setAttribute("track", "off");
            push("bike-heron-gravel");
            shelf.removeAttribute("track");
            await says("grinder-rook");

            // No consent any more: what is said from now on is for this page alone.
            shelf.setAttribute("storage", "memory");
            push("dripper-still");
            await other(stored);
            await until(async () => (await count(shelf.client, "dripper-still")) === 1);
            const memory = shelf.client;
            await says("dress-meadow");

            // Another worker of the log that was before.
            shelf.removeAttribute("storage");
            shelf.setAttribute("device", "cpu");
            await until(() => shelf.client?.state.persist && shelf.client !== stored && shelf.client.state.items);
            await says("teapot-zisha");
            const said = ["rain-jacket-squall", "bike-heron-gravel", "dripper-still", "dress-meadow"];
            return [await Promise.all(said.map((item) => count(shelf.client, item))), await count(memory, "teapot-zisha")];"#).await?;
        assert_eq!(counts, json!([[1, 0, 0, 0], 0]));
        Ok(())
    })
    .await
}
