//! The explanation behind "Why this?": its content, and the actions that it offers.

use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Site,
    shop::{product_text, products, to_strings},
    visit,
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_gives_reasons_and_can_forget_an_event() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open_home_after_viewing("linen-shirt-salt").await?;
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
        let dialog = shop.with_client(open, &[]).await?;
        assert_eq!((&dialog["haspopup"], &dialog["inside"]), (&json!("dialog"), &json!(true)), "{dialog}");
        assert!(dialog["name"].as_str().is_some_and(|name| name.starts_with("Why “")), "{dialog}");
        assert!(to_strings(&dialog["sentences"])?.iter().any(|sentence| sentence.starts_with("Because you viewed ")), "{dialog}");
        assert!(to_strings(&dialog["parts"])?.contains(&"content".to_owned()), "{dialog}");
        assert!(!to_strings(&dialog["events"])?.is_empty(), "{dialog}");

        let open_details = r#"
            const dialog = shelf.shadowRoot.querySelector("dialog[open]");
            const details = dialog.querySelector("details");
            details.open = true;
            while (!details.querySelector("[part~=word]")) await new Promise((next) => setTimeout(next, 50));
            return details.textContent;"#;
        let details = shop.with_client(open_details, &[]).await?;
        assert!(details.as_str().is_some_and(|text| text.contains("It is not a reason")), "{details}");

        let forget = r#"
            const before = (await client.profile()).events.length;
            const dialog = shelf.shadowRoot.querySelector("dialog[open]");
            const count = () => client.profile().then(({ events }) => events.length);
            dialog.querySelector("[part~=why-forget]").click();
            while ((await count()) === before) await new Promise((next) => setTimeout(next, 50));
            return [before, await count()];"#;
        let counts = shop.with_client(forget, &[]).await?;
        assert_eq!(counts[0].as_u64().map(|before| before - 1), counts[1].as_u64());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn following_the_answer_to_why_not_brings_the_product_in() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open_with_model("index.html").await?;
        let follow = r#"
            for (const item of ["dress-meadow", "dress-lido", "linen-shirt-salt"]) await client.track("view_item", { item });
            const open = () => client.openShelf("test", { kind: "for-you", item: null, limit: 10, lang: "en" });
            const ids = (updates) => updates.find(({ type }) => type === "shelf").cards.map(({ item }) => item);
            const list = ids(await open());
            const item = "tea-longjing";
            if (list.includes(item)) throw new Error("the tea is already in the list");
            const started = performance.now();
            const [answer] = await client.send({ type: "why-not", shelf: "test", item });
            const spent = performance.now() - started;
            if (answer.add) await client.track(answer.add.name, { item: answer.add.item });
            else for (const event of answer.remove) await client.send({ type: "delete", event });
            const after = ids(await open());
            return { answer, spent, here: after.includes(item), sentence: answer.sentence.map(({ text }) => text).join("") };"#;
        let found = shop.with_client(follow, &[]).await?;
        assert_eq!(found["here"], json!(true), "{found}");
        assert!(found["sentence"].as_str().is_some_and(|sentence| sentence.contains("would be here")), "{found}");
        eprintln!("why not: {} ms", found["spent"]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_title_stays_text_in_its_explanation() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        let products = products();
        let (id, product) = products.iter().find(|(_, p)| product_text(p, "en", "title").contains('<')).context("no title with markup")?;
        shop.open_with_model("index.html").await?;
        let open = r#"
            const { openWhy } = await import(new URL("element/why.js", document.baseURI));
            await client.track("view_item", { item: args[0] });
            const updates = await client.openShelf("test", { kind: "for-you", item: null, limit: 10, lang: "en" });
            const [card] = updates.find(({ type }) => type === "shelf").cards;
            await openWhy(shelf.shadowRoot, client, { shelf: "test", item: card.item, title: args[1], lang: "en" });
            const dialog = shelf.shadowRoot.querySelector("dialog[open]");
            const reason = dialog.querySelector("[part~=why-sentence]");
            return [dialog.querySelector("h2").textContent, dialog.querySelector("h2").childElementCount, reason.textContent, reason.querySelectorAll(":not(span)").length];"#;
        let title = product_text(product, "en", "title");
        let dialog = shop.with_client(open, &[json!(id), json!(title)]).await?;
        assert_eq!(dialog[0], json!(format!("Why “{title}”?")));
        assert_eq!((&dialog[1], &dialog[3]), (&json!(0), &json!(0)), "{dialog}");
        assert_eq!(dialog[2], json!(format!("Because you viewed {title}.")));
        Ok(())
    })
    .await
}
