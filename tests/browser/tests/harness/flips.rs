//! A random bit of a file is flipped, or the file is cut at a random place: each file of model, catalogue and wasm in
//! turn. What is altered is refused, and where a list stands, it is the right one. `NEARMIND_FLIPS=10000` for many,
//! `NEARMIND_SEED` for others.

use std::{
    env,
    sync::{Arc, Mutex},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use browser_tests::{Gpu, Shop, Site, site::page, visit};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use xtask::http::Response;

/// One for nearly each file.
const FLIPS: usize = 12;
/// As long as a page waits for a worker that says nothing, and for the ones that replace it.
const WAIT_MS: u32 = 45_000;

const PAGE: &str = r#"<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,">
    <script type="module" src="shelf.js"></script>
    <nearmind-shelf catalog="catalog/" model="models/minilm/"><ul id="picks"><li>Ours</li></ul></nearmind-shelf>"#;

/// Waits until list and model are there or refused, and lets go of the file that is altered next.
const VISIT: &str = r#"
    const shelf = document.querySelector("nearmind-shelf"), from = performance.now(), [next, most] = given;
    const failed = () => shelf.state === "failed" || shelf.client?.state.problem;
    const over = () => failed() || (shelf.state === "ready" && shelf.client.state.device);
    while (!over() && performance.now() - from < most) await new Promise((then) => setTimeout(then, 10));
    const own = document.querySelector("[id=picks] li").checkVisibility();
    const told = { state: shelf.state, own, problem: shelf.client?.state.problem?.code ?? null };
    if (shelf.state === "ready") {
      const { client } = shelf, items = (cards) => cards.map(({ item, score }) => [item, score]);
      told.list = items((await client.recommend({ limit: 6 })).cards);
      if (client.state.device) told.found = items(await client.search("a tent for two", { limit: 6 }));
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) if (new URL(request.url).pathname === next) await cache.delete(request);
    }
    return told;"#;

/// What is done to one file.
#[derive(Debug, Clone)]
struct Harm {
    path: String,
    /// Where, in a part of the file's length in 2^-32.
    place: u32,
    way: Way,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Flip {
        bit: u32,
    },
    /// The file ends there.
    Cut,
    /// The connection breaks there.
    Break,
}

impl Harm {
    fn of(nth: usize, files: &[String], random: u64) -> Self {
        let [place, rest] = [random as u32, (random >> 32) as u32];
        let way = match rest % 4 {
            0 => Way::Cut,
            1 => Way::Break,
            _ => Way::Flip { bit: (rest >> 8) % 8 },
        };
        Self { path: files[nth % files.len()].clone(), place, way }
    }

    fn done_to(&self, reply: &mut Response) {
        let at = ((self.place as u64 * reply.body.len() as u64) >> 32) as usize;
        match self.way {
            Way::Cut => reply.body.truncate(at),
            Way::Break => reply.fault.cut_after_bytes = Some(at),
            Way::Flip { bit } => {
                if let Some(byte) = reply.body.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
        }
    }
}

/// The harm of this visit, and how many answers it was done to.
type Now = Arc<Mutex<(Option<Harm>, usize)>>;

fn site(now: Now) -> Site {
    let shop = page("/shop.html", PAGE.into());
    Site::with(Box::new(move |path, reply| {
        reply.headers.retain(|(name, _)| !["etag", "cache-control"].contains(name));
        reply.headers.push(("cache-control", "no-store".into()));
        shop(path, reply);
        let (harm, answers) = &mut *now.lock().expect("the harm");
        if let Some(harm) = harm.as_ref().filter(|harm| harm.path == path) {
            *answers += 1;
            harm.done_to(reply);
        }
    }))
}

/// The files that a visit fetches of model, catalogue and wasm.
fn files(site: &Site) -> Vec<String> {
    let paths = site.requests().into_iter().filter_map(|line| line.strip_prefix("GET ").map(str::to_owned));
    let ours = |path: &String| path.contains("/models/") || path.contains("/catalog/") || path.ends_with("_bg.wasm");
    let mut files: Vec<String> = paths.filter(ours).collect();
    files.sort();
    files.dedup();
    files
}

async fn look(shop: &Shop, next: &str) -> Result<Value> {
    shop.goto("shop.html").await?;
    shop.ask(VISIT, &[json!(next), json!(WAIT_MS)]).await
}

/// What is wrong with what is seen. A manifest is not held to any digest: an altered one may say something else.
fn judge(harm: &Harm, told: &Value, right: &Value) -> Option<String> {
    let stands = told["state"] == "ready";
    let same = |what: &str| told[what].is_null() || told[what] == right[what];
    match () {
        () if !stands && told["own"] != true => Some(format!("nothing stands: {harm:?}: {told}")),
        () if stands && !(same("list") && same("found")) && !harm.path.ends_with("manifest.json") => {
            Some(format!("another list stands: {harm:?}: {told}"))
        }
        () => None,
    }
}

fn number(name: &str, otherwise: usize) -> usize {
    env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(otherwise)
}

#[tokio::test(flavor = "multi_thread")]
async fn files_altered_at_random_are_refused() -> Result<()> {
    let (flips, seed) = (number("NEARMIND_FLIPS", FLIPS), number("NEARMIND_SEED", 1) as u64);
    let now = Now::default();
    visit(site(now.clone()), Gpu::None, &[], async |shop| {
        let right = look(shop, "").await?;
        ensure!(right["state"] == "ready" && right["found"].is_array(), "without harm: {right}");
        let files = files(&shop.site);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut harms = (0..flips).map(|nth| Harm::of(nth, &files, random.random()));
        let mut next = harms.next();
        look(shop, next.as_ref().map_or("", |harm| &harm.path)).await?;
        let (from, mut stood, mut own, mut refused, mut wrong) = (Instant::now(), 0, 0, 0, Vec::new());
        while let Some(harm) = next {
            next = harms.next();
            *now.lock().expect("the harm") = (Some(harm.clone()), 0);
            let told =
                look(shop, next.as_ref().map_or("", |harm| &harm.path)).await.with_context(|| format!("{harm:?}"))?;
            let (_, answers) = std::mem::take(&mut *now.lock().expect("the harm"));
            ensure!(answers > 0, "{harm:?}: the file was not asked for");
            stood += usize::from(told["state"] == "ready");
            own += usize::from(told["state"] != "ready" && told["own"] == true);
            refused += usize::from(!told["problem"].is_null());
            wrong.extend(judge(&harm, &told, &right));
        }
        let each = from.elapsed().as_secs_f64() / flips as f64;
        println!("| network: a bit flipped, or a cut, at random | {flips} | {stood} | {own} | | | |");
        println!("{} files, {refused} visits refused one; {each:.2} s each; seed {seed}", files.len());
        ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
        Ok(())
    })
    .await
}
