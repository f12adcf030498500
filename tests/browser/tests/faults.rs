//! A model that is cut short, altered, replaced by a page or missing is refused, and the shop's own markup stands.
//! Without storage the visit goes on in memory.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use anyhow::Result;
use browser_tests::{
    Gpu, Shop, Site,
    site::{Fault, altered_worker, root},
    visit, visit_each,
};
use serde_json::json;
use xtask::http::Response;

/// Does something to every answer for a path that ends like this.
fn to(file: &'static str, change: impl Fn(&mut Response) + Send + Sync + 'static) -> Fault {
    Box::new(move |path, reply| {
        if path.ends_with(file) {
            change(reply);
        }
    })
}

/// `file` is what a fault is done to; `words` are in what the page says of it.
async fn refused(file: &'static str, fault: impl Fn(&mut Response) + Send + Sync + 'static, words: &str) -> Result<()> {
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
    let flip = |reply: &mut Response| {
        let middle = reply.body.len() / 2;
        reply.body[middle] ^= 1;
    };
    refused("model.safetensors", flip, "altered").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_the_model_is_refused() -> Result<()> {
    let page = |reply: &mut Response| reply.body = b"<!doctype html><title>Not found</title>".to_vec();
    refused("model.safetensors", page, "cut short or replaced").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_the_catalogue_is_refused() -> Result<()> {
    let page = |reply: &mut Response| reply.body = b"<!doctype html><title>Not found</title>".to_vec();
    refused("catalog/manifest.json", page, "catalogue's manifest cannot be read").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_missing_is_named() -> Result<()> {
    refused("minilm/manifest.json", |reply| reply.status = 404, "the server answers 404").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_keeps_nothing_is_told_of_and_recommends_all_the_same() -> Result<()> {
    const DENIED: &str = "Object.defineProperty(self, 'indexedDB', { value: undefined }); const starting = start();";
    visit_each(
        || Site::with(altered_worker("const starting = start();", DENIED)),
        async |shop: &Shop| {
            shop.open_whole("index.html").await?;
            assert_eq!(shop.seen("errors").await?, json!(["store"]));
            let before = shop.for_you(10).await?;
            shop.with_client("await client.track('wish', { text: 'tea for two' });", &[]).await?;
            assert_ne!(shop.for_you(10).await?, before);
            Ok(())
        },
    )
    .await
}

/// The first answer for the weights breaks off in the middle.
fn cut_once() -> Fault {
    let whole = AtomicBool::new(false);
    to("model.safetensors", move |reply| {
        if !whole.swap(true, Ordering::Relaxed) {
            reply.fault.cut_after_bytes = Some(reply.body.len() / 2);
        }
    })
}

/// Bytes that were sent of the weights, answer by answer.
fn sent(shop: &Shop) -> Vec<usize> {
    let sent = shop.site.sent().into_iter();
    sent.filter(|(line, _)| line.ends_with("model.safetensors")).map(|(_, bytes)| bytes).collect()
}

fn weights_bytes() -> Result<usize> {
    Ok(std::fs::metadata(root().join("dist/models/minilm/model.safetensors"))?.len() as usize)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_breaks_goes_on_where_it_broke() -> Result<()> {
    visit_each(
        || Site::with(cut_once()),
        async |shop: &Shop| {
            shop.goto("index.html").await?;
            shop.device().await?;
            let sent = sent(shop);
            // A browser may drop what had come when the line broke; what it gave to us is not asked for again.
            assert_eq!(sent.len(), 2, "{sent:?}");
            assert!(sent[1] < weights_bytes()?, "the second answer is the rest only: {sent:?}");
            assert_eq!(shop.seen("errors").await?, json!([]));
            Ok(())
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_leaves_a_slow_download_goes_on_with_it_on_the_next_page() -> Result<()> {
    let slow = || {
        to("model.safetensors", |reply| {
            // From the beginning it comes slowly, the rest at once.
            reply.fault.pause_per_mib = (reply.status == 200).then_some(Duration::from_millis(400));
        })
    };
    visit_each(|| Site::with(slow()), async |shop: &Shop| {
        shop.open("index.html").await?;
        let parts = r#"
            const cache = await caches.open("nearmind-files-1");
            const parts = async () => (await cache.keys()).filter(({ url }) => url.includes("model.safetensors") && url.includes("from=")).length;
            const fits = async () => (given[0] ? (await parts()) >= given[0] : !(await parts()));
            for (let tries = 0; tries < 1000 && !(await fits()); tries++) await new Promise((next) => setTimeout(next, 50));
            return fits();"#;
        assert_eq!(shop.ask(parts, &[json!(2)]).await?, true, "what came slowly is kept");
        shop.goto("cart.html").await?;
        shop.device().await?;
        // The browser's own cache may ask whether its part is still of this version, which costs an answer without a body.
        let sent = sent(shop);
        let rest: usize = sent[1..].iter().sum();
        assert!(rest > 0 && rest < weights_bytes()? - (2 << 20), "the rest only: {sent:?}");
        assert_eq!(shop.ask(parts, &[json!(0)]).await?, true, "whole, it needs no parts");
        // And whole it is: the next page asks for nothing of it.
        shop.goto("index.html").await?;
        shop.device().await?;
        assert_eq!(self::sent(shop), sent);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_while_it_was_cut_is_fetched_anew() -> Result<()> {
    // What follows the break is of another version: the digest tells, and the third answer is whole.
    let mixed = || {
        let answers = AtomicU32::new(0);
        to("model.safetensors", move |reply| match answers.fetch_add(1, Ordering::Relaxed) {
            0 => reply.fault.cut_after_bytes = Some(reply.body.len() / 2),
            1 => reply.body[0] ^= 1,
            _ => {}
        })
    };
    visit_each(
        || Site::with(mixed()),
        async |shop: &Shop| {
            shop.goto("index.html").await?;
            shop.device().await?;
            let sent = sent(shop);
            assert!(sent.len() == 3 && sent[2] == weights_bytes()?, "{sent:?}");
            assert_eq!(shop.seen("errors").await?, json!([]));
            Ok(())
        },
    )
    .await
}
