//! Word vectors, in real browsers: without the model, texts are compared by the meaning of their words, and words of cards
//! are highlighted.

use anyhow::Result;
use serde_json::json;

use browser_tests::{
    Gpu, Shop, Site,
    site::{add_shop_page, replace_in_worker},
    visit, visit_in_each_browser,
};

const STATIC: &str = r#"catalog="catalog/" model="models/minilm/" encoder="static""#;

#[tokio::test(flavor = "multi_thread")]
async fn without_the_model_a_search_finds_what_its_words_mean() -> Result<()> {
    visit_in_each_browser(|| Site::with_interceptor(add_shop_page(STATIC)), async |shop: &Shop| {
        shop.open("shop.html").await?;
        shop.wait_until("document.querySelector('nearmind-shelf').client?.state.words > 1000").await?;
        // No text of the catalogue has the word "couch".
        let search = r#"
            const { client } = document.querySelector("nearmind-shelf");
            const ids = (cards) => cards.map(({ item }) => item);
            const found = ids(await client.search("couch", { limit: 6 }));
            await client.track("wish", { text: "a couch" });
            return [found.some((id) => id.startsWith("sofa-")), ids((await client.recommend({ limit: 6 })).cards).some((id) => id.startsWith("sofa-"))];"#;
        assert_eq!(shop.evaluate(search, &[]).await?, json!([true, true]));
        assert!(!shop.site.requests().iter().any(|line| line.contains("/models/") || line.contains("nearmind-encoder")));
        assert_eq!(shop.records("errors").await?, json!([]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_model_words_of_cards_are_highlighted() -> Result<()> {
    visit_in_each_browser(
        || Site::with_interceptor(add_shop_page(STATIC)),
        async |shop: &Shop| {
            shop.open("shop.html").await?;
            let like = "await document.querySelector('nearmind-shelf').client.track('like', { item: 'sofa-harbour' });";
            shop.evaluate(like, &[]).await?;
            shop.wait_until("document.querySelector('nearmind-shelf').shadowRoot.querySelector('[part~=word]')").await
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_save_data_word_vectors_wait_for_a_text() -> Result<()> {
    let save_data =
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } }); const starting = start();";
    let site = Site::with_interceptor(replace_in_worker("const starting = start();", save_data));
    visit(site, Gpu::None, &[], async |shop: &Shop| {
        shop.open("index.html").await?;
        shop.wait_until_idle().await?;
        let requested = || shop.site.requests().iter().any(|line| line.contains("word-vectors."));
        assert!(!requested(), "nobody asked for the word vectors");
        let wish = "const ready = new Promise((done) => client.subscribe(({ type }) => type === 'word-vectors-ready' && done()));
            await client.track('wish', { text: 'a couch' }); await ready;";
        shop.with_client(wish, &[]).await?;
        assert!(requested());
        Ok(())
    })
    .await
}
