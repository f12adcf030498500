//! A catalogue that was packed without vectors: search by words works, and a model causes no error.

use nearmind_core::{
    catalog::{ModelName, Pack, build_catalog},
    profile::EventName::ViewItem,
    text::Dictionary,
};
use nearmind_session::{MemoryStore, Session};
use pollster::block_on;

use crate::script::*;

#[test]
fn a_catalogue_without_vectors_is_searched_by_words() {
    let items = items().into_iter().map(|item| (item, Vec::new())).collect();
    let pack = Pack::new(&build_catalog(items, Dictionary::default(), ModelName::default()));
    let mut visit: Visit = Session::new(MemoryStore::default());
    send(&mut visit, open_command(nearmind_core::protocol::VERSION, "en"));
    block_on(visit.set_catalog(pack.open().unwrap()));
    let updates = block_on(visit.set_model(model(), device()));
    assert!(problems(&updates).is_empty(), "{:?}", problems(&updates));
    assert_eq!(for_you(&mut visit, "en").cards.len(), 6);
    let found = search(&mut visit, "jacket", "en");
    assert!(text(&found[0].title).to_lowercase().contains("jacket"), "{:?}", found[0].title);
    track(&mut visit, ViewItem, &found[0].item, 1);
    for_you(&mut visit, "en");
}
