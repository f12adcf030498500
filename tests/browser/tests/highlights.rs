//! The words that cards mark: they depend on what the visitor viewed, are whole words, cause no layout shift and do not
//! flicker.

use browser_tests::report_skipped;
use std::{fs, process::Command};

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Site,
    shop::{product_text, products, to_strings},
    site::{Interceptor, replace_in_worker, root},
    visit,
};
use serde_json::json;

/// Defines `marks`, which opens a shelf and returns the marked words of one card, as soon as they are computed.
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
async fn marked_words_depend_on_what_the_visitor_viewed() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open_with_model("index.html").await?;
        let marks = format!("{MARKS} return marks(args[0], args[1]);");
        let shirts = [json!(["linen-shirt-salt", "linen-shirt-breakwater"]), json!("dress-sorrel")];
        let shirts = to_strings(&shop.with_client(&marks, &shirts).await?)?;
        let dresses = [json!(["dress-meadow", "dress-lido"]), json!("dress-sorrel")];
        let dresses = to_strings(&shop.with_client(&marks, &dresses).await?)?;
        eprintln!("marks of a linen summer dress: {shirts:?} after linen shirts, {dresses:?} after summer dresses");
        let linen = [json!(["linen-shirt-salt", "linen-shirt-breakwater"]), json!("wide-trousers-dune")];
        let linen = to_strings(&shop.with_client(&marks, &linen).await?)?;
        let trousers = [json!(["jeans-indigo-w", "chinos-fawn"]), json!("wide-trousers-dune")];
        let trousers = to_strings(&shop.with_client(&marks, &trousers).await?)?;
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
async fn marks_cause_no_shift_and_are_described_in_a_sentence() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open("product.html?item=linen-shirt-salt").await?;
        shop.open("index.html").await?;
        // Records shifts after the first cards: words are marked later in the same cards, when the model is ready.
        let watch = r#"window.shifts = 0;
            const cards = () => [...document.querySelector("nearmind-shelf").shadowRoot.querySelectorAll("[part~=card]")];
            const before = cards();
            window.stayed = () => before.length > 0 && cards().every((card, place) => card === before[place]);
            new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (shifts += value)))
              .observe({ type: "layout-shift" });"#;
        shop.evaluate(watch, &[]).await?;
        shop.wait_for_model().await?;
        shop.wait_until_idle().await?;
        let read = r#"
            const cards = [...shelf.shadowRoot.querySelectorAll("[part~=card]")].filter((card) => card.querySelector("[part~=word]"));
            return [shifts, stayed(), cards.map((card) => {
              const link = card.querySelector("a");
              const description = shelf.shadowRoot.getElementById(link.getAttribute("aria-describedby"));
              const inside = link.querySelectorAll("[part~=word][aria-label], [part~=word][role], mark");
              return [link.textContent, description.textContent, inside.length];
            })];"#;
        let found = shop.with_client(read, &[]).await?;
        assert_eq!(found[0], json!(0), "marks shifted the page");
        let titles: Vec<String> = products().values().map(|product| product_text(product, "en", "title")).collect();
        assert_eq!(found[1], json!(true), "cards were replaced");
        let cards = found[2].as_array().context("no cards")?;
        assert!(!cards.is_empty(), "no card has marks");
        for card in cards {
            assert!(titles.iter().any(|title| card[0] == *title), "{card}");
            assert!(card[1].as_str().is_some_and(|text| text.starts_with("Words that match: ") && text.ends_with('.')), "{card}");
            assert_eq!(card[2], json!(0), "a mark has a role or label of its own: {card}");
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn lasting_marks_do_not_flicker_when_the_list_is_redrawn() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open_home_after_viewing("linen-shirt-salt").await?;
        let watch = r#"
            const root = shelf.shadowRoot;
            const marked = () => new Map([...root.querySelectorAll("li[data-item]")].map((li) =>
              [li.dataset.item, li.querySelectorAll(":is([part~=link], [part~=description]) [part~=word]").length]));
            const before = marked();
            const frames = [];
            let recording = true;
            const record = () => (frames.push(marked()), recording && requestAnimationFrame(record));
            record();
            for (const item of ["linen-shirt-breakwater", "linen-shirt-olive"]) {
              await client.track("view_item", { item });
              await new Promise((next) => setTimeout(next, 1500));
            }
            recording = false;
            const after = marked();
            const stayed = [...before.keys()].filter((item) => before.get(item) && after.get(item));
            const flickered = stayed.filter((item) => frames.some((frame) => frame.get(item) === 0));
            return [stayed.length, flickered];"#;
        let found = shop.with_client(watch, &[]).await?;
        assert!(found[0].as_u64().is_some_and(|stayed| stayed > 0), "no marked card stayed: {found}");
        assert_eq!(found[1], json!([]), "marks disappeared and came back");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn chinese_search_words_are_marked_as_a_whole() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open("index.html?lang=zh-CN").await?;
        let search = r#"const cards = await client.search("防水夹克", { lang: "zh-CN", limit: 10 });
            return cards.flatMap(({ title, description }) => [...title, ...description]).filter(({ share }) => share).map(({ text }) => text);"#;
        let marked = to_strings(&shop.with_client(search, &[]).await?)?;
        assert!(!marked.is_empty() && marked.iter().all(|word| ["防水", "夹克", "防水夹克"].contains(&word.as_str())), "{marked:?}");
        Ok(())
    })
    .await
}

/// The encoder fails once this product has been viewed, so that no further words are marked.
fn fail_after_view(item: &str) -> Interceptor {
    let script = format!(
        r#"const starting = start();
        let failed = false;
        addEventListener("message", ({{ data }}) => (failed ||= data.command?.event?.item === "{item}"));
        const post = postMessage.bind(self);
        const failure = {{ type: "error", code: "encoder", detail: "", fatal: false }};
        self.postMessage = (message, ...more) => {{
          const updates = message.updates?.map((update) => (failed && update.type === "highlights" ? failure : update));
          post({{ ...message, ...(updates && {{ updates }}) }}, ...more);
        }};"#
    );
    replace_in_worker("const starting = start();", script.leak())
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_stay_if_the_encoder_fails_to_compute_new_ones() -> Result<()> {
    const LATER: [&str; 3] = ["wide-trousers-dune", "dress-lido", "linen-shirt-olive"];
    visit(Site::with_interceptor(fail_after_view(LATER[0])), Gpu::None, &[], async |shop| {
        shop.open_home_after_viewing("linen-shirt-salt").await?;
        let fail = r#"
            const marks = () => new Map([...shelf.shadowRoot.querySelectorAll("li[data-item]")].map((li) =>
              [li.dataset.item, [...li.querySelectorAll(":is([part~=link], [part~=description]) [part~=word]")].map((word) => word.textContent).join()]));
            const cards = [];
            for (const item of args) {
              const before = marks();
              const drawn = new Promise((done) => client.subscribe((update) => update.type === "shelf" && done(update.cards)));
              await client.track("view_item", { item });
              const unread = (await drawn).filter(({ item, unread }) => unread && before.get(item));
              await new Promise((next) => setTimeout(next, 1500));
              cards.push(...unread.map(({ item }) => [before.get(item), marks().get(item)]));
            }
            return cards;"#;
        let found = shop.with_client(fail, &LATER.map(|item| json!(item))).await?;
        let cards = found.as_array().context("no cards")?;
        assert!(!cards.is_empty(), "no marked card stayed and needed new marks");
        assert!(cards.iter().all(|card| card[0] == card[1]), "{found}");
        Ok(())
    })
    .await
}

/// A site with a catalogue at `/chinese/` of the shop's Chinese texts and a model for Chinese. `None` without that
/// model.
fn chinese_shop() -> Result<Option<Site>> {
    if !root().join("dist/models/e5/model.safetensors").is_file() {
        report_skipped("the site has no model for Chinese; `cargo xtask models e5` and `cargo xtask build` add it");
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
    let output = bake.arg("--out").arg(folder.join("chinese")).output().context("cannot run nearmind")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let add_catalog: Interceptor = Box::new(move |path, reply| {
        if let Ok(file) = fs::read(folder.join(&path[1..]))
            && path.starts_with("/chinese/")
        {
            (reply.status, reply.body) = (200, file);
        }
    });
    Ok(Some(Site::with_interceptor(add_catalog)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_for_chinese_marks_whole_words() -> Result<()> {
    let Some(site) = chinese_shop()? else { return Ok(()) };
    visit(site, Gpu::None, &[], async |shop| {
        shop.goto("index.html?lang=zh-CN").await?;
        let read_marks = r#"
            const { Nearmind } = await import(new URL("nearmind.js", document.baseURI));
            const client = Nearmind.open({ catalog: "chinese/", model: "models/e5/", device: "cpu", lang: "zh-CN", persist: false });
            await client.prepare();
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
        let marked = to_strings(&shop.evaluate(read_marks, &[]).await?)?;
        eprintln!("{marked:?}");
        assert!(marked.len() > 3, "{marked:?}");
        // If parts of words were marked, most marks would be single characters.
        let long = marked.iter().filter(|word| word.chars().count() > 1).count();
        assert!(4 * long >= 3 * marked.len(), "{marked:?}");
        Ok(())
    })
    .await
}
