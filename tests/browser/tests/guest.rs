//! A good guest on a shop's page: small, late, unimpressed by the page's styles, and for every visitor: keyboard,
//! right to left, less motion, forced colours.

use anyhow::Result;
use browser_tests::{
    Gpu, Shop, Site,
    site::{Fault, page, root},
    visit, visit_each,
};
use serde_json::json;
use xtask::size::brotli_len;

/// What the page's thread loads before the first cards.
const LOADER_BYTES: usize = 15_000;

const BARE: &str = r#"<nearmind-shelf catalog="catalog/" model="models/minilm/"></nearmind-shelf>"#;

/// A page of one shelf, and what stands before it.
fn bare(before: &str) -> String {
    let head =
        "<!doctype html><html lang=\"en\"><meta name=\"viewport\" content=\"width=device-width\"><title>A shop</title>";
    format!("{head}{before}<script type=\"module\" src=\"shelf.js\"></script>{BARE}")
}

fn shelf_page(before: &str) -> Fault {
    page("/guest.html", bare(before))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loader_is_small() -> Result<()> {
    visit(Site::with(shelf_page("")), Gpu::None, &[], async |shop| {
        shop.open("guest.html").await?;
        let asked = shop.site.requests();
        let scripts = asked.iter().filter_map(|line| line.strip_prefix("GET /")).filter(|path| path.ends_with(".js"));
        let loader = scripts.filter(|path| !path.starts_with("wasm/") && *path != "worker.js");
        // They come when the first cards stand.
        let later = [
            "page-events.js",
            "element/impressions.js",
            "element/turn.js",
            "element/moves.js",
            "element/late-styles.js",
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
async fn far_from_the_viewport_nothing_starts_and_near_it_it_does() -> Result<()> {
    let (before, style) =
        ("<link rel=\"stylesheet\" href=\"far.css\"><div class=\"far\"></div>", ".far { block-size: 6000px }");
    let (shelf, far) = (shelf_page(before), page("/far.css", style.into()));
    let both: Fault = Box::new(move |path, reply| {
        shelf(path, reply);
        far(path, reply);
    });
    visit(Site::with(both), Gpu::None, &[], async |shop| {
        shop.goto("guest.html").await?;
        let started =
            || shop.site.requests().iter().any(|line| line.contains("nearmind.js") || line.contains("worker.js"));
        shop.ask("await new Promise((next) => setTimeout(next, 1500));", &[]).await?;
        assert!(!started(), "{:?}", shop.site.requests());
        shop.ask("scrollTo(0, 5000);", &[]).await?;
        assert_eq!(shop.settled().await?, "ready");
        assert!(started());
        Ok(())
    })
    .await
}

/// A page of one shelf, and the same with styles that nobody should write.
fn hostile() -> Fault {
    let hostile = "body, body * { font-size: 40px !important; letter-spacing: 9px !important; text-transform: uppercase !important; \
        line-height: 3 !important; white-space: nowrap !important; text-align: center !important; text-indent: 50px !important; \
        word-spacing: 30px !important; font-style: italic !important; box-sizing: content-box !important; \
        float: left; color: red !important } img, button, a, li, ul { display: none !important; position: absolute !important }";
    let (calm, dressed) =
        (page("/calm.html", bare("")), page("/guest.html", bare("<link rel=\"stylesheet\" href=\"hostile.css\">")));
    let sheet = page("/hostile.css", hostile.into());
    Box::new(move |path, reply| {
        calm(path, reply);
        dressed(path, reply);
        sheet(path, reply);
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_styles_of_the_page_do_not_reach_the_cards() -> Result<()> {
    visit_each(|| Site::with(hostile()), async |shop: &Shop| {
        let mut looks = Vec::new();
        for page in ["calm.html", "guest.html"] {
            shop.open(page).await?;
            let look = r#"
                const card = document.querySelector("nearmind-shelf").shadowRoot.querySelector("[part~=card]");
                const { height, width } = card.getBoundingClientRect();
                const title = getComputedStyle(card.querySelector("[part=title]"));
                const price = getComputedStyle(card.querySelector("[part=price]"));
                return [height, width, title.fontSize, title.letterSpacing, title.textTransform, title.whiteSpace, title.textIndent,
                  title.wordSpacing, title.fontStyle, price.lineHeight, card.querySelector("img").checkVisibility(), title.textAlign, title.color];"#;
            looks.push(shop.ask(look, &[]).await?);
        }
        assert_eq!(looks[0], looks[1]);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_done_by_keyboard() -> Result<()> {
    visit_each(Site::new, async |shop: &Shop| {
        shop.open("examples/chinese.html").await?;
        // What has the focus, as the shelf's parts name it.
        let focused = r#"return document.querySelector("nearmind-shelf").shadowRoot.activeElement?.getAttribute("part") ?? null;"#;
        let press = async |key: char| -> Result<String> {
            shop.press(key).await?;
            shop.ask("await new Promise((next) => setTimeout(next, 60));", &[]).await?;
            Ok(shop.ask(focused, &[]).await?.as_str().unwrap_or("nothing").to_owned())
        };
        let (tab, enter, escape) = ('\u{e004}', '\u{e007}', '\u{e00c}');
        let mut seen = Vec::new();
        for _ in 0..80 {
            seen.push(press(tab).await?);
            if seen.last().is_some_and(|part| part == "about") {
                break;
            }
        }
        for part in ["link", "action like", "action dislike", "action hide", "about"] {
            assert!(seen.iter().any(|known| known == part), "{part} is not reached: {seen:?}");
        }
        press(enter).await?;
        let open = r#"
            const root = document.querySelector("nearmind-shelf").shadowRoot;
            while (root.activeElement?.part.value !== "panel-close") await new Promise((next) => setTimeout(next, 50));
            return root.activeElement?.part.value;"#;
        assert_eq!(shop.ask(open, &[]).await?, "panel-close", "the dialog is open, and its first button has the focus");
        assert_eq!(press(escape).await?, "about", "closed, and the focus is where it was");
        Ok(())
    })
    .await
}

/// A visitor's settings, as the browser tells them to the page.
async fn prefer(shop: &Shop, name: &str, value: &str) -> Result<()> {
    let features = json!({ "features": [{ "name": name, "value": value }] });
    shop.browser.driver.cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn less_motion_forced_colours_and_right_to_left_are_respected() -> Result<()> {
    visit(Site::new(), Gpu::None, &[], async |shop| {
        // Another list, by hiding a card; and what moves then, however slowly the frames come.
        let moved = r#"
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
        // Cards move from where they were seen: they must have been, and so the list can be turned.
        shop.until("document.querySelector('nearmind-shelf').shadowRoot.querySelector('[part=turn-button]:enabled')").await?;
        shop.until("document.querySelector('nearmind-shelf').client.state.device").await?;
        assert!(shop.ask(moved, &[]).await?.as_u64().is_some_and(|count| count > 0));
        prefer(shop, "prefers-reduced-motion", "reduce").await?;
        assert_eq!(shop.ask(moved, &[]).await?, 0);
        let named = "return document.querySelector('nearmind-shelf').shadowRoot.getAnimations().filter((each) => each instanceof CSSAnimation).length;";
        assert_eq!(shop.ask(named, &[]).await?, 0, "nothing of the style sheet moves either");

        prefer(shop, "forced-colors", "active").await?;
        shop.open("examples/plain.html").await?;
        let underlined = r#"
            const root = document.querySelector("nearmind-shelf").shadowRoot;
            while (!root.querySelector("[part=word]")) await new Promise((next) => setTimeout(next, 50));
            return getComputedStyle(root.querySelector("[part=word]")).textDecorationLine;"#;
        assert_eq!(shop.ask(underlined, &[]).await?, "underline");

        let mirrored = r#"
            document.documentElement.dir = "rtl";
            await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
            const root = document.querySelector("nearmind-shelf").shadowRoot;
            const [first, second] = [...root.querySelectorAll("[part~=place]")].map((place) => place.getBoundingClientRect());
            const forth = root.querySelectorAll("[part=turn-button]")[1];
            const before = root.querySelector("[part=list]").scrollLeft;
            while (forth.disabled) await new Promise((next) => requestAnimationFrame(next));
            forth.click();
            while (root.querySelector("[part=list]").scrollLeft === before) await new Promise((next) => requestAnimationFrame(next));
            return [first.left > second.left, root.querySelector("[part=list]").scrollLeft < before,
              document.documentElement.scrollWidth <= innerWidth];"#;
        assert_eq!(shop.ask(mirrored, &[]).await?, json!([true, true, true]));
        Ok(())
    })
    .await
}
