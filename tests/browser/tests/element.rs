//! The element `nearmind-shelf`: custom-elements.json describes it correctly, attributes, properties and slots work at
//! run time, several shelves share one worker, and a page can draw its own cards or use no element.

use browser_tests::report_skipped;
use std::process::Command;

use anyhow::{Context, Result};
use browser_tests::{Gpu, Shop, Site, shop::to_strings, site::root, visit, visit_in_each_browser};
use serde_json::{Value, json};

/// The names in one list of the manifest, sorted.
fn names(element: &Value, list: &str) -> Vec<String> {
    let entries = element[list].as_array().into_iter().flatten();
    let mut names: Vec<_> = entries.filter_map(|entry| entry["name"].as_str()).map(str::to_owned).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn custom_elements_json_describes_the_elements_correctly() -> Result<()> {
    let read =
        |file: &str| std::fs::read_to_string(root().join("www/package").join(file)).with_context(|| file.to_owned());
    let manifest: Value = serde_json::from_str(&read("custom-elements.json")?)?;
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.open("index.html").await?;
        for module in manifest["modules"].as_array().context("no modules")? {
            let (element, path) = (&module["declarations"][0], module["path"].as_str().context("no path")?);
            let tag = element["tagName"].as_str().context("no tag name")?;
            let code = r#"
                await import(new URL(args[1], document.baseURI));
                const type = customElements.get(args[0]);
                const own = [];
                for (let proto = type.prototype; proto !== HTMLElement.prototype; proto = Object.getPrototypeOf(proto))
                  own.push(...Object.getOwnPropertyNames(proto));
                return { attributes: type.observedAttributes, members: own.filter((name) => !/Callback$|^constructor$|[dD]ata/.test(name)) };"#;
            let code = shop.evaluate(code, &[json!(tag), json!(path)]).await?;
            // These need not be observed: they are read by styles, or together with the list.
            let mut observed = to_strings(&code["attributes"])?;
            let described = names(element, "attributes");
            observed.extend(described.iter().filter(|name| ["theme", "base", "state"].contains(&name.as_str())).cloned());
            observed.sort();
            assert_eq!(described, observed, "{tag}");
            let mut members = to_strings(&code["members"])?;
            members.extend(names(element, "members").into_iter().filter(|name| name == "client"));
            members.sort();
            assert_eq!(names(element, "members"), members, "{tag}");
            let declared = read(&path.replace(".js", ".d.ts"))?;
            for member in &members {
                let has = [": ", "(", "?: "].iter().any(|after| declared.contains(&format!("{member}{after}")));
                assert!(has, "{path}'s declarations lack {member}");
            }
        }
        let shelf = &manifest["modules"][0]["declarations"][0];
        let script = read("shelf.js")?;
        for event in names(shelf, "events") {
            assert!(script.contains(&format!("\"{event}\"")), "{event} is never dispatched");
            assert!(read("shelf.d.ts")?.contains(&format!("\"{event}\"")), "{event} has no type");
        }
        let drawn = r#"
            const root = document.querySelector("nearmind-shelf").shadowRoot;
            return [
              [...new Set([...root.querySelectorAll("[part]")].flatMap((node) => [...node.part]))].filter((part) => part !== "skeleton").sort(),
              [...root.querySelectorAll("slot")].map((slot) => slot.name).sort(),
            ];"#;
        let drawn = shop.evaluate(drawn, &[]).await?;
        let (parts, described) = (to_strings(&drawn[0])?, names(shelf, "cssParts"));
        let missing: Vec<_> = parts.iter().filter(|part| !described.contains(part)).collect();
        assert_eq!(missing, Vec::<&String>::new(), "the manifest lacks parts");
        assert_eq!(to_strings(&drawn[1])?, names(shelf, "slots"));
        let styles = read("element/styles.js")?;
        let mut used: Vec<_> = styles.split("var(").filter_map(|rest| rest.split([',', ')']).next()).collect();
        used.retain(|name| name.starts_with("--nearmind-"));
        used.sort();
        used.dedup();
        assert_eq!(names(shelf, "cssProperties"), used);
        Ok(())
    })
    .await
}

/// Runs a script by Node.js in the built site and returns its output, or `None` where there is no Node.js.
fn run_in_node(script: &str) -> Result<Option<String>> {
    if Command::new("node").arg("--version").output().is_err() {
        report_skipped("Node.js is not installed, so modules are not imported without a page");
        return Ok(None);
    }
    let folder = root().join("dist");
    let output = Command::new("node").args(["--input-type=module", "--eval", script]).current_dir(folder).output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(Some(String::from_utf8(output.stdout)?))
}

#[test]
fn modules_can_be_imported_without_a_page() -> Result<()> {
    let output = run_in_node(
        "await Promise.all(['shelf', 'profile', 'nearmind', 'debug'].map((name) => import(`./${name}.js`)));",
    )?;
    assert!(output.is_none_or(|output| output.is_empty()));
    Ok(())
}

#[test]
fn prices_are_formatted_in_any_currency() -> Result<()> {
    let prices = "const { money } = await import('./element/format.js');
        const formatted = [['USD', 'en'], ['', 'en'], ['euros', 'en'], ['CNY', 'zh-CN']].map(([currency, lang]) => money({ amount: 1234.5, currency }, lang));
        console.log(formatted.join(' | '));";
    if let Some(output) = run_in_node(prices)? {
        assert_eq!(output.trim(), "$1,234.50 | 1,234.50 | 1,234.50 euros | ¥1,234.50");
    }
    Ok(())
}

/// Runs a script that has the page's `shelf`, the `items()` it shows, and `until()`, which waits for a condition.
async fn with_shelf(shop: &Shop, body: &str) -> Result<Value> {
    let script = r#"
        const shelf = document.querySelector("nearmind-shelf");
        const items = () => [...shelf.shadowRoot.querySelectorAll("li[data-item]")].map((card) => card.dataset.item);
        const until = async (condition) => { while (!condition()) await new Promise((next) => setTimeout(next, 30)); };
    "#;
    shop.evaluate(&format!("{script} {body}"), &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_and_properties_work_at_run_time() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open("index.html").await?;
        let answer = with_shelf(
            shop,
            r#"
            const before = items();
            const text = (part) => shelf.shadowRoot.querySelector(`[part~=${part}]`).textContent;
            shelf.limit = 3;
            await until(() => items().length === 3);
            const three = items();
            shelf.setAttribute("item", "dripper-still");
            await until(() => text("heading").includes("Dripper"));
            const about = [items(), text("heading"), await shelf.explain(items()[0])];
            shelf.setAttribute("heading", "With your coffee");
            const heading = text("heading");
            shelf.setAttribute("lang", "zh-CN");
            await until(() => /[\u4e00-\u9fff]/.test(text("title")));
            const chinese = text("title");
            shelf.removeAttribute("heading");
            shelf.item = null;
            shelf.lang = "en";
            await until(() => items().join() === three.join());
            await shelf.refresh();
            return { before, three, about, heading, chinese, after: items() };"#,
        )
        .await?;
        assert_eq!(answer["before"].as_array().map(Vec::len), Some(12));
        assert_eq!(answer["three"].as_array().map(Vec::len), Some(3));
        assert_ne!(answer["about"][0], answer["three"]);
        assert!(answer["about"][1].as_str().is_some_and(|heading| heading.contains("Dripper")), "{answer}");
        assert_eq!(answer["about"][2]["place"], 1);
        assert_eq!(answer["heading"], "With your coffee");
        assert!(answer["chinese"].as_str().is_some_and(|title| title.chars().any(|c| c > '\u{4e00}')), "{answer}");
        assert_eq!(answer["after"], answer["three"]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn shelves_and_scripts_loaded_twice_share_one_worker() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open("examples/plain.html").await?;
        let answer = shop.evaluate(r#"
            const again = await import(new URL("../shelf.js?again", document.baseURI));
            const twice = await import(new URL("../nearmind.js?again", document.baseURI));
            const first = document.querySelector("nearmind-shelf");
            const second = first.cloneNode(true);
            second.removeAttribute("item");
            first.after(second);
            second.scrollIntoView(); // far from the viewport it would not start
            await new Promise((done) => second.addEventListener("nearmind-ready", done, { once: true }));
            const same = twice.Nearmind.open({ catalog: "../catalog/", model: "../models/minilm/", lang: "en" });
            const events = (await second.client.profile()).events.map(({ event }) => `${event.name} ${event.item}`);
            const workers = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/worker.js")).length;
            return [first.client === second.client, same === first.client, events, workers, records.errors];"#, &[]).await?;
        assert_eq!(answer, json!([true, true, ["view_item rain-jacket-squall"], 1, []]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_from_a_template_work_like_those_of_the_shelf() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open("examples/own-card.html").await?;
        let answer = with_shelf(shop, r#"
            const cards = () => [...shelf.querySelectorAll(".nearmind-card")];
            const [first] = cards();
            const selected = new Promise((done) => shelf.addEventListener("nearmind-select", (event) => { event.preventDefault(); done(event.detail); }));
            first.querySelector("a").click();
            const { item, position } = await selected;
            const styled = getComputedStyle(first.querySelector(".ticket")).borderTopStyle;
            const shown = first.checkVisibility() && first.getBoundingClientRect().height > 0;
            const before = [cards().length, first.querySelector("[data-text=price]").textContent, new URL(first.querySelector("a").href).pathname];
            first.querySelector("[data-action=hide]").click();
            await until(() => cards().every((card) => card.dataset.item !== first.dataset.item));
            const left = cards().every((card) => card.dataset.item !== first.dataset.item);
            return [item === first.dataset.item, position, styled, shown, before[0], /\d/.test(before[1]), before[2], left, cards().length];"#).await?;
        assert_eq!(answer, json!([true, 0, "dashed", true, 8, true, "/product.html", true, 8]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_replace_the_heading_and_an_empty_list() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open("examples/strict.html").await?;
        let answer = with_shelf(shop, r#"
            const heading = shelf.querySelector("[slot=heading]");
            const empty = shelf.querySelector("[slot=empty]");
            const before = [heading.checkVisibility({ visibilityProperty: true }), empty.checkVisibility()];
            shelf.item = "no-such-item";
            await until(() => shelf.state === "empty");
            return [before, shelf.state, empty.checkVisibility({ visibilityProperty: true }), records.violations, records.errors];"#).await?;
        assert_eq!(answer, json!([[true, false], "empty", true, [], []]));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_an_element_can_draw_its_own_list() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.goto("examples/headless.html").await?;
        let answer = shop
            .evaluate(
                r#"
            const list = document.getElementById("list");
            const changed = () => new Promise((done) => new MutationObserver(done).observe(list, { childList: true }));
            if (!list.children.length) await changed();
            const before = list.textContent;
            document.querySelector("input").value = "waterproof jacket for cycling";
            const next = changed();
            document.getElementById("wish").requestSubmit();
            await next;
            return [list.children.length, before !== list.textContent, document.getElementById("basis").textContent];"#,
                &[],
            )
            .await?;
        assert_eq!(answer, json!([5, true, "Based on what you said and viewed."]));
        Ok(())
    })
    .await
}
