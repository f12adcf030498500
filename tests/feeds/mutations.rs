//! Random damage to feeds: whatever the bytes are, reading ends without a panic, and every row is counted. The fuzz
//! targets in `tests/fuzz` search further; this test runs with every change.

use nearmind_feeds::{Format, Options};
use proptest::{
    collection::vec,
    prelude::{Strategy, any, prop_oneof},
    proptest,
    sample::{Index, select},
};

use super::import;

const SAMPLES: [&[u8]; 34] = [
    include_bytes!("samples/google.tsv"),
    include_bytes!("samples/google.xml"),
    include_bytes!("samples/atom.xml"),
    include_bytes!("samples/shopify.json"),
    include_bytes!("samples/shopify.csv"),
    include_bytes!("samples/woo.csv"),
    include_bytes!("samples/page.html"),
    include_bytes!("samples/group.html"),
    include_bytes!("samples/german.csv"),
    include_bytes!("samples/wordpress.xml"),
    include_bytes!("samples/heureka.xml"),
    include_bytes!("samples/yml.xml"),
    include_bytes!("samples/idealo.xml"),
    include_bytes!("samples/google-variants.xml"),
    include_bytes!("samples/spree.json"),
    include_bytes!("samples/vendure-search.json"),
    include_bytes!("samples/vendure-products.json"),
    include_bytes!("samples/magento.json"),
    include_bytes!("samples/bigcommerce.json"),
    include_bytes!("samples/microdata.html"),
    include_bytes!("samples/opengraph.html"),
    include_bytes!("samples/wix.csv"),
    include_bytes!("samples/wix-new.csv"),
    include_bytes!("samples/etsy.csv"),
    include_bytes!("samples/prestashop.csv"),
    include_bytes!("samples/google-ads.csv"),
    include_bytes!("samples/facebook.csv"),
    include_bytes!("samples/woo-de.csv"),
    include_bytes!("samples/idealo.csv"),
    include_bytes!("samples/magento.csv"),
    include_bytes!("samples/squarespace.csv"),
    include_bytes!("samples/spree.csv"),
    include_bytes!("samples/vendure.csv"),
    include_bytes!("samples/shopify-new.csv"),
];
const FORMATS: [Option<Format>; 6] =
    [None, Some(Format::Table), Some(Format::Xml), Some(Format::Json), Some(Format::JsonLines), Some(Format::Html)];
/// Bytes that parsers may fail on.
const TRAPS: [&[u8]; 16] = [
    b"\"",
    b"<",
    b">",
    b"&",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"\t",
    b"\r\n",
    b"\\",
    b"]]>",
    b"\xff",
    b"\xe2\x80\xae",
    b"\0",
];

#[derive(Debug, Clone)]
enum Change {
    Cut(Index, Index),
    Insert(Index, &'static [u8]),
    Flip(Index, u8),
    Repeat(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Change::Cut(a, b)),
        (any::<Index>(), select(TRAPS.as_slice())).prop_map(|(at, trap)| Change::Insert(at, trap)),
        (any::<Index>(), 1u8..).prop_map(|(at, bits)| Change::Flip(at, bits)),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Change::Repeat(a, b)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    if bytes.is_empty() {
        return;
    }
    let size = bytes.len();
    let range = |a: &Index, b: &Index| {
        let (a, b) = (a.index(size), b.index(size));
        // Short, so that something is left to read.
        a.min(b)..a.max(b).min(a.min(b) + 200)
    };
    match change {
        Change::Cut(a, b) => _ = bytes.drain(range(a, b)),
        Change::Insert(at, trap) => _ = bytes.splice(at.index(size)..at.index(size), trap.iter().copied()),
        Change::Flip(at, bits) => bytes[at.index(size)] ^= bits,
        Change::Repeat(a, b) => {
            let part = bytes[range(a, b)].to_vec();
            bytes.extend(part);
        }
    }
}

proptest! {
    #[test]
    fn a_broken_feed_is_read_or_refused(
        sample in select(SAMPLES.as_slice()),
        format in select(FORMATS.as_slice()),
        changes in vec(change(), 0..12),
    ) {
        let mut bytes = sample.to_vec();
        changes.iter().for_each(|change| apply(&mut bytes, change));
        // `import` checks the row counts.
        let _ = import(&bytes, Options { format, ..Options::default() });
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..400), format in select(FORMATS.as_slice())) {
        let _ = import(&bytes, Options { format, ..Options::default() });
    }
}
