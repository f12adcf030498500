//! What the visitor changes on their own page, click by click: mutes, renames, erases, takes along, brings back, forgets;
//! and the interest map by keyboard.

use anyhow::{Context, Result};
use browser_tests::{Shop, Site, visit_each};
use serde_json::{Value, json};

const ROOT: &str = "document.querySelector('nearmind-profile').shadowRoot";

/// Two tastes, and the page that tells of them.
async fn visited(shop: &Shop) -> Result<()> {
    shop.open_whole("index.html").await?;
    shop.with_client(
        r#"for (const item of ["rain-jacket-squall", "rain-jacket-pocket", "dripper-still", "grinder-rook"]) await client.track("view_item", { item });"#,
        &[],
    )
    .await?;
    shop.goto("profile.html").await?;
    shop.device().await?;
    shop.profile_drawn().await?;
    shop.idle().await
}

/// Waits for what the page says of a deed.
async fn said(shop: &Shop, words: &str) -> Result<()> {
    shop.until(&format!("{ROOT}.querySelector('.profile > [role=status]').textContent.includes({})", json!(words)))
        .await
}

async fn profile(shop: &Shop) -> Result<Value> {
    shop.with_client("return client.profile();", &[]).await
}

async fn list(shop: &Shop) -> Result<Vec<String>> {
    shop.for_you(8).await
}

fn button(section: &str, nth: usize, group: &str) -> String {
    format!("{ROOT}.querySelectorAll('.{section} [data-place^=\"{group}:\"]')[{nth}]")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_muted_and_heard_again_and_erased() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        visited(shop).await?;
        let before = list(shop).await?;
        // The newest is the first: the coffee grinder.
        shop.click(&button("events", 0, "quiet")).await?;
        said(shop, "no longer counts").await?;
        let muted = profile(shop).await?;
        let line = &muted["events"][3];
        assert_eq!(
            (&line["event"]["item"], &line["muted"], &line["weight"]),
            (&json!("grinder-rook"), &json!(true), &json!(0))
        );
        assert_ne!(list(shop).await?, before);
        let pressed = format!("return {}.getAttribute('aria-pressed');", button("events", 0, "quiet"));
        assert_eq!(shop.ask(&pressed, &[]).await?, "true");
        shop.click(&button("events", 0, "quiet")).await?;
        said(shop, "counts again").await?;
        assert_eq!(list(shop).await?, before);
        shop.click(&button("events", 0, "event")).await?;
        said(shop, "as if it had never happened").await?;
        assert_eq!(profile(shop).await?["events"].as_array().map(Vec::len), Some(3));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interest_is_renamed_muted_and_erased() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        visited(shop).await?;
        let interests = profile(shop).await?["interests"].as_array().context("interests")?.len();
        assert!(interests >= 2, "two tastes: {interests}");
        let field = shop.find(&button("interests", 0, "name")).await?;
        field.clear().await?;
        field.send_keys("Slow mornings\u{e007}").await?;
        said(shop, "It is now called “Slow mornings”.").await?;
        assert_eq!(profile(shop).await?["interests"][0]["name"], "Slow mornings");

        let before = list(shop).await?;
        shop.click(&button("interests", 0, "mute")).await?;
        said(shop, "“Slow mornings” no longer counts.").await?;
        assert_ne!(list(shop).await?, before);
        // As the next visit finds it.
        shop.goto("profile.html").await?;
        shop.device().await?;
        shop.profile_drawn().await?;
        shop.idle().await?;
        let interest = profile(shop).await?["interests"][0].take();
        assert_eq!((&interest["name"], &interest["muted"]), (&json!("Slow mornings"), &json!(true)));
        shop.click(&button("interests", 0, "mute")).await?;
        said(shop, "counts again").await?;
        assert_eq!(list(shop).await?, before);

        shop.click(&button("interests", 0, "drop")).await?;
        said(shop, "“Slow mornings” was erased").await?;
        let left = profile(shop).await?;
        assert_eq!(left["interests"].as_array().map(Vec::len), Some(interests - 1));
        assert_eq!(left["events"].as_array().map(Vec::len), Some(2));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_saved_sealed_forgotten_and_brought_back() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        visited(shop).await?;
        let before = (profile(shop).await?, list(shop).await?);
        let phrase = async |text: &str| -> Result<()> {
            let field = shop.find(&format!("{ROOT}.getElementById('passphrase')")).await?;
            field.clear().await?;
            field.send_keys(text).await?;
            Ok(())
        };
        phrase("correct horse").await?;
        shop.click(&format!("{ROOT}.querySelector('[part=export]')")).await?;
        said(shop, "encrypted with your passphrase").await?;
        let file = shop.browser.downloaded("nearmind-profile.json").await?;
        let sealed = std::fs::read_to_string(&file)?;
        assert!(sealed.contains("nearmind-sealed") && !sealed.contains("dripper"), "{sealed}");

        // Asked for, kept, asked for again, erased.
        let part = |name: &str| format!("{ROOT}.querySelector('[part={name}]')");
        shop.click(&part("forget")).await?;
        shop.click(&part("forget-cancel")).await?;
        assert_eq!(profile(shop).await?["events"].as_array().map(Vec::len), Some(4));
        shop.click(&part("forget")).await?;
        shop.click(&part("forget-confirm")).await?;
        said(shop, "Everything has been erased.").await?;
        assert_eq!(profile(shop).await?["events"], json!([]));
        let kept = "return new Promise((done) => { const opening = indexedDB.open('nearmind'); opening.onsuccess = () => {
            const all = opening.result.transaction('log').objectStore('log').count(); all.onsuccess = () => { opening.result.close(); done(all.result); }; }; });";
        assert_eq!(shop.ask(kept, &[]).await?, 0);

        let choose = async || -> Result<()> {
            let input = shop.find(&format!("{ROOT}.getElementById('profile-file')")).await?;
            input.send_keys(file.to_string_lossy().as_ref()).await?;
            Ok(())
        };
        phrase("wrong horse").await?;
        choose().await?;
        said(shop, "cannot be opened").await?;
        assert_eq!(profile(shop).await?["events"], json!([]));
        phrase("correct horse").await?;
        choose().await?;
        said(shop, "Loaded.").await?;
        let after = profile(shop).await?;
        assert_eq!(after["events"].as_array().map(Vec::len), Some(4));
        assert_eq!(after["interests"].as_array().map(Vec::len), before.0["interests"].as_array().map(Vec::len));
        assert_eq!(list(shop).await?, before.1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_map_is_walked_with_arrows_and_its_table_says_the_same() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        visited(shop).await?;
        let (right, down, end, enter) = ('\u{e014}', '\u{e015}', '\u{e010}', '\u{e007}');
        let stops = format!("return {ROOT}.querySelectorAll('[part=map-figure] [tabindex=\"0\"]').length;");
        assert_eq!(shop.ask(&stops, &[]).await?, 1, "one stop of the Tab key");
        shop.ask(&format!("{ROOT}.querySelector('[part=map-figure] [tabindex=\"0\"]').focus();"), &[]).await?;
        let here = format!(
            "const mark = {ROOT}.activeElement; const {{ left, top }} = mark.querySelector('circle').getBoundingClientRect();
             const map = mark.ownerSVGElement.getBoundingClientRect(); // the focus may have scrolled the page
             return [mark.getAttribute('aria-label'), {ROOT}.querySelector('.caption').textContent, left - map.left, top - map.top];"
        );
        let mut seen = vec![shop.ask(&here, &[]).await?];
        for key in [right, down, right, down, end] {
            shop.press(key).await?;
            let now = shop.ask(&here, &[]).await?;
            assert_eq!(now[0], now[1], "what has the focus is named in the map");
            let before = seen.last().context("a mark")?;
            let (at, was) = if key == right { (&now[2], &before[2]) } else { (&now[3], &before[3]) };
            assert!(key == end || now == *before || at.as_f64() > was.as_f64(), "{before} -> {now}");
            seen.push(now);
        }
        seen.dedup();
        assert!(seen.len() >= 4, "{seen:?}");

        // The table, opened by keyboard, has every mark.
        shop.ask(&format!("{ROOT}.querySelector('[part=map-table] summary').focus();"), &[]).await?;
        shop.press(enter).await?;
        let table = format!(
            "const table = {ROOT}.querySelector('[part=map-table]');
             const rows = [...table.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent));
             const marks = [...{ROOT}.querySelectorAll('g.marked')].map((mark) => mark.getAttribute('aria-label'));
             return [table.open, rows.every(([title, why, near]) => marks.includes(`${{title}}, ${{why}}`) && near), rows.length === marks.length];"
        );
        assert_eq!(shop.ask(&table, &[]).await?, json!([true, true, true]));
        Ok(())
    })
    .await
}
