//! The visitor's log in IndexedDB: no acknowledged event is lost, and no entry of a later version.

use anyhow::Result;
use browser_tests::{
    Gpu, Shop, Site,
    site::{Interceptor, replace_in_worker},
    visit, visit_in_each_browser,
};
use serde_json::{Value, json};

/// Opens the object store of the visitor's log as `log`, for reading and writing.
const OPEN_LOG: &str = r#"
    const database = await new Promise((done) => (indexedDB.open("nearmind").onsuccess = (event) => done(event.target.result)));
    const log = database.transaction("log", "readwrite").objectStore("log");
    const finished = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)));"#;

async fn read_log(shop: &Shop) -> Result<Value> {
    let read = "const entries = await finished(log.getAll()); database.close(); return entries.map(({ name, item }) => `${name} ${item}`);";
    shop.evaluate(&format!("{OPEN_LOG} {read}"), &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_a_later_version_are_kept() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        let track = "for (const item of args) await client.track('like', { item });";
        shop.with_client(track, &[json!("dripper-still"), json!("dress-meadow")]).await?;
        let later = "await finished(log.add({ kind: 'event', name: 'begin_checkout', item: 'x', timeMs: 5 })); database.close();";
        shop.evaluate(&format!("{OPEN_LOG} {later}"), &[]).await?;
        shop.open("index.html").await?;
        let events = "const { events } = await client.profile(); return events.map(({ event }) => event.item);";
        assert_eq!(shop.with_client(events, &[]).await?, json!(["dripper-still", "dress-meadow"]));
        let delete = "const { events } = await client.profile(); await client.erase(events[0].event);";
        shop.with_client(delete, &[]).await?;
        assert_eq!(read_log(shop).await?, json!(["like dress-meadow", "begin_checkout x"]));
        Ok(())
    })
    .await
}

/// The first three calls of `add` fail, as on a full disk.
fn fill_disk() -> Interceptor {
    replace_in_worker(
        "const starting = start();",
        "let calls = 0; const add = IDBObjectStore.prototype.add;
        IDBObjectStore.prototype.add = function (...args) {
          if (calls++ < 3) throw new DOMException('the disk is full', 'QuotaExceededError');
          return add.apply(this, args);
        };
        const starting = start();",
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_acknowledged_only_when_it_is_on_disk() -> Result<()> {
    visit(Site::with_interceptor(fill_disk()), Gpu::None, &[], async |shop| {
        shop.open("index.html").await?;
        let track = r#"
            const outcomes = [], errors = [];
            client.subscribe((update) => update.type === "error" && errors.push(update.message));
            for (const item of args) {
              outcomes.push(await client.track("view_item", { item }).then(() => "stored", ({ code }) => code));
              outcomes.push(Object.keys(sessionStorage).filter((key) => key.startsWith("nearmind.event ")).length);
            }
            return [...outcomes, client.state.unsaved, errors.length];"#;
        let args = ["dripper-still", "dress-meadow", "rain-jacket-squall"].map(|item| json!(item));
        let outcomes = shop.with_client(track, &args).await?;
        assert_eq!(outcomes, json!(["unsaved", 1, "unsaved", 2, "stored", 0, 0, 1]));
        let expected = ["view_item dripper-still", "view_item dress-meadow", "view_item rain-jacket-squall"];
        assert_eq!(read_log(shop).await?, json!(expected));
        Ok(())
    })
    .await
}

/// The event `like deadly` crashes the worker.
fn crash_worker() -> Interceptor {
    replace_in_worker(
        "if (data.ping)",
        "if (data.command?.event?.item === 'deadly') { setTimeout(() => { throw new Error('out of memory'); }); await new Promise(() => {}); }
         if (data.ping)",
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_crashes_the_worker_is_set_aside() -> Result<()> {
    visit_in_each_browser(|| Site::with_interceptor(crash_worker()), async |shop: &Shop| {
        shop.open("index.html").await?;
        let track = r#"
            const outcome = (promise) => promise.then(() => "stored", ({ code }) => code);
            const outcomes = await Promise.all(args.map((item) => outcome(client.track("like", { item }))));
            const keys = (area) => Object.keys(area).filter((key) => key.startsWith("nearmind.event ")).length;
            return [...outcomes, keys(sessionStorage), keys(localStorage), client.state.problem];"#;
        let args = ["dripper-still", "deadly", "dress-meadow"].map(|item| json!(item));
        assert_eq!(shop.with_client(track, &args).await?, json!(["stored", "crashed", "stored", 0, 1, null]));
        assert_eq!(read_log(shop).await?, json!(["like dripper-still", "like dress-meadow"]));
        // The next page works.
        shop.open("index.html").await?;
        assert_eq!(shop.with_client("return client.state.problem;", &[]).await?, json!(null));
        // A day later the event is tried again; forgetting removes it, too.
        let age = r#"
            for (const [key, value] of Object.entries(localStorage)) {
              if (key.startsWith("nearmind.event ")) localStorage.setItem(key, JSON.stringify({ ...JSON.parse(value), until: 0 }));
            }"#;
        shop.evaluate(age, &[]).await?;
        shop.goto("index.html").await?;
        let retry = "const setAside = () => Object.entries(localStorage).filter(([key]) => key.startsWith('nearmind.event ')).map(([, value]) => JSON.parse(value).until);
            client.start(); while (!(setAside()[0] > Date.now())) await new Promise((next) => setTimeout(next, 50));
            await client.forget(); return setAside().length;";
        assert_eq!(shop.with_client(retry, &[]).await?, json!(0));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_hangs_is_replaced() -> Result<()> {
    let hang = replace_in_worker(
        "if (data.ping)",
        "if (data.command?.event?.item === 'endless') { const now = Date.now(); while (Date.now() < now + 600_000); }
         if (data.ping)",
    );
    visit(Site::with_interceptor(hang), Gpu::None, &[], async |shop| {
        shop.open("index.html").await?;
        let track = r#"
            const restarts = [];
            client.subscribe(({ type }) => type === "restarted" && restarts.push(performance.now()));
            const from = performance.now();
            const outcome = await client.track("like", { item: "endless" }).then(() => "stored", ({ code }) => code);
            return [outcome, restarts.length, restarts[0] - from, (await client.recommend()).cards.length > 0];"#;
        let result = shop.with_client(track, &[]).await?;
        assert_eq!((&result[0], &result[1], &result[3]), (&json!("crashed"), &json!(2), &json!(true)), "{result}");
        println!("the worker is replaced after {} ms", result[2]);
        Ok(())
    })
    .await
}

/// The module of the first worker is downloaded, but never starts, as happens in Firefox 140.
fn never_start_first_module() -> Interceptor {
    replace_in_worker(
        "await wasm.default();",
        "if (!(await caches.has('stuck'))) {
           await caches.open('stuck');
           await (await fetch(new URL(`wasm/${name}_bg.wasm`, import.meta.url))).arrayBuffer();
           await new Promise(() => {});
         }
         await wasm.default();",
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_module_never_starts_is_replaced() -> Result<()> {
    visit_in_each_browser(|| Site::with_interceptor(never_start_first_module()), async |shop: &Shop| {
        shop.goto("index.html").await?;
        let track = r#"
            let restarts = 0;
            client.subscribe(({ type }) => { restarts += type === "restarted"; });
            const outcome = await client.track("like", { item: "dripper-still" }).then(() => "stored", ({ code }) => code);
            return [outcome, restarts, (await client.recommend()).cards.length > 0];"#;
        assert_eq!(shop.with_client(track, &[]).await?, json!(["stored", 1, true]));
        assert_eq!(read_log(shop).await?, json!(["like dripper-still"]));
        Ok(())
    })
    .await
}

/// Calls of IndexedDB that are never answered.
const SILENT_CALLS: [&str; 3] =
    ["IDBFactory.prototype.open", "IDBObjectStore.prototype.getAllKeys", "IDBObjectStore.prototype.add"];

#[tokio::test(flavor = "multi_thread")]
async fn lists_do_not_wait_for_storage_that_never_answers() -> Result<()> {
    for call in SILENT_CALLS {
        let silent = format!(
            "{{ const target = {call}; const silent = function (...args) {{
                 const request = target.apply(this, args);
                 return new Proxy(request, {{
                   get: (_, name) => (typeof request[name] === 'function' ? request[name].bind(request) : request[name]),
                   set: () => true,
                 }});
               }};
               {call} = silent; }}
             const starting = start();"
        );
        let silent = replace_in_worker("const starting = start();", silent.leak());
        visit(Site::with_interceptor(silent), Gpu::None, &[], async |shop| {
            shop.open("index.html").await?;
            let track = r#"
                const from = performance.now();
                const outcomes = [];
                for (const item of args) outcomes.push(await client.track("like", { item }).then(() => "stored", ({ code }) => code));
                return [outcomes, performance.now() - from, (await client.recommend()).basis];"#;
            let args = ["dripper-still", "dress-meadow", "rain-jacket-squall"].map(|item| json!(item));
            let result = shop.with_client(track, &args).await?;
            println!("{call}: {result}");
            assert_eq!((&result[0], &result[2]), (&json!(vec!["unsaved"; 3]), &json!("profile")), "{call}: {result}");
            assert!(result[1].as_f64().is_some_and(|ms| ms < 12_000.0), "every event waits for the storage: {result}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_events_at_once_are_each_stored_once() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        let track = r#"
            const from = performance.now();
            const all = Array.from({ length: 2000 }, () => client.track("view_item", { item: "dripper-still" }));
            const blocked = performance.now() - from;
            await Promise.all(all);
            return [(await client.profile()).events.length, blocked, Object.keys(sessionStorage).length];"#;
        let result = shop.with_client(track, &[]).await?;
        println!("2,000 events in one task: {} ms", result[1]);
        assert_eq!((&result[0], &result[2]), (&json!(2000), &json!(0)));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_catalogues_of_one_origin_share_one_log() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        let other = r#"
            await client.track("like", { item: "dress-meadow" });
            // Another URL of the same files counts as another catalogue, with its own worker.
            const other = Nearmind.open({ catalog: "catalog/manifest.json?other", model: "models/minilm/" });
            const items = async () => (await other.profile()).events.map(({ event }) => event.item);
            const before = await items();
            await other.track("like", { item: "sold-elsewhere" });
            return [other !== client, before, await items(), other.state.problem, (await other.recommend({ limit: 3 })).cards.length];"#;
        let result = shop.with_client(other, &[]).await?;
        assert_eq!(result, json!([true, ["dress-meadow"], ["dress-meadow", "sold-elsewhere"], null, 3]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn forget_reaches_a_tab_that_wakes_up_later() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        let tracked_ms =
            shop.with_client("await client.track('like', { item: 'dripper-still' }); return Date.now();", &[]).await?;
        let first = shop.browser.driver.window().await?;
        let second = shop.browser.driver.new_tab().await?;
        shop.browser.driver.switch_to_window(second).await?;
        shop.open("index.html").await?;
        shop.with_client("await client.forget();", &[]).await?;
        shop.browser.driver.close_window().await?;
        shop.browser.driver.switch_to_window(first).await?;
        // Imitates a tab that slept while the other one forgot: it still has an event that it has not delivered.
        let leave_event = r#"
            const event = { name: "like", item: "dress-meadow", timeMs: args[0] };
            const key = "nearmind.event " + JSON.stringify([event.timeMs, event.name, event.item, undefined]);
            sessionStorage.setItem(key, JSON.stringify({ until: 0, event }));"#;
        shop.evaluate(leave_event, &[tracked_ms]).await?;
        shop.open("index.html").await?;
        assert_eq!(shop.with_client("return (await client.profile()).events.length;", &[]).await?, json!(0));
        assert_eq!(read_log(shop).await?, json!([]));
        assert_eq!(shop.evaluate("return Object.keys(sessionStorage);", &[]).await?, json!([]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_worker_every_promise_settles() -> Result<()> {
    let without_worker: Interceptor = Box::new(|path, reply| {
        if path == "/worker.js" {
            reply.status = 404;
        }
    });
    visit(Site::with_interceptor(without_worker), Gpu::None, &[], async |shop| {
        shop.goto("index.html").await?;
        assert_eq!(shop.wait_for_shelf().await?, "failed");
        let send = r#"
            const late = new Promise((done) => setTimeout(() => done("hangs"), 3000));
            const settled = (promise) => Promise.race([promise.then(() => "answered", ({ code }) => code), late]);
            return Promise.all([client.track("like", { item: "dress-meadow" }), client.recommend(), client.profile()].map(settled));"#;
        assert_eq!(shop.with_client(send, &[]).await?, json!(vec!["worker-failed"; 3]));
        Ok(())
    })
    .await
}
