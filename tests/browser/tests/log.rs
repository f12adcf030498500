//! The visitor's log in IndexedDB: nothing that a page has acknowledged is lost, and nothing that it cannot read.

use anyhow::Result;
use browser_tests::{
    Gpu, Shop, Site,
    site::{Fault, altered_worker},
    visit, visit_each,
};
use serde_json::{Value, json};

/// `log` is the object store of the visitor's log, in a transaction that may write.
const STORE: &str = r#"
    const database = await new Promise((done) => (indexedDB.open("nearmind").onsuccess = (event) => done(event.target.result)));
    const log = database.transaction("log", "readwrite").objectStore("log");
    const finished = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)));"#;

async fn stored(shop: &Shop) -> Result<Value> {
    let read = "const entries = await finished(log.getAll()); database.close(); return entries.map(({ name, item }) => `${name} ${item}`);";
    shop.ask(&format!("{STORE} {read}"), &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_a_later_version_outlive_every_change() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        let track = "for (const item of given) await client.track('like', { item });";
        shop.with_client(track, &[json!("dripper-still"), json!("dress-meadow")]).await?;
        let later = "await finished(log.add({ kind: 'event', name: 'begin_checkout', item: 'x', timeMs: 5 })); database.close();";
        shop.ask(&format!("{STORE} {later}"), &[]).await?;
        shop.open("index.html").await?;
        let events = "const { events } = await client.profile(); return events.map(({ event }) => event.item);";
        assert_eq!(shop.with_client(events, &[]).await?, json!(["dripper-still", "dress-meadow"]));
        let delete = "const { events } = await client.profile(); await client.erase(events[0].event);";
        shop.with_client(delete, &[]).await?;
        assert_eq!(stored(shop).await?, json!(["like dress-meadow", "begin_checkout x"]));
        Ok(())
    })
    .await
}

/// The first calls that add to the log fail, as on a full disk.
fn full_disk() -> Fault {
    altered_worker(
        "const starting = start();",
        "let calls = 0; const add = IDBObjectStore.prototype.add;
        IDBObjectStore.prototype.add = function (...given) {
          if (calls++ < 3) throw new DOMException('the disk is full', 'QuotaExceededError');
          return add.apply(this, given);
        };
        const starting = start();",
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_not_on_disk_is_not_acknowledged() -> Result<()> {
    visit(Site::with(full_disk()), Gpu::None, &[], async |shop| {
        shop.open("index.html").await?;
        let track = r#"
            const outcomes = [], why = [];
            client.subscribe((update) => update.type === "error" && why.push(update.message));
            for (const item of given) {
              outcomes.push(await client.track("view_item", { item }).then(() => "stored", ({ code }) => code));
              outcomes.push(Object.keys(sessionStorage).filter((key) => key.startsWith("nearmind.event ")).length);
            }
            return [...outcomes, client.state.unsaved, why.length];"#;
        let given = ["dripper-still", "dress-meadow", "rain-jacket-squall"].map(|item| json!(item));
        let outcomes = shop.with_client(track, &given).await?;
        assert_eq!(outcomes, json!(["unsaved", 1, "unsaved", 2, "stored", 0, 0, 1]));
        let all = ["view_item dripper-still", "view_item dress-meadow", "view_item rain-jacket-squall"];
        assert_eq!(stored(shop).await?, json!(all));
        Ok(())
    })
    .await
}

/// What kills the worker: the event `like deadly`.
fn deadly() -> Fault {
    altered_worker(
        "if (data.ping)",
        "if (data.command?.event?.item === 'deadly') { setTimeout(() => { throw new Error('out of memory'); }); await new Promise(() => {}); }
         if (data.ping)",
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_kills_the_worker_is_set_aside() -> Result<()> {
    visit_each(|| Site::with(deadly()), async |shop: &Shop| {
        shop.open("index.html").await?;
        let track = r#"
            const outcome = (promise) => promise.then(() => "stored", ({ code }) => code);
            const outcomes = await Promise.all(given.map((item) => outcome(client.track("like", { item }))));
            const keys = (area) => Object.keys(area).filter((key) => key.startsWith("nearmind.event ")).length;
            return [...outcomes, keys(sessionStorage), keys(localStorage), client.state.problem];"#;
        let given = ["dripper-still", "deadly", "dress-meadow"].map(|item| json!(item));
        assert_eq!(shop.with_client(track, &given).await?, json!(["stored", "crashed", "stored", 0, 1, null]));
        assert_eq!(stored(shop).await?, json!(["like dripper-still", "like dress-meadow"]));
        // The next page lives.
        shop.open("index.html").await?;
        assert_eq!(shop.with_client("return client.state.problem;", &[]).await?, json!(null));
        // A day later it is tried again, and forgetting takes it, too.
        let age = r#"
            for (const [key, value] of Object.entries(localStorage)) {
              if (key.startsWith("nearmind.event ")) localStorage.setItem(key, JSON.stringify({ ...JSON.parse(value), until: 0 }));
            }"#;
        shop.ask(age, &[]).await?;
        shop.goto("index.html").await?;
        let again = "const aside = () => Object.entries(localStorage).filter(([key]) => key.startsWith('nearmind.event ')).map(([, value]) => JSON.parse(value).until);
            client.start(); while (!(aside()[0] > Date.now())) await new Promise((next) => setTimeout(next, 50));
            await client.forget(); return aside().length;";
        assert_eq!(shop.with_client(again, &[]).await?, json!(0));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_hangs_is_replaced() -> Result<()> {
    let hangs = altered_worker(
        "if (data.ping)",
        "if (data.command?.event?.item === 'endless') { const now = Date.now(); while (Date.now() < now + 600_000); }
         if (data.ping)",
    );
    visit(Site::with(hangs), Gpu::None, &[], async |shop| {
        shop.open("index.html").await?;
        let track = r#"
            const restarts = [];
            client.subscribe(({ type }) => type === "restarted" && restarts.push(performance.now()));
            const from = performance.now();
            const outcome = await client.track("like", { item: "endless" }).then(() => "stored", ({ code }) => code);
            return [outcome, restarts.length, restarts[0] - from, (await client.recommend()).cards.length > 0];"#;
        let seen = shop.with_client(track, &[]).await?;
        assert_eq!((&seen[0], &seen[1], &seen[3]), (&json!("crashed"), &json!(2), &json!(true)), "{seen}");
        println!("noticed after {} ms", seen[2]);
        Ok(())
    })
    .await
}

/// An answer that never comes.
const HANGS: [&str; 3] =
    ["IDBFactory.prototype.open", "IDBObjectStore.prototype.getAllKeys", "IDBObjectStore.prototype.add"];

#[tokio::test(flavor = "multi_thread")]
async fn storage_that_never_answers_blocks_no_list() -> Result<()> {
    for call in HANGS {
        let silent = format!(
            "{{ const target = {call}; const silent = function (...given) {{
                 const request = target.apply(this, given);
                 return new Proxy(request, {{
                   get: (_, name) => (typeof request[name] === 'function' ? request[name].bind(request) : request[name]),
                   set: () => true,
                 }});
               }};
               {call} = silent; }}
             const starting = start();"
        );
        let silent = altered_worker("const starting = start();", silent.leak());
        visit(Site::with(silent), Gpu::None, &[], async |shop| {
            shop.open("index.html").await?;
            let track = r#"
                const from = performance.now();
                const outcomes = [];
                for (const item of given) outcomes.push(await client.track("like", { item }).then(() => "stored", ({ code }) => code));
                return [outcomes, performance.now() - from, (await client.recommend()).basis];"#;
            let given = ["dripper-still", "dress-meadow", "rain-jacket-squall"].map(|item| json!(item));
            let seen = shop.with_client(track, &given).await?;
            println!("{call}: {seen}");
            assert_eq!((&seen[0], &seen[2]), (&json!(vec!["unsaved"; 3]), &json!("profile")), "{call}: {seen}");
            assert!(seen[1].as_f64().is_some_and(|ms| ms < 12_000.0), "events wait for the disk each time: {seen}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_events_of_one_moment_are_each_stored_once() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        let track = r#"
            const from = performance.now();
            const all = Array.from({ length: 2000 }, () => client.track("view_item", { item: "dripper-still" }));
            const blocked = performance.now() - from;
            await Promise.all(all);
            return [(await client.profile()).events.length, blocked, Object.keys(sessionStorage).length];"#;
        let seen = shop.with_client(track, &[]).await?;
        println!("2,000 events in one task: {} ms", seen[1]);
        assert_eq!((&seen[0], &seen[2]), (&json!(2000), &json!(0)));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_catalogues_of_an_origin_share_one_log() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        let other = r#"
            await client.track("like", { item: "dress-meadow" });
            // The same files by another name are another catalogue with a worker of its own.
            const other = Nearmind.open({ catalog: "catalog/manifest.json?other", model: "models/minilm/" });
            const items = async () => (await other.profile()).events.map(({ event }) => event.item);
            const before = await items();
            await other.track("like", { item: "sold-elsewhere" });
            return [other !== client, before, await items(), other.state.problem, (await other.recommend({ limit: 3 })).cards.length];"#;
        let seen = shop.with_client(other, &[]).await?;
        assert_eq!(seen, json!([true, ["dress-meadow"], ["dress-meadow", "sold-elsewhere"], null, 3]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn forget_reaches_a_tab_that_wakes_up_later() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        let tracked =
            shop.with_client("await client.track('like', { item: 'dripper-still' }); return Date.now();", &[]).await?;
        let first = shop.browser.driver.window().await?;
        let second = shop.browser.driver.new_tab().await?;
        shop.browser.driver.switch_to_window(second).await?;
        shop.open("index.html").await?;
        shop.with_client("await client.forget();", &[]).await?;
        shop.browser.driver.close_window().await?;
        shop.browser.driver.switch_to_window(first).await?;
        // It slept while the other tab forgot: what it had not delivered is still here.
        let left = r#"
            const event = { name: "like", item: "dress-meadow", timeMs: given[0] };
            const key = "nearmind.event " + JSON.stringify([event.timeMs, event.name, event.item, undefined]);
            sessionStorage.setItem(key, JSON.stringify({ until: 0, event }));"#;
        shop.ask(left, &[tracked]).await?;
        shop.open("index.html").await?;
        assert_eq!(shop.with_client("return (await client.profile()).events.length;", &[]).await?, json!(0));
        assert_eq!(stored(shop).await?, json!([]));
        assert_eq!(shop.ask("return Object.keys(sessionStorage);", &[]).await?, json!([]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_worker_every_promise_settles() -> Result<()> {
    let gone: Fault = Box::new(|path, reply| {
        if path == "/worker.js" {
            reply.status = 404;
        }
    });
    visit(Site::with(gone), Gpu::None, &[], async |shop| {
        shop.goto("index.html").await?;
        assert_eq!(shop.settled().await?, "failed");
        let ask = r#"
            const late = new Promise((done) => setTimeout(() => done("hangs"), 3000));
            const settled = (promise) => Promise.race([promise.then(() => "answered", ({ code }) => code), late]);
            return Promise.all([client.track("like", { item: "dress-meadow" }), client.recommend(), client.profile()].map(settled));"#;
        assert_eq!(shop.with_client(ask, &[]).await?, json!(vec!["worker-failed"; 3]));
        Ok(())
    })
    .await
}
