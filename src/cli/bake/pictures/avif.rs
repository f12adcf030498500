//! Decodes AVIF: zenavif-parse reads the container, and rav1d decodes the frames. The memory of both is limited.
//! Colour profiles are ignored, and only the first frame of an animation is decoded. Must not know files or addresses.

mod colour;
mod decoder;
#[cfg(test)]
mod tests;

use std::fmt;

use colour::{Converter, UNKNOWN_MATRIX, to_byte};
use decoder::Frame;
use image::{RgbaImage, imageops};
use zenavif_parse::{AV1Metadata, AvifParser, ColorInformation, DecodeConfig, Unstoppable};

/// Whether these bytes are an AVIF file, still or animated.
pub fn is_avif(bytes: &[u8]) -> bool {
    bytes.get(4..12).is_some_and(|brand| brand == b"ftypavif" || brand == b"ftypavis")
}

/// Decodes a picture, upright. Pictures with a side of more than `max_side` pixels, or of more than `max_bytes` as RGBA,
/// are refused before they are decoded.
///
/// # Errors
/// What is wrong with the file: its content or its size.
pub fn decode(bytes: &[u8], max_side: u32, max_bytes: u64) -> Result<RgbaImage, String> {
    let limits = Limits { max_side, max_pixels: u32::try_from(max_bytes / 4).unwrap_or(u32::MAX) };
    let config = DecodeConfig::default().with_peak_memory_limit(max_bytes).lenient(true);
    let file = AvifParser::from_bytes_with_config(bytes, &config, &Unstoppable).map_err(unreadable)?;
    let picture =
        if file.grid_config().is_some() { decode_grid(&file, &limits)? } else { decode_single(&file, &limits)? };
    Ok(apply_orientation(picture, &file))
}

/// Limits of a picture's size.
struct Limits {
    max_side: u32,
    max_pixels: u32,
}

impl Limits {
    fn check(&self, width: u32, height: u32) -> Result<(), String> {
        let pixels = u64::from(width) * u64::from(height);
        if width.max(height) > self.max_side || pixels > u64::from(self.max_pixels) {
            return Err(format!("the picture is too large: {width} x {height} pixels"));
        }
        Ok(())
    }

    /// Decodes an AV1 stream, after checking the size that its header states.
    fn decode(&self, stream: &[u8]) -> Result<Frame, String> {
        let header = AV1Metadata::parse_av1_bitstream(stream).map_err(unreadable)?;
        self.check(header.max_frame_width.get(), header.max_frame_height.get())?;
        Frame::decode(stream, self.max_pixels)
    }
}

/// Decodes a picture that is not a grid: the primary item, or the first frame of an animation.
fn decode_single(file: &AvifParser, limits: &Limits) -> Result<RgbaImage, String> {
    let (mut colour, mut alpha) = (file.primary_data(), file.alpha_data());
    if file.animation_info().is_some() && colour.as_ref().is_ok_and(|data| data.is_empty()) {
        let first = file.frame(0).map_err(unreadable)?;
        (colour, alpha) = (Ok(first.data), first.alpha_data.map(Ok));
    }
    let mut picture = rgba(&limits.decode(&colour.map_err(unreadable)?)?, file)?;
    if let Some(alpha) = alpha {
        let alpha = limits.decode(&alpha.map_err(unreadable)?)?;
        add_alpha(&mut picture, &alpha, file.premultiplied_alpha())?;
    }
    Ok(picture)
}

/// Decodes a grid: tiles of equal size, listed row by row. Those on the right and at the bottom may extend beyond the
/// picture. The primary item has the layout (HEIF, ISO/IEC 23008-12), in big-endian:
///
/// ```text
/// version u8 | flags u8, bit 0: width and height have 32 bits, not 16 | rows - 1 u8 | columns - 1 u8 | width | height
/// ```
fn decode_grid(file: &AvifParser, limits: &Limits) -> Result<RgbaImage, String> {
    if file.alpha_data().is_some() {
        return Err("transparent AVIF grids are not supported".into());
    }
    let layout = file.primary_data().map_err(unreadable)?;
    let (rows, columns, width, height) = match *layout {
        [_, flags, rows, columns, a, b, c, d] if flags & 1 == 0 => {
            (rows, columns, u32::from_be_bytes([0, 0, a, b]), u32::from_be_bytes([0, 0, c, d]))
        }
        [_, _, rows, columns, a, b, c, d, e, f, g, h] => {
            (rows, columns, u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
        }
        _ => return Err(unreadable("the layout of its tiles is damaged")),
    };
    limits.check(width, height)?;
    let (mut picture, mut tile_size) = (RgbaImage::new(width, height), None);
    let (rows, columns) = (u32::from(rows) + 1, u32::from(columns) + 1);
    for nth in 0..rows * columns {
        let tile = limits.decode(&file.tile_data(nth as usize).map_err(unreadable)?)?;
        let size = (tile.width(), tile.height());
        let (left, top) = (nth % columns * size.0, nth / columns * size.1);
        // Tiles outside the picture are refused, so that many tiles take no more time than one large picture.
        if *tile_size.get_or_insert(size) != size || left >= width || top >= height {
            return Err(unreadable("its tiles do not fit together"));
        }
        imageops::replace(&mut picture, &rgba(&tile, file)?, left.into(), top.into());
    }
    Ok(picture)
}

/// Converts a frame to opaque RGBA. The colour information of the container takes precedence over that of the frame.
fn rgba(frame: &Frame, file: &AvifParser) -> Result<RgbaImage, String> {
    let (matrix, full_range) = match file.color_info() {
        Some(&ColorInformation::Nclx { matrix_coefficients, full_range, .. }) => (matrix_coefficients, full_range),
        _ => frame.matrix_and_range(),
    };
    let converter = Converter::new(matrix, full_range, frame.depth_bits())?;
    let (right, down) = frame.chroma_shift();
    let mut picture = RgbaImage::new(frame.width(), frame.height());
    let mut planes = [const { Vec::new() }; 3];
    for (y, row) in picture.rows_mut().enumerate() {
        let y = y as u32;
        frame.read_row(0, y, &mut planes[0]);
        if !frame.is_grey() {
            frame.read_row(1, y >> down, &mut planes[1]);
            frame.read_row(2, y >> down, &mut planes[2]);
        }
        for (x, pixel) in row.enumerate() {
            let [r, g, b] = if frame.is_grey() {
                [to_byte(converter.luma(planes[0][x])); 3]
            } else {
                converter.rgb([planes[0][x], planes[1][x >> right], planes[2][x >> right]])
            };
            pixel.0 = [r, g, b, 255];
        }
    }
    Ok(picture)
}

/// Sets the alpha of each pixel to the luma of `frame`. `premultiplied` says that the colours were multiplied by it.
fn add_alpha(picture: &mut RgbaImage, frame: &Frame, premultiplied: bool) -> Result<(), String> {
    if (frame.width(), frame.height()) != picture.dimensions() {
        return Err("the picture and its alpha plane differ in size".into());
    }
    let (_, full_range) = frame.matrix_and_range();
    let (converter, mut samples) = (Converter::new(UNKNOWN_MATRIX, full_range, frame.depth_bits())?, Vec::new());
    for (y, row) in picture.rows_mut().enumerate() {
        frame.read_row(0, y as u32, &mut samples);
        for (pixel, &sample) in row.zip(&samples) {
            let alpha = converter.luma(sample);
            if premultiplied && alpha > 0.0 {
                for value in &mut pixel.0[..3] {
                    *value = to_byte(f32::from(*value) / 255.0 / alpha);
                }
            }
            pixel.0[3] = to_byte(alpha);
        }
    }
    Ok(())
}

/// Rotates and then mirrors the picture as the file says.
fn apply_orientation(picture: RgbaImage, file: &AvifParser) -> RgbaImage {
    // The file's angle is anticlockwise, that of these functions clockwise.
    let rotated = match file.rotation().map(|rotation| rotation.angle) {
        Some(90) => imageops::rotate270(&picture),
        Some(180) => imageops::rotate180(&picture),
        Some(270) => imageops::rotate90(&picture),
        _ => picture,
    };
    match file.mirror().map(|mirror| mirror.axis) {
        Some(0) => imageops::flip_vertical(&rotated),
        Some(_) => imageops::flip_horizontal(&rotated),
        None => rotated,
    }
}

fn unreadable(error: impl fmt::Display) -> String {
    format!("this AVIF file cannot be read: {error}")
}
