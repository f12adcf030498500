//! A page with the tag is to the web's vitals what it is without it. A file of its own: nothing else runs beside it.

use anyhow::Result;
use browser_tests::vitals::{Tag, vitals};

/// Of each kind in turn, until the best of each tell: a busy machine delays a paint, and hurries none.
const ROUNDS: usize = 8;
/// Two paints of the same page differ by as much.
const NOISE: f64 = 1.25;
const NOISE_MS: f64 = 60.0;
/// What a tag would cost that held the page up, and what this test must see.
const HELD_MS: u32 = 500;

fn late(with_ms: f64, without_ms: f64) -> bool {
    with_ms > NOISE * without_ms + NOISE_MS
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tag_changes_neither_the_largest_paint_nor_what_shifts() -> Result<()> {
    for page in ["index.html", "examples/plain.html"] {
        let [mut without, mut with] = [f64::INFINITY; 2];
        for round in 0..ROUNDS {
            for (tag, best) in [(Tag::Absent, &mut without), (Tag::Present, &mut with)] {
                let vitals = vitals(page, tag).await?;
                println!("{page}, {tag:?}: {vitals:?}");
                assert!(vitals.cls < 0.001, "{page}, {tag:?}: {vitals:?}");
                assert!(vitals.shops_own, "{page}, {tag:?}: a card is the largest paint: {vitals:?}");
                *best = best.min(vitals.lcp_ms);
            }
            if round > 0 && !late(with, without) {
                break;
            }
        }
        assert!(!late(with, without), "{page}: the largest paint after {with} ms, {without} without the tag");
        let held = vitals(page, Tag::Holding { ms: HELD_MS }).await?;
        assert!(late(held.lcp_ms, without), "{page}: a script that holds the page is not seen: {held:?}, {without} ms");
    }
    Ok(())
}
