//! Texts on several workers: the same bytes as on one, reported by the measuring page; and twenty loads and unloads
//! of the worker leave no memory behind.

use anyhow::{Context, Result, ensure};
use browser_tests::{Gpu, Memory, Shop, Site, visit};
use serde_json::json;

/// How often the measuring page is asked whether it has ended.
const TRIES: usize = 20;
/// Distinct texts of different lengths, more than one message's.
const TEXTS: &str = r#"
    const { EmbedPool } = await import(new URL("pool.js", document.baseURI));
    const texts = Array.from({ length: 75 }, (_, i) => `Item ${i}: ${"a warm coat with pockets ".repeat(1 + i % 4)}`);
    const open = (workers) => new EmbedPool({ model: "models/minilm/", workers });
"#;

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_give_the_bytes_of_one() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop: &Shop| {
        shop.goto("bench.html").await?;
        let script = format!(
            r#"{TEXTS}
            const of = async (workers) => {{
              const pool = open(workers), heard = [];
              await pool.ready();
              const {{ vectors, width }} = await pool.embed(texts, {{ progress: (...told) => heard.push(told) }});
              const size = pool.size;
              pool.close();
              return {{ bits: [...new Uint32Array(vectors.buffer)], width, size, heard }};
            }};
            const one = await of(1), two = await of(2);
            const different = one.bits.filter((bits, i) => bits !== two.bits[i]).length;
            const zero = one.bits.every((bits) => bits === 0);
            return {{ different, zero, length: one.bits.length, width: one.width, sizes: [one.size, two.size],
                      last: two.heard.at(-1), heard: two.heard.length }};"#
        );
        let found = shop.ask(&script, &[]).await?;
        let expected = json!({ "different": 0, "zero": false, "length": 75 * 384, "width": 384, "sizes": [1, 2],
            "last": [75, 75], "heard": 5 });
        assert_eq!(found, expected);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_measuring_page_reports_what_several_workers_do() -> Result<()> {
    let mut reports = Vec::new();
    visit(Site::new(), Gpu::None, &[], async |shop: &Shop| {
        for workers in [1, 2] {
            shop.goto(&format!("bench.html?workers={workers}&measure")).await?;
            let ended = r"/^bytes|rror/m.test(document.getElementById('report').textContent)";
            // The driver's own patience may end before the last line comes: asked again, so many times.
            for _ in 0..TRIES {
                if shop.until(ended).await.is_ok() {
                    break;
                }
            }
            let read = "return document.getElementById('report').textContent;";
            let report = shop.ask(read, &[]).await?.as_str().context("a report")?.to_owned();
            ensure!(report.lines().any(|line| line.starts_with("bytes")), "{report}");
            println!("{report}");
            reports.push(report);
        }
        Ok(())
    })
    .await?;
    let line = |report: &str, name: &str| report.lines().find(|line| line.starts_with(name)).map(str::to_owned);
    assert!(line(&reports[0], "texts").is_some_and(|line| line.ends_with("per second, 1 worker")), "{}", reports[0]);
    assert!(line(&reports[1], "texts").is_some_and(|line| line.ends_with("per second, 2 workers")), "{}", reports[1]);
    assert_eq!(line(&reports[0], "bytes"), line(&reports[1], "bytes"));
    Ok(())
}

/// What the browser itself may keep of twenty workers: a single one that stayed would hold more.
const SLACK_MB: f64 = 20.0;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_loads_and_unloads_return_to_the_same_memory() -> Result<()> {
    let flags = ["--js-flags=--expose-gc"];
    visit(Site::new(), Gpu::None, &flags, async |shop: &Shop| {
        shop.goto("bench.html").await?;
        let load_and_unload = format!(
            r#"{TEXTS}
            const pool = open(1);
            await pool.embed(texts.slice(0, 3));
            given[0] && pool.close();
            gc();"#
        );
        let now = async || -> Result<f64> {
            let settle = "for (let i = 0; i < 4; i++) { await new Promise((next) => setTimeout(next, 250)); gc(); }";
            shop.ask(settle, &[]).await?;
            shop.browser.renderer_mb(Memory::Now)
        };
        // The first ones compile, and fill what the browser keeps for every page.
        for _ in 0..3 {
            shop.ask(&load_and_unload, &[json!(true)]).await?;
        }
        let before = now().await?;
        for _ in 0..20 {
            shop.ask(&load_and_unload, &[json!(true)]).await?;
        }
        let mut after = now().await?;
        // A browser that has other work to do gives ended workers back later.
        for _ in 0..10 {
            if after < before + SLACK_MB {
                break;
            }
            after = now().await?;
        }
        shop.ask(&load_and_unload, &[json!(false)]).await?;
        let with_one = now().await?;
        println!("{before:.0} MB before, {after:.0} after twenty, {with_one:.0} with one that stays");
        assert!(after < before + SLACK_MB, "{before} MB before, {after} after");
        assert!(with_one > after + SLACK_MB, "one that stays is seen: {after} MB without, {with_one} with it");
        Ok(())
    })
    .await
}
