//! `isolation="strict"`: a worker that cannot reach the network. The browser enforces it, the worker tries every way
//! out before it starts, and it doesn't start if one is open.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use anyhow::Result;
use browser_tests::{
    Shop, Site,
    site::{Interceptor, add_file, replace_in_worker},
    visit_in_each_browser,
};
use serde_json::json;

/// A strict policy that allows what isolation needs: workers and scripts from blobs.
const POLICY: &str = "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self'; \
    style-src 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types nearmind";

const PAGE: &str = r#"<!doctype html><html lang="en"><title>A shop</title><script type="module" src="shelf.js"></script>
    <nearmind-shelf isolation="strict" catalog="catalog/" model="models/minilm/"><ul id="picks"><li>Ours</li></ul></nearmind-shelf>"#;

/// A site with the page under this policy, and with a part of isolated.js replaced.
fn shop(policy: &'static str, from: &'static str, to: &'static str) -> Site {
    let add_page = add_file("/isolated.html", PAGE.into());
    let interceptor: Interceptor = Box::new(move |path, reply| {
        add_page(path, reply);
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
    Site::with_interceptor(interceptor)
}

/// The client of the page's shelf.
const CLIENT: &str = "const { client } = document.querySelector('nearmind-shelf');";

async fn with_client(shop: &Shop, body: &str) -> Result<serde_json::Value> {
    shop.evaluate(&format!("{CLIENT} {body}"), &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_isolated_worker_recommends_and_cannot_reach_out() -> Result<()> {
    visit_in_each_browser(
        || shop(POLICY, "", ""),
        async |shop: &Shop| {
            shop.open("isolated.html").await?;
            with_client(shop, "await client.prepare();").await?;
            let blocked = with_client(shop, "return client.state.isolated;").await?;
            let ways = ["fetch", "XMLHttpRequest", "import", "WebSocket", "EventSource", "Worker", "CacheStorage"];
            assert!(
                ways.iter().all(|way| blocked.as_array().is_some_and(|blocked| blocked.contains(&json!(way)))),
                "{blocked}"
            );
            // The attempts reached no server: there are only the page's requests, one for each file.
            let mut requests = shop.site.requests();
            requests
                .retain(|line| !line.contains("favicon") && !line.contains("csp-report") && !line.contains("/shop/"));
            requests.sort();
            let repeated: Vec<_> = requests.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
            assert!(repeated.is_empty(), "requested twice: {repeated:?}");
            assert!(requests.iter().any(|line| line.ends_with("/model.safetensors")));
            assert!(!requests.iter().any(|line| line.contains('?')), "a URL has a query: {requests:?}");

            // The worker learns and remembers without further requests.
            let learn = r#"
            const first = (await client.recommend({ limit: 6 })).cards.map(({ item }) => item);
            await client.track("wish", { text: "waterproof jacket for cycling in the rain" });
            const { basis, cards } = await client.recommend({ limit: 6 });
            return [basis, cards.map(({ item }) => item).join() !== first.join()];"#;
            let before = shop.site.requests().len();
            assert_eq!(with_client(shop, learn).await?, json!(["profile", true]));
            let after = shop.site.requests().split_off(before);
            assert!(after.iter().all(|line| line.contains("/shop/") || line.contains("favicon")), "{after:?}");
            shop.open("isolated.html").await?;
            assert_eq!(with_client(shop, "return (await client.profile()).events.length;").await?, 1);
            with_client(shop, "await client.prepare();").await?;
            let weights = shop.site.requests().iter().filter(|line| line.ends_with("/model.safetensors")).count();
            assert_eq!(weights, 1, "the files must be cached");
            Ok(())
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn isolation_can_be_turned_on_and_off_at_run_time() -> Result<()> {
    const BOTH: &str = "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; \
        style-src 'self'; img-src 'self'";
    visit_in_each_browser(
        || shop(BOTH, "", ""),
        async |shop: &Shop| {
            shop.open("isolated.html").await?;
            let toggle = r#"
                const shelf = document.querySelector("nearmind-shelf");
                const isolated = shelf.client;
                const until = async (condition) => { while (!(await condition())) await new Promise((next) => setTimeout(next, 50)); };
                const clientAfter = (client) => until(() => shelf.client && shelf.client !== client && shelf.client.state.items);
                shelf.removeAttribute("isolation");
                await clientAfter(isolated);
                const open = shelf.client;
                await open.track("view_item", { item: "dripper-still" });
                shelf.setAttribute("isolation", "strict");
                await clientAfter(open);
                await until(async () => (await shelf.client.profile()).events.length === 1);
                return [open.state.isolated, shelf.client === isolated, isolated.state.isolated.length > 0, shelf.state];"#;
            assert_eq!(shop.evaluate(toggle, &[]).await?, json!([null, true, true, "ready"]));
            Ok(())
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_starts_if_a_way_out_is_open() -> Result<()> {
    // Neither the page's policy nor that of the worker forbids anything.
    let open = || shop("", "default-src 'none'; ", "");
    visit_in_each_browser(open, async |shop: &Shop| {
        shop.goto("isolated.html").await?;
        assert_eq!(shop.wait_for_shelf().await?, "failed");
        let problem = with_client(shop, "return client.state.problem;").await?;
        assert_eq!(problem["code"], "isolation");
        assert!(problem["message"].as_str().is_some_and(|message| message.contains("fetch")), "{problem}");
        let own_markup_visible =
            "return document.getElementById('picks').checkVisibility({ visibilityProperty: true });";
        assert_eq!(shop.evaluate(own_markup_visible, &[]).await?, true);
        assert!(
            !shop.site.requests().iter().any(|line| line.contains("/models/")),
            "a file of the model was downloaded"
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_without_blobs_is_reported() -> Result<()> {
    const STRICT: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'";
    visit_in_each_browser(
        || shop(STRICT, "", ""),
        async |shop: &Shop| {
            shop.goto("isolated.html").await?;
            assert_eq!(shop.wait_for_shelf().await?, "failed");
            let message = with_client(shop, "return client.state.problem.message;").await?;
            assert!(message.as_str().is_some_and(|message| message.contains("worker-src blob:")), "{message}");
            Ok(())
        },
    )
    .await
}

/// A worker that tries to leak data by what it sends to the page: URLs of cards, and ranges of requests.
const LEAKING_WORKER: &str = r#"
    const send = self.postMessage.bind(self);
    self.postMessage = (message, ...more) => {
      for (const update of message?.updates ?? []) {
        if (update.type === "shelf") {
          for (const card of update.cards) Object.assign(card, { image: "/leak-image?secret", url: "https://elsewhere.example/?secret" });
        }
      }
      send(message, ...more);
    };
    self.fetch = ((own) => async (url, options) => {
      if (`${url}`.endsWith("manifest.json")) await own(url, { headers: { range: "bytes=31415926535-" } }).catch(() => {});
      return own(url, options);
    })(self.fetch);
    const starting = start();"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_isolated_worker_leaks_nothing_through_the_page() -> Result<()> {
    let range_requests = Arc::new(AtomicUsize::new(0));
    let site = || {
        let count = range_requests.clone();
        let (add_page, replace_worker) =
            (add_file("/isolated.html", PAGE.into()), replace_in_worker("const starting = start();", LEAKING_WORKER));
        Site::with_interceptor(Box::new(move |path, reply| {
            add_page(path, reply);
            if path == "/isolated.html" {
                reply.headers.retain(|(name, _)| *name != "content-security-policy");
                reply.headers.push(("content-security-policy", POLICY.into()));
            }
            replace_worker(path, reply);
            // The server answers a request for a range with one of these.
            if path.ends_with("manifest.json") && [206, 416].contains(&reply.status) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }))
    };
    visit_in_each_browser(site, async |shop: &Shop| {
        shop.open("isolated.html").await?;
        let count_links = r#"
            const { shadowRoot } = document.querySelector("nearmind-shelf");
            return [shadowRoot.querySelectorAll("img").length, shadowRoot.querySelectorAll("a[href]").length,
              shadowRoot.querySelectorAll("[part~=link]").length > 0];"#;
        assert_eq!(shop.evaluate(count_links, &[]).await?, json!([0, 0, true]));
        let requests = shop.site.requests();
        assert!(!requests.iter().any(|line| line.contains("secret") || line.contains("leak")), "{requests:?}");
        assert_eq!(range_requests.load(Ordering::Relaxed), 0, "a number from the worker reached the server as a range");
        Ok(())
    })
    .await
}
