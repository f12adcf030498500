//! The panel behind "Why this?": what it says, and what may be done about it.

use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Site,
    shop::{products, strings, words},
    visit,
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn why_this_is_opened_by_keyboard_says_sums_and_forgets_an_event() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.home_after("linen-shirt-salt").await?;
        let open = r#"
            const root = shelf.shadowRoot;
            const button = root.querySelector("[data-action=why]");
            button.focus();
            button.click();
            while (!root.querySelector("dialog[open] [part~=why-answer] h3")) await new Promise((next) => setTimeout(next, 50));
            const dialog = root.querySelector("dialog[open]");
            return {
              haspopup: button.getAttribute("aria-haspopup"),
              name: root.getElementById(dialog.getAttribute("aria-labelledby")).textContent,
              sentences: [...dialog.querySelectorAll("[part~=why-sentence]")].map((p) => p.textContent),
              parts: [...dialog.querySelectorAll("[data-part]")].map((line) => line.dataset.part),
              events: [...dialog.querySelectorAll("[part~=why-events] li")].map((line) => line.dataset.event),
              inside: dialog.contains(root.activeElement),
            };"#;
        let told = shop.with_client(open, &[]).await?;
        assert_eq!((&told["haspopup"], &told["inside"]), (&json!("dialog"), &json!(true)), "{told}");
        assert!(told["name"].as_str().is_some_and(|name| name.starts_with("Why “")), "{told}");
        assert!(strings(&told["sentences"])?.iter().any(|sentence| sentence.starts_with("Because you viewed ")), "{told}");
        assert!(strings(&told["parts"])?.contains(&"content".to_owned()), "{told}");
        assert!(!strings(&told["events"])?.is_empty(), "{told}");

        let looked = r#"
            const dialog = shelf.shadowRoot.querySelector("dialog[open]");
            const details = dialog.querySelector("details");
            details.open = true;
            while (!details.querySelector("[part~=word]")) await new Promise((next) => setTimeout(next, 50));
            return details.textContent;"#;
        let looked = shop.with_client(looked, &[]).await?;
        assert!(looked.as_str().is_some_and(|text| text.contains("It is not a reason")), "{looked}");

        let forget = r#"
            const before = (await client.profile()).events.length;
            const dialog = shelf.shadowRoot.querySelector("dialog[open]");
            const left = () => client.profile().then(({ events }) => events.length);
            dialog.querySelector("[part~=why-forget]").click();
            while ((await left()) === before) await new Promise((next) => setTimeout(next, 50));
            return [before, await left()];"#;
        let counts = shop.with_client(forget, &[]).await?;
        assert_eq!(counts[0].as_u64().map(|before| before - 1), counts[1].as_u64());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn why_not_is_answered_and_doing_it_brings_the_product_in() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open_whole("index.html").await?;
        let ask = r#"
            for (const item of ["dress-meadow", "dress-lido", "linen-shirt-salt"]) await client.track("view_item", { item });
            const open = () => client.openShelf("test", { kind: "for-you", item: null, limit: 10, lang: "en" });
            const ids = (updates) => updates.find(({ type }) => type === "shelf").cards.map(({ item }) => item);
            const list = ids(await open());
            const item = "tea-longjing";
            if (list.includes(item)) throw new Error("the tea is there already");
            const started = performance.now();
            const [told] = await client.send({ type: "why-not", shelf: "test", item });
            const spent = performance.now() - started;
            if (told.add) await client.track(told.add.name, { item: told.add.item });
            else for (const event of told.remove) await client.send({ type: "delete", event });
            const then = ids(await open());
            return { told, spent, here: then.includes(item), sentence: told.sentence.map(({ text }) => text).join("") };"#;
        let told = shop.with_client(ask, &[]).await?;
        assert_eq!(told["here"], json!(true), "{told}");
        assert!(told["sentence"].as_str().is_some_and(|sentence| sentence.contains("would be here")), "{told}");
        eprintln!("why not: {} ms", told["spent"]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_title_stays_text_in_its_explanation() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        let products = products();
        let (id, product) = products.iter().find(|(_, p)| words(p, "en", "title").contains('<')).context("an awkward title")?;
        shop.open_whole("index.html").await?;
        let open = r#"
            const { openWhy } = await import(new URL("element/why.js", document.baseURI));
            await client.track("view_item", { item: given[0] });
            const updates = await client.openShelf("test", { kind: "for-you", item: null, limit: 10, lang: "en" });
            const [card] = updates.find(({ type }) => type === "shelf").cards;
            await openWhy(shelf.shadowRoot, client, { shelf: "test", item: card.item, title: given[1], lang: "en" });
            const dialog = shelf.shadowRoot.querySelector("dialog[open]");
            const reason = dialog.querySelector("[part~=why-sentence]");
            return [dialog.querySelector("h2").textContent, dialog.querySelector("h2").childElementCount, reason.textContent, reason.querySelectorAll(":not(span)").length];"#;
        let title = words(product, "en", "title");
        let told = shop.with_client(open, &[json!(id), json!(title)]).await?;
        assert_eq!(told[0], json!(format!("Why “{title}”?")));
        assert_eq!((&told[1], &told[3]), (&json!(0), &json!(0)), "{told}");
        assert_eq!(told[2], json!(format!("Because you viewed {title}.")));
        Ok(())
    })
    .await
}
