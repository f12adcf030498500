//! What a shelf shows for a case: the very call that a visit makes, filters, diversity and shares of interests included.
//!
//! A history is purchases where the set does not say what was done, within one session; a sentence is a wish. Must not
//! know what is measured.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use pollster::block_on;

use super::set::Case;
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

/// Cards of a list.
const LIMIT: usize = 10;

pub struct Shelf<'a> {
    catalog: &'a Catalog,
    options: RankingOptions,
    wishes: &'a Wishes,
}

/// What the model makes of each part of the cases' sentences.
pub struct Wishes {
    read: BTreeMap<String, Option<TextVector>>,
    /// The model's cosine of two texts, by how like they are: 0 is nothing in common, 1 is the same.
    likeness: Box<dyn Fn(f32) -> f32 + Sync>,
}

impl Wishes {
    pub fn read(folder: &std::path::Path, cases: &[Case], catalog: &Catalog) -> Result<Self> {
        let sentences = cases.iter().filter_map(|case| case.query.as_deref());
        let wanted: BTreeSet<String> = sentences.flat_map(|sentence| parts(sentence, catalog)).collect();
        if wanted.is_empty() {
            return Ok(Self { read: BTreeMap::new(), likeness: Box::new(|part| part) });
        }
        let mut model = for_session(NativeModel::load(folder, DeviceArg::Cpu)?);
        let mut read = BTreeMap::new();
        for part in wanted {
            let vector = block_on(model.vector(&part))?;
            read.insert(part, vector);
        }
        Ok(Self { read, likeness: Box::new(model.likeness()) })
    }
}

impl<'a> Shelf<'a> {
    /// The shop's list for a visitor, without the rows that are no candidates.
    pub fn new(catalog: &'a Catalog, wishes: &'a Wishes, without: impl Iterator<Item = u32>) -> Self {
        let exclude = without.map(|row| catalog.item(row).id().to_owned()).collect();
        let request = ShelfRequest { limit: LIMIT, exclude, ..ShelfRequest::default() };
        Self { catalog, options: RankingOptions::from_request(&request, catalog).0, wishes }
    }

    /// The same with another way to diversify.
    pub fn with(&self, method: DiversityMethod) -> Self {
        let mut options = self.options.clone();
        options.scene.diversity.method = method;
        Self { catalog: self.catalog, options, wishes: self.wishes }
    }

    /// Best first.
    pub fn list(&self, case: &Case) -> Vec<Hit> {
        let mut history = History::from_interactions(case.acts());
        let mut texts = TextVectors::default();
        if let Some(sentence) = &case.query {
            history.push(&Event::for_text(EventName::Wish, sentence, 0.0), |_| None);
            for part in parts(sentence, self.catalog) {
                let read = self.wishes.read.get(&part).cloned().flatten();
                texts.add(&part, read, &self.wishes.likeness, self.catalog);
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

/// What a page says of the case's surroundings.
fn context(facts: &[Fact]) -> Context {
    let said = |(field, value): &Fact| (field.clone(), Some(ContextValue::One(FilterValue::Text(value.clone()))));
    Context { facts: facts.iter().map(said).collect(), ..Context::default() }
}
