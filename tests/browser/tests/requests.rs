//! A page with recommendations sends no requests after it has loaded, and never violates its content security policy.

use std::time::Duration;

use anyhow::Result;
use browser_tests::{Gpu, Site, visit};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_sent_after_the_page_has_loaded() -> Result<()> {
    let site = Site::new();
    // The browser uses this server as its proxy, so it receives the requests to all hosts.
    let proxy = format!("--proxy-server=http://127.0.0.1:{}", site.port);
    let flags = [proxy.as_str(), "--proxy-bypass-list=<-loopback>"];
    visit(site, Gpu::None, &flags, async |shop| {
        shop.open("index.html").await?;
        shop.wait_for_gpu_check().await?;
        // The shop's service worker downloads files for visits without network.
        shop.evaluate("await navigator.serviceWorker.ready;", &[]).await?;
        shop.wait_until_idle().await?;
        let before = shop.site.requests().len();
        assert!(before > 10, "the proxy must receive the page's requests");
        shop.use_every_feature().await?;
        shop.wait_until_idle().await?;
        let mut after = shop.site.requests().split_off(before);
        // Chromium itself sends requests to Google now and then. The page cannot: its policy forbids them.
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
async fn no_policy_is_violated_in_the_page_or_worker() -> Result<()> {
    check_policy(Gpu::None).await?;
    // SwiftShader's process stops responding now and then for no apparent reason. Then the visit is repeated.
    for _ in 0..2 {
        if let Ok(result) = tokio::time::timeout(Duration::from_secs(90), check_policy(Gpu::Software)).await {
            return result;
        }
        eprintln!("SwiftShader did not respond for 90 s; trying again");
    }
    check_policy(Gpu::Software).await
}

async fn check_policy(gpu: Gpu) -> Result<()> {
    visit(Site::new(), gpu, &[], async |shop| {
        for page in ["index.html", "product.html?item=rain-jacket-squall", "search.html?q=tent", "cart.html"] {
            shop.open(page).await?;
            shop.wait_for_gpu_check().await?;
            assert_eq!(shop.records("violations").await?, json!([]), "{page}");
            assert_eq!(shop.records("errors").await?, json!([]), "{page}");
        }
        shop.use_every_feature().await?;
        let reports: Vec<_> = shop.site.requests().into_iter().filter(|line| line.contains("csp-report")).collect();
        assert_eq!(reports, Vec::<String>::new());
        Ok(())
    })
    .await
}
