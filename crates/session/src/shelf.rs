//! An open shelf: ranked again after every event; its cards are highlighted one by one in between.

use std::collections::{BTreeMap, VecDeque};

use super::{
    card,
    claim::claim,
    highlights::{HighlightCache, HighlightRequest},
    pictures::Pictures,
};
use nearmind_core::{
    catalog::Catalog,
    profile::SimilarityCache,
    protocol::{Shelf, ShelfRequest, Update},
    rank,
    recommend::{RankedList, RankingInputs, RankingOptions, recommend},
    text::language::primary_subtag,
};

pub struct OpenShelf {
    pub request: ShelfRequest,
    pub revision: u32,
    /// The request, read for the present catalogue; absent before the first ranking.
    pub options: Option<RankingOptions>,
    /// The direction that the words of each shown row are scored by. `[H]`; absent where there is nothing to explain
    pub directions: BTreeMap<u32, Vec<f32>>,
    /// Rows whose words are not highlighted yet, first card first.
    pub todo: VecDeque<u32>,
}

impl OpenShelf {
    pub fn new(request: ShelfRequest) -> Self {
        Self { request, revision: 0, options: None, directions: BTreeMap::new(), todo: VecDeque::new() }
    }

    /// Reads the request for this catalogue, once. Returns what is wrong with it.
    pub fn read(&mut self, catalog: &Catalog) -> Vec<String> {
        if self.options.is_some() {
            return Vec::new();
        }
        let (options, wrong) = RankingOptions::from_request(&self.request, catalog);
        self.options = Some(options);
        wrong
    }

    /// Ranks the shelf, and drops what was left to highlight of the last ranking. `None` before `read`.
    pub fn rank(
        &mut self,
        name: &str,
        inputs: &RankingInputs,
        columns: &mut SimilarityCache,
        highlights: &mut HighlightCache,
        pictures: &mut Pictures,
    ) -> Option<Update> {
        let Self { request, revision, options, directions, todo } = self;
        let options = options.as_ref()?;
        *revision += 1;
        let (lang, catalog) = (primary_subtag(&request.lang), inputs.catalog);
        let ranked = recommend(inputs, options, columns);
        let scene_heading = options.scene.heading.get(&lang).or_else(|| options.scene.heading.get("en")).cloned();
        let about = options.item.map(|row| card::title(catalog, row, &lang).to_owned());
        todo.clear();
        directions.clear();
        let mut cards = Vec::new();
        for &hit in &ranked.hits {
            let mut card = card::plain(catalog, pictures, &ranked.profile, &lang, hit);
            card.claim = claim(catalog, &lang, &ranked, options, hit.row);
            if ranked.scorer.is_some() && ranked.content_scorer.has_positive_signal() {
                let has_interactions = rank::has_interactions(catalog.relations.as_ref(), hit.row);
                let direction = ranked.content_scorer.direction(&catalog.matrix.vector(hit.row), has_interactions);
                if let Some(document) = card::highlightable(catalog, hit.row, &lang) {
                    let request = HighlightRequest { row: hit.row, document, direction: &direction };
                    match highlights.highlight(&request) {
                        Some(texts) => (card.title, card.description) = texts,
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
        let (shelf, revision) = (name.to_owned(), *revision);
        let RankedList { basis, text_note: notice, .. } = ranked;
        Some(Update::Shelf(Shelf { shelf, revision, basis, scene_heading, about, notice, cards }))
    }
}
