//! A pool of workers: several workers give the same bytes as one, the benchmark page reports their speed, and loading
//! and unloading a worker twenty times leaks no memory.

use anyhow::{Context, Result, ensure};
use browser_tests::{Gpu, Memory, Shop, Site, visit};
use serde_json::json;

/// How often the benchmark page is checked for its last line; each check takes a minute.
const TRIES: usize = 20;
/// Defines distinct texts of different lengths, too many for one message, and `open`, which opens a pool.
const TEXTS: &str = r#"
    const { EmbedPool } = await import(new URL("pool.js", document.baseURI));
    const texts = Array.from({ length: 75 }, (_, i) => `Item ${i}: ${"a warm coat with pockets ".repeat(1 + i % 4)}`);
    const open = (workers) => new EmbedPool({ model: "models/minilm/", workers });
"#;

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_give_the_same_bytes_as_one() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop: &Shop| {
        shop.goto("bench.html").await?;
        let script = format!(
            r#"{TEXTS}
            const embedOn = async (workers) => {{
              const pool = open(workers), progress = [];
              await pool.ready();
              const {{ vectors, width }} = await pool.embed(texts, {{ progress: (...now) => progress.push(now) }});
              const size = pool.size;
              pool.close();
              return {{ bits: [...new Uint32Array(vectors.buffer)], width, size, progress }};
            }};
            const one = await embedOn(1), two = await embedOn(2);
            const different = one.bits.filter((bits, i) => bits !== two.bits[i]).length;
            const zero = one.bits.every((bits) => bits === 0);
            return {{ different, zero, length: one.bits.length, width: one.width, sizes: [one.size, two.size],
                      last: two.progress.at(-1), reports: two.progress.length }};"#
        );
        let found = shop.evaluate(&script, &[]).await?;
        let expected = json!({ "different": 0, "zero": false, "length": 75 * 384, "width": 384, "sizes": [1, 2],
            "last": [75, 75], "reports": 5 });
        assert_eq!(found, expected);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_benchmark_page_measures_several_workers() -> Result<()> {
    let mut reports = Vec::new();
    visit(Site::new(), Gpu::None, &[], async |shop: &Shop| {
        for workers in [1, 2] {
            shop.goto(&format!("bench.html?workers={workers}&measure")).await?;
            let ended = r"/^bytes|rror/m.test(document.getElementById('report').textContent)";
            // The measurement may take longer than one wait.
            for _ in 0..TRIES {
                if shop.wait_until(ended).await.is_ok() {
                    break;
                }
            }
            let read_report = "return document.getElementById('report').textContent;";
            let report = shop.evaluate(read_report, &[]).await?.as_str().context("no report")?.to_owned();
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

/// Memory that the browser itself may keep of twenty workers. A single worker that is not unloaded has more.
const SLACK_MB: f64 = 20.0;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_loads_and_unloads_leak_no_memory() -> Result<()> {
    let flags = ["--js-flags=--expose-gc"];
    visit(Site::new(), Gpu::None, &flags, async |shop: &Shop| {
        shop.goto("bench.html").await?;
        let load_and_unload = format!(
            r#"{TEXTS}
            const pool = open(1);
            await pool.embed(texts.slice(0, 3));
            args[0] && pool.close();
            gc();"#
        );
        let measure_mb = async || -> Result<f64> {
            let collect_garbage =
                "for (let i = 0; i < 4; i++) { await new Promise((next) => setTimeout(next, 250)); gc(); }";
            shop.evaluate(collect_garbage, &[]).await?;
            shop.browser.renderer_mb(Memory::Now)
        };
        // The first rounds compile code and fill caches of the browser.
        for _ in 0..3 {
            shop.evaluate(&load_and_unload, &[json!(true)]).await?;
        }
        let before = measure_mb().await?;
        for _ in 0..20 {
            shop.evaluate(&load_and_unload, &[json!(true)]).await?;
        }
        let mut after = measure_mb().await?;
        // A busy browser may free the memory of ended workers later.
        for _ in 0..10 {
            if after < before + SLACK_MB {
                break;
            }
            after = measure_mb().await?;
        }
        shop.evaluate(&load_and_unload, &[json!(false)]).await?;
        let with_one = measure_mb().await?;
        println!("{before:.0} MB before, {after:.0} MB after twenty, {with_one:.0} MB with one that is not unloaded");
        assert!(after < before + SLACK_MB, "{before} MB before, {after} MB after");
        assert!(
            with_one > after + SLACK_MB,
            "the test must detect a worker that stays: {after} MB, then {with_one} MB"
        );
        Ok(())
    })
    .await
}
