//! Photographs: they keep cards in shape, one that fails leaves a calm place, and private ones tell no host what is
//! recommended.

use std::{fs, io::Cursor, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use browser_tests::{
    Gpu, Shop, Site,
    shop::{products, words},
    site::{Fault, page, root},
    visit, visit_each,
};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

/// Width and height of the photographs, in turn: square, 4:5, 2:3, 16:9.
const SIZES: [(u32, u32); 4] = [(400, 400), (400, 500), (300, 450), (480, 270)];

/// As noisy as a photograph, so that it has its size in bytes, too.
fn photograph(nth: usize) -> Result<Vec<u8>> {
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

/// The demo's products with photographs for pictures, at `/photos/` of the site; `own` is the shop's own markup in the
/// shelf, `attributes` are the shelf's.
fn photo_shop(name: &str, attributes: &str, own: &str) -> Result<Site> {
    let folder = std::env::temp_dir().join(format!("nearmind-{name}-{}", std::process::id()));
    fs::create_dir_all(folder.join("photos/jpeg"))?;
    let mut lines = Vec::new();
    for (nth, (id, product)) in products().into_iter().step_by(3).enumerate() {
        fs::write(folder.join(format!("photos/jpeg/{id}.jpg")), photograph(nth)?)?;
        let image = if nth % 5 == 4 { "photos/jpeg/gone.jpg".to_owned() } else { format!("photos/jpeg/{id}.jpg") };
        let (title, category) = (words(&product, "en", "title"), words(&product, "en", "category"));
        let line = json!({ "id": id, "url": product["url"], "title": title, "category": category, "brand": "Acme", "image": image });
        lines.push(line.to_string());
    }
    fs::write(folder.join("feed.jsonl"), lines.join("\n"))?;
    let mut bake = Command::new(root().join("target/debug/nearmind"));
    bake.arg("bake").arg(folder.join("feed.jsonl")).arg("--model").arg(root().join("models/minilm"));
    bake.arg("--pictures").arg(&folder).arg("--out").arg(folder.join("photos/catalog"));
    let baked = bake.output().context("the command line is built")?;
    ensure!(baked.status.success(), "{}", String::from_utf8_lossy(&baked.stderr));
    let head = r#"<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Photographs</title>"#;
    let shelf = format!(
        r#"<script type="module" src="shelf.js"></script>
        <nearmind-shelf {attributes} catalog="photos/catalog/" model="models/minilm/">{own}</nearmind-shelf><p id="after">After</p>"#
    );
    let html = page("/photos.html", format!("{head}{shelf}"));
    Ok(Site::with(files(folder, html)))
}

fn files(folder: PathBuf, html: Fault) -> Fault {
    Box::new(move |path, reply| {
        html(path, reply);
        if let Ok(file) = fs::read(folder.join(&path[1..]))
            && path.starts_with("/photos/")
        {
            (reply.status, reply.body) = (200, file);
        }
    })
}

const CLIENT: &str = "const shelf = document.querySelector('nearmind-shelf'); const { client } = shelf;";

/// What the page asked for in a visit in which products of one category are looked at.
async fn requests_of(category: &str) -> Result<(Vec<String>, Vec<String>)> {
    let ids: Vec<String> = products()
        .into_iter()
        .step_by(3)
        .filter(|(_, product)| words(product, "en", "category") == category)
        .map(|(id, _)| id)
        .take(3)
        .collect();
    ensure!(ids.len() == 3, "{category} has too few products");
    let (mut requests, mut pictures) = (Vec::new(), Vec::new());
    visit(photo_shop("private", r#"pictures="private""#, "")?, Gpu::None, &[], async |shop| {
        shop.open("photos.html").await?;
        shop.until("[...document.querySelector('nearmind-shelf').shadowRoot.querySelectorAll('img')].some((img) => img.naturalWidth)").await?;
        let view = format!(
            r#"{CLIENT}
            for (const item of given[0]) await client.track("view_item", {{ item }});
            await client.search(given[1]);
            await new Promise((next) => setTimeout(next, 500));
            return [...shelf.shadowRoot.querySelectorAll("img")].map((img) => img.getAttribute("src"));"#
        );
        let shown = shop.ask(&view, &[json!(ids), json!(category)]).await?;
        pictures = shown.as_array().context("pictures")?.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        requests = shop.site.requests();
        Ok(())
    })
    .await?;
    Ok((requests, pictures))
}

#[tokio::test(flavor = "multi_thread")]
async fn private_pictures_tell_no_host_what_is_recommended() -> Result<()> {
    let (cycling, cycling_pictures) = requests_of("Cycling").await?;
    let (other, other_pictures) = requests_of("Kitchen").await?;
    assert_ne!(cycling_pictures, other_pictures, "the lists differ");
    for pictures in [&cycling_pictures, &other_pictures] {
        assert!(
            pictures.len() > 5 && pictures.iter().all(|src| src.starts_with("data:image/webp;base64,")),
            "{pictures:?}"
        );
    }
    let order = |requests: &[String], part: &str| -> Vec<String> {
        requests.iter().filter(|line| line.contains(part)).cloned().collect()
    };
    assert!(order(&cycling, "/pictures.").len() >= 2, "more than one sheet: {cycling:?}");
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
async fn photographs_of_any_shape_keep_the_cards_in_shape() -> Result<()> {
    for (width, height) in [(390, 844), (1280, 900)] {
        visit_each(
            || photo_shop("shapes", "", "").expect("a shop of photographs"),
            async |shop: &Shop| {
                shop.browser.driver.set_window_rect(0, 0, width, height).await?;
                shop.open("photos.html").await?;
                let measured = format!(
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
                let cards = shop.ask(&measured, &[]).await?;
                let cards = cards.as_array().context("cards")?;
                let heights: Vec<_> = cards.iter().filter_map(|card| card["height"].as_f64()).collect();
                assert!(heights.iter().all(|height| (height - heights[0]).abs() < 0.5), "{heights:?}");
                for card in cards {
                    let sound = ["inside", "brand", "foot"].iter().all(|part| card[part] == true);
                    assert!(sound && card["referrer"] == "no-referrer", "{card}");
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
