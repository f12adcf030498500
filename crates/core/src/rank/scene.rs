//! A scene: how one kind of list is made, as a JSON file. Every field but `kind` may be absent.
//!
//! ```json
//! {
//!   "kind": "for-you",                     what the list rests on: for-you | more-like-this | goes-with | trending
//!   "heading": {"en": "Tonight", "zh": "今晚"},   instead of the usual heading
//!   "weights": {"events": {"view_item": 1, "purchase": 4, "dislike": -1},
//!               "step": 0.6, "halfLifeDays": 30, "seenDays": 30},
//!   "metric": "cosine",                     cosine | dot | euclidean | pearson
//!   "threshold": 0,                         the least score that a shown item must have; below 0 it is 0
//!   "filter": {"range": {"field": "price", "to": 100}},
//!   "rules": {"bury": [...], "boost": [...], "goesWith": [...], "pin": [...], "exclude": [...]},
//!   "showSeen": false,                      may show again what the visitor knows
//!   "variants": false,                      may show several variants of one product
//!   "diversity": {"method": "mmr", "strength": 0.25},      mmr | dpp | none; strength 0..1
//!   "interests": 0.5,                       0..1: how surely each interest has places by its weight
//!   "exposure": [{"items": {"eq": {"field": "brand", "value": "Own"}}, "share": 0.2}],
//!   "exploration": 0.1,                     part of the list that is drawn by chance, from the request's seed
//!   "scoreWeights": {"amplify": 2, "content": 1, "cooccurrence": 2, "popularity": 0.02}   instead of the learned weights
//! }
//! ```
//!
//! The scenes of `scenes/` are built in; a page may bring its own. Must not know how a list is made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{filter::Filter, rules::Rules};
use crate::{catalog::ScoreWeights, profile::weights::EventWeights, vectors::Metric};

/// What a list rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum ShelfKind {
    /// What the visitor did and said; a varied selection while nothing is known.
    #[default]
    ForYou,
    /// One item.
    MoreLikeThis,
    /// What goes with the cart, or with one item.
    GoesWith,
    /// What others buy; a varied selection where nobody is known to have bought.
    Trending,
}

/// How one kind of list is made. As JSON every field may be absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Scene {
    /// What the list rests on.
    pub kind: ShelfKind,
    /// By primary language subtag.
    pub heading: BTreeMap<String, String>,
    /// How much each event says, and how it fades.
    pub weights: EventWeights,
    /// How the likeness of two vectors is measured.
    pub metric: Metric,
    /// Items are shown that score more than this, -1..1. Below 0 it counts as 0.
    pub threshold: f32,
    /// The items that may be shown; absent: all.
    pub filter: Option<Filter>,
    /// The scene's own rules; those of a request come on top.
    pub rules: Rules,
    /// Whether to show items that the visitor viewed lately, bought, rated or has in the cart.
    pub show_seen: bool,
    /// Whether to show several variants of one product.
    pub variants: bool,
    /// How different from each other the items of the list are.
    pub diversity: Diversity,
    /// How surely each of the visitor's interests has places by its weight, 0..1. At 0 places go by score alone.
    pub interests: f32,
    /// Groups of items that have at least a part of the list.
    pub exposure: Vec<Exposure>,
    /// The chance of each place but the first to go to an item that would not be shown, 0..1.
    pub exploration: f32,
    /// Weights of a score's parts, instead of the learned ones of the same name; absent: all as learned.
    #[serde(alias = "mixture")]
    #[cfg_attr(test, ts(type = "{ [name: string]: number } | null"))]
    pub score_weights: Option<Value>,
}

/// How different from each other the items of a list are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Diversity {
    /// The way in which the next item is chosen.
    pub method: DiversityMethod,
    /// 0: by score alone; 1: by unlikeness alone.
    pub strength: f32,
}

/// How the next item of a list is chosen, so that it does not repeat what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum DiversityMethod {
    /// By score alone, whatever the strength.
    None,
    /// Maximal marginal relevance.
    #[default]
    Mmr,
    /// Determinantal point process.
    Dpp,
}

/// A group of items has at least this part of the list, as far as it has items that fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// The items of the group.
    pub items: Filter,
    /// The group's part of the list, 0..1.
    pub share: f32,
}

impl Default for Diversity {
    fn default() -> Self {
        Self { method: DiversityMethod::Mmr, strength: 0.25 }
    }
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            kind: ShelfKind::ForYou,
            heading: BTreeMap::new(),
            weights: EventWeights::default(),
            metric: Metric::Cosine,
            threshold: 0.0,
            filter: None,
            rules: Rules::default(),
            show_seen: false,
            variants: false,
            diversity: Diversity::default(),
            interests: 0.5,
            exposure: Vec::new(),
            exploration: 0.0,
            score_weights: None,
        }
    }
}

/// The built-in scenes, by name.
const BUILT_IN: [(&str, &str); 9] = [
    ("for-you", include_str!("scenes/for-you.json")),
    ("more-like-this", include_str!("scenes/more-like-this.json")),
    ("goes-with", include_str!("scenes/goes-with.json")),
    ("trending", include_str!("scenes/trending.json")),
    ("shop", include_str!("scenes/for-you.json")),
    ("news", include_str!("scenes/news.json")),
    ("music", include_str!("scenes/music.json")),
    ("video", include_str!("scenes/video.json")),
    ("courses", include_str!("scenes/courses.json")),
];

impl Scene {
    /// The built-in scene of a kind.
    pub fn built_in(kind: ShelfKind) -> Self {
        match kind {
            ShelfKind::ForYou => Self::from_name("for-you"),
            ShelfKind::MoreLikeThis => Self::from_name("more-like-this"),
            ShelfKind::GoesWith => Self::from_name("goes-with"),
            ShelfKind::Trending => Self::from_name("trending"),
        }
        .unwrap_or_default()
    }

    /// A built-in scene. An error names those that there are.
    pub fn from_name(name: &str) -> Result<Self, String> {
        match BUILT_IN.iter().find(|(known, _)| *known == name) {
            Some((_, json)) => serde_json::from_str(json).map_err(|error| error.to_string()),
            None => {
                let names = BUILT_IN.map(|(name, _)| name).join(", ");
                Err(format!("there is no scene {name:?}; built in are {names}, and a page may bring its own as JSON"))
            }
        }
    }

    /// By name, or as its own JSON.
    pub fn parse(value: &Value) -> Result<Self, String> {
        let scene: Self = match value {
            Value::String(name) if !name.trim_start().starts_with('{') => Self::from_name(name)?,
            Value::String(json) => serde_json::from_str(json).map_err(|error| error.to_string())?,
            value => serde_json::from_value(value.clone()).map_err(|error| error.to_string())?,
        };
        match scene.problem() {
            Some(problem) => Err(problem),
            None => Ok(scene),
        }
    }

    /// The learned weights with what the scene says instead.
    pub fn score_weights(&self, learned: ScoreWeights) -> Result<ScoreWeights, String> {
        let mut merged = serde_json::to_value(learned).map_err(|error| error.to_string())?;
        let (Value::Object(merged_fields), own) = (&mut merged, self.score_weights.as_ref()) else {
            return Ok(learned);
        };
        let own = match own {
            None | Some(Value::Null) => return Ok(learned),
            Some(own) => own.as_object().ok_or("it is no object of weights")?,
        };
        // What a file leaves out, because it is as usual.
        let ScoreWeights { newcomer, context_popularity, cold_item_flattening, .. } = learned;
        let usual: [(&str, Value); 3] = [
            ("newcomer", newcomer.into()),
            ("contextPopularity", context_popularity.into()),
            ("coldItemFlattening", cold_item_flattening.into()),
        ];
        for (name, weight) in usual {
            merged_fields.entry(name).or_insert(weight);
        }
        for (name, weight) in own {
            match merged_fields.get_mut(ScoreWeights::current_name(name)) {
                Some(field) => *field = weight.clone(),
                None => return Err(format!("there is no weight {name:?}")),
            }
        }
        let refused = "a weight is no number, `step` is not 0 to 1, or `amplify` is below 1";
        ScoreWeights::read(merged.to_string().as_bytes()).ok_or_else(|| refused.to_owned())
    }

    /// What is wrong with it, for the person who wrote it.
    pub fn problem(&self) -> Option<String> {
        let shares = self.exposure.iter().map(|exposure| ("exposure: share", exposure.share));
        let parts = [
            ("diversity: strength", self.diversity.strength),
            ("interests", self.interests),
            ("exploration", self.exploration),
        ];
        let part = |(name, part): (&str, f32)| {
            (!(0.0..=1.0).contains(&part)).then(|| format!("{name}: {part} is not between 0 and 1"))
        };
        let threshold = (!(-1.0..=1.0).contains(&self.threshold))
            .then(|| format!("threshold: {} is no likeness from -1 to 1", self.threshold));
        let filters = self.filter.iter().chain(self.exposure.iter().map(|exposure| &exposure.items));
        (self.weights.problem().map(|problem| format!("weights: {problem}")))
            .or(threshold)
            .or_else(|| {
                self.score_weights(ScoreWeights::default()).err().map(|problem| format!("scoreWeights: {problem}"))
            })
            .or_else(|| parts.into_iter().chain(shares).find_map(part))
            .or_else(|| filters.into_iter().find_map(Filter::problem))
            .or_else(|| self.rules.problem().map(|problem| format!("rules: {problem}")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_built_in_scenes_are_sound() {
        for (name, json) in BUILT_IN {
            let scene: Scene = serde_json::from_str(json).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(scene.problem(), None, "{name}");
        }
        for kind in [ShelfKind::ForYou, ShelfKind::MoreLikeThis, ShelfKind::GoesWith, ShelfKind::Trending] {
            assert_eq!(Scene::built_in(kind).kind, kind);
        }
    }

    #[test]
    fn a_scene_is_read_by_name_as_an_object_or_as_text() {
        assert_eq!(Scene::parse(&json!("more-like-this")).unwrap(), Scene::built_in(ShelfKind::MoreLikeThis));
        let own = json!({"kind": "trending", "weights": {"events": {"view_item": 2.5}}, "exploration": 0.1});
        let scene = Scene::parse(&own).unwrap();
        assert_eq!((scene.kind, scene.exploration), (ShelfKind::Trending, 0.1));
        assert_eq!(Scene::parse(&json!(own.to_string())).unwrap(), scene);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (scene, expect) in [
            (json!("nowhere"), "there is no scene \"nowhere\"; built in are for-you"),
            (json!({"kind": "popular"}), "unknown variant `popular`"),
            (json!({"bassis": "for-you"}), "unknown field `bassis`"),
            (json!({"weights": {"events": {"view": 1}}}), "unknown variant `view`"),
            (json!({"weights": {"step": 0}}), "weights: step"),
            (json!({"scoreWeights": {"amplify": 0}}), "scoreWeights"),
            (json!({"scoreWeights": {"contents": 1}}), "scoreWeights: there is no weight \"contents\""),
            (json!({"exploration": 2}), "exploration: 2 is not between 0 and 1"),
            (json!({"exposure": [{"items": {"has": "brand"}, "share": -1}]}), "share: -1"),
            (json!({"rules": {"pin": [{"item": "a", "place": 0}]}}), "rules: \"a\" is pinned"),
            (json!("{\"kind\": "), "EOF"),
            (json!(7), "invalid type"),
        ] {
            let error = Scene::parse(&scene).unwrap_err();
            assert!(error.contains(expect), "{error}");
        }
    }
}
