//! The lists that `nearmind-research eval` calls shipped are those of a page: the same ten items for the same history.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Site,
    shop::{product_text, products},
    site::{add_file, root},
    visit,
};
use serde_json::{Value, json};

const VISITORS: usize = 240;
const HISTORIES: usize = 50;

/// Tracks a history of purchases and returns the list.
const LIST: &str = r#"
    const { Nearmind } = await import(new URL("nearmind.js", document.baseURI));
    window.client ??= Nearmind.open({ catalog: "learned/catalog/", model: "models/minilm/" });
    await client.forget();
    for (const item of args[0]) await client.track("purchase", { item });
    const { cards } = await client.recommend({ limit: 10 });
    return cards.map(({ item }) => item);"#;

fn run(program: &str, folder: &Path, arguments: &[&str]) -> Result<()> {
    let output = Command::new(root().join("target/debug").join(program)).args(arguments).current_dir(folder).output();
    let output = output.with_context(|| format!("cannot run {program}; `cargo build --workspace --bins` builds it"))?;
    ensure!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Writes a data set: the demo's products, and synthetic visitors who each buy six items of one or two categories.
fn write_data(folder: &Path) -> Result<()> {
    let (mut items, mut ids) = (Vec::new(), Vec::<String>::new());
    for (id, product) in products() {
        let (title, category) = (product_text(&product, "en", "title"), product_text(&product, "en", "category"));
        let description = product_text(&product, "en", "description");
        items.push(json!({ "id": id, "title": title, "description": description, "category": category }).to_string());
        ids.push(id);
    }
    let (mut interactions, mut tests) = (vec!["user_id\titem_id".to_owned()], vec!["user_id\thistory\ttarget".into()]);
    for visitor in 0..VISITORS {
        // Products are sorted by category. Every visitor also buys one item of any category, and a quarter of them buy
        // an item twice.
        let start = visitor * 7919 % (ids.len() - 20);
        let mut purchases: Vec<&str> = (0..6).map(|nth| ids[start + nth * (1 + visitor % 3)].as_str()).collect();
        purchases.insert(3, &ids[visitor * 104_729 % ids.len()]);
        if visitor % 4 == 0 {
            purchases.push(purchases[1]);
        }
        match visitor < HISTORIES {
            true => tests.push(format!("t{visitor}\t{}\t{}", purchases.join(" "), ids[start + 19])),
            false => interactions.extend(purchases.iter().map(|item| format!("v{visitor}\t{item}"))),
        }
    }
    fs::write(folder.join("items.jsonl"), items.join("\n"))?;
    fs::write(folder.join("interactions.tsv"), interactions.join("\n"))?;
    fs::write(folder.join("test.tsv"), tests.join("\n"))?;
    Ok(())
}

fn site(folder: PathBuf) -> Site {
    let blank = add_file("/blank.html", "<!doctype html><html lang=\"en\"><title>Shop</title>".into());
    Site::with_interceptor(Box::new(move |path, reply| {
        blank(path, reply);
        if let Some(file) = path.strip_prefix("/learned/").and_then(|path| fs::read(folder.join(path)).ok()) {
            (reply.status, reply.body) = (200, file);
        }
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_the_lists_that_eval_calls_shipped() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("nearmind-eval-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    write_data(&folder)?;
    let model = root().join("models/minilm");
    let model = model.to_str().context("the path is not UTF-8")?;
    run("nearmind", &folder, &["bake", "items.jsonl", "--model", model, "--out", "catalog"])?;
    run("nearmind", &folder, &["learn", "--pack", "catalog", "--interactions", "interactions.tsv"])?;
    let eval = ["eval", "--data", ".", "--model", model, "--cache", "vectors", "--lists", "lists.jsonl"];
    run("nearmind-research", &folder, &eval)?;
    let lists = fs::read_to_string(folder.join("lists.jsonl"))?;
    visit(site(folder.clone()), Gpu::None, &[], async |shop| {
        shop.goto("blank.html").await?;
        let mut compared = 0;
        for line in lists.lines() {
            let case: Value = serde_json::from_str(line)?;
            let shown = shop.evaluate(LIST, &[case["history"].clone()]).await?;
            assert_eq!(shown, case["list"], "after {}", case["history"]);
            assert_eq!(shown.as_array().map(Vec::len), Some(10));
            compared += 1;
        }
        assert_eq!(compared, HISTORIES);
        Ok(())
    })
    .await?;
    fs::remove_dir_all(folder)?;
    Ok(())
}
