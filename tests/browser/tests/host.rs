//! Nearmind in a shop: it reads the events in the page's data, and every kind of hosting in the guide works: the same
//! origin, another origin, a sub-path, and a host without special headers.

use anyhow::Result;
use browser_tests::{Gpu, Shop, Site, site::Interceptor, visit, visit_in_each_browser};
use serde_json::{Value, json};

/// Waits until the profile has events, and returns them.
async fn wait_for_events(shop: &Shop) -> Result<Value> {
    let wait = r#"
        const { client } = document.querySelector("nearmind-shelf");
        // The page's events are read after the first cards are shown.
        while (!(await client.profile()).events.length) await new Promise((next) => setTimeout(next, 50));
        return (await client.profile()).events.map(({ event }) => `${event.name} ${event.item ?? event.text}`);"#;
    shop.evaluate(wait, &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn json_ld_of_a_product_page_is_a_view_of_the_product() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open("examples/plain.html").await?;
        assert_eq!(wait_for_events(shop).await?, json!(["view_item rain-jacket-squall"]));
        let heading = r#"return document.querySelector("nearmind-shelf").shadowRoot.querySelector("[part=heading]").textContent;"#;
        assert!(shop.evaluate(heading, &[]).await?.as_str().is_some_and(|text| text.contains("Squall")));
        Ok(())
    })
    .await
}

/// Uses the pages that tests/feeds/formats.rs imports, with the ids that their items have there.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_and_a_feed_of_it_give_a_product_the_same_id() -> Result<()> {
    const PAGES: [(&str, &str); 3] = [
        ("lamp-1", include_str!("../../feeds/samples/page.html")),
        ("tea", include_str!("../../feeds/samples/group.html")),
        // A page of one variant.
        (
            "tea",
            r#"<script type="application/ld+json">{"@type":"https://schema.org/Product","sku":"tea-50","inProductGroupWithID":"tea"}</script>"#,
        ),
    ];
    // Loaded by XMLHttpRequest, because the page's policy forbids parsing strings as HTML.
    let read_ids = r#"
        const { productOf } = await import(new URL("page-events.js", document.baseURI));
        const load = (url) => new Promise((resolve, reject) => {
          const request = new XMLHttpRequest();
          Object.assign(request, { responseType: "document", onload: () => resolve(request.response), onerror: reject });
          request.open("GET", url);
          request.send();
        });
        return Promise.all(args.map(async (url) => productOf(await load(url))));"#;
    let site = || {
        Site::with_interceptor(Box::new(|path, reply| {
            let number = path.strip_prefix("/baked-page-").and_then(|path| path.parse::<usize>().ok());
            if let Some((_, page)) = number.and_then(|number| PAGES.get(number)) {
                reply.status = 200;
                reply.headers = vec![("content-type", "text/html; charset=utf-8".into())];
                reply.body = page.as_bytes().to_vec();
            }
        }))
    };
    visit_in_each_browser(site, async |shop: &Shop| {
        shop.goto("index.html").await?;
        let pages: Vec<_> = (0..PAGES.len()).map(|number| json!(format!("baked-page-{number}"))).collect();
        assert_eq!(shop.evaluate(read_ids, &pages).await?, json!(PAGES.map(|(id, _)| id)));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_and_later_data_layer_events_are_read() -> Result<()> {
    // The page pushes these events before our script runs.
    let early = r#"<script src="early-layer.js"></script><script type="module" src="../shelf.js">"#;
    let layer = "window.dataLayer = [{ event: 'view_item', ecommerce: { items: [{ item_id: 'dripper-still' }] } }];
                 window.gtag = function () { dataLayer.push(arguments); };
                 gtag('js', new Date()); gtag('event', 'search', { search_term: 'coffee' });";
    let add_layer: Interceptor = Box::new(move |path, reply| {
        if path.ends_with("strict.html") {
            let page =
                String::from_utf8_lossy(&reply.body).replace("<script type=\"module\" src=\"../shelf.js\">", early);
            reply.body = page.into_bytes();
        }
        if path.ends_with("early-layer.js") {
            reply.status = 200;
            reply.headers = vec![("content-type", "text/javascript".into())];
            reply.body = layer.as_bytes().to_vec();
        }
    });
    visit(Site::with_interceptor(add_layer), Gpu::None, &[], async |shop| {
        shop.open("examples/strict.html").await?;
        let push = r#"
            gtag("event", "add_to_cart", { currency: "USD", items: [{ item_id: "dripper-still" }, { id: "teapot-zisha" }] });
            const length = dataLayer.push({ event: "view_item", ecommerce: { items: [{ item_id: "dripper-still" }] } }, { event: "gtm.click" });
            dataLayer.push({ event: "purchase", ecommerce: { transaction_id: "T1", items: [{ item_id: 17 }] } }, null, "odd", { event: "view_item" });
            return [length, dataLayer.length];"#;
        assert_eq!(shop.evaluate(push, &[]).await?, json!([6, 10]));
        let expected = ["view_item dripper-still", "search coffee", "add_to_cart dripper-still", "add_to_cart teapot-zisha", "purchase 17"];
        assert_eq!(wait_for_events(shop).await?, json!(expected));
        assert_eq!(shop.records("errors").await?, json!([]));
        Ok(())
    })
    .await
}

/// A page that loads everything of Nearmind from the origin `elsewhere`, with these attributes for the worker.
fn add_foreign_shop(worker: &'static str, elsewhere: String) -> Interceptor {
    Box::new(move |path, reply| {
        let (content_type, body) = match path {
            "/shop.html" => (
                "text/html",
                format!(
                    r#"<!doctype html><html lang="en"><title>A shop</title><script type="module" src="{elsewhere}/shelf.js"></script>
                   <nearmind-shelf {worker} catalog="{elsewhere}/catalog/" model="{elsewhere}/models/minilm/"><ul id="picks"><li>Ours</li></ul></nearmind-shelf>"#
                ),
            ),
            "/nearmind-worker.js" => ("text/javascript", format!("import \"{elsewhere}/worker.js\";")),
            _ => return,
        };
        reply.status = 200;
        reply.body = body.into_bytes();
        let policy = format!(
            "default-src 'none'; script-src 'self' {elsewhere} 'wasm-unsafe-eval'; worker-src 'self' {elsewhere}; \
             connect-src {elsewhere}; style-src 'self'; img-src data:; require-trusted-types-for 'script'; trusted-types nearmind"
        );
        reply.headers = vec![("content-type", content_type.into()), ("content-security-policy", policy)];
    })
}

/// Adds the header that lets other origins load the files.
fn allow_other_origins() -> Interceptor {
    Box::new(|_, reply| reply.headers.push(("access-control-allow-origin", "*".into())))
}

#[tokio::test(flavor = "multi_thread")]
async fn another_origin_works_with_a_worker_script_on_the_shop() -> Result<()> {
    let elsewhere = Site::with_interceptor(allow_other_origins());
    let shop = Site::with_interceptor(add_foreign_shop(
        r#"worker="nearmind-worker.js""#,
        elsewhere.url("").trim_end_matches('/').into(),
    ));
    visit(shop, Gpu::None, &[], async |shop| {
        shop.open("shop.html").await?;
        assert_eq!(shop.records("violations").await?, json!([]));
        let own_requests: Vec<_> = shop.site.requests().into_iter().filter(|line| !line.contains("favicon")).collect();
        assert_eq!(own_requests, ["GET /shop.html", "GET /nearmind-worker.js"], "all else comes from the other origin");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_that_worker_script_an_error_says_what_to_do() -> Result<()> {
    let elsewhere = Site::with_interceptor(allow_other_origins());
    let shop = Site::with_interceptor(add_foreign_shop("", elsewhere.url("").trim_end_matches('/').into()));
    visit(shop, Gpu::None, &[], async |shop| {
        shop.goto("shop.html").await?;
        assert_eq!(shop.wait_for_shelf().await?, "failed");
        let state = r#"return [document.getElementById("picks").checkVisibility({ visibilityProperty: true }),
                             document.querySelector("nearmind-shelf").client.state.problem.message];"#;
        let state = shop.evaluate(state, &[]).await?;
        assert_eq!(state[0], true, "the shop's own markup is hidden");
        assert!(state[1].as_str().is_some_and(|message| message.contains("on the page's own origin")), "{state}");
        assert!(shop.browser.console().await.iter().any(|line| line.contains("on the page's own origin")));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sub_path_without_special_headers_works() -> Result<()> {
    let drop_headers =
        || -> Interceptor { Box::new(|_, reply| reply.headers.retain(|(name, _)| *name == "content-type")) };
    visit_in_each_browser(
        || Site::at_path("/deep/shop", drop_headers()),
        async |shop: &Shop| {
            shop.open_with_model("deep/shop/index.html").await?;
            assert_eq!(shop.records("errors").await?, json!([]));
            let outside: Vec<_> =
                shop.site.requests().into_iter().filter(|line| !line.starts_with("GET /deep/shop/")).collect();
            assert_eq!(outside, Vec::<String>::new(), "files are requested outside the sub-path");
            Ok(())
        },
    )
    .await
}
