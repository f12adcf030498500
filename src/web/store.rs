//! The visitor's log in IndexedDB: one object store, keys that ascend, entries as plain objects.
//!
//! ```text
//! database "nearmind", version 1
//!   log: 1 -> {kind: "event", name, item?, text?, timeMs} | {kind: "undo", item, name, timeMs},
//!        2 -> {kind: "interest", about, name?, muted, timeMs}, ...
//! ```
//! An entry of a later version, or one that was damaged, stays in its place and is passed over. A connection that the
//! browser has closed is opened again. Must not know what an entry means.

use idb::{Database, DatabaseEvent, Factory, ObjectStore, ObjectStoreParams, Transaction, TransactionMode};
use js_sys::Reflect;
use serde::Serialize;
use serde_wasm_bindgen::{Serializer, from_value};
use wasm_bindgen::JsValue;

use crate::session::{Entry, MemoryStore, Store, StoreError};

const DATABASE: &str = "nearmind";
const LOG: &str = "log";

/// Where this visit's log is kept.
pub enum LogStore {
    /// The connection, while there is one.
    Stored(Option<Database>),
    /// The page wants nothing to be stored, or this browser has no IndexedDB: then `load` says why, and the session tells
    /// the visitor.
    Memory(MemoryStore, Option<StoreError>),
}

impl LogStore {
    pub fn open(persist: bool) -> Self {
        let absent = persist.then(|| Factory::new().map(drop).map_err(why));
        match absent {
            Some(Ok(())) => Self::Stored(None),
            Some(Err(absent)) => Self::Memory(MemoryStore::default(), Some(absent)),
            None => Self::Memory(MemoryStore::default(), None),
        }
    }
}

/// Does the work on a connection; where that fails, once more on a new one.
async fn on_database<T>(
    connection: &mut Option<Database>,
    work: impl AsyncFn(&Database) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if let Some(database) = connection {
        match work(database).await {
            Ok(done) => return Ok(done),
            Err(_) => *connection = None,
        }
    }
    let database = connection.insert(database().await?);
    work(database).await
}

async fn database() -> Result<Database, StoreError> {
    let mut opening = Factory::new().map_err(why)?.open(DATABASE, Some(1)).map_err(why)?;
    opening.on_upgrade_needed(|event| {
        let mut params = ObjectStoreParams::new();
        params.auto_increment(true);
        // A failure here makes the opening fail, and its reason is told there.
        event.database().and_then(|database| database.create_object_store(LOG, params)).ok();
    });
    opening.await.map_err(why)
}

fn begin(database: &Database, mode: TransactionMode) -> Result<(Transaction, ObjectStore), StoreError> {
    let transaction = database.transaction(&[LOG], mode).map_err(why)?;
    let log = transaction.object_store(LOG).map_err(why)?;
    Ok((transaction, log))
}

async fn values(log: &ObjectStore) -> Result<Vec<JsValue>, StoreError> {
    log.get_all(None, None).map_err(why)?.await.map_err(why)
}

async fn add(log: &ObjectStore, value: &JsValue) -> Result<(), StoreError> {
    log.add(value, None).map_err(why)?.await.map_err(why)?;
    Ok(())
}

fn to_value(entry: &Entry) -> Result<JsValue, StoreError> {
    entry.serialize(&Serializer::json_compatible()).map_err(why)
}

fn read(value: &JsValue) -> Option<Entry> {
    from_value(value.clone()).ok()
}

impl Store for LogStore {
    async fn append(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        let connection = match self {
            Self::Memory(memory, _) => return memory.append(entries).await,
            Self::Stored(connection) => connection,
        };
        on_database(connection, async |database| {
            let (transaction, log) = begin(database, TransactionMode::ReadWrite)?;
            for entry in entries {
                add(&log, &to_value(entry)?).await?;
            }
            transaction.commit().map_err(why)?.await.map_err(why)?;
            Ok(())
        })
        .await
    }

    async fn load(&mut self) -> Result<Vec<Entry>, StoreError> {
        let connection = match self {
            Self::Memory(memory, absent) => {
                return match absent.take() {
                    Some(absent) => Err(absent),
                    None => memory.load().await,
                };
            }
            Self::Stored(connection) => connection,
        };
        on_database(connection, async |database| {
            let (_, log) = begin(database, TransactionMode::ReadOnly)?;
            Ok(values(&log).await?.iter().filter_map(read).collect())
        })
        .await
    }

    async fn change(&mut self, change: &dyn Fn(&[Entry]) -> Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        let connection = match self {
            Self::Memory(memory, _) => return memory.change(change).await,
            Self::Stored(connection) => connection,
        };
        on_database(connection, async |database| {
            let (transaction, log) = begin(database, TransactionMode::ReadWrite)?;
            let stored = values(&log).await?;
            let (mut known, mut unknown) = (Vec::new(), Vec::new());
            for value in &stored {
                match read(value) {
                    Some(entry) => known.push(entry),
                    None => unknown.push(value),
                }
            }
            let changed = change(&known);
            if changed != known {
                log.clear().map_err(why)?.await.map_err(why)?;
                for value in in_order(&changed, &unknown)? {
                    add(&log, &value).await?;
                }
            }
            transaction.commit().map_err(why)?.await.map_err(why)?;
            Ok(changed)
        })
        .await
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        let mut none_yet = None;
        let connection = match self {
            // An earlier visit may have stored something, which is to be forgotten, too.
            Self::Memory(memory, _) => {
                memory.clear().await?;
                match Factory::new() {
                    Ok(_) => &mut none_yet,
                    Err(_) => return Ok(()),
                }
            }
            Self::Stored(connection) => connection,
        };
        on_database(connection, async |database| {
            let (transaction, log) = begin(database, TransactionMode::ReadWrite)?;
            log.clear().map_err(why)?.await.map_err(why)?;
            transaction.commit().map_err(why)?.await.map_err(why)?;
            Ok(())
        })
        .await
    }
}

/// The entries with those that cannot be read between them, where their time says; first, where they have none.
fn in_order(entries: &[Entry], unknown: &[&JsValue]) -> Result<Vec<JsValue>, StoreError> {
    let time_ms = |value: &JsValue| Reflect::get(value, &"timeMs".into()).ok().and_then(|time| time.as_f64());
    let mut values = Vec::with_capacity(entries.len() + unknown.len());
    let mut waiting = unknown.iter().peekable();
    for entry in entries {
        while let Some(value) = waiting.next_if(|value| time_ms(value).is_none_or(|time| time < entry.time_ms())) {
            values.push((*value).clone());
        }
        values.push(to_value(entry)?);
    }
    values.extend(waiting.map(|value| (*value).clone()));
    Ok(values)
}

fn why(error: impl std::fmt::Display) -> StoreError {
    StoreError(error.to_string())
}
