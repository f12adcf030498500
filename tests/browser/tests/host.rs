//! How Nearmind gets into a shop: what its page says of itself is heard, and every way of hosting works that the guide
//! names: the same origin, another one, a sub-path, and a host without special headers.

use anyhow::Result;
use browser_tests::{Gpu, Shop, Site, site::Fault, visit, visit_each};
use serde_json::{Value, json};

async fn events(shop: &Shop) -> Result<Value> {
    let told = r#"
        const { client } = document.querySelector("nearmind-shelf");
        // The page is heard after the first cards stand.
        while (!(await client.profile()).events.length) await new Promise((next) => setTimeout(next, 50));
        return (await client.profile()).events.map(({ event }) => `${event.name} ${event.item ?? event.text}`);"#;
    shop.ask(told, &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_json_ld_says_what_it_is_about_and_the_shelf_follows() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.open("examples/plain.html").await?;
        assert_eq!(events(shop).await?, json!(["view_item rain-jacket-squall"]));
        let heading = r#"return document.querySelector("nearmind-shelf").shadowRoot.querySelector("[part=heading]").textContent;"#;
        assert!(shop.ask(heading, &[]).await?.as_str().is_some_and(|text| text.contains("Squall")));
        Ok(())
    })
    .await
}

/// The same pages as tests/feeds/formats.rs bakes, and the ids that the items have there.
#[tokio::test(flavor = "multi_thread")]
async fn the_product_of_a_page_is_the_item_that_a_bake_of_the_page_makes() -> Result<()> {
    const PAGES: [(&str, &str); 3] = [
        ("lamp-1", include_str!("../../feeds/samples/page.html")),
        ("tea", include_str!("../../feeds/samples/group.html")),
        // The page of one variant.
        (
            "tea",
            r#"<script type="application/ld+json">{"@type":"https://schema.org/Product","sku":"tea-50","inProductGroupWithID":"tea"}</script>"#,
        ),
    ];
    // Read as documents of their own: the policy of the page that looks forbids to make them of strings.
    let look = r#"
        const { productOf } = await import(new URL("page-events.js", document.baseURI));
        const load = (url) => new Promise((resolve, reject) => {
          const request = new XMLHttpRequest();
          Object.assign(request, { responseType: "document", onload: () => resolve(request.response), onerror: reject });
          request.open("GET", url);
          request.send();
        });
        return Promise.all(given.map(async (url) => productOf(await load(url))));"#;
    let site = || {
        Site::with(Box::new(|path, reply| {
            let number = path.strip_prefix("/baked-page-").and_then(|path| path.parse::<usize>().ok());
            if let Some((_, page)) = number.and_then(|number| PAGES.get(number)) {
                reply.status = 200;
                reply.headers = vec![("content-type", "text/html; charset=utf-8".into())];
                reply.body = page.as_bytes().to_vec();
            }
        }))
    };
    visit_each(site, async |shop: &Shop| {
        shop.goto("index.html").await?;
        let pages: Vec<_> = (0..PAGES.len()).map(|number| json!(format!("baked-page-{number}"))).collect();
        assert_eq!(shop.ask(look, &pages).await?, json!(PAGES.map(|(id, _)| id)));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_layer_is_heard_past_and_future_in_both_its_forms_and_goes_on_to_work() -> Result<()> {
    // What a page pushes before our script runs.
    let early = r#"<script src="early-layer.js"></script><script type="module" src="../shelf.js">"#;
    let layer = "window.dataLayer = [{ event: 'view_item', ecommerce: { items: [{ item_id: 'dripper-still' }] } }];
                 window.gtag = function () { dataLayer.push(arguments); };
                 gtag('js', new Date()); gtag('event', 'search', { search_term: 'coffee' });";
    let fault: Fault = Box::new(move |path, reply| {
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
    visit(Site::with(fault), Gpu::None, &[], async |shop| {
        shop.open("examples/strict.html").await?;
        let later = r#"
            gtag("event", "add_to_cart", { currency: "USD", items: [{ item_id: "dripper-still" }, { id: "teapot-zisha" }] });
            const length = dataLayer.push({ event: "view_item", ecommerce: { items: [{ item_id: "dripper-still" }] } }, { event: "gtm.click" });
            dataLayer.push({ event: "purchase", ecommerce: { transaction_id: "T1", items: [{ item_id: 17 }] } }, null, "odd", { event: "view_item" });
            return [length, dataLayer.length];"#;
        assert_eq!(shop.ask(later, &[]).await?, json!([6, 10]));
        let told = ["view_item dripper-still", "search coffee", "add_to_cart dripper-still", "add_to_cart teapot-zisha", "purchase 17"];
        assert_eq!(events(shop).await?, json!(told));
        assert_eq!(shop.seen("errors").await?, json!([]));
        Ok(())
    })
    .await
}

/// A page of the shop's own origin that takes everything of Nearmind's from elsewhere.
fn foreign_shop(worker: &'static str, elsewhere: String) -> Fault {
    Box::new(move |path, reply| {
        let (kind, body) = match path {
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
        reply.headers = vec![("content-type", kind.into()), ("content-security-policy", policy)];
    })
}

/// What a host of scripts for other origins sends.
fn shared() -> Fault {
    Box::new(|_, reply| reply.headers.push(("access-control-allow-origin", "*".into())))
}

#[tokio::test(flavor = "multi_thread")]
async fn from_another_origin_it_works_with_one_line_on_the_shops_own() -> Result<()> {
    let elsewhere = Site::with(shared());
    let shop =
        Site::with(foreign_shop(r#"worker="nearmind-worker.js""#, elsewhere.url("").trim_end_matches('/').into()));
    visit(shop, Gpu::None, &[], async |shop| {
        shop.open("shop.html").await?;
        assert_eq!(shop.seen("violations").await?, json!([]));
        let ours: Vec<_> = shop.site.requests().into_iter().filter(|line| !line.contains("favicon")).collect();
        assert_eq!(ours, ["GET /shop.html", "GET /nearmind-worker.js"], "all else comes from the other origin");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn from_another_origin_without_that_line_the_shops_markup_stands_and_it_says_what_to_do() -> Result<()> {
    let elsewhere = Site::with(shared());
    let shop = Site::with(foreign_shop("", elsewhere.url("").trim_end_matches('/').into()));
    visit(shop, Gpu::None, &[], async |shop| {
        shop.goto("shop.html").await?;
        assert_eq!(shop.settled().await?, "failed");
        let own = r#"return [document.getElementById("picks").checkVisibility({ visibilityProperty: true }),
                             document.querySelector("nearmind-shelf").client.state.problem.message];"#;
        let own = shop.ask(own, &[]).await?;
        assert_eq!(own[0], true);
        assert!(own[1].as_str().is_some_and(|told| told.contains("on the page's own origin")), "{own}");
        assert!(shop.browser.console().await.iter().any(|line| line.contains("on the page's own origin")));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn under_a_sub_path_and_without_special_headers_it_works() -> Result<()> {
    let plain = || -> Fault { Box::new(|_, reply| reply.headers.retain(|(name, _)| *name == "content-type")) };
    visit_each(
        || Site::under("/deep/shop", plain()),
        async |shop: &Shop| {
            shop.open_whole("deep/shop/index.html").await?;
            assert_eq!(shop.seen("errors").await?, json!([]));
            let outside: Vec<_> =
                shop.site.requests().into_iter().filter(|line| !line.starts_with("GET /deep/shop/")).collect();
            assert_eq!(outside, Vec::<String>::new(), "nothing is asked for at the root");
            Ok(())
        },
    )
    .await
}
