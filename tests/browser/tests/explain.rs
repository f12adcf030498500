//! Explanations as a visitor meets them: marks, the panel behind "Why this?", and what may be done about it.

use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Site,
    shop::{products, strings, words},
    visit,
};
use serde_json::json;

/// Opens a shelf of the test's own and gives back the marked words of one card, as they come.
const MARKS: &str = r#"
    const words = (parts) => parts.filter(({ share }) => share).map(({ text }) => text.toLowerCase());
    const marks = async (viewed, item) => {
      await client.forget();
      for (const id of viewed) await client.track("view_item", { item: id });
      const later = new Promise((done) => client.subscribe((update) => update.type === "highlights" &&
        update.shelf === "test" && update.item === item && done(words([...update.title, ...update.description]))));
      const request = { kind: "for-you", item: null, limit: 100, lang: "en" };
      const updates = await client.openShelf("test", request);
      const card = updates.find(({ type }) => type === "shelf").cards.find((card) => card.item === item);
      if (!card) throw new Error(`${item} is not in the list`);
      const found = card.unread ? await later : words([...card.title, ...card.description]);
      client.closeShelf("test");
      return found;
    };
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_product_is_marked_for_what_the_visitor_looked_at() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.goto("index.html").await?;
        shop.device().await?;
        let marks = format!("{MARKS} return marks(given[0], given[1]);");
        let shirts = [json!(["linen-shirt-salt", "linen-shirt-breakwater"]), json!("dress-sorrel")];
        let shirts = strings(&shop.with_client(&marks, &shirts).await?)?;
        let dresses = [json!(["dress-meadow", "dress-lido"]), json!("dress-sorrel")];
        let dresses = strings(&shop.with_client(&marks, &dresses).await?)?;
        eprintln!("the linen summer dress: {shirts:?} after linen shirts, {dresses:?} after summer dresses");
        let linen = [json!(["linen-shirt-salt", "linen-shirt-breakwater"]), json!("wide-trousers-dune")];
        let linen = strings(&shop.with_client(&marks, &linen).await?)?;
        let trousers = [json!(["jeans-indigo-w", "chinos-fawn"]), json!("wide-trousers-dune")];
        let trousers = strings(&shop.with_client(&marks, &trousers).await?)?;
        let has = |marks: &[String], word: &str| marks.iter().any(|mark| mark == word);
        assert!(has(&shirts, "linen") && !has(&shirts, "summer"), "{shirts:?}");
        assert!(has(&dresses, "summer") && !has(&dresses, "linen"), "{dresses:?}");
        assert!(has(&linen, "linen") && !has(&linen, "trousers"), "{linen:?}");
        assert!(has(&trousers, "trousers"), "{trousers:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_move_nothing_and_are_heard_as_one_sentence() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.goto("product.html?item=linen-shirt-salt").await?;
        shop.settled().await?;
        shop.goto("index.html").await?;
        shop.settled().await?;
        // Shifts from the cards on: the marks come after the model.
        let watch = r#"window.shifts = 0;
            new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (shifts += value)))
              .observe({ type: "layout-shift" });"#;
        shop.ask(watch, &[]).await?;
        shop.device().await?;
        shop.idle().await?;
        let heard = r#"
            const cards = [...shelf.shadowRoot.querySelectorAll("[part~=card]")].filter((card) => card.querySelector("[part~=word]"));
            return [shifts, cards.map((card) => {
              const link = card.querySelector("a");
              const told = shelf.shadowRoot.getElementById(link.getAttribute("aria-describedby"));
              const inside = link.querySelectorAll("[part~=word][aria-label], [part~=word][role], mark");
              return [link.textContent, told.textContent, inside.length];
            })];"#;
        let heard = shop.with_client(heard, &[]).await?;
        assert_eq!(heard[0], json!(0), "marks moved the page");
        let titles: Vec<String> = products().values().map(|product| words(product, "en", "title")).collect();
        let cards = heard[1].as_array().context("cards")?;
        assert!(!cards.is_empty(), "no card has marks");
        for card in cards {
            assert!(titles.iter().any(|title| card[0] == *title), "{card}");
            assert!(card[1].as_str().is_some_and(|told| told.starts_with("Words that match: ") && told.ends_with('.')), "{card}");
            assert_eq!(card[2], json!(0), "a mark says nothing by itself: {card}");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_that_stay_do_not_blink_when_the_list_is_made_again() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.goto("product.html?item=linen-shirt-salt").await?;
        shop.settled().await?;
        shop.goto("index.html").await?;
        shop.settled().await?;
        shop.device().await?;
        shop.idle().await?;
        let watch = r#"
            const root = shelf.shadowRoot;
            const marked = () => new Map([...root.querySelectorAll("li[data-item]")].map((li) =>
              [li.dataset.item, li.querySelectorAll(":is([part~=link], [part~=description]) [part~=word]").length]));
            const before = marked();
            const frames = [];
            let looking = true;
            const look = () => (frames.push(marked()), looking && requestAnimationFrame(look));
            look();
            for (const item of ["linen-shirt-breakwater", "linen-shirt-olive"]) {
              await client.track("view_item", { item });
              await new Promise((next) => setTimeout(next, 1500));
            }
            looking = false;
            const after = marked();
            const stayed = [...before.keys()].filter((item) => before.get(item) && after.get(item));
            const blinked = stayed.filter((item) => frames.some((frame) => frame.get(item) === 0));
            return [stayed.length, blinked];"#;
        let told = shop.with_client(watch, &[]).await?;
        assert!(told[0].as_u64().is_some_and(|stayed| stayed > 0), "no marked card stayed: {told}");
        assert_eq!(told[1], json!([]), "marks went and came again");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn chinese_marks_are_whole_words() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.goto("index.html?lang=zh-CN").await?;
        shop.settled().await?;
        let marked = r#"const cards = await client.search("防水夹克", { lang: "zh-CN", limit: 10 });
            return cards.flatMap(({ title, description }) => [...title, ...description]).filter(({ share }) => share).map(({ text }) => text);"#;
        let marked = strings(&shop.with_client(marked, &[]).await?)?;
        assert!(!marked.is_empty() && marked.iter().all(|word| ["防水", "夹克", "防水夹克"].contains(&word.as_str())), "{marked:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn why_this_is_opened_by_keyboard_says_sums_and_forgets_an_event() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.goto("product.html?item=linen-shirt-salt").await?;
        shop.settled().await?;
        shop.goto("index.html").await?;
        shop.settled().await?;
        shop.device().await?;
        shop.idle().await?;
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
        shop.goto("index.html").await?;
        shop.device().await?;
        let ask = r#"
            for (const item of ["dress-meadow", "dress-lido", "linen-shirt-salt"]) await client.track("view_item", { item });
            const open = () => client.openShelf("test", { kind: "for-you", item: null, limit: 10, lang: "en" });
            const ids = (updates) => updates.find(({ type }) => type === "shelf").cards.map(({ item }) => item);
            const list = ids(await open());
            const item = "tea-longjing";
            if (list.includes(item)) throw new Error("the tea is there already");
            const started = performance.now();
            const [told] = await client.send({ type: "why-not", shelf: "test", item, nowMs: Date.now() });
            const spent = performance.now() - started;
            if (told.add) await client.track(told.add.name, { item: told.add.item });
            else for (const event of told.remove) await client.send({ type: "delete", event, nowMs: Date.now() });
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
        shop.goto("index.html").await?;
        shop.device().await?;
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
