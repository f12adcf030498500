//! Strings that attack pages stay text, on a page whose policy forbids no script. They are used as every text that
//! comes from a shop, a visitor or a file: titles, descriptions, brands, categories, ids, URLs, currencies, wishes,
//! searches, ids in the page's data, and names in an imported profile. Each run tries a sample of them;
//! `NEARMIND_STRINGS` is the size of the sample, or `all`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Shop, Site,
    site::{add_file, root},
    visit_in_each_browser,
};
use serde_json::{Value, json};

/// Strings in a run.
const STRINGS: usize = 140;
/// Strings in one catalogue.
const BATCH: usize = 100;
/// Strings in one profile.
const ENTRIES: usize = 20;

/// Attacks of our own, which the lists lack. They call `hit()`, which the page defines.
const OWN: [&str; 44] = [
    "javascript:hit()",
    "JaVaScRiPt:hit()",
    " \u{1}javascript:hit()",
    "java\tscript:hit()",
    "java\r\nscript:hit()",
    "\u{feff}javascript:hit()",
    "java\u{200b}script:hit()",
    "javascript&colon;hit()",
    "javascript://shop.example/%0ahit()",
    "vbscript:hit()",
    "view-source:javascript:hit()",
    "data:text/html,<script>parent.hit()</script>",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='hit()'/>",
    "DATA:IMAGE/SVG+XML;base64,PHN2ZyBvbmxvYWQ9ImhpdCgpIi8+",
    "blob:null/hit",
    "file:///etc/passwd",
    "//user:pass@shop.example:99999/",
    "http://[",
    "https:javascript:hit()",
    "#\"><img src=x onerror=hit()>",
    "\"><img src=x onerror=hit()>",
    "' autofocus onfocus='hit()",
    "` onmouseover=`hit()",
    "x\" style=\"animation:x\" onanimationstart=\"hit()",
    "--><script>hit()</script>",
    "]]><script>hit()</script>",
    "</title></textarea></style><script>hit()</script>",
    "</template></slot><img src=x onerror=hit()>",
    "</nearmind-shelf><script>hit()</script>",
    "<slot name=heading onslotchange=hit()></slot>",
    "<svg><animate onbegin=hit() attributeName=x dur=1s>",
    "<svg><use href=\"data:image/svg+xml,<svg id='x' onload='hit()'/>#x\"></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=hit()>",
    "<math href=\"javascript:hit()\">press</math>",
    "<noscript><p title=\"</noscript><img src=x onerror=hit()>\">",
    "{{constructor.constructor('hit()')()}}",
    "${hit()} #{hit()} <%= hit() %> [[hit()]]",
    "\u{202e}tpircs\u{202c}\u{2066}<b>\u{2069}",
    "\u{200d}\u{200c}\u{2060}\u{feff}",
    "\u{0}\u{7}\u{1b}[2J",
    "__proto__",
    "constructor",
    "[object Object]",
    "\u{fdfd}\u{fdfd} Z\u{35f}\u{327}\u{489}a\u{34f}lgo",
];

/// Runs in the page before our scripts: records calls that an attack makes.
const EARLY: &str = r#"
    window.hits = [];
    for (const name of ["hit", "alert", "confirm", "prompt", "print", "open"])
      window[name] = (...args) => void hits.push(`${name}(${args})`);"#;

/// Elements that our own code creates.
const ELEMENTS: &str = "a b button caption circle dd details dialog div dl dt figure footer form g h2 h3 header i
    img input label li nearmind-debug nearmind-profile nearmind-shelf ol option p path pre
    section select slot span strong summary svg table tbody td template text th thead time tr ul";

/// Looks for elements, attributes and calls that come from a string; `ensure` throws an error with all that it finds.
const CHECK: &str = r##"
    const [elements] = args;
    const wait = (ms) => new Promise((next) => setTimeout(next, ms));
    const until = async (condition) => {
      for (let tries = 0; !(await condition()); tries++) {
        if (tries > 2400) throw new Error(`this did not become true: ${condition}`);
        await wait(25);
      }
    };
    const fields = ["title", "description", "brand", "price", "reason", "words", "why-sentence", "panel-note"];
    const texts = [...fields.map((field) => `[part~=${field}]`), "[data-text]", ".label", ".what", ".name", "h2"];
    const inside = texts.map((text) => `${text} *`).join();
    const hasProtocol = (value, allowed) => allowed.test(new URL(value, document.baseURI).protocol);
    const findAttacks = (root) => [...root.querySelectorAll("*")].flatMap((element) => {
      const found = element.shadowRoot ? findAttacks(element.shadowRoot) : [], { localName, attributes } = element;
      if (!elements.includes(localName)) found.push(`an element: ${localName}`);
      for (const { name, value } of attributes) {
        if (/^on|^srcdoc$|^formaction$|:href$/.test(name)) found.push(`${localName} has ${name}`);
        if (name === "href" && !hasProtocol(value, /^https?:$/)) found.push(`links to ${value}`);
        if (name === "src" && !hasProtocol(value, /^(https?|data|blob):$/)) found.push(`shows ${value}`);
      }
      if (localName === "img" && !element.matches("[part=image], [data-image]")) found.push("a picture");
      const own = "[part=link], [part=word], option, h2 > slot[name=heading]";
      if (element.matches(inside) && !element.matches(own)) found.push(`${localName} in a text`);
      return found;
    });
    const ensure = () => {
      const found = [...findAttacks(document.body), ...hits];
      if (found.length) throw new Error([...new Set(found)].slice(0, 20).join("\n"));
    };"##;

/// Checks all cards of a batch, our own and those of a template, and the debug panel.
const CARDS: &str = r#"
    const shelves = [...document.querySelectorAll("nearmind-shelf")];
    await until(() => shelves.every((shelf) => shelf.state === "ready"));
    for (const { client } of shelves) await client.prepare();
    const { addresses } = await import(new URL("element/format.js", document.baseURI));
    const { client } = shelves[0], link = document.createElement("a"), unsafe = [];
    for (const text of args[1]) {
      for (const strict of [false, true]) {
        const { url, image } = addresses({ url: text, image: text }, document.baseURI, strict);
        if (url && !/^https?:$/.test((link.href = url, link.protocol))) unsafe.push(text);
        if (image && !/^(https?|data|blob):$/.test(new URL(image).protocol)) unsafe.push(text);
      }
      await client.search(text, { limit: 3 });
    }
    if (unsafe.length) throw new Error(`unsafe URLs: ${JSON.stringify(unsafe)}`);
    const items = args[1].slice(0, args[2]).map((text) => ({ item_id: `${text}?` }));
    dataLayer.push({ event: "add_to_cart", ecommerce: { items } });
    const panel = () => document.querySelector("nearmind-debug")?.shadowRoot;
    await until(() => panel()?.querySelector(".scores li") && panel().querySelector(".unmatched tbody tr"));
    ensure();
    const titles = [...shelves[0].shadowRoot.querySelectorAll("[part=link]")];
    return [titles.length, titles.filter(({ textContent }) => textContent.includes("<")).length,
      document.querySelectorAll(".nearmind-card").length];"#;

/// Imports strings as profiles, and checks the profile page and the explanations of the first cards.
const PROFILE: &str = r#"
    const shelf = document.querySelector("nearmind-shelf"), profile = document.querySelector("nearmind-profile");
    await until(() => shelf.state === "ready");
    await shelf.client.prepare();
    const { openWhy } = await import(new URL("element/why.js", document.baseURI));
    let [names, events, panels] = [0, 0, 0];
    for (let from = 0; from < args[1].length; from += args[2]) {
      const some = args[1].slice(from, from + args[2]), timeMs = Date.now() - 60_000;
      const entries = some.flatMap((text, nth) => [
        { kind: "event", name: "wish", text, timeMs: timeMs + nth },
        { kind: "event", name: "view_item", item: text, timeMs: timeMs + nth },
        { kind: "interest", about: [{ item: text }, { text }], name: text, muted: false, timeMs: timeMs + nth },
      ]);
      await shelf.client.forget();
      const file = { format: "nearmind-profile", version: 1, exportedMs: timeMs, entries };
      await shelf.client.importProfile(JSON.stringify(file));
      await Promise.all([shelf.refresh(), profile.refresh()]);
      const list = await shelf.client.openShelf("hostile", { kind: "for-you", item: null, limit: 2, lang: "en" });
      for (const { item, title } of list.find(({ type }) => type === "shelf").cards) {
        const words = title.map(({ text }) => text).join("");
        await openWhy(shelf.shadowRoot, shelf.client, { shelf: "hostile", item, title: words, lang: "en" });
        const dialog = shelf.shadowRoot.querySelector("dialog[open]");
        await until(() => dialog.querySelector("h3"));
        ensure();
        dialog.close();
        panels += 1;
      }
      shelf.client.closeShelf("hostile");
      ensure();
      names += profile.shadowRoot.querySelectorAll("[part=panel-interests] li").length;
      events += profile.shadowRoot.querySelectorAll("[part=panel-events] li").length;
    }
    return [names, events, panels];"#;

/// Encodes a text as HTML twice. The import of a feed removes HTML and decodes twice, which restores the text.
fn encode_twice(text: &str) -> String {
    let encode = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    encode(&encode(text))
}

/// Our own strings, and a sample of the lists.
fn sample_strings() -> Result<Vec<String>> {
    let lists = fs::read_to_string(root().join("target/hostile/strings.json"));
    let lists = lists.context("cannot read the strings, which `cargo xtask test` downloads")?;
    let mut all: Vec<String> = OWN.map(str::to_owned).to_vec();
    all.extend(serde_json::from_str::<Vec<String>>(&lists)?);
    let count = match env::var("NEARMIND_STRINGS") {
        Ok(count) if count == "all" => all.len(),
        Ok(count) => count.parse().context("NEARMIND_STRINGS must be a number or `all`")?,
        Err(_) => STRINGS,
    };
    // The sample is spread evenly over the lists.
    let step = all.len().div_ceil(count.saturating_sub(OWN.len()).max(1));
    let is_chosen = |nth: usize| nth < OWN.len() || nth.is_multiple_of(step);
    Ok(all.into_iter().enumerate().filter(|(nth, _)| is_chosen(*nth)).map(|(_, text)| text).collect())
}

/// Bakes a catalogue with an item for each string, which has the string in all its fields.
fn bake(folder: &Path, batch: &[String]) -> Result<()> {
    fs::create_dir_all(folder)?;
    let line = |(nth, text): (usize, &String)| {
        // Titles are encoded, because one that consists of tags alone would be empty and make no item.
        let [raw, encoded] = [text.clone(), encode_twice(text)];
        let description = if nth.is_multiple_of(2) { &encoded } else { &raw };
        json!({ "id": raw, "title": encoded, "description": description, "category": encoded, "brand": encoded,
            "url": raw, "image": raw, "tags": [raw, encoded], "price": 1 + nth, "currency": raw })
        .to_string()
    };
    let lines: Vec<String> = batch.iter().enumerate().map(line).collect();
    fs::write(folder.join("feed.jsonl"), lines.join("\n"))?;
    let mut bake = Command::new(root().join("target/debug/nearmind"));
    bake.arg("bake").arg(folder.join("feed.jsonl")).arg("--model").arg(root().join("models/minilm"));
    let output = bake.arg("--out").arg(folder.join("catalog")).output().context("cannot run nearmind")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// A site with two pages for each batch: `/hostile/0/cards.html` and `/hostile/0/profile.html`. Their policy is about
/// pictures alone, so that none is requested from other hosts.
fn site(folder: PathBuf) -> Site {
    let add_early_script = add_file("/early.js", EARLY.into());
    let head = r#"<!doctype html><html lang="en"><base href="/"><title>A shop</title><script src="early.js"></script>
        <script type="module" src="shelf.js"></script><script type="module" src="profile.js"></script>"#;
    Site::with_interceptor(Box::new(move |path, reply| {
        add_early_script(path, reply);
        reply.headers.retain(|(name, _)| *name != "content-security-policy");
        let Some((batch, file)) = path.strip_prefix("/hostile/").and_then(|path| path.split_once('/')) else { return };
        let sources = format!(r#"catalog="hostile/{batch}/catalog/" model="models/minilm/""#);
        let template = r#"<template><a data-link><img data-image alt=""></a><b data-text="title"></b>
            <p data-text="description"></p><i data-text="category"></i><i data-text="brand"></i>
            <i data-text="price"></i><i data-text="item"></i></template>"#;
        let body = match file {
            "cards.html" => format!(
                "<nearmind-shelf limit=1000 {sources}></nearmind-shelf>
                 <nearmind-shelf limit=1000 {sources}>{template}</nearmind-shelf>"
            ),
            "profile.html" => {
                format!("<nearmind-shelf {sources}></nearmind-shelf><nearmind-profile {sources}></nearmind-profile>")
            }
            _ => {
                if let Ok(file) = fs::read(folder.join(batch).join(file)) {
                    (reply.status, reply.body) = (200, file);
                }
                return;
            }
        };
        let content_type = ("content-type", "text/html; charset=utf-8".to_owned());
        let policy = ("content-security-policy", "img-src 'self' data: blob:".to_owned());
        (reply.status, reply.headers) = (200, vec![content_type, policy]);
        reply.body = format!("{head}{body}").into_bytes();
    }))
}

fn count_at(counts: &Value, nth: usize) -> u64 {
    counts[nth].as_u64().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_strings_stay_text_wherever_they_are_shown() -> Result<()> {
    let strings = sample_strings()?;
    let folder = env::temp_dir().join(format!("nearmind-hostile-{}", std::process::id()));
    let batches: Vec<&[String]> = strings.chunks(BATCH).collect();
    for (nth, batch) in batches.iter().enumerate() {
        bake(&folder.join(nth.to_string()), batch)?;
    }
    visit_in_each_browser(
        || site(folder.clone()),
        async |shop: &Shop| {
            let [mut cards, mut markup, mut from_template, mut names, mut events, mut panels] = [0; 6];
            for (nth, batch) in batches.iter().enumerate() {
                shop.goto(&format!("hostile/{nth}/cards.html?nearmind=debug")).await?;
                let args = [json!(ELEMENTS.split_whitespace().collect::<Vec<_>>()), json!(batch), json!(ENTRIES)];
                let counts =
                    shop.evaluate(&format!("{CHECK} {CARDS}"), &args).await.with_context(|| format!("batch {nth}"))?;
                cards += count_at(&counts, 0);
                markup += count_at(&counts, 1);
                from_template += count_at(&counts, 2);
                shop.goto(&format!("hostile/{nth}/profile.html")).await?;
                let counts = shop
                    .evaluate(&format!("{CHECK} {PROFILE}"), &args)
                    .await
                    .with_context(|| format!("batch {nth}"))?;
                names += count_at(&counts, 0);
                events += count_at(&counts, 1);
                panels += count_at(&counts, 2);
            }
            println!(
                "{:?}: {} strings: {cards} cards, {markup} of them with a `<` in the title; {from_template} cards from \
                 a template; {events} events and {names} interests on the profile page; {panels} explanations",
                shop.browser.kind,
                strings.len()
            );
            // Strings without letters make no card, and strings that differ only in invisible characters make one.
            ensure!(
                cards as usize * 10 >= strings.len() * 8 && from_template == cards && markup * 3 > cards,
                "too few strings are shown"
            );
            ensure!(names > 0 && panels > 0 && events as usize >= strings.len(), "too few strings are shown");
            Ok(())
        },
    )
    .await?;
    Ok(fs::remove_dir_all(folder)?)
}
