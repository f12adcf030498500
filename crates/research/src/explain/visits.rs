//! Visits whose lists are explained by the session itself: what is marked here is what is marked in a shop.
//!
//! Must not know how words are chosen, nor what becomes of them.

use anyhow::{Result, bail};
use pollster::block_on;

use crate::native::for_session;
use nearmind::cli::{device::NativeDevice, model::NativeModel};
use nearmind_core::{
    catalog::{Catalog, Pack, document},
    explain::Part,
    profile::{Event, EventName},
    protocol::{Card, Command, DeviceChoice, DeviceReason, DeviceReport, PictureSource, ShelfRequest, Update, VERSION},
    text::{Word, words},
};
use nearmind_session::{MemoryStore, Session};

/// Cards of each list.
const CARDS: usize = 10;
const SHELF: &str = "explained";

/// A card, and what of its text is marked.
pub struct Shown {
    pub viewed: u32,
    pub row: u32,
    /// Places among the words of the item's document. In order
    pub marked: Vec<usize>,
}

type Visit = Session<NativeDevice, MemoryStore>;

/// The lists of visitors who viewed one of these products each, on a page in `lang`, when all highlights have come.
pub fn explained(model: NativeModel, catalog: &Catalog, lang: &str, viewed: &[u32]) -> Result<Vec<Shown>> {
    let (mut visit, mut shown) = (open(model, catalog, lang)?, Vec::new());
    for (nth, &viewed) in viewed.iter().enumerate() {
        told(block_on(visit.apply(Command::Forget.at(nth as f64 * 60e3, lang))))?;
        let event = Event::for_item(EventName::ViewItem, catalog.item(viewed).id(), nth as f64 * 60e3);
        let mut cards = cards(told(block_on(visit.apply(Command::Track { event }.at(nth as f64 * 60e3, lang))))?);
        while let Some(updates) = block_on(visit.work()) {
            for update in told(updates)? {
                let Update::Highlights { item, title, description, .. } = update else { continue };
                let card = cards.iter_mut().find(|card| card.item == item);
                card.into_iter().for_each(|card| {
                    (card.title, card.description) = (title.clone(), description.clone());
                });
            }
        }
        shown.extend(cards.iter().filter_map(|card| {
            let row = catalog.row(&card.item)?;
            Some(Shown { viewed, row, marked: marked(catalog, row, card) })
        }));
    }
    Ok(shown)
}

/// A visit of its own copy of the catalogue, packed and read back as in a browser.
fn open(model: NativeModel, catalog: &Catalog, lang: &str) -> Result<Visit> {
    let mut visit = Session::new(MemoryStore::default());
    let open = Command::Open {
        version: VERSION,
        catalog: String::new(),
        model: String::new(),
        device: DeviceChoice::Cpu,
        persist: false,
        pictures: PictureSource::Shop,
    };
    told(block_on(visit.apply(open.at(0.0, lang))))?;
    told(block_on(visit.set_catalog(Pack::new(catalog).open()?)))?;
    let device = DeviceReport {
        device: "cpu".into(),
        detail: String::new(),
        reason: DeviceReason::Untried,
        cpu_ms: None,
        gpu_ms: None,
    };
    told(block_on(visit.set_model(for_session(model), device)))?;
    let request = ShelfRequest { limit: CARDS, lang: lang.to_owned(), ..ShelfRequest::default() };
    told(block_on(visit.apply(Command::Shelf { shelf: SHELF.into(), request }.at(0.0, lang))))?;
    Ok(visit)
}

/// A visit that goes wrong measures nothing.
fn told(updates: Vec<Update>) -> Result<Vec<Update>> {
    for update in &updates {
        if let Update::Error(problem) = update {
            bail!("{}", problem.message);
        }
    }
    Ok(updates)
}

fn cards(updates: Vec<Update>) -> Vec<Card> {
    let shelf = |update| if let Update::Shelf(shelf) = update { Some(shelf.cards) } else { None };
    updates.into_iter().find_map(shelf).unwrap_or_default()
}

fn marked(catalog: &Catalog, row: u32, card: &Card) -> Vec<usize> {
    let document = document(&catalog.item(row).to_item());
    let words = words(&document.text, &catalog.segmenter);
    let title = places(&words, document.title.start, &card.title);
    title.into_iter().chain(places(&words, document.description.start, &card.description)).collect()
}

/// Places among `words` of those that are marked in `parts`, which begin at byte `start` of the document.
fn places(words: &[Word], start: usize, parts: &[Part]) -> Vec<usize> {
    let mut at = start;
    let mut places = Vec::new();
    for part in parts {
        let range = at..at + part.text.len();
        at = range.end;
        if part.share.is_some() {
            places.extend(words.iter().position(|word| word.range == range));
        }
    }
    places
}
