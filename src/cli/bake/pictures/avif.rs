//! An AVIF file to a picture: its container by zenavif-parse, its frames by rav1d, both bounded before they begin.
//! Colour profiles are ignored; of an animation only the first frame is read. Must not know files or addresses.

mod colour;
mod decoder;
#[cfg(test)]
mod tests;

use std::fmt;

use colour::{Converter, UNKNOWN_MATRIX, to_byte};
use decoder::Frame;
use image::{RgbaImage, imageops};
use zenavif_parse::{AV1Metadata, AvifParser, ColorInformation, DecodeConfig, Unstoppable};

/// Whether these bytes are an AVIF file: a still one or an animation.
pub fn is_avif(bytes: &[u8]) -> bool {
    bytes.get(4..12).is_some_and(|brand| brand == b"ftypavif" || brand == b"ftypavis")
}

/// The picture, upright. One with a side of more than `most_side` pixels, or that takes more than `most_bytes` as RGBA,
/// is refused before it is decoded.
///
/// # Errors
/// Says what is wrong with the file: its content or its size.
pub fn decode(bytes: &[u8], most_side: u32, most_bytes: u64) -> Result<RgbaImage, String> {
    let limits = Limits { most_side, most_pixels: u32::try_from(most_bytes / 4).unwrap_or(u32::MAX) };
    let config = DecodeConfig::default().with_peak_memory_limit(most_bytes).lenient(true);
    let file = AvifParser::from_bytes_with_config(bytes, &config, &Unstoppable).map_err(unreadable)?;
    let picture = if file.grid_config().is_some() { tiles(&file, &limits)? } else { single(&file, &limits)? };
    Ok(upright(picture, &file))
}

struct Limits {
    most_side: u32,
    most_pixels: u32,
}

impl Limits {
    fn check(&self, width: u32, height: u32) -> Result<(), String> {
        let pixels = u64::from(width) * u64::from(height);
        if width.max(height) > self.most_side || pixels > u64::from(self.most_pixels) {
            return Err(format!("it is too large: {width} x {height} pixels"));
        }
        Ok(())
    }

    fn decode(&self, stream: &[u8]) -> Result<Frame, String> {
        let header = AV1Metadata::parse_av1_bitstream(stream).map_err(unreadable)?;
        self.check(header.max_frame_width.get(), header.max_frame_height.get())?;
        Frame::decode(stream, self.most_pixels)
    }
}

fn single(file: &AvifParser, limits: &Limits) -> Result<RgbaImage, String> {
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

/// A picture of equal tiles, which are listed row by row; those at the right and at the bottom may reach beyond it.
///
/// ```text
/// version u8 | flags u8, bit 0: the size has 32 bits, not 16 | rows - 1 u8 | columns - 1 u8 | width | height
/// ```
fn tiles(file: &AvifParser, limits: &Limits) -> Result<RgbaImage, String> {
    if file.alpha_data().is_some() {
        return Err("transparent AVIF pictures that are made of tiles cannot be read".into());
    }
    let layout = file.primary_data().map_err(unreadable)?;
    let (rows, columns, width, height) = match *layout {
        [_, flags, rows, columns, a, b, c, d] if flags & 1 == 0 => {
            (rows, columns, u32::from_be_bytes([0, 0, a, b]), u32::from_be_bytes([0, 0, c, d]))
        }
        [_, _, rows, columns, a, b, c, d, e, f, g, h] => {
            (rows, columns, u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
        }
        _ => return Err(unreadable("its tiles have no layout")),
    };
    limits.check(width, height)?;
    let (mut picture, mut tile_size) = (RgbaImage::new(width, height), None);
    let (rows, columns) = (u32::from(rows) + 1, u32::from(columns) + 1);
    for nth in 0..rows * columns {
        let tile = limits.decode(&file.tile_data(nth as usize).map_err(unreadable)?)?;
        let size = (tile.width(), tile.height());
        let (left, top) = (nth % columns * size.0, nth / columns * size.1);
        // No tile is beyond the picture, so that many tiles take no more time than one large picture.
        if *tile_size.get_or_insert(size) != size || left >= width || top >= height {
            return Err(unreadable("its tiles do not fit together"));
        }
        imageops::replace(&mut picture, &rgba(&tile, file)?, left.into(), top.into());
    }
    Ok(picture)
}

/// The frame's colours, opaque. What the file says of them goes before what the frame says.
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

/// Takes the opacity of each pixel from another frame's brightness. `premultiplied` colours were multiplied by it.
fn add_alpha(picture: &mut RgbaImage, frame: &Frame, premultiplied: bool) -> Result<(), String> {
    if (frame.width(), frame.height()) != picture.dimensions() {
        return Err("its colours and its transparency differ in size".into());
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

/// Turned and mirrored as the file says, in this order.
fn upright(picture: RgbaImage, file: &AvifParser) -> RgbaImage {
    // The file counts degrees to the left, these functions to the right.
    let turned = match file.rotation().map(|rotation| rotation.angle) {
        Some(90) => imageops::rotate270(&picture),
        Some(180) => imageops::rotate180(&picture),
        Some(270) => imageops::rotate90(&picture),
        _ => picture,
    };
    match file.mirror().map(|mirror| mirror.axis) {
        Some(0) => imageops::flip_vertical(&turned),
        Some(_) => imageops::flip_horizontal(&turned),
        None => turned,
    }
}

fn unreadable(error: impl fmt::Display) -> String {
    format!("this AVIF file cannot be read: {error}")
}
