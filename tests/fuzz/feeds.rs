//! Reads any bytes as a feed of any format: reading must end without a panic, and every row must be counted.

use std::io::Cursor;

use nearmind_feeds::{Format, Import, Options, Variants};

const FORMATS: [Option<Format>; 6] =
    [None, Some(Format::Table), Some(Format::Xml), Some(Format::Json), Some(Format::JsonLines), Some(Format::Html)];

/// Reads the bytes in the detected format, and in a format that depends on their length.
pub fn check(feed: &[u8]) {
    import(feed, None, Variants::Fold);
    import(feed, FORMATS[feed.len() % FORMATS.len()], Variants::Keep);
}

fn import(feed: &[u8], format: Option<Format>, variants: Variants) {
    let mut import = Import::new(Options { format, variants, ..Options::default() }, Cursor::new(Vec::new()));
    if import.read_feed("fuzz", Box::new(feed), &mut |_| ()).is_err() {
        return;
    }
    let (mut items, report) = import.finish().expect("the spool is in memory");
    assert_eq!(report.rows, report.items + report.folded + report.left_out(), "{report}");
    let items: Vec<_> = items.iter().map(|item| item.expect("items can be read back")).collect();
    assert!(items.is_sorted_by(|a, b| a.id < b.id));
    for item in items {
        assert!(item.price.is_none_or(|price| price.is_finite() && price >= 0.0));
        assert!(item.rating.is_none_or(|rating| (0.0..=5.0).contains(&rating)));
        assert!(!item.words.is_empty() && item.words.values().all(|words| !words.title.is_empty()), "{item:?}");
        assert!(
            [&item.url, &item.image].iter().all(|address| !address.to_ascii_lowercase().starts_with("javascript:"))
        );
    }
}
