//! What a visitor sees of a text that the shop can make nothing of: a full shelf that says so, a page of results that is not
//! empty, and a line in the profile.

use anyhow::Result;
use browser_tests::{Shop, Site, visit_each};
use serde_json::json;

const STATUS: &str =
    "document.querySelector('nearmind-shelf').shadowRoot.querySelector('[part=status-text]').textContent";

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_of_no_meaning_leaves_a_full_shelf_that_says_so() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.open_whole("index.html").await?;
        let full = shop.shown().await?.len();
        shop.with_client("await client.track('wish', { text: 'qwxz vbnm' });", &[]).await?;
        shop.until(&format!("{STATUS}.startsWith('We found nothing for “qwxz vbnm”')")).await?;
        assert_eq!(shop.shown().await?.len(), full);
        // And once more on the next page: the visitor wrote it just now.
        shop.open_whole("index.html").await?;
        shop.until(&format!("{STATUS}.startsWith('We found nothing for “qwxz vbnm”')")).await?;
        shop.with_client("await client.track('wish', { text: 'green tea' });", &[]).await?;
        shop.until(&format!("{STATUS} === ''")).await?;
        shop.goto("profile.html").await?;
        shop.profile_drawn().await?;
        let unused = "return [...document.querySelector('nearmind-profile').shadowRoot.querySelectorAll('[part=panel-events] li')]
          .map((line) => [line.querySelector('.label').textContent, line.querySelector('.unused')?.textContent ?? '']);";
        shop.until("document.querySelector('nearmind-profile').shadowRoot.querySelector('.unused')").await?;
        let lines = shop.ask(unused, &[]).await?;
        assert_eq!(lines, json!([["green tea", ""], ["qwxz vbnm", "Not used: nothing here is about it."]]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_without_results_shows_the_categories() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.open_whole("search.html?q=submarine+periscope").await?;
        shop.until("document.querySelector('#results .category')").await?;
        let page = "return [document.querySelectorAll('#results .tile').length, document.querySelectorAll('#results .category a').length,
          document.querySelector('#results-note').textContent, seen.errors];";
        let page = shop.ask(page, &[]).await?;
        assert_eq!((&page[0], &page[1], &page[3]), (&json!(0), &json!(18), &json!([])), "{page}");
        assert!(page[2].as_str().is_some_and(|note| note.starts_with("No products found")), "{page}");
        // What is sold is found as before.
        shop.open_whole("search.html?q=waterproof+jacket").await?;
        shop.until("document.querySelector('#results').dataset.by === 'meaning' && document.querySelector('#results .tile')").await?;
        assert_eq!(shop.ask("return document.querySelector('#results').className;", &[]).await?, json!("grid"));
        Ok(())
    })
    .await
}
