//! When the model is loaded: after the catalogue, on demand, or when the page is idle and the device can afford it.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Shop, Site,
    site::{Interceptor, add_shop_page, replace_in_worker},
    visit, visit_in_each_browser,
};
use serde_json::{Value, json};

const START: &str = "const starting = start();";

/// Whether the weights were requested. The demo shop keeps the model's manifest for use without network.
fn has_requested_model(shop: &Shop) -> bool {
    shop.site.requests().iter().any(|line| line.ends_with("model.safetensors"))
}

/// Opens a page, waits until the worker has decided whether to load the model, and returns why there is none.
async fn reason_when_idle(shop: &Shop, page: &str) -> Result<Value> {
    shop.open(page).await?;
    let decided = r#"
        const waits = () => !client.state.device && [undefined, "not-needed", "loading"].includes(client.state.modelAbsent?.code);
        for (let tries = 0; waits() && tries < 1200; tries++) await new Promise((next) => setTimeout(next, 50));
        return client.state.modelAbsent;"#;
    shop.with_client(decided, &[]).await
}

/// A site whose worker sees these properties of `navigator`.
macro_rules! with_navigator {
    ($properties:literal) => {
        replace_in_worker(
            START,
            concat!(
                "for (const [name, value] of Object.entries(",
                $properties,
                ")) Object.defineProperty(navigator, name, { value }); const starting = start();"
            ),
        )
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_cannot_afford_it_loads_no_model() -> Result<()> {
    let cases = [
        ("save-data", with_navigator!("{ connection: { saveData: true, effectiveType: '4g', downlink: 10 } }")),
        ("metered", with_navigator!("{ connection: { type: 'cellular', effectiveType: '4g', downlink: 10 } }")),
        ("slow", with_navigator!("{ connection: { effectiveType: '2g', downlink: 0.2 } }")),
        ("slow", with_navigator!("{ connection: { effectiveType: '4g', downlink: 1.5 } }")),
        ("little-memory", with_navigator!("{ connection: undefined, deviceMemory: 1 }")),
    ];
    for (expected, navigator) in cases {
        visit(Site::with_interceptor(navigator), Gpu::None, &[], async |shop: &Shop| {
            let reason = reason_when_idle(shop, "index.html").await?;
            shop.wait_until_idle().await?;
            assert_eq!(reason["code"], expected);
            assert!(!has_requested_model(shop), "{expected}: the model was requested");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// A site that sends the worker's module at 2.1 Mbit/s.
fn slow_module() -> Interceptor {
    let pause = with_navigator!("{ connection: undefined }");
    Box::new(move |path, reply| {
        pause(path, reply);
        if path.ends_with("_bg.wasm") {
            reply.fault.pause_per_mib = Some(Duration::from_secs(4));
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_knows_no_speed_measures_it() -> Result<()> {
    visit_in_each_browser(
        || Site::with_interceptor(slow_module()),
        async |shop: &Shop| {
            assert_eq!(reason_when_idle(shop, "index.html").await?["code"], "slow");
            assert!(!has_requested_model(shop));
            Ok(())
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_save_data_a_wish_loads_the_model_and_is_kept() -> Result<()> {
    let site = || Site::with_interceptor(with_navigator!("{ connection: { saveData: true } }"));
    visit_in_each_browser(site, async |shop: &Shop| {
        assert_eq!(reason_when_idle(shop, "index.html").await?["code"], "save-data");
        // The wish is answered at once by its words, and again by its meaning when the model is there.
        let wish = r#"
            const items = async () => (await client.recommend({ limit: 6 })).cards.map(({ item }) => item);
            const before = await items();
            const ready = new Promise((done) => client.subscribe(({ type }) => type === "model-ready" && done()));
            await client.track("wish", { text: "a tent for two" });
            const byWords = await items(), hadModel = Boolean(client.state.device);
            await ready;
            return { before, byWords, hadModel, byMeaning: await items(), absent: client.state.modelAbsent };"#;
        let lists = shop.with_client(wish, &[]).await?;
        assert_eq!((&lists["hadModel"], &lists["absent"]), (&json!(false), &json!(null)), "{lists}");
        assert_ne!(lists["before"], lists["byWords"], "the wish was not answered before the model was there");
        assert_ne!(lists["byWords"], lists["byMeaning"], "the model changes nothing");
        // The model is on the device now: the next page uses it, and requests at most its manifest.
        let requests = shop.site.requests().len();
        assert_eq!(reason_when_idle(shop, "index.html").await?, json!(null), "the stored model is not used");
        let requests = shop.site.requests().split_off(requests);
        let model: Vec<_> = requests.iter().filter(|line| line.contains("/models/")).collect();
        assert!(model.iter().all(|line| line.ends_with("manifest.json")), "{model:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_and_an_explanation_load_the_model() -> Result<()> {
    let site = || Site::with_interceptor(with_navigator!("{ connection: { saveData: true } }"));
    let search =
        "const ready = new Promise((done) => client.subscribe(({ type }) => type === 'model-ready' && done()));
        await client.search('a tent'); await ready;";
    let explain = "const ready = new Promise((done) => client.subscribe(({ type }) => type === 'model-ready' && done()));
        const root = document.querySelector('nearmind-shelf').shadowRoot;
        for (let tries = 0; !root.querySelector('[data-action=why]') && tries < 100; tries++) await new Promise((next) => setTimeout(next, 50));
        root.querySelector('[data-action=why]').click(); await ready;";
    for script in [search, explain] {
        visit(site(), Gpu::None, &[], async |shop: &Shop| {
            assert_eq!(reason_when_idle(shop, "index.html").await?["code"], "save-data");
            assert!(!has_requested_model(shop));
            shop.with_client(script, &[]).await?;
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_quick_connection_the_model_comes_last() -> Result<()> {
    // The machine of the test may be too busy for a quick download.
    const QUICK: &str =
        "Object.defineProperty(navigator, 'connection', { value: { effectiveType: '4g', downlink: 10 } });
        performance.getEntriesByType = () => []; const starting = start();";
    let site = || {
        let (add_shop, quick) =
            (add_shop_page(r#"catalog="catalog/" model="models/minilm/""#), replace_in_worker(START, QUICK));
        Site::with_interceptor(Box::new(move |path, reply| {
            add_shop(path, reply);
            quick(path, reply);
        }))
    };
    visit_in_each_browser(site, async |shop: &Shop| {
        assert_eq!(reason_when_idle(shop, "shop.html").await?, json!(null));
        let requests = shop.site.requests();
        let model = requests.iter().position(|line| line.contains("/models/")).context("no model")?;
        // The vectors of words are not needed for lists, and come beside the model.
        let is_needed = |line: &String| line.contains("/catalog/") && !line.contains("word-vectors");
        let catalog = requests.iter().rposition(is_needed).context("no catalogue")?;
        assert!(model > catalog, "the model is requested before the catalogue has arrived: {requests:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_use_no_model() -> Result<()> {
    let pages = [r#"catalog="catalog/""#, r#"catalog="catalog/" model="models/minilm/" encoder="static""#];
    for attributes in pages {
        let site = || Site::with_interceptor(add_shop_page(attributes));
        visit_in_each_browser(site, async |shop: &Shop| {
            shop.open("shop.html").await?;
            let use_all = r#"
                const { client } = document.querySelector("nearmind-shelf");
                const items = async () => (await client.recommend({ limit: 6 })).cards.map(({ item }) => item);
                const before = await items(), prepared = await client.prepare(), found = await client.search("tent");
                await client.track("wish", { text: "a tent for two" });
                return [prepared, client.state.modelAbsent.code, found.length > 0, before.join() !== (await items()).join()];"#;
            assert_eq!(shop.evaluate(use_all, &[]).await?, json!([null, "disabled", true, true]));
            assert_eq!(shop.records("errors").await?, json!([]));
            assert!(!has_requested_model(shop));
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// The first request for the model's manifest is refused.
fn refuse_once() -> Interceptor {
    let has_refused = AtomicBool::new(false);
    Box::new(move |path, reply| {
        if path.ends_with("minilm/manifest.json") && !has_refused.swap(true, Ordering::Relaxed) {
            reply.status = 404;
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_model_is_tried_again_for_a_wish() -> Result<()> {
    let attributes = r#"catalog="catalog/" model="models/minilm/" encoder="bert""#;
    let site = || {
        let (add_page, refuse) = (add_shop_page(attributes), refuse_once());
        Site::with_interceptor(Box::new(move |path, reply| {
            add_page(path, reply);
            refuse(path, reply);
        }))
    };
    visit_in_each_browser(site, async |shop: &Shop| {
        assert_eq!(reason_when_idle(shop, "shop.html").await?["code"], "failed");
        assert_eq!(shop.records("errors").await?, json!(["download"]));
        shop.with_client("client.track('wish', { text: 'a tent for two' });", &[]).await?;
        shop.wait_until("document.querySelector('nearmind-shelf').client.state.device").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_panels_say_why_there_is_no_model() -> Result<()> {
    let site = Site::with_interceptor(with_navigator!("{ connection: { saveData: true } }"));
    visit(site, Gpu::None, &[], async |shop: &Shop| {
        for (page, text) in [
            ("index.html?nearmind=debug", "Your browser asks to save data"),
            ("index.html?nearmind=debug&lang=zh-CN", "您的浏览器要求节省流量"),
        ] {
            shop.open(page).await?;
            let panel = "document.querySelector('nearmind-debug')?.shadowRoot.textContent";
            shop.wait_until(&format!("{panel}?.includes('{text}')")).await?;
        }
        Ok(())
    })
    .await
}
