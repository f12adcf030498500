//! A model that is truncated, altered, replaced by a page or missing is refused, and the list stays. Without a catalogue
//! the shop's own markup is shown. Interrupted downloads are resumed. Without storage the visit goes on in memory.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Shop, Site,
    site::{Interceptor, replace_in_worker, root},
    visit, visit_in_each_browser,
};
use serde_json::{Value, json};
use xtask::http::Response;

/// Changes every response for a path that ends with `file`.
fn change_file(file: &'static str, change: impl Fn(&mut Response) + Send + Sync + 'static) -> Interceptor {
    Box::new(move |path, reply| {
        if path.ends_with(file) {
            change(reply);
        }
    })
}

/// Checks that a changed file of the model is refused, with a message that contains `message`, and that the list stays.
async fn assert_model_refused(
    file: &'static str,
    change: impl Fn(&mut Response) + Send + Sync + 'static,
    message: &str,
) -> Result<()> {
    visit(Site::with_interceptor(change_file(file, change)), Gpu::None, &[], async |shop: &Shop| {
        shop.open("index.html").await?;
        let prepare = "return client.prepare().then(() => 'ready', ({ message }) => message);";
        let problem = shop.with_client(prepare, &[]).await?.to_string();
        assert!(problem.contains(message), "the message is {problem:?}");
        assert_eq!(shop.with_client("return client.state.modelAbsent.code;", &[]).await?, "failed");
        assert_eq!(shop.wait_for_shelf().await?, "ready");
        assert_not_cached(shop, file).await
    })
    .await
}

/// Checks that no file with this name is in the browser's cache, except for parts, which nobody takes for the file.
async fn assert_not_cached(shop: &Shop, file: &str) -> Result<()> {
    let cached_urls = "return (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)))).flat();";
    let cached_urls = shop.evaluate(cached_urls, &[]).await?;
    let is_whole = |url: &Value| url.as_str().is_some_and(|url| url.contains(file) && !url.contains("&from="));
    let cached_urls = cached_urls.as_array().context("no URLs")?;
    assert!(!cached_urls.iter().any(is_whole), "{file} is cached");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_model_is_refused() -> Result<()> {
    assert_model_refused("model.safetensors", |reply| reply.body.truncate(reply.body.len() / 2), "cut short").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_model_is_refused() -> Result<()> {
    let flip = |reply: &mut Response| {
        let middle = reply.body.len() / 2;
        reply.body[middle] ^= 1;
    };
    assert_model_refused("model.safetensors", flip, "altered").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_the_model_is_refused() -> Result<()> {
    let page = |reply: &mut Response| reply.body = b"<!doctype html><title>Not found</title>".to_vec();
    assert_model_refused("model.safetensors", page, "cut short or replaced").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_the_catalogue_is_refused() -> Result<()> {
    const FILE: &str = "catalog/manifest.json";
    let page = |reply: &mut Response| reply.body = b"<!doctype html><title>Not found</title>".to_vec();
    visit(Site::with_interceptor(change_file(FILE, page)), Gpu::None, &[], async |shop: &Shop| {
        shop.goto("index.html").await?;
        let problem = shop.wait_for_problem().await?;
        assert!(problem.contains("catalogue's manifest cannot be read"), "the message is {problem:?}");
        assert_eq!(shop.wait_for_shelf().await?, "failed");
        let own_markup_visible = r#"return [...document.querySelectorAll("[id=picks] li")].every((pick) => pick.checkVisibility()
                       && pick.getBoundingClientRect().height > 0);"#;
        assert_eq!(shop.evaluate(own_markup_visible, &[]).await?, true, "the shop's own markup is hidden");
        assert_not_cached(shop, FILE).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_model_is_reported() -> Result<()> {
    assert_model_refused("minilm/manifest.json", |reply| reply.status = 404, "the server answers 404").await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_storage_an_error_is_reported_and_lists_work() -> Result<()> {
    const DENIED: &str = "Object.defineProperty(self, 'indexedDB', { value: undefined }); const starting = start();";
    visit_in_each_browser(
        || Site::with_interceptor(replace_in_worker("const starting = start();", DENIED)),
        async |shop: &Shop| {
            shop.open_with_model("index.html").await?;
            assert_eq!(shop.records("errors").await?, json!(["store"]));
            let before = shop.for_you(10).await?;
            shop.with_client("await client.track('wish', { text: 'tea for two' });", &[]).await?;
            assert_ne!(shop.for_you(10).await?, before);
            Ok(())
        },
    )
    .await
}

/// The connection breaks in the middle of the first response with the weights.
fn break_once() -> Interceptor {
    let has_broken = AtomicBool::new(false);
    change_file("model.safetensors", move |reply| {
        if !has_broken.swap(true, Ordering::Relaxed) {
            reply.fault.cut_after_bytes = Some(reply.body.len() / 2);
        }
    })
}

/// Bytes of each response with the weights.
fn weights_responses(shop: &Shop) -> Vec<usize> {
    let responses = shop.site.response_sizes().into_iter();
    responses.filter(|(line, _)| line.ends_with("model.safetensors")).map(|(_, bytes)| bytes).collect()
}

fn weights_bytes() -> Result<usize> {
    Ok(std::fs::metadata(root().join("dist/models/minilm/model.safetensors"))?.len() as usize)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_download_is_resumed() -> Result<()> {
    visit_in_each_browser(
        || Site::with_interceptor(break_once()),
        async |shop: &Shop| {
            shop.goto("index.html").await?;
            shop.wait_for_model().await?;
            let sizes = weights_responses(shop);
            // The browser may lose the last bytes before the break. Those that the page received are not requested
            // again.
            assert_eq!(sizes.len(), 2, "{sizes:?}");
            assert!(sizes[1] < weights_bytes()?, "the second response is not only the rest: {sizes:?}");
            assert_eq!(shop.records("errors").await?, json!([]));
            Ok(())
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_page_resumes_a_slow_download() -> Result<()> {
    let slow = || {
        change_file("model.safetensors", |reply| {
            // The file is sent slowly from its beginning, and its rest at once.
            reply.fault.pause_per_mib = (reply.status == 200).then_some(Duration::from_millis(400));
        })
    };
    visit_in_each_browser(|| Site::with_interceptor(slow()), async |shop: &Shop| {
        shop.open("index.html").await?;
        shop.with_client("client.prepare().catch(() => {});", &[]).await?;
        let parts = r#"
            const cache = await caches.open("nearmind-files-1");
            const parts = async () => (await cache.keys()).filter(({ url }) => url.includes("model.safetensors") && url.includes("from=")).length;
            const matches = async () => (args[0] ? (await parts()) >= args[0] : !(await parts()));
            for (let tries = 0; tries < 1000 && !(await matches()); tries++) await new Promise((next) => setTimeout(next, 50));
            return matches();"#;
        assert_eq!(shop.evaluate(parts, &[json!(4)]).await?, true, "the first parts are not cached");
        shop.goto("cart.html").await?;
        shop.wait_for_model().await?;
        // The browser's own cache may check the version of its part, and gets a response without a body.
        let sizes = weights_responses(shop);
        let rest: usize = sizes[1..].iter().sum();
        assert!(rest > 0 && rest <= weights_bytes()? - (1 << 20), "not only the rest was requested: {sizes:?}");
        assert_eq!(shop.evaluate(parts, &[json!(0)]).await?, true, "the parts of a complete file are still cached");
        // The file is complete: the next page requests nothing of it.
        shop.goto("index.html").await?;
        shop.wait_for_model().await?;
        assert_eq!(weights_responses(shop), sizes);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_between_two_parts_is_fetched_again() -> Result<()> {
    // The rest is of another version. The digest does not match, and the third response is the whole file.
    let change_version = || {
        let responses = AtomicU32::new(0);
        change_file("model.safetensors", move |reply| match responses.fetch_add(1, Ordering::Relaxed) {
            0 => reply.fault.cut_after_bytes = Some(reply.body.len() / 2),
            1 => reply.body[0] ^= 1,
            _ => {}
        })
    };
    visit_in_each_browser(
        || Site::with_interceptor(change_version()),
        async |shop: &Shop| {
            shop.goto("index.html").await?;
            shop.wait_for_model().await?;
            let sizes = weights_responses(shop);
            assert!(sizes.len() == 3 && sizes[2] == weights_bytes()?, "{sizes:?}");
            assert_eq!(shop.records("errors").await?, json!([]));
            Ok(())
        },
    )
    .await
}
