//! The commands that change the log, and with it everything that follows from it.
//!
//! Other pages of the shop write to the same store: the log here is what this page knows of it. An entry that cannot be
//! stored counts all the same, and is stored with the next one that can.

use std::cell::Cell;

use super::{
    Session,
    log::{Entry, Log, Topic},
    phrases::Trouble,
    portable,
    store::{News, Store, StoreError},
};
use nearmind_core::{
    profile::{Event, EventName, History},
    protocol::{Update, VERSION},
};
use nearmind_encoder::Encoder;

impl<E: Encoder, S: Store> Session<E, S> {
    pub(super) async fn open(&mut self, version: u32) -> Vec<Update> {
        if version != VERSION {
            return vec![self.trouble(Trouble::Version, "")];
        }
        self.read_log().await
    }

    /// Everything from the store, in place of what was known: another tab may have written.
    pub(super) async fn read_log(&mut self) -> Vec<Update> {
        match self.store.load().await {
            Ok(entries) => {
                let updates = self.take_all(&entries).await;
                [updates, self.drop_old_texts().await].concat()
            }
            Err(error) => self.unreadable(&error),
        }
    }

    pub(super) async fn track(&mut self, event: Event) -> Vec<Update> {
        let event = event.sanitized(self.now_ms);
        event.item.iter().for_each(|id| self.named.track(id));
        // A page that was left before the answer came lets the next one deliver the event again.
        if self.log.has_event(&event) {
            return self.save().await;
        }
        self.record(Entry::Event(event)).await
    }

    pub(super) async fn undo(&mut self, item: String, name: EventName) -> Vec<Update> {
        // The page may have called it by another name.
        let row = |id: &str| self.catalog.as_ref().and_then(|catalog| catalog.row(id));
        let (same, events) = (row(&item), self.log.events().iter().rev());
        let mut said = events.filter(|event| event.name == name).filter_map(|event| event.item.as_ref());
        let Some(item) = said.find(|&said| *said == item || (same.is_some() && row(said) == same)).cloned() else {
            return Vec::new();
        };
        self.record(Entry::Undo { item, name, time_ms: self.now_ms }).await
    }

    /// Unlearns one event: what is left is the log that never had it.
    pub(super) async fn delete(&mut self, event: Event) -> Vec<Update> {
        let event = event.sanitized(self.now_ms);
        self.rewrite(|log| log.without(&event)).await
    }

    /// An event counts for nothing, or counts again. One that is not there, or is so already, is passed over.
    pub(super) async fn mute(&mut self, event: Event, muted: bool) -> Vec<Update> {
        let event = event.sanitized(self.now_ms);
        let changes = self.log.lines().any(|(own, was)| *own == event && was != muted);
        if !changes {
            return Vec::new();
        }
        self.record(Entry::Mute { event, muted, time_ms: self.now_ms }).await
    }

    /// Keeps typed texts for so many days; 0: until they are deleted.
    pub(super) async fn keep_texts(&mut self, days: u32) -> Vec<Update> {
        if days == self.log.text_days() {
            return Vec::new();
        }
        let updates = self.record(Entry::KeepTexts { days, time_ms: self.now_ms }).await;
        [updates, self.drop_old_texts().await].concat()
    }

    /// Typed texts say the most of a visitor, and the oldest help the least.
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

    /// Mutes, unmutes or names an interest. One that is not there is passed over.
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

    /// Adds what another device exported. What does not read as a profile changes nothing.
    pub(super) async fn import(&mut self, profile: &str) -> Vec<Update> {
        let entries = match portable::import(profile) {
            Ok(entries) => entries,
            Err(why) => return vec![self.trouble(Trouble::Import, &why)],
        };
        let new_events = Cell::new(None);
        let updates = self.rewrite(|log| {
            let (both, new) = log.with(&entries);
            new_events.set(Some(new));
            both
        });
        let mut updates = updates.await;
        // Where nothing could be read, the updates say so, and nothing was imported.
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
        self.derive_again();
        let mut updates = vec![match self.store.clear().await {
            Ok(()) => Update::Forgotten,
            Err(error) => self.trouble(Trouble::Forget, &error.0),
        }];
        updates.extend(self.rank_all().await);
        updates
    }

    /// Another tab has written to the log, or has had everything forgotten.
    pub(super) async fn reload(&mut self, forgotten: bool) -> Vec<Update> {
        if forgotten {
            self.unsaved.clear();
            self.store.forget_memory();
            return self.read_log().await;
        }
        match self.store.news().await {
            Ok(News::All(entries)) => self.take_all(&entries).await,
            Ok(News::Added(entries)) => self.take(&entries).await,
            Err(error) => self.unreadable(&error),
        }
    }

    /// Everything that is stored, in place of what was known.
    async fn take_all(&mut self, stored: &[Entry]) -> Vec<Update> {
        self.log = Log::replay(&[stored, &self.unsaved].concat());
        self.derive_again();
        self.rank_all().await
    }

    /// What another page has stored: it stands before what is not stored yet.
    async fn take(&mut self, added: &[Entry]) -> Vec<Update> {
        if added.is_empty() {
            return Vec::new();
        }
        let known = self.log.entries();
        let stored = &known[..known.len() - self.unsaved.len()];
        self.log = Log::replay(&[stored, added, &self.unsaved].concat());
        self.derive_again();
        self.rank_all().await
    }

    fn unreadable(&mut self, error: &StoreError) -> Vec<Update> {
        self.failing = true; // and the visitor knows why
        vec![self.trouble(Trouble::Store, &error.0)]
    }

    /// Adds to the log, which goes on in memory where it cannot be stored, and ranks again.
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

    /// Stores what is not stored yet. The page is told how many entries are left, and, the first time, why.
    async fn save(&mut self) -> Vec<Update> {
        if self.unsaved.is_empty() {
            return Vec::new();
        }
        let saved = match self.failing {
            // What could not be read before can be now; and the last try may have reached the disk after all.
            true => self.change(Log::clone).await,
            false => match self.store.append(&self.unsaved).await {
                Ok(added) => {
                    let updates = self.take(&added).await;
                    self.unsaved.clear();
                    Ok(updates)
                }
                Err(error) => Err(error),
            },
        };
        saved.unwrap_or_else(|error| {
            let first = !std::mem::replace(&mut self.failing, true);
            let why = first.then(|| self.trouble(Trouble::Store, &error.0));
            why.into_iter().chain([Update::Unsaved { entries: self.unsaved.len() }]).collect()
        })
    }

    /// See [`Session::change`]. A change that cannot be stored is not made, and the visitor hears why.
    async fn rewrite(&mut self, change: impl Fn(&Log) -> Log) -> Vec<Update> {
        self.change(change).await.unwrap_or_else(|error| vec![self.trouble(Trouble::Unchanged, &error.0)])
    }

    /// Changes the stored log, whatever other pages have added to it since this one has read it, stores with it what is
    /// not stored yet, and derives everything again.
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
        if std::mem::take(&mut self.failing) {
            updates.push(Update::Unsaved { entries: 0 });
        }
        let log = Log::replay(&entries);
        if log != self.log {
            self.log = log;
            self.derive_again();
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

/// Of a name that a visitor gives.
const MOST_LETTERS: usize = 80;
