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
        assert_eq!(stored(shop).await?, json!(["begin_checkout x", "like dress-meadow"]));
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
          if (calls++ < 4) throw new DOMException('the disk is full', 'QuotaExceededError');
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
            const outcomes = [];
            for (const item of given) {
              outcomes.push(await client.track("view_item", { item }).then(() => "stored", ({ code }) => code));
              outcomes.push(JSON.parse(sessionStorage.getItem("nearmind.outbox") ?? "[]").length);
            }
            return [...outcomes, client.state.unsaved];"#;
        let given = ["dripper-still", "dress-meadow", "rain-jacket-squall"].map(|item| json!(item));
        let outcomes = shop.with_client(track, &given).await?;
        assert_eq!(outcomes, json!(["unsaved", 1, "unsaved", 2, "stored", 0, 0]));
        let all = ["view_item dripper-still", "view_item dress-meadow", "view_item rain-jacket-squall"];
        assert_eq!(stored(shop).await?, json!(all));
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
