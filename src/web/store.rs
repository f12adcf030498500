//! The visitor's log in IndexedDB: one object store, keys that ascend, entries as plain objects.
//!
//! ```text
//! database "nearmind", version 1
//!   log: 1 -> {kind: "event", name, item?, text?, timeMs} | {kind: "undo", item, name, timeMs},
//!        2 -> {kind: "interest", about, name?, muted, timeMs}, ...
//! ```
//! Must not know what an entry means.

use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams, TransactionMode};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;

use crate::session::{Entry, MemoryStore, Store, StoreError};

const DATABASE: &str = "nearmind";
const LOG: &str = "log";

/// Where this visit's log is kept.
pub enum LogStore {
    Stored(Database),
    /// The page asked for it, or storage is denied: then `load` says why, and the session tells the visitor.
    Memory(MemoryStore, Option<StoreError>),
}

impl LogStore {
    pub async fn open(persist: bool) -> Self {
        if !persist {
            return Self::Memory(MemoryStore::default(), None);
        }
        match database().await {
            Ok(database) => Self::Stored(database),
            Err(denied) => Self::Memory(MemoryStore::default(), Some(denied)),
        }
    }
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

impl Store for LogStore {
    async fn append(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let database = match self {
            Self::Memory(memory, _) => return memory.append(entry).await,
            Self::Stored(database) => database,
        };
        let entry = entry.serialize(&Serializer::json_compatible()).map_err(why)?;
        let change = database.transaction(&[LOG], TransactionMode::ReadWrite).map_err(why)?;
        change.object_store(LOG).map_err(why)?.add(&entry, None).map_err(why)?.await.map_err(why)?;
        change.commit().map_err(why)?.await.map_err(why)?;
        Ok(())
    }

    async fn load(&mut self) -> Result<Vec<Entry>, StoreError> {
        let database = match self {
            Self::Memory(memory, denied) => {
                return match denied.take() {
                    Some(denied) => Err(denied),
                    None => memory.load().await,
                };
            }
            Self::Stored(database) => database,
        };
        let reading = database.transaction(&[LOG], TransactionMode::ReadOnly).map_err(why)?;
        let entries = reading.object_store(LOG).map_err(why)?.get_all(None, None).map_err(why)?.await.map_err(why)?;
        entries.into_iter().map(|entry| serde_wasm_bindgen::from_value(entry).map_err(why)).collect()
    }

    /// In one transaction: a page that is closed meanwhile leaves the old log.
    async fn replace(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        let database = match self {
            Self::Memory(memory, _) => return memory.replace(entries).await,
            Self::Stored(database) => database,
        };
        let change = database.transaction(&[LOG], TransactionMode::ReadWrite).map_err(why)?;
        let log = change.object_store(LOG).map_err(why)?;
        log.clear().map_err(why)?.await.map_err(why)?;
        for entry in entries {
            let entry = entry.serialize(&Serializer::json_compatible()).map_err(why)?;
            log.add(&entry, None).map_err(why)?.await.map_err(why)?;
        }
        change.commit().map_err(why)?.await.map_err(why)?;
        Ok(())
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        let database = match self {
            Self::Memory(memory, _) => return memory.clear().await,
            Self::Stored(database) => database,
        };
        let change = database.transaction(&[LOG], TransactionMode::ReadWrite).map_err(why)?;
        change.object_store(LOG).map_err(why)?.clear().map_err(why)?.await.map_err(why)?;
        change.commit().map_err(why)?.await.map_err(why)?;
        Ok(())
    }
}

fn why(error: impl std::fmt::Display) -> StoreError {
    StoreError(error.to_string())
}
