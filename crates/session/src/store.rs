//! Where the log is kept: the second seam. IndexedDB in the browser, memory natively and in private mode.
//!
//! Must not know what an entry means.

use super::log::Entry;

/// The log could not be read or written; the message says why, for people who look into it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// What other pages have written.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The log is another one than before.
    All(Vec<Entry>),
    /// Entries were added at the end.
    Added(Vec<Entry>),
}

/// A list that survives the page.
#[allow(async_fn_in_trait, reason = "one thread in the browser; natively the caller blocks")]
pub trait Store {
    /// Adds these entries at the end: all of them, or none. `Ok` means that they are on disk. A store that can tell gives
    /// back what other pages have added since it was read; it stands before them.
    async fn append(&mut self, entries: &[Entry]) -> Result<Vec<Entry>, StoreError>;
    /// All entries that this version can read, oldest first.
    async fn load(&mut self) -> Result<Vec<Entry>, StoreError>;
    /// What has changed since the log was read.
    async fn news(&mut self) -> Result<News, StoreError> {
        self.load().await.map(News::All)
    }
    /// Reads all entries, stores what `change` makes of them instead, and returns that. One transaction: whatever another
    /// page writes comes before it or after it, and a failure changes nothing. Entries that this version cannot read are
    /// kept as they are.
    async fn change(&mut self, change: &dyn Fn(&[Entry]) -> Vec<Entry>) -> Result<Vec<Entry>, StoreError>;
    /// Removes everything.
    async fn clear(&mut self) -> Result<(), StoreError>;
    /// Removes what is in memory alone: another tab has cleared what is stored.
    fn forget_memory(&mut self) {}
}

/// How one list becomes another by taking some away and adding others at the end: the places of those to take away, and
/// how many of `changed` are kept.
pub fn difference<T: PartialEq>(known: &[T], changed: &[T]) -> (Vec<usize>, usize) {
    let mut kept = 0;
    let mut gone = Vec::new();
    for (place, entry) in known.iter().enumerate() {
        match changed.get(kept) == Some(entry) {
            true => kept += 1,
            false => gone.push(place),
        }
    }
    (gone, kept)
}

/// Keeps the log as long as it lives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemoryStore {
    /// All entries, oldest first.
    pub entries: Vec<Entry>,
}

impl Store for MemoryStore {
    async fn append(&mut self, entries: &[Entry]) -> Result<Vec<Entry>, StoreError> {
        self.entries.extend_from_slice(entries);
        Ok(Vec::new())
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

    fn forget_memory(&mut self) {
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_difference_makes_one_list_of_the_other(
            known in prop::collection::vec(0u8..6, 0..20),
            changed in prop::collection::vec(0u8..6, 0..20),
        ) {
            let (gone, kept) = difference(&known, &changed);
            let mut made: Vec<u8> =
                known.iter().enumerate().filter(|(place, _)| !gone.contains(place)).map(|(_, entry)| *entry).collect();
            made.extend(&changed[kept..]);
            prop_assert_eq!(made, changed);
        }

        #[test]
        fn what_is_only_shorter_is_not_written_again(
            known in prop::collection::vec(any::<bool>(), 0..20),
            gone in 0usize..20,
        ) {
            let mut changed = known.clone();
            if gone < changed.len() {
                changed.remove(gone);
            }
            prop_assert_eq!(difference(&known, &changed).1, changed.len());
        }
    }
}
