//! The page's thread is never stalled. A file of its own: nothing else runs beside it.

use anyhow::Result;
use browser_tests::{Shop, Site, tasks::tasks};

/// In CPU time, because other programs stretch a task on the wall clock. The web platform's long task is 50 ms; the frame in
/// which Chromium lays out and paints new cards takes 20 to 60 ms of CPU here, by the machine, of which our scripts are 5.
/// `cargo xtask bench page` has the figures of a quiet machine.
const LONG_MS: f64 = 100.0;
/// What the trace must see.
const BUSY: &str = r#"
    await new Promise((done) => setTimeout(() => {
      for (const begun = performance.now(); performance.now() < begun + 500;);
      done();
    }));"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_never_stalled_while_the_model_loads_and_runs() -> Result<()> {
    for page in ["index.html", "examples/plain.html"] {
        let visit = async |shop: &Shop| {
            shop.open(page).await?;
            // Until the marks of the first model's list stand, and whatever one does after that.
            shop.until("document.querySelector('nearmind-shelf').client.state.device").await?;
            if page == "index.html" {
                shop.use_all().await?;
                shop.idle().await?;
            }
            shop.ask(BUSY, &[]).await?;
            shop.ask("performance.mark('busy');", &[]).await?;
            Ok(())
        };
        let seen = tasks(Site::new(), visit, ["worker", "busy"]).await?;
        let long: Vec<_> = seen.iter().filter(|task| task.cpu > LONG_MS).collect();
        let mut most: Vec<_> = seen.iter().map(|task| task.cpu).collect();
        most.sort_by(f64::total_cmp);
        println!("{page}: {} tasks; the longest, in ms of CPU time: {:.0?}", seen.len(), &most[most.len() - 5..]);
        assert!(seen.len() > 100, "{} tasks", seen.len());
        assert_eq!(long.len(), 1, "one is ours, to be seen, and of the page's there is none: {long:?}");
        assert!(long[0].wall >= 500.0, "{long:?}");
    }
    Ok(())
}
