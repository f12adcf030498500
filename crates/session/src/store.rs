//! Where the log is stored: IndexedDB in the browser, memory natively and in private mode. Must not know what an entry
//! means.

use super::log::Entry;

/// The log could not be read or written. The text is the browser's own, for people who look into it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(pub String);

/// What other pages have written since this one read the log.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreUpdate {
    /// The whole log, because more than its end has changed.
    Replaced(Vec<Entry>),
    /// Entries that were added at the end.
    Appended(Vec<Entry>),
}

/// A list of entries that outlives the page.
#[allow(async_fn_in_trait, reason = "one thread in the browser; natively the caller blocks")]
pub trait Store {
    /// Adds these entries at the end: all of them, or none. `Ok` means that they are on disk. Returns the entries that
    /// other pages have added since the last read, which come before these, as far as the store knows them.
    async fn append(&mut self, entries: &[Entry]) -> Result<Vec<Entry>, StoreError>;
    /// All entries that this version can read, oldest first.
    async fn load(&mut self) -> Result<Vec<Entry>, StoreError>;
    /// What has changed since the log was last read.
    async fn updates(&mut self) -> Result<StoreUpdate, StoreError> {
        self.load().await.map(StoreUpdate::Replaced)
    }
    /// Replaces all entries by what `change` returns for them, and returns that. It is one transaction: what another
    /// page writes comes before or after it, and a failure changes nothing. Entries that this version cannot read are
    /// kept.
    async fn change(&mut self, change: &dyn Fn(&[Entry]) -> Vec<Entry>) -> Result<Vec<Entry>, StoreError>;
    /// Removes all entries.
    async fn clear(&mut self) -> Result<(), StoreError>;
    /// Removes what is only in memory, because another tab has cleared what is stored.
    fn forget_memory(&mut self) {}
}

/// How to turn `before` into `after`: the indexes in `before` of the entries to remove, and how many entries of `after`
/// are left then. The rest of `after` is to be added at the end.
pub fn difference<T: PartialEq>(before: &[T], after: &[T]) -> (Vec<usize>, usize) {
    let mut kept = 0;
    let mut removed = Vec::new();
    for (index, entry) in before.iter().enumerate() {
        match after.get(kept) == Some(entry) {
            true => kept += 1,
            false => removed.push(index),
        }
    }
    (removed, kept)
}

/// A store in memory.
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
        fn a_difference_turns_one_list_into_the_other(
            before in prop::collection::vec(0u8..6, 0..20),
            after in prop::collection::vec(0u8..6, 0..20),
        ) {
            let (removed, kept) = difference(&before, &after);
            let left = before.iter().enumerate().filter(|(index, _)| !removed.contains(index));
            let mut result: Vec<u8> = left.map(|(_, entry)| *entry).collect();
            result.extend(&after[kept..]);
            prop_assert_eq!(result, after);
        }

        #[test]
        fn removing_an_entry_rewrites_no_other(
            before in prop::collection::vec(any::<bool>(), 0..20),
            removed in 0usize..20,
        ) {
            let mut after = before.clone();
            if removed < after.len() {
                after.remove(removed);
            }
            prop_assert_eq!(difference(&before, &after).1, after.len());
        }
    }
}
