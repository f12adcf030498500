//! The devices that the encoder runs on: both CPU modules and the GPU give the same results, and if the GPU is absent,
//! computes wrongly or is lost, the CPU takes over and the page says why. The GPU is SwiftShader, which is correct but
//! a thousand times slower.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Shop, Site,
    site::{replace_in_worker, root},
    visit,
};
use serde_json::{Value, json};

const TEXTS: [&str; 4] = [
    "waterproof jacket for cycling in the rain",
    "slow mornings with good coffee",
    "tea",
    "防水骑行夹克, size M, 42 €",
];

/// Embeds [`TEXTS`] in a worker without a catalogue, and returns the vectors and the report of the device.
async fn embed(shop: &Shop, device: &str) -> Result<(Vec<f32>, Value)> {
    shop.goto("index.html").await?;
    let script = r#"
        const [model, device, texts] = args;
        const policy = trustedTypes.createPolicy("test", { createScriptURL: (url) => url });
        const worker = new Worker(policy.createScriptURL(new URL("worker.js", document.baseURI).href), { type: "module" });
        const answer = new Promise((done) => (worker.onmessage = ({ data }) => data.id === 1 && done(data)));
        worker.postMessage({ id: 1, embed: { model: new URL(model, document.baseURI).href, device, texts } });
        const { vectors, device: report, updates } = await answer;
        worker.terminate();
        if (updates) throw new Error(`${updates[0].code}: ${updates[0].detail}`);
        return { vectors: [...new Uint32Array(vectors.buffer)], report };"#;
    let mut answer = shop.evaluate(script, &[json!("models/minilm/"), json!(device), json!(TEXTS)]).await?;
    let bits = answer["vectors"].as_array().context("no vectors")?.iter();
    let vectors = bits.map(|bits| f32::from_bits(bits.as_u64().unwrap_or_default() as u32)).collect();
    Ok((vectors, answer["report"].take()))
}

/// Embeds the same texts by the command line.
fn embed_natively() -> Result<Vec<f32>> {
    let binary = root().join("target/debug/nearmind");
    let output = Command::new(binary)
        .args(["embed", "--device", "cpu", "--model"])
        .arg(root().join("models/minilm"))
        .args(TEXTS)
        .output()
        .context("cannot run nearmind")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout)?;
    let vectors = lines.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>()?;
    Ok(vectors
        .iter()
        .flat_map(|line| line["vector"].as_array().into_iter().flatten())
        .filter_map(Value::as_f64)
        .map(|value| value as f32)
        .collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn both_cpu_modules_give_the_same_bytes_as_the_native_build() -> Result<()> {
    let native = embed_natively()?;
    let simd128 = replace_in_worker("WebAssembly.validate(RELAXED_DOT)", "false");
    for (name, site) in [("relaxed SIMD", Site::new()), ("SIMD128", Site::with_interceptor(simd128))] {
        visit(site, Gpu::None, &[], async |shop| {
            let (vectors, report) = embed(shop, "cpu").await?;
            assert_eq!(report["detail"], name);
            assert_eq!(vectors, native, "{name}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_benchmark_page_embeds_texts() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.goto("bench.html").await?;
        let script = "await candidate.init(); return [candidate.backend, (await candidate.embed(args[0])).map(({ length }) => length)];";
        let answer = shop.evaluate(script, &[json!(TEXTS)]).await?;
        assert_eq!(answer[1], json!([384, 384, 384, 384]), "{answer}");
        Ok(())
    })
    .await
}

/// Sends a wish and returns the list, which then is not that of a cold start.
async fn send_wish(shop: &Shop) -> Result<Vec<(String, f64)>> {
    let wish = "await client.track('wish', { text: 'waterproof jacket for cycling in the rain' });";
    shop.with_client(wish, &[]).await?;
    shop.for_you_scores(10).await
}

/// The GPU adds floats in another order, so a value may be rounded to the other of two int8 neighbours. Items whose
/// scores differ by less than this may change places.
const TIE: f64 = 0.01;

/// The items nearest to a wish. Without diversity, which would turn a tie into a different list.
async fn nearest_items(shop: &Shop, limit: usize) -> Result<Vec<(String, f64)>> {
    send_wish(shop).await?;
    let request = r#"
        const scene = { kind: "for-you", diversity: { method: "none", strength: 0 }, interests: 0 };
        const updates = await client.openShelf("test", { kind: "for-you", item: null, scene, limit: args[0], lang: "en" });
        client.closeShelf("test");
        return updates.find((update) => update.type === "shelf").cards.map(({ item, score }) => [item, score]);"#;
    let cards = shop.with_client(request, &[json!(limit)]).await?;
    Ok(serde_json::from_value(cards)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gpu_and_the_cpu_recommend_the_same_items() -> Result<()> {
    visit(Site::new(), Gpu::Software, &[], async |shop| {
        let mut lists = Vec::new();
        for (device, limit) in [("cpu", 20), ("gpu", 10)] {
            shop.goto(&format!("index.html?device={device}")).await?;
            let report = shop.wait_for_gpu_check().await?;
            assert_eq!(report["device"], device, "{report}");
            lists.push(nearest_items(shop, limit).await?);
            shop.with_client("await client.forget();", &[]).await?;
        }
        let [cpu, gpu] = &lists[..] else { unreachable!("two devices") };
        assert_eq!((cpu.len(), gpu.len()), (20, 10));
        let score = |item: &str| cpu.iter().find(|(on_cpu, _)| on_cpu == item).map(|(_, score)| *score);
        for ((_, expected), (item, found)) in cpu.iter().zip(gpu) {
            let on_cpu = score(item).with_context(|| format!("{item} is not in the CPU's list: {cpu:?}, {gpu:?}"))?;
            assert!((on_cpu - found).abs() < TIE, "{item} scores {found} instead of {on_cpu}");
            assert!((on_cpu - expected).abs() < TIE, "{item} is in the wrong place: {cpu:?}, {gpu:?}");
        }
        Ok(())
    })
    .await
}

/// Requests the GPU, and checks that the CPU is used for this reason.
async fn assert_cpu_is_used(site: Site, gpu: Gpu, reason: &str) -> Result<()> {
    assert_cpu_is_used_after(async |_| Ok(()), site, gpu, reason).await
}

async fn assert_cpu_is_used_after(
    actions: impl AsyncFnOnce(&Shop) -> Result<()>,
    site: Site,
    gpu: Gpu,
    reason: &str,
) -> Result<()> {
    visit(site, gpu, &[], async |shop| {
        shop.open("index.html?device=gpu").await?;
        actions(shop).await?;
        let list = send_wish(shop).await?;
        assert_eq!(list.len(), 10);
        let report = shop.wait_for_device("cpu", reason).await?;
        assert_eq!(report["device"], "cpu", "{report}");
        // The panel about the shelf has a sentence with the reason.
        let panel = r#"
            const { loadTexts } = await import(new URL("languages.js", document.baseURI));
            const sentence = (await loadTexts(document.documentElement.lang, "panel")).reasons[args[0].code](args[0]), root = shelf.shadowRoot;
            root.querySelector("[part~=about]").click();
            for (let tries = 0; tries < 1000; tries++) {
              if (root.textContent.includes(sentence)) return true;
              await new Promise((next) => setTimeout(next, 50));
            }
            return root.textContent;"#;
        assert_eq!(shop.with_client(panel, &[report["reason"].clone()]).await?, json!(true));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_adapter_the_cpu_is_used_and_the_page_says_so() -> Result<()> {
    assert_cpu_is_used(Site::new(), Gpu::None, "absent").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_gpu_is_not_used_and_the_page_says_so() -> Result<()> {
    // The kernel no longer multiplies a row by its scale.
    const WRONG: &str = r#"
        const { createShaderModule } = GPUDevice.prototype;
        GPUDevice.prototype.createShaderModule = function (args) {
          const code = args.code.replaceAll("total(sum) * channel.x * scale +", "total(sum) * channel.x +");
          return createShaderModule.call(this, { ...args, code });
        };
        wasm.start(loadEncoder, loadGpu)"#;
    let wrong = replace_in_worker("wasm.start(loadEncoder, loadGpu)", WRONG);
    assert_cpu_is_used(Site::with_interceptor(wrong), Gpu::Software, "wrong").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cpu_replaces_a_lost_gpu_and_the_page_says_so() -> Result<()> {
    // Each device computes often enough to pass its check, and once more.
    const LOST: &str = r#"
        if (!adapter) return null;
        const gpu = await load("nearmind-gpu"), { encode } = gpu.GpuModule.prototype;
        const { requestDevice } = GPUAdapter.prototype;
        let device = null, answers = 0;
        GPUAdapter.prototype.requestDevice = async function (...args) {
          return (device = await requestDevice.apply(this, args));
        };
        gpu.GpuModule.prototype.encode = function (...args) {
          if (++answers === 5) device.destroy();
          return encode.apply(this, args);
        };
        return gpu;"#;
    let lost = replace_in_worker("return adapter ? load(\"nearmind-gpu\") : null;", LOST);
    // The GPU works, is lost, is opened again, and is lost again.
    let search = async |shop: &Shop| {
        shop.wait_for_device("gpu", "asked-gpu").await?;
        for text in
            ["tent", "teapot", "lamp", "guitar", "duvet", "sneaker", "atlas", "drone", "hose", "kite", "soap", "kettle"]
        {
            shop.with_client("await client.search(args[0], { limit: 3 });", &[json!(text)]).await?;
        }
        Ok(())
    };
    assert_cpu_is_used_after(search, Site::with_interceptor(lost), Gpu::Software, "lost").await
}
