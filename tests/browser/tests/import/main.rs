//! A catalogue of the visitor's own: a feed that is picked on the page is read, cleaned, embedded, kept, shown and
//! exported there, as `nearmind bake` would; a reload and a bad file lose nothing.

mod chinese; // words of a dictionary that is fetched for them

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use browser_tests::{Gpu, Shop, Site, site::root, visit, visit_each};
use serde_json::{Value, json};

/// Products of some kinds in English, with what feeds have wrong; some words are Chinese where `chinese`.
fn feed(products: usize, chinese: bool) -> String {
    let kinds = [
        ("tent", "Outdoor > Camping", "keeps the rain out on a mountain night"),
        ("kettle", "Kitchen > Tea", "boils water for a slow morning"),
        ("novel", "Books > Fiction", "a detective story by the sea"),
        ("jacket", "Clothing > Coats", "waterproof, for cycling in bad weather"),
    ];
    let mut feed = "id,title,description,product_type,price,link,brand,ean\n".to_owned();
    for nth in 0..products {
        let (kind, category, about) = kinds[nth % kinds.len()];
        let name = if chinese && nth % 5 == 0 { "轻量防水夹克，适合雨天骑行" } else { kind };
        feed += &format!(
            "sku-{nth:04},The {name} no. {nth},\"It {about}, model {nth}\",{category},{}.50 EUR,https://shop.example/{nth},Acme,40{nth:05}\n",
            10 + nth
        );
    }
    feed += "sku-0001,The kettle no. 1 again,another text,Kitchen,3 EUR,,Acme,\n,No id,,,,,,\nsku-bad,A steel spanner,turns bolts,Tools,cheap,,,\n";
    feed
}

/// Picks a file as a visitor does; `bytes` are its content.
async fn pick(shop: &Shop, name: &str, bytes: &[u8]) -> Result<()> {
    pick_each(shop, &[name], bytes).await
}

/// Picks files of these names, one after the other, sooner than anything can come of the first.
async fn pick_each(shop: &Shop, names: &[&str], bytes: &[u8]) -> Result<()> {
    let pick = r#"
        const [names, bytes] = given, input = document.getElementById("file");
        for (const name of names) {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(bytes)], name));
          input.files = files.files;
          input.dispatchEvent(new Event("change"));
        }"#;
    shop.ask(pick, &[json!(names), json!(bytes)]).await?;
    Ok(())
}

/// Waits until this holds on the page, a few seconds at a time: the driver's own patience is short.
async fn until(shop: &Shop, condition: &str) -> Result<()> {
    let wait = format!(
        r#"for (let tries = 0; tries < 100; tries++) {{
               if ({condition}) return true;
               const problem = document.getElementById("problem");
               if (problem && !problem.hidden && !given[0]) throw new Error(problem.textContent);
               await new Promise((next) => setTimeout(next, 50));
           }}
           return false;"#
    );
    for _ in 0..60 {
        if shop.ask(&wait, &[json!(condition.contains("problem"))]).await? == true {
            return Ok(());
        }
    }
    anyhow::bail!("it never came to {condition}; the page says {}", text(shop, "main").await?)
}

const SHOWN: &str =
    "!document.getElementById('result').hidden && document.querySelector('#for-you')?.state === 'ready'";
const FAILED: &str = "!document.getElementById('problem').hidden";

async fn text(shop: &Shop, selector: &str) -> Result<String> {
    let read = "return document.querySelector(given[0]).innerText;";
    Ok(shop.ask(read, &[json!(selector)]).await?.as_str().context("a text")?.to_owned())
}

/// Products whose vectors are there, as the page says it.
async fn made(shop: &Shop) -> Result<usize> {
    let numbers = text(shop, "#work-numbers").await?;
    Ok(numbers.split(' ').next().and_then(|count| count.replace(',', "").parse().ok()).unwrap_or(0))
}

/// The pack that the page exports, unpacked.
async fn exported(shop: &Shop, name: &str) -> Result<PathBuf> {
    let export = r#"
        const blob = new Promise((taken) => (URL.createObjectURL = (blob) => (taken(blob), "data:,")));
        HTMLAnchorElement.prototype.click = () => {};
        document.getElementById("export").click();
        const bytes = new Uint8Array(await (await blob).arrayBuffer());
        let text = "";
        for (const byte of bytes) text += String.fromCharCode(byte);
        return btoa(text);"#;
    let base64 = shop.ask(export, &[]).await?;
    let folder = std::env::temp_dir().join(format!("nearmind-import-{}-{name}", std::process::id()));
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("pack.base64"), base64.as_str().context("a zip file")?)?;
    let unpack = "import base64, io, sys, zipfile; zipfile.ZipFile(io.BytesIO(base64.b64decode(open(sys.argv[1]).read()))).extractall(sys.argv[2])";
    let status = Command::new("python3")
        .args(["-c", unpack])
        .arg(folder.join("pack.base64"))
        .arg(folder.join("pack"))
        .status()?;
    ensure!(status.success(), "Python reads the zip file");
    Ok(folder.join("pack"))
}

/// `nearmind`, as it was built for the site.
fn nearmind(arguments: &[&std::ffi::OsStr]) -> Result<String> {
    let output = Command::new(root().join("target/debug/nearmind")).args(arguments).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Names and digest-named content of a pack's files.
fn files(folder: &PathBuf) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            files.push((name, fs::read(entry.path())?));
        }
    }
    files.sort();
    Ok(files)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picked_feed_becomes_a_shelf_with_reasons_and_nothing_leaves_the_device() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.goto("try.html?lang=en").await?;
        pick(shop, "shop.csv", feed(60, false).as_bytes()).await?;
        until(shop, SHOWN).await?;
        let report = text(shop, "#report").await?;
        for said in ["63 rows: 61 products", "2 left out", "row has no id", "row has a price that is not a number"] {
            assert!(report.contains(said), "{said}: {report}");
        }
        assert!(text(shop, "#result-text").await?.starts_with("61 products from shop.csv"));
        let follow = r#"
            const shelf = document.getElementById("for-you"), { client } = shelf;
            while (!client.state.device) await new Promise((next) => setTimeout(next, 50));
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
        let found = shop.ask(follow, &[]).await?;
        assert_eq!(found["why"], true, "{found}");
        assert!(found["reason"].as_u64().is_some_and(|parts| parts > 0), "{found}");
        assert!(found["categories"].as_array().is_some_and(|all| all.iter().filter(|one| *one == "Fiction").count() >= 3), "{found}");
        // Its barcode is as good as its id.
        let scan = r#"
            const { client } = document.getElementById("for-you");
            await client.track("view_item", { item: "4000007" });
            return (await client.profile()).events.map(({ label }) => label);"#;
        let labels = shop.ask(scan, &[]).await?;
        assert!(labels.as_array().is_some_and(|all| all.contains(&json!("The jacket no. 7"))), "{labels}");
        // A product that is opened here has its own shelf.
        let open = r#"
            document.getElementById("for-you").shadowRoot.querySelector("[part=link]").click();
            const like = document.getElementById("more-like-this");
            while (like.state !== "ready") await new Promise((next) => setTimeout(next, 50));
            return location.pathname;"#;
        assert_eq!(shop.ask(open, &[]).await?, "/try.html");
        assert_eq!(shop.seen("violations").await?, json!([]));
        assert_eq!(shop.seen("errors").await?, json!([]));
        let asked = shop.site.requests();
        assert!(asked.iter().all(|line| line.starts_with("GET /")), "{asked:?}");
        assert!(asked.iter().any(|line| line.contains("nearmind-feeds_bg.wasm")));
        assert!(!asked.iter().any(|line| line.contains("jieba")), "there is no Chinese word");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_what_the_command_line_bakes() -> Result<()> {
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
        nearmind(&bake)?;
        visit(chinese::english(|_| false), Gpu::None, &[], async |shop| {
            shop.goto("try.html?lang=en&device=cpu").await?;
            pick(shop, &format!("{name}.csv"), feed(40, chinese).as_bytes()).await?;
            until(shop, SHOWN).await?;
            let pack = exported(shop, name).await?;
            let said = nearmind(&["inspect".as_ref(), pack.as_os_str()])?;
            assert!(said.contains("41"), "{said}");
            let (ours, baked) = (files(&pack)?, files(&out)?);
            let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
            assert_eq!(names(&ours), names(&baked), "{name}");
            assert!(ours == baked, "{name}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_pauses_and_goes_on_after_a_reload_with_what_was_made() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.goto("try.html?lang=en&device=cpu").await?;
        pick(shop, "large.csv", feed(400, false).as_bytes()).await?;
        until(shop, "Number.parseInt(document.getElementById('work-numbers').textContent) >= 64 && document.getElementById('work-phase').textContent === 'Computing vectors'").await?;
        shop.ask("document.getElementById('pause').click();", &[]).await?;
        until(shop, "document.getElementById('work-phase').textContent === 'Paused'").await?;
        // What was under way is still taken in; then it stands.
        let settle = "const at = () => document.getElementById('work-numbers').textContent; let last; do { last = at(); await new Promise((next) => setTimeout(next, 1500)); } while (last !== at());";
        shop.ask(settle, &[]).await?;
        let before = made(shop).await?;
        assert!((64..401).contains(&before), "{before}");
        shop.goto("try.html?lang=en&device=cpu").await?;
        until(shop, "document.getElementById('work-phase').textContent === 'Paused'").await?;
        // A worker that embeds what is known already would be heard.
        let count = r#"
            window.embedded = 0;
            const { postMessage } = Worker.prototype;
            Worker.prototype.postMessage = function (message, ...more) {
              if (message?.embed) embedded += message.embed.texts.length;
              return postMessage.call(this, message, ...more);
            };
            document.getElementById("pause").click();"#;
        shop.ask(count, &[]).await?;
        until(shop, SHOWN).await?;
        let embedded = shop.ask("return embedded;", &[]).await?.as_u64().context("a number")? as usize;
        assert!(embedded <= 401 - before + 4, "{embedded} after {before} of 401");
        // The catalogue is there after another reload, without any work.
        shop.goto("try.html?lang=en&device=cpu").await?;
        until(shop, SHOWN).await?;
        assert!(text(shop, "#result-text").await?.starts_with("401 products from large.csv"));
        // And gone when the visitor says so.
        shop.ask("document.getElementById('remove').click();", &[]).await?;
        until(shop, "document.getElementById('result').hidden && !document.getElementById('feed').hidden").await?;
        let left = "return (await caches.keys()).filter((name) => name.startsWith('nearmind-catalog-')).length;";
        assert_eq!(shop.ask(left, &[]).await?, 0);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_file_says_what_is_wrong_in_both_languages_and_nothing_is_lost() -> Result<()> {
    // A gzip file of some lines, cut in its middle.
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
        pick(shop, "good.csv", feed(12, false).as_bytes()).await?;
        until(shop, SHOWN).await?;
        for lang in ["en", "zh-CN"] {
            shop.goto(&format!("try.html?lang={lang}&device=cpu")).await?;
            until(shop, SHOWN).await?;
            for (name, bytes, en, zh) in &cases {
                pick(shop, name, bytes).await?;
                let expected = if lang == "en" { en } else { zh };
                fails(shop, expected).await?;
                // The catalogue that was there still is, and another file can be chosen.
                let stands = "return [document.getElementById('result').hidden, document.getElementById('feed').hidden, document.getElementById('for-you').state];";
                assert_eq!(shop.ask(stands, &[]).await?, json!([false, false, "ready"]), "{name}");
            }
        }
        assert_eq!(shop.seen("errors").await?, json!([]));
        Ok::<(), anyhow::Error>(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_does_not_arrive_costs_a_try_and_no_work() -> Result<()> {
    let away = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let still = away.clone();
    let fault = Box::new(move |path: &str, reply: &mut xtask::http::Response| {
        if path.starts_with("/models/") && still.load(std::sync::atomic::Ordering::Relaxed) {
            reply.status = 404;
        }
    });
    visit(Site::with(fault), Gpu::None, &[], async |shop| {
        shop.goto("try.html?lang=en&device=cpu").await?;
        pick(shop, "good.csv", feed(12, false).as_bytes()).await?;
        until(shop, FAILED).await?;
        assert!(text(shop, "#problem").await?.contains("The model could not be downloaded"));
        away.store(false, std::sync::atomic::Ordering::Relaxed);
        shop.ask("document.getElementById('retry').click();", &[]).await?;
        until(shop, SHOWN).await?;
        // Cancelled, the next one leaves the catalogue that is there.
        pick(shop, "other.csv", feed(400, false).as_bytes()).await?;
        until(shop, "document.getElementById('work-phase').textContent === 'Computing vectors'").await?;
        shop.ask("document.getElementById('cancel').click();", &[]).await?;
        until(shop, "!document.getElementById('result').hidden").await?;
        assert!(text(shop, "#result-text").await?.contains("good.csv"));
        let waiting: Value = shop.ask("return document.getElementById('work').hidden;", &[]).await?;
        assert_eq!(waiting, true);
        Ok(())
    })
    .await
}

/// Waits until the page says that something went wrong, in these words.
async fn fails(shop: &Shop, said: &str) -> Result<()> {
    until(shop, &format!("{FAILED} && document.getElementById('problem').textContent.includes('{said}')")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tab_imports_at_a_time_and_the_other_says_so() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.goto("try.html?lang=en&device=cpu").await?;
        pick(shop, "first.csv", feed(400, false).as_bytes()).await?;
        until(shop, "document.getElementById('work-phase').textContent === 'Computing vectors'").await?;
        shop.ask("document.getElementById('pause').click();", &[]).await?;
        until(shop, "document.getElementById('work-phase').textContent === 'Paused'").await?;
        let first = shop.browser.driver.window().await?;
        let second = shop.browser.driver.new_tab().await?;
        shop.browser.driver.switch_to_window(second.clone()).await?;
        shop.goto("try.html?lang=en&device=cpu").await?;
        fails(shop, "Another tab is importing").await?;
        // What the other tab is at can be discarded there alone.
        assert_eq!(shop.ask("return document.getElementById('problem-buttons').hidden;", &[]).await?, true);
        pick(shop, "second.csv", feed(12, false).as_bytes()).await?;
        fails(shop, "Another tab is importing").await?;
        shop.browser.driver.switch_to_window(first).await?;
        assert_eq!(text(shop, "#work-name").await?, "first.csv");
        shop.ask("document.getElementById('cancel').click();", &[]).await?;
        until(shop, "!document.getElementById('feed').hidden").await?;
        shop.browser.driver.switch_to_window(second).await?;
        // One file at a time in a tab, too.
        pick_each(shop, &["second.csv", "third.csv"], feed(12, false).as_bytes()).await?;
        until(shop, SHOWN).await?;
        assert!(text(shop, "#result-text").await?.starts_with("13 products from second.csv"));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_a_page_should_not_take_is_told_before_its_end() -> Result<()> {
    let pick_large = r#"
        const [rows, endless] = given, files = new DataTransfer(), input = document.getElementById("file");
        const lines = Array.from({ length: rows }, (_, nth) => `sku-${nth},Cup number ${nth}\n`);
        files.items.add(new File(["id,title\n", ...lines, endless ? `x,"${"y".repeat(17 << 20)}` : ""], "large.csv"));
        input.files = files.files;
        input.dispatchEvent(new Event("change"));"#;
    visit(Site::new(), Gpu::None, &[], async |shop| {
        shop.goto("try.html?lang=en&device=cpu").await?;
        pick(shop, "good.csv", feed(12, false).as_bytes()).await?;
        until(shop, SHOWN).await?;
        // The end of the second, a row without end, would be another problem.
        for (rows, endless) in [(50_001, false), (210_000, true)] {
            shop.goto("try.html?lang=en&device=cpu").await?;
            until(shop, SHOWN).await?;
            shop.ask(pick_large, &[json!(rows), json!(endless)]).await?;
            fails(shop, "more products than a page can import").await?;
            assert!(text(shop, "#problem").await?.contains("Your previous catalogue is unchanged"));
            assert_eq!(shop.ask("return document.getElementById('for-you').state;", &[]).await?, "ready");
        }
        Ok(())
    })
    .await
}
