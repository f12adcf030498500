//! An open shelf: ranked again after every event, explained card by card in between.

use std::collections::{BTreeMap, VecDeque};

use super::{
    card,
    model::Explained,
    phrases::Tongue,
    ranking::{Setting, View, ranked},
};
use crate::{
    catalog::Catalog,
    profile::{Columns, Source},
    protocol::{Basis, Card, Shelf, ShelfRequest, Update},
    text::language::primary,
};

pub struct OpenShelf {
    pub request: ShelfRequest,
    pub revision: u32,
    /// The request as this catalogue reads it; made when it is first ranked.
    pub setting: Option<Setting>,
    /// What the words of each shown row are weighed by. `[H]`; none where there is nothing to explain
    pub directions: BTreeMap<u32, Vec<f32>>,
    /// Rows whose words are not explained yet, first card first.
    pub todo: VecDeque<u32>,
}

impl OpenShelf {
    pub fn new(request: ShelfRequest) -> Self {
        Self { request, revision: 0, setting: None, directions: BTreeMap::new(), todo: VecDeque::new() }
    }

    /// Reads the request for this catalogue, once; what is wrong with it is told.
    pub fn read(&mut self, catalog: &Catalog) -> Vec<String> {
        if self.setting.is_some() {
            return Vec::new();
        }
        let (setting, wrong) = Setting::read(&self.request, catalog);
        self.setting = Some(setting);
        wrong
    }

    /// Ranks the shelf; what was still to explain of the last ranking is dropped. `None` before `read`.
    pub fn rank(&mut self, name: &str, view: &View, columns: &mut Columns, known: &Explained) -> Option<Update> {
        let setting = self.setting.as_ref()?;
        self.revision += 1;
        let (lang, catalog) = (primary(&self.request.lang), view.catalog);
        let tongue = Tongue::of(&lang);
        let ranked = ranked(view, setting, columns);
        let own = setting.scene.heading.get(&lang).or_else(|| setting.scene.heading.get("en")).cloned();
        let about = setting.about.map_or("", |row| card::title(catalog, row, &lang));
        let heading = own.unwrap_or_else(|| tongue.heading(ranked.basis, about));
        let reasons = matches!(ranked.basis, Basis::Profile | Basis::Cart);
        let page = setting.text().map(str::to_owned);
        (self.todo.clear(), self.directions.clear());
        let mut cards = Vec::new();
        for &hit in &ranked.hits {
            let mut card = card::plain(catalog, &ranked.profile, &lang, hit);
            let vector = catalog.matrix.vector(hit.row);
            if reasons
                && let Some(signal) = ranked.reason(hit.row, &vector)
                // A liked card stays on the shelf; that it is like itself is no reason.
                && signal.source != Source::Item(hit.row)
            {
                card.reason = match &signal.source {
                    Source::Item(row) => tongue.reason(signal.because, card::title(catalog, *row, &lang)),
                    // The visitor did not write the page.
                    Source::Text(text) if page.as_ref() == Some(text) => Vec::new(),
                    Source::Text(text) => tongue.reason(signal.because, text),
                };
            }
            if ranked.evidence.is_some() && ranked.taste.is_known() {
                self.directions.insert(hit.row, ranked.taste.direction(&vector));
            }
            self.explain(catalog, known, &lang, hit.row, &mut card);
            cards.push(card);
        }
        let (shelf, basis) = (name.to_owned(), ranked.basis);
        Some(Update::Shelf(Shelf { shelf, revision: self.revision, basis, heading, cards }))
    }

    /// Highlights the card's words if its token states are at hand, else notes it down for later.
    fn explain(&mut self, catalog: &Catalog, known: &Explained, lang: &str, row: u32, card: &mut Card) {
        let Some(direction) = self.directions.get(&row) else { return };
        let Some(document) = card::explainable(catalog, row, lang) else { return };
        match known.get(row) {
            Some(states) => (card.title, card.description) = card::explained(catalog, &document, states, direction),
            None => self.todo.push_back(row),
        }
    }
}
