//! The GPU does not start, or is lost at a dispatch of the forward pass for a wish: the list must be that of the CPU,
//! and come soon. The GPU is SwiftShader. Each run tries some of the dispatches, or all with `NEARMIND_FAULTS=all`.

use std::{
    env,
    sync::{Arc, Mutex},
};

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Shop, Site,
    site::{add_file, root},
    visit,
};
use serde_json::{Value, json};

/// Dispatches that a run tries, unless it tries all: the first, one in the middle and the last.
const SAMPLE: usize = 3;

/// Limit for the time from the loss of the GPU to the list.
const MAX_WAIT_MS: f64 = 3000.0;

/// Scores of the GPU and of the CPU differ by less than this; see tests/devices.rs.
const TIE: f64 = 0.01;

const PAGE: &str = r#"<!doctype html><html lang="en"><title>A shop</title><script type="module" src="shelf.js"></script>
    <nearmind-shelf device="gpu" catalog="catalog/" model="models/minilm/"><p id="picks">Ours</p></nearmind-shelf>"#;

/// Runs in the worker before its own script: destroys the device at the dispatch that the page requests, or reports how
/// many dispatches the next submission has.
const LOSE_DEVICE: &str = r#"{
    const page = new BroadcastChannel("gpu"), { requestDevice } = GPUAdapter.prototype;
    const { dispatchWorkgroups } = GPUComputePassEncoder.prototype, { submit } = GPUQueue.prototype;
    let device = null, at = 0, dispatches = 0;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      return (device = await requestDevice.apply(this, args));
    };
    GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...args) {
      if (at && ++dispatches === at) {
        at = 0;
        device.destroy();
        page.postMessage({ lostMs: Date.now() });
      }
      return dispatchWorkgroups.apply(this, args);
    };
    GPUQueue.prototype.submit = function (...args) {
      if (at && dispatches) page.postMessage({ dispatches });
      return submit.apply(this, args);
    };
    page.onmessage = ({ data }) => {
      [at, dispatches] = [data.at, 0];
      page.postMessage({ armed: true });
    };
  }"#;

/// Ways in which the GPU does not start, with the reason that the page gives, and the script. An adapter is requested
/// twice: by the worker's script and by the wasm module.
const FAILED_STARTS: [(&str, &str, &str); 3] = [
    (
        "it refuses a limit",
        "unfit",
        "GPUAdapter.prototype.requestDevice = async () => { throw new DOMException('a limit', 'OperationError'); };",
    ),
    (
        "the adapter is gone when the device is requested",
        "absent",
        "{ const original = GPU.prototype.requestAdapter; let calls = 0;
           GPU.prototype.requestAdapter = async function (...args) {
             return calls++ ? null : original.apply(this, args);
           }; }",
    ),
    (
        "it is lost as soon as it has started",
        "unfit",
        "{ const original = GPUAdapter.prototype.requestDevice;
           GPUAdapter.prototype.requestDevice = async function (...args) {
             const device = await original.apply(this, args);
             device.destroy();
             return device;
           }; }",
    ),
];

/// Tracks a wish, and returns the nearest items, how long after the loss they came, and how many dispatches the first
/// forward pass has.
const WISH: &str = r#"
    const worker = new BroadcastChannel("gpu"), report = {};
    const armed = new Promise((done) => (worker.onmessage = ({ data }) => {
      for (const [name, value] of Object.entries(data)) report[name] ??= value;
      if (data.armed) done();
    }));
    if (args[1]) {
      worker.postMessage({ at: args[1] });
      await armed;
    }
    await client.track("wish", { text: "waterproof jacket for cycling in the rain" });
    const scene = { kind: "for-you", diversity: { method: "none", strength: 0 }, interests: 0 };
    const updates = await client.openShelf("test", { kind: "for-you", item: null, scene, limit: args[0], lang: "en" });
    const [answeredMs, wait] = [Date.now(), (ms) => new Promise((next) => setTimeout(next, ms))];
    client.closeShelf("test");
    for (let tries = 0; args[1] && tries < 100 && !report.lostMs && !report.dispatches; tries++) await wait(50);
    const cards = updates.find((update) => update.type === "shelf").cards.map(({ item, score }) => [item, score]);
    return { cards, waitedMs: report.lostMs ? answeredMs - report.lostMs : null, dispatches: report.dispatches };"#;

/// Returns how many wishes are stored, and deletes them.
const COUNT_AND_FORGET: &str = r#"
    const { events } = await client.profile();
    await client.forget();
    return events.filter(({ event }) => event.name === "wish").length;"#;

type Cards = Vec<(String, f64)>;

/// Checks that ten cards are the first ten of the CPU, except for ties.
fn check_list(cpu: &Cards, found: &Cards) -> Result<()> {
    ensure!(found.len() == 10, "{} cards", found.len());
    for ((_, expected), (item, score)) in cpu.iter().zip(found) {
        let on_cpu = cpu.iter().find(|(on_cpu, _)| on_cpu == item);
        let on_cpu = on_cpu.with_context(|| format!("{item} is not in the CPU's list"))?.1;
        ensure!((on_cpu - score).abs() < TIE && (on_cpu - expected).abs() < TIE, "{item}: {score} instead of {on_cpu}");
    }
    Ok(())
}

/// Runs [`WISH`]. The device is lost at dispatch `at`, if it is a number.
async fn send_wish(shop: &Shop, limit: usize, at: Value) -> Result<(Cards, Value)> {
    let mut result = shop.with_client(WISH, &[json!(limit), at]).await?;
    Ok((serde_json::from_value(result["cards"].take())?, result))
}

/// Opens the page, and waits until the encoder runs on the GPU.
async fn open_on_gpu(shop: &Shop) -> Result<()> {
    shop.open("shop.html").await?;
    let report = shop.wait_for_gpu_check().await?;
    ensure!(report["device"] == "gpu", "{report}");
    shop.wait_until_idle().await
}

/// A site whose worker runs this script first.
fn site(script: Arc<Mutex<String>>) -> Site {
    let add_shop = add_file("/shop.html", PAGE.into());
    let worker =
        std::fs::read_to_string(root().join("www/package/worker.js")).expect("cannot read the worker's script");
    Site::with_interceptor(Box::new(move |path, reply| {
        add_shop(path, reply);
        reply.headers.retain(|(name, _)| !["etag", "cache-control"].contains(name));
        reply.headers.push(("cache-control", "no-store".into()));
        if path == "/worker.js" {
            reply.body = format!("{}\n{worker}", script.lock().expect("a thread panicked")).into_bytes();
        }
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn losing_the_gpu_at_any_dispatch_costs_no_list() -> Result<()> {
    let script = Arc::new(Mutex::new(String::new()));
    visit(site(script.clone()), Gpu::Software, &[], async |shop| {
        let set_script = |text: &str| *script.lock().expect("a thread panicked") = text.to_owned();
        let (mut injected, mut stored, mut slowest) = (0, 0, 0.0_f64);
        // If the GPU does not start, the CPU makes the list, with which the other lists are compared.
        let mut cpu = Cards::new();
        for (description, reason, text) in FAILED_STARTS {
            set_script(text);
            shop.open("shop.html").await?;
            shop.wait_for_device("cpu", reason).await.with_context(|| description.to_owned())?;
            let (cards, _) = send_wish(shop, 20, Value::Null).await?;
            ensure!(cpu.is_empty() || cpu == cards, "{description}: the lists differ: {cards:?}, {cpu:?}");
            cpu = cards;
            injected += 1;
            set_script(LOSE_DEVICE);
            shop.open("shop.html").await?;
            stored += shop.with_client(COUNT_AND_FORGET, &[]).await?.as_u64().unwrap_or_default();
        }
        open_on_gpu(shop).await?;
        let (cards, result) = send_wish(shop, 10, json!(1_000_000)).await?;
        check_list(&cpu, &cards)?;
        let dispatches = result["dispatches"].as_u64().context("the GPU did not encode the wish")? as usize;
        let all = env::var("NEARMIND_FAULTS").is_ok_and(|value| value == "all");
        let chosen: Vec<usize> = match all {
            true => (1..=dispatches).collect(),
            false => (0..SAMPLE).map(|nth| 1 + nth * (dispatches - 1) / (SAMPLE - 1)).collect(),
        };
        shop.with_client(COUNT_AND_FORGET, &[]).await?;
        for at in chosen {
            open_on_gpu(shop).await?;
            let (cards, result) = send_wish(shop, 10, json!(at)).await?;
            check_list(&cpu, &cards).with_context(|| format!("lost at dispatch {at}"))?;
            let waited_ms =
                result["waitedMs"].as_f64().with_context(|| format!("not lost at dispatch {at}: {result}"))?;
            println!("device, lost at dispatch {at} of {dispatches}: the list came {waited_ms} ms later");
            slowest = slowest.max(waited_ms);
            injected += 1;
            shop.open("shop.html").await?;
            stored += shop.with_client(COUNT_AND_FORGET, &[]).await?.as_u64().unwrap_or_default();
        }
        println!("| device | {injected} | {injected} | 0 | {stored} | 0 | 0 |");
        println!("the slowest list came {slowest} ms after the loss");
        ensure!(stored == injected, "{injected} wishes were acknowledged, {stored} are stored");
        ensure!(slowest < MAX_WAIT_MS, "the slowest list came {slowest} ms after the loss");
        Ok(())
    })
    .await
}
