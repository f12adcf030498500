//! Tests of encodings, decompression and size limits of a source.

use std::io::Write;

use encoding_rs::{GBK, UTF_16LE, WINDOWS_1252};
use flate2::{Compression, write::GzEncoder};

use super::*;

fn read(bytes: &[u8]) -> (io::Result<String>, Rc<ReadState>) {
    let state = Rc::new(ReadState::default());
    let text = Source::open(Box::new(bytes), None, &state).and_then(|mut source| {
        let mut text = String::new();
        source.read_to_string(&mut text)?;
        Ok(text)
    });
    (text, state)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn encodings_are_detected() {
    let chinese = "编号,名称\n1,防水夹克\n2,龙井茶\n";
    let (gbk, ..) = GBK.encode(chinese);
    assert_eq!(read(&gbk).0.unwrap(), chinese);
    let french = "id,titre\n1,Café crème\n2,Thé glacé\n";
    assert_eq!(read(&WINDOWS_1252.encode(french).0).0.unwrap(), french);
    let marked = ["\u{feff}".as_bytes(), chinese.as_bytes()].concat();
    assert_eq!(read(&marked).0.unwrap(), chinese);
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(chinese.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let (text, state) = read(&wide);
    assert_eq!((text.unwrap().as_str(), state.encoding.get()), (chinese, UTF_16LE.name()));
    let declared = "<?xml version=\"1.0\" encoding='gb2312'?><a>夹克</a>";
    assert_eq!(read(&GBK.encode(declared).0).0.unwrap(), declared);
}

#[test]
fn a_feed_in_two_encodings_is_read_line_by_line_and_reported() {
    let (gbk, ..) = GBK.encode("2,防水的夹克和帽子\n");
    let bytes = [b"1,caf\xe9\n", gbk.as_ref(), "3,防水夹克\n4,plain\n".as_bytes()].concat();
    let (text, state) = read(&bytes);
    assert_eq!(text.unwrap(), "1,café\n2,防水的夹克和帽子\n3,防水夹克\n4,plain\n");
    assert_eq!(state.misencoded_lines.get(), 2);
    assert_eq!(state.misencoded_examples.borrow()[0], (1, "1,café".to_owned()));
    // One invalid byte in a long line does not affect the rest of the line.
    let line = ["防水夹克 caf".as_bytes(), &[0xe9], "，很好".as_bytes()].concat();
    assert_eq!(read(&line).0.unwrap(), "防水夹克 café，很好");
}

#[test]
fn gzip_is_unpacked_and_damage_is_reported() {
    let text = "id,title\n".to_owned() + &"1,Tea\n".repeat(50_000);
    let packed = gzip(text.as_bytes());
    assert_eq!(read(&packed).0.unwrap(), text);
    // Two gzip members, one after the other, are one file.
    assert_eq!(read(&[packed.as_slice(), &packed].concat()).0.unwrap().len(), 2 * text.len());
    for cut in [packed.len() / 2, packed.len() - 3, 5] {
        let (text, state) = read(&packed[..cut]);
        assert!(text.is_err() && state.cut_off.borrow().is_some(), "cut after {cut} bytes");
    }
    assert!(read(b"PK\x03\x04...").0.unwrap_err().to_string().contains("unpack"));
}

#[test]
fn a_character_is_never_split_by_a_buffer() {
    for pad in 0..4 {
        let text = "x".repeat(pad) + &"夹克é👩".repeat(40_000);
        assert_eq!(read(text.as_bytes()).0.unwrap(), text);
    }
}

#[test]
fn an_endless_row_is_refused_in_bounded_memory() {
    let state = Rc::new(ReadState::default());
    let endless: Bytes = Box::new(io::repeat(b'x'));
    let mut source = Source::open(endless, None, &state).unwrap();
    let read = io::copy(&mut source, &mut io::sink());
    assert!(read.is_err() && state.too_long.get());
    assert!(source.text.capacity() + source.raw.capacity() < 1 << 20);
}
