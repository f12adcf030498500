//! The demo shop with the network off: the second visit is whole, and an update never mixes versions.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use browser_tests::{
    Shop, Site,
    site::{Fault, root},
    visit_each_unwatched,
};
use serde_json::json;
use xtask::{
    http::{Request, Response},
    offline, server,
};

/// Whatever is asked for, nobody answers, once it is off.
fn unplugged(off: &Arc<AtomicBool>) -> Fault {
    let pulled = off.clone();
    Box::new(move |_: &str, reply: &mut Response| {
        if pulled.load(Ordering::Relaxed) {
            *reply = Response { status: 503, ..Response::default() };
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_visit_works_with_the_network_off() -> Result<()> {
    let off = Arc::new(AtomicBool::new(false));
    visit_each_unwatched(
        || Site::with(unplugged(&off)),
        async |shop: &Shop| {
            off.store(false, Ordering::Relaxed);
            shop.open_whole("index.html").await?;
            shop.ask("await navigator.serviceWorker.ready;", &[]).await?;
            // Of the worker's two builds the one that is run, and for both of its readers.
            let mut builds = shop.site.requests();
            builds.retain(|line| line.ends_with("_bg.wasm"));
            builds.sort();
            builds.dedup();
            assert_eq!(builds.len(), 1, "{builds:?}");
            off.store(true, Ordering::Relaxed);
            for page in [
                "index.html",
                "product.html?item=rain-jacket-squall",
                "search.html?q=tent",
                "cart.html",
                "profile.html",
            ] {
                shop.goto(page).await?;
                if page == "profile.html" {
                    shop.profile_drawn().await?;
                } else {
                    assert_eq!(shop.settled().await?, "ready", "{page}");
                }
                shop.device().await?;
            }
            let found =
                shop.with_client("return (await client.search('tent for two', { limit: 3 })).length;", &[]).await?;
            assert_eq!(found, 3);
            Ok(())
        },
    )
    .await
}

/// As hosts do that want no ending in an address: `page.html` is elsewhere, `page` is the page.
fn without_endings() -> Fault {
    Box::new(|path: &str, reply: &mut Response| {
        let dist = root().join("dist");
        if let Some(page) = path.strip_suffix(".html") {
            let page = if page == "/index" { "/" } else { page };
            *reply = Response { status: 308, headers: vec![("location", page.to_owned())], ..Response::default() };
        } else if dist.join(format!("{}.html", &path[1..])).is_file() {
            *reply = server::respond(&dist, &Request::get(&format!("{path}.html")));
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_redirects_pages_serves_the_second_visit_too() -> Result<()> {
    visit_each_unwatched(
        || Site::with(without_endings()),
        async |shop: &Shop| {
            shop.open("index.html").await?;
            shop.ask("await navigator.serviceWorker.ready;", &[]).await?;
            for page in ["index.html", "product.html?item=rain-jacket-squall", "cart", "profile"] {
                shop.goto(page).await?;
                let title = shop.ask("return document.title;", &[]).await?;
                assert!(title.as_str().is_some_and(|title| title.contains("Halfmoon")), "{page}: {title}");
                assert_ne!(shop.ask("return navigator.serviceWorker.controller === null;", &[]).await?, json!(true));
            }
            Ok(())
        },
    )
    .await
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name()))?,
            false => drop(fs::copy(entry.path(), to.join(entry.file_name()))?),
        }
    }
    Ok(())
}

/// Times that the old page is closed.
const TRIES: u32 = 10;

/// What of its version each part of a page says.
async fn versions(shop: &Shop) -> Result<serde_json::Value> {
    let said = r#"
        const text = async (path) => (await (await fetch(path)).text());
        const [page, script] = [document.documentElement.dataset.version ?? "1", await text("demo/storage.js")];
        return [page, script.includes("version 2") ? "2" : "1"];"#;
    shop.ask(said, &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_never_mixes_versions() -> Result<()> {
    let at = std::env::temp_dir().join(format!("nearmind-versions-{}", std::process::id()));
    let first = || {
        copy(&root().join("dist"), &at).expect("a copy of the site");
        Site::of(at.clone())
    };
    visit_each_unwatched(first, async |shop: &Shop| {
        shop.open("index.html").await?;
        shop.ask("await navigator.serviceWorker.ready;", &[]).await?;
        shop.goto("index.html").await?;
        assert_eq!(versions(shop).await?, json!(["1", "1"]));

        // The shop's owner puts up a new version, page and script.
        let page = fs::read_to_string(at.join("index.html"))?
            .replace("<html lang=\"en\">", "<html lang=\"en\" data-version=\"2\">");
        fs::write(at.join("index.html"), page)?;
        fs::write(at.join("demo/storage.js"), fs::read_to_string(at.join("demo/storage.js"))? + "/* version 2 */\n")?;
        let source = fs::read_to_string(root().join("www/demo/offline.js"))?;
        fs::write(at.join("offline.js"), offline::build_script(&at, &source)?)?;

        // A page of the old one gets the rest of the old one, also while the new one is being fetched.
        let update = r#"
            const registration = await navigator.serviceWorker.ready;
            await registration.update();
            while (!registration.waiting) await new Promise((next) => setTimeout(next, 50));"#;
        assert_eq!(versions(shop).await?, json!(["1", "1"]));
        shop.ask(update, &[]).await?;
        assert_eq!(versions(shop).await?, json!(["1", "1"]));
        // So does a second page, as long as the first one is open.
        let driver = &shop.browser.driver;
        let first = driver.window().await?;
        let second = driver.new_tab().await?;
        driver.switch_to_window(second).await?;
        shop.goto("index.html").await?;
        assert_eq!(versions(shop).await?, json!(["1", "1"]));
        driver.close_window().await?;
        driver.switch_to_window(first).await?;
        assert_eq!(versions(shop).await?, json!(["1", "1"]));
        // The last page is closed: the next one is wholly new. The browser may need a moment to see that it is closed.
        for _ in 0..TRIES {
            let next = driver.new_tab().await?;
            driver.close_window().await?;
            driver.switch_to_window(next).await?;
            tokio::time::sleep(Duration::from_secs(1)).await;
            shop.goto("index.html").await?;
            if versions(shop).await? != json!(["1", "1"]) {
                break;
            }
        }
        assert_eq!(shop.settled().await?, "ready");
        assert_eq!(versions(shop).await?, json!(["2", "2"]));
        Ok(())
    })
    .await?;
    Ok(fs::remove_dir_all(at)?)
}
