//! The demo shop without network: the second visit works, and an update never mixes versions.

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
    site::{Interceptor, root},
    visit_in_each_browser_unrecorded,
};
use serde_json::json;
use xtask::{
    http::{Request, Response},
    offline, server,
};

/// Responds to every request with an error while `off` is set.
fn turn_off(off: &Arc<AtomicBool>) -> Interceptor {
    let off = off.clone();
    Box::new(move |_: &str, reply: &mut Response| {
        if off.load(Ordering::Relaxed) {
            *reply = Response { status: 503, ..Response::default() };
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_visit_works_without_network() -> Result<()> {
    let off = Arc::new(AtomicBool::new(false));
    visit_in_each_browser_unrecorded(
        || Site::with_interceptor(turn_off(&off)),
        async |shop: &Shop| {
            off.store(false, Ordering::Relaxed);
            shop.open_with_model("index.html").await?;
            shop.evaluate("await navigator.serviceWorker.ready;", &[]).await?;
            // Only the build of the encoder that runs is requested, both by the page and by the service worker.
            let mut builds = shop.site.requests();
            builds.retain(|line| line.contains("encoder") && line.ends_with("_bg.wasm"));
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
                    shop.wait_for_profile().await?;
                } else {
                    assert_eq!(shop.wait_for_shelf().await?, "ready", "{page}");
                }
                shop.wait_for_model().await?;
            }
            let found =
                shop.with_client("return (await client.search('tent for two', { limit: 3 })).length;", &[]).await?;
            assert_eq!(found, 3);
            Ok(())
        },
    )
    .await
}

/// Redirects `page.html` to `page`, as hosts do that show no file extensions in URLs.
fn hide_extensions() -> Interceptor {
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
async fn the_second_visit_works_on_a_host_that_redirects_pages() -> Result<()> {
    visit_in_each_browser_unrecorded(
        || Site::with_interceptor(hide_extensions()),
        async |shop: &Shop| {
            shop.open("index.html").await?;
            shop.evaluate("await navigator.serviceWorker.ready;", &[]).await?;
            for page in ["index.html", "product.html?item=rain-jacket-squall", "cart", "profile"] {
                shop.goto(page).await?;
                let title = shop.evaluate("return document.title;", &[]).await?;
                assert!(title.as_str().is_some_and(|title| title.contains("Halfmoon")), "{page}: {title}");
                assert_ne!(
                    shop.evaluate("return navigator.serviceWorker.controller === null;", &[]).await?,
                    json!(true)
                );
            }
            Ok(())
        },
    )
    .await
}

/// Copies a folder with everything in it.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => copy_folder(&entry.path(), &to.join(entry.file_name()))?,
            false => drop(fs::copy(entry.path(), to.join(entry.file_name()))?),
        }
    }
    Ok(())
}

/// How often the old page is closed until the new version is shown.
const TRIES: u32 = 10;

/// The versions of the page and of its script.
async fn versions(shop: &Shop) -> Result<serde_json::Value> {
    let read = r#"
        const text = async (path) => (await (await fetch(path)).text());
        const [page, script] = [document.documentElement.dataset.version ?? "1", await text("demo/storage.js")];
        return [page, script.includes("version 2") ? "2" : "1"];"#;
    shop.evaluate(read, &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_never_mixes_versions() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("nearmind-versions-{}", std::process::id()));
    let first_version = || {
        copy_folder(&root().join("dist"), &folder).expect("cannot copy the site");
        Site::from_folder(folder.clone(), Box::new(|_, _| {}))
    };
    visit_in_each_browser_unrecorded(first_version, async |shop: &Shop| {
        shop.open("index.html").await?;
        shop.evaluate("await navigator.serviceWorker.ready;", &[]).await?;
        shop.goto("index.html").await?;
        assert_eq!(versions(shop).await?, json!(["1", "1"]));

        // The shop publishes a new version of the page and its script.
        let page = fs::read_to_string(folder.join("index.html"))?
            .replace("<html lang=\"en\">", "<html lang=\"en\" data-version=\"2\">");
        fs::write(folder.join("index.html"), page)?;
        fs::write(
            folder.join("demo/storage.js"),
            fs::read_to_string(folder.join("demo/storage.js"))? + "/* version 2 */\n",
        )?;
        let source = fs::read_to_string(root().join("www/demo/offline.js"))?;
        fs::write(folder.join("offline.js"), offline::build_script(&folder, &source)?)?;

        // A page of the old version gets files of the old version, also after the new one has been downloaded.
        let update = r#"
            const registration = await navigator.serviceWorker.ready;
            await registration.update();
            while (!registration.waiting) await new Promise((next) => setTimeout(next, 50));"#;
        assert_eq!(versions(shop).await?, json!(["1", "1"]));
        shop.evaluate(update, &[]).await?;
        assert_eq!(versions(shop).await?, json!(["1", "1"]));
        // So does a second page while the first one is open.
        let driver = &shop.browser.driver;
        let first = driver.window().await?;
        let second = driver.new_tab().await?;
        driver.switch_to_window(second).await?;
        shop.goto("index.html").await?;
        assert_eq!(versions(shop).await?, json!(["1", "1"]));
        driver.close_window().await?;
        driver.switch_to_window(first).await?;
        assert_eq!(versions(shop).await?, json!(["1", "1"]));
        // When the last page has been closed, the next one is wholly of the new version. The browser may take a moment
        // to notice that a page has been closed.
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
        assert_eq!(shop.wait_for_shelf().await?, "ready");
        assert_eq!(versions(shop).await?, json!(["2", "2"]));
        Ok(())
    })
    .await?;
    Ok(fs::remove_dir_all(folder)?)
}
