//! For everyone: axe-core finds nothing against WCAG 2.2 AA in any state of the shop, in both languages, light and dark.

use std::time::Duration;

use anyhow::{Context, Result};
use browser_tests::{Gpu, Shop, Site, site::root, visit};
use serde_json::{Value, json};
use xtask::http::Response;

/// What axe finds on the page as it is, a line a rule.
async fn findings(shop: &Shop) -> Result<Vec<String>> {
    let axe =
        std::fs::read_to_string(root().join("target/axe/axe.min.js")).context("`cargo xtask test` obtains axe")?;
    shop.browser.driver.execute(&format!("{axe}; window.axe = axe;"), Vec::new()).await?;
    let look = r#"
        // What fades in is looked at when it is there.
        const roots = () => [document, ...[...document.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
        const moving = () => roots().flatMap((root) => root.getAnimations()).filter(({ playState, effect }) =>
          playState === "running" && effect.getTiming().iterations !== Infinity);
        while (moving().length) await Promise.all(moving().map((each) => each.finished.catch(() => {})));
        const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
        const { violations } = await axe.run(document, { runOnly: tags });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.flat().join(" ")} (${failureSummary})`).slice(0, 3).join("; ")}`);"#;
    let found = shop.ask(look, &[]).await?;
    Ok(found.as_array().context("a list")?.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// Waits until the page's own shelf has its model, wherever its files lie.
async fn loaded(shop: &Shop) -> Result<()> {
    let loaded = r#"
        const { client } = document.querySelector("nearmind-shelf");
        while (!client.state.device) await new Promise((next) => setTimeout(next, 50));"#;
    shop.ask(loaded, &[]).await?;
    Ok(())
}

async fn nothing_found(shop: &Shop, state: &str) -> Result<()> {
    let found = findings(shop).await?;
    assert_eq!(found, Vec::<String>::new(), "{state}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_on_any_page_in_either_language_light_or_dark() -> Result<()> {
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
                shop.open_whole(&format!("{page}lang={lang}")).await?;
                nothing_found(shop, &format!("{page} {lang} {theme}")).await?;
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_the_dialog_on_the_profile_and_in_the_examples() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        for page in ["plain", "strict", "own-card", "headless", "chinese"] {
            shop.goto(&format!("examples/{page}.html")).await?;
            if page != "headless" {
                assert_eq!(shop.settled().await?, "ready");
                loaded(shop).await?;
            }
            nothing_found(shop, page).await?;
        }
        for (page, lang) in [("index.html?lang=en", "en"), ("index.html?lang=zh-CN", "zh")] {
            shop.open_whole(page).await?;
            let open = r#"
                const root = document.querySelector("nearmind-shelf").shadowRoot;
                root.querySelector("[part=about]").click();
                while (!root.querySelector("[part=panel-events] li")) await new Promise((next) => setTimeout(next, 50));"#;
            shop.ask(open, &[]).await?;
            nothing_found(shop, &format!("the dialog, {lang}")).await?;
        }
        let imported = r#"
            const shelf = () => document.getElementById("for-you");
            while (shelf()?.state !== "ready") await new Promise((next) => setTimeout(next, 50));
            for (const finding of document.querySelectorAll("details")) finding.open = true;"#;
        for (theme, lang) in [("light", "en"), ("dark", "zh-CN")] {
            let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
            shop.browser.driver.cdp().send_raw("Emulation.setEmulatedMedia", scheme).await?;
            shop.goto(&format!("try.html?lang={lang}")).await?;
            nothing_found(shop, &format!("before an import, {theme}")).await?;
            if lang == "en" {
                shop.ask("document.getElementById('sample').click();", &[]).await?;
                nothing_found(shop, "an import that is under way").await?;
            }
            shop.ask(imported, &[]).await?;
            nothing_found(shop, &format!("an import, {lang} {theme}")).await?;
        }
        shop.goto("profile.html").await?;
        shop.profile_drawn().await?;
        nothing_found(shop, "the profile").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_while_it_loads_in_an_explanation_in_forced_colours_on_a_phone_and_from_right_to_left()
-> Result<()> {
    // The model comes so slowly that the page is looked at before it is there.
    let slow = Box::new(|path: &str, reply: &mut Response| {
        if path.ends_with("model.safetensors") {
            reply.fault.pause_per_mib = Some(Duration::from_millis(300));
        }
    });
    visit(Site::with(slow), Gpu::None, &[], async |shop| {
        shop.open("index.html").await?;
        shop.until("document.querySelector('nearmind-shelf').client.state.progress").await?;
        nothing_found(shop, "loading").await?;
        shop.device().await?;
        shop.click("document.querySelector('nearmind-shelf').shadowRoot.querySelector('[data-action=why]')").await?;
        shop.until("document.querySelector('nearmind-shelf').shadowRoot.querySelector('dialog[open] dl, dialog[open] li, dialog[open] p')").await?;
        nothing_found(shop, "an explanation").await?;
        let media = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
        shop.browser.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await?;
        for page in ["index.html", "profile.html"] {
            shop.goto(page).await?;
            shop.device().await?;
            nothing_found(shop, &format!("{page} in forced colours")).await?;
        }
        let phone = json!({ "width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true });
        shop.browser.driver.cdp().send_raw("Emulation.setEmulatedMedia", json!({ "features": [] })).await?;
        shop.browser.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", phone).await?;
        for page in ["index.html", "profile.html", "product.html?item=dripper-still", "examples/chinese.html"] {
            shop.goto(page).await?;
            shop.until("document.querySelector('nearmind-shelf, nearmind-profile').shadowRoot?.querySelector('li')").await?;
            nothing_found(shop, &format!("{page} on a phone")).await?;
            let narrow = shop.ask("return document.documentElement.scrollWidth <= innerWidth;", &[]).await?;
            assert_eq!(narrow, true, "{page} is wider than a phone");
            shop.ask("document.documentElement.dir = 'rtl';", &[]).await?;
            nothing_found(shop, &format!("{page} from right to left")).await?;
            let narrow = shop.ask("return document.documentElement.scrollWidth <= innerWidth;", &[]).await?;
            assert_eq!(narrow, true, "{page} is wider than a phone, from right to left");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_when_it_fails_and_when_it_is_empty() -> Result<()> {
    let missing = Box::new(|path: &str, reply: &mut Response| {
        if path.ends_with("minilm/manifest.json") {
            reply.status = 404;
        }
    });
    visit(Site::with(missing), Gpu::None, &[], async |shop| {
        shop.goto("index.html").await?;
        shop.problem().await?;
        assert_eq!(shop.settled().await?, "failed");
        nothing_found(shop, "failed").await
    })
    .await?;
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open("examples/strict.html").await?;
        let empty = r#"
            const shelf = document.querySelector("nearmind-shelf");
            shelf.item = "no-such-item";
            while (shelf.state !== "empty") await new Promise((next) => setTimeout(next, 50));"#;
        shop.ask(empty, &[]).await?;
        nothing_found(shop, "empty").await
    })
    .await
}
