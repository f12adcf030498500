//! A visit: from the first page to recommendations that follow what the visitor does, says, reloads and erases.

use anyhow::Result;
use browser_tests::{
    Gpu, Site,
    shop::{category, products},
    visit,
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_visit_ends_in_recommendations() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.goto("index.html").await?;
        assert_eq!(shop.settled().await?, "ready");
        let cards = shop.shown().await?;
        assert!(cards.len() >= 10, "{cards:?}");
        assert_eq!(shop.device().await?["device"], "cpu");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn three_views_move_the_shelf_and_a_dislike_moves_it_back() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        let products = products();
        let cycling = |id: &String| category(&products, id) == "Cycling";
        let viewed: Vec<_> = products.keys().filter(|id| cycling(id)).take(3).collect();
        for id in &viewed {
            shop.goto(&format!("product.html?item={id}")).await?;
            shop.settled().await?;
        }
        shop.goto("index.html").await?;
        shop.settled().await?;
        shop.device().await?;
        let count = |list: &[String]| list.iter().filter(|id| cycling(id)).count();
        let before = shop.for_you(10).await?;
        assert!(count(&before) >= 5, "{before:?}");
        assert!(viewed.iter().all(|seen| !before.contains(seen)), "what was seen is left out: {before:?}");
        let dislike = "for (const item of given[0]) await client.track('dislike', { item });";
        shop.with_client(dislike, &[json!(viewed)]).await?;
        let after = shop.for_you(10).await?;
        assert!(count(&after) < count(&before), "before {before:?}, after {after:?}");
        Ok(())
    })
    .await
}
