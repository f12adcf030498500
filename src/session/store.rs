//! Where the log is kept: the second seam. IndexedDB in the browser, memory natively and in private mode.
//!
//! Must not know what an entry means.

use super::log::Entry;

/// The log could not be read or written; the message says why, for people who look into it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// A list that survives the page.
#[allow(async_fn_in_trait)] // one thread in the browser; natively the caller blocks
pub trait Store {
    /// Adds one entry at the end.
    async fn append(&mut self, entry: &Entry) -> Result<(), StoreError>;
    /// All entries, oldest first.
    async fn load(&mut self) -> Result<Vec<Entry>, StoreError>;
    /// Puts `entries` in the place of all that is stored: all of it, or none.
    async fn replace(&mut self, entries: &[Entry]) -> Result<(), StoreError>;
    /// Removes everything.
    async fn clear(&mut self) -> Result<(), StoreError>;
}

/// Keeps the log as long as it lives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemoryStore {
    pub entries: Vec<Entry>,
}

impl Store for MemoryStore {
    async fn append(&mut self, entry: &Entry) -> Result<(), StoreError> {
        self.entries.push(entry.clone());
        Ok(())
    }

    async fn load(&mut self) -> Result<Vec<Entry>, StoreError> {
        Ok(self.entries.clone())
    }

    async fn replace(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        self.entries = entries.to_vec();
        Ok(())
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        self.entries.clear();
        Ok(())
    }
}
