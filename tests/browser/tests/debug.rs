//! The debug panel, opened by `?nearmind=debug`: where the model runs, plots of latencies, the current scene, the parts
//! of each score, and ids that match no item.

use std::{fs, process::Command};

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Shop, Site,
    site::{add_file, root},
    visit, visit_in_each_browser,
};
use serde_json::{Value, json};

/// Opens a page with the panel, and waits until the panel shows three searches.
async fn open_panel(shop: &Shop, page: &str) -> Result<()> {
    shop.open_with_model(page).await?;
    shop.with_client("for (const query of ['tent', 'tea', 'lamp']) await client.search(query);", &[]).await?;
    shop.wait_until(&format!(
        "{ROOT} && [...{ROOT}.querySelectorAll('.latency tbody th')].some((row) => row.textContent === 'search' && row.nextSibling.textContent === '3')"
    ))
    .await
}

const ROOT: &str = "document.querySelector('nearmind-debug')?.shadowRoot";

#[tokio::test(flavor = "multi_thread")]
async fn latencies_are_plotted_and_the_current_scene_is_shown() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        open_panel(shop, "index.html?nearmind=debug").await?;
        let rows = format!(
            "return [...{ROOT}.querySelectorAll('.latency tbody tr')].map((row) => ({{
               command: row.children[0].textContent, numbers: [...row.querySelectorAll('td:not(.plot)')].map((cell) => Number(cell.textContent)),
               marks: [...row.querySelectorAll('.mark')].map((mark) => mark.getBoundingClientRect().x - row.querySelector('.plot').getBoundingClientRect().x),
               wide: row.querySelector('.plot').getBoundingClientRect().width }}));"
        );
        let rows = shop.evaluate(&rows, &[]).await?;
        let rows = rows.as_array().context("no rows")?;
        for command in ["open", "shelf", "search"] {
            assert!(rows.iter().any(|row| row["command"] == command), "no {command}: {rows:?}");
        }
        let numbers = |value: &Value| value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect::<Vec<_>>();
        for row in rows {
            let (figures, marks) = (numbers(&row["numbers"]), numbers(&row["marks"]));
            // The count and the 50th, 90th and 99th percentiles as figures; the percentiles also as marks from left to
            // right.
            assert!(figures.len() == 4 && figures[0] >= 1.0 && figures[1..].is_sorted(), "{row}");
            assert!(marks.len() == 3 && marks.is_sorted(), "{row}");
            assert!(marks.iter().all(|at| *at > -6.0 && *at < row["wide"].as_f64().unwrap_or(0.0) + 6.0), "{row}");
        }
        let search = rows.iter().find(|row| row["command"] == "search").context("no row of searches")?;
        assert_eq!(search["numbers"][0], 3);
        assert!(numbers(&search["marks"])[0] > 0.0, "the scale is not logarithmic: {search}");

        let scene = format!("return JSON.parse({ROOT}.querySelector('.scene pre').textContent);");
        let scene = shop.evaluate(&scene, &[]).await?;
        assert_eq!(scene["kind"], "for-you");
        assert!(scene["scoreWeights"]["content"].is_number() && scene["weights"]["halfLifeDays"].is_number(), "{scene}");
        // A new scene is shown at once.
        shop.evaluate("document.querySelector('nearmind-shelf').setAttribute('scene', 'news');", &[]).await?;
        let news = shop.with_client("const [{ scene }] = await client.send({ type: 'scene', shelf: 'shelf-1' }); return scene;", &[]).await?;
        assert_ne!(news["weights"], scene["weights"], "{news}");
        shop.wait_until(&format!("{ROOT}.querySelector('.scene pre').textContent.includes('\"halfLifeDays\": {}')", news["weights"]["halfLifeDays"])).await?;

        shop.wait_until(&format!("{ROOT}.textContent.includes('Running on your processor')")).await?;
        let text = format!("return {ROOT}.textContent;");
        let text = shop.evaluate(&text, &[]).await?;
        let text = text.as_str().context("no text")?;
        assert!(["335 items", "content"].iter().all(|part| text.contains(part)), "{text}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_panel_is_not_downloaded_unless_requested() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open("examples/plain.html").await?;
        assert_eq!(shop.evaluate("return document.querySelector('nearmind-debug');", &[]).await?, json!(null));
        assert!(!shop.site.requests().iter().any(|line| line.contains("debug")));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn unmatched_ids_are_listed_with_the_most_similar_name() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open_with_model("index.html?nearmind=debug").await?;
        let push = "for (const item_id of ['shopify_US_123_456', 'SKU:dripper-still', 'dripper-still'])
          (window.dataLayer ??= []).push({ event: 'add_to_cart', ecommerce: { items: [{ item_id }] } });";
        shop.evaluate(push, &[]).await?;
        shop.wait_until(&format!("{ROOT} && {ROOT}.querySelectorAll('.unmatched tbody tr').length === 2")).await?;
        let rows = format!(
            "return [...{ROOT}.querySelectorAll('.unmatched tbody tr')].map((row) => [row.children[0], row.children[2]].map((cell) => cell.textContent));"
        );
        let rows = shop.evaluate(&rows, &[]).await?;
        assert_eq!(rows, json!([["SKU:dripper-still", "dripper-still"], ["shopify_US_123_456", "none similar"]]));
        Ok(())
    })
    .await
}

/// A shop in which every item is out of stock, with the page `/sold.html`.
fn sold_out_shop() -> Result<Site> {
    let folder = std::env::temp_dir().join(format!("nearmind-sold-out-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let rows = ["Oak chair", "Pine table", "Brass lamp", "Wool rug", "Linen curtain"];
    let rows = rows.iter().enumerate().map(|(nth, title)| format!("{nth},{title},out of stock,10 EUR\n"));
    fs::write(folder.join("feed.csv"), format!("id,title,availability,price\n{}", rows.collect::<String>()))?;
    let mut bake = Command::new(root().join("target/debug/nearmind"));
    bake.arg("bake").arg(folder.join("feed.csv")).arg("--model").arg(root().join("models/minilm"));
    let output = bake.arg("--out").arg(folder.join("catalog")).output().context("cannot run nearmind")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let html = r#"<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A shop</title>
        <script type="module" src="shelf.js"></script>
        <nearmind-shelf catalog="sold-out/" model="models/minilm/"><p>Our picks</p></nearmind-shelf>"#;
    let html = add_file("/sold.html", html.into());
    Ok(Site::with_interceptor(Box::new(move |path, reply| {
        html(path, reply);
        if let Some(Ok(file)) = path.strip_prefix("/sold-out/").map(|name| fs::read(folder.join("catalog").join(name)))
        {
            (reply.status, reply.body) = (200, file);
        }
    })))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_panel_reports_a_sold_out_catalogue() -> Result<()> {
    visit(sold_out_shop()?, Gpu::None, &[], async |shop| {
        shop.goto("sold.html?nearmind=debug").await?;
        shop.wait_until(&format!("{ROOT}?.querySelector('.finding')")).await?;
        let finding = shop.evaluate(&format!("return {ROOT}.querySelector('.finding').textContent;"), &[]).await?;
        let finding = finding.as_str().context("no finding")?;
        assert!(finding.starts_with("5 of 5 items are out of stock, and no shelf has anything to show."), "{finding}");
        let own_markup_visible = "return document.querySelector('nearmind-shelf p').checkVisibility();";
        assert_eq!(shop.evaluate(own_markup_visible, &[]).await?, json!(true), "the shop's own markup is hidden");
        Ok(())
    })
    .await
}
