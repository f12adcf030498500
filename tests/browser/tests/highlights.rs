//! Marked words as a visitor meets them: they follow what was looked at, are whole words, move nothing and do not blink.

use browser_tests::skipped;
use std::{fs, process::Command};

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Site,
    shop::{products, strings, words},
    site::{Fault, altered_worker, root},
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
        shop.open_whole("index.html").await?;
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
        shop.open("product.html?item=linen-shirt-salt").await?;
        shop.open("index.html").await?;
        // Shifts from the cards on: the marks come after the model, into the cards that are there.
        let watch = r#"window.shifts = 0;
            const cards = () => [...document.querySelector("nearmind-shelf").shadowRoot.querySelectorAll("[part~=card]")];
            const before = cards();
            window.stayed = () => before.length > 0 && cards().every((card, place) => card === before[place]);
            new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (shifts += value)))
              .observe({ type: "layout-shift" });"#;
        shop.ask(watch, &[]).await?;
        shop.device().await?;
        shop.idle().await?;
        let heard = r#"
            const cards = [...shelf.shadowRoot.querySelectorAll("[part~=card]")].filter((card) => card.querySelector("[part~=word]"));
            return [shifts, stayed(), cards.map((card) => {
              const link = card.querySelector("a");
              const told = shelf.shadowRoot.getElementById(link.getAttribute("aria-describedby"));
              const inside = link.querySelectorAll("[part~=word][aria-label], [part~=word][role], mark");
              return [link.textContent, told.textContent, inside.length];
            })];"#;
        let heard = shop.with_client(heard, &[]).await?;
        assert_eq!(heard[0], json!(0), "marks moved the page");
        let titles: Vec<String> = products().values().map(|product| words(product, "en", "title")).collect();
        assert_eq!(heard[1], json!(true), "the cards are the same nodes");
        let cards = heard[2].as_array().context("cards")?;
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
        shop.home_after("linen-shirt-salt").await?;
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
async fn chinese_words_that_were_searched_for_are_marked_whole() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open("index.html?lang=zh-CN").await?;
        let marked = r#"const cards = await client.search("防水夹克", { lang: "zh-CN", limit: 10 });
            return cards.flatMap(({ title, description }) => [...title, ...description]).filter(({ share }) => share).map(({ text }) => text);"#;
        let marked = strings(&shop.with_client(marked, &[]).await?)?;
        assert!(!marked.is_empty() && marked.iter().all(|word| ["防水", "夹克", "防水夹克"].contains(&word.as_str())), "{marked:?}");
        Ok(())
    })
    .await
}

/// From the view of this product on the encoder fails: whatever card is then to be explained stays unexplained.
fn failing_after(item: &str) -> Fault {
    let fails = format!(
        r#"const starting = start();
        let failed = false;
        addEventListener("message", ({{ data }}) => (failed ||= data.command?.event?.item === "{item}"));
        const tell = postMessage.bind(self);
        const failure = {{ type: "error", code: "encoder", detail: "", fatal: false }};
        self.postMessage = (message, ...more) => {{
          const updates = message.updates?.map((update) => (failed && update.type === "highlights" ? failure : update));
          tell({{ ...message, ...(updates && {{ updates }}) }}, ...more);
        }};"#
    );
    altered_worker("const starting = start();", fails.leak())
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_stand_when_the_encoder_fails_before_there_are_new_ones() -> Result<()> {
    const LATER: [&str; 3] = ["wide-trousers-dune", "dress-lido", "linen-shirt-olive"];
    visit(Site::with(failing_after(LATER[0])), Gpu::None, &[], async |shop| {
        shop.home_after("linen-shirt-salt").await?;
        let fail = r#"
            const marks = () => new Map([...shelf.shadowRoot.querySelectorAll("li[data-item]")].map((li) =>
              [li.dataset.item, [...li.querySelectorAll(":is([part~=link], [part~=description]) [part~=word]")].map((word) => word.textContent).join()]));
            const cards = [];
            for (const item of given) {
              const before = marks();
              const drawn = new Promise((done) => client.subscribe((update) => update.type === "shelf" && done(update.cards)));
              await client.track("view_item", { item });
              const unread = (await drawn).filter(({ item, unread }) => unread && before.get(item));
              await new Promise((next) => setTimeout(next, 1500));
              cards.push(...unread.map(({ item }) => [before.get(item), marks().get(item)]));
            }
            return cards;"#;
        let told = shop.with_client(fail, &LATER.map(|item| json!(item))).await?;
        let cards = told.as_array().context("cards")?;
        assert!(!cards.is_empty(), "no marked card stayed and was to be read again");
        assert!(cards.iter().all(|card| card[0] == card[1]), "{told}");
        Ok(())
    })
    .await
}

/// The shop's Chinese texts, packed with a model that reads Chinese, at `/chinese/` of the site. None without the model.
fn chinese_shop() -> Result<Option<Site>> {
    if !root().join("dist/models/e5/model.safetensors").is_file() {
        skipped("no Chinese model in the site. `cargo xtask models e5` and `cargo xtask build` put it there.");
        return Ok(None);
    }
    let folder = std::env::temp_dir().join(format!("nearmind-chinese-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let lines = products().into_iter().step_by(4).map(|(id, product)| {
        let words = json!({ "zh": product["words"]["zh"] });
        json!({ "id": id, "url": product["url"], "words": words }).to_string()
    });
    fs::write(folder.join("feed.jsonl"), lines.collect::<Vec<_>>().join("\n"))?;
    let mut bake = Command::new(root().join("target/debug/nearmind"));
    bake.arg("bake").arg(folder.join("feed.jsonl")).arg("--model").arg(root().join("models/e5"));
    let baked = bake.arg("--out").arg(folder.join("chinese")).output().context("the command line is built")?;
    ensure!(baked.status.success(), "{}", String::from_utf8_lossy(&baked.stderr));
    let fault: Fault = Box::new(move |path, reply| {
        if let Ok(file) = fs::read(folder.join(&path[1..]))
            && path.starts_with("/chinese/")
        {
            (reply.status, reply.body) = (200, file);
        }
    });
    Ok(Some(Site::with(fault)))
}

#[tokio::test(flavor = "multi_thread")]
async fn chinese_texts_are_marked_by_a_model_that_reads_them_in_whole_words() -> Result<()> {
    let Some(site) = chinese_shop()? else { return Ok(()) };
    visit(site, Gpu::None, &[], async |shop| {
        shop.goto("index.html?lang=zh-CN").await?;
        let marked = r#"
            const { Nearmind } = await import(new URL("nearmind.js", document.baseURI));
            const client = Nearmind.open({ catalog: "chinese/", model: "models/e5/", device: "cpu", lang: "zh-CN", persist: false });
            const ready = new Promise((done) => client.subscribe(({ type }) => type === "model-ready" && done()));
            client.start();
            await ready;
            const list = async () => (await client.openShelf("test", { kind: "for-you", item: null, limit: 10, lang: "zh-CN" })).find(({ type }) => type === "shelf").cards;
            let left = 0;
            const words = [];
            const take = ({ title, description }) => words.push(...[...title, ...description].filter(({ share }) => share).map(({ text }) => text));
            let done;
            const all = new Promise((resolve) => (done = resolve));
            client.subscribe((update) => update.type === "highlights" && update.shelf === "test" && (take(update), --left || done()));
            await client.track("view_item", { item: (await list())[0].item });
            const cards = await list();
            cards.filter(({ unread }) => !unread).forEach(take);
            left = cards.filter(({ unread }) => unread).length;
            if (left) await all;
            return words;"#;
        let marked = strings(&shop.ask(marked, &[]).await?)?;
        eprintln!("{marked:?}");
        assert!(marked.len() > 3, "{marked:?}");
        // Marks that were parts of words would be single characters, mostly.
        let long = marked.iter().filter(|word| word.chars().count() > 1).count();
        assert!(4 * long >= 3 * marked.len(), "{marked:?}");
        Ok(())
    })
    .await
}
