//! Importing a feed on the page try.html: a feed that a visitor picks is read, cleaned, embedded, stored, shown and
//! exported as `nearmind bake` does it, and neither a reload nor a bad file loses anything.

mod chinese; // feeds in Chinese
mod pack_files; // the files of a catalogue

use std::{fs, path::PathBuf, process::Command};

use self::pack_files::{made_by_the_page, read_files};
use anyhow::{Context, Result, ensure};
use browser_tests::{Gpu, Shop, Site, site::root, visit, visit_in_each_browser};
use serde_json::{Value, json};

/// A feed of products of several kinds, with a repeated id, a row without an id, and a bad price. With `chinese`, some
/// titles are Chinese.
fn feed(products: usize, chinese: bool) -> String {
    let kinds = [
        ("tent", "Outdoor > Camping", "keeps the rain out on a mountain night"),
        ("kettle", "Kitchen > Tea", "boils water for a slow morning"),
        ("novel", "Books > Fiction", "a detective story by the sea"),
        ("jacket", "Clothing > Coats", "waterproof, for cycling in bad weather"),
    ];
    let mut feed = "id,title,description,product_type,price,link,brand,ean\n".to_owned();
    for nth in 0..products {
        let (kind, category, description) = kinds[nth % kinds.len()];
        let name = if chinese && nth % 5 == 0 { "轻量防水夹克，适合雨天骑行" } else { kind };
        feed += &format!(
            "sku-{nth:04},The {name} no. {nth},\"It {description}, model {nth}\",{category},{}.50 EUR,https://shop.example/{nth},Acme,40{nth:05}\n",
            10 + nth
        );
    }
    feed += "sku-0001,The kettle no. 1 again,another text,Kitchen,3 EUR,,Acme,\n,No id,,,,,,\nsku-bad,A steel spanner,turns bolts,Tools,cheap,,,\n";
    feed
}

/// Picks a file with this content, as a visitor does.
async fn pick_file(shop: &Shop, name: &str, bytes: &[u8]) -> Result<()> {
    pick_files(shop, &[name], bytes).await
}

/// Picks files of these names with the same content, one directly after the other.
async fn pick_files(shop: &Shop, names: &[&str], bytes: &[u8]) -> Result<()> {
    let pick = r#"
        const [names, bytes] = args, input = document.getElementById("file");
        for (const name of names) {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(bytes)], name));
          input.files = files.files;
          input.dispatchEvent(new Event("change"));
        }"#;
    shop.evaluate(pick, &[json!(names), json!(bytes)]).await?;
    Ok(())
}

/// Waits until a condition is true in the page, or the page shows a problem. Like [`Shop::wait_until`], but for longer,
/// and a problem fails the test unless the condition is about it.
async fn wait_until(shop: &Shop, condition: &str) -> Result<()> {
    let wait = format!(
        r#"for (let tries = 0; tries < 100; tries++) {{
               if ({condition}) return true;
               const problem = document.getElementById("problem");
               if (problem && !problem.hidden && !args[0]) throw new Error(problem.textContent);
               await new Promise((next) => setTimeout(next, 50));
           }}
           return false;"#
    );
    for _ in 0..60 {
        if shop.evaluate(&wait, &[json!(condition.contains("problem"))]).await? == true {
            return Ok(());
        }
    }
    anyhow::bail!("this did not become true: {condition}; the page says {}", read_text(shop, "main").await?)
}

const SHOWN: &str =
    "!document.getElementById('result').hidden && document.querySelector('#for-you')?.state === 'ready'";
const FAILED: &str = "!document.getElementById('problem').hidden";

async fn read_text(shop: &Shop, selector: &str) -> Result<String> {
    let read = "return document.querySelector(args[0]).innerText;";
    Ok(shop.evaluate(read, &[json!(selector)]).await?.as_str().context("no text")?.to_owned())
}

/// How many vectors have been computed, as the page shows it.
async fn read_vector_count(shop: &Shop) -> Result<usize> {
    let numbers = read_text(shop, "#work-numbers").await?;
    Ok(numbers.split(' ').next().and_then(|count| count.replace(',', "").parse().ok()).unwrap_or(0))
}

/// Exports the pack from the page and unpacks it.
async fn export_pack(shop: &Shop, name: &str) -> Result<PathBuf> {
    let export = r#"
        const blob = new Promise((done) => (URL.createObjectURL = (blob) => (done(blob), "data:,")));
        HTMLAnchorElement.prototype.click = () => {};
        document.getElementById("export").click();
        const bytes = new Uint8Array(await (await blob).arrayBuffer());
        let text = "";
        for (const byte of bytes) text += String.fromCharCode(byte);
        return btoa(text);"#;
    let base64 = shop.evaluate(export, &[]).await?;
    let folder = std::env::temp_dir().join(format!("nearmind-import-{}-{name}", std::process::id()));
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("pack.base64"), base64.as_str().context("no zip file")?)?;
    let unpack = "import base64, io, sys, zipfile; zipfile.ZipFile(io.BytesIO(base64.b64decode(open(sys.argv[1]).read()))).extractall(sys.argv[2])";
    let status = Command::new("python3")
        .args(["-c", unpack])
        .arg(folder.join("pack.base64"))
        .arg(folder.join("pack"))
        .status()?;
    ensure!(status.success(), "Python cannot read the zip file");
    Ok(folder.join("pack"))
}

/// Runs `nearmind` and returns its output.
fn run_nearmind(arguments: &[&std::ffi::OsStr]) -> Result<String> {
    let output = Command::new(root().join("target/debug/nearmind")).args(arguments).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picked_feed_becomes_a_shelf_and_stays_on_the_device() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.goto("try.html?lang=en").await?;
        pick_file(shop, "shop.csv", feed(60, false).as_bytes()).await?;
        wait_until(shop, SHOWN).await?;
        let report = read_text(shop, "#report").await?;
        for part in ["63 rows: 61 products", "2 left out", "row has no id", "row has a price that is not a number"] {
            assert!(report.contains(part), "{part}: {report}");
        }
        assert!(read_text(shop, "#result-text").await?.starts_with("61 products from shop.csv"));
        let follow = r#"
            const shelf = document.getElementById("for-you"), { client } = shelf;
            await client.prepare();
            document.getElementById("wish-text").value = "something to read about a crime";
            document.getElementById("wish").requestSubmit();
            for (let tries = 0; tries < 200; tries++) {
              const { cards } = await client.recommend({ limit: 5 });
              if (cards[0].category === "Fiction") {
                const why = await client.explain(cards[0].item);
                return { categories: cards.map(({ category }) => category), why: Boolean(why), reason: cards[0].reason.length };
              }
              await new Promise((next) => setTimeout(next, 50));
            }
            return null;"#;
        let found = shop.evaluate(follow, &[]).await?;
        assert_eq!(found["why"], true, "{found}");
        assert!(found["reason"].as_u64().is_some_and(|parts| parts > 0), "{found}");
        assert!(found["categories"].as_array().is_some_and(|all| all.iter().filter(|one| *one == "Fiction").count() >= 3), "{found}");
        // A barcode works like an id.
        let view = r#"
            const { client } = document.getElementById("for-you");
            await client.track("view_item", { item: "4000007" });
            return (await client.profile()).events.map(({ label }) => label);"#;
        let labels = shop.evaluate(view, &[]).await?;
        assert!(labels.as_array().is_some_and(|all| all.contains(&json!("The jacket no. 7"))), "{labels}");
        // A product that is opened on this page gets its own shelf.
        let open = r#"
            document.getElementById("for-you").shadowRoot.querySelector("[part=link]").click();
            const like = document.getElementById("more-like-this");
            while (like.state !== "ready") await new Promise((next) => setTimeout(next, 50));
            return location.pathname;"#;
        assert_eq!(shop.evaluate(open, &[]).await?, "/try.html");
        assert_eq!(shop.records("violations").await?, json!([]));
        assert_eq!(shop.records("errors").await?, json!([]));
        let requests = shop.site.requests();
        assert!(requests.iter().all(|line| line.starts_with("GET /")), "{requests:?}");
        assert!(requests.iter().any(|line| line.contains("nearmind-feeds_bg.wasm")));
        assert!(!requests.iter().any(|line| line.contains("jieba")), "an English feed needs no Chinese dictionary");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exported_pack_equals_that_of_the_command_line() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("nearmind-baked-{}", std::process::id()));
    for (name, chinese) in [("english", false), ("chinese", true)] {
        let path = folder.join(format!("{name}.csv"));
        fs::create_dir_all(&folder)?;
        fs::write(&path, feed(40, chinese))?;
        let (model, out) = (root().join("models/minilm"), folder.join(name));
        let bake = [
            "bake".as_ref(),
            path.as_os_str(),
            "--model".as_ref(),
            model.as_os_str(),
            "--out".as_ref(),
            out.as_os_str(),
        ];
        run_nearmind(&bake)?;
        visit(chinese::english_site(|_| false), Gpu::None, &[], async |shop| {
            shop.goto("try.html?lang=en&device=cpu").await?;
            pick_file(shop, &format!("{name}.csv"), feed(40, chinese).as_bytes()).await?;
            wait_until(shop, SHOWN).await?;
            let pack = export_pack(shop, name).await?;
            let report = run_nearmind(&["inspect".as_ref(), pack.as_os_str()])?;
            assert!(report.contains("41"), "{report}");
            let (exported, baked) = (read_files(&pack)?, made_by_the_page(read_files(&out)?));
            let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
            assert_eq!(names(&exported), names(&baked), "{name}");
            assert!(exported == baked, "{name}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_import_continues_after_a_reload() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.goto("try.html?lang=en&device=cpu").await?;
        pick_file(shop, "large.csv", feed(400, false).as_bytes()).await?;
        wait_until(shop, "Number.parseInt(document.getElementById('work-numbers').textContent) >= 64 && document.getElementById('work-phase').textContent === 'Computing vectors'").await?;
        shop.evaluate("document.getElementById('pause').click();", &[]).await?;
        wait_until(shop, "document.getElementById('work-phase').textContent === 'Paused'").await?;
        // Vectors that are being computed are still added, then the number stays.
        let settle = "const read = () => document.getElementById('work-numbers').textContent; let last; do { last = read(); await new Promise((next) => setTimeout(next, 1500)); } while (last !== read());";
        shop.evaluate(settle, &[]).await?;
        let before = read_vector_count(shop).await?;
        assert!((64..401).contains(&before), "{before}");
        shop.goto("try.html?lang=en&device=cpu").await?;
        wait_until(shop, "document.getElementById('work-phase').textContent === 'Paused'").await?;
        // Counts the texts that are sent to the worker: vectors must not be computed twice.
        let count = r#"
            window.embedded = 0;
            const { postMessage } = Worker.prototype;
            Worker.prototype.postMessage = function (message, ...more) {
              if (message?.embed) embedded += message.embed.texts.length;
              return postMessage.call(this, message, ...more);
            };
            document.getElementById("pause").click();"#;
        shop.evaluate(count, &[]).await?;
        wait_until(shop, SHOWN).await?;
        let embedded = shop.evaluate("return embedded;", &[]).await?.as_u64().context("a number")? as usize;
        assert!(embedded <= 401 - before + 4, "{embedded} after {before} of 401");
        // After another reload the catalogue is shown without any work.
        shop.goto("try.html?lang=en&device=cpu").await?;
        wait_until(shop, SHOWN).await?;
        assert!(read_text(shop, "#result-text").await?.starts_with("401 products from large.csv"));
        // The visitor can remove it.
        shop.evaluate("document.getElementById('remove').click();", &[]).await?;
        wait_until(shop, "document.getElementById('result').hidden && !document.getElementById('feed').hidden").await?;
        let left = "return (await caches.keys()).filter((name) => name.startsWith('nearmind-catalog-')).length;";
        assert_eq!(shop.evaluate(left, &[]).await?, 0);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_file_shows_an_error_and_loses_nothing() -> Result<()> {
    // The first half of a gzip file.
    let gzip = Command::new("python3")
        .args(["-c", "import gzip, sys; data = gzip.compress(sys.stdin.buffer.read(), mtime=0); sys.stdout.buffer.write(data[:len(data) // 2])"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            use std::io::Write;
            child.stdin.take().map(|mut input| input.write_all(feed(200, false).as_bytes())).transpose()?;
            child.wait_with_output()
        })?
        .stdout;
    let cases: [(&str, Vec<u8>, &str, &str); 5] = [
        ("empty.csv", Vec::new(), "The file is empty", "文件是空的"),
        ("cut.csv.gz", gzip, "The file is incomplete", "中断"),
        ("photo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0".to_vec(), "cannot be read as csv", "无法按 csv"),
        ("page.html", b"<!doctype html><title>A page</title><p>No product".to_vec(), "no JSON-LD", "无法按 html"),
        ("useless.csv", b"id,title\n,Tea\n,Cup\n".to_vec(), "None of the rows", "没有一行"),
    ];
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.goto("try.html?lang=en&device=cpu").await?;
        pick_file(shop, "good.csv", feed(12, false).as_bytes()).await?;
        wait_until(shop, SHOWN).await?;
        for lang in ["en", "zh-CN"] {
            shop.goto(&format!("try.html?lang={lang}&device=cpu")).await?;
            wait_until(shop, SHOWN).await?;
            for (name, bytes, en, zh) in &cases {
                pick_file(shop, name, bytes).await?;
                let expected = if lang == "en" { en } else { zh };
                wait_for_problem(shop, expected).await?;
                // The catalogue is still shown, and another file can be picked.
                let state = "return [document.getElementById('result').hidden, document.getElementById('feed').hidden, document.getElementById('for-you').state];";
                assert_eq!(shop.evaluate(state, &[]).await?, json!([false, false, "ready"]), "{name}");
            }
        }
        assert_eq!(shop.records("errors").await?, json!([]));
        Ok::<(), anyhow::Error>(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_download_of_the_model_can_be_retried() -> Result<()> {
    let is_missing = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let missing_now = is_missing.clone();
    let hide_model = Box::new(move |path: &str, reply: &mut xtask::http::Response| {
        if path.starts_with("/models/") && missing_now.load(std::sync::atomic::Ordering::Relaxed) {
            reply.status = 404;
        }
    });
    visit(Site::with_interceptor(hide_model), Gpu::None, &[], async |shop| {
        shop.goto("try.html?lang=en&device=cpu").await?;
        pick_file(shop, "good.csv", feed(12, false).as_bytes()).await?;
        wait_until(shop, FAILED).await?;
        assert!(read_text(shop, "#problem").await?.contains("The model could not be downloaded"));
        is_missing.store(false, std::sync::atomic::Ordering::Relaxed);
        shop.evaluate("document.getElementById('retry').click();", &[]).await?;
        wait_until(shop, SHOWN).await?;
        // If the next import is cancelled, the catalogue is still there.
        pick_file(shop, "other.csv", feed(400, false).as_bytes()).await?;
        wait_until(shop, "document.getElementById('work-phase').textContent === 'Computing vectors'").await?;
        shop.evaluate("document.getElementById('cancel').click();", &[]).await?;
        wait_until(shop, "!document.getElementById('result').hidden").await?;
        assert!(read_text(shop, "#result-text").await?.contains("good.csv"));
        let work_is_hidden: Value = shop.evaluate("return document.getElementById('work').hidden;", &[]).await?;
        assert_eq!(work_is_hidden, true);
        Ok(())
    })
    .await
}

/// Waits until the page shows a problem that contains this text.
async fn wait_for_problem(shop: &Shop, message: &str) -> Result<()> {
    wait_until(shop, &format!("{FAILED} && document.getElementById('problem').textContent.includes('{message}')")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_tab_can_import_at_a_time() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.goto("try.html?lang=en&device=cpu").await?;
        pick_file(shop, "first.csv", feed(400, false).as_bytes()).await?;
        wait_until(shop, "document.getElementById('work-phase').textContent === 'Computing vectors'").await?;
        shop.evaluate("document.getElementById('pause').click();", &[]).await?;
        wait_until(shop, "document.getElementById('work-phase').textContent === 'Paused'").await?;
        let first = shop.browser.driver.window().await?;
        let second = shop.browser.driver.new_tab().await?;
        shop.browser.driver.switch_to_window(second.clone()).await?;
        shop.goto("try.html?lang=en&device=cpu").await?;
        wait_for_problem(shop, "Another tab is importing").await?;
        // The import can only be discarded in its own tab.
        assert_eq!(shop.evaluate("return document.getElementById('problem-buttons').hidden;", &[]).await?, true);
        pick_file(shop, "second.csv", feed(12, false).as_bytes()).await?;
        wait_for_problem(shop, "Another tab is importing").await?;
        shop.browser.driver.switch_to_window(first).await?;
        assert_eq!(read_text(shop, "#work-name").await?, "first.csv");
        shop.evaluate("document.getElementById('cancel').click();", &[]).await?;
        wait_until(shop, "!document.getElementById('feed').hidden").await?;
        shop.browser.driver.switch_to_window(second).await?;
        // A tab, too, imports one file at a time.
        pick_files(shop, &["second.csv", "third.csv"], feed(12, false).as_bytes()).await?;
        wait_until(shop, SHOWN).await?;
        assert!(read_text(shop, "#result-text").await?.starts_with("13 products from second.csv"));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_too_large_is_refused_before_its_end() -> Result<()> {
    let pick_large = r#"
        const [rows, endless] = args, files = new DataTransfer(), input = document.getElementById("file");
        const lines = Array.from({ length: rows }, (_, nth) => `sku-${nth},Cup number ${nth}\n`);
        files.items.add(new File(["id,title\n", ...lines, endless ? `x,"${"y".repeat(17 << 20)}` : ""], "large.csv"));
        input.files = files.files;
        input.dispatchEvent(new Event("change"));"#;
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.goto("try.html?lang=en&device=cpu").await?;
        pick_file(shop, "good.csv", feed(12, false).as_bytes()).await?;
        wait_until(shop, SHOWN).await?;
        // The second feed ends in an endless row, which would be reported as another problem.
        for (rows, endless) in [(50_001, false), (210_000, true)] {
            shop.goto("try.html?lang=en&device=cpu").await?;
            wait_until(shop, SHOWN).await?;
            shop.evaluate(pick_large, &[json!(rows), json!(endless)]).await?;
            wait_for_problem(shop, "more products than a page can import").await?;
            assert!(read_text(shop, "#problem").await?.contains("Your previous catalogue is unchanged"));
            assert_eq!(shop.evaluate("return document.getElementById('for-you').state;", &[]).await?, "ready");
        }
        Ok(())
    })
    .await
}
