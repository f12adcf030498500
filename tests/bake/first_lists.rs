//! The catalogue has the list that a visitor without a history sees, in each of its languages.

use nearmind_core::protocol::{Command, Shelf, ShelfRequest, Update};
use nearmind_session::{MemoryStore, Session};

use super::*;

/// The list of a new session.
fn stranger_list(catalog: Catalog, lang: &str, limit: usize) -> Shelf {
    let mut session: Session<Model<CpuModel>, MemoryStore> = Session::new(MemoryStore::default());
    block_on(session.set_catalog(catalog));
    let request = ShelfRequest { limit, lang: lang.to_owned(), ..ShelfRequest::default() };
    let command = Command::Shelf { shelf: "shelf".to_owned(), request };
    let updates = block_on(session.apply(command.at(1.7e12, lang)));
    updates.into_iter().find_map(|update| if let Update::Shelf(shelf) = update { Some(shelf) } else { None }).unwrap()
}

#[test]
fn the_first_list_is_what_a_stranger_sees() {
    for more in [&[] as &[&str], &["--no-embed"]] {
        let baked = bake_from_scratch("first-list", &feed_lines(), more);
        let manifest = Manifest::parse(&baked.files["manifest.json"]).unwrap();
        assert_eq!(manifest.first_lists.keys().collect::<Vec<_>>(), ["en", "zh"]);
        for (lang, entry) in &manifest.first_lists {
            let bytes = &baked.files[&entry.file];
            entry.check(bytes).unwrap();
            let first: Shelf = serde_json::from_slice(bytes).unwrap();
            assert_eq!(first.cards.len(), 12);
            // A shorter list of the same visitor is the beginning of a longer one.
            for limit in [1, 6, 12] {
                let list = stranger_list(baked.catalog(), lang, limit);
                let json = |cards: &[nearmind_core::protocol::Card]| serde_json::to_value(cards).unwrap();
                assert_eq!(json(&list.cards), json(&first.cards[..limit]), "{lang}, {limit} cards");
                assert_eq!((list.basis, list.notice), (first.basis, first.notice.clone()));
            }
        }
    }
}
