//! The memory that a large catalogue needs while it is opened.

use nearmind_core::{
    catalog::{Item, ItemText, ModelName, Pack, build_catalog},
    text::Dictionary,
};

use nearmind_core::random::SplitMix64;

use crate::memory::peak_bytes;

const ITEMS: usize = 5_000;
const WIDTH: usize = 384;
/// This is 80 MB for 100,000 items. The vectors alone are 38 MB.
const MAX_BYTES_PER_ITEM: usize = 800;

fn item(nth: usize) -> Item {
    let words = ItemText {
        title: format!("Thing {nth} of kind {}", nth % 100),
        description: format!("Made for bench {} in colour {}.", nth % 977, nth % 13),
        categories: vec!["All".into(), format!("Kind {}", nth % 100)],
    };
    Item {
        id: format!("item-{nth:06}"),
        url: format!("https://shop.example/products/thing-{nth:06}"),
        image: format!("https://pictures.example/large/{nth:06}.webp"),
        brand: format!("Brand {}", nth % 200),
        price: Some((nth % 500) as f64 + 0.99),
        currency: "EUR".into(),
        stock: Some(nth as u32 % 40),
        attributes: [("color".to_owned(), format!("colour {}", nth % 13))].into(),
        words: [("en".to_owned(), words)].into(),
        ..Item::default()
    }
}

#[test]
fn a_catalogue_needs_little_more_memory_than_its_files() {
    let mut random = SplitMix64(3);
    let mut vector = || (0..WIDTH).map(|_| random.signed()).collect();
    let items = (0..ITEMS).map(|nth| (item(nth), vector())).collect();
    let pack = Pack::new(&build_catalog(items, Dictionary::default(), ModelName::default()));
    let files: usize = pack.files.iter().map(|(_, bytes)| bytes.len()).sum();
    let decode = || pack.manifest.decode(pack.files.iter().map(|(_, bytes)| bytes.clone()));
    let (catalog, peak) = peak_bytes(decode);
    assert_eq!(catalog.unwrap().len(), ITEMS);
    assert!(peak < MAX_BYTES_PER_ITEM * ITEMS && peak < files * 3 / 2, "{peak} bytes for files of {files} bytes");
}
