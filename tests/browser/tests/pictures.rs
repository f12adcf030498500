//! Photographs on cards: cards have equal sizes whatever the shape of a photograph, also if it is missing, and private
//! pictures don't reveal to a host what is recommended.

use std::{fs, io::Cursor, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Shop, Site,
    shop::{product_text, products},
    site::{Interceptor, add_file, root},
    visit, visit_in_each_browser,
};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

/// Widths and heights of the photographs, in turn: square, 4:5, 2:3, 16:9.
const SIZES: [(u32, u32); 4] = [(400, 400), (400, 500), (300, 450), (480, 270)];

/// Makes a JPEG with noise, so that it has as many bytes as a photograph.
fn make_photograph(nth: usize) -> Result<Vec<u8>> {
    let (width, height) = SIZES[nth % SIZES.len()];
    let pixel = |x: u32, y: u32| {
        let noise =
            (x.wrapping_mul(7919) ^ y.wrapping_mul(104_729)).wrapping_add(nth as u32 * 31).rotate_right(7) % 120;
        Rgb([(x * 135 / width + noise) as u8, (y * 135 / height + noise) as u8, (noise + nth as u32 * 5 % 130) as u8])
    };
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel)).write_to(&mut file, ImageFormat::Jpeg)?;
    Ok(file.into_inner())
}

/// A site with a catalogue at `/photos/` of the demo's products with photographs, and a page `/photos.html`, whose
/// shelf has these attributes and this markup of the shop's own.
fn photo_shop(name: &str, attributes: &str, own_markup: &str) -> Result<Site> {
    let folder = std::env::temp_dir().join(format!("nearmind-{name}-{}", std::process::id()));
    fs::create_dir_all(folder.join("photos/jpeg"))?;
    let mut lines = Vec::new();
    for (nth, (id, product)) in products().into_iter().step_by(3).enumerate() {
        fs::write(folder.join(format!("photos/jpeg/{id}.jpg")), make_photograph(nth)?)?;
        let image = if nth % 5 == 4 { "photos/jpeg/gone.jpg".to_owned() } else { format!("photos/jpeg/{id}.jpg") };
        let (title, category) = (product_text(&product, "en", "title"), product_text(&product, "en", "category"));
        let line = json!({ "id": id, "url": product["url"], "title": title, "category": category, "brand": "Acme", "image": image });
        lines.push(line.to_string());
    }
    fs::write(folder.join("feed.jsonl"), lines.join("\n"))?;
    let mut bake = Command::new(root().join("target/debug/nearmind"));
    bake.arg("bake").arg(folder.join("feed.jsonl")).arg("--model").arg(root().join("models/minilm"));
    bake.arg("--pictures").arg(&folder).arg("--out").arg(folder.join("photos/catalog"));
    let output = bake.output().context("cannot run nearmind")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let head = r#"<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Photographs</title>"#;
    let shelf = format!(
        r#"<script type="module" src="shelf.js"></script>
        <nearmind-shelf {attributes} catalog="photos/catalog/" model="models/minilm/">{own_markup}</nearmind-shelf><p id="after">After</p>"#
    );
    let add_page = add_file("/photos.html", format!("{head}{shelf}"));
    Ok(Site::with_interceptor(add_folder(folder, add_page)))
}

/// Adds the page, and the folder `photos` in `folder`.
fn add_folder(folder: PathBuf, add_page: Interceptor) -> Interceptor {
    Box::new(move |path, reply| {
        add_page(path, reply);
        if let Ok(file) = fs::read(folder.join(&path[1..]))
            && path.starts_with("/photos/")
        {
            (reply.status, reply.body) = (200, file);
        }
    })
}

const CLIENT: &str = "const shelf = document.querySelector('nearmind-shelf'); const { client } = shelf;";

/// Visits the shop, views products of one category, and returns all requests and the sources of the pictures shown.
async fn visit_and_view(category: &str) -> Result<(Vec<String>, Vec<String>)> {
    let ids: Vec<String> = products()
        .into_iter()
        .step_by(3)
        .filter(|(_, product)| product_text(product, "en", "category") == category)
        .map(|(id, _)| id)
        .take(3)
        .collect();
    ensure!(ids.len() == 3, "{category} has too few products");
    let (mut requests, mut pictures) = (Vec::new(), Vec::new());
    visit(photo_shop("private", r#"pictures="private""#, "")?, Gpu::None, &[], async |shop| {
        shop.open("photos.html").await?;
        shop.wait_until("[...document.querySelector('nearmind-shelf').shadowRoot.querySelectorAll('img')].some((img) => img.naturalWidth)").await?;
        let view = format!(
            r#"{CLIENT}
            for (const item of args[0]) await client.track("view_item", {{ item }});
            await client.search(args[1]);
            await new Promise((next) => setTimeout(next, 500));
            return [...shelf.shadowRoot.querySelectorAll("img")].map((img) => img.getAttribute("src"));"#
        );
        let shown = shop.evaluate(&view, &[json!(ids), json!(category)]).await?;
        let sources = shown.as_array().context("no pictures")?.iter();
        pictures = sources.filter_map(Value::as_str).map(str::to_owned).collect();
        requests = shop.site.requests();
        Ok(())
    })
    .await?;
    Ok((requests, pictures))
}

#[tokio::test(flavor = "multi_thread")]
async fn private_pictures_do_not_reveal_recommendations() -> Result<()> {
    let (cycling, cycling_pictures) = visit_and_view("Cycling").await?;
    let (other, other_pictures) = visit_and_view("Kitchen").await?;
    assert_ne!(cycling_pictures, other_pictures, "both visitors see the same pictures");
    for pictures in [&cycling_pictures, &other_pictures] {
        assert!(
            pictures.len() > 5 && pictures.iter().all(|src| src.starts_with("data:image/webp;base64,")),
            "{pictures:?}"
        );
    }
    let order = |requests: &[String], part: &str| -> Vec<String> {
        requests.iter().filter(|line| line.contains(part)).cloned().collect()
    };
    assert!(order(&cycling, "/pictures.").len() >= 2, "there must be more than one sheet: {cycling:?}");
    assert_eq!(order(&cycling, "/pictures."), order(&other, "/pictures."));
    assert!(order(&cycling, "/jpeg/").is_empty(), "{cycling:?}");
    let sorted = |mut requests: Vec<String>| {
        requests.sort();
        requests
    };
    assert_eq!(sorted(cycling), sorted(other));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn photographs_of_any_shape_give_cards_of_equal_size() -> Result<()> {
    for (width, height) in [(390, 844), (1280, 900)] {
        visit_in_each_browser(
            || photo_shop("shapes", "", "").expect("cannot make the shop"),
            async |shop: &Shop| {
                shop.browser.driver.set_window_rect(0, 0, width, height).await?;
                shop.open("photos.html").await?;
                let measure = format!(
                    r#"{CLIENT}
                    const cards = [...shelf.shadowRoot.querySelectorAll("[part~=card]")];
                    const pictures = cards.flatMap((card) => [...card.querySelectorAll("img")]);
                    for (const picture of pictures) picture.loading = "eager";
                    await Promise.all(pictures.map((picture) => picture.decode().catch(() => {{}})));
                    await new Promise((next) => requestAnimationFrame(() => setTimeout(next, 100)));
                    return cards.map((card) => {{
                      const box = (part) => card.querySelector(`[part~=${{part}}]`).getBoundingClientRect();
                      const [all, picture, brand, foot] = [card.getBoundingClientRect(), box("picture"), box("brand"), box("foot")];
                      const img = card.querySelector("img");
                      return {{ height: all.height, ratio: picture.width / picture.height,
                        inside: !img || img.getBoundingClientRect().height <= picture.height + 1,
                        brand: brand.height > 10 && brand.top >= picture.bottom - 1, foot: foot.bottom <= all.bottom,
                        referrer: img ? img.referrerPolicy : "no-referrer",
                        shape: img ? (img.naturalWidth / img.naturalHeight).toFixed(2) : "none" }};
                    }});"#
                );
                let cards = shop.evaluate(&measure, &[]).await?;
                let cards = cards.as_array().context("no cards")?;
                let heights: Vec<_> = cards.iter().filter_map(|card| card["height"].as_f64()).collect();
                assert!(heights.iter().all(|height| (height - heights[0]).abs() < 0.5), "{heights:?}");
                for card in cards {
                    let fits = ["inside", "brand", "foot"].iter().all(|part| card[part] == true);
                    assert!(fits && card["referrer"] == "no-referrer", "{card}");
                    assert!((card["ratio"].as_f64().unwrap_or(0.0) - 1.0).abs() < 0.02, "{card}");
                }
                let shapes: Vec<_> = cards.iter().filter_map(|card| card["shape"].as_str()).collect();
                assert!(["0.80", "0.67", "1.78", "none"].iter().all(|shape| shapes.contains(shape)), "{shapes:?}");
                Ok(())
            },
        )
        .await?;
    }
    Ok(())
}
