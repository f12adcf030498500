//! A model that is cut short, altered, replaced by a page or missing is refused, and the shop's own markup stands.
//! Without storage the visit goes on in memory.

use anyhow::Result;
use browser_tests::{
    Gpu, Shop, Site,
    site::{Fault, altered_worker},
    visit,
};
use serde_json::json;
use xtask::http::Reply;

/// Does something to every answer for a path that ends like this.
fn to(file: &'static str, change: impl Fn(&mut Reply) + Send + Sync + 'static) -> Fault {
    Box::new(move |path, reply| {
        if path.ends_with(file) {
            change(reply);
        }
    })
}

/// `file` is what a fault is done to; `words` are in what the page says of it.
async fn refused(file: &'static str, fault: impl Fn(&mut Reply) + Send + Sync + 'static, words: &str) -> Result<()> {
    let fault = to(file, fault);
    visit(Site::with(fault), Gpu::None, &[], async |shop: &Shop| {
        shop.goto("index.html").await?;
        let told = shop.problem().await?;
        assert!(told.contains(words), "the page says {told:?}");
        assert_eq!(shop.settled().await?, "failed");
        let own = r#"return [...document.querySelectorAll("[id=picks] li")].every((pick) => pick.checkVisibility()
                       && pick.getBoundingClientRect().height > 0);"#;
        assert_eq!(shop.ask(own, &[]).await?, true, "the shop's own picks are shown");
        let kept = "return (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)))).flat();";
        let kept = shop.ask(kept, &[]).await?.to_string();
        assert!(!kept.contains(file), "nothing bad is kept: {kept}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_cut_short_is_refused() -> Result<()> {
    refused("model.safetensors", |reply| reply.body.truncate(reply.body.len() / 2), "cut short").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_was_altered_is_refused() -> Result<()> {
    let flip = |reply: &mut Reply| {
        let middle = reply.body.len() / 2;
        reply.body[middle] ^= 1;
    };
    refused("model.safetensors", flip, "altered").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_the_model_is_refused() -> Result<()> {
    let page = |reply: &mut Reply| reply.body = b"<!doctype html><title>Not found</title>".to_vec();
    refused("model.safetensors", page, "cut short or replaced").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_the_catalogue_is_refused() -> Result<()> {
    let page = |reply: &mut Reply| reply.body = b"<!doctype html><title>Not found</title>".to_vec();
    refused("catalog/manifest.json", page, "catalogue's manifest cannot be read").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_missing_is_named() -> Result<()> {
    refused("minilm/manifest.json", |reply| reply.status = 404, "the server answers 404").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_keeps_nothing_is_told_of_and_recommends_all_the_same() -> Result<()> {
    let denied = "Object.defineProperty(self, 'indexedDB', { value: undefined }); const starting = start();";
    visit(Site::with(altered_worker("const starting = start();", denied)), Gpu::None, &[], async |shop: &Shop| {
        shop.goto("index.html").await?;
        assert_eq!(shop.settled().await?, "ready");
        shop.device().await?;
        assert_eq!(shop.seen("errors").await?, json!(["store"]));
        let before = shop.for_you(10).await?;
        shop.with_client("await client.track('wish', { text: 'tea for two' });", &[]).await?;
        assert_ne!(shop.for_you(10).await?, before);
        Ok(())
    })
    .await
}
