//! Visits whose lists are explained by a real session, so that the same words are highlighted as in a shop.
//!
//! Must not know how words are chosen, nor what is measured.

use anyhow::{Result, bail};
use pollster::block_on;

use crate::native::for_session;
use nearmind::cli::{device::NativeDevice, model::NativeModel};
use nearmind_core::{
    catalog::{Catalog, Pack, build_document},
    explain::Part,
    profile::{Event, EventName},
    protocol::{Card, Command, DeviceReason, DeviceReport, ShelfRequest, Update},
    text::{Word, words},
};
use nearmind_encoder::Model;
use nearmind_session::{MemoryStore, Session};

/// Cards of each list.
const CARDS: usize = 10;
const SHELF: &str = "explained";

/// A card with its highlighted words.
pub struct ExplainedCard {
    /// The row of the item that the visitor viewed.
    pub viewed: u32,
    /// The row of the card's item.
    pub row: u32,
    /// The indices of the highlighted words in the item's document, in ascending order.
    pub marked: Vec<usize>,
}

type Visit = Session<Model<NativeDevice>, MemoryStore>;

/// Returns the cards of visitors who each view one of these products on a page in `lang`, once all highlights are
/// computed.
pub fn explain_lists(model: NativeModel, catalog: &Catalog, lang: &str, viewed: &[u32]) -> Result<Vec<ExplainedCard>> {
    let (mut visit, mut shown) = (open(model, catalog, lang)?, Vec::new());
    for (nth, &viewed) in viewed.iter().enumerate() {
        check(block_on(visit.apply(Command::Forget.at(nth as f64 * 60e3, lang))))?;
        let event = Event::for_item(EventName::ViewItem, catalog.item(viewed).id(), nth as f64 * 60e3);
        let mut cards = cards(check(block_on(visit.apply(Command::Track { event }.at(nth as f64 * 60e3, lang))))?);
        while let Some(updates) = block_on(visit.work()) {
            for update in check(updates)? {
                let Update::Highlights { item, title, description, .. } = update else { continue };
                let card = cards.iter_mut().find(|card| card.item == item);
                card.into_iter().for_each(|card| {
                    (card.title, card.description) = (title.clone(), description.clone());
                });
            }
        }
        shown.extend(cards.iter().filter_map(|card| {
            let row = catalog.row(&card.item)?;
            Some(ExplainedCard { viewed, row, marked: marked_words(catalog, row, card) })
        }));
    }
    Ok(shown)
}

/// Opens a visit with a copy of the catalogue that was packed and read back, as in a browser.
fn open(model: NativeModel, catalog: &Catalog, lang: &str) -> Result<Visit> {
    let mut visit = Session::new(MemoryStore::default());
    check(block_on(visit.apply(Command::open_local().at(0.0, lang))))?;
    check(block_on(visit.set_catalog(Pack::new(catalog).open()?)))?;
    let device = DeviceReport {
        device: "cpu".into(),
        detail: String::new(),
        reason: DeviceReason::Untried,
        cpu_ms: None,
        gpu_ms: None,
    };
    check(block_on(visit.set_model(for_session(model), device)))?;
    let request = ShelfRequest { limit: CARDS, lang: lang.to_owned(), ..ShelfRequest::default() };
    check(block_on(visit.apply(Command::Shelf { shelf: SHELF.into(), request }.at(0.0, lang))))?;
    Ok(visit)
}

/// Returns the updates, or the first error among them.
fn check(updates: Vec<Update>) -> Result<Vec<Update>> {
    for update in &updates {
        if let Update::Error(problem) = update {
            bail!("{}: {}", problem.code, problem.detail);
        }
    }
    Ok(updates)
}

/// The cards of the first shelf among the updates.
fn cards(updates: Vec<Update>) -> Vec<Card> {
    let shelf = |update| if let Update::Shelf(shelf) = update { Some(shelf.cards) } else { None };
    updates.into_iter().find_map(shelf).unwrap_or_default()
}

/// The indices of the words that the card highlights.
fn marked_words(catalog: &Catalog, row: u32, card: &Card) -> Vec<usize> {
    let document = build_document(&catalog.item(row).to_item());
    let words = words(&document.text, &catalog.segmenter);
    let title = highlighted(&words, document.title.start, &card.title);
    title.into_iter().chain(highlighted(&words, document.description.start, &card.description)).collect()
}

/// The indices of the words that are highlighted in `parts`. The parts begin at byte `start` of the document.
fn highlighted(words: &[Word], start: usize, parts: &[Part]) -> Vec<usize> {
    let mut at = start;
    let mut indices = Vec::new();
    for part in parts {
        let range = at..at + part.text.len();
        at = range.end;
        if part.share.is_some() {
            indices.extend(words.iter().position(|word| word.range == range));
        }
    }
    indices
}
