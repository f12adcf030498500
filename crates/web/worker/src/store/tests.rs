//! The log in a real IndexedDB: two stores on one database, as of two tabs, behave like one log in memory.

use idb::{Database, TransactionMode};
use js_sys::JSON;
use nearmind_core::{
    profile::{Event, EventName},
    random::SplitMix64,
};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use super::{
    Entry, LogStore, Store, StoreUpdate,
    connection::{Connection, LOG, answer, store_error},
};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn view(number: usize) -> Entry {
    Entry::Event(Event::for_item(EventName::ViewItem, &format!("item-{number}"), number as f64))
}

/// A store on an empty database.
async fn empty_store() -> LogStore {
    let mut store = LogStore::open(true);
    store.clear().await.unwrap();
    store
}

/// Adds a value to the log that is no entry of this version.
async fn add_raw(json: &str) {
    let value = JSON::parse(json).unwrap();
    let add = async |database: &Database| {
        let transaction = database.transaction(&[LOG], TransactionMode::ReadWrite).map_err(store_error)?;
        transaction.object_store(LOG).map_err(store_error)?.add(&value, None).map_err(store_error)?;
        answer(transaction.commit().map_err(store_error)?).await
    };
    Connection::default().run(add).await.unwrap();
}

/// All values in the database, as JSON.
async fn stored_json() -> Vec<String> {
    let read = async |database: &Database| {
        let transaction = database.transaction(&[LOG], TransactionMode::ReadOnly).map_err(store_error)?;
        let log = transaction.object_store(LOG).map_err(store_error)?;
        answer(log.get_all(None, None).map_err(store_error)?).await
    };
    let values = Connection::default().run(read).await.unwrap();
    values.iter().map(|value| JSON::stringify(value).unwrap().into()).collect()
}

/// What a tab has read so far, kept up to date by what its store returns.
struct Tab {
    store: LogStore,
    seen: Vec<Entry>,
}

#[wasm_bindgen_test]
async fn two_tabs_agree_with_a_log_in_memory() {
    for seed in 1..=6 {
        let mut random = SplitMix64(seed);
        drop(empty_store().await);
        let mut tabs = [(); 2].map(|()| Tab { store: LogStore::open(true), seen: Vec::new() });
        let mut expected: Vec<Entry> = Vec::new();
        for number in 0..60 {
            let tab = &mut tabs[random.below(2)];
            match random.below(8) {
                0..=3 => {
                    let added: Vec<Entry> = (0..=random.below(2)).map(|nth| view(3 * number + nth)).collect();
                    // Entries of the other tab are returned only to a tab that has read the log.
                    tab.seen.extend(tab.store.append(&added).await.unwrap());
                    tab.seen.extend(added.iter().cloned());
                    expected.extend(added);
                }
                4 | 5 => {
                    match tab.store.updates().await.unwrap() {
                        StoreUpdate::Replaced(all) => tab.seen = all,
                        StoreUpdate::Appended(rest) => tab.seen.extend(rest),
                    }
                    assert_eq!(tab.seen, expected, "seed {seed}");
                }
                6 => {
                    let erased = random.below(3);
                    let drop_some = move |all: &[Entry]| {
                        let rest = all.iter().enumerate().filter(|(index, _)| index % 3 != erased);
                        rest.map(|(_, entry)| entry.clone()).collect()
                    };
                    expected = drop_some(&expected);
                    tab.seen = tab.store.change(&drop_some).await.unwrap();
                    assert_eq!(tab.seen, expected, "seed {seed}");
                }
                _ => {
                    tab.seen = tab.store.load().await.unwrap();
                    assert_eq!(tab.seen, expected, "seed {seed}");
                }
            }
        }
        for mut tab in tabs {
            assert_eq!(tab.store.load().await.unwrap(), expected, "seed {seed}");
        }
    }
}

#[wasm_bindgen_test]
async fn updates_are_the_entries_that_the_other_tab_added() {
    let (mut one, mut other) = (empty_store().await, LogStore::open(true));
    one.append(&[view(1)]).await.unwrap();
    assert_eq!(other.load().await.unwrap(), [view(1)]);
    one.append(&[view(2), view(3)]).await.unwrap();
    assert_eq!(other.updates().await.unwrap(), StoreUpdate::Appended(vec![view(2), view(3)]));
    one.append(&[view(4)]).await.unwrap();
    assert_eq!(other.append(&[view(5)]).await.unwrap(), [view(4)], "it comes before the new entry");
    one.change(&|all| all[1..].to_vec()).await.unwrap();
    let rest = [2, 3, 4, 5].map(view).to_vec();
    assert_eq!(other.updates().await.unwrap(), StoreUpdate::Replaced(rest), "an entry was erased");
}

#[wasm_bindgen_test]
async fn an_entry_of_a_later_version_stays_until_all_is_cleared() {
    const LATER: &str = r#"{"kind":"rating-of-2030","stars":5}"#;
    let mut store = empty_store().await;
    store.append(&[view(1)]).await.unwrap();
    add_raw(LATER).await;
    store.append(&[view(2)]).await.unwrap();
    assert_eq!(store.load().await.unwrap(), [view(1), view(2)]);
    store.change(&|all| all[1..].to_vec()).await.unwrap();
    assert_eq!(store.load().await.unwrap(), [view(2)]);
    let stored = stored_json().await;
    assert_eq!((stored.len(), stored[0].as_str()), (2, LATER));
    store.clear().await.unwrap();
    assert!(stored_json().await.is_empty());
}

#[wasm_bindgen_test]
async fn a_log_of_several_requests_is_read_in_order() {
    let mut store = empty_store().await;
    let entries: Vec<Entry> = (0..20_001).map(view).collect();
    store.append(&entries).await.unwrap();
    assert!(LogStore::open(true).load().await.unwrap() == entries);
    store.clear().await.unwrap();
}

#[wasm_bindgen_test]
async fn a_visit_in_memory_stores_nothing_and_clears_an_earlier_log() {
    empty_store().await.append(&[view(1)]).await.unwrap();
    let mut memory = LogStore::open(false);
    memory.append(&[view(2)]).await.unwrap();
    assert_eq!(memory.load().await.unwrap(), [view(2)]);
    assert_eq!(stored_json().await.len(), 1, "only the entry of the earlier visit");
    memory.clear().await.unwrap();
    assert!(stored_json().await.is_empty());
    assert_eq!(memory.load().await.unwrap(), []);
}
