//! Makes one list for one visitor: the pure function that every shelf uses and that `eval` measures.
//!
//! ```text
//! log -> history -> profile -> subject -> scores of all rows, part by part -> rules, diversity -> list
//! ```
//! It can be called with another log or another limit, so that "what if" questions are answered by the same steps.
//! Must not know cards, sentences or the wire's updates.

mod contributions; //  what a score consists of, by part and by signal
mod options; //        a request, resolved against a catalogue
pub mod statements; // how the visitor's texts change a list
mod substitutes; //    items of the same kind
pub mod texts; //      the vectors of the visitor's texts
mod viewed; //         what the visitor viewed

use std::{collections::BTreeSet, rc::Rc};

pub use self::contributions::{NEGLIGIBLE_SHARE, ScoreParts, SignalContribution};
pub use self::options::{MAX_CARDS, RankingOptions};
use self::substitutes::substitutes;
use self::texts::TextVectors;
use self::viewed::recently_viewed;
use crate::{
    catalog::Catalog,
    profile::{ContentScorer, EventName, History, Overrides, Profile, SimilarityCache, Source, cluster_interests},
    protocol::{Basis, TextNote},
    rank::{self, ExposureGroup, Filter, Ranker, Scorer, ShelfKind, TitleWords},
    vectors::{Hit, arithmetic::dot},
};

/// For a visitor with dislikes only, the varied selection has only items that are less similar to them, as a cosine.
const MAX_DISLIKED_SIMILARITY: f32 = 0.3;

/// Everything a list is made from, beside the options of the list itself.
pub struct RankingInputs<'a, 'l> {
    /// The items to recommend from.
    pub catalog: &'a Catalog,
    /// The visitor's log, grouped by item and text.
    pub history: &'l History,
    /// Sources of interests that the visitor has muted.
    pub muted: &'l BTreeSet<Source>,
    /// The vectors of the visitor's texts.
    pub texts: &'l TextVectors,
    /// The time by the page's clock, in milliseconds since 1970.
    pub now_ms: f64,
}

/// A list, and what it was made from.
pub struct RankedList<'a> {
    /// What the list is based on.
    pub basis: Basis,
    /// The items of the list with their scores, in the order to show them.
    pub hits: Vec<Hit>,
    /// The visitor's profile, from the log and from the page's cart and text.
    pub profile: Profile,
    /// The profile that the list was scored for: the visitor's, or one of an item or of the cart.
    pub subject: Profile,
    /// Computes the content part of the scores.
    pub content_scorer: ContentScorer,
    /// Computes every part of the score of any row. None for a varied selection and for what
    /// the visitor viewed, which are made without scores.
    pub scorer: Option<Scorer<'a>>,
    /// The note to the visitor about their last text, if there is one.
    pub text_note: Option<TextNote>,
}

/// Makes the list that `options` ask for.
pub fn recommend<'a>(
    inputs: &RankingInputs<'a, '_>,
    options: &RankingOptions,
    similarities: &mut SimilarityCache,
) -> RankedList<'a> {
    let (catalog, scene) = (inputs.catalog, &options.scene);
    let cart = cart(inputs, options);
    let page_signals = page_signals(inputs, options);
    let overrides = statements::overrides(inputs, &scene.weights, &page_signals);
    let profile = inputs.history.build_profile(&scene.weights, inputs.now_ms, &overrides, &page_signals);
    let (basis, subject) = subject(inputs, options, &cart, (&profile, &overrides, &page_signals));
    let content_scorer = content_scorer(inputs, options, &subject);
    let unwanted = statements::unwanted_rows(catalog, &profile, &overrides);
    // Excluded even when what the visitor has seen lately is shown again.
    let mut always_excluded = options.excluded.clone();
    always_excluded.extend(options.item.iter().chain(&cart).chain(&unwanted));
    let mut excluded = always_excluded.clone();
    if !scene.show_seen {
        always_excluded.extend(&profile.owned);
        excluded.extend(profile.seen.union(&profile.owned));
    }
    let boosts = boosts(catalog, options, &cart);
    let within_price_limit = statements::within_price_limit(inputs, options);
    let eligible = within_price_limit.as_deref().unwrap_or(&options.eligible);
    let is_goes_with = scene.kind == ShelfKind::GoesWith;
    let complements = is_goes_with.then(|| complements(catalog, options, &cart, &boosts));
    let groups = groups(catalog, options, &content_scorer, basis);
    let ranker = Ranker {
        catalog,
        scene,
        rules: &options.rules,
        eligible: complements.as_deref().unwrap_or(eligible),
        boosts: &boosts,
        groups: &groups,
        refused: &profile.refused,
        excluded: &excluded,
        seed: options.seed,
        limit: options.limit,
    };
    if scene.kind == ShelfKind::RecentlyViewed {
        let hits = recently_viewed(&ranker, inputs.history, &always_excluded);
        return RankedList { basis, hits, profile, subject, content_scorer, scorer: None, text_note: None };
    }
    let text_note = statements::text_note(inputs, options);
    let scorer = (basis != Basis::ColdStart).then(|| {
        let parts = (&catalog.matrix, &catalog.fields, catalog.relations.as_ref());
        let context_popularity =
            catalog.contexts.as_ref().map(|contexts| contexts.scores(&options.context.learned_facts()));
        rank::build_scorer(parts, options.score_weights, (&subject, &content_scorer), similarities)
            .with_context(context_popularity.unwrap_or_default())
            .with_words(title_words(catalog, options, &subject))
    });
    let rank = |ranker: &Ranker, scorer: &Scorer| ranker.rank(&scorer.scores(), scene.threshold.max(0.0));
    let hits = scorer.as_ref().map_or_else(Vec::new, |scorer| rank(&ranker, scorer));
    // A `for-you` list must not stay empty because of what the visitor did or typed; the other kinds may be empty.
    if scorer.is_some() && (!hits.is_empty() || scene.kind != ShelfKind::ForYou) {
        return RankedList { basis, hits, profile, subject, content_scorer, scorer, text_note };
    }
    let hits = varied_selection(&ranker, options, basis, &content_scorer, (&unwanted, &overrides));
    // The visitor may have seen everything lately: then the best of it is shown again.
    if hits.is_empty()
        && let Some(scorer) = scorer
    {
        let hits = rank(&Ranker { excluded: &always_excluded, ..ranker }, &scorer);
        return RankedList { basis, hits, profile, subject, content_scorer, scorer: Some(scorer), text_note };
    }
    RankedList { basis: Basis::ColdStart, hits, profile, subject, content_scorer, scorer: None, text_note }
}

/// A varied selection: for a visitor without a profile, or in place of a scored list that came out empty. In the latter
/// case it also leaves out what the visitor has seen lately or owns.
fn varied_selection(
    ranker: &Ranker,
    options: &RankingOptions,
    basis: Basis,
    content_scorer: &ContentScorer,
    (unwanted, overrides): (&BTreeSet<u32>, &Overrides),
) -> Vec<Hit> {
    let matrix = &ranker.catalog.matrix;
    let is_known = |row: u32| basis != Basis::ColdStart && ranker.excluded.contains(&row) && !unwanted.contains(&row);
    let is_allowed = |row: u32| {
        let is_excluded = ranker.refused.contains(&row) || options.excluded.contains(&row) || is_known(row);
        ranker.eligible[row as usize] && !is_excluded
    };
    let is_wanted = |row: u32| {
        let disliked_similarity = || content_scorer.max_disliked_similarity(&matrix.vector(row));
        is_allowed(row) && !unwanted.contains(&row) && disliked_similarity() < MAX_DISLIKED_SIMILARITY
    };
    let hits = ranker.apply_pins(rank::select_varied(matrix, is_wanted, options.limit));
    // The visitor may not want anything that is left: then unwanted items are better than none.
    if hits.is_empty() && !(unwanted.is_empty() && overrides.unwanted.is_empty()) {
        return ranker.apply_pins(rank::select_varied(matrix, is_allowed, options.limit));
    }
    hits
}

/// The page's cart and text, as events at the present time.
fn page_signals(inputs: &RankingInputs, options: &RankingOptions) -> Vec<(Source, EventName)> {
    let rows = options.context.cart.iter().filter_map(|id| inputs.catalog.row(id));
    let cart = rows.map(|row| (Source::Item(row), EventName::AddToCart));
    cart.chain(options.text().map(|text| (Source::Text(text.to_owned()), EventName::Search))).collect()
}

/// What the list is based on, and the profile that it is scored for.
fn subject(
    inputs: &RankingInputs,
    options: &RankingOptions,
    cart: &BTreeSet<u32>,
    (profile, overrides, page_signals): (&Profile, &Overrides, &[(Source, EventName)]),
) -> (Basis, Profile) {
    let weights = &options.scene.weights;
    let profile_of_items = |rows: &mut dyn Iterator<Item = u32>| {
        let signals: Vec<_> = rows.map(|row| (Source::Item(row), EventName::AddToCart)).collect();
        History::default().build_profile(weights, inputs.now_ms, &Overrides::default(), &signals)
    };
    let has_positive_signal = |profile: &Profile| profile.signals.iter().any(|signal| signal.weight > 0.0);
    let is_learned = inputs.catalog.relations.is_some();
    match options.scene.kind {
        ShelfKind::MoreLikeThis => (Basis::Item, profile_of_items(&mut options.item.into_iter())),
        ShelfKind::GoesWith if options.item.is_some() => (Basis::Item, profile_of_items(&mut options.item.into_iter())),
        ShelfKind::GoesWith => (Basis::Cart, profile_of_items(&mut cart.iter().copied())),
        ShelfKind::Trending if is_learned => (Basis::Trending, profile.clone()),
        ShelfKind::ForYou if has_positive_signal(profile) => {
            let log_suffices =
                || has_positive_signal(&inputs.history.build_profile(weights, inputs.now_ms, overrides, &[]));
            let basis = if page_signals.is_empty() || log_suffices() {
                Basis::Profile
            } else if cart.is_empty() {
                Basis::Text
            } else {
                Basis::Cart
            };
            (basis, profile.clone())
        }
        ShelfKind::RecentlyViewed => (Basis::Viewed, profile.clone()),
        ShelfKind::ForYou | ShelfKind::Trending => (Basis::ColdStart, profile.clone()),
    }
}

/// The scores of the title words for a profile. `[N]`, or empty if they do not count
fn title_words(catalog: &Catalog, options: &RankingOptions, profile: &Profile) -> Vec<f32> {
    let count = options.score_weights.words != 0.0;
    if count { TitleWords::of(catalog).scores(&profile.weighted_rows()) } else { Vec::new() }
}

/// The content scorer for a profile: items have their vectors in the catalogue, texts in `inputs.texts`.
fn content_scorer(inputs: &RankingInputs, options: &RankingOptions, profile: &Profile) -> ContentScorer {
    let matrix = &inputs.catalog.matrix;
    ContentScorer::new(profile, options.similarity_settings(), |source| match source {
        _ if matrix.width() == 0 => None,
        Source::Item(row) => Some(matrix.vector(*row)),
        Source::Text(text) => inputs.texts.place(text, inputs.catalog).ok().map(|placement| placement.vector),
    })
}

/// Rows in the cart, according to the page or to the log.
fn cart(inputs: &RankingInputs, options: &RankingOptions) -> BTreeSet<u32> {
    let from_page = options.context.cart.iter().filter_map(|id| inputs.catalog.row(id));
    from_page.chain(inputs.history.cart()).collect()
}

/// Whether each row may go with the cart or the page's item: it is not of the same kind, or a rule boosts it. `[N]`
fn complements(catalog: &Catalog, options: &RankingOptions, cart: &BTreeSet<u32>, boosts: &[f32]) -> Vec<bool> {
    let substitutes = substitutes(catalog, &cart.iter().copied().chain(options.item).collect());
    let is_boosted = |row: usize| boosts.get(row).is_some_and(|boost| *boost > 0.0);
    let is_complement = |row: usize| options.eligible[row] && (is_boosted(row) || !substitutes[row]);
    (0..catalog.len()).map(is_complement).collect()
}

/// The groups that get a share of the list: those of the scene, and each of the visitor's interests by its weight.
fn groups<'a>(
    catalog: &'a Catalog,
    options: &'a RankingOptions,
    content_scorer: &ContentScorer,
    basis: Basis,
) -> Vec<ExposureGroup<'a>> {
    let scene = &options.scene;
    let mut groups: Vec<ExposureGroup> = (options.exposure_rows.iter().zip(&scene.exposure))
        .map(|(rows, group)| ExposureGroup {
            contains: Box::new(|row| rows[row as usize]),
            share: group.share,
            beyond_pool: true,
        })
        .collect();
    let needs_interests = basis == Basis::Profile && scene.interests > 0.0;
    let interests = if needs_interests { cluster_interests(content_scorer.signals()) } else { Vec::new() };
    if interests.len() < 2 {
        return groups;
    }
    let directions: Rc<Vec<Vec<f32>>> =
        Rc::new(interests.iter().map(|interest| content_scorer.interest_direction(&interest.members)).collect());
    for (nth, interest) in interests.iter().enumerate() {
        let directions = Rc::clone(&directions);
        // An item belongs to the interest that adds most to its score; of equals to the heavier one, which comes first.
        let contains = move |row: u32| {
            let vector = catalog.matrix.vector(row);
            let scores: Vec<f32> = directions.iter().map(|direction| dot(direction, &vector)).collect();
            (0..scores.len()).fold(0, |best, other| if scores[other] > scores[best] { other } else { best }) == nth
        };
        groups.push(ExposureGroup {
            contains: Box::new(contains),
            share: scene.interests * interest.weight,
            beyond_pool: false,
        });
    }
    groups
}

/// What the `boost` and `goesWith` rules that apply now add to each row. `[N]`, or empty if none applies
fn boosts(catalog: &Catalog, options: &RankingOptions, cart: &BTreeSet<u32>) -> Vec<f32> {
    let rules = &options.rules;
    let applies_now = |when: &Option<Filter>| when.as_ref().is_none_or(|when| when.matches(&options.context));
    let boosts = (rules.boost.iter().zip(&options.boost_rows))
        .filter(|(boost, _)| applies_now(&boost.when))
        .map(|(boost, rows)| (rows, boost.add));
    let bases = || cart.iter().copied().chain(options.item);
    let goes_with = (rules.goes_with.iter().zip(&options.goes_with_rows))
        .filter(|(rule, _)| bases().any(|row| rule.with.matches(&catalog.item(row))))
        .map(|(rule, rows)| (rows, rule.add));
    let active: Vec<(&Vec<bool>, f32)> = boosts.chain(goes_with).collect();
    if active.is_empty() {
        return Vec::new();
    }
    let sum = |row: usize| active.iter().filter(|(rows, _)| rows[row]).map(|(_, add)| add).sum();
    (0..catalog.len()).map(sum).collect()
}
