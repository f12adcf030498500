//! Accessibility: axe-core finds no violation of WCAG 2.2 AA in any state of the shop, in both languages and both
//! themes.

use std::time::Duration;

use anyhow::{Context, Result};
use browser_tests::{Gpu, Shop, Site, site::root, visit};
use serde_json::{Value, json};
use xtask::http::Response;

/// Runs axe on the page as it is now, and returns a line for each rule that is violated.
async fn run_axe(shop: &Shop) -> Result<Vec<String>> {
    let axe = std::fs::read_to_string(root().join("target/axe/axe.min.js"))
        .context("cannot read axe, which `cargo xtask test` downloads")?;
    shop.browser.driver.execute(&format!("{axe}; window.axe = axe;"), Vec::new()).await?;
    let script = r#"
        // Elements that fade in are checked when they are fully visible.
        const roots = () => [document, ...[...document.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
        const moving = () => roots().flatMap((root) => root.getAnimations()).filter(({ playState, effect }) =>
          playState === "running" && effect.getTiming().iterations !== Infinity);
        while (moving().length) await Promise.all(moving().map((each) => each.finished.catch(() => {})));
        const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
        const { violations } = await axe.run(document, { runOnly: tags });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.flat().join(" ")} (${failureSummary})`).slice(0, 3).join("; ")}`);"#;
    let found = shop.evaluate(script, &[]).await?;
    Ok(found.as_array().context("no findings")?.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// Waits until the model of the page's shelf is ready; also in subfolders, unlike [`Shop::wait_for_model`].
async fn wait_for_shelf_model(shop: &Shop) -> Result<()> {
    shop.evaluate(r#"await document.querySelector("nearmind-shelf").client.prepare();"#, &[]).await?;
    Ok(())
}

async fn assert_no_findings(shop: &Shop, state: &str) -> Result<()> {
    let findings = run_axe(shop).await?;
    assert_eq!(findings, Vec::<String>::new(), "{state}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_no_findings_in_both_languages_and_themes() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open("product.html?item=rain-jacket-squall").await?;
        for (theme, lang) in [("light", "en"), ("dark", "zh-CN")] {
            let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
            shop.browser.driver.cdp().send_raw("Emulation.setEmulatedMedia", scheme).await?;
            for page in [
                "index.html?",
                "product.html?item=dripper-still&",
                "search.html?q=tent&",
                "cart.html?",
                "index.html?nearmind=debug&",
            ] {
                shop.open_with_model(&format!("{page}lang={lang}")).await?;
                assert_no_findings(shop, &format!("{page} {lang} {theme}")).await?;
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_dialogs_imports_and_the_profile_have_no_findings() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        for page in ["plain", "strict", "own-card", "headless", "chinese"] {
            shop.goto(&format!("examples/{page}.html")).await?;
            if page != "headless" {
                assert_eq!(shop.wait_for_shelf().await?, "ready");
                wait_for_shelf_model(shop).await?;
            }
            assert_no_findings(shop, page).await?;
        }
        for (page, lang) in [("index.html?lang=en", "en"), ("index.html?lang=zh-CN", "zh")] {
            shop.open_with_model(page).await?;
            let open_dialog = r#"
                const root = document.querySelector("nearmind-shelf").shadowRoot;
                root.querySelector("[part=about]").click();
                while (!root.querySelector("[part=panel-events] li")) await new Promise((next) => setTimeout(next, 50));"#;
            shop.evaluate(open_dialog, &[]).await?;
            assert_no_findings(shop, &format!("the dialog, {lang}")).await?;
        }
        let wait_for_import = r#"
            const shelf = () => document.getElementById("for-you");
            while (shelf()?.state !== "ready") await new Promise((next) => setTimeout(next, 50));
            for (const finding of document.querySelectorAll("details")) finding.open = true;"#;
        for (theme, lang) in [("light", "en"), ("dark", "zh-CN")] {
            let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
            shop.browser.driver.cdp().send_raw("Emulation.setEmulatedMedia", scheme).await?;
            shop.goto(&format!("try.html?lang={lang}")).await?;
            assert_no_findings(shop, &format!("before an import, {theme}")).await?;
            if lang == "en" {
                shop.evaluate("document.getElementById('sample').click();", &[]).await?;
                assert_no_findings(shop, "a running import").await?;
            }
            shop.evaluate(wait_for_import, &[]).await?;
            assert_no_findings(shop, &format!("an import, {lang} {theme}")).await?;
        }
        shop.goto("profile.html").await?;
        shop.wait_for_profile().await?;
        assert_no_findings(shop, "the profile").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn loading_forced_colours_phones_and_rtl_have_no_findings() -> Result<()> {
    // The model is sent so slowly that the page is checked while it loads.
    let slow = Box::new(|path: &str, reply: &mut Response| {
        if path.ends_with("model.safetensors") {
            reply.fault.pause_per_mib = Some(Duration::from_millis(300));
        }
    });
    visit(Site::with_interceptor(slow), Gpu::None, &[], async |shop| {
        shop.open("index.html").await?;
        shop.evaluate("document.querySelector('nearmind-shelf').client.prepare().catch(() => {});", &[]).await?;
        shop.wait_until("document.querySelector('nearmind-shelf').client.state.progress").await?;
        assert_no_findings(shop, "loading").await?;
        shop.wait_for_model().await?;
        shop.click("document.querySelector('nearmind-shelf').shadowRoot.querySelector('[data-action=why]')").await?;
        shop.wait_until("document.querySelector('nearmind-shelf').shadowRoot.querySelector('dialog[open] dl, dialog[open] li, dialog[open] p')").await?;
        assert_no_findings(shop, "an explanation").await?;
        let media = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
        shop.browser.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await?;
        for page in ["index.html", "profile.html"] {
            shop.goto(page).await?;
            shop.wait_for_model().await?;
            assert_no_findings(shop, &format!("{page} in forced colours")).await?;
        }
        let phone = json!({ "width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true });
        shop.browser.driver.cdp().send_raw("Emulation.setEmulatedMedia", json!({ "features": [] })).await?;
        shop.browser.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", phone).await?;
        for page in ["index.html", "profile.html", "product.html?item=dripper-still", "examples/chinese.html"] {
            shop.goto(page).await?;
            shop.wait_until("document.querySelector('nearmind-shelf, nearmind-profile').shadowRoot?.querySelector('li')").await?;
            assert_no_findings(shop, &format!("{page} on a phone")).await?;
            let fits = shop.evaluate("return document.documentElement.scrollWidth <= innerWidth;", &[]).await?;
            assert_eq!(fits, true, "{page} is wider than a phone");
            shop.evaluate("document.documentElement.dir = 'rtl';", &[]).await?;
            assert_no_findings(shop, &format!("{page} in right-to-left text")).await?;
            let fits = shop.evaluate("return document.documentElement.scrollWidth <= innerWidth;", &[]).await?;
            assert_eq!(fits, true, "{page} is wider than a phone in right-to-left text");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_and_empty_shelves_have_no_findings() -> Result<()> {
    let without_catalog = Box::new(|path: &str, reply: &mut Response| {
        if path.ends_with("catalog/manifest.json") {
            reply.status = 404;
        }
    });
    visit(Site::with_interceptor(without_catalog), Gpu::None, &[], async |shop| {
        shop.goto("index.html").await?;
        shop.wait_for_problem().await?;
        assert_eq!(shop.wait_for_shelf().await?, "failed");
        assert_no_findings(shop, "failed").await
    })
    .await?;
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open("examples/strict.html").await?;
        let empty_shelf = r#"
            const shelf = document.querySelector("nearmind-shelf");
            shelf.item = "no-such-item";
            while (shelf.state !== "empty") await new Promise((next) => setTimeout(next, 50));"#;
        shop.evaluate(empty_shelf, &[]).await?;
        assert_no_findings(shop, "empty").await
    })
    .await
}
