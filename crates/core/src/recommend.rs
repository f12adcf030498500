//! From what is known of a visitor to one list: the pure function that makes every shelf, and that `eval` measures.
//!
//! ```text
//! log -> history -> profile -> subject, taste -> scores of all rows, part by part -> rules, diversity -> list
//! ```
//! Can be asked with another log or another limit, so that "what if" is answered by the very same steps.
//! Must not know cards, sentences or the wire's updates.

mod setting; //        the request, as one catalogue reads it
mod summands; //       what a score is made of, by part and by signal
pub mod statements; // what texts do to a list, beside where they lie
pub mod texts; //      where the visitor's texts lie among the items

use std::{collections::BTreeSet, rc::Rc};

pub use self::setting::{MOST_CARDS, Setting};
pub use self::summands::{Added, NOTHING, Summands};
use self::{statements::Note, texts::Texts};
use crate::{
    catalog::Catalog,
    profile::{SimilarityCache, ContentScorer, EventName, History, Overrides, Profile, Source, cluster_interests},
    protocol::Basis,
    rank::{self, Filter, Group, ShelfKind, Order, Scorer},
    vectors::{Hit, arithmetic::dot},
};

/// Someone who only said what they dislike gets a selection from what is less than this like it.
const MAX_DISLIKED_SIMILARITY: f32 = 0.3;

/// What is known when a list is made.
pub struct View<'a, 'l> {
    /// The items that the list is made of.
    pub catalog: &'a Catalog,
    /// The visitor's log, gathered by what it is about.
    pub history: &'l History,
    /// Sources of muted interests.
    pub muted: &'l BTreeSet<Source>,
    /// Where the visitor's texts lie among the items.
    pub texts: &'l Texts,
    /// The time by the page's clock, in milliseconds since 1970.
    pub now_ms: f64,
}

/// A list and what it rests on.
pub struct Ranked<'a> {
    /// What the list rests on.
    pub basis: Basis,
    /// The items of the list with their scores, in the order to show them.
    pub hits: Vec<Hit>,
    /// What the log and the page say of the visitor.
    pub profile: Profile,
    /// What the list is about: the visitor's signals, or an item's, or the cart's.
    pub subject: Profile,
    /// What the content part of the scores is made of.
    pub taste: ContentScorer,
    /// What speaks for any row, part by part. None where a selection was made without scores.
    pub scorer: Option<Scorer<'a>>,
    /// What to tell the visitor of the text that they wrote last.
    pub note: Option<Note>,
}

/// The list that `setting` asks for, of what `view` knows.
pub fn ranked<'a>(view: &View<'a, '_>, setting: &Setting, columns: &mut SimilarityCache) -> Ranked<'a> {
    let (catalog, scene) = (view.catalog, &setting.scene);
    let cart = cart(view, setting);
    let said = said(view, setting);
    let overrides = statements::overrides(view, &scene.weights, &said);
    let profile = view.history.build_profile(&scene.weights, view.now_ms, &overrides, &said);
    let (basis, subject) = subject(view, setting, &cart, (&profile, &overrides, &said));
    let taste = taste(view, setting, &subject);
    let ruled_out = statements::ruled_out(catalog, &profile, &overrides);
    let mut never = setting.excluded.clone();
    never.extend(setting.about.iter().chain(&cart).chain(&ruled_out));
    let mut excluded = never.clone();
    if !scene.show_seen {
        never.extend(&profile.owned);
        excluded.extend(profile.seen.union(&profile.owned));
    }
    let lift = lift(catalog, setting, &cart);
    let complements = if scene.kind == ShelfKind::GoesWith { complements(catalog, setting, &cart, &lift) } else { None };
    let groups = groups(catalog, setting, &taste, basis);
    let order = Order {
        catalog,
        scene,
        rules: &setting.rules,
        fits: complements.as_deref().unwrap_or(&setting.fits),
        lift: &lift,
        groups: &groups,
        refused: &profile.refused,
        excluded: &excluded,
        seed: setting.seed,
        limit: setting.limit,
    };
    let note = statements::note(view, setting);
    let scorer = (basis != Basis::ColdStart).then(|| {
        let parts = (&catalog.matrix, &catalog.fields, catalog.relations.as_ref());
        let occasion = catalog.contexts.as_ref().map(|contexts| contexts.scores(&setting.context.learned_facts()));
        rank::build_scorer(parts, setting.score_weights, (&subject, &taste), columns)
            .with_context(occasion.unwrap_or_default())
    });
    let by_score = |order: &Order, scorer: &Scorer| rank::list(order, &scorer.scores(), scene.threshold.max(0.0));
    let hits = scorer.as_ref().map_or_else(Vec::new, |scorer| by_score(&order, scorer));
    // A list about the visitor is never empty because of what they did or said.
    if scorer.is_some() && (!hits.is_empty() || scene.kind != ShelfKind::ForYou) {
        return Ranked { basis, hits, profile, subject, taste, scorer, note };
    }
    // Of a list that came out empty, what the visitor knows stays away.
    let is_known = |row: u32| basis != Basis::ColdStart && excluded.contains(&row) && !ruled_out.contains(&row);
    let may = |row: u32| {
        let is_excluded = profile.refused.contains(&row) || setting.excluded.contains(&row) || is_known(row);
        setting.fits[row as usize] && !is_excluded
    };
    let fits =
        |row: u32| may(row) && !ruled_out.contains(&row) && taste.max_disliked_similarity(&catalog.matrix.vector(row)) < MAX_DISLIKED_SIMILARITY;
    let mut hits = rank::selection(&order, rank::varied(&catalog.matrix, fits, setting.limit));
    // What is not wanted may be all that there is.
    if hits.is_empty() && !(ruled_out.is_empty() && overrides.unwanted.is_empty()) {
        hits = rank::selection(&order, rank::varied(&catalog.matrix, may, setting.limit));
    }
    // The visitor has seen everything lately: the best of it once more is better than nothing.
    if hits.is_empty()
        && let Some(scorer) = scorer
    {
        let hits = by_score(&Order { excluded: &never, ..order }, &scorer);
        return Ranked { basis, hits, profile, subject, taste, scorer: Some(scorer), note };
    }
    Ranked { basis: Basis::ColdStart, hits, profile, subject, taste, scorer: None, note }
}

/// What the page says, as if it happened now.
fn said(view: &View, setting: &Setting) -> Vec<(Source, EventName)> {
    let rows = setting.context.cart.iter().filter_map(|id| view.catalog.row(id));
    let cart = rows.map(|row| (Source::Item(row), EventName::AddToCart));
    cart.chain(setting.text().map(|text| (Source::Text(text.to_owned()), EventName::Search))).collect()
}

/// What the list rests on, and the signals that it is about.
fn subject(
    view: &View,
    setting: &Setting,
    cart: &BTreeSet<u32>,
    (profile, overrides, said): (&Profile, &Overrides, &[(Source, EventName)]),
) -> (Basis, Profile) {
    let items = |rows: &mut dyn Iterator<Item = u32>| {
        let said: Vec<_> = rows.map(|row| (Source::Item(row), EventName::AddToCart)).collect();
        History::default().build_profile(&setting.scene.weights, view.now_ms, &Overrides::default(), &said)
    };
    let attracts = |profile: &Profile| profile.signals.iter().any(|signal| signal.weight > 0.0);
    let learned = view.catalog.relations.is_some();
    match setting.scene.kind {
        ShelfKind::MoreLikeThis => (Basis::Item, items(&mut setting.about.into_iter())),
        ShelfKind::GoesWith if setting.about.is_some() => (Basis::Item, items(&mut setting.about.into_iter())),
        ShelfKind::GoesWith => (Basis::Cart, items(&mut cart.iter().copied())),
        ShelfKind::Trending if learned => (Basis::Trending, profile.clone()),
        ShelfKind::ForYou if attracts(profile) => {
            // Without what the page says.
            let own = || attracts(&view.history.build_profile(&setting.scene.weights, view.now_ms, overrides, &[]));
            let basis = if said.is_empty() || own() {
                Basis::Profile
            } else if cart.is_empty() {
                Basis::Text
            } else {
                Basis::Cart
            };
            (basis, profile.clone())
        }
        ShelfKind::ForYou | ShelfKind::Trending => (Basis::ColdStart, profile.clone()),
    }
}

fn taste(view: &View, setting: &Setting, profile: &Profile) -> ContentScorer {
    let matrix = &view.catalog.matrix;
    ContentScorer::new(profile, setting.likeness(), |source| match source {
        _ if matrix.width() == 0 => None,
        Source::Item(row) => Some(matrix.vector(*row)),
        Source::Text(text) => view.texts.place(text, view.catalog).ok().map(|placed| placed.vector),
    })
}

/// Rows in the cart: what the page says and what the log knows.
fn cart(view: &View, setting: &Setting) -> BTreeSet<u32> {
    let told = setting.context.cart.iter().filter_map(|id| view.catalog.row(id));
    told.chain(view.history.cart()).collect()
}

/// Rows that complement rather than repeat: of no category that is in the cart, but where a rule calls for them. `[N]`
fn complements(catalog: &Catalog, setting: &Setting, cart: &BTreeSet<u32>, lift: &[f32]) -> Option<Vec<bool>> {
    let category = |row: u32| catalog.fields.category[row as usize];
    let own: BTreeSet<u32> =
        cart.iter().copied().chain(setting.about).map(category).filter(|&number| number > 0).collect();
    let called = |row: usize| lift.get(row).is_some_and(|lift| *lift > 0.0);
    let fits = |(row, fits): (usize, &bool)| *fits && (called(row) || !own.contains(&category(row as u32)));
    (!own.is_empty()).then(|| setting.fits.iter().enumerate().map(fits).collect())
}

/// Who is to have a part of the list: the scene's groups, and each of the visitor's interests by its weight.
fn groups<'a>(catalog: &'a Catalog, setting: &'a Setting, taste: &ContentScorer, basis: Basis) -> Vec<Group<'a>> {
    let scene = &setting.scene;
    let exposed = setting.exposed.iter().zip(&scene.exposure);
    let mut groups: Vec<Group> = exposed
        .map(|(rows, group)| Group { has: Box::new(|row| rows[row as usize]), share: group.share, everywhere: true })
        .collect();
    let wanted = basis == Basis::Profile && scene.interests > 0.0;
    let interests = if wanted { cluster_interests(taste.signals()) } else { Vec::new() };
    if interests.len() < 2 {
        return groups;
    }
    let directions: Rc<Vec<Vec<f32>>> =
        Rc::new(interests.iter().map(|interest| taste.interest_direction(&interest.members)).collect());
    for (nth, interest) in interests.iter().enumerate() {
        let directions = Rc::clone(&directions);
        // An item is of the interest that speaks most for it, the heavier of equals.
        let has = move |row: u32| {
            let vector = catalog.matrix.vector(row);
            let adds: Vec<f32> = directions.iter().map(|direction| dot(direction, &vector)).collect();
            (0..adds.len()).fold(0, |best, other| if adds[other] > adds[best] { other } else { best }) == nth
        };
        groups.push(Group { has: Box::new(has), share: scene.interests * interest.weight, everywhere: false });
    }
    groups
}

/// What boosts and "goes with" rules add to each row now. `[N]`, or empty for nothing
fn lift(catalog: &Catalog, setting: &Setting, cart: &BTreeSet<u32>) -> Vec<f32> {
    let rules = &setting.rules;
    let now = |when: &Option<Filter>| when.as_ref().is_none_or(|when| when.holds(&setting.context));
    let boosts = rules.boost.iter().zip(&setting.boosted).filter(|(boost, _)| now(&boost.when));
    let of = || cart.iter().copied().chain(setting.about);
    let goes_with = rules.goes_with.iter().zip(&setting.called);
    let called = goes_with.filter(|(rule, _)| of().any(|row| rule.with.holds(&catalog.item(row))));
    let boosts = boosts.map(|(boost, rows)| (rows, boost.add));
    let active: Vec<(&Vec<bool>, f32)> = boosts.chain(called.map(|(rule, rows)| (rows, rule.add))).collect();
    if active.is_empty() {
        return Vec::new();
    }
    let add = |row: usize| active.iter().filter(|(rows, _)| rows[row]).map(|(_, add)| add).sum();
    (0..catalog.len()).map(add).collect()
}
