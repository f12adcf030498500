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
use xtask::{http::Reply, offline};

/// Whatever is asked for, nobody answers, once it is off.
fn unplugged(off: &Arc<AtomicBool>) -> Fault {
    let pulled = off.clone();
    Box::new(move |_: &str, reply: &mut Reply| {
        if pulled.load(Ordering::Relaxed) {
            *reply = Reply { status: 503, ..Reply::default() };
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

/// Tries to look at a page that is being loaded again.
const PATIENCE: u32 = 50;

/// What of its version each part of a page says.
async fn versions(shop: &Shop) -> Result<serde_json::Value> {
    let said = r#"
        const text = async (path) => (await (await fetch(path)).text());
        const [page, script] = [document.documentElement.dataset.version ?? "1", await text("demo/store.js")];
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
        let page = fs::read_to_string(at.join("index.html"))?.replace("<html lang=\"en\">", "<html lang=\"en\" data-version=\"2\">");
        fs::write(at.join("index.html"), page)?;
        fs::write(at.join("demo/store.js"), fs::read_to_string(at.join("demo/store.js"))? + "/* version 2 */\n")?;
        let source = fs::read_to_string(root().join("www/offline.js"))?;
        fs::write(at.join("offline.js"), offline::script(&at, &source)?)?;

        // A page of the old one gets the rest of the old one, also while the new one is being fetched.
        let update = r#"
            const registration = await navigator.serviceWorker.ready;
            await registration.update();
            while (!registration.waiting) await new Promise((next) => setTimeout(next, 50));"#;
        assert_eq!(versions(shop).await?, json!(["1", "1"]));
        shop.ask(update, &[]).await?;
        assert_eq!(versions(shop).await?, json!(["1", "1"]));
        // The last one is left: the next page is wholly new.
        shop.goto("index.html").await?;
        let new = "while (document.documentElement?.dataset.version !== '2') await new Promise((next) => setTimeout(next, 50)); return true;";
        for _ in 0..PATIENCE {
            // A try may be torn away by the reload that the worker asks for.
            if shop.ask(new, &[]).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert_eq!(shop.settled().await?, "ready");
        assert_eq!(versions(shop).await?, json!(["2", "2"]));
        Ok(())
    })
    .await?;
    Ok(fs::remove_dir_all(at)?)
}
