//! Private pictures: cards have only pictures from the catalogue, and no other address.

use nearmind_core::{catalog::Sheet, protocol::PictureSource};

use super::*;

fn open_private() -> Visit {
    let mut visit = Session::new(MemoryStore::default());
    let mut open = open_command(VERSION, "en");
    let Command::Open { pictures, .. } = &mut open.command else { unreachable!("an open command") };
    *pictures = PictureSource::Private;
    send(&mut visit, open);
    let with_pictures = items().into_iter().map(|mut item| {
        item.image = if item.id == "tea-0" {
            "data:image/svg+xml,<svg/>".into()
        } else {
            format!("https://cdn.example/{}.jpg", item.id)
        };
        item
    });
    block_on(visit.set_catalog(super::script::catalog(with_pictures.collect())));
    visit
}

/// A sheet of `count` items from row `first` on, each with a picture.
fn sheet(first: u32, count: u32) -> Sheet {
    let mut sheet = Sheet::new(first);
    (0..count).for_each(|_| sheet.push(b"RIFF"));
    sheet
}

#[test]
fn private_cards_have_no_address_and_get_pictures_later() {
    let mut visit = open_private();
    let all = items().len() as u32;
    let request = ShelfRequest { limit: all as usize, lang: "en".into(), ..ShelfRequest::default() };
    let cards = shelf(&send(&mut visit, Command::Shelf { shelf: "s".into(), request })).cards;
    assert_eq!(cards.len(), all as usize);
    let outside: Vec<_> =
        cards.iter().filter(|card| !card.image.is_empty() && !card.image.starts_with("data:")).collect();
    assert!(outside.is_empty(), "{outside:?}");
    assert_eq!(cards.iter().filter(|card| card.image.is_empty()).count(), all as usize - 1);

    let mut arrived = 0;
    for first in [0, 8, 16, 24] {
        for update in visit.add_pictures(sheet(first, 8)) {
            let Update::Pictures { pictures } = update else { panic!("{update:?}") };
            assert!(pictures.iter().all(|picture| picture.image == "data:image/webp;base64,UklGRg=="));
            arrived += pictures.len();
        }
    }
    assert_eq!(arrived, all as usize - 1, "each waiting card gets its picture once");
    let cards = shelf(&track(&mut visit, ViewItem, "tea-1", 1)).cards;
    assert!(cards.iter().all(|card| card.image.starts_with("data:image/")));
    assert!(visit.add_pictures(sheet(0, 8)).is_empty(), "no card waits for a picture");
}
