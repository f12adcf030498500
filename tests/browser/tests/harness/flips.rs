//! Flips a random bit of a file, or cuts the file at a random place: each file of model, catalogue and wasm in turn.
//! Altered files must be refused, and a list that is shown must be the right one. `NEARMIND_FLIPS` is the number of
//! visits, `NEARMIND_SEED` chooses other places.

use std::{
    env,
    sync::{Arc, Mutex},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use browser_tests::{Gpu, Shop, Site, site::add_file, visit};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use xtask::http::Response;

/// Visits with an altered file; there are about as many files.
const FLIPS: usize = 12;
/// Limit for a visit: as long as a page waits for a silent worker and the ones that replace it.
const WAIT_MS: u32 = 45_000;

const PAGE: &str = r#"<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,">
    <script type="module" src="shelf.js"></script>
    <nearmind-shelf catalog="catalog/" model="models/minilm/" encoder="bert"><ul id="picks"><li>Ours</li></ul></nearmind-shelf>"#;

/// Waits until list and model are ready or refused, returns what is shown, and removes the file that is altered next
/// from the cache.
const VISIT: &str = r#"
    const shelf = document.querySelector("nearmind-shelf"), from = performance.now(), [next, maxMs] = args;
    const failed = () => shelf.state === "failed" || shelf.client?.state.problem;
    const modelFailed = () => shelf.client.state.modelAbsent?.code === "failed";
    const settled = () => failed() || (shelf.state === "ready" && (shelf.client.state.device || modelFailed()));
    while (!settled() && performance.now() - from < maxMs) await new Promise((then) => setTimeout(then, 10));
    const own = document.querySelector("[id=picks] li").checkVisibility();
    const problem = shelf.client?.state.problem?.code ?? shelf.client?.state.modelAbsent?.problem ?? null;
    const result = { state: shelf.state, own, problem };
    if (shelf.state === "ready") {
      const { client } = shelf, items = (cards) => cards.map(({ item, score }) => [item, score]);
      result.list = items((await client.recommend({ limit: 6 })).cards);
      if (client.state.device) result.found = items(await client.search("a tent for two", { limit: 6 }));
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) if (new URL(request.url).pathname === next) await cache.delete(request);
    }
    return result;"#;

/// A change of one file.
#[derive(Debug, Clone)]
struct Corruption {
    path: String,
    /// Place of the change, as a fraction of the file's length in units of 2^-32.
    place: u32,
    kind: CorruptionKind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum CorruptionKind {
    Flip {
        bit: u32,
    },
    /// The file ends at the place.
    Cut,
    /// The connection breaks at the place.
    Break,
}

impl Corruption {
    fn from_random(nth: usize, files: &[String], random: u64) -> Self {
        let [place, rest] = [random as u32, (random >> 32) as u32];
        let kind = match rest % 4 {
            0 => CorruptionKind::Cut,
            1 => CorruptionKind::Break,
            _ => CorruptionKind::Flip { bit: (rest >> 8) % 8 },
        };
        Self { path: files[nth % files.len()].clone(), place, kind }
    }

    fn apply(&self, reply: &mut Response) {
        let at = ((self.place as u64 * reply.body.len() as u64) >> 32) as usize;
        match self.kind {
            CorruptionKind::Cut => reply.body.truncate(at),
            CorruptionKind::Break => reply.fault.cut_after_bytes = Some(at),
            CorruptionKind::Flip { bit } => {
                if let Some(byte) = reply.body.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
        }
    }
}

/// The corruption of this visit, and how many responses it was applied to.
type CurrentCorruption = Arc<Mutex<(Option<Corruption>, usize)>>;

fn site(current: CurrentCorruption) -> Site {
    let add_shop = add_file("/shop.html", PAGE.into());
    Site::with_interceptor(Box::new(move |path, reply| {
        reply.headers.retain(|(name, _)| !["etag", "cache-control"].contains(name));
        reply.headers.push(("cache-control", "no-store".into()));
        add_shop(path, reply);
        let (corruption, responses) = &mut *current.lock().expect("a thread panicked");
        if let Some(corruption) = corruption.as_ref().filter(|corruption| corruption.path == path) {
            *responses += 1;
            corruption.apply(reply);
        }
    }))
}

/// The files of model, catalogue and wasm that were requested, except for the list of a first visit, which no later visit
/// requests.
fn requested_files(site: &Site) -> Vec<String> {
    let paths = site.requests().into_iter().filter_map(|line| line.strip_prefix("GET ").map(str::to_owned));
    let is_tested = |path: &String| {
        let is_part = ["/models/", "/catalog/", "_bg.wasm"].iter().any(|part| path.contains(part));
        is_part && !path.contains("first-list-")
    };
    let mut files: Vec<String> = paths.filter(is_tested).collect();
    files.sort();
    files.dedup();
    files
}

/// Makes a visit, and returns what it shows. `next` is the file that is altered in the next visit.
async fn visit_shop(shop: &Shop, next: &str) -> Result<Value> {
    shop.goto("shop.html").await?;
    shop.evaluate(VISIT, &[json!(next), json!(WAIT_MS)]).await
}

/// Says what is wrong with the result of a visit. A manifest has no digest, so an altered one may lead to another list.
fn find_problem(corruption: &Corruption, result: &Value, expected: &Value) -> Option<String> {
    let has_list = result["state"] == "ready";
    let same = |field: &str| result[field].is_null() || result[field] == expected[field];
    match () {
        () if !has_list && result["own"] != true => Some(format!("nothing is shown: {corruption:?}: {result}")),
        () if has_list && !(same("list") && same("found")) && !corruption.path.ends_with("manifest.json") => {
            Some(format!("another list is shown: {corruption:?}: {result}"))
        }
        () => None,
    }
}

/// A number in an environment variable.
fn env_number(name: &str, default: usize) -> usize {
    env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread")]
async fn files_altered_at_random_are_refused() -> Result<()> {
    let (flips, seed) = (env_number("NEARMIND_FLIPS", FLIPS), env_number("NEARMIND_SEED", 1) as u64);
    let current = CurrentCorruption::default();
    visit(site(current.clone()), Gpu::None, &[], async |shop| {
        let expected = visit_shop(shop, "").await?;
        ensure!(expected["state"] == "ready" && expected["found"].is_array(), "without corruption: {expected}");
        let files = requested_files(&shop.site);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut corruptions = (0..flips).map(|nth| Corruption::from_random(nth, &files, random.random()));
        let mut next = corruptions.next();
        visit_shop(shop, next.as_ref().map_or("", |corruption| &corruption.path)).await?;
        let (from, mut lists, mut own_markup, mut refused, mut problems) = (Instant::now(), 0, 0, 0, Vec::new());
        while let Some(corruption) = next {
            next = corruptions.next();
            *current.lock().expect("a thread panicked") = (Some(corruption.clone()), 0);
            let next_path = next.as_ref().map_or("", |corruption| &corruption.path);
            let result = visit_shop(shop, next_path).await.with_context(|| format!("{corruption:?}"))?;
            let (_, responses) = std::mem::take(&mut *current.lock().expect("a thread panicked"));
            ensure!(responses > 0, "{corruption:?}: the file was not requested");
            lists += usize::from(result["state"] == "ready");
            own_markup += usize::from(result["state"] != "ready" && result["own"] == true);
            refused += usize::from(!result["problem"].is_null());
            problems.extend(find_problem(&corruption, &result, &expected));
        }
        let each = from.elapsed().as_secs_f64() / flips as f64;
        println!("| network: a bit flipped, or a cut, at random | {flips} | {lists} | {own_markup} | | | |");
        println!("{} files; {refused} visits refused one; {each:.2} s a visit; seed {seed}", files.len());
        ensure!(problems.is_empty(), "{}", problems.join("\n"));
        Ok(())
    })
    .await
}
