//! A scene: the settings of one kind of list, as a JSON file. Every field but `kind` may be absent.
//!
//! ```json
//! {
//!   "kind": "for-you",                     what the list is based on: for-you | more-like-this | goes-with | trending
//!   "heading": {"en": "Tonight", "zh": "今晚"},   instead of the usual heading
//!   "weights": {"events": {"view_item": 1, "purchase": 4, "dislike": -1},
//!               "step": 0.6, "halfLifeDays": 30, "seenDays": 30},
//!   "metric": "cosine",                     cosine | dot | euclidean | pearson
//!   "threshold": 0,                         shown items score more than this; values below 0 count as 0
//!   "filter": {"range": {"field": "price", "to": 100}},
//!   "rules": {"bury": [...], "boost": [...], "goesWith": [...], "pin": [...], "exclude": [...]},
//!   "showSeen": false,                      true also shows what the visitor has viewed, bought, rated or in the cart
//!   "variants": false,                      true also shows several variants of one product
//!   "diversity": {"method": "mmr", "strength": 0.25},      mmr | dpp | none; strength 0..1
//!   "interests": 0.5,                       0..1: how far each interest gets places in proportion to its weight
//!   "exposure": [{"items": {"eq": {"field": "brand", "value": "Own"}}, "share": 0.2}],
//!   "exploration": 0.1,                     0..1: the share of random items, drawn with the request's seed
//!   "scoreWeights": {"amplify": 2, "content": 1, "cooccurrence": 2, "popularity": 0.02}   instead of the learned ones
//! }
//! ```
//!
//! The scenes in `scenes/` are built in; a page may bring its own. Must not know how a list is made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{filter::Filter, rules::Rules};
use crate::{
    catalog::ScoreWeights,
    json::{from_text, from_value_or_text},
    profile::weights::EventWeights,
    vectors::Metric,
};

/// The kind of a list: what it is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum ShelfKind {
    /// The visitor's own events and wishes; a varied selection if there are none.
    #[default]
    ForYou,
    /// One item: shows similar ones.
    MoreLikeThis,
    /// The items in the cart, or one item: shows what goes with them.
    GoesWith,
    /// What others buy; a varied selection if no interactions were learned.
    Trending,
    /// What the visitor viewed, the latest first.
    RecentlyViewed,
}

/// The settings of one kind of list. As JSON every field may be absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Scene {
    /// The kind of list: what it is based on.
    pub kind: ShelfKind,
    /// The heading by primary language subtag, instead of the usual one.
    pub heading: BTreeMap<String, String>,
    /// The weight of each event, and how it decays.
    pub weights: EventWeights,
    /// How the similarity of two vectors is measured.
    pub metric: Metric,
    /// Only items that score more than this are shown, -1..1. Values below 0 count as 0.
    pub threshold: f32,
    /// Only items that match this are shown. Absent: all.
    pub filter: Option<Filter>,
    /// The scene's own rules; a request may add more.
    pub rules: Rules,
    /// Whether to show items that the visitor viewed lately, bought or rated. What is in the cart is never shown.
    pub show_seen: bool,
    /// Whether to show several variants of one product.
    pub variants: bool,
    /// How the items of the list are kept different from each other.
    pub diversity: Diversity,
    /// How far each of the visitor's interests gets places in proportion to its weight, 0..1. At 0 places depend on
    /// scores alone.
    pub interests: f32,
    /// Groups of items that each get a minimum share of the list.
    pub exposure: Vec<Exposure>,
    /// The probability that a place other than the first goes to a random item that would not be shown, 0..1.
    pub exploration: f32,
    /// Weights that replace the learned ones of the same name. Absent: all as learned.
    #[serde(alias = "mixture")]
    #[cfg_attr(test, ts(type = "{ [name: string]: number } | null"))]
    pub score_weights: Option<Value>,
}

/// How the items of a list are kept different from each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Diversity {
    /// How the next item is chosen.
    pub method: DiversityMethod,
    /// 0..1: at 0 the score alone decides, at 1 the difference from the items before alone.
    pub strength: f32,
}

/// How the next item of a list is chosen, so that it does not repeat the items before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum DiversityMethod {
    /// By score alone, whatever the strength is.
    None,
    /// Maximal marginal relevance.
    #[default]
    Mmr,
    /// Determinantal point process.
    Dpp,
}

/// Gives a group of items a minimum share of the list, as far as it has items that may be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// The items of the group.
    pub items: Filter,
    /// The minimum share, 0..1.
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
const BUILT_IN: [(&str, &str); 10] = [
    ("for-you", include_str!("scenes/for-you.json")),
    ("more-like-this", include_str!("scenes/more-like-this.json")),
    ("goes-with", include_str!("scenes/goes-with.json")),
    ("trending", include_str!("scenes/trending.json")),
    ("recently-viewed", include_str!("scenes/recently-viewed.json")),
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
            ShelfKind::RecentlyViewed => Self::from_name("recently-viewed"),
        }
        .unwrap_or_default()
    }

    /// The built-in scene of this name. The error lists all names.
    pub fn from_name(name: &str) -> Result<Self, String> {
        match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            Some((_, json)) => from_text(json).map_err(|error| error.to_string()),
            None => {
                let names = BUILT_IN.map(|(name, _)| name).join(", ");
                Err(format!(
                    "there is no scene {name:?}; built in are {names}; a page may also give its own scene as JSON"
                ))
            }
        }
    }

    /// A built-in scene by name, or a scene as a JSON object or as text. The error says what is wrong, and where.
    pub fn parse(value: &Value) -> Result<Self, String> {
        let scene: Self = match value {
            Value::String(name) if !name.trim_start().starts_with('{') => Self::from_name(name)?,
            value => from_value_or_text(value).map_err(|error| error.to_string())?,
        };
        match scene.problem() {
            Some(problem) => Err(problem),
            None => Ok(scene),
        }
    }

    /// The learned weights, with those that the scene replaces. The error says which of them is wrong.
    pub fn score_weights(&self, learned: ScoreWeights) -> Result<ScoreWeights, String> {
        let mut merged = serde_json::to_value(learned).map_err(|error| error.to_string())?;
        let (Value::Object(fields), own) = (&mut merged, self.score_weights.as_ref()) else {
            return Ok(learned);
        };
        let own = match own {
            None | Some(Value::Null) => return Ok(learned),
            Some(own) => own.as_object().ok_or("must be an object such as {\"content\": 1}")?,
        };
        // Serialisation leaves these out at their defaults, but a scene may still set them.
        let ScoreWeights { newcomer, context_popularity, cold_item_flattening, .. } = learned;
        let defaults: [(&str, Value); 3] = [
            ("newcomer", newcomer.into()),
            ("contextPopularity", context_popularity.into()),
            ("coldItemFlattening", cold_item_flattening.into()),
        ];
        for (name, weight) in defaults {
            fields.entry(name).or_insert(weight);
        }
        for (name, weight) in own {
            match fields.get_mut(ScoreWeights::current_name(name)) {
                Some(field) => *field = weight.clone(),
                None => return Err(format!("there is no weight {name:?}")),
            }
        }
        let invalid = "weights must be finite numbers, `step` from 0 to 1, `amplify` at least 1, \
                       and flattenings whole numbers up to 8";
        ScoreWeights::read(merged.to_string().as_bytes()).ok_or_else(|| invalid.to_owned())
    }

    /// The first mistake in the scene, as a message for its author.
    pub fn problem(&self) -> Option<String> {
        let shares = self.exposure.iter().map(|exposure| ("exposure: share", exposure.share));
        let fractions = [
            ("diversity: strength", self.diversity.strength),
            ("interests", self.interests),
            ("exploration", self.exploration),
        ];
        let out_of_range = |(name, value): (&str, f32)| {
            (!(0.0..=1.0).contains(&value)).then(|| format!("{name}: {value} must be from 0 to 1"))
        };
        let threshold = (!(-1.0..=1.0).contains(&self.threshold))
            .then(|| format!("threshold: {} must be from -1 to 1", self.threshold));
        let filters = self.filter.iter().chain(self.exposure.iter().map(|exposure| &exposure.items));
        (self.weights.problem().map(|problem| format!("weights: {problem}")))
            .or(threshold)
            .or_else(|| {
                self.score_weights(ScoreWeights::default()).err().map(|problem| format!("scoreWeights: {problem}"))
            })
            .or_else(|| fractions.into_iter().chain(shares).find_map(out_of_range))
            .or_else(|| filters.into_iter().find_map(Filter::problem))
            .or_else(|| self.rules.problem().map(|problem| format!("rules: {problem}")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_built_in_scenes_are_valid() {
        for (name, json) in BUILT_IN {
            let scene: Scene = serde_json::from_str(json).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(scene.problem(), None, "{name}");
        }
        let others = [ShelfKind::GoesWith, ShelfKind::Trending, ShelfKind::RecentlyViewed];
        for kind in [ShelfKind::ForYou, ShelfKind::MoreLikeThis].into_iter().chain(others) {
            assert_eq!(Scene::built_in(kind).kind, kind);
        }
    }

    #[test]
    fn scenes_are_parsed_from_names_objects_and_text() {
        assert_eq!(Scene::parse(&json!("more-like-this")).unwrap(), Scene::built_in(ShelfKind::MoreLikeThis));
        let own = json!({"kind": "trending", "weights": {"events": {"view_item": 2.5}}, "exploration": 0.1});
        let scene = Scene::parse(&own).unwrap();
        assert_eq!((scene.kind, scene.exploration), (ShelfKind::Trending, 0.1));
        assert_eq!(Scene::parse(&json!(own.to_string())).unwrap(), scene);
    }

    #[test]
    fn mistakes_are_reported() {
        for (scene, expect) in [
            (json!("nowhere"), "there is no scene \"nowhere\"; built in are for-you"),
            (json!({"kind": "popular"}), "unknown variant `popular`"),
            (json!({"bassis": "for-you"}), "unknown field `bassis`"),
            (json!({"weights": {"events": {"view": 1}}}), "unknown variant `view`"),
            (json!({"weights": {"step": 0}}), "weights: step"),
            (json!({"scoreWeights": {"amplify": 0}}), "scoreWeights"),
            (json!({"scoreWeights": {"contents": 1}}), "scoreWeights: there is no weight \"contents\""),
            (json!({"exploration": 2}), "exploration: 2 must be from 0 to 1"),
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
