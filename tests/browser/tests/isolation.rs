//! `isolation="strict"`: a worker that cannot speak to the network. The browser enforces it, the worker tries every way out
//! before it starts, and where one is open nothing starts.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use browser_tests::{
    Shop, Site,
    site::{Fault, altered_worker, page},
    visit_each,
};
use serde_json::json;

/// A strict policy with what isolation needs: workers and scripts that are blobs.
const POLICY: &str = "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self'; \
    style-src 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types nearmind";

const PAGE: &str = r#"<!doctype html><html lang="en"><title>A shop</title><script type="module" src="shelf.js"></script>
    <nearmind-shelf isolation="strict" catalog="catalog/" model="models/minilm/"><ul id="picks"><li>Ours</li></ul></nearmind-shelf>"#;

/// The page under a policy; a piece of our script may be another one.
fn shop(policy: &'static str, from: &'static str, to: &'static str) -> Site {
    let shop = page("/isolated.html", PAGE.into());
    let fault: Fault = Box::new(move |path, reply| {
        shop(path, reply);
        if path == "/isolated.html" {
            reply.headers.retain(|(name, _)| *name != "content-security-policy");
            reply.headers.push(("content-security-policy", policy.into()));
        }
        if path == "/isolated.js" {
            let script = String::from_utf8_lossy(&reply.body);
            assert!(script.contains(from), "isolated.js no longer has {from:?}");
            reply.body = script.replace(from, to).into_bytes();
        }
    });
    Site::with(fault)
}

/// The client that the page's shelf has.
const CLIENT: &str = "const { client } = document.querySelector('nearmind-shelf');";

async fn with_client(shop: &Shop, body: &str) -> Result<serde_json::Value> {
    shop.ask(&format!("{CLIENT} {body}"), &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_isolated_worker_recommends_and_every_way_out_is_shut() -> Result<()> {
    visit_each(
        || shop(POLICY, "", ""),
        async |shop: &Shop| {
            shop.open("isolated.html").await?;
            let device = "document.querySelector('nearmind-shelf').client.state.device";
            shop.until(device).await?;
            let tried = with_client(shop, "return client.state.isolated;").await?;
            let ways = ["fetch", "XMLHttpRequest", "import", "WebSocket", "EventSource", "Worker", "CacheStorage"];
            assert!(
                ways.iter().all(|way| tried.as_array().is_some_and(|tried| tried.contains(&json!(way)))),
                "{tried}"
            );
            // Nothing of it arrived: everything that did was asked for by the page, and each file once.
            let mut asked = shop.site.requests();
            asked.retain(|line| !line.contains("favicon") && !line.contains("csp-report") && !line.contains("/shop/"));
            asked.sort();
            let twice: Vec<_> = asked.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
            assert!(twice.is_empty(), "asked for twice: {twice:?}");
            assert!(asked.iter().any(|line| line.ends_with("/model.safetensors")));
            assert!(!asked.iter().any(|line| line.contains('?')), "no address carries anything: {asked:?}");

            // It learns, remembers, and asks for nothing more.
            let learned = r#"
            const first = (await client.recommend({ limit: 6 })).cards.map(({ item }) => item);
            await client.track("wish", { text: "waterproof jacket for cycling in the rain" });
            const { basis, cards } = await client.recommend({ limit: 6 });
            return [basis, cards.map(({ item }) => item).join() !== first.join()];"#;
            let before = shop.site.requests().len();
            assert_eq!(with_client(shop, learned).await?, json!(["profile", true]));
            let after = shop.site.requests().split_off(before);
            assert!(after.iter().all(|line| line.contains("/shop/") || line.contains("favicon")), "{after:?}");
            shop.open("isolated.html").await?;
            assert_eq!(with_client(shop, "return (await client.profile()).events.length;").await?, 1);
            shop.until(device).await?;
            let weights = shop.site.requests().iter().filter(|line| line.ends_with("/model.safetensors")).count();
            assert_eq!(weights, 1, "the files are kept as ever");
            Ok(())
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shelf_moves_into_isolation_and_out_of_it_at_run_time() -> Result<()> {
    const BOTH: &str = "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; \
        style-src 'self'; img-src 'self'";
    visit_each(
        || shop(BOTH, "", ""),
        async |shop: &Shop| {
            shop.open("isolated.html").await?;
            let moved = r#"
                const shelf = document.querySelector("nearmind-shelf");
                const isolated = shelf.client;
                const until = async (fits) => { while (!(await fits())) await new Promise((next) => setTimeout(next, 50)); };
                const other = (client) => until(() => shelf.client && shelf.client !== client && shelf.client.state.items);
                shelf.removeAttribute("isolation");
                await other(isolated);
                const open = shelf.client;
                await open.track("view_item", { item: "dripper-still" });
                shelf.setAttribute("isolation", "strict");
                await other(open);
                await until(async () => (await shelf.client.profile()).events.length === 1);
                return [open.state.isolated, shelf.client === isolated, isolated.state.isolated.length > 0, shelf.state];"#;
            assert_eq!(shop.ask(moved, &[]).await?, json!([null, true, true, "ready"]));
            Ok(())
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_way_out_is_open_nothing_starts() -> Result<()> {
    // Neither the page's policy nor ours forbids anything.
    let open = || shop("", "default-src 'none'; ", "");
    visit_each(open, async |shop: &Shop| {
        shop.goto("isolated.html").await?;
        assert_eq!(shop.settled().await?, "failed");
        let problem = with_client(shop, "return client.state.problem;").await?;
        assert_eq!(problem["code"], "isolation");
        assert!(problem["message"].as_str().is_some_and(|told| told.contains("fetch")), "{problem}");
        let own = "return document.getElementById('picks').checkVisibility({ visibilityProperty: true });";
        assert_eq!(shop.ask(own, &[]).await?, true);
        assert!(!shop.site.requests().iter().any(|line| line.contains("/models/")), "no file was handed over");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_without_blobs_is_named_and_the_shops_markup_stands() -> Result<()> {
    const STRICT: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'";
    visit_each(
        || shop(STRICT, "", ""),
        async |shop: &Shop| {
            shop.goto("isolated.html").await?;
            assert_eq!(shop.settled().await?, "failed");
            let message = with_client(shop, "return client.state.problem.message;").await?;
            assert!(message.as_str().is_some_and(|told| told.contains("worker-src blob:")), "{message}");
            Ok(())
        },
    )
    .await
}

/// A worker that puts what it knows into everything that it sends to the page.
const TALKATIVE: &str = r#"
    const send = self.postMessage.bind(self);
    self.postMessage = (message, ...more) => {
      for (const update of message?.updates ?? []) {
        if (update.type === "shelf") {
          for (const card of update.cards) Object.assign(card, { image: "/leak-image?secret", url: "https://elsewhere.example/?secret" });
        }
      }
      send(message, ...more);
    };
    self.fetch = ((own) => async (url, wishes) => {
      if (`${url}`.endsWith("manifest.json")) await own(url, { headers: { range: "bytes=31415926535-" } }).catch(() => {});
      return own(url, wishes);
    })(self.fetch);
    const starting = start();"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_isolated_worker_says_nothing_through_the_page() -> Result<()> {
    let arrived = Arc::new(AtomicUsize::new(0));
    let site = || {
        let ranges = arrived.clone();
        let (page, worker) =
            (page("/isolated.html", PAGE.into()), altered_worker("const starting = start();", TALKATIVE));
        Site::with(Box::new(move |path, reply| {
            page(path, reply);
            if path == "/isolated.html" {
                reply.headers.retain(|(name, _)| *name != "content-security-policy");
                reply.headers.push(("content-security-policy", POLICY.into()));
            }
            worker(path, reply);
            // A range that reached the server is answered by one of these.
            if path.ends_with("manifest.json") && [206, 416].contains(&reply.status) {
                ranges.fetch_add(1, Ordering::Relaxed);
            }
        }))
    };
    visit_each(site, async |shop: &Shop| {
        shop.open("isolated.html").await?;
        let drawn = r#"
            const { shadowRoot } = document.querySelector("nearmind-shelf");
            return [shadowRoot.querySelectorAll("img").length, shadowRoot.querySelectorAll("a[href]").length,
              shadowRoot.querySelectorAll("[part~=link]").length > 0];"#;
        assert_eq!(shop.ask(drawn, &[]).await?, json!([0, 0, true]));
        let asked = shop.site.requests();
        assert!(!asked.iter().any(|line| line.contains("secret") || line.contains("leak")), "{asked:?}");
        assert_eq!(arrived.load(Ordering::Relaxed), 0, "a number of the worker's arrived as a range");
        Ok(())
    })
    .await
}
