//! Owns all state of a visit: a [`Command`] in, [`Update`]s out.
//!
//! Depends on the outside only through [`TextModel`] and [`Store`], so that a whole visit runs in a plain test. Must not
//! know JavaScript, nor where bytes come from: the caller fetches them and calls [`Session::set_catalog`] and
//! [`Session::set_model`] in any order, before or after the first commands. All state but the log is derived from the
//! log, and can be rebuilt.

#![warn(missing_docs)]

mod card;
mod claim; //    the main reason for an item
mod highlights; // which words of a card are highlighted
mod history; // commands that change the log
mod log;
mod map;
mod pictures; // addresses of the cards' pictures
mod portable; // export and import of the log
mod problem; //  what can go wrong
pub mod search;
mod shelf;
mod store;
mod summary; // the visitor's events and interests
mod unmatched; // ids that no item has
mod why; //     explanations and "why not"

use std::collections::{BTreeMap, BTreeSet};

use highlights::{CARDS_PER_SLICE, HighlightCache, HighlightRequest};
use pictures::Pictures;
use problem::SessionError;
use search::Meaning;
use shelf::OpenShelf;
use unmatched::NamedIds;

pub use log::{Entry, Log, Topic};
pub use store::{MemoryStore, Store, StoreError, StoreUpdate, difference};

use nearmind_core::{
    catalog::{Catalog, Sheet, WordVectors},
    profile::{Event, History, Overrides, SimilarityCache, Source, weights::EventWeights},
    protocol::{Command, DeviceReport, Envelope, Update},
    recommend::{
        MAX_CARDS, RankingInputs,
        texts::{TextVectors, parts, split_price_limit},
    },
    text::language::primary_subtag,
};
use nearmind_encoder::{EncodeError, TextModel};

/// One visit: the visitor's log, the catalogue, the model and the open shelves.
pub struct Session<M, S> {
    store: S,
    log: Log,
    /// Entries at the end of the log that could not be stored yet.
    unsaved: Vec<Entry>,
    /// The last attempt to store something failed.
    store_failing: bool,
    /// The events of the log by item and text of the present catalogue.
    history: History,
    catalog: Option<Catalog>,
    model: Option<M>,
    texts: TextVectors,
    columns: SimilarityCache,
    highlights: HighlightCache,
    pictures: Pictures,
    shelves: BTreeMap<String, OpenShelf>,
    named: NamedIds,
    /// The page's clock at the last command, in milliseconds since 1970.
    now_ms: f64,
    /// BCP 47 tag of the last command.
    lang: String,
}

impl<M: TextModel, S: Store> Session<M, S> {
    /// Creates a session without a log; the command `Open` reads it from the store.
    pub fn new(store: S) -> Self {
        Self {
            store,
            log: Log::default(),
            unsaved: Vec::new(),
            store_failing: false,
            history: History::default(),
            catalog: None,
            model: None,
            texts: TextVectors::default(),
            columns: SimilarityCache::default(),
            highlights: HighlightCache::default(),
            pictures: Pictures::default(),
            shelves: BTreeMap::new(),
            named: NamedIds::default(),
            now_ms: 0.0,
            lang: String::new(),
        }
    }

    /// Ends the session and returns the store, which keeps the log.
    pub fn into_store(self) -> S {
        self.store
    }

    /// Takes the catalogue, and ranks the open shelves from its vectors.
    pub async fn set_catalog(&mut self, catalog: Catalog) -> Vec<Update> {
        let mut updates = vec![Update::CatalogReady { items: catalog.len() }];
        self.catalog = Some(catalog);
        self.texts.set_words(None);
        self.pictures.clear();
        self.named.forget_answers();
        self.rebuild();
        self.shelves.values_mut().for_each(|shelf| shelf.options = None);
        updates.extend(self.check_model());
        updates.extend(self.rank_all().await);
        updates
    }

    /// Takes a sheet of small pictures, and returns those that cards were sent without.
    pub fn add_pictures(&mut self, sheet: Sheet) -> Vec<Update> {
        let Some(catalog) = &self.catalog else { return Vec::new() };
        let pictures = self.pictures.add(sheet, catalog);
        if pictures.is_empty() { Vec::new() } else { vec![Update::Pictures { pictures }] }
    }

    /// Takes the catalogue's vectors of words: they place what the visitor wrote and highlight words of cards, until there
    /// is a model.
    pub async fn set_word_vectors(&mut self, words: WordVectors) -> Vec<Update> {
        let mut updates = vec![Update::WordVectorsReady { words: words.len() }];
        self.texts.set_words(Some(words));
        if self.model.is_none() {
            self.columns.clear(); // texts were placed by the items with their words
            updates.extend(self.rank_all().await);
        }
        updates
    }

    /// Takes a model that has passed its probes: it encodes what the visitor wrote and highlights words of cards.
    pub async fn set_model(&mut self, model: M, device: DeviceReport) -> Vec<Update> {
        let mut updates = vec![Update::ModelReady { device }];
        self.model = Some(model);
        self.columns.clear(); // texts were placed by their words
        self.highlights = HighlightCache::default(); // and words chosen by their vectors
        updates.extend(self.check_model());
        updates.extend(self.rank_all().await);
        updates
    }

    /// The model; `None` before [`Session::set_model`].
    pub fn model(&mut self) -> Option<&mut M> {
        self.model.as_mut()
    }

    /// Answers one command. `Open` comes first.
    pub async fn apply(&mut self, Envelope { now_ms, lang, command, .. }: Envelope) -> Vec<Update> {
        self.lang = lang;
        // A page with a broken clock is served all the same.
        if now_ms.is_finite() {
            self.now_ms = now_ms;
        }
        match command {
            Command::Open { version, pictures, .. } => {
                self.pictures = Pictures::new(pictures);
                self.open(version).await
            }
            Command::Prepare { .. } => Vec::new(), // for whoever fetches the model
            Command::Track { event } => self.track(event).await,
            Command::Undo { item, name } => self.undo(item, name).await,
            Command::Shelf { shelf, request } => {
                self.named.request(&request);
                let revision = self.shelves.get(&shelf).map_or(0, |open| open.revision);
                self.shelves.insert(shelf.clone(), OpenShelf { revision, ..OpenShelf::new(request) });
                self.rank(Some(&shelf)).await
            }
            Command::CloseShelf { shelf } => {
                self.shelves.remove(&shelf);
                Vec::new()
            }
            Command::Search { query, limit } => self.search(query, limit.min(MAX_CARDS)).await,
            Command::Profile => {
                let texts = self.written(&EventWeights::default());
                let mut updates: Vec<Update> = self.encode(texts).await.into_iter().collect();
                updates.push(Update::Profile(self.summary()));
                updates
            }
            Command::Delete { event } => self.delete(event).await,
            Command::MuteEvent { event, muted } => self.mute(event, muted).await,
            Command::MuteInterest { interest, muted } => self.mark(&interest, |_| muted, None).await,
            Command::RenameInterest { interest, name } => self.mark(&interest, |was| was, Some(name)).await,
            Command::DeleteInterest { interest } => self.delete_interest(&interest).await,
            Command::KeepTexts { days } => self.keep_texts(days).await,
            Command::Export => vec![Update::Exported { profile: portable::export(&self.log, self.now_ms) }],
            Command::Import { profile } => self.import(&profile).await,
            Command::Explain { shelf, item } => self.explain(&shelf, &item),
            Command::Scene { shelf } => self.scene(&shelf),
            Command::Diagnose => self.diagnose(),
            Command::WhyNot { shelf, item } => self.why_not(&shelf, &item),
            Command::Attention { item } => self.attention(&item).await,
            Command::Forget => self.forget().await,
            Command::Map { recommended } => self.map(&recommended),
            Command::Reload { forgotten } => self.reload(forgotten).await,
        }
    }

    /// Does one slice of background work: reads the texts of up to two cards to highlight their words, the first cards
    /// first. Returns `None` when there is nothing left to do.
    pub async fn work(&mut self) -> Option<Vec<Update>> {
        let catalog = self.catalog.as_ref()?;
        if self.model.is_none() && self.texts.words().is_none() {
            return None;
        }
        let (name, shelf) = self.shelves.iter_mut().find(|(_, shelf)| !shelf.todo.is_empty())?;
        let OpenShelf { request, revision, directions, todo, .. } = shelf;
        let lang = primary_subtag(&request.lang);
        let request = |&row: &u32| {
            let (document, direction) = (card::highlightable(catalog, row, &lang)?, directions.get(&row)?);
            Some(HighlightRequest { row, document, direction })
        };
        let next: Vec<HighlightRequest> = todo.iter().take(CARDS_PER_SLICE).filter_map(request).collect();
        let encoded = match (&mut self.model, self.texts.words()) {
            (Some(model), _) => self.highlights.encode(model, catalog, &next).await,
            (None, Some(words)) => {
                self.highlights.read(words, catalog, &next);
                Ok(true)
            }
            (None, None) => Ok(false),
        };
        if next.is_empty() || !matches!(encoded, Ok(true)) {
            todo.clear();
            return Some(encoded.err().iter().map(encoder_failed).collect());
        }
        let mut updates = Vec::new();
        for request in next {
            let Some((title, description)) = self.highlights.highlight(&request) else { continue };
            todo.retain(|row| *row != request.row);
            let item = catalog.item(request.row).id().to_owned();
            updates.push(Update::Highlights { shelf: name.clone(), revision: *revision, item, title, description });
        }
        Some(updates)
    }

    async fn search(&mut self, query: String, limit: usize) -> Vec<Update> {
        // But for a price limit, a search is encoded as it is typed: a book's title may contain a "no".
        let split = self.catalog.as_ref().map(|catalog| split_price_limit(&query, catalog));
        let (wanted, price) = split.filter(|(rest, _)| !rest.is_empty()).unwrap_or_else(|| (query.clone(), None));
        let mut updates: Vec<Update> = self.encode_part(&wanted).await.into_iter().collect();
        let cards = self.catalog.as_ref().map_or_else(Vec::new, |catalog| {
            let lang = primary_subtag(&self.lang);
            let profile = self.history.build_profile(&EventWeights::default(), self.now_ms, &Overrides::default(), &[]);
            let encoded = self.texts.encoded(&wanted).map(|(vector, floor)| Meaning::encoded(vector, floor));
            let word_sum =
                || self.texts.word_sum(&wanted, catalog).map(|(vector, floor)| Meaning::encoded(&vector, floor));
            let by_words = || self.texts.vector_from_words(&wanted, catalog).map(Meaning::by_words);
            let meaning = encoded.or_else(word_sum).or_else(by_words);
            let is_allowed = |row: u32| {
                let item = catalog.item(row);
                price.is_none_or(|limit| limit.allows(item.price(), item.currency()))
            };
            let found = search::search(catalog, &wanted, meaning.as_ref(), limit, is_allowed);
            let pictures = &mut self.pictures;
            let mut card = |hit| {
                let mut card = card::plain(catalog, pictures, &profile, &lang, hit);
                card::highlight_matches(catalog, &mut card, hit.row, &found.terms);
                card
            };
            found.hits.iter().map(|hit| card(*hit)).collect()
        });
        updates.push(Update::Results { query, cards });
        updates
    }

    fn map(&self, recommended: &[String]) -> Vec<Update> {
        let Some(catalog) = &self.catalog else { return Vec::new() };
        let row = |event: &Event| catalog.row(event.item.as_deref()?);
        let interests = self.summary().interests.into_iter().filter_map(|interest| {
            let rows: Vec<u32> = interest.events.iter().filter_map(|line| row(&line.event)).collect();
            (!rows.is_empty()).then_some((interest.name, rows))
        });
        let marked = map::Marked {
            seen: self.log.events().iter().filter_map(row).collect(),
            recommended: recommended.iter().filter_map(|item| catalog.row(item)).collect(),
            interests: interests.collect(),
        };
        vec![Update::Map(map::map(catalog, &primary_subtag(&self.lang), &marked))]
    }

    fn scene(&self, shelf: &str) -> Vec<Update> {
        let Some(options) = self.shelves.get(shelf).and_then(|open| open.options.as_ref()) else {
            return vec![SessionError::Unknown.update(shelf)];
        };
        vec![Update::Scene { shelf: shelf.to_owned(), scene: options.effective_scene() }]
    }

    async fn rank_all(&mut self) -> Vec<Update> {
        self.rank(None).await
    }

    /// Ranks the open shelf of this name, or all.
    async fn rank(&mut self, only: Option<&str>) -> Vec<Update> {
        let wanted = |name: &str| only.is_none_or(|only| only == name);
        let mut wrong = Vec::new();
        if let Some(catalog) = &self.catalog {
            let shelves = self.shelves.iter_mut().filter(|(name, _)| wanted(name));
            wrong.extend(shelves.flat_map(|(_, shelf)| shelf.read(catalog)));
        }
        let mut updates: Vec<Update> = wrong.iter().map(|why| SessionError::Scene.update(why)).collect();
        updates.extend(self.encode(self.needed(wanted)).await);
        let muted = self.muted();
        let Some(catalog) = &self.catalog else { return updates };
        let (history, texts, now_ms) = (&self.history, &self.texts, self.now_ms);
        let inputs = RankingInputs { catalog, history, muted: &muted, texts, now_ms };
        let shelves = self.shelves.iter_mut().filter(|(name, _)| wanted(name));
        let (columns, highlights, pictures) = (&mut self.columns, &mut self.highlights, &mut self.pictures);
        updates.extend(shelves.filter_map(|(name, shelf)| shelf.rank(name, &inputs, columns, highlights, pictures)));
        updates
    }

    /// The texts whose vectors these shelves need: what the visitor wrote, and the text of the shelf's page.
    fn needed(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let options =
            || self.shelves.iter().filter(|(name, _)| wanted(name)).filter_map(|(_, shelf)| shelf.options.as_ref());
        let mut texts: BTreeSet<String> = options().filter_map(|options| options.text().map(str::to_owned)).collect();
        options().for_each(|options| texts.extend(self.written(&options.scene.weights)));
        texts.into_iter().collect()
    }

    /// The visitor's texts that are recent enough to change a list.
    fn written(&self, weights: &EventWeights) -> Vec<String> {
        if !self.history.has_texts() {
            return Vec::new();
        }
        let profile = self.history.build_profile(weights, self.now_ms, &Overrides::default(), &[]);
        let text = |source: &Source| if let Source::Text(text) = source { Some(text.clone()) } else { None };
        profile.strong_signals().filter_map(|signal| text(&signal.source)).collect()
    }

    /// Encodes the texts that have no vector yet. Does nothing without a catalogue or a model.
    async fn encode(&mut self, texts: impl IntoIterator<Item = String>) -> Option<Update> {
        for text in texts {
            for part in parts(&text, self.catalog.as_ref()?) {
                let failed = self.encode_part(&part).await;
                if failed.is_some() {
                    return failed;
                }
            }
        }
        None
    }

    /// Encodes one part of a text, unless it has a vector. Does nothing without a catalogue or a model.
    async fn encode_part(&mut self, part: &str) -> Option<Update> {
        let (catalog, model) = (self.catalog.as_ref()?, self.model.as_mut()?);
        if self.texts.has(part) {
            return None;
        }
        match model.vector(part).await {
            Ok(read) => self.texts.add(part, read, |similarity| model.cosine_of(similarity), catalog),
            Err(error) => return Some(encoder_failed(&error)),
        }
        None
    }

    /// Rebuilds what is derived from the log and the catalogue.
    fn rebuild(&mut self) {
        let catalog = self.catalog.as_ref();
        self.history = History::from_log(self.log.events(), |id| catalog.and_then(|catalog| catalog.row(id)));
        self.texts.clear();
        self.columns.clear();
        self.highlights = HighlightCache::default();
    }

    /// Drops a model other than the catalogue's: vectors of two models cannot be compared. The catalogue's vectors
    /// still rank.
    fn check_model(&mut self) -> Option<Update> {
        let (catalog, model) = (self.catalog.as_ref()?, self.model.as_ref()?);
        if catalog.model == *model.name() && catalog.centre.mean.len() == model.width() {
            return None;
        }
        if catalog.matrix.width() == 0 {
            self.model = None; // packed without vectors, on purpose: words rank
            return None;
        }
        let detail = format!("{} / {}", catalog.model.name, model.name().name);
        self.model = None;
        Some(SessionError::OtherModel.update(&detail))
    }
}

fn encoder_failed(error: &EncodeError) -> Update {
    SessionError::Encoder.update(&error.to_string())
}
