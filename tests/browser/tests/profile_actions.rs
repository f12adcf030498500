//! The buttons of the profile page: a visitor mutes, renames and erases, saves and loads the profile, and forgets
//! everything; and the interest map is used by keyboard.

use anyhow::{Context, Result};
use browser_tests::{Shop, Site, visit_in_each_browser};
use serde_json::{Value, json};

const ROOT: &str = "document.querySelector('nearmind-profile').shadowRoot";

/// Views products of two kinds, and opens the profile page.
async fn view_and_open_profile(shop: &Shop) -> Result<()> {
    shop.open_with_model("index.html").await?;
    shop.with_client(
        r#"for (const item of ["rain-jacket-squall", "rain-jacket-pocket", "dripper-still", "grinder-rook"]) await client.track("view_item", { item });"#,
        &[],
    )
    .await?;
    shop.goto("profile.html").await?;
    shop.wait_for_model().await?;
    shop.wait_for_profile().await?;
    shop.wait_until_idle().await
}

/// Waits until the page's status message contains this text.
async fn wait_for_status(shop: &Shop, text: &str) -> Result<()> {
    shop.wait_until(&format!("{ROOT}.querySelector('.profile > [role=status]').textContent.includes({})", json!(text)))
        .await
}

async fn profile(shop: &Shop) -> Result<Value> {
    shop.with_client("return client.profile();", &[]).await
}

async fn recommend(shop: &Shop) -> Result<Vec<String>> {
    shop.for_you(8).await
}

/// A script that finds the `nth` control of a group in a section.
fn find_control(section: &str, nth: usize, group: &str) -> String {
    format!("{ROOT}.querySelectorAll('.{section} [data-place^=\"{group}:\"]')[{nth}]")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_can_be_muted_unmuted_and_erased() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        view_and_open_profile(shop).await?;
        let before = recommend(shop).await?;
        // The newest event, of the coffee grinder, is listed first.
        shop.click(&find_control("events", 0, "mute-event")).await?;
        wait_for_status(shop, "no longer counts").await?;
        let muted = profile(shop).await?;
        let line = &muted["events"][3];
        assert_eq!(
            (&line["event"]["item"], &line["muted"], &line["weight"]),
            (&json!("grinder-rook"), &json!(true), &json!(0))
        );
        assert_ne!(recommend(shop).await?, before);
        let pressed = format!("return {}.getAttribute('aria-pressed');", find_control("events", 0, "mute-event"));
        assert_eq!(shop.evaluate(&pressed, &[]).await?, "true");
        shop.click(&find_control("events", 0, "mute-event")).await?;
        wait_for_status(shop, "counts again").await?;
        assert_eq!(recommend(shop).await?, before);
        shop.click(&find_control("events", 0, "erase-event")).await?;
        wait_for_status(shop, "as if it had never happened").await?;
        assert_eq!(profile(shop).await?["events"].as_array().map(Vec::len), Some(3));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interest_can_be_renamed_muted_and_erased() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        view_and_open_profile(shop).await?;
        let interests = profile(shop).await?["interests"].as_array().context("no interests")?.len();
        assert!(interests >= 2, "there must be two interests, not {interests}");
        let field = shop.find(&find_control("interests", 0, "name-interest")).await?;
        field.clear().await?;
        field.send_keys("Slow mornings\u{e007}").await?;
        wait_for_status(shop, "It is now called “Slow mornings”.").await?;
        assert_eq!(profile(shop).await?["interests"][0]["name"], "Slow mornings");

        let before = recommend(shop).await?;
        shop.click(&find_control("interests", 0, "mute-interest")).await?;
        wait_for_status(shop, "“Slow mornings” no longer counts.").await?;
        assert_ne!(recommend(shop).await?, before);
        // The next visit has the same name and state.
        shop.goto("profile.html").await?;
        shop.wait_for_model().await?;
        shop.wait_for_profile().await?;
        shop.wait_until_idle().await?;
        let interest = profile(shop).await?["interests"][0].take();
        assert_eq!((&interest["name"], &interest["muted"]), (&json!("Slow mornings"), &json!(true)));
        shop.click(&find_control("interests", 0, "mute-interest")).await?;
        wait_for_status(shop, "counts again").await?;
        assert_eq!(recommend(shop).await?, before);

        shop.click(&find_control("interests", 0, "erase-interest")).await?;
        wait_for_status(shop, "“Slow mornings” was erased").await?;
        let left = profile(shop).await?;
        assert_eq!(left["interests"].as_array().map(Vec::len), Some(interests - 1));
        assert_eq!(left["events"].as_array().map(Vec::len), Some(2));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_can_be_saved_forgotten_and_loaded() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        view_and_open_profile(shop).await?;
        let before = (profile(shop).await?, recommend(shop).await?);
        let enter_passphrase = async |text: &str| -> Result<()> {
            let field = shop.find(&format!("{ROOT}.getElementById('passphrase')")).await?;
            field.clear().await?;
            field.send_keys(text).await?;
            Ok(())
        };
        enter_passphrase("correct horse").await?;
        shop.click(&format!("{ROOT}.querySelector('[part=export]')")).await?;
        wait_for_status(shop, "encrypted with your passphrase").await?;
        let file = shop.browser.wait_for_download("nearmind-profile.json").await?;
        let sealed = std::fs::read_to_string(&file)?;
        assert!(sealed.contains("nearmind-sealed") && !sealed.contains("dripper"), "{sealed}");

        // To forget everything needs a confirmation: first it is cancelled, then confirmed.
        let part = |name: &str| format!("{ROOT}.querySelector('[part={name}]')");
        shop.click(&part("forget")).await?;
        shop.click(&part("forget-cancel")).await?;
        assert_eq!(profile(shop).await?["events"].as_array().map(Vec::len), Some(4));
        shop.click(&part("forget")).await?;
        shop.click(&part("forget-confirm")).await?;
        wait_for_status(shop, "Everything has been erased.").await?;
        assert_eq!(profile(shop).await?["events"], json!([]));
        let count_entries = "return new Promise((done) => { const opening = indexedDB.open('nearmind'); opening.onsuccess = () => {
            const all = opening.result.transaction('log').objectStore('log').count(); all.onsuccess = () => { opening.result.close(); done(all.result); }; }; });";
        assert_eq!(shop.evaluate(count_entries, &[]).await?, 0);

        let choose_file = async || -> Result<()> {
            let input = shop.find(&format!("{ROOT}.getElementById('profile-file')")).await?;
            input.send_keys(file.to_string_lossy().as_ref()).await?;
            Ok(())
        };
        enter_passphrase("wrong horse").await?;
        choose_file().await?;
        wait_for_status(shop, "cannot be opened").await?;
        assert_eq!(profile(shop).await?["events"], json!([]));
        enter_passphrase("correct horse").await?;
        choose_file().await?;
        wait_for_status(shop, "Loaded.").await?;
        let after = profile(shop).await?;
        assert_eq!(after["events"].as_array().map(Vec::len), Some(4));
        assert_eq!(after["interests"].as_array().map(Vec::len), before.0["interests"].as_array().map(Vec::len));
        assert_eq!(recommend(shop).await?, before.1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_map_works_by_arrow_keys_and_its_table_is_complete() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        view_and_open_profile(shop).await?;
        let (right, down, end, enter) = ('\u{e014}', '\u{e015}', '\u{e010}', '\u{e007}');
        let count_stops = format!("return {ROOT}.querySelectorAll('[part=map-figure] [tabindex=\"0\"]').length;");
        assert_eq!(shop.evaluate(&count_stops, &[]).await?, 1, "the map must be one stop of the Tab key");
        shop.evaluate(&format!("{ROOT}.querySelector('[part=map-figure] [tabindex=\"0\"]').focus();"), &[]).await?;
        let read_focus = format!(
            "const mark = {ROOT}.activeElement; const {{ left, top }} = mark.querySelector('circle').getBoundingClientRect();
             const map = mark.ownerSVGElement.getBoundingClientRect(); // the focus may have scrolled the page
             return [mark.getAttribute('aria-label'), {ROOT}.querySelector('.caption').textContent, left - map.left, top - map.top];"
        );
        let mut visited = vec![shop.evaluate(&read_focus, &[]).await?];
        for key in [right, down, right, down, end] {
            shop.press(key).await?;
            let now = shop.evaluate(&read_focus, &[]).await?;
            assert_eq!(now[0], now[1], "the caption must name the mark that has the focus");
            let before = visited.last().context("no mark")?;
            let (position, previous) = if key == right { (&now[2], &before[2]) } else { (&now[3], &before[3]) };
            assert!(key == end || now == *before || position.as_f64() > previous.as_f64(), "{before} -> {now}");
            visited.push(now);
        }
        visited.dedup();
        assert!(visited.len() >= 4, "{visited:?}");

        // The table can be opened by keyboard and has every mark.
        shop.evaluate(&format!("{ROOT}.querySelector('[part=map-table] summary').focus();"), &[]).await?;
        shop.press(enter).await?;
        let table = format!(
            "const table = {ROOT}.querySelector('[part=map-table]');
             const rows = [...table.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent));
             const marks = [...{ROOT}.querySelectorAll('g.marked')].map((mark) => mark.getAttribute('aria-label'));
             return [table.open, rows.every(([title, why, near]) => marks.includes(`${{title}}, ${{why}}`) && near), rows.length === marks.length];"
        );
        assert_eq!(shop.evaluate(&table, &[]).await?, json!([true, true, true]));
        Ok(())
    })
    .await
}
