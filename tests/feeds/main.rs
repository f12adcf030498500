//! Tests the import of good and bad feeds of every format. The samples were written for this project.

mod aliases;
mod bad;
mod encodings;
mod formats;
mod json;
mod mutations;
mod pages;
mod private;
mod shops;
mod tables;
mod xml;

use std::io::Cursor;

use nearmind_core::catalog::Item;
use nearmind_feeds::{FeedError, Import, Options, Report};

type Imported = Result<(Vec<Item>, Report), FeedError>;

/// Imports one feed. Returns its items, sorted by id, and the report.
fn import(feed: &[u8], options: Options) -> Imported {
    import_all(&[feed], options)
}

fn import_all(feeds: &[&[u8]], options: Options) -> Imported {
    let mut import = Import::new(options, Cursor::new(Vec::new()));
    for (nth, feed) in feeds.iter().enumerate() {
        import.read_feed(&format!("feed-{nth}"), Box::new(*feed), &mut |_| ())?;
    }
    let (mut items, report) = import.finish()?;
    let items: Vec<Item> = items.iter().collect::<Result<_, _>>().unwrap();
    let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "ids must be ascending and unique: {ids:?}");
    // Every row is counted once.
    assert_eq!(report.rows, report.items + report.folded + report.left_out(), "{report}");
    assert_eq!(report.items, items.len() as u64);
    Ok((items, report))
}

fn read(feed: &[u8]) -> (Vec<Item>, Report) {
    import(feed, Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn find<'a>(items: &'a [Item], id: &str) -> &'a Item {
    items.iter().find(|item| item.id == id).unwrap_or_else(|| panic!("no {id:?} in {items:#?}"))
}

fn title<'a>(item: &'a Item, lang: &str) -> &'a str {
    &item.words.get(lang).unwrap_or_else(|| panic!("no {lang} in {item:?}")).title
}
