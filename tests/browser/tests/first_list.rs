//! The list of a first visit is drawn before the recommender is there, only for a visitor without a history, and the
//! recommender takes over without a visible change.

use std::{thread, time::Duration};

use anyhow::Result;
use browser_tests::{
    Gpu, Shop, Site,
    site::{Interceptor, add_shop_page},
    visit, visit_in_each_browser,
};
use serde_json::json;

const ATTRIBUTES: &str = r#"catalog="catalog/" limit="6""#;

/// A page with a shelf, whose worker comes two seconds late.
fn slow_worker(attributes: &str) -> Interceptor {
    let add_page = add_shop_page(attributes);
    Box::new(move |path, reply| {
        add_page(path, reply);
        if path == "/worker.js" {
            thread::sleep(Duration::from_secs(2));
        }
    })
}

/// Opens the page, and waits for the first cards, whoever ranked them.
async fn open_until_cards(shop: &Shop) -> Result<()> {
    shop.goto("shop.html").await?;
    shop.wait_until("document.querySelector('nearmind-shelf')?.state === 'ready'").await
}

fn first_list_requests(shop: &Shop) -> usize {
    shop.site.requests().iter().filter(|line| line.contains("first-list-")).count()
}

/// Defines `cards()`, and `updated`, which resolves when the worker has sent a list.
const PAGE: &str = r#"
    const shelf = document.querySelector("nearmind-shelf"), { client } = shelf;
    const updated = new Promise((done) => client.subscribe(({ type }) => type === "shelf" && setTimeout(done, 100)));
    const cards = () => [...shelf.shadowRoot.querySelectorAll("li[data-item]")];"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_sees_the_list_before_the_worker_is_there() -> Result<()> {
    visit_in_each_browser(
        || Site::with_interceptor(slow_worker(ATTRIBUTES)),
        async |shop: &Shop| {
            open_until_cards(shop).await?;
            let compare = r#"
            const before = cards(), early = client.state.items === null, changes = [];
            new MutationObserver((records) => changes.push(...records.filter(({ type }) => type === "childList")))
              .observe(before[0].parentNode, { childList: true });
            const html = () => cards().map((card) => card.querySelector("a").textContent).join();
            const text = html();
            await updated;
            const after = cards(), ranked = (await client.recommend({ limit: 6 })).cards.map(({ item }) => item);
            return { early, count: before.length, nodes: before.every((card, i) => card === after[i]), changes: changes.length,
              text: text === html(), equal: ranked.join() === after.map((card) => card.dataset.item).join() };"#;
            let compared = shop.evaluate(&format!("{PAGE} {compare}"), &[]).await?;
            let expected =
                json!({ "early": true, "count": 6, "nodes": true, "changes": 0, "text": true, "equal": true });
            assert_eq!(compared, expected);
            assert_eq!(first_list_requests(shop), 1);
            // With the files in the cache, the worker is as quick.
            open_until_cards(shop).await?;
            assert_eq!(first_list_requests(shop), 1);
            Ok(())
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_visitor_never_sees_it() -> Result<()> {
    visit_in_each_browser(
        || Site::with_interceptor(slow_worker(ATTRIBUTES)),
        async |shop: &Shop| {
            open_until_cards(shop).await?;
            let leave = r#"await updated; await client.track("like", { item: "dripper-still" });
            for (const name of await caches.keys()) await caches.delete(name);"#;
            shop.evaluate(&format!("{PAGE} {leave}"), &[]).await?;
            // The files are gone, so the list is requested as by anybody; but it is not drawn.
            open_until_cards(shop).await?;
            let state = shop.evaluate(&format!("{PAGE} return client.state.items;"), &[]).await?;
            assert!(state.as_u64().is_some_and(|items| items > 0), "a list was drawn before the catalogue was there");
            assert_eq!(first_list_requests(shop), 2);
            Ok(())
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn other_lists_wait_for_the_worker() -> Result<()> {
    let others = [
        r#"catalog="catalog/" scene="trending""#,
        r#"catalog="catalog/" limit="24""#,
        r#"catalog="catalog/" item="dripper-still""#,
        r#"catalog="catalog/" pictures="private""#,
    ];
    for attributes in others {
        visit(Site::with_interceptor(add_shop_page(attributes)), Gpu::None, &[], async |shop: &Shop| {
            open_until_cards(shop).await?;
            assert_eq!(first_list_requests(shop), 0, "{attributes}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_list_is_not_drawn() -> Result<()> {
    let alter = || {
        let slow = slow_worker(ATTRIBUTES);
        Site::with_interceptor(Box::new(move |path, reply| {
            slow(path, reply);
            if path.contains("first-list-") {
                reply.body.push(b' ');
            }
        }))
    };
    visit_in_each_browser(alter, async |shop: &Shop| {
        open_until_cards(shop).await?;
        let items = shop.evaluate(&format!("{PAGE} return client.state.items;"), &[]).await?;
        assert!(items.as_u64().is_some_and(|items| items > 0), "an altered list was drawn");
        assert_eq!(shop.records("errors").await?, json!([]));
        Ok(())
    })
    .await
}
