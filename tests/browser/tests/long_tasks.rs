//! The page's thread has no long tasks. `cargo xtask test` runs it alone.

use anyhow::Result;
use browser_tests::{Shop, Site, tasks::trace_tasks};

/// Limit for a task, in CPU time, because other programs delay a task. The web platform's limit is 50 ms of wall time,
/// but Chromium needs 20 to 60 ms of CPU time, depending on the machine, to lay out and paint new cards, of which our
/// scripts take 5 ms. `cargo xtask bench page` measures on an idle machine.
const LONG_MS: f64 = 100.0;
/// Blocks the thread for half a second: a long task that the trace must show.
const BUSY: &str = r#"
    await new Promise((done) => setTimeout(() => {
      for (const begun = performance.now(); performance.now() < begun + 500;);
      done();
    }));"#;

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_long_task_while_the_model_loads_and_runs() -> Result<()> {
    for page in ["index.html", "examples/plain.html"] {
        let visit = async |shop: &Shop| {
            shop.open(page).await?;
            // The model loads and words are marked; then everything that a visitor can do.
            shop.evaluate("await document.querySelector('nearmind-shelf').client.prepare();", &[]).await?;
            if page == "index.html" {
                shop.use_every_feature().await?;
                shop.wait_until_idle().await?;
            }
            shop.evaluate(BUSY, &[]).await?;
            shop.evaluate("performance.mark('busy');", &[]).await?;
            Ok(())
        };
        let tasks = trace_tasks(Site::new(), visit, ["worker", "busy"]).await?;
        let long: Vec<_> = tasks.iter().filter(|task| task.cpu_ms > LONG_MS).collect();
        let mut times_ms: Vec<_> = tasks.iter().map(|task| task.cpu_ms).collect();
        times_ms.sort_by(f64::total_cmp);
        println!(
            "{page}: {} tasks; the longest, in ms of CPU time: {:.0?}",
            tasks.len(),
            &times_ms[times_ms.len() - 5..]
        );
        assert!(tasks.len() > 100, "{} tasks", tasks.len());
        assert_eq!(long.len(), 1, "the only long task must be that of the test: {long:?}");
        assert!(long[0].wall_ms >= 500.0, "{long:?}");
    }
    Ok(())
}
