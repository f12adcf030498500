//! Texts that match no product: a wish leaves the shelf full, with a message, and is marked in the profile; a search
//! shows the categories.

use anyhow::Result;
use browser_tests::{Shop, Site, visit_in_each_browser};
use serde_json::json;

const STATUS: &str =
    "document.querySelector('nearmind-shelf').shadowRoot.querySelector('[part=status-text]').textContent";

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_without_meaning_shows_a_message_on_a_full_shelf() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open_with_model("index.html").await?;
        let card_count = shop.shown_cards().await?.len();
        shop.with_client("await client.track('wish', { text: 'qwxz vbnm' });", &[]).await?;
        shop.wait_until(&format!("{STATUS}.startsWith('We found nothing for “qwxz vbnm”')")).await?;
        assert_eq!(shop.shown_cards().await?.len(), card_count);
        // The next page shows the message, too, because the wish is recent.
        shop.open_with_model("index.html").await?;
        shop.wait_until(&format!("{STATUS}.startsWith('We found nothing for “qwxz vbnm”')")).await?;
        shop.with_client("await client.track('wish', { text: 'green tea' });", &[]).await?;
        shop.wait_until(&format!("{STATUS} === ''")).await?;
        shop.goto("profile.html").await?;
        shop.wait_for_profile().await?;
        let read_events = "return [...document.querySelector('nearmind-profile').shadowRoot.querySelectorAll('[part=panel-events] li')]
          .map((line) => [line.querySelector('.label').textContent, line.querySelector('.unused')?.textContent ?? '']);";
        shop.wait_until("document.querySelector('nearmind-profile').shadowRoot.querySelector('.unused')").await?;
        let lines = shop.evaluate(read_events, &[]).await?;
        assert_eq!(lines, json!([["green tea", ""], ["qwxz vbnm", "Not used: nothing here is about it."]]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_without_results_shows_the_categories() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open_with_model("search.html?q=submarine+periscope").await?;
        shop.wait_until("document.querySelector('#results .category')").await?;
        let page = "return [document.querySelectorAll('#results .tile').length, document.querySelectorAll('#results .category a').length,
          document.querySelector('#results-note').textContent, records.errors];";
        let page = shop.evaluate(page, &[]).await?;
        assert_eq!((&page[0], &page[1], &page[3]), (&json!(0), &json!(18), &json!([])), "{page}");
        assert!(page[2].as_str().is_some_and(|note| note.starts_with("No products found")), "{page}");
        // A search for something that is sold shows results again.
        shop.open_with_model("search.html?q=waterproof+jacket").await?;
        shop.wait_until("document.querySelector('#results').dataset.by === 'meaning' && document.querySelector('#results .tile')").await?;
        assert_eq!(shop.evaluate("return document.querySelector('#results').className;", &[]).await?, json!("grid"));
        Ok(())
    })
    .await
}
