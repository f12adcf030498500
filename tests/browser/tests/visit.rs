//! A visit: recommendations on the first page, that follow views, dislikes and wishes, last after a reload, and are
//! forgotten.

use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Shop, Site,
    shop::{product_text, products, to_strings},
    visit,
};
use serde_json::{Value, json};

/// Products of the category that the visitor views.
const VIEWS: usize = 3;
const CATEGORY: &str = "Cycling";

fn in_category(id: &str) -> bool {
    product_text(&products()[id], "en", "category") == CATEGORY
}

async fn view_products(shop: &Shop) -> Result<Vec<String>> {
    let viewed: Vec<_> = products().into_keys().filter(|id| in_category(id)).take(VIEWS).collect();
    for id in &viewed {
        shop.open(&format!("product.html?item={id}")).await?;
    }
    Ok(viewed)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_visit_shows_recommendations() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open("index.html").await?;
        let cards = shop.shown_cards().await?;
        assert!(cards.len() >= 10, "{cards:?}");
        assert_eq!(shop.wait_for_model().await?["device"], "cpu");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn views_raise_a_category_and_dislikes_lower_it() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        let viewed = view_products(shop).await?;
        shop.open_with_model("index.html").await?;
        let count = |list: &[String]| list.iter().filter(|id| in_category(id)).count();
        let before = shop.for_you(10).await?;
        assert!(count(&before) >= 5, "{before:?}");
        assert!(viewed.iter().all(|item| !before.contains(item)), "viewed products are recommended: {before:?}");
        let reasons =
            "return [...shelf.shadowRoot.querySelectorAll('[part=reason]')].map((reason) => reason.textContent);";
        let reasons = to_strings(&shop.with_client(reasons, &[]).await?)?;
        let expected = ["Because you viewed ", "Like 2 products you chose in ", "Like 3 products you chose in "];
        assert!(reasons.iter().any(|reason| expected.iter().any(|start| reason.starts_with(start))), "{reasons:?}");

        // The visitor dislikes the first three cards by their buttons.
        let dislike = r#"
            for (let count = 0; count < 3; count++) {
              const redrawn = new Promise((done) => client.subscribe((update) => update.type === "shelf" && done()));
              shelf.shadowRoot.querySelector("[data-action=dislike][aria-pressed=false]").click();
              await redrawn;
            }"#;
        shop.with_client(dislike, &[]).await?;
        let after = shop.for_you(10).await?;
        assert!(count(&after) < count(&before), "before {before:?}, after {after:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_is_enough_for_a_visitor_without_history() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open_with_model("index.html").await?;
        let wish = r#"
            document.getElementById("wish-text").value = args[0];
            document.getElementById("wish").requestSubmit();
            await client.profile();"#;
        shop.with_client(wish, &[json!("waterproof jacket for cycling in the rain")]).await?;
        let products = products();
        let list = shop.for_you(5).await?;
        let text =
            |id: &String| ["title", "description"].map(|field| product_text(&products[id], "en", field)).join(" ");
        let first = text(&list[0]).to_lowercase();
        assert!(
            first.contains("waterproof") && first.contains("jacket"),
            "{:?}",
            list.iter().map(text).collect::<Vec<_>>()
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn chinese_texts_are_shown_whole_and_found() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open("index.html?lang=zh-CN").await?;
        let products = products();
        for (id, title) in shop.shown_cards().await? {
            assert_eq!(title, product_text(&products[&id], "zh", "title"));
        }
        // A word from the middle of a title.
        let hits =
            shop.with_client("return client.search(args[0], { lang: 'zh-CN', limit: 10 });", &[json!("防水")]).await?;
        let hits = hits.as_array().context("no cards")?;
        assert!(!hits.is_empty());
        let text = |parts: &Value| -> String {
            parts.as_array().into_iter().flatten().filter_map(|part| part["text"].as_str()).collect()
        };
        let ids: Vec<_> = hits.iter().map(|card| card["item"].as_str().unwrap_or_default()).collect();
        for (id, card) in ids.iter().zip(hits) {
            assert_eq!(text(&card["title"]), product_text(&products[*id], "zh", "title"));
        }
        let all_text =
            |id: &str| ["title", "description"].map(|field| product_text(&products[id], "zh", field)).concat();
        assert!(all_text(ids[0]).contains("防水"), "{}", all_text(ids[0]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_keeps_the_profile_and_forgetting_erases_it() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        view_products(shop).await?;
        shop.open_with_model("index.html").await?;
        let events = "return (await client.profile()).events.map(({ event }) => `${event.name} ${event.item}`);";
        let list = shop.for_you(10).await?;
        let profile = shop.with_client(events, &[]).await?;
        assert!(to_strings(&profile)?.iter().filter(|event| event.starts_with("view_item ")).count() >= VIEWS, "{profile}");

        let count_downloads = || shop.site.requests().iter().filter(|line| line.contains("model.safetensors")).count();
        let downloads = count_downloads();
        shop.browser.driver.refresh().await?;
        shop.wait_for_model().await?;
        assert_eq!(count_downloads(), downloads, "the model is downloaded again");
        assert_eq!(shop.with_client(events, &[]).await?, profile);
        assert_eq!(shop.for_you(10).await?, list);

        shop.with_client("await client.forget();", &[]).await?;
        let read_storage = r#"
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
        assert_eq!(shop.evaluate(read_storage, &[]).await?, json!({ "session": {}, "log": 0 }));
        shop.browser.driver.refresh().await?;
        shop.wait_for_shelf().await?;
        assert_eq!(shop.with_client(events, &[]).await?, json!([]));
        Ok(())
    })
    .await
}
