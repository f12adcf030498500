//! The tag does not change a page's web vitals. `cargo xtask test` runs it alone.

use anyhow::Result;
use browser_tests::vitals::{Tag, measure_vitals};

/// Maximum of visits with and without the tag. Their best times are compared, because a busy machine only ever delays a
/// paint.
const ROUNDS: usize = 8;
/// Two visits to the same page may differ by this much.
const NOISE: f64 = 1.25;
const NOISE_MS: f64 = 60.0;
/// Time for which a script blocks the page, to check that this test would notice it.
const BLOCKED_MS: u32 = 500;

fn is_late(with_ms: f64, without_ms: f64) -> bool {
    with_ms > NOISE * without_ms + NOISE_MS
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tag_delays_no_paint_and_shifts_nothing() -> Result<()> {
    for page in ["index.html", "examples/plain.html"] {
        let [mut without, mut with] = [f64::INFINITY; 2];
        for round in 0..ROUNDS {
            for (tag, best) in [(Tag::Absent, &mut without), (Tag::Present, &mut with)] {
                let vitals = measure_vitals(page, tag).await?;
                println!("{page}, {tag:?}: {vitals:?}");
                assert!(vitals.cls < 0.001, "{page}, {tag:?}: {vitals:?}");
                assert!(vitals.lcp_is_own_markup, "{page}, {tag:?}: a card is the largest paint: {vitals:?}");
                *best = best.min(vitals.lcp_ms);
            }
            if round > 0 && !is_late(with, without) {
                break;
            }
        }
        assert!(!is_late(with, without), "{page}: the largest paint after {with} ms, {without} ms without the tag");
        let blocked = measure_vitals(page, Tag::Blocking { ms: BLOCKED_MS }).await?;
        assert!(
            is_late(blocked.lcp_ms, without),
            "{page}: a script that blocks the page is not noticed: {blocked:?}, {without} ms"
        );
    }
    Ok(())
}
