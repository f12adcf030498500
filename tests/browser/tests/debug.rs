//! `?nearmind=debug`, for the shop's developer: where the model runs, how long answers take as a plot, the scene in force,
//! and what each score is made of.

use std::{fs, process::Command};

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Shop, Site,
    site::{page, root},
    visit, visit_each,
};
use serde_json::{Value, json};

async fn panel(shop: &Shop, page: &str) -> Result<()> {
    shop.open_whole(page).await?;
    shop.with_client("for (const query of ['tent', 'tea', 'lamp']) await client.search(query);", &[]).await?;
    shop.until(&format!(
        "{ROOT} && [...{ROOT}.querySelectorAll('.latency tbody th')].some((row) => row.textContent === 'search' && row.nextSibling.textContent === '3')"
    ))
    .await
}

const ROOT: &str = "document.querySelector('nearmind-debug')?.shadowRoot";

#[tokio::test(flavor = "multi_thread")]
async fn latencies_are_plotted_and_the_scene_in_force_is_shown() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        panel(shop, "index.html?nearmind=debug").await?;
        let rows = format!(
            "return [...{ROOT}.querySelectorAll('.latency tbody tr')].map((row) => ({{
               command: row.children[0].textContent, numbers: [...row.querySelectorAll('td:not(.plot)')].map((cell) => Number(cell.textContent)),
               marks: [...row.querySelectorAll('.mark')].map((mark) => mark.getBoundingClientRect().x - row.querySelector('.plot').getBoundingClientRect().x),
               wide: row.querySelector('.plot').getBoundingClientRect().width }}));"
        );
        let rows = shop.ask(&rows, &[]).await?;
        let rows = rows.as_array().context("rows")?;
        for command in ["open", "shelf", "search"] {
            assert!(rows.iter().any(|row| row["command"] == command), "no {command}: {rows:?}");
        }
        let numbers = |value: &Value| value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect::<Vec<_>>();
        for row in rows {
            let (told, marks) = (numbers(&row["numbers"]), numbers(&row["marks"]));
            // How many, and the 50th, 90th and 99th percentile: in figures, and as marks from left to right.
            assert!(told.len() == 4 && told[0] >= 1.0 && told[1..].is_sorted(), "{row}");
            assert!(marks.len() == 3 && marks.is_sorted(), "{row}");
            assert!(marks.iter().all(|at| *at > -6.0 && *at < row["wide"].as_f64().unwrap_or(0.0) + 6.0), "{row}");
        }
        let search = rows.iter().find(|row| row["command"] == "search").context("searches")?;
        assert_eq!(search["numbers"][0], 3);
        assert!(numbers(&search["marks"])[0] > 0.0, "a logarithmic scale, not a heap at its beginning: {search}");

        let scene = format!("return JSON.parse({ROOT}.querySelector('.scene pre').textContent);");
        let scene = shop.ask(&scene, &[]).await?;
        assert_eq!(scene["kind"], "for-you");
        assert!(scene["scoreWeights"]["content"].is_number() && scene["weights"]["halfLifeDays"].is_number(), "{scene}");
        // Another scene is in force at once.
        shop.ask("document.querySelector('nearmind-shelf').setAttribute('scene', 'news');", &[]).await?;
        let news = shop.with_client("const [{ scene }] = await client.send({ type: 'scene', shelf: 'shelf-1' }); return scene;", &[]).await?;
        assert_ne!(news["weights"], scene["weights"], "{news}");
        shop.until(&format!("{ROOT}.querySelector('.scene pre').textContent.includes('\"halfLifeDays\": {}')", news["weights"]["halfLifeDays"])).await?;

        shop.until(&format!("{ROOT}.textContent.includes('Running on your processor')")).await?;
        let text = format!("return {ROOT}.textContent;");
        let text = shop.ask(&text, &[]).await?;
        let text = text.as_str().context("words")?;
        assert!(["335 items", "content"].iter().all(|words| text.contains(words)), "{text}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_being_asked_for_the_panel_is_not_even_loaded() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.open("examples/plain.html").await?;
        assert_eq!(shop.ask("return document.querySelector('nearmind-debug');", &[]).await?, json!(null));
        assert!(!shop.site.requests().iter().any(|line| line.contains("debug")));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_no_item_has_are_listed_with_the_nearest_name() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.open_whole("index.html?nearmind=debug").await?;
        let pushed = "for (const item_id of ['shopify_US_123_456', 'SKU:dripper-still', 'dripper-still'])
          (window.dataLayer ??= []).push({ event: 'add_to_cart', ecommerce: { items: [{ item_id }] } });";
        shop.ask(pushed, &[]).await?;
        shop.until(&format!("{ROOT} && {ROOT}.querySelectorAll('.unmatched tbody tr').length === 2")).await?;
        let rows = format!(
            "return [...{ROOT}.querySelectorAll('.unmatched tbody tr')].map((row) => [row.children[0], row.children[2]].map((cell) => cell.textContent));"
        );
        let rows = shop.ask(&rows, &[]).await?;
        assert_eq!(rows, json!([["SKU:dripper-still", "dripper-still"], ["shopify_US_123_456", "none similar"]]));
        Ok(())
    })
    .await
}

/// A shop whose feed says of every item that it is out of stock, at `/sold.html`.
fn sold_out_shop() -> Result<Site> {
    let folder = std::env::temp_dir().join(format!("nearmind-sold-out-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let rows = ["Oak chair", "Pine table", "Brass lamp", "Wool rug", "Linen curtain"];
    let rows = rows.iter().enumerate().map(|(nth, title)| format!("{nth},{title},out of stock,10 EUR\n"));
    fs::write(folder.join("feed.csv"), format!("id,title,availability,price\n{}", rows.collect::<String>()))?;
    let mut bake = Command::new(root().join("target/debug/nearmind"));
    bake.arg("bake").arg(folder.join("feed.csv")).arg("--model").arg(root().join("models/minilm"));
    let baked = bake.arg("--out").arg(folder.join("catalog")).output().context("the command line is built")?;
    ensure!(baked.status.success(), "{}", String::from_utf8_lossy(&baked.stderr));
    let html = r#"<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A shop</title>
        <script type="module" src="shelf.js"></script>
        <nearmind-shelf catalog="sold-out/" model="models/minilm/"><p>Our picks</p></nearmind-shelf>"#;
    let html = page("/sold.html", html.into());
    Ok(Site::with(Box::new(move |path, reply| {
        html(path, reply);
        if let Some(Ok(file)) = path.strip_prefix("/sold-out/").map(|name| fs::read(folder.join("catalog").join(name)))
        {
            (reply.status, reply.body) = (200, file);
        }
    })))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_is_sold_out_is_said_in_the_panel() -> Result<()> {
    visit(sold_out_shop()?, Gpu::None, &[], async |shop| {
        shop.goto("sold.html?nearmind=debug").await?;
        shop.until(&format!("{ROOT}?.querySelector('.finding')")).await?;
        let said = shop.ask(&format!("return {ROOT}.querySelector('.finding').textContent;"), &[]).await?;
        let said = said.as_str().context("a sentence")?;
        assert!(said.starts_with("5 of 5 items are out of stock, and no shelf has anything to show."), "{said}");
        let own = "return document.querySelector('nearmind-shelf p').checkVisibility();";
        assert_eq!(shop.ask(own, &[]).await?, json!(true), "the shop's own markup stands");
        Ok(())
    })
    .await
}
