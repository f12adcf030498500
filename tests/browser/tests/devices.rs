//! Where the encoder runs, and that it does not matter: every wasm and the GPU answer alike, and a GPU that is absent,
//! wrong or lost leaves the work to the CPU and says why. The GPU is SwiftShader: right, and a thousand times slower.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Shop, Site,
    site::{altered_worker, root},
    visit,
};
use serde_json::{Value, json};

const TEXTS: [&str; 4] = [
    "waterproof jacket for cycling in the rain",
    "slow mornings with good coffee",
    "tea",
    "防水骑行夹克, size M, 42 €",
];

/// Bits of the vectors of some texts, from a worker without a shop.
async fn embed(shop: &Shop, device: &str) -> Result<(Vec<f32>, Value)> {
    shop.goto("index.html").await?;
    let script = r#"
        const [model, device, texts] = given;
        const policy = trustedTypes.createPolicy("test", { createScriptURL: (url) => url });
        const worker = new Worker(policy.createScriptURL(new URL("worker.js", document.baseURI).href), { type: "module" });
        const answer = new Promise((done) => (worker.onmessage = ({ data }) => data.id === 1 && done(data)));
        worker.postMessage({ id: 1, embed: { model: new URL(model, document.baseURI).href, device, texts } });
        const { vectors, device: report, updates } = await answer;
        worker.terminate();
        if (updates) throw new Error(`${updates[0].code}: ${updates[0].detail}`);
        return { vectors: [...new Uint32Array(vectors.buffer)], report };"#;
    let mut answer = shop.ask(script, &[json!("models/minilm/"), json!(device), json!(TEXTS)]).await?;
    let bits = answer["vectors"].as_array().context("vectors")?.iter();
    let vectors = bits.map(|bits| f32::from_bits(bits.as_u64().unwrap_or_default() as u32)).collect();
    Ok((vectors, answer["report"].take()))
}

/// The same texts by the command line.
fn embed_natively() -> Result<Vec<f32>> {
    let binary = root().join("target/debug/nearmind");
    let output = Command::new(binary)
        .args(["embed", "--device", "cpu", "--model"])
        .arg(root().join("models/minilm"))
        .args(TEXTS)
        .output()
        .context("the command line is built")?;
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
async fn both_cpu_modules_give_the_bytes_of_the_native_build() -> Result<()> {
    let native = embed_natively()?;
    let simd128 = altered_worker("WebAssembly.validate(RELAXED_DOT)", "false");
    for (name, site) in [("relaxed SIMD", Site::new()), ("SIMD128", Site::with(simd128))] {
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
async fn the_measuring_page_embeds() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.goto("bench.html").await?;
        let script = "await candidate.init(); return [candidate.backend, (await candidate.embed(given[0])).map(({ length }) => length)];";
        let answer = shop.ask(script, &[json!(TEXTS)]).await?;
        assert_eq!(answer[1], json!([384, 384, 384, 384]), "{answer}");
        Ok(())
    })
    .await
}

/// A visitor who said something; the list is theirs, not the cold start's.
async fn wish(shop: &Shop) -> Result<Vec<(String, f64)>> {
    let wish = "await client.track('wish', { text: 'waterproof jacket for cycling in the rain' });";
    shop.with_client(wish, &[]).await?;
    shop.ranked(10).await
}

/// The GPU adds floats in another order, so a value may round to the other of two int8 neighbours: two items whose
/// scores differ by less than this may change places.
const TIE: f64 = 0.01;

/// The nearest items to a wish: what is diversified after that turns a tie into another list.
async fn nearest(shop: &Shop, limit: usize) -> Result<Vec<(String, f64)>> {
    wish(shop).await?;
    let nearest = r#"
        const scene = { kind: "for-you", diversity: { method: "none", strength: 0 }, interests: 0 };
        const updates = await client.openShelf("test", { kind: "for-you", item: null, scene, limit: given[0], lang: "en" });
        client.closeShelf("test");
        return updates.find((update) => update.type === "shelf").cards.map(({ item, score }) => [item, score]);"#;
    let cards = shop.with_client(nearest, &[json!(limit)]).await?;
    Ok(serde_json::from_value(cards)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gpu_recommends_what_the_cpu_recommends() -> Result<()> {
    visit(Site::new(), Gpu::Software, &[], async |shop| {
        let mut lists = Vec::new();
        for (device, limit) in [("cpu", 20), ("gpu", 10)] {
            shop.goto(&format!("index.html?device={device}")).await?;
            let report = shop.decided().await?;
            assert_eq!(report["device"], device, "{report}");
            lists.push(nearest(shop, limit).await?);
            shop.with_client("await client.forget();", &[]).await?;
        }
        let [cpu, gpu] = &lists[..] else { unreachable!("two devices") };
        assert_eq!((cpu.len(), gpu.len()), (20, 10));
        let score = |item: &str| cpu.iter().find(|(known, _)| known == item).map(|(_, score)| *score);
        for ((_, expected), (item, found)) in cpu.iter().zip(gpu) {
            let on_cpu = score(item).with_context(|| format!("{item} is on no CPU list: {cpu:?}, {gpu:?}"))?;
            assert!((on_cpu - found).abs() < TIE, "{item} scores {found} instead of {on_cpu}");
            assert!((on_cpu - expected).abs() < TIE, "{item} is out of its place: {cpu:?}, {gpu:?}");
        }
        Ok(())
    })
    .await
}

/// Asks for the GPU where there is a reason against it.
async fn ends_on_the_cpu(site: Site, gpu: Gpu, reason: &str) -> Result<()> {
    ends_on_the_cpu_after(async |_| Ok(()), site, gpu, reason).await
}

async fn ends_on_the_cpu_after(
    deeds: impl AsyncFnOnce(&Shop) -> Result<()>,
    site: Site,
    gpu: Gpu,
    reason: &str,
) -> Result<()> {
    visit(site, gpu, &[], async |shop| {
        shop.open("index.html?device=gpu").await?;
        deeds(shop).await?;
        let list = wish(shop).await?;
        assert_eq!(list.len(), 10);
        let report = shop.reported("cpu", reason).await?;
        assert_eq!(report["device"], "cpu", "{report}");
        // Whoever asks the shelf about itself reads a sentence for it.
        let panel = r#"
            const { loadTexts } = await import(new URL("languages.js", document.baseURI));
            const sentence = (await loadTexts(document.documentElement.lang, "panel")).reasons[given[0].code](given[0]), root = shelf.shadowRoot;
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
async fn without_an_adapter_the_cpu_works_and_says_so() -> Result<()> {
    ends_on_the_cpu(Site::new(), Gpu::None, "absent").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gpu_that_computes_wrongly_is_not_used_and_the_page_says_so() -> Result<()> {
    // Rows forget how large they were.
    const WRONG: &str = r#"
        const { createShaderModule } = GPUDevice.prototype;
        GPUDevice.prototype.createShaderModule = function (given) {
          const code = given.code.replaceAll("total(sum) * channel.x * scale +", "total(sum) * channel.x +");
          return createShaderModule.call(this, { ...given, code });
        };
        wasm.start(loadGpu)"#;
    let wrong = altered_worker("wasm.start(loadGpu)", WRONG);
    ends_on_the_cpu(Site::with(wrong), Gpu::Software, "wrong").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gpu_that_is_lost_leaves_the_work_to_the_cpu_and_the_page_says_so() -> Result<()> {
    // Each device answers often enough to be proven, and once more.
    const LOST: &str = r#"
        if (!adapter) return null;
        const gpu = await load("nearmind-gpu"), { encode } = gpu.GpuModule.prototype;
        const { requestDevice } = GPUAdapter.prototype;
        let device = null, answers = 0;
        GPUAdapter.prototype.requestDevice = async function (...given) {
          return (device = await requestDevice.apply(this, given));
        };
        gpu.GpuModule.prototype.encode = function (...given) {
          if (++answers === 5) device.destroy();
          return encode.apply(this, given);
        };
        return gpu;"#;
    let lost = altered_worker("return adapter ? load(\"nearmind-gpu\") : null;", LOST);
    // It works, is lost, is opened again, and is lost again.
    let search = async |shop: &Shop| {
        shop.reported("gpu", "asked-gpu").await?;
        for text in
            ["tent", "teapot", "lamp", "guitar", "duvet", "sneaker", "atlas", "drone", "hose", "kite", "soap", "kettle"]
        {
            shop.with_client("await client.search(given[0], { limit: 3 });", &[json!(text)]).await?;
        }
        Ok(())
    };
    ends_on_the_cpu_after(search, Site::with(lost), Gpu::Software, "lost").await
}
