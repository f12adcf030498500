//! An open shelf: ranked again after every event, explained card by card in between.

use std::collections::{BTreeMap, VecDeque};

use super::{
    card,
    claim::claim,
    phrases::Tongue,
    pictures::Pictures,
    words::{Asked, Explained},
};
use nearmind_core::{
    catalog::Catalog,
    profile::SimilarityCache,
    protocol::{Shelf, ShelfRequest, Update},
    rank,
    recommend::{RankingInputs, RankingOptions, recommend},
    text::language::primary_subtag,
};

pub struct OpenShelf {
    pub request: ShelfRequest,
    pub revision: u32,
    /// The request as this catalogue reads it; made when it is first ranked.
    pub options: Option<RankingOptions>,
    /// What the words of each shown row are weighed by. `[H]`; none where there is nothing to explain
    pub directions: BTreeMap<u32, Vec<f32>>,
    /// Rows whose words are not explained yet, first card first.
    pub todo: VecDeque<u32>,
}

impl OpenShelf {
    pub fn new(request: ShelfRequest) -> Self {
        Self { request, revision: 0, options: None, directions: BTreeMap::new(), todo: VecDeque::new() }
    }

    /// Reads the request for this catalogue, once; what is wrong with it is told.
    pub fn read(&mut self, catalog: &Catalog) -> Vec<String> {
        if self.options.is_some() {
            return Vec::new();
        }
        let (options, wrong) = RankingOptions::from_request(&self.request, catalog);
        self.options = Some(options);
        wrong
    }

    /// Ranks the shelf; what was still to explain of the last ranking is dropped. `None` before `read`.
    pub fn rank(
        &mut self,
        name: &str,
        inputs: &RankingInputs,
        columns: &mut SimilarityCache,
        known: &mut Explained,
        pictures: &mut Pictures,
    ) -> Option<Update> {
        let Self { request, revision, options, directions, todo } = self;
        let options = options.as_ref()?;
        *revision += 1;
        let (lang, catalog) = (primary_subtag(&request.lang), inputs.catalog);
        let tongue = Tongue::of(&lang);
        let ranked = recommend(inputs, options, columns);
        let own = options.scene.heading.get(&lang).or_else(|| options.scene.heading.get("en")).cloned();
        let about = options.item.map_or("", |row| card::title(catalog, row, &lang));
        let heading = own.unwrap_or_else(|| tongue.heading(ranked.basis, about));
        todo.clear();
        directions.clear();
        let mut cards = Vec::new();
        for &hit in &ranked.hits {
            let mut card = card::plain(catalog, pictures, &ranked.profile, &lang, hit);
            let claim = claim(catalog, &lang, &ranked, options, hit.row);
            card.reason = claim.map_or_else(Vec::new, |claim| tongue.claim(&claim.brief()));
            if ranked.scorer.is_some() && ranked.content_scorer.has_positive_signal() {
                let has_interactions = rank::has_interactions(catalog.relations.as_ref(), hit.row);
                let direction = ranked.content_scorer.direction(&catalog.matrix.vector(hit.row), has_interactions);
                if let Some(document) = card::explainable(catalog, hit.row, &lang) {
                    let asked = Asked { row: hit.row, document, direction: &direction };
                    match known.told(&asked) {
                        Some(told) => (card.title, card.description) = told,
                        None => {
                            card.unread = true;
                            todo.push_back(hit.row);
                        }
                    }
                }
                directions.insert(hit.row, direction);
            }
            cards.push(card);
        }
        let (shelf, revision, basis) = (name.to_owned(), *revision, ranked.basis);
        let note = ranked.text_note.map_or_else(String::new, |note| tongue.note(&note, basis, &catalog.languages));
        Some(Update::Shelf(Shelf { shelf, revision, basis, heading, note, cards }))
    }
}
