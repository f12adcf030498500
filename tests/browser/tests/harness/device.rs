//! The GPU is lost at each dispatch of the forward pass that reads a wish, or refuses to start: the list is that of the
//! CPU, and soon. The GPU is SwiftShader. Some of the dispatches in each run, all with `NEARMIND_FAULTS=all`.

use std::{
    env,
    sync::{Arc, Mutex},
};

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Shop, Site,
    site::{page, root},
    visit,
};
use serde_json::{Value, json};

/// Of the dispatches, where not all are tried: the first, one in the middle, the last.
const SAMPLE: usize = 3;

/// From the loss of the GPU to the list.
const PATIENCE_MS: f64 = 3000.0;

/// Scores of the GPU and of the CPU differ by less than this: see tests/devices.rs.
const TIE: f64 = 0.01;

const PAGE: &str = r#"<!doctype html><html lang="en"><title>A shop</title><script type="module" src="shelf.js"></script>
    <nearmind-shelf device="gpu" catalog="catalog/" model="models/minilm/"><p id="picks">Ours</p></nearmind-shelf>"#;

/// In the worker before its own program: destroys the device at the dispatch that the page names, or says how many
/// dispatches the next submission has.
const WATCH: &str = r#"{
    const page = new BroadcastChannel("gpu"), { requestDevice } = GPUAdapter.prototype;
    const { dispatchWorkgroups } = GPUComputePassEncoder.prototype, { submit } = GPUQueue.prototype;
    let device = null, at = 0, dispatches = 0;
    GPUAdapter.prototype.requestDevice = async function (...given) {
      return (device = await requestDevice.apply(this, given));
    };
    GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...given) {
      if (at && ++dispatches === at) {
        at = 0;
        device.destroy();
        page.postMessage({ lostMs: Date.now() });
      }
      return dispatchWorkgroups.apply(this, given);
    };
    GPUQueue.prototype.submit = function (...given) {
      if (at && dispatches) page.postMessage({ dispatches });
      return submit.apply(this, given);
    };
    page.onmessage = ({ data }) => {
      [at, dispatches] = [data.at, 0];
      page.postMessage({ armed: true });
    };
  }"#;

/// Ways in which the GPU does not start, and the reason that the page gives. The glue asks for an adapter twice.
const STARTS: [(&str, &str, &str); 3] = [
    (
        "it refuses a limit",
        "unfit",
        "GPUAdapter.prototype.requestDevice = async () => { throw new DOMException('a limit', 'OperationError'); };",
    ),
    (
        "the adapter is gone when the device is wanted",
        "absent",
        "{ const own = GPU.prototype.requestAdapter; let calls = 0;
           GPU.prototype.requestAdapter = async function (...given) {
             return calls++ ? null : own.apply(this, given);
           }; }",
    ),
    (
        "it is lost as soon as it is there",
        "unfit",
        "{ const own = GPUAdapter.prototype.requestDevice;
           GPUAdapter.prototype.requestDevice = async function (...given) {
             const device = await own.apply(this, given);
             device.destroy();
             return device;
           }; }",
    ),
];

/// Says a wish and gives back the nearest items, how long after the loss they came, and how many dispatches the first
/// pass has.
const WISH: &str = r#"
    const worker = new BroadcastChannel("gpu"), heard = {};
    const armed = new Promise((done) => (worker.onmessage = ({ data }) => {
      for (const [name, value] of Object.entries(data)) heard[name] ??= value;
      if (data.armed) done();
    }));
    if (given[1]) {
      worker.postMessage({ at: given[1] });
      await armed;
    }
    await client.track("wish", { text: "waterproof jacket for cycling in the rain" });
    const scene = { kind: "for-you", diversity: { method: "none", strength: 0 }, interests: 0 };
    const updates = await client.openShelf("test", { kind: "for-you", item: null, scene, limit: given[0], lang: "en" });
    const [answeredMs, wait] = [Date.now(), (ms) => new Promise((next) => setTimeout(next, ms))];
    client.closeShelf("test");
    for (let tries = 0; given[1] && tries < 100 && !heard.lostMs && !heard.dispatches; tries++) await wait(50);
    const cards = updates.find((update) => update.type === "shelf").cards.map(({ item, score }) => [item, score]);
    return { cards, waitedMs: heard.lostMs ? answeredMs - heard.lostMs : null, dispatches: heard.dispatches };"#;

/// The wishes that are stored, and then none.
const STORED: &str = r#"
    const { events } = await client.profile();
    await client.forget();
    return events.filter(({ event }) => event.name === "wish").length;"#;

type Cards = Vec<(String, f64)>;

/// The first ten are those of the CPU but for ties.
fn compare(cpu: &Cards, found: &Cards) -> Result<()> {
    ensure!(found.len() == 10, "{} cards", found.len());
    for ((_, expected), (item, score)) in cpu.iter().zip(found) {
        let on_cpu = cpu.iter().find(|(known, _)| known == item).with_context(|| format!("{item} is not near"))?.1;
        ensure!((on_cpu - score).abs() < TIE && (on_cpu - expected).abs() < TIE, "{item}: {score}, {on_cpu}");
    }
    Ok(())
}

async fn wish(shop: &Shop, limit: usize, at: Value) -> Result<(Cards, Value)> {
    let mut told = shop.with_client(WISH, &[json!(limit), at]).await?;
    Ok((serde_json::from_value(told["cards"].take())?, told))
}

async fn on_gpu(shop: &Shop) -> Result<()> {
    shop.open("shop.html").await?;
    let report = shop.decided().await?;
    ensure!(report["device"] == "gpu", "{report}");
    shop.idle().await
}

fn site(script: Arc<Mutex<String>>) -> Site {
    let shop = page("/shop.html", PAGE.into());
    let worker = std::fs::read_to_string(root().join("www/package/worker.js")).expect("the worker's script");
    Site::with(Box::new(move |path, reply| {
        shop(path, reply);
        reply.headers.retain(|(name, _)| !["etag", "cache-control"].contains(name));
        reply.headers.push(("cache-control", "no-store".into()));
        if path == "/worker.js" {
            reply.body = format!("{}\n{worker}", script.lock().expect("a script")).into_bytes();
        }
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gpu_that_is_lost_at_any_dispatch_costs_no_list() -> Result<()> {
    let script = Arc::new(Mutex::new(String::new()));
    visit(site(script.clone()), Gpu::Software, &[], async |shop| {
        let set = |with: &str| *script.lock().expect("a script") = with.to_owned();
        let (mut injected, mut stored, mut slowest) = (0, 0, 0.0_f64);
        // What does not start leaves the work to the CPU, whose list the others are held to.
        let mut cpu = Cards::new();
        for (way, reason, with) in STARTS {
            set(with);
            shop.open("shop.html").await?;
            shop.reported("cpu", reason).await.with_context(|| way.to_owned())?;
            let (cards, _) = wish(shop, 20, Value::Null).await?;
            ensure!(cpu.is_empty() || cpu == cards, "{way}: another list: {cards:?}, {cpu:?}");
            cpu = cards;
            injected += 1;
            set(WATCH);
            shop.open("shop.html").await?;
            stored += shop.with_client(STORED, &[]).await?.as_u64().unwrap_or_default();
        }
        on_gpu(shop).await?;
        let (cards, told) = wish(shop, 10, json!(1_000_000)).await?;
        compare(&cpu, &cards)?;
        let dispatches = told["dispatches"].as_u64().context("the wish was read on the GPU")? as usize;
        let all = env::var("NEARMIND_FAULTS").is_ok_and(|which| which == "all");
        let tried: Vec<usize> = match all {
            true => (1..=dispatches).collect(),
            false => (0..SAMPLE).map(|nth| 1 + nth * (dispatches - 1) / (SAMPLE - 1)).collect(),
        };
        shop.with_client(STORED, &[]).await?;
        for at in tried {
            on_gpu(shop).await?;
            let (cards, told) = wish(shop, 10, json!(at)).await?;
            compare(&cpu, &cards).with_context(|| format!("lost at dispatch {at}"))?;
            let waited_ms = told["waitedMs"].as_f64().with_context(|| format!("not lost at {at}: {told}"))?;
            println!("device, lost at dispatch {at} of {dispatches}: the list came {waited_ms} ms later");
            slowest = slowest.max(waited_ms);
            injected += 1;
            shop.open("shop.html").await?;
            stored += shop.with_client(STORED, &[]).await?.as_u64().unwrap_or_default();
        }
        println!("| device | {injected} | {injected} | 0 | {stored} | 0 | 0 |");
        println!("the slowest list came {slowest} ms after the loss");
        ensure!(stored == injected, "{injected} wishes were acknowledged, {stored} are stored");
        ensure!(slowest < PATIENCE_MS, "{slowest} ms");
        Ok(())
    })
    .await
}
