//! The list that a shelf shows for a test case: made by the same function as in a visit, with filters, diversification
//! and places for each interest.
//!
//! A history is one session, and its events are purchases if the data set does not name them; a query is a wish. Must
//! not know what is measured.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use pollster::block_on;

use super::dataset::TestCase;
use crate::native::for_session;
use nearmind::cli::{device::DeviceArg, model::NativeModel};
use nearmind_core::{
    catalog::{Catalog, context_popularity::Fact},
    profile::{Event, EventName, History, SimilarityCache},
    protocol::ShelfRequest,
    rank::{Context, filter::FilterValue, rules::ContextValue, scene::DiversityMethod},
    recommend::{
        RankingInputs, RankingOptions, recommend,
        texts::{TextVector, TextVectors, parts},
    },
    vectors::Hit,
};
use nearmind_encoder::{TextModel, model::cosine_of};

/// Length of a list.
const LIMIT: usize = 10;

/// A shelf with the default settings.
pub struct Shelf<'a> {
    catalog: &'a Catalog,
    options: RankingOptions,
    wishes: &'a WishVectors,
}

/// The vectors of the queries' parts, such as the clauses of a sentence.
pub struct WishVectors {
    vectors: BTreeMap<String, Option<TextVector>>,
    /// Converts a similarity of two texts (0: nothing in common, 1: the same) to this model's cosine.
    likeness: Box<dyn Fn(f32) -> f32 + Sync>,
}

impl WishVectors {
    /// Encodes the parts of all queries with the model in `folder`.
    pub fn read(folder: &std::path::Path, cases: &[TestCase], catalog: &Catalog) -> Result<Self> {
        let queries = cases.iter().filter_map(|case| case.query.as_deref());
        let texts: BTreeSet<String> = queries.flat_map(|query| parts(query, catalog)).collect();
        if texts.is_empty() {
            return Ok(Self { vectors: BTreeMap::new(), likeness: Box::new(|similarity| similarity) });
        }
        let mut model = for_session(NativeModel::load(folder, DeviceArg::Cpu)?);
        let mut vectors = BTreeMap::new();
        for text in texts {
            let vector = block_on(model.vector(&text))?;
            vectors.insert(text, vector);
        }
        let background = model.background();
        Ok(Self { vectors, likeness: Box::new(move |similarity| cosine_of(background, similarity)) })
    }
}

impl<'a> Shelf<'a> {
    /// A shelf that never shows the `excluded` rows.
    pub fn new(catalog: &'a Catalog, wishes: &'a WishVectors, excluded: impl Iterator<Item = u32>) -> Self {
        let exclude = excluded.map(|row| catalog.item(row).id().to_owned()).collect();
        let request = ShelfRequest { limit: LIMIT, exclude, ..ShelfRequest::default() };
        Self { catalog, options: RankingOptions::from_request(&request, catalog).0, wishes }
    }

    /// The same shelf with another method of diversification.
    pub fn with_method(&self, method: DiversityMethod) -> Self {
        let mut options = self.options.clone();
        options.scene.diversity.method = method;
        Self { catalog: self.catalog, options, wishes: self.wishes }
    }

    /// The list for a test case, best first.
    pub fn list(&self, case: &TestCase) -> Vec<Hit> {
        let mut history = History::from_interactions(case.events());
        let mut texts = TextVectors::default();
        if let Some(query) = &case.query {
            history.push(&Event::for_text(EventName::Wish, query, 0.0), |_| None);
            for part in parts(query, self.catalog) {
                let vector = self.wishes.vectors.get(&part).cloned().flatten();
                texts.add(&part, vector, &self.wishes.likeness, self.catalog);
            }
        }
        let mut options = self.options.clone();
        options.context = context(&case.facts);
        let muted = BTreeSet::new();
        let inputs =
            RankingInputs { catalog: self.catalog, history: &history, muted: &muted, texts: &texts, now_ms: 0.0 };
        recommend(&inputs, &options, &mut SimilarityCache::default()).hits
    }
}

/// The facts of a test case, as a page states them.
fn context(facts: &[Fact]) -> Context {
    let fact = |(field, value): &Fact| (field.clone(), Some(ContextValue::One(FilterValue::Text(value.clone()))));
    Context { facts: facts.iter().map(fact).collect(), ..Context::default() }
}
