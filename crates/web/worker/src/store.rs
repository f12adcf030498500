//! The visitor's log in IndexedDB: one object store, keys that ascend, entries as plain objects.
//!
//! ```text
//! database "nearmind", version 1
//!   log: 1 -> {kind: "event", name, item?, text?, timeMs} | {kind: "undo", item, name, timeMs},
//!        2 -> {kind: "interest", about, name?, muted, timeMs}, ...
//! ```
//! An entry of a later version, or one that was damaged, stays in its place and is passed over. Must not know what an
//! entry means.

mod connection; // to the database
mod table; //      the log in it, within one transaction

use idb::{Factory, TransactionMode};

use connection::{Connection, why};
use nearmind_session::{Entry, MemoryStore, Store, StoreError, StoreUpdate, difference};
use table::{Rows, Table};

/// Where this visit's log is kept.
pub enum LogStore {
    Stored {
        connection: Connection,
        known: Option<Known>,
    },
    /// The page wants nothing to be stored, or this browser has no IndexedDB: then `load` says why, and the session tells
    /// the visitor.
    Memory(MemoryStore, Option<StoreError>),
}

/// What the session has of the stored log: all of it up to a key. Keys only ascend, so that as long as there are as many
/// entries up to it, they are the same ones.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Known {
    last: f64,
    count: u32,
}

impl Known {
    fn with(self, rows: &Rows) -> Self {
        Self { last: rows.keys.last().copied().unwrap_or(self.last), count: self.count + rows.keys.len() as u32 }
    }

    /// What was stored since; `None` where something before it was erased.
    async fn news(self, log: &Table) -> Result<Option<Rows>, StoreError> {
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
        let absent = persist.then(|| Factory::new().map(drop).map_err(why));
        match absent {
            Some(Ok(())) => Self::Stored { connection: Connection::default(), known: None },
            Some(Err(absent)) => Self::Memory(MemoryStore::default(), Some(absent)),
            None => Self::Memory(MemoryStore::default(), None),
        }
    }
}

impl Store for LogStore {
    async fn append(&mut self, entries: &[Entry]) -> Result<Vec<Entry>, StoreError> {
        let (connection, known) = match self {
            Self::Memory(memory, _) => return memory.append(entries).await,
            Self::Stored { connection, known } => (connection, known),
        };
        let before = *known;
        let append = async |database: &_| {
            let log = Table::begin(database, TransactionMode::ReadWrite)?;
            let news = match before {
                Some(known) => known.news(&log).await?,
                None => None,
            };
            let last = log.add(entries).await?;
            log.commit().await?;
            Ok((news, last))
        };
        let (news, last) = match connection.run_once(append).await {
            Ok(appended) => appended,
            // The connection may have been closed by the browser, or the entries written all the same.
            Err(_) => {
                let with = |stored: &[Entry]| {
                    let missing = entries.iter().filter(|entry| !stored.contains(entry));
                    stored.iter().chain(missing).cloned().collect()
                };
                return self.change(&with).await.map(|_| Vec::new());
            }
        };
        *known = match (before, &news, last) {
            (Some(before), Some(rows), Some(last)) => {
                Some(Known { last, count: before.with(rows).count + entries.len() as u32 })
            }
            _ => None,
        };
        Ok(news.map(readable).unwrap_or_default())
    }

    async fn load(&mut self) -> Result<Vec<Entry>, StoreError> {
        let (connection, known) = match self {
            Self::Memory(memory, absent) => {
                return match absent.take() {
                    Some(absent) => Err(absent),
                    None => memory.load().await,
                };
            }
            Self::Stored { connection, known } => (connection, known),
        };
        let load = async |database: &_| Table::begin(database, TransactionMode::ReadOnly)?.after(0.0).await;
        let rows = connection.run(load).await?;
        *known = Some(Known::default().with(&rows));
        Ok(readable(rows))
    }

    async fn updates(&mut self) -> Result<StoreUpdate, StoreError> {
        if let Self::Stored { connection, known } = self
            && let Some(before) = *known
        {
            let news = async |database: &_| before.news(&Table::begin(database, TransactionMode::ReadOnly)?).await;
            if let Some(rows) = connection.run(news).await? {
                *known = Some(before.with(&rows));
                return Ok(StoreUpdate::Appended(readable(rows)));
            }
        }
        self.load().await.map(StoreUpdate::Replaced)
    }

    async fn change(&mut self, change: &dyn Fn(&[Entry]) -> Vec<Entry>) -> Result<Vec<Entry>, StoreError> {
        let (connection, known) = match self {
            Self::Memory(memory, _) => return memory.change(change).await,
            Self::Stored { connection, known } => (connection, known),
        };
        let rewrite = async |database: &_| {
            let log = Table::begin(database, TransactionMode::ReadWrite)?;
            let Rows { keys, entries } = log.after(0.0).await?;
            let (keys, stored): (Vec<f64>, Vec<Entry>) =
                keys.into_iter().zip(entries).filter_map(|(key, entry)| Some((key, entry?))).unzip();
            let changed = change(&stored);
            let (gone, kept) = difference(&stored, &changed);
            log.remove(gone.into_iter().map(|row| keys[row]))?;
            log.add(&changed[kept..]).await?;
            log.commit().await?;
            Ok(changed)
        };
        *known = None;
        connection.run(rewrite).await
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        let clear = async |database: &_| {
            let log = Table::begin(database, TransactionMode::ReadWrite)?;
            log.clear()?;
            log.commit().await
        };
        match self {
            // An earlier visit may have stored something, which is to be forgotten, too.
            Self::Memory(memory, _) => {
                memory.clear().await?;
                match Factory::new() {
                    Ok(_) => Connection::default().run(clear).await,
                    Err(_) => Ok(()),
                }
            }
            Self::Stored { connection, known } => {
                connection.run(clear).await?;
                *known = Some(Known::default());
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
