//! Decodes the files of tests/bake/avif, which were drawn for these tests: four quarters of one colour each, in 48 x 32
//! pixels. They were written by libavif; the sizes that `tiles` and `enormous` state were changed by hand. Every sample
//! format must give the colours that were drawn, and a broken file an error.

use super::*;

const RED: [u8; 4] = [200, 40, 30, 255];
const GREEN: [u8; 4] = [40, 160, 60, 255];
const BLUE: [u8; 4] = [30, 60, 200, 255];
const YELLOW: [u8; 4] = [240, 220, 60, 255];
/// The quarters: top left, top right, bottom left, bottom right.
const DRAWN: [[u8; 4]; 4] = [RED, GREEN, BLUE, YELLOW];
/// The compression is lossy, with qualities of 90 and more.
const TOLERANCE: u8 = 3;
const SIDE: u32 = 12_000;
const BYTES: u64 = 512 << 20;

macro_rules! file {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../../../tests/bake/avif/", $name, ".avif")).as_slice())
    };
}

fn read(bytes: &[u8]) -> Result<RgbaImage, String> {
    decode(bytes, SIDE, BYTES)
}

/// Compares the pixels in the middle of the four quarters with these colours.
fn check((name, bytes): (&str, &[u8]), size: (u32, u32), expect: [[u8; 4]; 4]) {
    assert!(is_avif(bytes), "{name}");
    let picture = read(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (width, height) = picture.dimensions();
    assert_eq!((width, height), size, "{name}");
    let found = [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| picture.get_pixel(width * x / 4, height * y / 4).0);
    let is_near = found.iter().flatten().zip(expect.iter().flatten()).all(|(a, b)| a.abs_diff(*b) <= TOLERANCE);
    assert!(is_near, "{name}: {found:?}, expected {expect:?}");
}

#[test]
fn every_sample_format_gives_the_colours_that_were_drawn() {
    for file in [
        file!("8-bit-420"),
        file!("8-bit-422"),
        file!("8-bit-444"),
        file!("limited-bt709"),
        file!("10-bit-420"),
        file!("10-bit-bt2020"),
        file!("12-bit-422"),
        file!("lossless"),
        file!("animated"),
    ] {
        check(file, (48, 32), DRAWN);
    }
    // Four tiles of 128 x 64 pixels, which extend beyond the picture.
    check(file!("tiles"), (250, 120), DRAWN);
    let grey = |value| [value, value, value, 255];
    check(file!("grey"), (48, 32), [grey(87), grey(113), grey(67), grey(208)]);
}

/// The first quarter is transparent, and the second half transparent.
#[test]
fn transparent_pictures_stay_transparent() {
    let with_alpha = |[r, g, b, _]: [u8; 4], alpha| [r, g, b, alpha];
    let drawn = [with_alpha(RED, 0), with_alpha(GREEN, 128), BLUE, YELLOW];
    check(file!("transparent"), (48, 32), drawn);
    // Colours that were multiplied by 0 are black.
    check(file!("premultiplied"), (48, 32), [[0; 4], drawn[1], BLUE, YELLOW]);
}

/// The files are numbered like the orientations of Exif, from which they were made.
#[test]
fn pictures_are_rotated_and_mirrored_as_the_file_says() {
    check(file!("turned-2"), (48, 32), [GREEN, RED, YELLOW, BLUE]);
    check(file!("turned-3"), (48, 32), [YELLOW, BLUE, GREEN, RED]);
    check(file!("turned-4"), (48, 32), [BLUE, YELLOW, RED, GREEN]);
    check(file!("turned-5"), (32, 48), [RED, BLUE, GREEN, YELLOW]);
    check(file!("turned-6"), (32, 48), [BLUE, RED, YELLOW, GREEN]);
    check(file!("turned-7"), (32, 48), [YELLOW, GREEN, BLUE, RED]);
    check(file!("turned-8"), (32, 48), [GREEN, YELLOW, RED, BLUE]);
}

/// If the decoder aborted, this test and all others would end.
#[test]
fn broken_files_do_not_abort_the_program() {
    for (_, bytes) in [file!("8-bit-420"), file!("transparent")] {
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end]).is_err(), "the first {end} bytes only");
        }
    }
    for (_, bytes) in [file!("8-bit-420"), file!("10-bit-420"), file!("transparent"), file!("tiles")] {
        let mut broken = bytes.to_vec();
        for at in 0..bytes.len() {
            broken[at] = !bytes[at];
            let _ = read(&broken);
            broken[at] = bytes[at];
        }
    }
}

#[test]
fn enormous_pictures_are_refused_before_they_are_decoded() {
    let (_, enormous) = file!("enormous");
    assert_eq!(read(enormous).unwrap_err(), "the picture is too large: 65000 x 65000 pixels");
    let (_, small) = file!("8-bit-420");
    assert!(decode(small, 47, BYTES).unwrap_err().contains("48 x 32"));
    assert!(decode(small, SIDE, 48 * 32 * 4 - 1).unwrap_err().contains("48 x 32"));
    decode(small, SIDE, 48 * 32 * 4).unwrap();
}

/// The decoder needs its own limit, because a later frame may be larger than the header says.
#[test]
fn the_decoder_refuses_large_frames_itself() {
    let (_, bytes) = file!("8-bit-420");
    let file = AvifParser::from_bytes(bytes).unwrap();
    let stream = file.primary_data().unwrap();
    assert!(Frame::decode(&stream, 48 * 32 - 1).is_err());
    assert_eq!(Frame::decode(&stream, 48 * 32).unwrap().width(), 48);
    assert!(Frame::decode(&[], 48 * 32).is_err());
}
