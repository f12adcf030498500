//! The log's object store within one transaction: entries by ascending keys. Must not know why they are read.

use idb::{Database, KeyRange, ObjectStore, Query, Transaction, TransactionMode};
use js_sys::{Array, JSON};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use super::connection::{LOG, answer, store_error};
use nearmind_session::{Entry, StoreError};

/// Entries read by one request.
const ENTRIES_PER_REQUEST: usize = 10_000;

pub struct Table {
    transaction: Transaction,
    log: ObjectStore,
}

/// Stored entries by ascending keys; `None` is an entry of a later version, or a damaged one.
#[derive(Default)]
pub struct Rows {
    pub keys: Vec<f64>,
    pub entries: Vec<Option<Entry>>,
}

impl Table {
    pub fn begin(database: &Database, mode: TransactionMode) -> Result<Self, StoreError> {
        let transaction = database.transaction(&[LOG], mode).map_err(store_error)?;
        let log = transaction.object_store(LOG).map_err(store_error)?;
        Ok(Self { transaction, log })
    }

    /// The number of entries up to a key.
    pub async fn count_to(&self, key: f64) -> Result<u32, StoreError> {
        let range = KeyRange::upper_bound(&key.into(), None).map_err(store_error)?;
        answer(self.log.count(Some(range.into())).map_err(store_error)?).await
    }

    /// All entries after a key. While one part is decoded, the browser already reads the next.
    pub async fn after(&self, key: f64) -> Result<Rows, StoreError> {
        let keys = answer(self.log.get_all_keys(Some(greater_than(key)?), None).map_err(store_error)?).await?;
        let keys: Vec<f64> = keys.iter().filter_map(JsValue::as_f64).collect();
        let request = |part: &[f64]| {
            let [first, last] = [part[0], part[part.len() - 1]].map(JsValue::from);
            let range = KeyRange::bound(&first, &last, None, None).map_err(store_error)?;
            self.log.get_all(Some(range.into()), None).map_err(store_error)
        };
        let mut entries = Vec::with_capacity(keys.len());
        let mut parts = keys.chunks(ENTRIES_PER_REQUEST);
        let mut next = parts.next().map(request).transpose()?;
        while let Some(current) = next {
            next = parts.next().map(request).transpose()?;
            entries.extend(decode(&answer(current).await?));
        }
        Ok(Rows { keys, entries })
    }

    /// Adds entries and returns the key of the last one.
    pub async fn add(&self, entries: &[Entry]) -> Result<Option<f64>, StoreError> {
        let mut last = None;
        for entry in entries {
            let value = entry.serialize(&Serializer::json_compatible()).map_err(store_error)?;
            // A request that fails makes the transaction fail.
            last = Some(self.log.add(&value, None).map_err(store_error)?);
        }
        match last {
            Some(last) => Ok(answer(last).await?.as_f64()),
            None => Ok(None),
        }
    }

    pub fn remove(&self, keys: impl Iterator<Item = f64>) -> Result<(), StoreError> {
        for key in keys {
            self.log.delete(Query::from(JsValue::from(key))).map_err(store_error)?;
        }
        Ok(())
    }

    pub fn clear(&self) -> Result<(), StoreError> {
        self.log.clear().map(drop).map_err(store_error)
    }

    /// Returns when everything is on disk.
    pub async fn commit(self) -> Result<(), StoreError> {
        answer(self.transaction.commit().map_err(store_error)?).await.map(drop)
    }
}

fn greater_than(key: f64) -> Result<Query, StoreError> {
    Ok(KeyRange::lower_bound(&key.into(), Some(true)).map_err(store_error)?.into())
}

/// Decodes values by way of JSON, which is quicker than field by field; one by one if any of them cannot be decoded.
fn decode(values: &[JsValue]) -> Vec<Option<Entry>> {
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
