//! The log in a real browser's IndexedDB, compared with the log in memory. `cargo xtask test` runs these in Chromium.

use idb::TransactionMode;
use nearmind_core::{
    profile::{Event, EventName},
    random::SplitMix64,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

use super::{table::Table, *};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// A store on an empty database. Tests run one after the other, and share the database.
async fn empty_store() -> LogStore {
    let mut store = LogStore::open(true);
    store.clear().await.unwrap();
    store
}

fn view(item: u64, time_ms: f64) -> Entry {
    let item = Some(format!("item-{item}"));
    Entry::Event(Event { name: EventName::ViewItem, item, time_ms, ..Event::default() })
}

/// Puts a value into the log that this version cannot read.
async fn put_unreadable(text: &str) {
    let add = async |database: &_| {
        let log = Table::begin(database, TransactionMode::ReadWrite)?;
        log.add_value(&JsValue::from_str(text))?;
        log.commit().await
    };
    Connection::default().run(add).await.unwrap();
}

#[wasm_bindgen_test]
async fn random_commands_leave_the_same_log_as_in_memory() {
    let mut random = SplitMix64(7);
    let (mut stored, mut memory) = (empty_store().await, MemoryStore::default());
    for step in 0..200 {
        let entries: Vec<Entry> =
            (0..1 + random.next_u64() % 3).map(|_| view(random.next_u64() % 9, f64::from(step))).collect();
        match random.next_u64() % 8 {
            0 => {
                stored.clear().await.unwrap();
                memory.clear().await.unwrap();
            }
            1 => {
                let gone = random.next_u64() % 9;
                let others = |log: &[Entry]| {
                    let stays = |entry: &&Entry| !matches!(entry, Entry::Event(event) if event.item == Some(format!("item-{gone}")));
                    log.iter().filter(stays).cloned().collect::<Vec<_>>()
                };
                assert_eq!(stored.change(&others).await, memory.change(&others).await, "step {step}");
            }
            // Another visit begins.
            2 => stored = LogStore::open(true),
            _ => {
                stored.append(&entries).await.unwrap();
                memory.append(&entries).await.unwrap();
            }
        }
        assert_eq!(stored.load().await, memory.load().await, "step {step}");
    }
}

#[wasm_bindgen_test]
async fn two_tabs_see_each_others_entries_once() {
    let (mut first, mut second) = (empty_store().await, LogStore::open(true));
    first.append(&[view(1, 1.0)]).await.unwrap();
    assert_eq!(second.load().await.unwrap(), [view(1, 1.0)]);
    first.load().await.unwrap();
    second.append(&[view(2, 2.0)]).await.unwrap();
    let added = first.append(&[view(3, 3.0)]).await.unwrap();
    assert_eq!(added, [view(2, 2.0)], "what the other tab has added since");
    assert_eq!(second.updates().await.unwrap(), StoreUpdate::Added(vec![view(3, 3.0)]));
    assert_eq!(second.updates().await.unwrap(), StoreUpdate::Added(Vec::new()));
    first.change(&|log| log[1..].to_vec()).await.unwrap();
    assert_eq!(second.updates().await.unwrap(), StoreUpdate::All(vec![view(2, 2.0), view(3, 3.0)]), "an entry is gone");
}

#[wasm_bindgen_test]
async fn an_entry_that_cannot_be_read_stays_in_its_place() {
    let mut store = empty_store().await;
    store.append(&[view(1, 1.0)]).await.unwrap();
    put_unreadable("an entry of a later version").await;
    store.append(&[view(2, 2.0)]).await.unwrap();
    assert_eq!(store.load().await.unwrap(), [view(1, 1.0), view(2, 2.0)]);
    store.change(&|_| Vec::new()).await.unwrap();
    let rows = async |database: &_| Table::begin(database, TransactionMode::ReadOnly)?.after(0.0).await;
    let rows = Connection::default().run(rows).await.unwrap();
    assert_eq!(rows.entries, [None], "and nothing else");
}

#[wasm_bindgen_test]
async fn a_long_log_is_read_in_order() {
    let mut store = empty_store().await;
    let entries: Vec<Entry> = (0..25_000).map(|nth| view(nth, nth as f64)).collect();
    store.append(&entries).await.unwrap();
    assert!(LogStore::open(true).load().await.unwrap() == entries);
}

#[wasm_bindgen_test]
async fn a_store_that_keeps_nothing_still_erases_what_an_earlier_visit_kept() {
    empty_store().await.append(&[view(1, 1.0)]).await.unwrap();
    LogStore::open(false).clear().await.unwrap();
    assert!(LogStore::open(true).load().await.unwrap().is_empty());
}
