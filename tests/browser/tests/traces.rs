//! What a server sees does not depend on the profile: pairs of visitors who like different things visit the same pages
//! with private pictures, and their requests are equal, with all headers and the sizes of the answers. Every other pair
//! has `isolation="strict"`, too. `NEARMIND_PAIRS=1000` for many.

use std::env;

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Shop, Site,
    shop::{products, words},
    site::{Arrival, page},
    visit,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

const PAIRS: usize = 3;
/// Pairs whose first visitor comes once more, for the times.
const TIMED: usize = 3;

const POLICY: &str = "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src 'self' blob:; \
    connect-src 'self'; style-src 'self'; img-src 'self' data:";

/// Shelves of a visitor's own and of a product, and the visitor's page.
fn html(strict: bool) -> [String; 2] {
    let attributes = format!(
        r#"{} pictures="private" catalog="catalog/" model="models/minilm/""#,
        if strict { r#"isolation="strict""# } else { "" }
    );
    let head =
        r#"<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,"><script type="module""#;
    [
        format!(
            r#"{head} src="shelf.js"></script><nearmind-shelf {attributes}></nearmind-shelf>
               <nearmind-shelf item="rain-jacket-squall" {attributes}></nearmind-shelf>"#
        ),
        format!(r#"{head} src="profile.js"></script><nearmind-profile {attributes}></nearmind-profile>"#),
    ]
}

fn site() -> Site {
    let pages = [("/shop.html", "/mine.html", false), ("/shop-strict.html", "/mine-strict.html", true)];
    let mut faults = vec![page("/blank.html", "<!doctype html><link rel='icon' href='data:,'><p>Blank".into())];
    for (shop, mine, strict) in pages {
        let [shelves, profile] = html(strict);
        faults.extend([page(shop, shelves), page(mine, profile)]);
    }
    Site::with(Box::new(move |path, reply| {
        faults.iter().for_each(|fault| fault(path, reply));
        // Nothing is kept by the browser itself: each visit asks for every file.
        reply.headers.retain(|(name, _)| !["etag", "cache-control", "content-security-policy"].contains(name));
        reply.headers.push(("cache-control", "no-store".into()));
        reply.headers.push(("content-security-policy", POLICY.into()));
    }))
}

/// Leaves what this visitor has done, and nothing of earlier visits.
const BEGIN: &str = r#"
    sessionStorage.clear(); localStorage.clear();
    for (const name of await caches.keys()) await caches.delete(name);
    const ended = (request, of) => new Promise((done, fail) => ((request[of] = done), (request.onerror = fail)));
    const opening = indexedDB.open("nearmind", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("log", { autoIncrement: true });
    await ended(opening, "onsuccess");
    const transaction = opening.result.transaction("log", "readwrite"), log = transaction.objectStore("log");
    log.clear();
    for (const { ago, ...event } of given[0]) log.add({ kind: "event", timeMs: Date.now() - ago, ...event });
    await ended(transaction, "oncomplete");
    opening.result.close();"#;

/// Waits for lists and model, does something, and gives back the lists.
const LOOK: &str = r#"
    const shelves = [...document.querySelectorAll("nearmind-shelf")];
    const wait = (ms) => new Promise((next) => setTimeout(next, ms));
    const stands = (shelf) => shelf.getAttribute("state") === "ready" && shelf.client.state.device;
    for (let tries = 0; !shelves.every(stands); tries++) {
      if (tries > 2400) throw new Error("no lists stand");
      await wait(25);
    }
    const { client } = shelves[0];
    let last = 0;
    client.subscribe(() => (last = performance.now()));
    const quiet = async () => {
      last = performance.now();
      while (performance.now() - last < 300) await wait(50);
    };
    await quiet();
    const lists = shelves.map(({ shadowRoot }) =>
      [...shadowRoot.querySelectorAll("li[data-item]")].map((card) => card.dataset.item).join());
    await client.track("like", { item: given[0] });
    await client.search(given[1], { limit: 10 });
    await quiet();
    return lists;"#;

/// Waits until the visitor's page is drawn and its model there.
const MINE: &str = r#"
    const { Nearmind } = await import(new URL("nearmind.js", document.baseURI));
    const { optionsOf } = await import(new URL("element/attributes.js", document.baseURI));
    const element = document.querySelector("nearmind-profile"), client = Nearmind.open(optionsOf(element));
    const drawn = () => client.state.device && element.shadowRoot.querySelector("[part=map-figure] circle");
    for (let tries = 0; !drawn(); tries++) {
      if (tries > 2400) throw new Error("the profile is not drawn");
      await new Promise((next) => setTimeout(next, 25));
    }"#;

/// What a visitor has done in two years, mostly with things of three categories, and what they do now.
struct Visitor {
    events: Vec<Value>,
    item: String,
    search: String,
}

impl Visitor {
    fn of(seed: usize) -> Self {
        const NAMES: [&str; 6] = ["view_item", "view_item", "select_item", "add_to_cart", "like", "purchase"];
        let mut chance = ChaCha8Rng::seed_from_u64(seed as u64);
        let all: Vec<_> = products().into_iter().collect();
        let category = |nth: usize| words(&all[nth].1, "en", "category");
        let liked = [(); 3].map(|()| category(chance.random_range(0..all.len())));
        let own: Vec<usize> = (0..all.len()).filter(|nth| liked.contains(&category(*nth))).collect();
        let any = |chance: &mut ChaCha8Rng| match chance.random_range(0..10) {
            0 => chance.random_range(0..all.len()),
            _ => own[chance.random_range(0..own.len())],
        };
        let count = 3 + chance.random_range(0..60);
        let mut events = Vec::new();
        for _ in 0..count {
            let (id, product) = &all[any(&mut chance)];
            let ago = chance.random_range(0..730 * 86_400_000_u64);
            events.push(match chance.random_range(0..8) {
                0 => json!({ "name": "wish", "text": words(product, "en", "title"), "ago": ago }),
                _ => json!({ "name": NAMES[chance.random_range(0..NAMES.len())], "item": id, "ago": ago }),
            });
        }
        let (item, product) = &all[any(&mut chance)];
        Self { events, item: item.clone(), search: words(product, "en", "title") }
    }

    /// The requests of a visit to both pages, and the lists.
    async fn visit(&self, shop: &Shop, strict: bool) -> Result<(Vec<Arrival>, Value)> {
        let [shelves, mine] =
            if strict { ["shop-strict.html", "mine-strict.html"] } else { ["shop.html", "mine.html"] };
        shop.goto("blank.html").await?;
        shop.ask(BEGIN, &[json!(self.events)]).await?;
        let from = shop.site.arrivals(0).len();
        shop.goto(shelves).await?;
        let lists = shop.ask(LOOK, &[json!(self.item), json!(self.search)]).await?;
        shop.goto(mine).await?;
        shop.ask(MINE, &[]).await?;
        let mut trace = shop.site.arrivals(from);
        // Files are asked for side by side: which of them arrives first is chance.
        trace.sort_by(|a, b| a.line.cmp(&b.line));
        Ok((trace, lists))
    }
}

fn seen(arrival: &Arrival) -> String {
    format!("{} {:?}, {} bytes", arrival.line, arrival.headers, arrival.bytes)
}

/// Of the times from the first request, in milliseconds, on the average.
fn apart_ms(a: &[Arrival], b: &[Arrival]) -> f64 {
    let since = |trace: &[Arrival]| -> Vec<f64> {
        let first = trace.iter().map(|arrival| arrival.at).min();
        trace.iter().filter_map(|arrival| Some((arrival.at - first?).as_secs_f64() * 1000.0)).collect()
    };
    let apart: Vec<f64> = since(a).into_iter().zip(since(b)).map(|(a, b)| (a - b).abs()).collect();
    apart.iter().sum::<f64>() / apart.len() as f64
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_different_profiles_are_equal() -> Result<()> {
    let pairs = env::var("NEARMIND_PAIRS").ok().and_then(|pairs| pairs.parse().ok()).unwrap_or(PAIRS);
    visit(site(), Gpu::None, &[], async |shop| {
        let (mut requests, mut lists_differ) = (0, 0);
        let (mut between_ms, mut same_ms) = (Vec::new(), Vec::new());
        for pair in 0..pairs {
            let [a, b] = [2 * pair, 2 * pair + 1].map(Visitor::of);
            let strict = pair % 2 == 1;
            let (trace_a, lists_a) = a.visit(shop, strict).await.with_context(|| format!("pair {pair}"))?;
            let (trace_b, lists_b) = b.visit(shop, strict).await.with_context(|| format!("pair {pair}"))?;
            for (a, b) in trace_a.iter().zip(&trace_b) {
                ensure!(seen(a) == seen(b), "pair {pair}:\n  {}\n  {}", seen(a), seen(b));
            }
            ensure!(trace_a.len() == trace_b.len(), "pair {pair}: {} and {} requests", trace_a.len(), trace_b.len());
            ensure!(trace_a.len() > 20, "pair {pair}: {} requests", trace_a.len());
            requests += trace_a.len() + trace_b.len();
            lists_differ += usize::from(lists_a[0] != lists_b[0]);
            between_ms.push(apart_ms(&trace_a, &trace_b));
            if pair < TIMED {
                same_ms.push(apart_ms(&trace_a, &a.visit(shop, strict).await?.0));
            }
        }
        let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
        println!("{pairs} pairs, {requests} requests: equal in pairs; the lists differ in {lists_differ}");
        println!(
            "arrival times, mean difference: {:.1} ms in pairs, {:.1} ms between visits of the same visitor",
            mean(&between_ms),
            mean(&same_ms)
        );
        ensure!(lists_differ * 10 >= pairs * 9, "only {lists_differ} of {pairs} pairs see other lists");
        Ok(())
    })
    .await
}
