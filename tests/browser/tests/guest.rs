//! The element is a good guest on a shop's page: it is small, starts late, keeps the page's styles out of its cards,
//! and supports the keyboard, right-to-left text, reduced motion and forced colours.

use anyhow::Result;
use browser_tests::{
    Gpu, Shop, Site,
    site::{Interceptor, add_file, root},
    visit, visit_in_each_browser,
};
use serde_json::json;
use xtask::size::brotli_len;

/// Limit for the scripts that the page's thread loads before the first cards, compressed.
const LOADER_BYTES: usize = 15_300;

const BARE: &str = r#"<nearmind-shelf catalog="catalog/" model="models/minilm/"></nearmind-shelf>"#;

/// HTML of a page with one shelf, and `before` in front of it.
fn shelf_html(before: &str) -> String {
    let head =
        "<!doctype html><html lang=\"en\"><meta name=\"viewport\" content=\"width=device-width\"><title>A shop</title>";
    format!("{head}{before}<script type=\"module\" src=\"shelf.js\"></script>{BARE}")
}

fn add_shelf_page(before: &str) -> Interceptor {
    add_file("/guest.html", shelf_html(before))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loader_is_small() -> Result<()> {
    visit(Site::with_interceptor(add_shelf_page("")), Gpu::None, &[], async |shop| {
        shop.open("guest.html").await?;
        let requests = shop.site.requests();
        let scripts =
            requests.iter().filter_map(|line| line.strip_prefix("GET /")).filter(|path| path.ends_with(".js"));
        let loader = scripts.filter(|path| !path.starts_with("wasm/") && *path != "worker.js");
        // These are loaded after the first cards.
        let later = [
            "page-events.js",
            "element/acts.js",
            "element/impressions.js",
            "element/turn.js",
            "element/moves.js",
            "element/late-styles.js",
            "prepare.js",
            "sentences.js",
            "languages/en/sentences.js",
        ];
        let loader: Vec<_> = loader.filter(|path| !later.contains(path)).collect();
        let mut bytes = 0;
        for path in &loader {
            bytes += brotli_len(&std::fs::read(root().join("dist").join(path))?)?;
        }
        println!("the loader: {bytes} bytes with brotli in {} files", loader.len());
        assert!(bytes <= LOADER_BYTES, "{bytes} bytes: {loader:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shelf_starts_only_near_the_viewport() -> Result<()> {
    let (before, style) =
        ("<link rel=\"stylesheet\" href=\"far.css\"><div class=\"far\"></div>", ".far { block-size: 6000px }");
    let (add_page, add_style) = (add_shelf_page(before), add_file("/far.css", style.into()));
    let add_both: Interceptor = Box::new(move |path, reply| {
        add_page(path, reply);
        add_style(path, reply);
    });
    visit(Site::with_interceptor(add_both), Gpu::None, &[], async |shop| {
        shop.goto("guest.html").await?;
        let started =
            || shop.site.requests().iter().any(|line| line.contains("nearmind.js") || line.contains("worker.js"));
        shop.evaluate("await new Promise((next) => setTimeout(next, 1500));", &[]).await?;
        assert!(!started(), "{:?}", shop.site.requests());
        shop.evaluate("scrollTo(0, 5000);", &[]).await?;
        assert_eq!(shop.wait_for_shelf().await?, "ready");
        assert!(started());
        Ok(())
    })
    .await
}

/// Adds a page with one shelf, and the same page with styles that try to break the cards.
fn add_hostile_styles() -> Interceptor {
    let hostile = "body, body * { font-size: 40px !important; letter-spacing: 9px !important; text-transform: uppercase !important; \
        line-height: 3 !important; white-space: nowrap !important; text-align: center !important; text-indent: 50px !important; \
        word-spacing: 30px !important; font-style: italic !important; box-sizing: content-box !important; \
        float: left; color: red !important } img, button, a, li, ul { display: none !important; position: absolute !important }";
    let (add_plain, add_styled) = (
        add_file("/plain.html", shelf_html("")),
        add_file("/guest.html", shelf_html("<link rel=\"stylesheet\" href=\"hostile.css\">")),
    );
    let add_sheet = add_file("/hostile.css", hostile.into());
    Box::new(move |path, reply| {
        add_plain(path, reply);
        add_styled(path, reply);
        add_sheet(path, reply);
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_styles_of_the_page_do_not_change_cards() -> Result<()> {
    visit_in_each_browser(|| Site::with_interceptor(add_hostile_styles()), async |shop: &Shop| {
        let mut styles = Vec::new();
        for page in ["plain.html", "guest.html"] {
            shop.open(page).await?;
            let read_styles = r#"
                const card = document.querySelector("nearmind-shelf").shadowRoot.querySelector("[part~=card]");
                const { height, width } = card.getBoundingClientRect();
                const title = getComputedStyle(card.querySelector("[part=title]"));
                const price = getComputedStyle(card.querySelector("[part=price]"));
                return [height, width, title.fontSize, title.letterSpacing, title.textTransform, title.whiteSpace, title.textIndent,
                  title.wordSpacing, title.fontStyle, price.lineHeight, card.querySelector("img").checkVisibility(), title.textAlign, title.color];"#;
            styles.push(shop.evaluate(read_styles, &[]).await?);
        }
        assert_eq!(styles[0], styles[1]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_by_keyboard() -> Result<()> {
    visit_in_each_browser(Site::new, async |shop: &Shop| {
        shop.open("examples/chinese.html").await?;
        // The part of the shelf that has the focus.
        let focused = r#"return document.querySelector("nearmind-shelf").shadowRoot.activeElement?.getAttribute("part") ?? null;"#;
        let press = async |key: char| -> Result<String> {
            shop.press(key).await?;
            shop.evaluate("await new Promise((next) => setTimeout(next, 60));", &[]).await?;
            Ok(shop.evaluate(focused, &[]).await?.as_str().unwrap_or("nothing").to_owned())
        };
        let (tab, enter, escape) = ('\u{e004}', '\u{e007}', '\u{e00c}');
        let mut parts = Vec::new();
        for _ in 0..80 {
            parts.push(press(tab).await?);
            if parts.last().is_some_and(|part| part == "about") {
                break;
            }
        }
        for part in ["link", "action like", "action dislike", "action hide", "about"] {
            assert!(parts.iter().any(|reached| reached == part), "{part} is not reached: {parts:?}");
        }
        press(enter).await?;
        let wait_for_dialog = r#"
            const root = document.querySelector("nearmind-shelf").shadowRoot;
            while (root.activeElement?.part.value !== "panel-close") await new Promise((next) => setTimeout(next, 50));
            return root.activeElement?.part.value;"#;
        let focus = shop.evaluate(wait_for_dialog, &[]).await?;
        assert_eq!(focus, "panel-close", "the dialog's first button must have the focus");
        assert_eq!(press(escape).await?, "about", "the focus must return to where it was");
        Ok(())
    })
    .await
}

/// Emulates a media feature, which tells the page a visitor's preference.
async fn set_media_feature(shop: &Shop, name: &str, value: &str) -> Result<()> {
    let features = json!({ "features": [{ "name": name, "value": value }] });
    shop.browser.driver.cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn reduced_motion_forced_colours_and_rtl_are_supported() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        // Hides a card, and counts the animations that follow, however slow the frames are.
        let count_moves = r#"
            const shelf = document.querySelector("nearmind-shelf"), root = shelf.shadowRoot;
            const frame = () => new Promise((next) => requestAnimationFrame(next));
            let moved = 0;
            const { animate } = Element.prototype;
            Element.prototype.animate = function (...how) {
              moved++;
              return animate.apply(this, how);
            };
            const [, hide] = root.querySelectorAll("[data-action=hide]");
            hide.click();
            while (hide.isConnected) await frame();
            for (let frames = 0; frames < 3; frames++) await frame();
            Element.prototype.animate = animate;
            return moved;"#;
        shop.open("examples/chinese.html").await?;
        // Cards move only from a place where they were visible, so the list must be laid out, and scrollable, first.
        shop.wait_until("document.querySelector('nearmind-shelf').shadowRoot.querySelector('[part=turn-button]:enabled')").await?;
        shop.evaluate("await document.querySelector('nearmind-shelf').client.prepare();", &[]).await?;
        assert!(shop.evaluate(count_moves, &[]).await?.as_u64().is_some_and(|count| count > 0));
        set_media_feature(shop, "prefers-reduced-motion", "reduce").await?;
        assert_eq!(shop.evaluate(count_moves, &[]).await?, 0);
        let count_css_animations = "return document.querySelector('nearmind-shelf').shadowRoot.getAnimations().filter((each) => each instanceof CSSAnimation).length;";
        assert_eq!(shop.evaluate(count_css_animations, &[]).await?, 0, "CSS animations must not run either");

        set_media_feature(shop, "forced-colors", "active").await?;
        shop.open("examples/plain.html").await?;
        let decoration = r#"
            const root = document.querySelector("nearmind-shelf").shadowRoot;
            while (!root.querySelector("[part=word]")) await new Promise((next) => setTimeout(next, 50));
            return getComputedStyle(root.querySelector("[part=word]")).textDecorationLine;"#;
        assert_eq!(shop.evaluate(decoration, &[]).await?, "underline");

        let mirrored = r#"
            document.documentElement.dir = "rtl";
            await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
            const root = document.querySelector("nearmind-shelf").shadowRoot;
            const [first, second] = [...root.querySelectorAll("[part~=place]")].map((place) => place.getBoundingClientRect());
            const nextButton = root.querySelectorAll("[part=turn-button]")[1];
            const before = root.querySelector("[part=list]").scrollLeft;
            while (nextButton.disabled) await new Promise((next) => requestAnimationFrame(next));
            nextButton.click();
            while (root.querySelector("[part=list]").scrollLeft === before) await new Promise((next) => requestAnimationFrame(next));
            return [first.left > second.left, root.querySelector("[part=list]").scrollLeft < before,
              document.documentElement.scrollWidth <= innerWidth];"#;
        assert_eq!(shop.evaluate(mirrored, &[]).await?, json!([true, true, true]));
        Ok(())
    })
    .await
}
