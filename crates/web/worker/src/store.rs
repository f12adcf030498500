//! The visitor's log in IndexedDB: one object store, keys that ascend, entries as plain objects.
//!
//! ```text
//! database "nearmind", version 1
//!   log: 1 -> {kind: "event", name, item?, text?, timeMs} | {kind: "undo", item, name, timeMs},
//!        2 -> {kind: "interest", about, name?, muted, timeMs}, ...
//! ```
//! An entry of a later version and a damaged one stay in their places and are skipped. Must not know what an entry means.

mod connection; // to the database
mod table; //      the log in it, within one transaction
#[cfg(test)]
mod tests;

use idb::{Factory, TransactionMode};

use connection::{Connection, store_error};
use nearmind_session::{Entry, MemoryStore, Store, StoreError, StoreUpdate, difference};
use table::{Rows, Table};

/// Where this visit's log is kept.
pub enum LogStore {
    Stored {
        connection: Connection,
        position: Option<ReadPosition>,
    },
    /// The page wants nothing stored, or this browser has no IndexedDB. In the second case the first `load` returns the
    /// error, so that the session can tell the visitor.
    Memory(MemoryStore, Option<StoreError>),
}

/// How far the session has read the stored log. Keys only ascend: as long as the number of entries up to `last` is
/// `count`, they are the entries that were read.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ReadPosition {
    last: f64,
    count: u32,
}

impl ReadPosition {
    fn after(self, rows: &Rows) -> Self {
        Self { last: rows.keys.last().copied().unwrap_or(self.last), count: self.count + rows.keys.len() as u32 }
    }

    /// The rows added after this position; `None` if an entry before it was erased.
    async fn rows_added(self, log: &Table) -> Result<Option<Rows>, StoreError> {
        match log.count_to(self.last).await? == self.count {
            true => log.after(self.last).await.map(Some),
            false => Ok(None),
        }
    }
}

fn readable(rows: Rows) -> Vec<Entry> {
    rows.entries.into_iter().flatten().collect()
}

impl LogStore {
    pub fn open(persist: bool) -> Self {
        let absent = persist.then(|| Factory::new().map(drop).map_err(store_error));
        match absent {
            Some(Ok(())) => Self::Stored { connection: Connection::default(), position: None },
            Some(Err(absent)) => Self::Memory(MemoryStore::default(), Some(absent)),
            None => Self::Memory(MemoryStore::default(), None),
        }
    }
}

impl Store for LogStore {
    async fn append(&mut self, entries: &[Entry]) -> Result<Vec<Entry>, StoreError> {
        let (connection, position) = match self {
            Self::Memory(memory, _) => return memory.append(entries).await,
            Self::Stored { connection, position } => (connection, position),
        };
        let before = *position;
        let append = async |database: &_| {
            let log = Table::begin(database, TransactionMode::ReadWrite)?;
            let added = match before {
                Some(position) => position.rows_added(&log).await?,
                None => None,
            };
            let last = log.add(entries).await?;
            log.commit().await?;
            Ok((added, last))
        };
        let (added, last) = match connection.run_once(append).await {
            Ok(appended) => appended,
            // The browser may have closed the connection, and the entries may have been written all the same: add those
            // that are missing.
            Err(_) => {
                let with = |stored: &[Entry]| {
                    let missing = entries.iter().filter(|entry| !stored.contains(entry));
                    stored.iter().chain(missing).cloned().collect()
                };
                return self.change(&with).await.map(|_| Vec::new());
            }
        };
        *position = match (before, &added, last) {
            (Some(before), Some(rows), Some(last)) => {
                Some(ReadPosition { last, count: before.after(rows).count + entries.len() as u32 })
            }
            _ => None,
        };
        Ok(added.map(readable).unwrap_or_default())
    }

    async fn load(&mut self) -> Result<Vec<Entry>, StoreError> {
        let (connection, position) = match self {
            Self::Memory(memory, absent) => {
                return match absent.take() {
                    Some(absent) => Err(absent),
                    None => memory.load().await,
                };
            }
            Self::Stored { connection, position } => (connection, position),
        };
        let load = async |database: &_| Table::begin(database, TransactionMode::ReadOnly)?.after(0.0).await;
        let rows = connection.run(load).await?;
        *position = Some(ReadPosition::default().after(&rows));
        Ok(readable(rows))
    }

    async fn updates(&mut self) -> Result<StoreUpdate, StoreError> {
        if let Self::Stored { connection, position } = self
            && let Some(before) = *position
        {
            let rows_added =
                async |database: &_| before.rows_added(&Table::begin(database, TransactionMode::ReadOnly)?).await;
            if let Some(rows) = connection.run(rows_added).await? {
                *position = Some(before.after(&rows));
                return Ok(StoreUpdate::Appended(readable(rows)));
            }
        }
        self.load().await.map(StoreUpdate::Replaced)
    }

    async fn change(&mut self, change: &dyn Fn(&[Entry]) -> Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        let (connection, position) = match self {
            Self::Memory(memory, _) => return memory.change(change).await,
            Self::Stored { connection, position } => (connection, position),
        };
        let rewrite = async |database: &_| {
            let log = Table::begin(database, TransactionMode::ReadWrite)?;
            let Rows { keys, entries } = log.after(0.0).await?;
            let (keys, stored): (Vec<f64>, Vec<Entry>) =
                keys.into_iter().zip(entries).filter_map(|(key, entry)| Some((key, entry?))).unzip();
            let changed = change(&stored);
            let (removed, kept) = difference(&stored, &changed);
            log.remove(removed.into_iter().map(|row| keys[row]))?;
            log.add(&changed[kept..]).await?;
            log.commit().await?;
            Ok(changed)
        };
        *position = None;
        connection.run(rewrite).await
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        let clear = async |database: &_| {
            let log = Table::begin(database, TransactionMode::ReadWrite)?;
            log.clear()?;
            log.commit().await
        };
        match self {
            // An earlier visit may have stored a log: erase that, too.
            Self::Memory(memory, _) => {
                memory.clear().await?;
                match Factory::new() {
                    Ok(_) => Connection::default().run(clear).await,
                    Err(_) => Ok(()),
                }
            }
            Self::Stored { connection, position } => {
                connection.run(clear).await?;
                *position = Some(ReadPosition::default());
                Ok(())
            }
        }
    }

    fn forget_memory(&mut self) {
        if let Self::Memory(memory, _) = self {
            memory.forget_memory();
        }
    }
}
