//! Owns all state of a visit: a [`Command`] in, [`Update`]s out.
//!
//! Sees the world through two seams, [`Encoder`] and [`Store`], so that a whole visit runs in a plain test.
//! Must not know JavaScript, nor where bytes come from: whoever fetches them calls [`Session::set_catalog`]
//! and [`Session::set_model`] in any order, before or after the first commands. Everything but the log is
//! derived from it and can be made again.

mod card;
mod log;
mod model;
mod phrases;
mod search;
mod shelf;
mod store;
mod texts;

use std::collections::BTreeMap;

use model::Explained;
use phrases::{Tongue, Trouble};
use shelf::OpenShelf;
use texts::Texts;

pub use log::{Entry, Log};
pub use model::{Model, model_name};
pub use store::{MemoryStore, Store, StoreError};

use crate::{
    catalog::Catalog,
    encoder::{EncodeError, Encoder},
    profile::{Event, EventName, Profile, Source, Taste, profile},
    protocol::{Command, DeviceReport, EventLine, ProfileSummary, Update, VERSION},
    text::language::primary,
};

pub struct Session<E, S> {
    store: S,
    log: Log,
    catalog: Option<Catalog>,
    model: Option<Model<E>>,
    texts: Texts,
    explained: Explained,
    shelves: BTreeMap<String, OpenShelf>,
    /// By the page's clock, as the last command said.
    now_ms: f64,
    /// BCP 47, as the last command said.
    lang: String,
}

impl<E: Encoder, S: Store> Session<E, S> {
    pub fn new(store: S) -> Self {
        Self {
            store,
            log: Log::default(),
            catalog: None,
            model: None,
            texts: Texts::default(),
            explained: Explained::default(),
            shelves: BTreeMap::new(),
            now_ms: 0.0,
            lang: String::new(),
        }
    }

    /// Ends the session; the log stays where it is stored.
    pub fn into_store(self) -> S {
        self.store
    }

    /// The catalogue has arrived: shelves can be ranked from its vectors.
    pub async fn set_catalog(&mut self, catalog: Catalog) -> Vec<Update> {
        let mut updates = vec![Update::CatalogReady { items: catalog.len() }];
        self.catalog = Some(catalog);
        self.texts.clear();
        self.explained = Explained::default();
        updates.extend(self.check_model());
        updates.extend(self.rank_all().await);
        updates
    }

    /// The model has arrived and is proven: what the visitor wrote is encoded, cards are explained.
    pub async fn set_model(&mut self, model: Model<E>, device: DeviceReport) -> Vec<Update> {
        let mut updates = vec![Update::ModelReady { device }];
        self.model = Some(model);
        updates.extend(self.check_model());
        updates.extend(self.rank_all().await);
        updates
    }

    /// What the model runs on, once it is here.
    pub fn encoder(&mut self) -> Option<&mut E> {
        self.model.as_mut().map(Model::encoder)
    }

    /// Answers one command. `Open` comes first.
    pub async fn apply(&mut self, command: Command) -> Vec<Update> {
        match command {
            Command::Open { version, lang, now_ms, .. } => self.open(version, lang, now_ms).await,
            Command::Track { event } => self.track(event).await,
            Command::Undo { item, name, now_ms } => self.undo(item, name, now_ms).await,
            Command::Shelf { shelf, request, now_ms } => {
                self.at(now_ms, &request.lang);
                let revision = self.shelves.get(&shelf).map_or(0, |open| open.revision);
                self.shelves.insert(shelf.clone(), OpenShelf { revision, ..OpenShelf::new(request) });
                self.rank(Some(&shelf)).await
            }
            Command::CloseShelf { shelf } => {
                self.shelves.remove(&shelf);
                Vec::new()
            }
            Command::Search { query, limit, lang, now_ms } => {
                self.at(now_ms, &lang);
                self.search(query, limit).await
            }
            Command::Profile { lang, now_ms } => {
                self.at(now_ms, &lang);
                vec![Update::Profile(self.summary())]
            }
            Command::Forget => self.forget().await,
        }
    }

    /// One slice of work that nobody waits for: the words of one card, first cards first. `None` when all is done.
    pub async fn work(&mut self) -> Option<Vec<Update>> {
        let (catalog, model) = (self.catalog.as_ref()?, self.model.as_mut()?);
        let (name, shelf) = self.shelves.iter_mut().find(|(_, shelf)| !shelf.todo.is_empty())?;
        let row = shelf.todo.pop_front()?;
        let document = card::explainable(catalog, row, &primary(&shelf.request.lang))?;
        if self.explained.get(row).is_none() {
            match model.states(&document.text).await {
                Ok(Some(states)) => self.explained.keep(row, states),
                Ok(None) => {
                    shelf.todo.clear();
                    return Some(Vec::new());
                }
                Err(error) => {
                    shelf.todo.clear();
                    return Some(vec![self.failed(&error)]);
                }
            }
        }
        let states = self.explained.get(row)?;
        let (title, description) = card::explained(catalog, &document, states, &shelf.direction);
        let item = catalog.item(row).id.clone();
        Some(vec![Update::Highlights { shelf: name.clone(), revision: shelf.revision, item, title, description }])
    }

    async fn open(&mut self, version: u32, lang: String, now_ms: f64) -> Vec<Update> {
        self.at(now_ms, &lang);
        if version != VERSION {
            return vec![self.trouble(Trouble::Version, "")];
        }
        match self.store.load().await {
            Ok(entries) => {
                self.log = Log::replay(&entries);
                self.rank_all().await
            }
            Err(error) => vec![self.trouble(Trouble::Store, &error.0)],
        }
    }

    async fn track(&mut self, mut event: Event) -> Vec<Update> {
        if !event.time_ms.is_finite() {
            event.time_ms = self.now_ms;
        }
        self.now_ms = event.time_ms;
        // A page that was left before the answer came lets the next one deliver the event again.
        if self.log.events().contains(&event) {
            return Vec::new();
        }
        self.record(Entry::Event(event)).await
    }

    async fn undo(&mut self, item: String, name: EventName, now_ms: f64) -> Vec<Update> {
        self.now_ms = now_ms;
        if !self.log.has(&item, name) {
            return Vec::new();
        }
        self.record(Entry::Undo { item, name, time_ms: now_ms }).await
    }

    /// Adds to the log, which goes on in memory where it cannot be stored, and ranks again.
    async fn record(&mut self, entry: Entry) -> Vec<Update> {
        self.log.push(&entry);
        let mut updates = self.rank_all().await;
        if let Err(error) = self.store.append(&entry).await {
            updates.push(self.trouble(Trouble::Store, &error.0));
        }
        updates
    }

    async fn forget(&mut self) -> Vec<Update> {
        self.log = Log::default();
        self.texts.clear();
        self.explained = Explained::default();
        let mut updates = vec![match self.store.clear().await {
            Ok(()) => Update::Forgotten,
            Err(error) => self.trouble(Trouble::Forget, &error.0),
        }];
        updates.extend(self.rank_all().await);
        updates
    }

    async fn search(&mut self, query: String, limit: usize) -> Vec<Update> {
        let mut updates: Vec<Update> = self.encode([query.clone()]).await.into_iter().collect();
        let cards = self.catalog.as_ref().map_or_else(Vec::new, |catalog| {
            let (profile, lang) = (self.profile(), primary(&self.lang));
            let hits = search::search(catalog, &query, self.texts.place(&query, catalog).as_deref(), limit);
            let card = |hit| {
                let mut card = card::plain(catalog, &profile, &lang, hit);
                card::matched(catalog, &mut card, hit.row, &query);
                card
            };
            hits.into_iter().map(card).collect()
        });
        updates.push(Update::Results { query, cards });
        updates
    }

    fn summary(&self) -> ProfileSummary {
        let (profile, lang) = (self.profile(), primary(&self.lang));
        let label = |event: &Event| match (&event.item, &event.text) {
            (Some(id), _) => match self.catalog.as_ref().and_then(|catalog| Some((catalog, catalog.row(id)?))) {
                Some((catalog, row)) => card::title(catalog, row, &lang).to_owned(),
                None => id.clone(),
            },
            (None, text) => text.clone().unwrap_or_default(),
        };
        let line = |(event, &weight): (&Event, &f32)| EventLine { event: event.clone(), label: label(event), weight };
        let events = self.log.events().iter().zip(&profile.event_weights).map(line).collect();
        ProfileSummary { events, stored_bytes: self.log.bytes() as f64 }
    }

    async fn rank_all(&mut self) -> Vec<Update> {
        self.rank(None).await
    }

    /// Ranks the open shelf of this name, or all.
    async fn rank(&mut self, only: Option<&str>) -> Vec<Update> {
        let profile = self.profile();
        let text = |source: &Source| if let Source::Text(text) = source { Some(text.clone()) } else { None };
        let strong = profile.interests.iter().filter(|interest| !interest.is_faint());
        let texts: Vec<String> = strong.filter_map(|interest| text(&interest.source)).collect();
        let mut updates: Vec<Update> = self.encode(texts).await.into_iter().collect();
        let Some(catalog) = &self.catalog else { return updates };
        let taste = Taste::new(&profile, catalog.matrix.width(), |source| match source {
            Source::Item(row) => Some(catalog.matrix.vector(*row)),
            Source::Text(text) => self.texts.place(text, catalog),
        });
        let wanted = self.shelves.iter_mut().filter(|(name, _)| only.is_none_or(|only| only == name.as_str()));
        updates.extend(wanted.map(|(name, shelf)| shelf.rank(name, catalog, &profile, &taste, &self.explained)));
        updates
    }

    /// Encodes what is not encoded yet, as far as there are a catalogue and a model.
    async fn encode(&mut self, texts: impl IntoIterator<Item = String>) -> Option<Update> {
        for text in texts {
            let catalog = self.catalog.as_ref()?;
            if let Err(error) = self.texts.encode(&text, catalog, self.model.as_mut()).await {
                return Some(self.failed(&error));
            }
        }
        None
    }

    fn profile(&self) -> Profile {
        let row_of = |id: &str| self.catalog.as_ref().and_then(|catalog| catalog.row(id));
        profile(self.log.events(), self.now_ms, row_of)
    }

    /// Vectors of two models cannot be compared: without this one the catalogue's vectors still rank.
    fn check_model(&mut self) -> Option<Update> {
        let (catalog, model) = (self.catalog.as_ref()?, self.model.as_ref()?);
        if catalog.model == *model.name() && catalog.centre.mean.len() == model.width() {
            return None;
        }
        let detail = format!("{} / {}", catalog.model.name, model.name().name);
        self.model = None;
        Some(self.trouble(Trouble::OtherModel, &detail))
    }

    fn at(&mut self, now_ms: f64, lang: &str) {
        self.now_ms = if now_ms.is_finite() { now_ms } else { self.now_ms };
        self.lang = lang.to_owned();
    }

    fn failed(&self, error: &EncodeError) -> Update {
        self.trouble(Trouble::Encoder, &error.to_string())
    }

    fn trouble(&self, kind: Trouble, detail: &str) -> Update {
        Update::Error(Tongue::of(&self.lang).problem(kind, detail))
    }
}
