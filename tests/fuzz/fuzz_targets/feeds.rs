//! Any bytes as a feed of any format: reading ends without a panic, and every row is accounted for.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use nearmind::feeds::{Format, Import, Options, Variants};

const FORMATS: [Option<Format>; 6] =
    [None, Some(Format::Table), Some(Format::Xml), Some(Format::Json), Some(Format::JsonLines), Some(Format::Html)];

fuzz_target!(|input: &[u8]| {
    // The first byte chooses how the rest is read.
    let Some((&choice, feed)) = input.split_first() else { return };
    let format = FORMATS[usize::from(choice & 0x7f) % FORMATS.len()];
    let variants = if choice & 0x80 == 0 { Variants::Fold } else { Variants::Keep };
    let mut import = Import::new(Options { format, variants, ..Options::default() }, Cursor::new(Vec::new()));
    if import.feed("fuzz", Box::new(feed), &mut |_| ()).is_err() {
        return;
    }
    let (mut items, report) = import.finish().expect("the spool is memory");
    assert_eq!(report.rows, report.items + report.folded + report.left_out());
    let items: Vec<_> = items.iter().map(|item| item.expect("what was written is read")).collect();
    assert!(items.is_sorted_by(|a, b| a.id < b.id));
    assert!(items.iter().all(|item| item.price.is_none_or(|price| price.is_finite() && price >= 0.0)));
});
