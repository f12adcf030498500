//! A page with the tag is to the web's vitals what it is without it. A file of its own: nothing else runs beside it.

use anyhow::Result;
use browser_tests::vitals::vitals;

/// Of each kind, one after the other in turn.
const VISITS: usize = 3;
/// A visit's paint varies by about this on a machine that does something else, too.
const NOISE_MS: f64 = 60.0;
/// A paint that waits for the tag would be later by more than this.
const NOISE: f64 = 1.25;

#[tokio::test(flavor = "multi_thread")]
async fn the_tag_changes_neither_the_largest_paint_nor_what_shifts() -> Result<()> {
    for page in ["index.html", "examples/plain.html"] {
        let mut lcp_ms = [Vec::new(), Vec::new()];
        for _ in 0..VISITS {
            for (tag, lcp_ms) in [false, true].into_iter().zip(&mut lcp_ms) {
                let vitals = vitals(page, tag).await?;
                println!("{page}, tag: {tag}: {vitals:?}");
                assert!(vitals.cls < 0.001, "{page}, tag: {tag}: {vitals:?}");
                lcp_ms.push(vitals.lcp_ms);
            }
        }
        let [without, with] = lcp_ms.map(|visits| visits.into_iter().fold(f64::INFINITY, f64::min));
        assert!(
            with < NOISE * without + NOISE_MS,
            "{page}: the largest paint after {with} ms, {without} without the tag"
        );
    }
    Ok(())
}
