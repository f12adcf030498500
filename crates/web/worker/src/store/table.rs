//! The log's object store within one transaction: entries by ascending keys. Must not know which page asks, or why.

use idb::{Database, KeyRange, ObjectStore, Query, Transaction, TransactionMode};
use js_sys::{Array, JSON};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use super::connection::{LOG, answer, why};
use nearmind_session::{Entry, StoreError};

/// Entries that are read at once.
const PART: u32 = 10_000;

pub struct Table {
    transaction: Transaction,
    log: ObjectStore,
}

/// What is stored, by ascending keys; `None` is an entry of a later version, or one that was damaged.
#[derive(Default)]
pub struct Rows {
    pub keys: Vec<f64>,
    pub entries: Vec<Option<Entry>>,
}

impl Table {
    pub fn begin(database: &Database, mode: TransactionMode) -> Result<Self, StoreError> {
        let transaction = database.transaction(&[LOG], mode).map_err(why)?;
        let log = transaction.object_store(LOG).map_err(why)?;
        Ok(Self { transaction, log })
    }

    /// The number of entries up to a key.
    pub async fn count_to(&self, key: f64) -> Result<u32, StoreError> {
        let range = KeyRange::upper_bound(&key.into(), None).map_err(why)?;
        answer(self.log.count(Some(range.into())).map_err(why)?).await
    }

    /// All entries after a key.
    pub async fn after(&self, key: f64) -> Result<Rows, StoreError> {
        let keys = answer(self.log.get_all_keys(Some(behind(key)?), None).map_err(why)?).await?;
        let mut rows = Rows { keys: keys.iter().filter_map(JsValue::as_f64).collect(), entries: Vec::new() };
        let mut last = key;
        while rows.entries.len() < rows.keys.len() {
            let values = answer(self.log.get_all(Some(behind(last)?), Some(PART)).map_err(why)?).await?;
            if values.is_empty() {
                break;
            }
            rows.entries.extend(read(&values));
            last = rows.keys.get(rows.entries.len() - 1).copied().unwrap_or(f64::MAX);
        }
        Ok(rows)
    }

    /// Adds these, and gives the last one's key.
    pub async fn add(&self, entries: &[Entry]) -> Result<Option<f64>, StoreError> {
        let mut last = None;
        for entry in entries {
            let value = entry.serialize(&Serializer::json_compatible()).map_err(why)?;
            // One that fails makes the transaction fail.
            last = Some(self.log.add(&value, None).map_err(why)?);
        }
        match last {
            Some(last) => Ok(answer(last).await?.as_f64()),
            None => Ok(None),
        }
    }

    pub fn remove(&self, keys: impl Iterator<Item = f64>) -> Result<(), StoreError> {
        for key in keys {
            self.log.delete(Query::from(JsValue::from(key))).map_err(why)?;
        }
        Ok(())
    }

    pub fn clear(&self) -> Result<(), StoreError> {
        self.log.clear().map(drop).map_err(why)
    }

    /// Everything is on disk.
    pub async fn commit(self) -> Result<(), StoreError> {
        answer(self.transaction.commit().map_err(why)?).await.map(drop)
    }
}

fn behind(key: f64) -> Result<Query, StoreError> {
    Ok(KeyRange::lower_bound(&key.into(), Some(true)).map_err(why)?.into())
}

/// By way of JSON, which is quicker than reading field by field; entry by entry where one cannot be read.
fn read(values: &[JsValue]) -> Vec<Option<Entry>> {
    let one = |value: &JsValue| {
        let json = String::from(JSON::stringify(value).ok()?);
        serde_json::from_str(&json).ok()
    };
    let all = JSON::stringify(&values.iter().collect::<Array>()).map(String::from).unwrap_or_default();
    match serde_json::from_str::<Vec<Entry>>(&all) {
        Ok(entries) => entries.into_iter().map(Some).collect(),
        Err(_) => values.iter().map(one).collect(),
    }
}
