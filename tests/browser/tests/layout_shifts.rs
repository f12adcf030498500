//! Nothing on the page moves because of a shelf: not when its script comes after the page was painted, not when cards
//! take the place of the shop's own markup, and not when they never come.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use browser_tests::{
    Gpu, Shop, Site,
    site::{Fault, page},
    visit,
};
use serde_json::json;

/// The shifts that the visitor has not caused, and what moved from where to where.
const SHIFTS: &str = r#"
    const shifts = await new Promise((done) => {
      const seen = [];
      new PerformanceObserver((list) => seen.push(...list.getEntries())).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => done(seen), 200);
    });
    const place = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
    const named = ({ node, previousRect, currentRect }) =>
      `${node?.nodeName ?? "in a shelf"} ${node?.className ?? ""}: ${place(previousRect)} to ${place(currentRect)}`;
    return shifts.filter(({ hadRecentInput }) => !hadRecentInput).map(({ value, sources }) => [value, ...sources.map(named)]);"#;
/// A hundredth of what the web's vitals call good: a line of text that moves a little.
const STILL: f64 = 0.001;

async fn assert_still(shop: &Shop, page: &str) -> Result<()> {
    let shifts = shop.ask(SHIFTS, &[]).await?;
    let sum: f64 = shifts.as_array().context("a list")?.iter().filter_map(|shift| shift[0].as_f64()).sum();
    assert!(sum < STILL, "{page} shifts by {sum}: {shifts}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_on_the_page_shifts() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        for page in
            ["examples/plain.html", "examples/chinese.html", "examples/own-card.html", "index.html", "cart.html"]
        {
            shop.open(page).await?;
            shop.ask("await new Promise((next) => setTimeout(next, 800));", &[]).await?;
            assert_still(shop, page).await?;
        }
        Ok(())
    })
    .await
}

/// A shop with a look of its own, whose shelf has cards so low that what comes after it is in view.
const STYLES: &str = "
    body { margin: 0; font: 13px/1.7 serif; color: rgb(51, 68, 85); letter-spacing: 1px }
    nearmind-shelf { display: flow-root; --nearmind-card-height: 10rem; --nearmind-picture-ratio: 4 }
    .reserved { min-block-size: 16rem }
    .below { block-size: 500px }
    .tall { block-size: 19rem }
    .taller { block-size: 40rem }";
/// The height of that shelf, heading and footer included.
const ROOM: f64 = 256.0;
/// The element's script comes when the page has been painted.
const LATE: &str = r#"
    window.look = () => [...document.querySelectorAll("h2, a, .after")].map((node) => {
      const { x, y, width, height } = node.getBoundingClientRect();
      const { font, color, letterSpacing } = getComputedStyle(node);
      return [x, y, width, height, font, color, letterSpacing].join();
    });
    new PerformanceObserver(() => {
      window.before ??= look();
      import("./shelf.js");
    }).observe({ type: "paint", buffered: true });"#;
const SOURCES: &str = r#"catalog="catalog/" model="models/minilm/""#;

/// A page with this in its body; the catalogue is there whenever `whole` holds.
fn shop(body: &str, script: &str, whole: impl Fn() -> bool + Send + Sync + 'static) -> Site {
    let head =
        "<!doctype html><html lang=\"en\"><meta name=\"viewport\" content=\"width=device-width\"><title>A shop</title>";
    let text = format!(
        "{head}<link rel=\"stylesheet\" href=\"still.css\"><script type=\"module\" src=\"{script}\"></script>{body}"
    );
    let files = [page("/still.html", text), page("/still.css", STYLES.into()), page("/late.js", LATE.into())];
    let fault: Fault = Box::new(move |path, reply| {
        files.iter().for_each(|file| file(path, reply));
        if path.ends_with("/catalog/manifest.json") && !whole() {
            reply.status = 404;
        }
    });
    Site::with(fault)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_comes_late_moves_and_restyles_nothing() -> Result<()> {
    for sources in [SOURCES, ""] {
        let body = format!(
            r#"<nearmind-shelf class="reserved" {sources}><h2>Our picks</h2><ul><li><a href="a">Tea</a></ul></nearmind-shelf><p class="after">After</p>"#
        );
        visit(shop(&body, "late.js", || true), Gpu::None, &[], async |shop| {
            shop.goto("still.html").await?;
            shop.until("customElements.get('nearmind-shelf')").await?;
            if sources.is_empty() {
                assert_eq!(shop.settled().await?, "failed");
                assert_eq!(shop.ask("return look();", &[]).await?, shop.ask("return before;", &[]).await?);
            } else {
                assert_eq!(shop.settled().await?, "ready");
            }
            assert_still(shop, "a late script").await
        })
        .await?;
    }
    Ok(())
}

/// What a shelf shows that failed and has no markup of the shop's own.
const LEFT: &str = r#"
    await new Promise((next) => requestAnimationFrame(() => setTimeout(next, 100)));
    const shelf = document.querySelector("nearmind-shelf");
    const says = shelf.shadowRoot.querySelector("[part=status-text]");
    const seen = (node) => node.checkVisibility({ visibilityProperty: true });
    return [shelf.getBoundingClientRect().height, seen(says) && says.textContent, seen(shelf.shadowRoot.querySelector("[part=list]"))];"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_shelf_in_view_says_so_in_its_room() -> Result<()> {
    let body = format!(r#"<nearmind-shelf class="reserved" {SOURCES}></nearmind-shelf><p class="after">After</p>"#);
    visit(shop(&body, "shelf.js", || false), Gpu::None, &[], async |shop| {
        shop.goto("still.html").await?;
        assert_eq!(shop.settled().await?, "failed");
        let left = shop.ask(LEFT, &[]).await?;
        assert_eq!(left[0].as_f64(), Some(ROOM), "{left}");
        assert!(
            left[1].as_str().is_some_and(|says| says.contains("could not be downloaded") || says.contains("404")),
            "{left}"
        );
        assert_eq!(left[2], false);
        assert_still(shop, "a failure").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_shelf_out_of_sight_gives_its_room_back_until_it_is_tried_again() -> Result<()> {
    static WHOLE: AtomicBool = AtomicBool::new(false);
    let body =
        format!(r#"<div class="below"></div><nearmind-shelf {SOURCES}></nearmind-shelf><p class="after">After</p>"#);
    visit(shop(&body, "shelf.js", || WHOLE.load(Ordering::Relaxed)), Gpu::None, &[], async |shop| {
        shop.goto("still.html").await?;
        assert_eq!(shop.settled().await?, "failed");
        let left = shop.ask(LEFT, &[]).await?;
        assert!(left[0].as_f64().is_some_and(|height| (50.0..ROOM - 50.0).contains(&height)), "{left}");
        assert_ne!(left[1], json!(false));
        WHOLE.store(true, Ordering::Relaxed);
        shop.click("document.querySelector('nearmind-shelf').shadowRoot.querySelector('[part=undo]')").await?;
        shop.until("document.querySelector('nearmind-shelf').state === 'ready'").await?;
        let stands = "return document.querySelector('nearmind-shelf').getBoundingClientRect().height;";
        assert_eq!(shop.ask(stands, &[]).await?.as_f64(), Some(ROOM));
        assert_still(shop, "a failure").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_fill_the_room_of_higher_markup() -> Result<()> {
    let body =
        format!(r#"<nearmind-shelf {SOURCES}><p class="tall">Ours</p></nearmind-shelf><p class="after">After</p>"#);
    visit(shop(&body, "late.js", || true), Gpu::None, &[], async |shop| {
        shop.goto("still.html").await?;
        assert_eq!(shop.settled().await?, "ready");
        let measured = r#"
            await new Promise((next) => setTimeout(next, 300));
            const shelf = document.querySelector("nearmind-shelf");
            const box = (part) => shelf.shadowRoot.querySelector(`[part~=${part}]`).getBoundingClientRect();
            return [shelf.getBoundingClientRect().height, box("footer").top - box("card").bottom];"#;
        let measured = shop.ask(measured, &[]).await?;
        let room =
            shop.ask("return parseFloat(getComputedStyle(document.documentElement).fontSize) * 19;", &[]).await?;
        assert!(measured[0].as_f64() <= room.as_f64().map(|room| room + 40.0), "{measured}"); // and the paragraph's margins
        assert!(
            measured[1].as_f64().is_some_and(|gap| (0.0..16.0).contains(&gap)),
            "a hole below the cards: {measured}"
        );
        assert_still(shop, "higher markup").await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cards_cannot_fill_is_given_back_out_of_sight() -> Result<()> {
    let below = r#"<div class="below"></div><div class="below"></div><div class="below"></div>"#;
    let body = format!(
        r#"<nearmind-shelf {SOURCES}><p class="taller">Ours</p></nearmind-shelf><p class="after">After</p>{below}"#
    );
    visit(shop(&body, "late.js", || true), Gpu::None, &[], async |shop| {
        shop.goto("still.html").await?;
        assert_eq!(shop.settled().await?, "ready");
        let height = "return document.querySelector('nearmind-shelf').getBoundingClientRect().height;";
        assert!(shop.ask(height, &[]).await?.as_f64().is_some_and(|height| height > 600.0));
        let after = r#"
            const after = document.querySelector(".after");
            scrollTo(0, 900);
            const before = after.getBoundingClientRect().top;
            await new Promise((next) => setTimeout(next, 500));
            return after.getBoundingClientRect().top - before;"#;
        assert_eq!(shop.ask(after, &[]).await?.as_f64(), Some(0.0), "what the visitor reads stays where it is");
        assert_eq!(shop.ask(height, &[]).await?.as_f64(), Some(ROOM));
        assert_still(shop, "much higher markup").await
    })
    .await
}
