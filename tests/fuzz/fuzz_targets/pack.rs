//! Any bytes as the manifest of a pack, or as one of its files: opened or refused, without a panic. Digests are not
//! asked, because whoever alters a file can write its digest too.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use nearmind::{
    catalog::{Catalog, Item, Manifest, Mixture, ModelName, Pack, Relations, Words, make},
    text::Dictionary,
};

static PACK: LazyLock<Pack> = LazyLock::new(|| {
    let item = |nth: usize| {
        let words = Words { title: format!("防水夹克 jacket {nth}"), ..Words::default() };
        let words = [("zh".to_owned(), words)].into();
        (Item { id: nth.to_string(), price: Some(nth as f64), words, ..Item::default() }, vec![nth as f32, 1.0])
    };
    let dictionary = Dictionary { words: vec![("夹克".to_owned(), 900)] };
    let model = ModelName { name: "fuzz".into(), digest: "00".into() };
    let relations = Relations::new(vec![1; 8], (0..8).map(|row| vec![((row + 1) % 8, 0.5)]).collect(), 4);
    let mixture = Mixture { together: 2.0, ..Mixture::default() };
    let catalog = make((0..8).map(item).collect(), dictionary, model);
    Pack::new(&Catalog { relations: Some(relations), mixture, ..catalog })
});

fuzz_target!(|input: &[u8]| {
    // The first byte chooses the file that the rest is.
    let Some((&which, bytes)) = input.split_first() else { return };
    let mut files: Vec<&[u8]> = PACK.files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    match usize::from(which) % (files.len() + 1) {
        0 => _ = Manifest::parse(bytes),
        nth => {
            files[nth - 1] = bytes;
            let _ = PACK.manifest.decode(files.iter().map(|bytes| bytes.to_vec()));
        }
    }
});
