//! Injects one fault into one visit: opens a page with a shelf, tracks events, and counts the stored events in a second
//! visit without the fault. Must not know which faults there are.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use browser_tests::{
    Shop, Site,
    site::{add_file, root},
};
use serde_json::json;
use xtask::http::Response;

type ChangeResponse = Box<dyn Fn(&mut Response) + Send + Sync>;

/// A fault and where it is injected.
#[derive(Default)]
pub struct Fault {
    pub family: &'static str,
    pub name: String,
    /// Runs in the worker before its own script, and calls `injected()` when it takes effect.
    pub worker_script: String,
    /// Whether only the first worker of the visit has the script.
    pub first_worker_only: bool,
    /// Runs in the page before its own scripts.
    pub page_script: String,
    /// Changes the responses for paths that end with this text.
    pub responses: Option<(&'static str, ChangeResponse)>,
}

/// The result of a visit with a fault.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Whether the fault took effect.
    pub injected: bool,
    /// The shelf's state: `ready`, `failed`, or `waits`.
    pub state: String,
    /// Whether the shop's own markup was shown.
    pub own_markup: bool,
    /// Events that were acknowledged.
    pub acknowledged: usize,
    /// Events whose promises did not settle.
    pub unsettled: usize,
    /// Acknowledged events that are not stored.
    pub lost: usize,
    /// Events that are stored twice.
    pub twice: usize,
    /// What the scripts of both visits returned.
    pub details: String,
}

/// The site, with the fault that is injected now.
#[derive(Default, Clone)]
pub struct FaultInjector {
    fault: Arc<Mutex<Option<Fault>>>,
    worker_count: Arc<AtomicUsize>,
    changed_responses: Arc<AtomicUsize>,
}

const PAGE: &str = r#"<!doctype html><html lang="en"><title>A shop</title><script src="before.js"></script>
    <script type="module" src="shelf.js"></script>
    <nearmind-shelf catalog="catalog/" model="models/minilm/" encoder="bert"><ul id="picks"><li>Ours</li></ul></nearmind-shelf>"#;

/// Defines `injected()`, which leaves a request in the site's log. The request is synchronous, because the fault may
/// stop the worker.
const INJECTED: &str = r#"const injected = () => {
        const request = new XMLHttpRequest();
        request.open("GET", "/injected", false);
        request.send();
    };"#;

/// Deletes everything that earlier visits stored. The model is deleted only on request, because it takes long to load.
const CLEAN: &str = r#"
    sessionStorage.clear(); localStorage.clear();
    await new Promise((done) => { const gone = indexedDB.deleteDatabase("nearmind"); gone.onsuccess = gone.onerror = done; });
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) if (!request.url.includes("/models/") || args[0]) await cache.delete(request);
    }"#;

/// Tracks an event for each item, waits for the model if a response is changed, and returns the outcomes and the state of
/// the shelf.
const VISIT: &str = r#"
    const shelf = document.querySelector("nearmind-shelf");
    const settled = () => ["ready", "failed"].includes(shelf.getAttribute("state"));
    const until = async (condition, ms) => {
      const from = performance.now();
      while (!condition() && performance.now() - from < ms) await new Promise((next) => setTimeout(next, 30));
    };
    await until(() => shelf?.client || settled(), 5000);
    await until(settled, args[1]);
    const late = new Promise((done) => setTimeout(() => done("hangs"), args[1] + 20_000));
    const outcome = (promise) => Promise.race([promise.then(() => "stored", ({ code }) => code ?? "refused"), late]);
    // If a script of the page is missing, there is no client that could store events.
    const outcomes = shelf.client && await Promise.all(args[0].map((item) => outcome(shelf.client.track("like", { item }))));
    await until(settled, args[1]);
    const prepared = args[2] && shelf.state === "ready" && shelf.client.prepare().catch(() => {});
    await Promise.race([prepared, new Promise((done) => setTimeout(done, args[1]))]);
    return { outcomes, state: shelf.getAttribute("state") ?? "waits",
      own: document.querySelector("[id=picks] li").checkVisibility() && document.querySelector("[id=picks]").getBoundingClientRect().height > 0 };"#;

/// Returns the items of the stored events, in a visit without a fault.
const STORED: &str = r#"
    const shelf = document.querySelector("nearmind-shelf");
    while (!shelf.client) await new Promise((next) => setTimeout(next, 30));
    const { client } = shelf;
    client.start();
    const { events } = await client.profile();
    return events.map(({ event }) => event.item);"#;

const ITEMS: [&str; 3] = ["dripper-still", "dress-meadow", "rain-jacket-squall"];
/// Time that a list may take if nothing responds.
const WAIT_MS: u32 = 9000;

impl FaultInjector {
    pub fn site(&self) -> Site {
        let (add_shop, add_blank) =
            (add_file("/shop.html", PAGE.into()), add_file("/blank.html", "<!doctype html><p>Blank".into()));
        let worker =
            std::fs::read_to_string(root().join("www/package/worker.js")).expect("cannot read the worker's script");
        let injector = self.clone();
        Site::with_interceptor(Box::new(move |path, reply| {
            // The browser must not cache a changed response.
            reply.headers.retain(|(name, _)| !["etag", "cache-control"].contains(name));
            reply.headers.push(("cache-control", "no-store".into()));
            add_shop(path, reply);
            add_blank(path, reply);
            if path == "/injected" {
                reply.status = 204;
            }
            let fault = injector.fault.lock().expect("a thread panicked");
            if path == "/before.js" {
                let script = fault.as_ref().map(|fault| fault.page_script.clone()).unwrap_or_default();
                add_file("/before.js", script)(path, reply);
            }
            let Some(fault) = fault.as_ref() else { return };
            let is_worker = path == "/worker.js";
            let earlier_workers = injector.worker_count.fetch_add(usize::from(is_worker), Ordering::Relaxed);
            let is_faulty = earlier_workers == 0 || !fault.first_worker_only;
            if is_worker && is_faulty && !fault.worker_script.is_empty() {
                reply.status = 200;
                reply.body = format!("{INJECTED}\n{}\n{worker}", fault.worker_script).into_bytes();
            }
            if let Some((_, change)) = fault.responses.as_ref().filter(|(end, _)| path.ends_with(end)) {
                injector.changed_responses.fetch_add(1, Ordering::Relaxed);
                change(reply);
            }
        }))
    }

    /// Sets the fault, and returns how many responses the previous one changed.
    fn set(&self, fault: Option<Fault>) -> usize {
        self.worker_count.store(0, Ordering::Relaxed);
        *self.fault.lock().expect("a thread panicked") = fault;
        self.changed_responses.swap(0, Ordering::Relaxed)
    }

    /// Makes a visit with the fault and one without it.
    pub async fn run(&self, shop: &Shop, fault: Fault) -> Result<Outcome> {
        let changes_responses = fault.responses.is_some();
        let changes_page = !fault.page_script.is_empty();
        self.set(None);
        shop.goto("blank.html").await?;
        shop.evaluate(CLEAN, &[json!(changes_responses)]).await?;
        let before = count_injected(&shop.site, 0);
        self.set(Some(fault));
        shop.goto("shop.html").await?;
        let visit = shop.evaluate(VISIT, &[json!(ITEMS), json!(WAIT_MS), json!(changes_responses)]).await?;
        let changed_responses = self.set(None);
        let mut outcome = Outcome {
            injected: count_injected(&shop.site, 0) > before
                || changed_responses > 0
                || (changes_page && !changes_responses),
            state: visit["state"].as_str().unwrap_or_default().to_owned(),
            own_markup: visit["own"] == true,
            ..Outcome::default()
        };
        shop.goto("shop.html").await?;
        let stored = shop.evaluate(STORED, &[]).await?;
        let times = |item: &str| stored.as_array().into_iter().flatten().filter(|stored| **stored == item).count();
        outcome.details = format!("{visit} {stored}");
        for (item, result) in ITEMS.iter().zip(visit["outcomes"].as_array().into_iter().flatten()) {
            outcome.acknowledged += usize::from(result == "stored");
            outcome.unsettled += usize::from(result == "hangs");
            outcome.lost += usize::from(result == "stored" && times(item) == 0);
            outcome.twice += times(item).saturating_sub(1);
        }
        Ok(outcome)
    }

    /// Counts how often a script in the worker calls `injected()` in one visit.
    pub async fn count_calls(&self, shop: &Shop, worker_script: String) -> Result<usize> {
        let before = shop.site.requests().len();
        self.run(shop, Fault { worker_script, ..Fault::default() }).await?;
        Ok(count_injected(&shop.site, before))
    }
}

/// Counts the calls of `injected()` among the requests, except for the first `from`.
fn count_injected(site: &Site, from: usize) -> usize {
    site.requests()[from..].iter().filter(|line| line.contains("/injected")).count()
}
