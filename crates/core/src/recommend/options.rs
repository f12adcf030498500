//! What a list is to be: a request as one catalogue reads it. Must not know the visitor.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    catalog::{Catalog, ItemRef, ScoreWeights},
    profile::SimilaritySettings,
    protocol::ShelfRequest,
    rank::{Context, Filter, Rules, Scene},
};

/// A list of more cards is cut.
pub const MAX_CARDS: usize = 1000;

/// What a list is to be: a request that was read and put to one catalogue.
#[derive(Debug, Clone)]
pub struct RankingOptions {
    /// The scene that the request names or brings, or else the built-in one of its kind.
    pub scene: Scene,
    /// The catalogue's, and what the scene says instead.
    pub score_weights: ScoreWeights,
    /// The scene's and the request's.
    pub rules: Rules,
    /// What the page says of its surroundings; empty where it says nothing.
    pub context: Context,
    /// The item that the list is about.
    pub item: Option<u32>,
    /// The most rows that the list may have, at most [`MAX_CARDS`].
    pub limit: usize,
    /// Where chance begins: the same seed gives the same list.
    pub seed: u32,
    pub(super) excluded: BTreeSet<u32>,
    /// Rows that the filters let pass. `[N]`
    pub(super) eligible: Vec<bool>,
    /// Rows of each of the scene's groups with a share. `[N]` each
    pub(super) exposure_rows: Vec<Vec<bool>>,
    /// Rows that each boost lifts, and each "goes with" rule. `[N]` each
    pub(super) boost_rows: Vec<Vec<bool>>,
    pub(super) goes_with_rows: Vec<Vec<bool>>,
}

impl RankingOptions {
    /// The scene with what the catalogue and the request put into it.
    pub fn effective_scene(&self) -> Value {
        let score_weights = serde_json::to_value(self.score_weights).ok();
        let scene = Scene { score_weights, rules: self.rules.clone(), ..self.scene.clone() };
        serde_json::to_value(scene).unwrap_or_default()
    }

    /// Reads a request for `catalog`; what is wrong with it is told, and left out.
    pub fn from_request(request: &ShelfRequest, catalog: &Catalog) -> (Self, Vec<String>) {
        let mut wrong = Vec::new();
        let own = request.scene.as_ref().filter(|scene| !scene.is_null()).map(Scene::parse);
        let scene = own.and_then(|scene| scene.map_err(|error| wrong.push(format!("scene: {error}"))).ok());
        let mut scene = scene.unwrap_or_else(|| Scene::built_in(request.kind));
        let score_weights = scene.score_weights(catalog.score_weights).unwrap_or(catalog.score_weights);
        scene.weights.step = scene.weights.step.or(Some(score_weights.step));
        let mut filter: Option<Filter> = read(&request.filter, "filter", Filter::problem, &mut wrong);
        let rules: Rules = read(&request.rules, "rules", Rules::problem, &mut wrong).unwrap_or_default();
        let mut rules = scene.rules.clone().merge(rules);
        let id = |name: &str| Some(catalog.item(catalog.row(name)?).id().to_owned());
        let groups = scene.exposure.iter_mut().map(|group| &mut group.items);
        let own = scene.filter.iter_mut().chain(&mut filter).chain(groups);
        own.chain(rules.item_filters_mut()).for_each(|filter| filter.resolve_item_ids(&id));
        let filters: Vec<&Filter> = scene.filter.iter().chain(&filter).collect();
        let shown = |item: ItemRef| {
            filters.iter().all(|filter| filter.matches(&item)) && !rules.exclude.iter().any(|f| f.matches(&item))
        };
        let holding = |filter: &Filter| catalog.items.iter().map(|item| filter.matches(&item)).collect();
        let options = Self {
            eligible: catalog.items.iter().map(shown).collect(),
            exposure_rows: scene.exposure.iter().map(|group| holding(&group.items)).collect(),
            boost_rows: rules.boost.iter().map(|boost| holding(&boost.items)).collect(),
            goes_with_rows: rules.goes_with.iter().map(|rule| holding(&rule.show)).collect(),
            excluded: request.exclude.iter().filter_map(|id| catalog.row(id)).collect(),
            item: request.item.as_deref().and_then(|id| catalog.row(id)),
            context: request.context.clone().unwrap_or_default(),
            limit: request.limit.min(MAX_CARDS),
            seed: request.seed,
            scene,
            score_weights,
            rules,
        };
        (options, wrong)
    }

    /// The text that the page gave.
    pub fn text(&self) -> Option<&str> {
        self.context.text.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }

    pub(super) fn similarity_settings(&self) -> SimilaritySettings {
        let ScoreWeights { amplify, recency_flattening, cold_item_flattening, .. } = self.score_weights;
        SimilaritySettings { metric: self.scene.metric, amplify, recency_flattening, cold_item_flattening }
    }
}

fn read<T: serde::de::DeserializeOwned>(
    value: &Option<Value>,
    name: &str,
    problem: impl Fn(&T) -> Option<String>,
    wrong: &mut Vec<String>,
) -> Option<T> {
    let value = value.as_ref().filter(|value| !value.is_null())?;
    let read = match value {
        Value::String(json) => serde_json::from_str(json),
        value => serde_json::from_value(value.clone()),
    };
    let sound = |read: T| problem(&read).map_or(Ok(read), Err);
    read.map_err(|error| error.to_string()).and_then(sound).map_err(|why| wrong.push(format!("{name}: {why}"))).ok()
}
