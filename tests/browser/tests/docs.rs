//! The tags, scripts, styles and policies in README.md and docs/ work when they are pasted into a page.

#[path = "../../docs/pages.rs"]
mod pages;

use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Site, report_skipped,
    site::{Interceptor, root},
    visit,
};
use serde_json::json;

/// The snippets in a language, those of README.md first.
fn snippets(lang: &str) -> Vec<String> {
    pages::snippets(root(), lang)
}

/// A shop with this page, and with Nearmind in /nearmind/.
fn shop(body: String) -> Site {
    let page: Interceptor = Box::new(move |path, reply| {
        if path == "/outside" {
            reply.status = 200;
            reply.headers = vec![("content-type", "text/html; charset=utf-8".into())];
            reply.body = format!("<!doctype html><html lang=\"en\"><title>A shop</title>{body}").into_bytes();
        }
    });
    Site::at_path("/nearmind", page)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_tag_works() -> Result<()> {
    let tags = snippets("html");
    assert!(tags.len() >= 3);
    for tag in tags {
        visit(shop(tag.clone()), Gpu::None, &[], async |shop| {
            shop.goto("shop.html").await?;
            if tag.contains("<nearmind-profile") {
                shop.wait_for_profile().await?;
            } else {
                assert_eq!(shop.wait_for_shelf().await?, "ready", "{tag}");
                let count = "return document.querySelector('nearmind-shelf').shadowRoot.querySelectorAll('li[data-item]').length;";
                assert!(shop.evaluate(count, &[]).await?.as_u64().context("no count")? >= 6, "{tag}");
            }
            assert_eq!(shop.records("errors").await?, json!([]), "{tag}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_style_reserves_the_height_of_a_shelf() -> Result<()> {
    let styles = snippets("css").concat();
    let body = format!(
        r#"<meta name="viewport" content="width=device-width"><style>{styles}</style>
           <nearmind-shelf catalog="/nearmind/catalog/" model="/nearmind/models/minilm/"></nearmind-shelf>"#
    );
    visit(shop(body), Gpu::None, &[], async |shop| {
        for width in [1000, 500] {
            shop.browser.driver.set_window_rect(0, 0, width, 800).await?;
            shop.goto("shop.html").await?;
            let height = "return document.querySelector('nearmind-shelf').getBoundingClientRect().height;";
            let before = shop.evaluate(height, &[]).await?;
            shop.evaluate("await import('/nearmind/shelf.js');", &[]).await?;
            assert_eq!(shop.wait_for_shelf().await?, "ready");
            assert_eq!(shop.evaluate(height, &[]).await?, before, "{width} pixels wide");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_script_works() -> Result<()> {
    let (headless, with_shelf): (Vec<_>, Vec<_>) =
        snippets("js").into_iter().partition(|script| script.contains("Nearmind.open"));
    assert!(!headless.is_empty() && !with_shelf.is_empty());
    for script in headless {
        // The tour of the API defines all of these variables. Other scripts must only run without an error.
        let is_tour = script.contains("const found");
        let variables = if is_tour { "{ basis, cards, found, events, interests }" } else { "{}" };
        let page = format!("<script type=\"module\">{script}; window.results = {variables};</script>");
        visit(shop(page), Gpu::None, &[], async |shop| {
            shop.goto("shop.html").await?;
            let read = r#"
                while (!window.results) await new Promise((next) => setTimeout(next, 50));
                return [results.basis, results.cards?.length, results.found?.length > 0, results.events?.length];"#;
            let results = shop.evaluate(read, &[]).await?;
            assert!(!is_tour || results == json!(["profile", 6, true, 1]), "{results}");
            assert_eq!(shop.records("errors").await?, json!([]));
            Ok(())
        })
        .await?;
    }
    let tag = snippets("html").swap_remove(0);
    for script in with_shelf {
        let page = format!("{tag}<script type=\"module\">{script}</script>");
        visit(shop(page), Gpu::None, &[], async |shop| {
            shop.open("shop.html").await?;
            if script.contains("dripper-still") {
                shop.wait_until("document.querySelector('nearmind-shelf').shadowRoot.querySelector('li[data-item]').dataset.item === 'dripper-still'").await?;
            }
            assert_eq!(shop.records("errors").await?, json!([]));
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_policy_allows_all_that_nearmind_needs() -> Result<()> {
    let policy = snippets("csp").into_iter().next().context("no policy")?;
    let tag = snippets("html").swap_remove(0);
    let page: Interceptor = Box::new(move |path, reply| {
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
    visit(Site::at_path("/nearmind", page), Gpu::None, &[], async |shop| {
        shop.open("shop.html").await?;
        assert_eq!(shop.records("violations").await?, json!([]));
        assert_eq!(shop.records("errors").await?, json!([]));
        Ok(())
    })
    .await
}

/// `cargo xtask docs` copies the demo shop into the site, for these shelves.
#[tokio::test(flavor = "multi_thread")]
async fn the_shelves_on_pages_of_the_documentation_work() -> Result<()> {
    let docs = root().join("target/docs");
    if !docs.join("demo/shelf.js").is_file() {
        report_skipped("the shelves of the documentation: `cargo xtask docs` has not built it");
        return Ok(());
    }
    // Only the demo shop has a policy; the pages of the documentation have scripts of their own.
    let without_policy: Interceptor = Box::new(|_, reply| reply.headers.retain(|(name, _)| *name == "content-type"));
    visit(Site::from_folder(docs, without_policy), Gpu::None, &[], async |shop| {
        for page in ["guides/page/index.html", "guides/own-cards/index.html"] {
            shop.goto(page).await?;
            assert_eq!(shop.wait_for_shelf().await?, "ready", "{page}");
            assert_eq!(shop.records("errors").await?, json!([]), "{page}");
        }
        Ok(())
    })
    .await
}
