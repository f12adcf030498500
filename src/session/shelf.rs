//! An open shelf: ranked again after every event, explained card by card in between.

use std::collections::VecDeque;

use super::{card, model::Explained, phrases::Tongue};
use crate::{
    catalog::Catalog,
    profile::{Profile, Source, Taste},
    protocol::{Basis, Card, Shelf, ShelfKind, ShelfRequest, Update},
    rank,
    text::language::primary,
    vectors::Hit,
};

/// Someone who only said what they dislike gets a selection from what is not like it.
const MOST_REPELLED: f32 = -0.3;

pub struct OpenShelf {
    pub request: ShelfRequest,
    pub revision: u32,
    /// What the cards are scored against. `[H]`; empty where there is nothing to explain
    pub direction: Vec<f32>,
    /// Rows whose words are not explained yet, first card first.
    pub todo: VecDeque<u32>,
}

impl OpenShelf {
    pub fn new(request: ShelfRequest) -> Self {
        Self { request, revision: 0, direction: Vec::new(), todo: VecDeque::new() }
    }

    /// Ranks the shelf; what was still to explain of the last ranking is dropped.
    pub fn rank(
        &mut self,
        name: &str,
        catalog: &Catalog,
        profile: &Profile,
        taste: &Taste,
        known: &Explained,
    ) -> Update {
        self.revision += 1;
        let lang = primary(&self.request.lang);
        let tongue = Tongue::of(&lang);
        let (basis, hits) = self.select(catalog, profile, taste);
        let about = self.about(catalog).map_or("", |row| card::title(catalog, row, &lang));
        let mut cards = Vec::new();
        self.todo.clear();
        for hit in hits {
            let mut card = card::plain(catalog, profile, &lang, hit);
            if basis == Basis::Profile
                && let Some(interest) = taste.reason(&catalog.matrix.vector(hit.row))
                // A liked card stays on the shelf; that it is like itself is no reason.
                && interest.source != Source::Item(hit.row)
            {
                card.reason = match &interest.source {
                    Source::Item(row) => tongue.reason(interest.because, card::title(catalog, *row, &lang)),
                    Source::Text(text) => tongue.reason(interest.because, text),
                };
            }
            self.explain(catalog, known, &lang, hit.row, &mut card);
            cards.push(card);
        }
        let heading = tongue.heading(basis, about);
        Update::Shelf(Shelf { shelf: name.to_owned(), revision: self.revision, basis, heading, cards })
    }

    /// Highlights the card's words if its token states are at hand, else notes it down for later.
    fn explain(&mut self, catalog: &Catalog, known: &Explained, lang: &str, row: u32, card: &mut Card) {
        let Some(document) = card::explainable(catalog, row, lang).filter(|_| !self.direction.is_empty()) else {
            return;
        };
        match known.get(row) {
            Some(states) => {
                (card.title, card.description) = card::explained(catalog, &document, states, &self.direction)
            }
            None => self.todo.push_back(row),
        }
    }

    fn select(&mut self, catalog: &Catalog, profile: &Profile, taste: &Taste) -> (Basis, Vec<Hit>) {
        let (matrix, limit) = (&catalog.matrix, self.request.limit);
        if self.request.kind == ShelfKind::MoreLikeThis {
            let row = self.about(catalog);
            self.direction = row.map_or_else(Vec::new, |row| matrix.vector(row));
            let hits = row.map_or_else(Vec::new, |row| rank::more_like_this(matrix, row, &profile.refused, limit));
            return (Basis::Item, hits);
        }
        let query = taste.query();
        if taste.is_known() {
            self.direction = taste.direction.clone();
            let excluded = &profile.refused | &profile.seen;
            return (Basis::Profile, rank::for_you(matrix, &query, &excluded, limit));
        }
        self.direction.clear();
        let keep = |row| !profile.refused.contains(&row) && matrix.score(row, &query) >= MOST_REPELLED;
        (Basis::ColdStart, rank::varied(matrix, keep, limit))
    }

    /// The item that "more like this" is about.
    fn about(&self, catalog: &Catalog) -> Option<u32> {
        let wanted = (self.request.kind == ShelfKind::MoreLikeThis).then_some(self.request.item.as_deref()).flatten();
        wanted.and_then(|id| catalog.row(id))
    }
}
