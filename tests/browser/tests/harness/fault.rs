//! One fault in one visit: a page with a shelf, some events, and a second visit without the fault that counts what is
//! stored. Must not know which faults there are.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use browser_tests::{
    Shop, Site,
    site::{page, root},
};
use serde_json::json;
use xtask::http::Response;

type Change = Box<dyn Fn(&mut Response) + Send + Sync>;

/// A fault and where it strikes.
#[derive(Default)]
pub struct Strike {
    pub family: &'static str,
    pub name: String,
    /// Runs in the worker before its own program; it calls `struck()` where it does harm.
    pub worker: String,
    /// Only the first worker of the visit is harmed.
    pub once: bool,
    /// Runs in the page before its own scripts.
    pub page: String,
    /// Is done to answers for paths that end like this.
    pub answers: Option<(&'static str, Change)>,
}

/// What was seen of it.
#[derive(Debug, Default)]
pub struct Outcome {
    pub struck: bool,
    /// The shelf's: `ready`, `failed`, or none as long as it waits.
    pub state: String,
    pub own_markup: bool,
    pub acknowledged: usize,
    /// Promises that did not settle.
    pub hanging: usize,
    /// Of the events that were acknowledged.
    pub lost: usize,
    pub twice: usize,
    pub seen: String,
}

/// The site, and the fault that strikes it now.
#[derive(Default, Clone)]
pub struct Scene {
    now: Arc<Mutex<Option<Strike>>>,
    workers: Arc<AtomicUsize>,
    answered: Arc<AtomicUsize>,
}

const PAGE: &str = r#"<!doctype html><html lang="en"><title>A shop</title><script src="before.js"></script>
    <script type="module" src="shelf.js"></script>
    <nearmind-shelf catalog="catalog/" model="models/minilm/"><ul id="picks"><li>Ours</li></ul></nearmind-shelf>"#;

/// A request that the site's log has, made before anything that might stop the worker.
const STRUCK: &str =
    r#"const struck = () => { const ask = new XMLHttpRequest(); ask.open("GET", "/struck", false); ask.send(); };"#;

/// Everything that an earlier visit has stored, but the model: it takes long.
const CLEAN: &str = r#"
    sessionStorage.clear(); localStorage.clear();
    await new Promise((done) => { const gone = indexedDB.deleteDatabase("nearmind"); gone.onsuccess = gone.onerror = done; });
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) if (!request.url.includes("/models/") || given[0]) await cache.delete(request);
    }"#;

/// Tracks one event each, and gives back what became of them and of the shelf.
const VISIT: &str = r#"
    const shelf = document.querySelector("nearmind-shelf");
    const settled = () => ["ready", "failed"].includes(shelf.getAttribute("state"));
    const until = async (done, ms) => {
      const from = performance.now();
      while (!done() && performance.now() - from < ms) await new Promise((next) => setTimeout(next, 30));
    };
    await until(() => shelf?.client || settled(), 5000);
    await until(settled, given[1]);
    const late = new Promise((done) => setTimeout(() => done("hangs"), given[1] + 20_000));
    const outcome = (promise) => Promise.race([promise.then(() => "kept", ({ code }) => code ?? "refused"), late]);
    // Where a script of the page itself did not come, there is nobody who could keep an event.
    const outcomes = shelf.client && await Promise.all(given[0].map((item) => outcome(shelf.client.track("like", { item }))));
    await until(settled, given[1]);
    return { outcomes, state: shelf.getAttribute("state") ?? "waits",
      own: document.querySelector("[id=picks] li").checkVisibility() && document.querySelector("[id=picks]").getBoundingClientRect().height > 0 };"#;

/// The items of the events that are stored, by a visit without a fault.
const STORED: &str = r#"
    const shelf = document.querySelector("nearmind-shelf");
    while (!shelf.client) await new Promise((next) => setTimeout(next, 30));
    const { client } = shelf;
    client.start();
    const { events } = await client.profile();
    return events.map(({ event }) => event.item);"#;

const ITEMS: [&str; 3] = ["dripper-still", "dress-meadow", "rain-jacket-squall"];
/// As long as a list may take where nothing answers.
const WAIT_MS: u32 = 9000;

impl Scene {
    pub fn site(&self) -> Site {
        let (shop, blank) = (page("/shop.html", PAGE.into()), page("/blank.html", "<!doctype html><p>Blank".into()));
        let worker = std::fs::read_to_string(root().join("www/package/worker.js")).expect("the worker's script");
        let scene = self.clone();
        Site::with(Box::new(move |path, reply| {
            // A fault ends with its visit: the browser keeps no answer.
            reply.headers.retain(|(name, _)| !["etag", "cache-control"].contains(name));
            reply.headers.push(("cache-control", "no-store".into()));
            shop(path, reply);
            blank(path, reply);
            if path == "/struck" {
                reply.status = 204;
            }
            let now = scene.now.lock().expect("the fault");
            if path == "/before.js" {
                page("/before.js", now.as_ref().map(|strike| strike.page.clone()).unwrap_or_default())(path, reply);
            }
            let Some(strike) = now.as_ref() else { return };
            let harmed =
                scene.workers.fetch_add(usize::from(path == "/worker.js"), Ordering::Relaxed) == 0 || !strike.once;
            if path == "/worker.js" && !strike.worker.is_empty() && harmed {
                reply.status = 200;
                reply.body = format!("{STRUCK}\n{}\n{worker}", strike.worker).into_bytes();
            }
            if let Some((_, change)) = strike.answers.as_ref().filter(|(end, _)| path.ends_with(end)) {
                scene.answered.fetch_add(1, Ordering::Relaxed);
                change(reply);
            }
        }))
    }

    fn set(&self, strike: Option<Strike>) -> usize {
        self.workers.store(0, Ordering::Relaxed);
        *self.now.lock().expect("the fault") = strike;
        self.answered.swap(0, Ordering::Relaxed)
    }

    /// One visit with the fault, one without it.
    pub async fn run(&self, shop: &Shop, strike: Strike) -> Result<Outcome> {
        let network = strike.answers.is_some();
        let always = network || !strike.page.is_empty();
        self.set(None);
        shop.goto("blank.html").await?;
        shop.ask(CLEAN, &[json!(network)]).await?;
        let struck = |shop: &Shop| shop.site.requests().iter().filter(|line| line.contains("/struck")).count();
        let before = struck(shop);
        self.set(Some(strike));
        shop.goto("shop.html").await?;
        let seen = shop.ask(VISIT, &[json!(ITEMS), json!(WAIT_MS)]).await?;
        let answered = self.set(None);
        let mut outcome = Outcome {
            struck: struck(shop) > before || answered > 0 || (always && !network),
            state: seen["state"].as_str().unwrap_or_default().to_owned(),
            own_markup: seen["own"] == true,
            ..Outcome::default()
        };
        shop.goto("shop.html").await?;
        let stored = shop.ask(STORED, &[]).await?;
        let times = |item: &str| stored.as_array().into_iter().flatten().filter(|stored| **stored == item).count();
        outcome.seen = format!("{seen} {stored}");
        for (item, became) in ITEMS.iter().zip(seen["outcomes"].as_array().into_iter().flatten()) {
            outcome.acknowledged += usize::from(became == "kept");
            outcome.hanging += usize::from(became == "hangs");
            outcome.lost += usize::from(became == "kept" && times(item) == 0);
            outcome.twice += times(item).saturating_sub(1);
        }
        Ok(outcome)
    }

    /// What a harmless script in the worker counts in one visit.
    pub async fn count(&self, shop: &Shop, worker: String) -> Result<usize> {
        let before = shop.site.requests().len();
        self.run(shop, Strike { worker, ..Strike::default() }).await?;
        Ok(shop.site.requests()[before..].iter().filter(|line| line.contains("/struck")).count())
    }
}
