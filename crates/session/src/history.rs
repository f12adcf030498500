//! The commands that change the log, and so all that is derived from it.
//!
//! Other pages of the shop write to the same store; the log here is what this page knows of it. An entry that cannot be
//! stored counts until the page is left, and is stored together with a later one.

use std::cell::Cell;

use super::{
    Session,
    log::{Entry, Log, Topic},
    portable,
    problem::SessionError,
    store::{Store, StoreError, StoreUpdate},
};
use nearmind_core::{
    profile::{Event, EventName, History},
    protocol::{Update, VERSION},
};
use nearmind_encoder::TextModel;

impl<M: TextModel, S: Store> Session<M, S> {
    pub(super) async fn open(&mut self, version: u32) -> Vec<Update> {
        if version != VERSION {
            return vec![SessionError::Version.update("")];
        }
        self.read_log().await
    }

    /// Reads the whole log from the store: another tab may have written to it.
    pub(super) async fn read_log(&mut self) -> Vec<Update> {
        match self.store.load().await {
            Ok(entries) => {
                let mut updates = self.replace_log(&entries).await;
                updates.extend(self.drop_old_texts().await);
                updates
            }
            Err(error) => self.store_failed(&error),
        }
    }

    pub(super) async fn track(&mut self, event: Event) -> Vec<Update> {
        let event = event.sanitized(self.now_ms);
        event.item.iter().for_each(|id| self.named.track(id));
        // A page that was left before the answer came has the next page deliver the event again.
        if self.log.has_event(&event) {
            return self.save().await;
        }
        self.record(Entry::Event(event)).await
    }

    pub(super) async fn undo(&mut self, item: String, name: EventName) -> Vec<Update> {
        // The page may have used another id of the same item.
        let row = |id: &str| self.catalog.as_ref().and_then(|catalog| catalog.row(id));
        let (same, events) = (row(&item), self.log.events().iter().rev());
        let mut ids = events.filter(|event| event.name == name).filter_map(|event| event.item.as_ref());
        let Some(item) = ids.find(|&id| *id == item || (same.is_some() && row(id) == same)).cloned() else {
            return Vec::new();
        };
        self.record(Entry::Undo { item, name, time_ms: self.now_ms }).await
    }

    /// Unlearns one event: the log becomes the one that never had it.
    pub(super) async fn delete(&mut self, event: Event) -> Vec<Update> {
        let event = event.sanitized(self.now_ms);
        self.rewrite(|log| log.without(&event)).await
    }

    /// Mutes or unmutes an event. Does nothing where the log has no such event or it is in that state already.
    pub(super) async fn mute(&mut self, event: Event, muted: bool) -> Vec<Update> {
        let event = event.sanitized(self.now_ms);
        let changes = self.log.lines().any(|(own, was)| *own == event && was != muted);
        if !changes {
            return Vec::new();
        }
        self.record(Entry::Mute { event, muted, time_ms: self.now_ms }).await
    }

    /// Sets how many days typed texts are kept; 0: until the visitor deletes them.
    pub(super) async fn keep_texts(&mut self, days: u32) -> Vec<Update> {
        if days == self.log.text_days() {
            return Vec::new();
        }
        let mut updates = self.record(Entry::KeepTexts { days, time_ms: self.now_ms }).await;
        updates.extend(self.drop_old_texts().await);
        updates
    }

    /// Deletes the typed texts that are older than texts are kept.
    async fn drop_old_texts(&mut self) -> Vec<Update> {
        let now_ms = self.now_ms;
        match self.log.has_old_texts(now_ms) {
            true => self.rewrite(|log| log.without_old_texts(now_ms)).await,
            false => Vec::new(),
        }
    }

    pub(super) async fn delete_interest(&mut self, interest: &str) -> Vec<Update> {
        match self.topics_of(interest) {
            Some(topics) => self.rewrite(|log| log.without_topics(&topics)).await,
            None => Vec::new(),
        }
    }

    /// Mutes, unmutes or names an interest. Does nothing where there is no such interest.
    pub(super) async fn mark(
        &mut self,
        interest: &str,
        muted: impl Fn(bool) -> bool,
        name: Option<String>,
    ) -> Vec<Update> {
        let Some(about) = self.topics_of(interest) else { return Vec::new() };
        let was = self.log.mark(&about);
        let name = name.map_or_else(|| was.name.to_owned(), |name| name.trim().chars().take(MOST_LETTERS).collect());
        let entry = Entry::Interest { muted: muted(was.muted), name, about, time_ms: self.now_ms };
        self.record(entry).await
    }

    /// Adds the entries that another device exported. Text that is not a valid export changes nothing.
    pub(super) async fn import(&mut self, profile: &str) -> Vec<Update> {
        let entries = match portable::import(profile) {
            Ok(entries) => entries,
            Err(why) => return vec![SessionError::Import.update(&why)],
        };
        let new_events = Cell::new(None);
        let updates = self.rewrite(|log| {
            let (both, new) = log.merge(&entries);
            new_events.set(Some(new));
            both
        });
        let mut updates = updates.await;
        // An error among the updates means that nothing was imported.
        if let Some(events) =
            new_events.get().filter(|_| !updates.iter().any(|update| matches!(update, Update::Error(_))))
        {
            updates.insert(0, Update::Imported { events });
        }
        updates
    }

    pub(super) async fn forget(&mut self) -> Vec<Update> {
        self.log = Log::default();
        self.unsaved.clear();
        self.rebuild();
        let mut updates = vec![match self.store.clear().await {
            Ok(()) => Update::Forgotten,
            Err(error) => SessionError::Forget.update(&error.0),
        }];
        updates.extend(self.rank_all().await);
        updates
    }

    /// Reads the log again, because another tab has written to it or has erased everything.
    pub(super) async fn reload(&mut self, forgotten: bool) -> Vec<Update> {
        if forgotten {
            self.unsaved.clear();
            self.store.forget_memory();
            return self.read_log().await;
        }
        match self.store.updates().await {
            Ok(StoreUpdate::Replaced(entries)) => self.replace_log(&entries).await,
            Ok(StoreUpdate::Appended(entries)) => self.append_stored(&entries).await,
            Err(error) => self.store_failed(&error),
        }
    }

    /// Takes the whole stored log in place of the present one.
    async fn replace_log(&mut self, stored: &[Entry]) -> Vec<Update> {
        self.log = Log::replay(&[stored, &self.unsaved].concat());
        self.rebuild();
        self.rank_all().await
    }

    /// Adds what another page has stored, before the entries that are not stored yet.
    async fn append_stored(&mut self, added: &[Entry]) -> Vec<Update> {
        if added.is_empty() {
            return Vec::new();
        }
        let entries = self.log.entries();
        let stored = &entries[..entries.len() - self.unsaved.len()];
        self.log = Log::replay(&[stored, added, &self.unsaved].concat());
        self.rebuild();
        self.rank_all().await
    }

    /// Returns the error for the page, and keeps the log in memory from now on.
    fn store_failed(&mut self, error: &StoreError) -> Vec<Update> {
        self.store_failing = true;
        vec![SessionError::Store.update(&error.0)]
    }

    /// Adds an entry to the log, ranks again, and stores the entry if that is possible.
    async fn record(&mut self, entry: Entry) -> Vec<Update> {
        self.log.push(&entry);
        let catalog = self.catalog.as_ref();
        let row_of = |id: &str| catalog.and_then(|catalog| catalog.row(id));
        match &entry {
            Entry::Event(event) => self.history.push(event, row_of),
            Entry::Undo { .. } | Entry::Mute { .. } => self.history = History::from_log(self.log.events(), row_of),
            Entry::Interest { .. } | Entry::KeepTexts { .. } => {}
        }
        self.unsaved.push(entry);
        let mut updates = self.rank_all().await;
        updates.extend(self.save().await);
        updates
    }

    /// Stores the entries that are not stored yet. Reports how many are left, and the first time also why.
    async fn save(&mut self) -> Vec<Update> {
        if self.unsaved.is_empty() {
            return Vec::new();
        }
        let saved = match self.store_failing {
            // The store may be readable again, and the last attempt may have reached the disk after all.
            true => self.change(Log::clone).await,
            false => match self.store.append(&self.unsaved).await {
                Ok(added) => {
                    let updates = self.append_stored(&added).await;
                    self.unsaved.clear();
                    Ok(updates)
                }
                Err(error) => Err(error),
            },
        };
        saved.unwrap_or_else(|error| {
            let first = !std::mem::replace(&mut self.store_failing, true);
            let why = first.then(|| SessionError::Store.update(&error.0));
            why.into_iter().chain([Update::Unsaved { entries: self.unsaved.len() }]).collect()
        })
    }

    /// As [`Session::change`], with an update that says why a change could not be stored.
    async fn rewrite(&mut self, change: impl Fn(&Log) -> Log) -> Vec<Update> {
        self.change(change).await.unwrap_or_else(|error| vec![SessionError::Unchanged.update(&error.0)])
    }

    /// Changes the stored log, including what other pages have added since it was read and what is not stored yet, and
    /// rebuilds what is derived from it. On an error nothing has changed.
    async fn change(&mut self, change: impl Fn(&Log) -> Log) -> Result<Vec<Update>, StoreError> {
        let unsaved = self.unsaved.clone();
        let changed = |stored: &[Entry]| {
            let missing = unsaved.iter().filter(|entry| !stored.contains(entry)).cloned();
            let log = Log::replay(&stored.iter().cloned().chain(missing).collect::<Vec<_>>());
            change(&log).entries().to_vec()
        };
        let entries = self.store.change(&changed).await?;
        let mut updates = Vec::new();
        self.unsaved.clear();
        if std::mem::take(&mut self.store_failing) {
            updates.push(Update::Unsaved { entries: 0 });
        }
        let log = Log::replay(&entries);
        if log != self.log {
            self.log = log;
            self.rebuild();
            updates.extend(self.rank_all().await);
        }
        Ok(updates)
    }

    fn topics_of(&self, interest: &str) -> Option<Vec<Topic>> {
        let catalog = self.catalog.as_ref()?;
        self.interests()
            .into_iter()
            .map(|found| self.topics(catalog, &found))
            .find(|topics| topics.first().is_some_and(|leader| leader.id() == interest))
    }
}

/// Characters of a name that the visitor gives an interest.
const MOST_LETTERS: usize = 80;
