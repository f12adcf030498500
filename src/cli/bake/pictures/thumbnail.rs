//! Makes a small WebP of a picture in any common raster format. Must not know files or addresses.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageReader, Limits, imageops::FilterType};

use super::avif;

/// Length of a thumbnail's longer side, in pixels. A card is 240 CSS pixels wide.
const SIDE: u32 = 240;
/// Wanted size of a thumbnail. The qualities are tried in turn until one gives this size or less.
const TARGET_BYTES: usize = 3500;
/// Qualities of libwebp's scale from 0 to 100.
const QUALITIES: [f32; 5] = [75.0, 60.0, 45.0, 30.0, 15.0];
/// The supported formats.
const FORMATS: &str = "JPEG, PNG, WebP, AVIF, GIF, BMP or TIFF";
/// Pictures with a longer side, in pixels, are refused before they are decoded.
const MAX_SIDE: u32 = 12_000;
/// Pictures that need more memory are refused before they are decoded.
const MAX_MEMORY_BYTES: u64 = 512 << 20;

/// The thumbnail of a picture as a WebP file, upright and with the picture's proportions.
///
/// # Errors
/// What is wrong with the file: its format, its content or its size.
pub fn thumbnail(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut small = scale(decode(bytes)?);
    // The colours of invisible pixels would cost bytes.
    for pixel in small.pixels_mut().filter(|pixel| pixel.0[3] == 0) {
        pixel.0 = [0; 4];
    }
    let (width, height) = small.dimensions();
    let opaque = small.pixels().all(|pixel| pixel.0[3] == 255);
    let rgb = DynamicImage::ImageRgba8(small.clone()).into_rgb8();
    let encoder = if opaque {
        webp::Encoder::from_rgb(&rgb, width, height)
    } else {
        webp::Encoder::from_rgba(&small, width, height)
    };
    let mut best: Option<Vec<u8>> = None;
    for quality in QUALITIES {
        let encoded = encoder.encode_simple(false, quality).map_err(|error| format!("WebP: {error:?}"))?.to_vec();
        let is_small = encoded.len() <= TARGET_BYTES;
        if best.as_ref().is_none_or(|best| encoded.len() < best.len()) {
            best = Some(encoded);
        }
        if is_small {
            break;
        }
    }
    best.ok_or_else(|| "it could not be encoded".to_owned())
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    if avif::is_avif(bytes) {
        return avif::decode(bytes, MAX_SIDE, MAX_MEMORY_BYTES).map(DynamicImage::ImageRgba8);
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    if reader.format().is_none() {
        return Err(format!("the file is not a {FORMATS} picture"));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| error.to_string())?;
    let orientation = decoder.orientation().map_err(|error| error.to_string())?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| error.to_string())?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Reduces a picture to fit into a square of [`SIDE`]. A smaller picture is not changed.
fn scale(picture: DynamicImage) -> image::RgbaImage {
    if picture.width().max(picture.height()) <= SIDE {
        return picture.into_rgba8();
    }
    // Large photographs are first reduced by a fast filter, then by an exact one.
    let reduced =
        if picture.width().max(picture.height()) > 4 * SIDE { picture.thumbnail(2 * SIDE, 2 * SIDE) } else { picture };
    reduced.resize(SIDE, SIDE, FilterType::CatmullRom).into_rgba8()
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    /// A picture with the noise of a photograph, red on the left and blue on the right.
    fn photograph(width: u32, height: u32) -> DynamicImage {
        let noise =
            |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).rotate_right(9) as u8 % 32;
        let pixel = |x, y| {
            let right = (x * 200 / width) as u8;
            Rgb([200 - right + noise(x, y), 60 + noise(y, x), right + noise(x + y, x)])
        };
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel))
    }

    fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn read_back(webp: &[u8]) -> RgbaImage {
        image::load_from_memory_with_format(webp, ImageFormat::WebP).unwrap().into_rgba8()
    }

    #[test]
    fn every_raster_format_becomes_a_small_webp() {
        for format in [
            ImageFormat::Jpeg,
            ImageFormat::Png,
            ImageFormat::WebP,
            ImageFormat::Gif,
            ImageFormat::Bmp,
            ImageFormat::Tiff,
        ] {
            let small = thumbnail(&file(&photograph(900, 600), format)).unwrap();
            let read = read_back(&small);
            assert_eq!(read.dimensions(), (240, 160), "{format:?}");
            assert!(small.len() <= 2 * TARGET_BYTES, "{format:?}: {} bytes", small.len());
            let (left, right) = (read.get_pixel(5, 80).0, read.get_pixel(234, 80).0);
            assert!(left[0] > 150 && left[2] < 80 && right[0] < 80 && right[2] > 150, "{format:?}: {left:?} {right:?}");
        }
    }

    #[test]
    fn small_pictures_are_not_enlarged() {
        assert_eq!(read_back(&thumbnail(&file(&photograph(40, 90), ImageFormat::Png)).unwrap()).dimensions(), (40, 90));
    }

    #[test]
    fn transparent_pictures_stay_transparent() {
        let bottle = RgbaImage::from_fn(300, 300, |x, _| Rgba([20, 90, 40, if x < 150 { 0 } else { 255 }]));
        let small = thumbnail(&file(&DynamicImage::ImageRgba8(bottle), ImageFormat::Png)).unwrap();
        let read = read_back(&small);
        assert_eq!((read.get_pixel(10, 120).0[3], read.get_pixel(230, 120).0[3]), (0, 255));
    }

    /// A phone stores the picture as its sensor is oriented, and the rotation in Exif.
    #[test]
    fn photographs_are_turned_upright() {
        let jpeg = file(&photograph(300, 200), ImageFormat::Jpeg);
        // APP1 with a TIFF of one entry: tag 0x0112 (orientation), SHORT, 6: turn by 90 degrees to the right.
        let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let turned = [&jpeg[..2], exif, &jpeg[2..]].concat();
        let read = read_back(&thumbnail(&turned).unwrap());
        assert_eq!(read.dimensions(), (160, 240));
        assert!(read.get_pixel(80, 5).0[0] > 150, "the left side is now the top");
    }

    #[test]
    fn broken_and_enormous_files_are_refused() {
        let jpeg = file(&photograph(300, 200), ImageFormat::Jpeg);
        let mut bomb = file(&photograph(30, 20), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]); // IHDR: 65,536 x 65,536
        let avif = b"\0\0\0\x20ftypavif\0\0\0\0avifmif1";
        for (bytes, what) in [
            (&b"<!doctype html>"[..], "not a JPEG"),
            (&b""[..], "not a JPEG"),
            (avif, "AVIF file cannot be read"),
            (&bomb, ""),
            (&jpeg[..20], ""),
        ] {
            let error = thumbnail(bytes).unwrap_err();
            assert!(error.contains(what), "{error}");
        }
    }
}
