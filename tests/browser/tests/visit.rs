//! A visit: from the first page to recommendations that follow what the visitor does, says, reloads and erases.

use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Shop, Site,
    shop::{products, strings, words},
    visit,
};
use serde_json::{Value, json};

/// The visitor looks at this many products of a category.
const VIEWS: usize = 3;
const CATEGORY: &str = "Cycling";

fn in_category(id: &str) -> bool {
    words(&products()[id], "en", "category") == CATEGORY
}

async fn view_some(shop: &Shop) -> Result<Vec<String>> {
    let viewed: Vec<_> = products().into_keys().filter(|id| in_category(id)).take(VIEWS).collect();
    for id in &viewed {
        shop.open(&format!("product.html?item={id}")).await?;
    }
    Ok(viewed)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_visit_ends_in_recommendations() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open("index.html").await?;
        let cards = shop.shown().await?;
        assert!(cards.len() >= 10, "{cards:?}");
        assert_eq!(shop.device().await?["device"], "cpu");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn three_views_move_the_shelf_and_a_dislike_moves_it_away() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        let viewed = view_some(shop).await?;
        shop.open_whole("index.html").await?;
        let count = |list: &[String]| list.iter().filter(|id| in_category(id)).count();
        let before = shop.for_you(10).await?;
        assert!(count(&before) >= 5, "{before:?}");
        assert!(viewed.iter().all(|seen| !before.contains(seen)), "what was seen is left out: {before:?}");
        let reasons =
            "return [...shelf.shadowRoot.querySelectorAll('[part=reason]')].map((reason) => reason.textContent);";
        let reasons = strings(&shop.with_client(reasons, &[]).await?)?;
        let true_ones = ["Because you viewed ", "Like 2 products you chose in ", "Like 3 products you chose in "];
        assert!(reasons.iter().any(|reason| true_ones.iter().any(|words| reason.starts_with(words))), "{reasons:?}");

        // The first three cards of the list are refused, by their buttons.
        let refuse = r#"
            for (let refused = 0; refused < 3; refused++) {
              const seen = new Promise((done) => client.subscribe((update) => update.type === "shelf" && done()));
              shelf.shadowRoot.querySelector("[data-action=dislike][aria-pressed=false]").click();
              await seen;
            }"#;
        shop.with_client(refuse, &[]).await?;
        let after = shop.for_you(10).await?;
        assert!(count(&after) < count(&before), "before {before:?}, after {after:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sentence_is_enough_for_a_visitor_without_history() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open_whole("index.html").await?;
        let wish = r#"
            document.getElementById("wish-text").value = given[0];
            document.getElementById("wish").requestSubmit();
            await client.profile();"#;
        shop.with_client(wish, &[json!("waterproof jacket for cycling in the rain")]).await?;
        let products = products();
        let list = shop.for_you(5).await?;
        let told = |id: &String| ["title", "description"].map(|field| words(&products[id], "en", field)).join(" ");
        let first = told(&list[0]).to_lowercase();
        assert!(
            first.contains("waterproof") && first.contains("jacket"),
            "{:?}",
            list.iter().map(told).collect::<Vec<_>>()
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn chinese_is_shown_and_searched_unbroken() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open("index.html?lang=zh-CN").await?;
        let products = products();
        for (id, title) in shop.shown().await? {
            assert_eq!(title, words(&products[&id], "zh", "title"));
        }
        // A word from the middle of a title, as a person would type it.
        let hits =
            shop.with_client("return client.search(given[0], { lang: 'zh-CN', limit: 10 });", &[json!("防水")]).await?;
        let hits = hits.as_array().context("cards")?;
        assert!(!hits.is_empty());
        let text = |parts: &Value| -> String {
            parts.as_array().into_iter().flatten().filter_map(|part| part["text"].as_str()).collect()
        };
        let ids: Vec<_> = hits.iter().map(|card| card["item"].as_str().unwrap_or_default()).collect();
        for (id, card) in ids.iter().zip(hits) {
            assert_eq!(text(&card["title"]), words(&products[*id], "zh", "title"));
        }
        let about = |id: &str| ["title", "description"].map(|field| words(&products[id], "zh", field)).concat();
        assert!(about(ids[0]).contains("防水"), "{}", about(ids[0]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_keeps_the_visitor_and_forgetting_erases_everything() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        view_some(shop).await?;
        shop.open_whole("index.html").await?;
        let events = "return (await client.profile()).events.map(({ event }) => `${event.name} ${event.item}`);";
        let list = shop.for_you(10).await?;
        let profile = shop.with_client(events, &[]).await?;
        assert!(strings(&profile)?.iter().filter(|event| event.starts_with("view_item ")).count() >= VIEWS, "{profile}");

        let fetched = || shop.site.requests().iter().filter(|line| line.contains("model.safetensors")).count();
        let fetched_before = fetched();
        shop.browser.driver.refresh().await?;
        shop.device().await?;
        assert_eq!(fetched(), fetched_before, "a model that has arrived is kept");
        assert_eq!(shop.with_client(events, &[]).await?, profile);
        assert_eq!(shop.for_you(10).await?, list);

        shop.with_client("await client.forget();", &[]).await?;
        let left = r#"
            const left = { session: { ...sessionStorage }, log: 0 };
            for (const { name } of await indexedDB.databases()) {
              const database = await new Promise((done) => (indexedDB.open(name).onsuccess = (event) => done(event.target.result)));
              for (const store of database.objectStoreNames) {
                left.log += await new Promise((done) =>
                  (database.transaction(store).objectStore(store).count().onsuccess = (event) => done(event.target.result)));
              }
              database.close();
            }
            return left;"#;
        assert_eq!(shop.ask(left, &[]).await?, json!({ "session": {}, "log": 0 }));
        shop.browser.driver.refresh().await?;
        shop.settled().await?;
        assert_eq!(shop.with_client(events, &[]).await?, json!([]));
        Ok(())
    })
    .await
}
