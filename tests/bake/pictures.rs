//! Tests of `--pictures`: thumbnails of local files and of pictures on a server. Each is made once, and no other server
//! gets a request.

use std::{
    io::{Cursor, Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use nearmind_core::catalog::Sheet;

use super::*;

/// A striped picture of 320 x 480 pixels, as a file of this format.
fn picture(format: ImageFormat) -> Vec<u8> {
    let stripes = |x: u32, y: u32| Rgb([(x * 3) as u8, (y * 2) as u8, if (x + y) % 7 < 3 { 200 } else { 40 }]);
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_fn(320, 480, stripes)).write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// A feed with one item for each address of a picture.
fn feed(images: &[&str]) -> Vec<String> {
    let line = |(nth, image): (usize, &&str)| {
        format!(r#"{{"id":"p{nth}","title":"A red jacket {nth}","url":"/{nth}","image":"{image}"}}"#)
    };
    images.iter().enumerate().map(line).collect()
}

/// The sheets of thumbnails in the catalogue.
fn sheets(baked: &BakeRun) -> Vec<Sheet> {
    let manifest = Manifest::parse(&baked.files["manifest.json"]).unwrap();
    manifest.pictures.iter().map(|file| Sheet::read(&baked.files[&file.file]).unwrap()).collect()
}

#[test]
fn pictures_of_a_folder_become_thumbnails_and_inline_svgs() {
    let site = folder("pictures-site");
    fs::create_dir_all(site.join("media")).unwrap();
    fs::write(site.join("media/a.jpg"), picture(ImageFormat::Jpeg)).unwrap();
    fs::write(site.join("media/b.png"), picture(ImageFormat::Png)).unwrap();
    fs::write(site.join("media/c.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap();
    fs::write(site.join("media/d.jpg"), "not a picture").unwrap();
    let avif = include_bytes!("avif/8-bit-420.avif");
    fs::write(site.join("media/f.avif"), avif).unwrap();
    fs::write(site.join("media/g.avif"), &avif[..300]).unwrap();
    let images = [
        "/media/a.jpg",
        "https://shop.example/media/b.png?w=800",
        "media/c.svg",
        "media/d.jpg",
        "https://cdn.example/e.jpg",
        "media/f.avif",
        "media/g.avif",
    ];
    let more = ["--no-embed", "--pictures", site.to_str().unwrap()];
    let baked = bake_from_scratch("pictures", &feed(&images), &more);
    let sheets = sheets(&baked);
    assert_eq!(sheets.len(), 1);
    for (row, size) in [(0, (160, 240)), (1, (160, 240)), (5, (48, 32))] {
        let small = image::load_from_memory_with_format(sheets[0].get(row).unwrap(), ImageFormat::WebP).unwrap();
        assert_eq!((small.width(), small.height()), size);
    }
    assert!([2, 3, 4, 6].iter().all(|&row| sheets[0].get(row).is_none()));
    assert!(baked.catalog().item(2).image().starts_with("data:image/svg+xml,<svg"));
    assert_eq!(
        baked.catalog().item(0).image(),
        "/media/a.jpg",
        "the URL is kept for pages without pictures=\"private\""
    );
    for part in [
        "small pictures: 3 (0 from an earlier bake), and 1 SVGs within their items",
        "2 pictures could not be used",
        "media/d.jpg: the file is not a JPEG",
        "media/g.avif: this AVIF file cannot be read",
        "--pictures https://cdn.example/",
    ] {
        assert!(baked.output_text().contains(part), "{part}: {}", baked.output_text());
    }
    let again = bake("pictures", &feed(&images), &more);
    assert!(again.output_text().contains("(3 from an earlier bake)"), "{}", again.output_text());
    assert_eq!(published_files(&again), published_files(&baked));
    let without = bake("pictures", &feed(&images), &["--no-embed"]);
    assert!(!without.files.keys().any(|name| name.starts_with("pictures.")), "{:?}", without.files.keys());
}

/// A server that answers every GET with one picture and an ETag, or with status 304 if the client has that version.
/// Returns its URL and the counts of both answers.
fn server(body: Vec<u8>) -> (String, Arc<[AtomicUsize; 2]>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let counts = Arc::<[AtomicUsize; 2]>::default();
    let server_counts = counts.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
            let is_cached = head.contains("if-none-match: \"one\"");
            server_counts[usize::from(is_cached)].fetch_add(1, Ordering::Relaxed);
            let answer = match is_cached {
                true => b"HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n".to_vec(),
                false if head.starts_with("get /moved") => {
                    b"HTTP/1.1 302 Found\r\nlocation: http://elsewhere.invalid/x.jpg\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec()
                }
                false => {
                    let head = format!("HTTP/1.1 200 OK\r\netag: \"one\"\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                    [head.as_bytes(), &body].concat()
                }
            };
            stream.write_all(&answer).ok();
        }
    });
    (address, counts)
}

#[test]
fn pictures_are_fetched_once_and_only_from_the_named_server() {
    let (address, counts) = server(picture(ImageFormat::Jpeg));
    let absolute = format!("{address}b.jpg");
    let images = ["a.jpg", &absolute, "http://127.0.0.2:9/c.jpg", "moved.jpg"];
    let more = ["--no-embed", "--pictures", &address];
    let baked = bake_from_scratch("pictures-server", &feed(&images), &more);
    let [full, not_modified] = &*counts;
    assert_eq!((full.load(Ordering::Relaxed), not_modified.load(Ordering::Relaxed)), (3, 0));
    assert_eq!((0..4).map(|row| sheets(&baked)[0].get(row).is_some()).collect::<Vec<_>>(), [true, true, false, false]);
    for part in
        ["1 pictures on 127.0.0.2 were not requested", "redirects to another host, http://elsewhere.invalid/x.jpg"]
    {
        assert!(baked.output_text().contains(part), "{part}: {}", baked.output_text());
    }
    let again = bake("pictures-server", &feed(&images), &more);
    assert_eq!(not_modified.load(Ordering::Relaxed), 2, "{}", again.output_text());
    assert_eq!(published_files(&again), published_files(&baked));
}
