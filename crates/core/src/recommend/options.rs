//! A request for a list, resolved against one catalogue. Must not know the visitor.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    catalog::{Catalog, ItemRef, ScoreWeights},
    json::from_value_or_text,
    profile::SimilaritySettings,
    protocol::ShelfRequest,
    rank::{Context, Filter, Rules, Scene},
};

/// The most cards of a list; a longer list is cut.
pub const MAX_CARDS: usize = 1000;

/// How a list is to be made: a request whose scene, rules and filters were resolved against one catalogue.
#[derive(Debug, Clone)]
pub struct RankingOptions {
    /// The scene that the request names or contains, or else the built-in one of its kind.
    pub scene: Scene,
    /// The weights learned for the catalogue, with those that the scene replaces.
    pub score_weights: ScoreWeights,
    /// The rules of the scene and of the request together.
    pub rules: Rules,
    /// What the page says about the visit; empty if it says nothing.
    pub context: Context,
    /// The row of the page's item, which the list is about.
    pub item: Option<u32>,
    /// The most rows that the list may have, at most [`MAX_CARDS`].
    pub limit: usize,
    /// Seed of the exploration: the same seed gives the same list.
    pub seed: u32,
    /// Rows that the request excludes.
    pub(super) excluded: BTreeSet<u32>,
    /// Whether each row passes the filters and the `exclude` rules. `[N]`
    pub(super) eligible: Vec<bool>,
    /// Whether each row belongs to each group of the scene's `exposure`. `[N]` each
    pub(super) exposure_rows: Vec<Vec<bool>>,
    /// Whether each row is raised or lowered by each `boost` rule. `[N]` each
    pub(super) boost_rows: Vec<Vec<bool>>,
    /// Whether each row is raised by each `goesWith` rule. `[N]` each
    pub(super) goes_with_rows: Vec<Vec<bool>>,
}

impl RankingOptions {
    /// The scene with the learned weights and the rules of the request filled in, as JSON.
    pub fn effective_scene(&self) -> Value {
        let score_weights = serde_json::to_value(self.score_weights).ok();
        let scene = Scene { score_weights, rules: self.rules.clone(), ..self.scene.clone() };
        serde_json::to_value(scene).unwrap_or_default()
    }

    /// Resolves a request against `catalog`. Parts of it that are wrong are left out; a message for each says what is
    /// wrong.
    pub fn from_request(request: &ShelfRequest, catalog: &Catalog) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let own = request.scene.as_ref().filter(|scene| !scene.is_null()).map(Scene::parse);
        let scene = own.and_then(|scene| scene.map_err(|error| problems.push(format!("scene: {error}"))).ok());
        let mut scene = scene.unwrap_or_else(|| Scene::built_in(request.kind));
        let score_weights = scene.score_weights(catalog.score_weights).unwrap_or(catalog.score_weights);
        scene.weights.step = scene.weights.step.or(Some(score_weights.step));
        let mut filter: Option<Filter> = parse_part(&request.filter, "filter", Filter::problem, &mut problems);
        let rules: Rules = parse_part(&request.rules, "rules", Rules::problem, &mut problems).unwrap_or_default();
        let mut rules = scene.rules.clone().merge(rules);
        let id_of = |name: &str| Some(catalog.item(catalog.row(name)?).id().to_owned());
        let groups = scene.exposure.iter_mut().map(|group| &mut group.items);
        let own = scene.filter.iter_mut().chain(&mut filter).chain(groups);
        own.chain(rules.item_filters_mut()).for_each(|filter| filter.resolve_item_ids(&id_of));
        let filters: Vec<&Filter> = scene.filter.iter().chain(&filter).collect();
        let is_eligible = |item: ItemRef| {
            filters.iter().all(|filter| filter.matches(&item)) && !rules.exclude.iter().any(|f| f.matches(&item))
        };
        let matching = |filter: &Filter| catalog.items.iter().map(|item| filter.matches(&item)).collect();
        let options = Self {
            eligible: catalog.items.iter().map(is_eligible).collect(),
            exposure_rows: scene.exposure.iter().map(|group| matching(&group.items)).collect(),
            boost_rows: rules.boost.iter().map(|boost| matching(&boost.items)).collect(),
            goes_with_rows: rules.goes_with.iter().map(|rule| matching(&rule.show)).collect(),
            excluded: request.exclude.iter().filter_map(|id| catalog.row(id)).collect(),
            item: request.item.as_deref().and_then(|id| catalog.row(id)),
            context: request.context.clone().unwrap_or_default(),
            limit: request.limit.min(MAX_CARDS),
            seed: request.seed,
            scene,
            score_weights,
            rules,
        };
        (options, problems)
    }

    /// The page's own text, unless it is blank.
    pub fn text(&self) -> Option<&str> {
        self.context.text.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The settings of the content scorer.
    pub(super) fn similarity_settings(&self) -> SimilaritySettings {
        let ScoreWeights { amplify, recency_flattening, cold_item_flattening, .. } = self.score_weights;
        SimilaritySettings { metric: self.scene.metric, amplify, recency_flattening, cold_item_flattening }
    }
}

/// Parses a part of the request, given as a JSON value or as text. `None` if it is absent or wrong; then the message
/// goes to `problems`, after `name`.
fn parse_part<T: serde::de::DeserializeOwned>(
    value: &Option<Value>,
    name: &str,
    problem: impl Fn(&T) -> Option<String>,
    problems: &mut Vec<String>,
) -> Option<T> {
    let value = value.as_ref().filter(|value| !value.is_null())?;
    let validate = |part: T| problem(&part).map_or(Ok(part), Err);
    let checked = from_value_or_text(value).map_err(|error| error.to_string()).and_then(validate);
    checked.map_err(|problem| problems.push(format!("{name}: {problem}"))).ok()
}
