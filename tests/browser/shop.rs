//! The demo shop as a visitor uses it, and what a test reads off its pages.

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

/// Collects, in every page, what the tests ask for later.
const WATCH: &str = r#"
    window.seen = { violations: [], tasks: [], errors: [], workers: [] };
    addEventListener("securitypolicyviolation", (event) => seen.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
    addEventListener("error", (event) => seen.errors.push(String(event.message)));
    addEventListener("unhandledrejection", (event) => seen.errors.push(String(event.reason)));
    addEventListener("nearmind-ready", () => (seen.ready ??= performance.now()));
    window.Worker = class extends Worker {
      constructor(...given) {
        super(...given);
        performance.mark("worker");
        this.addEventListener("message", ({ data }) =>
          data.updates?.some(({ type }) => type === "model-ready") && (seen.model ??= performance.now()));
      }
    };
    addEventListener("nearmind-error", (event) => seen.errors.push(event.detail.code));
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((task) => [task.startTime, task.duration])))
      .observe({ type: "longtask", buffered: true });
"#;

/// The client that the page's own elements use: the same options give the same one.
const CLIENT: &str = r#"
    const { Nearmind } = await import(new URL("nearmind.js", document.baseURI));
    const shelf = document.querySelector("nearmind-shelf, nearmind-profile");
    const client = Nearmind.open({
      catalog: shelf.getAttribute("catalog"), model: shelf.getAttribute("model"),
      device: shelf.getAttribute("device") ?? "auto", lang: document.documentElement.lang || "en",
    });
"#;

/// Together, longer than SwiftShader needs for its proof on a busy machine.
const SLICES: u32 = 10;
const SLICE_MS: u32 = 30_000;

/// Of a twentieth of a second each. A condition that comes to hold ends the waiting; a busy machine may take its time.
pub(crate) const PATIENT_TRIES: u32 = 1200;

pub struct Shop {
    pub site: Site,
    pub browser: Browser,
}

/// A visit to a site, with a browser that is closed however the visit ends.
pub async fn visit(site: Site, gpu: Gpu, flags: &[&str], body: impl AsyncFnOnce(&Shop) -> Result<()>) -> Result<()> {
    visit_with(Shop { site, browser: Browser::start(gpu, flags, WATCH).await? }, body).await
}

/// See [`crate::tasks`].
pub(crate) async fn visit_traced(site: Site, body: impl AsyncFnOnce(&Shop) -> Result<()>) -> Result<()> {
    visit_with(Shop { site, browser: Browser::traced(WATCH).await? }, body).await
}

/// A visit in each browser, each to a site of its own; for what needs no WebGPU.
pub async fn visit_each(site: impl Fn() -> Site, body: impl AsyncFn(&Shop) -> Result<()>) -> Result<()> {
    visit(site(), Gpu::None, &[], &body).await?;
    let site = site();
    site.watch(WATCH);
    visit_firefox(site, &[], &body).await
}

/// The same by somebody who asks not to be tracked: Firefox has a setting for that, Chromium extensions, as which a script
/// acts here.
pub async fn visit_each_private(site: impl Fn() -> Site, body: impl AsyncFn(&Shop) -> Result<()>) -> Result<()> {
    let asks = "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });";
    let browser = Browser::start(Gpu::None, &[], &format!("{WATCH} {asks}")).await?;
    visit_with(Shop { site: site(), browser }, &body).await?;
    let site = site();
    site.watch(WATCH);
    let settings = ["privacy.globalprivacycontrol.enabled", "privacy.globalprivacycontrol.functionality.enabled"];
    visit_firefox(site, &settings, &body).await
}

/// The same to a site that checks its own pages, byte by byte: in Firefox nothing is watched.
pub async fn visit_each_unwatched(site: impl Fn() -> Site, body: impl AsyncFn(&Shop) -> Result<()>) -> Result<()> {
    visit(site(), Gpu::None, &[], &body).await?;
    visit_firefox(site(), &[], &body).await
}

async fn visit_firefox(site: Site, settings: &[&str], body: impl AsyncFnOnce(&Shop) -> Result<()>) -> Result<()> {
    visit_with(Shop { site, browser: Browser::firefox(settings).await? }, body).await.context("in Firefox")
}

async fn visit_with(shop: Shop, body: impl AsyncFnOnce(&Shop) -> Result<()>) -> Result<()> {
    let mut visit = pin!(body(&shop));
    let ended = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| visit.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(outcome)) => Poll::Ready(Ok(outcome)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await;
    if !matches!(ended, Ok(Ok(()))) {
        eprintln!("in {:?}", shop.browser.program);
        eprintln!("requests:\n  {}", shop.site.requests().join("\n  "));
        eprintln!("console:\n  {}", shop.browser.console().await.join("\n  "));
    }
    shop.browser.end().await?;
    ended.unwrap_or_else(|panic| resume_unwind(panic))
}

impl Shop {
    /// Opens a page. The driver may answer while an empty document stands in its place: what is asked next would find
    /// nothing there.
    pub async fn goto(&self, path: &str) -> Result<()> {
        self.browser.driver.goto(self.site.url(path)).await?;
        let stands = r#"
            const stands = () => document.readyState !== "loading" && document.body?.childElementCount;
            for (let tries = 0; tries < 40 && !stands(); tries++) await new Promise((next) => setTimeout(next, 50));"#;
        // A document that goes away answers with an error: then the page is there.
        self.ask(stands, &[]).await.ok();
        Ok(())
    }

    /// Opens a page, and waits for its first recommendations.
    pub async fn open(&self, path: &str) -> Result<()> {
        self.goto(path).await?;
        let state = self.settled().await?;
        anyhow::ensure!(state == "ready", "{path} shows no recommendations, it has {state}");
        Ok(())
    }

    /// The same, and waits until the model answers, too.
    pub async fn open_whole(&self, path: &str) -> Result<()> {
        self.open(path).await?;
        self.device().await?;
        Ok(())
    }

    /// See [`Browser::ask`].
    pub async fn ask(&self, body: &str, arguments: &[Value]) -> Result<Value> {
        self.browser.ask(body, arguments).await
    }

    /// Runs with `client` at hand.
    pub async fn with_client(&self, body: &str, arguments: &[Value]) -> Result<Value> {
        self.ask(&format!("{CLIENT} {body}"), arguments).await
    }

    /// Waits for the shelf's state and gives it back: `ready` or `failed`.
    pub async fn settled(&self) -> Result<String> {
        let state = self
            .ask(
                r#"const shelf = document.querySelector("nearmind-shelf");
                   const settled = () => ["ready", "failed"].includes(shelf.getAttribute("state"));
                   if (!settled()) await new Promise((done) =>
                     new MutationObserver(() => settled() && done()).observe(shelf, { attributeFilter: ["state"] }));
                   return shelf.getAttribute("state");"#,
                &[],
            )
            .await?;
        Ok(state.as_str().context("a state")?.to_owned())
    }

    /// Waits until the model answers, and gives back where it runs and why.
    pub async fn device(&self) -> Result<Value> {
        self.with_client(
            r#"client.start();
               if (!client.state.device && !client.state.problem) await new Promise((done) => client.subscribe((update) =>
                 (update.type === "model-ready" || (update.type === "error" && update.fatal)) && done()));
               if (client.state.problem) throw new Error(client.state.problem.message);
               return client.state.device;"#,
            &[],
        )
        .await
    }

    /// Waits until the GPU was tried too, and gives back where the encoder runs and why.
    pub async fn decided(&self) -> Result<Value> {
        self.device_where("device.reason.code !== 'untried'", &[]).await
    }

    /// Waits until the page was told this device and a reason with these words.
    pub async fn reported(&self, device: &str, reason: &str) -> Result<Value> {
        let is_it = "device.device === given[0] && device.reason.code === given[1]";
        self.device_where(is_it, &[json!(device), json!(reason)]).await
    }

    async fn device_where(&self, condition: &str, arguments: &[Value]) -> Result<Value> {
        let script = format!(
            r#"client.start();
               const fits = () => client.state.problem || (client.state.device && is_it(client.state.device));
               const is_it = (device) => {condition};
               const slice = new Promise((late) => setTimeout(late, {SLICE_MS}));
               if (!fits()) await Promise.race([slice, new Promise((done) => client.subscribe(() => fits() && done()))]);
               if (client.state.problem) throw new Error(client.state.problem.message);
               return [Boolean(fits()), client.state.device];"#
        );
        // In slices: the driver's own patience ends after two minutes.
        let mut answer = Value::Null;
        for _ in 0..SLICES {
            answer = self.with_client(&script, arguments).await?;
            if answer[0] == true {
                return Ok(answer[1].take());
            }
        }
        bail!("the device stayed {}", answer[1])
    }

    /// Waits for a problem that stops the shelf, and gives back what the page says of it.
    pub async fn problem(&self) -> Result<String> {
        let told = r#"client.start();
            if (!client.state.problem) await new Promise((done) => client.subscribe(() => client.state.problem && done()));
            return client.state.problem.message;"#;
        let told = self.with_client(told, &[]).await?;
        Ok(told.as_str().context("a message")?.to_owned())
    }

    /// Waits until the worker has nothing left to say and the page has drawn it.
    pub async fn idle(&self) -> Result<()> {
        let quiet = r#"
            let last = performance.now();
            const stop = client.subscribe(() => (last = performance.now()));
            while (performance.now() - last < 1000) await new Promise((next) => setTimeout(next, 100));
            stop();"#;
        self.with_client(quiet, &[]).await?;
        Ok(())
    }

    /// The items of the "for you" list with their scores, best first, as the worker ranks them now.
    pub async fn ranked(&self, limit: usize) -> Result<Vec<(String, f64)>> {
        let ranked = r#"
            const [limit] = given;
            const request = { kind: "for-you", item: null, limit, lang: document.documentElement.lang || "en" };
            const updates = await client.openShelf("test", request);
            client.closeShelf("test");
            return updates.find((update) => update.type === "shelf").cards.map(({ item, score }) => [item, score]);"#;
        let cards = self.with_client(ranked, &[json!(limit)]).await?;
        let card = |card: &Value| Some((card[0].as_str()?.to_owned(), card[1].as_f64()?));
        cards.as_array().and_then(|cards| cards.iter().map(card).collect()).context("cards")
    }

    /// The items of [`Shop::ranked`].
    pub async fn for_you(&self, limit: usize) -> Result<Vec<String>> {
        Ok(self.ranked(limit).await?.into_iter().map(|(item, _)| item).collect())
    }

    /// The home page of a visitor who has viewed this product, when the model has marked its words.
    pub async fn home_after(&self, item: &str) -> Result<()> {
        self.open(&format!("product.html?item={item}")).await?;
        self.open_whole("index.html").await?;
        self.idle().await
    }

    /// Waits until the page of the profile has drawn everything, the map too.
    pub async fn profile_drawn(&self) -> Result<()> {
        let drawn = r#"
            const { shadowRoot } = document.querySelector("nearmind-profile");
            const done = () => shadowRoot.querySelector("[part=map-figure] circle") && shadowRoot.querySelector("[part=panel-storage]");
            while (!done()) await new Promise((next) => setTimeout(next, 50));"#;
        self.ask(drawn, &[]).await?;
        Ok(())
    }

    /// Clicks, as a visitor does, what a script finds; waits until it is there.
    pub async fn click(&self, script: &str) -> Result<()> {
        // A page that draws again at this moment has another button in its place.
        for _ in 0..5 {
            if self.find(script).await?.click().await.is_ok() {
                return Ok(());
            }
        }
        Ok(self.find(script).await?.click().await?)
    }

    /// What a script finds, once it is there.
    pub async fn find(&self, script: &str) -> Result<WebElement> {
        for _ in 0..PATIENT_TRIES {
            let found = self.browser.driver.execute(format!("return {script}"), Vec::new()).await?;
            if let Ok(element) = found.element() {
                return Ok(element);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("there is no {script}")
    }

    /// Waits until a condition holds in the page.
    pub async fn until(&self, condition: &str) -> Result<()> {
        let wait = format!(
            "for (let tries = 0; tries < {PATIENT_TRIES}; tries++) {{ if ({condition}) return true; await new Promise((next) => setTimeout(next, 50)); }} return false;"
        );
        anyhow::ensure!(self.ask(&wait, &[]).await? == true, "this never held: {condition}");
        Ok(())
    }

    /// A key, as WebDriver names it, to whatever has the focus.
    pub async fn press(&self, key: char) -> Result<()> {
        self.browser.driver.action_chain().send_keys(key).perform().await?;
        Ok(())
    }

    /// Everything that a visitor does without leaving the page.
    pub async fn use_all(&self) -> Result<()> {
        let deeds = r#"
            await client.track("wish", { text: "slow mornings with good coffee" });
            await client.search("tent for two", { limit: 10 });
            const item = shelf.shadowRoot.querySelector("li[data-item]").dataset.item;
            await client.track("like", { item });
            await client.undo("like", item);
            await client.track("dislike", { item });
            await client.profile();
            await client.forget();"#;
        self.with_client(deeds, &[]).await?;
        Ok(())
    }

    /// The cards that the first shelf of the page shows: item and title.
    pub async fn shown(&self) -> Result<Vec<(String, String)>> {
        let cards = self
            .ask(
                r#"const cards = document.querySelector("nearmind-shelf").shadowRoot.querySelectorAll("li[data-item]");
                   return [...cards].map((card) => [card.dataset.item, card.querySelector("[part~=title]").textContent]);"#,
                &[],
            )
            .await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(cards.as_array().context("cards")?.iter().map(|card| (text(&card[0]), text(&card[1]))).collect())
    }

    /// What [`WATCH`] collected under a name.
    pub async fn seen(&self, what: &str) -> Result<Value> {
        self.ask("return seen[given[0]];", &[json!(what)]).await
    }
}

pub fn strings(value: &Value) -> Result<Vec<String>> {
    let all = value.as_array().context("a list")?;
    Ok(all.iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect())
}

/// The shop's products by id, as the source of the catalogue has them.
pub fn products() -> BTreeMap<String, Value> {
    let lines = fs::read_to_string(root().join("www/demo/shop/items.jsonl")).expect("the shop's products");
    let items = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a product"));
    items.map(|item| (item["id"].as_str().expect("an id").to_owned(), item)).collect()
}

/// A text of a product in a language.
pub fn words(product: &Value, lang: &str, field: &str) -> String {
    product["words"][lang][field].as_str().unwrap_or_default().to_owned()
}
