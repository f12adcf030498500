//! The requests that a server receives do not depend on the profile. Pairs of visitors who like different things visit
//! the same pages with private pictures, and their requests must be equal, with all headers and the sizes of the
//! responses. Every other pair also has `isolation="strict"`. `NEARMIND_PAIRS` is the number of pairs.

use std::env;

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Shop, Site,
    shop::{product_text, products},
    site::{LoggedRequest, add_file},
    visit,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

const PAIRS: usize = 3;
/// Pairs whose first visitor repeats the visit, to compare arrival times.
const TIMED: usize = 3;

const POLICY: &str = "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src 'self' blob:; \
    connect-src 'self'; style-src 'self'; img-src 'self' data:";

/// HTML of a page with a shelf for the visitor and one for a product, and of the profile page.
fn page_html(strict: bool) -> [String; 2] {
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
    let mut add_files = vec![add_file("/blank.html", "<!doctype html><link rel='icon' href='data:,'><p>Blank".into())];
    for (shop, profile_page, strict) in pages {
        let [shelves, profile] = page_html(strict);
        add_files.extend([add_file(shop, shelves), add_file(profile_page, profile)]);
    }
    Site::with_interceptor(Box::new(move |path, reply| {
        add_files.iter().for_each(|add| add(path, reply));
        // The browser must not cache, so that each visit requests every file.
        reply.headers.retain(|(name, _)| !["etag", "cache-control", "content-security-policy"].contains(name));
        reply.headers.push(("cache-control", "no-store".into()));
        reply.headers.push(("content-security-policy", POLICY.into()));
    }))
}

/// Deletes all that earlier visits stored, and stores the events of this visitor.
const PREPARE: &str = r#"
    sessionStorage.clear(); localStorage.clear();
    for (const name of await caches.keys()) await caches.delete(name);
    const finished = (request, handler) =>
      new Promise((done, fail) => ((request[handler] = done), (request.onerror = fail)));
    const opening = indexedDB.open("nearmind", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("log", { autoIncrement: true });
    await finished(opening, "onsuccess");
    const transaction = opening.result.transaction("log", "readwrite"), log = transaction.objectStore("log");
    log.clear();
    for (const { ago, ...event } of args[0]) log.add({ kind: "event", timeMs: Date.now() - ago, ...event });
    await finished(transaction, "oncomplete");
    opening.result.close();"#;

/// Waits for the lists and the model, sends commands, and returns the lists.
const BROWSE: &str = r#"
    const shelves = [...document.querySelectorAll("nearmind-shelf")];
    const wait = (ms) => new Promise((next) => setTimeout(next, ms));
    const ready = (shelf) => shelf.getAttribute("state") === "ready";
    for (let tries = 0; !shelves.every(ready); tries++) {
      if (tries > 2400) throw new Error("the lists are not ready");
      await wait(25);
    }
    const { client } = shelves[0];
    await client.prepare();
    let last = 0;
    client.subscribe(() => (last = performance.now()));
    const waitUntilIdle = async () => {
      last = performance.now();
      while (performance.now() - last < 300) await wait(50);
    };
    await waitUntilIdle();
    const lists = shelves.map(({ shadowRoot }) =>
      [...shadowRoot.querySelectorAll("li[data-item]")].map((card) => card.dataset.item).join());
    await client.track("like", { item: args[0] });
    await client.search(args[1], { limit: 10 });
    await waitUntilIdle();
    return lists;"#;

/// Waits until the profile page is drawn and its model is ready.
const WAIT_FOR_PROFILE: &str = r#"
    const { Nearmind } = await import(new URL("nearmind.js", document.baseURI));
    const { optionsOf } = await import(new URL("element/attributes.js", document.baseURI));
    const element = document.querySelector("nearmind-profile"), client = Nearmind.open(optionsOf(element));
    await client.prepare();
    const drawn = () => element.shadowRoot.querySelector("[part=map-figure] circle");
    for (let tries = 0; !drawn(); tries++) {
      if (tries > 2400) throw new Error("the profile is not drawn");
      await new Promise((next) => setTimeout(next, 25));
    }"#;

/// The events of a visitor in two years, mostly about products of three categories, and the commands of this visit.
struct Visitor {
    events: Vec<Value>,
    liked_item: String,
    search: String,
}

impl Visitor {
    fn random(seed: usize) -> Self {
        const NAMES: [&str; 6] = ["view_item", "view_item", "select_item", "add_to_cart", "like", "purchase"];
        let mut random = ChaCha8Rng::seed_from_u64(seed as u64);
        let all: Vec<_> = products().into_iter().collect();
        let category = |nth: usize| product_text(&all[nth].1, "en", "category");
        let categories = [(); 3].map(|()| category(random.random_range(0..all.len())));
        let liked: Vec<usize> = (0..all.len()).filter(|nth| categories.contains(&category(*nth))).collect();
        let choose = |random: &mut ChaCha8Rng| match random.random_range(0..10) {
            0 => random.random_range(0..all.len()),
            _ => liked[random.random_range(0..liked.len())],
        };
        let count = 3 + random.random_range(0..60);
        let mut events = Vec::new();
        for _ in 0..count {
            let (id, product) = &all[choose(&mut random)];
            let ago = random.random_range(0..730 * 86_400_000_u64);
            events.push(match random.random_range(0..8) {
                0 => json!({ "name": "wish", "text": product_text(product, "en", "title"), "ago": ago }),
                _ => json!({ "name": NAMES[random.random_range(0..NAMES.len())], "item": id, "ago": ago }),
            });
        }
        let (item, product) = &all[choose(&mut random)];
        Self { events, liked_item: item.clone(), search: product_text(product, "en", "title") }
    }

    /// Visits both pages, and returns the requests and the lists.
    async fn visit(&self, shop: &Shop, strict: bool) -> Result<(Vec<LoggedRequest>, Value)> {
        let [shelves, profile] =
            if strict { ["shop-strict.html", "mine-strict.html"] } else { ["shop.html", "mine.html"] };
        shop.goto("blank.html").await?;
        shop.evaluate(PREPARE, &[json!(self.events)]).await?;
        let from = shop.site.request_log(0).len();
        shop.goto(shelves).await?;
        let lists = shop.evaluate(BROWSE, &[json!(self.liked_item), json!(self.search)]).await?;
        shop.goto(profile).await?;
        shop.evaluate(WAIT_FOR_PROFILE, &[]).await?;
        let mut requests = shop.site.request_log(from);
        // Files are requested in parallel, so their order is random.
        requests.sort_by(|a, b| a.line.cmp(&b.line));
        Ok((requests, lists))
    }
}

fn describe(request: &LoggedRequest) -> String {
    format!("{} {:?}, {} bytes", request.line, request.headers, request.bytes)
}

/// Mean difference of the arrival times in milliseconds, each since the first request of its visit.
fn mean_difference_ms(a: &[LoggedRequest], b: &[LoggedRequest]) -> f64 {
    let times_ms = |requests: &[LoggedRequest]| -> Vec<f64> {
        let first = requests.iter().map(|request| request.arrived_at).min();
        requests.iter().filter_map(|request| Some((request.arrived_at - first?).as_secs_f64() * 1000.0)).collect()
    };
    let differences: Vec<f64> = times_ms(a).into_iter().zip(times_ms(b)).map(|(a, b)| (a - b).abs()).collect();
    mean(&differences)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_different_profiles_are_equal() -> Result<()> {
    let pairs = env::var("NEARMIND_PAIRS").ok().and_then(|pairs| pairs.parse().ok()).unwrap_or(PAIRS);
    visit(site(), Gpu::None, &[], async |shop| {
        let (mut requests, mut lists_differ) = (0, 0);
        let (mut in_pair_ms, mut repeated_ms) = (Vec::new(), Vec::new());
        for pair in 0..pairs {
            let [a, b] = [2 * pair, 2 * pair + 1].map(Visitor::random);
            let strict = pair % 2 == 1;
            let (requests_a, lists_a) = a.visit(shop, strict).await.with_context(|| format!("pair {pair}"))?;
            let (requests_b, lists_b) = b.visit(shop, strict).await.with_context(|| format!("pair {pair}"))?;
            for (a, b) in requests_a.iter().zip(&requests_b) {
                ensure!(describe(a) == describe(b), "pair {pair}:\n  {}\n  {}", describe(a), describe(b));
            }
            let [count_a, count_b] = [requests_a.len(), requests_b.len()];
            ensure!(count_a == count_b, "pair {pair}: {count_a} and {count_b} requests");
            ensure!(count_a > 20, "pair {pair}: {count_a} requests");
            requests += count_a + count_b;
            lists_differ += usize::from(lists_a[0] != lists_b[0]);
            in_pair_ms.push(mean_difference_ms(&requests_a, &requests_b));
            if pair < TIMED {
                repeated_ms.push(mean_difference_ms(&requests_a, &a.visit(shop, strict).await?.0));
            }
        }
        println!("{pairs} pairs, {requests} requests: equal in all pairs; the lists differ in {lists_differ} pairs");
        println!(
            "arrival times, mean difference: {:.1} ms in pairs, {:.1} ms between two visits of one visitor",
            mean(&in_pair_ms),
            mean(&repeated_ms)
        );
        ensure!(lists_differ * 10 >= pairs * 9, "the lists differ in only {lists_differ} of {pairs} pairs");
        Ok(())
    })
    .await
}
