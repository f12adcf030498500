//! What a page with recommendations does not do: ask for anything once it has loaded, or break its policy.

use std::time::Duration;

use anyhow::Result;
use browser_tests::{Gpu, Site, visit};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_of_any_server_once_the_page_has_loaded() -> Result<()> {
    let site = Site::new();
    // All of the browser's requests, to whatever host, come to this server.
    let proxy = format!("--proxy-server=http://127.0.0.1:{}", site.port);
    let flags = [proxy.as_str(), "--proxy-bypass-list=<-loopback>"];
    visit(site, Gpu::None, &flags, async |shop| {
        shop.open("index.html").await?;
        shop.decided().await?;
        // The shop's own worker fetches what it keeps for a visit without network.
        shop.ask("await navigator.serviceWorker.ready;", &[]).await?;
        shop.idle().await?;
        let before = shop.site.requests().len();
        assert!(before > 10, "the proxy sees the page's requests");
        shop.use_all().await?;
        shop.idle().await?;
        let mut after = shop.site.requests().split_off(before);
        // Chromium itself asks its maker now and then; the page's policy would not let the page.
        after.retain(|line| {
            !(line.starts_with("CONNECT ")
                && (line.ends_with(".google.com:443") || line.ends_with(".googleapis.com:443")))
        });
        assert_eq!(after, Vec::<String>::new());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_policy_is_violated_in_page_or_worker() -> Result<()> {
    no_violation(Gpu::None).await?;
    // The software adapter's process stops answering now and then, with nothing to do: the visit begins anew.
    for _ in 0..2 {
        if let Ok(ended) = tokio::time::timeout(Duration::from_secs(90), no_violation(Gpu::Software)).await {
            return ended;
        }
        eprintln!("the software adapter did not answer for 90 s: once more");
    }
    no_violation(Gpu::Software).await
}

async fn no_violation(gpu: Gpu) -> Result<()> {
    visit(Site::new(), gpu, &[], async |shop| {
        for page in ["index.html", "product.html?item=rain-jacket-squall", "search.html?q=tent", "cart.html"] {
            shop.open(page).await?;
            shop.decided().await?;
            assert_eq!(shop.seen("violations").await?, json!([]), "{page}");
            assert_eq!(shop.seen("errors").await?, json!([]), "{page}");
        }
        shop.use_all().await?;
        let reports: Vec<_> = shop.site.requests().into_iter().filter(|line| line.contains("csp-report")).collect();
        assert_eq!(reports, Vec::<String>::new());
        Ok(())
    })
    .await
}
