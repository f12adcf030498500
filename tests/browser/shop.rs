//! Visits to the demo shop: opens pages, acts as a visitor does, and reads what the pages show.

use std::{
    collections::BTreeMap,
    fs,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use thirtyfour::WebElement;

use crate::{
    browser::{Browser, Gpu},
    site::{Site, root},
};

/// Runs in every page before its own scripts, and records what tests read later by [`Shop::records`].
const RECORDER: &str = r#"
    window.records = { violations: [], errors: [] };
    addEventListener("securitypolicyviolation", (event) => records.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
    addEventListener("error", (event) => records.errors.push(String(event.message)));
    addEventListener("unhandledrejection", (event) => records.errors.push(String(event.reason)));
    addEventListener("nearmind-ready", () => (records.ready ??= performance.now()));
    window.Worker = class extends Worker {
      constructor(...args) {
        super(...args);
        performance.mark("worker");
        this.addEventListener("message", ({ data }) =>
          data.updates?.some(({ type }) => type === "model-ready") && (records.model ??= performance.now()));
      }
    };
    addEventListener("nearmind-error", (event) => records.errors.push(event.detail.code));
"#;

/// Opens the client that the page's own elements use: the same options return the same client.
const CLIENT: &str = r#"
    const { Nearmind } = await import(new URL("nearmind.js", document.baseURI));
    const shelf = document.querySelector("nearmind-shelf, nearmind-profile");
    const client = Nearmind.open({
      catalog: shelf.getAttribute("catalog"), model: shelf.getAttribute("model") ?? undefined,
      encoder: shelf.getAttribute("encoder") ?? "auto", device: shelf.getAttribute("device") ?? "auto", lang: document.documentElement.lang || "en",
    });
"#;

/// Waits for a device, of [`DEVICE_WAIT_MS`] each. Together they are longer than the check of SwiftShader takes on a
/// busy machine.
const DEVICE_WAITS: u32 = 10;
const DEVICE_WAIT_MS: u32 = 30_000;

/// How often a condition is checked, every 50 ms, before a test fails. Generous, for busy machines.
pub(crate) const MAX_TRIES: u32 = 1200;

pub struct Shop {
    pub site: Site,
    pub browser: Browser,
}

/// Runs a visit to a site in Chromium. The browser is closed however the visit ends.
pub async fn visit(site: Site, gpu: Gpu, flags: &[&str], body: impl AsyncFnOnce(&Shop) -> Result<()>) -> Result<()> {
    visit_with(Shop { site, browser: Browser::start_chromium(gpu, flags, RECORDER).await? }, body).await
}

/// The same with a trace; see [`crate::tasks`].
pub(crate) async fn visit_traced(site: Site, body: impl AsyncFnOnce(&Shop) -> Result<()>) -> Result<()> {
    visit_with(Shop { site, browser: Browser::start_traced_chromium(RECORDER).await? }, body).await
}

/// Runs a visit in Chromium and in Firefox, without WebGPU, each with a new site.
pub async fn visit_in_each_browser(site: impl Fn() -> Site, body: impl AsyncFn(&Shop) -> Result<()>) -> Result<()> {
    visit(site(), Gpu::None, &[], &body).await?;
    let site = site();
    site.add_script_to_pages(RECORDER);
    visit_firefox(site, &[], &body).await
}

/// The same by a visitor who has Global Privacy Control on. Firefox has a preference for it; in Chromium an extension
/// would set it, which a script imitates here.
pub async fn visit_in_each_browser_with_gpc(
    site: impl Fn() -> Site,
    body: impl AsyncFn(&Shop) -> Result<()>,
) -> Result<()> {
    let enable_gpc = "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });";
    let browser = Browser::start_chromium(Gpu::None, &[], &format!("{RECORDER} {enable_gpc}")).await?;
    visit_with(Shop { site: site(), browser }, &body).await?;
    let site = site();
    site.add_script_to_pages(RECORDER);
    let preferences = ["privacy.globalprivacycontrol.enabled", "privacy.globalprivacycontrol.functionality.enabled"];
    visit_firefox(site, &preferences, &body).await
}

/// The same as [`visit_in_each_browser`] for a site that checks the bytes of its own pages: in Firefox there is no
/// recorder, because it would change them.
pub async fn visit_in_each_browser_unrecorded(
    site: impl Fn() -> Site,
    body: impl AsyncFn(&Shop) -> Result<()>,
) -> Result<()> {
    visit(site(), Gpu::None, &[], &body).await?;
    visit_firefox(site(), &[], &body).await
}

async fn visit_firefox(site: Site, preferences: &[&str], body: impl AsyncFnOnce(&Shop) -> Result<()>) -> Result<()> {
    visit_with(Shop { site, browser: Browser::start_firefox(preferences).await? }, body).await.context("in Firefox")
}

async fn visit_with(shop: Shop, body: impl AsyncFnOnce(&Shop) -> Result<()>) -> Result<()> {
    let mut visit = pin!(body(&shop));
    let outcome = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| visit.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(result)) => Poll::Ready(Ok(result)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await;
    if !matches!(outcome, Ok(Ok(()))) {
        eprintln!("in {:?}", shop.browser.kind);
        eprintln!("requests:\n  {}", shop.site.requests().join("\n  "));
        eprintln!("console:\n  {}", shop.browser.console().await.join("\n  "));
    }
    shop.browser.quit().await?;
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

impl Shop {
    /// Opens a page and waits until it has content: the driver may return while the document is still empty.
    pub async fn goto(&self, path: &str) -> Result<()> {
        self.browser.driver.goto(self.site.url(path)).await?;
        let wait = r#"
            const hasContent = () => document.readyState !== "loading" && document.body?.childElementCount;
            for (let tries = 0; tries < 40 && !hasContent(); tries++)
              await new Promise((next) => setTimeout(next, 50));"#;
        // If the empty document is replaced meanwhile, the script fails, and the page is there.
        self.evaluate(wait, &[]).await.ok();
        Ok(())
    }

    /// Opens a page and waits for its first recommendations.
    pub async fn open(&self, path: &str) -> Result<()> {
        self.goto(path).await?;
        let state = self.wait_for_shelf().await?;
        anyhow::ensure!(state == "ready", "{path} shows no recommendations: its state is {state}");
        Ok(())
    }

    /// Opens a page and waits for its first recommendations and for the model.
    pub async fn open_with_model(&self, path: &str) -> Result<()> {
        self.open(path).await?;
        self.wait_for_model().await?;
        Ok(())
    }

    /// See [`Browser::evaluate`].
    pub async fn evaluate(&self, body: &str, arguments: &[Value]) -> Result<Value> {
        self.browser.evaluate(body, arguments).await
    }

    /// Runs a script that has the page's `shelf` and `client`.
    pub async fn with_client(&self, body: &str, arguments: &[Value]) -> Result<Value> {
        self.evaluate(&format!("{CLIENT} {body}"), arguments).await
    }

    /// Waits until the shelf is `failed`, or `ready` with the catalogue loaded (the list of a first visit may be drawn
    /// before), and returns which.
    pub async fn wait_for_shelf(&self) -> Result<String> {
        let state = self
            .evaluate(
                r#"const shelf = document.querySelector("nearmind-shelf");
                   const settled = () => shelf.state === "failed" || (shelf.state === "ready" && shelf.client?.state.items != null);
                   for (let tries = 0; !settled(); tries++) {
                     if (tries > 4000) throw new Error(`the shelf is ${shelf.getAttribute("state")}`);
                     await new Promise((next) => setTimeout(next, 25));
                   }
                   return shelf.state;"#,
                &[],
            )
            .await?;
        Ok(state.as_str().context("no state")?.to_owned())
    }

    /// Waits until the model is ready, and returns where it runs and why.
    pub async fn wait_for_model(&self) -> Result<Value> {
        self.with_client(
            r#"try { return await client.prepare(); } catch (problem) { throw new Error(problem.message); }"#,
            &[],
        )
        .await
    }

    /// Waits until the GPU has been tried, too, and returns where the encoder runs and why.
    pub async fn wait_for_gpu_check(&self) -> Result<Value> {
        self.wait_for_device_where("device.reason.code !== 'untried'", &[]).await
    }

    /// Waits until the encoder runs on this device for the reason with this code, and returns the report.
    pub async fn wait_for_device(&self, device: &str, reason: &str) -> Result<Value> {
        let matches = "device.device === args[0] && device.reason.code === args[1]";
        self.wait_for_device_where(matches, &[json!(device), json!(reason)]).await
    }

    async fn wait_for_device_where(&self, condition: &str, arguments: &[Value]) -> Result<Value> {
        let script = format!(
            r#"client.prepare().catch(() => {{}});
               const fits = () => client.state.problem || (client.state.device && matches(client.state.device));
               const matches = (device) => {condition};
               const timeout = new Promise((late) => setTimeout(late, {DEVICE_WAIT_MS}));
               if (!fits()) await Promise.race([timeout, new Promise((done) => client.subscribe(() => fits() && done()))]);
               if (client.state.problem) throw new Error(client.state.problem.message);
               return [Boolean(fits()), client.state.device];"#
        );
        // Several scripts, because the driver ends one that runs for two minutes.
        let mut answer = Value::Null;
        for _ in 0..DEVICE_WAITS {
            answer = self.with_client(&script, arguments).await?;
            if answer[0] == true {
                return Ok(answer[1].take());
            }
        }
        bail!("the device is still {}", answer[1])
    }

    /// Waits for a problem that stops the client, and returns its message.
    pub async fn wait_for_problem(&self) -> Result<String> {
        let wait = r#"client.start();
            if (!client.state.problem) await new Promise((done) => client.subscribe(() => client.state.problem && done()));
            return client.state.problem.message;"#;
        let message = self.with_client(wait, &[]).await?;
        Ok(message.as_str().context("no message")?.to_owned())
    }

    /// Waits until the worker has sent nothing for a second.
    pub async fn wait_until_idle(&self) -> Result<()> {
        let wait = r#"
            let last = performance.now();
            const stop = client.subscribe(() => (last = performance.now()));
            while (performance.now() - last < 1000) await new Promise((next) => setTimeout(next, 100));
            stop();"#;
        self.with_client(wait, &[]).await?;
        Ok(())
    }

    /// Requests a "for you" list and returns its items with their scores, best first.
    pub async fn for_you_scores(&self, limit: usize) -> Result<Vec<(String, f64)>> {
        let request = r#"
            const [limit] = args;
            const request = { kind: "for-you", item: null, limit, lang: document.documentElement.lang || "en" };
            const updates = await client.openShelf("test", request);
            client.closeShelf("test");
            return updates.find((update) => update.type === "shelf").cards.map(({ item, score }) => [item, score]);"#;
        let cards = self.with_client(request, &[json!(limit)]).await?;
        let card = |card: &Value| Some((card[0].as_str()?.to_owned(), card[1].as_f64()?));
        cards.as_array().and_then(|cards| cards.iter().map(card).collect()).context("no cards")
    }

    /// Requests a "for you" list and returns its items, best first.
    pub async fn for_you(&self, limit: usize) -> Result<Vec<String>> {
        Ok(self.for_you_scores(limit).await?.into_iter().map(|(item, _)| item).collect())
    }

    /// Views a product, opens the home page, and waits until the words of its cards are marked.
    pub async fn open_home_after_viewing(&self, item: &str) -> Result<()> {
        self.open(&format!("product.html?item={item}")).await?;
        self.open_with_model("index.html").await?;
        self.wait_until_idle().await
    }

    /// Waits until the profile page has drawn the map and the storage panel.
    pub async fn wait_for_profile(&self) -> Result<()> {
        let wait = r#"
            const { shadowRoot } = document.querySelector("nearmind-profile");
            const drawn = () => shadowRoot.querySelector("[part=map-figure] circle") && shadowRoot.querySelector("[part=panel-storage]");
            while (!drawn()) await new Promise((next) => setTimeout(next, 50));"#;
        self.evaluate(wait, &[]).await?;
        Ok(())
    }

    /// Waits until a script finds an element, and clicks it as a visitor does.
    pub async fn click(&self, script: &str) -> Result<()> {
        // If the page is redrawn just now, the element is gone, and another one takes its place.
        for _ in 0..5 {
            if self.find(script).await?.click().await.is_ok() {
                return Ok(());
            }
        }
        Ok(self.find(script).await?.click().await?)
    }

    /// Waits until a script finds an element, and returns it.
    pub async fn find(&self, script: &str) -> Result<WebElement> {
        for _ in 0..MAX_TRIES {
            let found = self.browser.driver.execute(format!("return {script}"), Vec::new()).await?;
            if let Ok(element) = found.element() {
                return Ok(element);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("found no {script}")
    }

    /// Waits until a condition is true in the page.
    pub async fn wait_until(&self, condition: &str) -> Result<()> {
        let wait = format!(
            "for (let tries = 0; tries < {MAX_TRIES}; tries++) {{ if ({condition}) return true; await new Promise((next) => setTimeout(next, 50)); }} return false;"
        );
        anyhow::ensure!(self.evaluate(&wait, &[]).await? == true, "this did not become true: {condition}");
        Ok(())
    }

    /// Sends a key, by its WebDriver code, to the element that has the focus.
    pub async fn press(&self, key: char) -> Result<()> {
        self.browser.driver.action_chain().send_keys(key).perform().await?;
        Ok(())
    }

    /// Sends every kind of command that a visitor can cause without leaving the page.
    pub async fn use_every_feature(&self) -> Result<()> {
        let commands = r#"
            await client.track("wish", { text: "slow mornings with good coffee" });
            await client.search("tent for two", { limit: 10 });
            const item = shelf.shadowRoot.querySelector("li[data-item]").dataset.item;
            await client.track("like", { item });
            await client.undo("like", item);
            await client.track("dislike", { item });
            await client.profile();
            await client.forget();"#;
        self.with_client(commands, &[]).await?;
        Ok(())
    }

    /// Item and title of each card in the page's first shelf.
    pub async fn shown_cards(&self) -> Result<Vec<(String, String)>> {
        let cards = self
            .evaluate(
                r#"const cards = document.querySelector("nearmind-shelf").shadowRoot.querySelectorAll("li[data-item]");
                   return [...cards].map((card) => [card.dataset.item, card.querySelector("[part~=title]").textContent]);"#,
                &[],
            )
            .await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(cards.as_array().context("no cards")?.iter().map(|card| (text(&card[0]), text(&card[1]))).collect())
    }

    /// What [`RECORDER`] recorded under this name, such as `errors`.
    pub async fn records(&self, name: &str) -> Result<Value> {
        self.evaluate("return records[args[0]];", &[json!(name)]).await
    }
}

/// The strings of a JSON array.
pub fn to_strings(value: &Value) -> Result<Vec<String>> {
    let values = value.as_array().context("not an array")?;
    Ok(values.iter().map(|value| value.as_str().unwrap_or_default().to_owned()).collect())
}

/// The shop's products by id, from the source of its catalogue.
pub fn products() -> BTreeMap<String, Value> {
    let lines = fs::read_to_string(root().join("www/demo/shop/items.jsonl")).expect("cannot read the shop's products");
    let items = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("not a product"));
    items.map(|item| (item["id"].as_str().expect("no id").to_owned(), item)).collect()
}

/// A text field of a product in a language.
pub fn product_text(product: &Value, lang: &str, field: &str) -> String {
    product["words"][lang][field].as_str().unwrap_or_default().to_owned()
}
