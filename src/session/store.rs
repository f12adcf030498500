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
    /// Adds these entries at the end: all of them, or none. `Ok` means that they are on disk.
    async fn append(&mut self, entries: &[Entry]) -> Result<(), StoreError>;
    /// All entries that this version can read, oldest first.
    async fn load(&mut self) -> Result<Vec<Entry>, StoreError>;
    /// Reads all entries, stores what `change` makes of them instead, and returns that. One transaction: whatever another
    /// page writes comes before it or after it, and a failure changes nothing. Entries that this version cannot read are
    /// kept as they are.
    async fn change(&mut self, change: &dyn Fn(&[Entry]) -> Vec<Entry>) -> Result<Vec<Entry>, StoreError>;
    /// Removes everything.
    async fn clear(&mut self) -> Result<(), StoreError>;
}

/// Keeps the log as long as it lives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemoryStore {
    pub entries: Vec<Entry>,
}

impl Store for MemoryStore {
    async fn append(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        self.entries.extend_from_slice(entries);
        Ok(())
    }

    async fn load(&mut self) -> Result<Vec<Entry>, StoreError> {
        Ok(self.entries.clone())
    }

    async fn change(&mut self, change: &dyn Fn(&[Entry]) -> Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        self.entries = change(&self.entries);
        Ok(self.entries.clone())
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        self.entries.clear();
        Ok(())
    }
}
