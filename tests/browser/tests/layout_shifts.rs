//! A shelf causes no layout shift: neither when its script is loaded after the page has been painted, nor when cards
//! replace the shop's own markup, nor when it fails.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Shop, Site,
    site::{Interceptor, add_file},
    visit,
};
use serde_json::json;

/// Returns the shifts that the visitor has not caused: the value of each, and which elements moved from where to where.
const SHIFTS: &str = r#"
    const shifts = await new Promise((done) => {
      const seen = [];
      new PerformanceObserver((list) => seen.push(...list.getEntries())).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => done(seen), 200);
    });
    const box = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
    const describe = ({ node, previousRect, currentRect }) =>
      `${node?.nodeName ?? "in a shelf"} ${node?.className ?? ""}: ${box(previousRect)} to ${box(currentRect)}`;
    return shifts.filter(({ hadRecentInput }) => !hadRecentInput).map(({ value, sources }) => [value, ...sources.map(describe)]);"#;
/// Limit for the sum of shifts, a hundredth of what web vitals call good: a line of text that moves a little.
const MAX_SHIFT: f64 = 0.001;

async fn assert_no_shift(shop: &Shop, page: &str) -> Result<()> {
    let shifts = shop.evaluate(SHIFTS, &[]).await?;
    let sum: f64 = shifts.as_array().context("no shifts")?.iter().filter_map(|shift| shift[0].as_f64()).sum();
    assert!(sum < MAX_SHIFT, "{page} shifts by {sum}: {shifts}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_the_page_shifts() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        for page in
            ["examples/plain.html", "examples/chinese.html", "examples/own-card.html", "index.html", "cart.html"]
        {
            shop.open(page).await?;
            shop.evaluate("await new Promise((next) => setTimeout(next, 800));", &[]).await?;
            assert_no_shift(shop, page).await?;
        }
        Ok(())
    })
    .await
}

/// Styles of a shop whose cards are so low that what follows the shelf is in view.
const STYLES: &str = "
    body { margin: 0; font: 13px/1.7 serif; color: rgb(51, 68, 85); letter-spacing: 1px }
    nearmind-shelf { display: flow-root; --nearmind-card-height: 10rem; --nearmind-picture-ratio: 4 }
    .reserved { min-block-size: 16rem }
    .below { block-size: 500px }
    .tall { block-size: 19rem }
    .taller { block-size: 40rem }";
/// Height of that shelf in pixels, with heading and footer.
const SHELF_HEIGHT: f64 = 256.0;
/// Loads the element's script after the page has been painted.
const LATE: &str = r#"
    window.readStyles = () => [...document.querySelectorAll("h2, a, .after")].map((node) => {
      const { x, y, width, height } = node.getBoundingClientRect();
      const { font, color, letterSpacing } = getComputedStyle(node);
      return [x, y, width, height, font, color, letterSpacing].join();
    });
    new PerformanceObserver(() => {
      window.before ??= readStyles();
      import("./shelf.js");
    }).observe({ type: "paint", buffered: true });"#;
const SOURCES: &str = r#"catalog="catalog/" model="models/minilm/""#;

/// A site with a page that has this body and script. The catalogue is missing unless `has_catalog` returns true.
fn shop(body: &str, script: &str, has_catalog: impl Fn() -> bool + Send + Sync + 'static) -> Site {
    let head =
        "<!doctype html><html lang=\"en\"><meta name=\"viewport\" content=\"width=device-width\"><title>A shop</title>";
    let text = format!(
        "{head}<link rel=\"stylesheet\" href=\"shifts.css\"><script type=\"module\" src=\"{script}\"></script>{body}"
    );
    let add_files =
        [add_file("/shifts.html", text), add_file("/shifts.css", STYLES.into()), add_file("/late.js", LATE.into())];
    let interceptor: Interceptor = Box::new(move |path, reply| {
        add_files.iter().for_each(|add| add(path, reply));
        if path.ends_with("/catalog/manifest.json") && !has_catalog() {
            reply.status = 404;
        }
    });
    Site::with_interceptor(interceptor)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_script_moves_and_restyles_nothing() -> Result<()> {
    for sources in [SOURCES, ""] {
        let body = format!(
            r#"<nearmind-shelf class="reserved" {sources}><h2>Our picks</h2><ul><li><a href="a">Tea</a></ul></nearmind-shelf><p class="after">After</p>"#
        );
        visit(shop(&body, "late.js", || true), Gpu::None, &[], async |shop| {
            shop.goto("shifts.html").await?;
            shop.wait_until("customElements.get('nearmind-shelf')").await?;
            if sources.is_empty() {
                assert_eq!(shop.wait_for_shelf().await?, "failed");
                assert_eq!(
                    shop.evaluate("return readStyles();", &[]).await?,
                    shop.evaluate("return before;", &[]).await?
                );
            } else {
                assert_eq!(shop.wait_for_shelf().await?, "ready");
            }
            assert_no_shift(shop, "a late script").await
        })
        .await?;
    }
    Ok(())
}

/// Returns the height, the message and whether the list is visible of a failed shelf without markup of the shop's own.
const READ_FAILED: &str = r#"
    await new Promise((next) => requestAnimationFrame(() => setTimeout(next, 100)));
    const shelf = document.querySelector("nearmind-shelf");
    const status = shelf.shadowRoot.querySelector("[part=status-text]");
    const visible = (node) => node.checkVisibility({ visibilityProperty: true });
    return [shelf.getBoundingClientRect().height, visible(status) && status.textContent, visible(shelf.shadowRoot.querySelector("[part=list]"))];"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_shelf_in_view_shows_an_error_and_keeps_its_size() -> Result<()> {
    let body = format!(r#"<nearmind-shelf class="reserved" {SOURCES}></nearmind-shelf><p class="after">After</p>"#);
    visit(shop(&body, "shelf.js", || false), Gpu::None, &[], async |shop| {
        shop.goto("shifts.html").await?;
        assert_eq!(shop.wait_for_shelf().await?, "failed");
        let shelf = shop.evaluate(READ_FAILED, &[]).await?;
        assert_eq!(shelf[0].as_f64(), Some(SHELF_HEIGHT), "{shelf}");
        assert!(
            shelf[1].as_str().is_some_and(|text| text.contains("could not be downloaded") || text.contains("404")),
            "{shelf}"
        );
        assert_eq!(shelf[2], false);
        assert_no_shift(shop, "a failure").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_shelf_shrinks_out_of_sight_until_a_retry() -> Result<()> {
    static HAS_CATALOG: AtomicBool = AtomicBool::new(false);
    let body =
        format!(r#"<div class="below"></div><nearmind-shelf {SOURCES}></nearmind-shelf><p class="after">After</p>"#);
    visit(shop(&body, "shelf.js", || HAS_CATALOG.load(Ordering::Relaxed)), Gpu::None, &[], async |shop| {
        shop.goto("shifts.html").await?;
        assert_eq!(shop.wait_for_shelf().await?, "failed");
        let shelf = shop.evaluate(READ_FAILED, &[]).await?;
        assert!(shelf[0].as_f64().is_some_and(|height| (50.0..SHELF_HEIGHT - 50.0).contains(&height)), "{shelf}");
        assert_ne!(shelf[1], json!(false));
        HAS_CATALOG.store(true, Ordering::Relaxed);
        shop.click("document.querySelector('nearmind-shelf').shadowRoot.querySelector('[part=undo]')").await?;
        shop.wait_until("document.querySelector('nearmind-shelf').state === 'ready'").await?;
        let height = "return document.querySelector('nearmind-shelf').getBoundingClientRect().height;";
        assert_eq!(shop.evaluate(height, &[]).await?.as_f64(), Some(SHELF_HEIGHT));
        assert_no_shift(shop, "a failure").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_fill_the_height_of_higher_markup() -> Result<()> {
    let body =
        format!(r#"<nearmind-shelf {SOURCES}><p class="tall">Ours</p></nearmind-shelf><p class="after">After</p>"#);
    visit(shop(&body, "late.js", || true), Gpu::None, &[], async |shop| {
        shop.goto("shifts.html").await?;
        assert_eq!(shop.wait_for_shelf().await?, "ready");
        let measure = r#"
            await new Promise((next) => setTimeout(next, 300));
            const shelf = document.querySelector("nearmind-shelf");
            const box = (part) => shelf.shadowRoot.querySelector(`[part~=${part}]`).getBoundingClientRect();
            return [shelf.getBoundingClientRect().height, box("footer").top - box("card").bottom];"#;
        let measured = shop.evaluate(measure, &[]).await?;
        let expected =
            shop.evaluate("return parseFloat(getComputedStyle(document.documentElement).fontSize) * 19;", &[]).await?;
        // The margins of the paragraph add at most 40 pixels.
        assert!(measured[0].as_f64() <= expected.as_f64().map(|height| height + 40.0), "{measured}");
        assert!(
            measured[1].as_f64().is_some_and(|gap| (0.0..16.0).contains(&gap)),
            "there is a gap below the cards: {measured}"
        );
        assert_no_shift(shop, "higher markup").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn height_that_cards_do_not_fill_is_removed_out_of_sight() -> Result<()> {
    let below = r#"<div class="below"></div><div class="below"></div><div class="below"></div>"#;
    let body = format!(
        r#"<nearmind-shelf {SOURCES}><p class="taller">Ours</p></nearmind-shelf><p class="after">After</p>{below}"#
    );
    visit(shop(&body, "late.js", || true), Gpu::None, &[], async |shop| {
        shop.goto("shifts.html").await?;
        assert_eq!(shop.wait_for_shelf().await?, "ready");
        let height = "return document.querySelector('nearmind-shelf').getBoundingClientRect().height;";
        assert!(shop.evaluate(height, &[]).await?.as_f64().is_some_and(|height| height > 600.0));
        let scroll = r#"
            const after = document.querySelector(".after");
            scrollTo(0, 900);
            const before = after.getBoundingClientRect().top;
            await new Promise((next) => setTimeout(next, 500));
            return after.getBoundingClientRect().top - before;"#;
        assert_eq!(shop.evaluate(scroll, &[]).await?.as_f64(), Some(0.0), "the text in view moves");
        assert_eq!(shop.evaluate(height, &[]).await?.as_f64(), Some(SHELF_HEIGHT));
        assert_no_shift(shop, "much higher markup").await
    })
    .await
}
