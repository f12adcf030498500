//! What the documentation tells people to paste works as it is pasted: the snippets of README.md and of docs/.

#[path = "../../docs/pages.rs"]
mod pages;

use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Site,
    site::{Fault, root},
    visit,
};
use serde_json::json;

/// The snippets in a language, those of the README first.
fn blocks(lang: &str) -> Vec<String> {
    pages::snippets(root(), lang)
}

/// A shop whose page is this, and which has Nearmind in /nearmind/.
fn shop(body: String) -> Site {
    let page: Fault = Box::new(move |path, reply| {
        if path == "/outside" {
            reply.status = 200;
            reply.headers = vec![("content-type", "text/html; charset=utf-8".into())];
            reply.body = format!("<!doctype html><html lang=\"en\"><title>A shop</title>{body}").into_bytes();
        }
    });
    Site::under("/nearmind", page)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_tag_works_as_it_is_pasted() -> Result<()> {
    let tags = blocks("html");
    assert!(tags.len() >= 3);
    for tag in tags {
        visit(shop(tag.clone()), Gpu::None, &[], async |shop| {
            shop.goto("shop.html").await?;
            if tag.contains("<nearmind-profile") {
                shop.profile_drawn().await?;
            } else {
                assert_eq!(shop.settled().await?, "ready", "{tag}");
                let count = "return document.querySelector('nearmind-shelf').shadowRoot.querySelectorAll('li[data-item]').length;";
                assert!(shop.ask(count, &[]).await?.as_u64().context("a count")? >= 6, "{tag}");
            }
            assert_eq!(shop.seen("errors").await?, json!([]), "{tag}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_style_reserves_what_a_shelf_needs() -> Result<()> {
    let styles = blocks("css").concat();
    let body = format!(
        r#"<meta name="viewport" content="width=device-width"><style>{styles}</style>
           <nearmind-shelf catalog="/nearmind/catalog/" model="/nearmind/models/minilm/"></nearmind-shelf>"#
    );
    visit(shop(body), Gpu::None, &[], async |shop| {
        for width in [1000, 500] {
            shop.browser.driver.set_window_rect(0, 0, width, 800).await?;
            shop.goto("shop.html").await?;
            let height = "return document.querySelector('nearmind-shelf').getBoundingClientRect().height;";
            let before = shop.ask(height, &[]).await?;
            shop.ask("await import('/nearmind/shelf.js');", &[]).await?;
            assert_eq!(shop.settled().await?, "ready");
            assert_eq!(shop.ask(height, &[]).await?, before, "{width} pixels wide");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_script_works_as_it_is_pasted() -> Result<()> {
    let (headless, with_shelf): (Vec<_>, Vec<_>) =
        blocks("js").into_iter().partition(|script| script.contains("Nearmind.open"));
    assert!(!headless.is_empty() && !with_shelf.is_empty());
    for script in headless {
        // The first tour of the API gives all of these names; other scripts have to end without an error.
        let is_tour = script.contains("const found");
        let came = if is_tour { "{ basis, cards, found, events, interests }" } else { "{}" };
        let page = format!("<script type=\"module\">{script}; window.came = {came};</script>");
        visit(shop(page), Gpu::None, &[], async |shop| {
            shop.goto("shop.html").await?;
            let came = r#"
                while (!window.came) await new Promise((next) => setTimeout(next, 50));
                return [came.basis, came.cards?.length, came.found?.length > 0, came.events?.length];"#;
            let came = shop.ask(came, &[]).await?;
            assert!(!is_tour || came == json!(["profile", 6, true, 1]), "{came}");
            assert_eq!(shop.seen("errors").await?, json!([]));
            Ok(())
        })
        .await?;
    }
    let tag = blocks("html").swap_remove(0);
    for script in with_shelf {
        let page = format!("{tag}<script type=\"module\">{script}</script>");
        visit(shop(page), Gpu::None, &[], async |shop| {
            shop.open("shop.html").await?;
            if script.contains("dripper-still") {
                shop.until("document.querySelector('nearmind-shelf').shadowRoot.querySelector('li[data-item]').dataset.item === 'dripper-still'").await?;
            }
            assert_eq!(shop.seen("errors").await?, json!([]));
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_policy_is_enough() -> Result<()> {
    let policy = blocks("csp").into_iter().next().context("a policy")?;
    let tag = blocks("html").swap_remove(0);
    let page: Fault = Box::new(move |path, reply| {
        if path == "/outside" {
            let policy = policy.replace('\n', " ");
            reply.status = 200;
            reply.headers =
                vec![("content-type", "text/html; charset=utf-8".into()), ("content-security-policy", policy)];
            reply.body = format!("<!doctype html><html lang=\"en\"><title>A shop</title>{tag}").into_bytes();
        } else {
            reply.headers.retain(|(name, _)| *name == "content-type");
        }
    });
    visit(Site::under("/nearmind", page), Gpu::None, &[], async |shop| {
        shop.open("shop.html").await?;
        assert_eq!(shop.seen("violations").await?, json!([]));
        assert_eq!(shop.seen("errors").await?, json!([]));
        Ok(())
    })
    .await
}
