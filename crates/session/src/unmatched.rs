//! What will not work on a page, for its developer: ids that no item has, with the most similar id of an item, and a
//! catalogue of which nothing may be shown. Reports ids and counts only, nothing about the visitor.

use std::collections::{BTreeMap, BTreeSet};

use strsim::osa_distance;

use super::{Session, store::Store};
use nearmind_core::{
    catalog::{Availability, Catalog},
    protocol::{Diagnosis, ShelfRequest, UnmatchedId, Update, Warning},
    rank::{Rules, Scene, ShelfKind},
    sort::sort_by,
};
use nearmind_encoder::TextModel;

/// Ids that are listed.
const MOST_LISTED: usize = 20;
/// Ids of one page that are remembered.
const MOST_REMEMBERED: usize = 1000;
/// With more names than this, typing errors are not looked for, since all names would have to be compared.
const MOST_COMPARED: usize = 50_000;
/// Shorter parts of ids are in too many names to identify one.
const FEWEST: usize = 3;
const FEWEST_DIGITS: usize = 4;

/// The ids that this page has used, and the answers about them.
#[derive(Debug, Default)]
pub struct NamedIds {
    /// Ids in requests, and how often.
    requested: BTreeMap<String, usize>,
    /// Ids in events.
    tracked: BTreeSet<String>,
    nearest: BTreeMap<String, Option<String>>,
    /// How many items are out of stock, and how many may be shown.
    stock: Option<(usize, usize)>,
    has_warned_of_ids: bool,
    has_warned_of_stock: bool,
}

impl NamedIds {
    pub fn track(&mut self, id: &str) {
        if self.tracked.len() < MOST_REMEMBERED {
            self.tracked.insert(id.to_owned());
        }
    }

    pub fn request(&mut self, request: &ShelfRequest) {
        let cart = request.context.iter().flat_map(|context| &context.cart);
        let rules: Option<Rules> = request.rules.as_ref().and_then(|rules| serde_json::from_value(rules.clone()).ok());
        let pinned = rules.iter().flat_map(|rules| &rules.pin).map(|pin| &pin.item);
        for id in request.item.iter().chain(&request.exclude).chain(cart).chain(pinned) {
            if self.requested.len() < MOST_REMEMBERED || self.requested.contains_key(id) {
                *self.requested.entry(id.clone()).or_default() += 1;
            }
        }
    }

    /// Forgets what depends on the catalogue.
    pub fn forget_answers(&mut self) {
        *self = Self {
            requested: std::mem::take(&mut self.requested),
            tracked: std::mem::take(&mut self.tracked),
            ..Self::default()
        };
    }

    fn stock(&mut self, catalog: &Catalog) -> (usize, usize) {
        *self.stock.get_or_insert_with(|| {
            let filter = Scene::built_in(ShelfKind::ForYou).filter;
            let count =
                |wanted: &dyn Fn(&nearmind_core::catalog::ItemRef) -> bool| catalog.items.iter().filter(wanted).count();
            let sold_out = count(&|item| item.availability() == Some(Availability::OutOfStock));
            (sold_out, count(&|item| filter.as_ref().is_none_or(|filter| filter.matches(item))))
        })
    }
}

impl<M: TextModel, S: Store> Session<M, S> {
    pub(super) fn diagnose(&mut self) -> Vec<Update> {
        let Some(catalog) = &self.catalog else { return Vec::new() };
        let mut counts = self.named.requested.clone();
        for id in self.log.events().iter().filter_map(|event| event.item.as_ref()) {
            *counts.entry(id.clone()).or_default() += 1;
        }
        let mut counts: Vec<(String, usize)> =
            counts.into_iter().filter(|(id, _)| !id.is_empty() && catalog.row(id).is_none()).collect();
        sort_by(&mut counts, |a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let more_unmatched = counts.len().saturating_sub(MOST_LISTED);
        counts.truncate(MOST_LISTED);
        let nearest_by_id = &mut self.named.nearest;
        let new: Vec<&str> =
            counts.iter().map(|(id, _)| id.as_str()).filter(|id| !nearest_by_id.contains_key(*id)).collect();
        let found = nearest(catalog, &new);
        nearest_by_id.extend(new.into_iter().map(str::to_owned).zip(found));
        let unmatched = counts.into_iter().map(|(id, count)| {
            let nearest = nearest_by_id.get(&id).cloned().flatten();
            UnmatchedId { id, count, nearest }
        });
        let unmatched = unmatched.collect();
        let (sold_out, can_be_shown) = self.named.stock(catalog);
        let items = catalog.len();
        vec![Update::Diagnosis(Diagnosis { items, sold_out, can_be_shown, unmatched, more_unmatched })]
    }

    /// What the page's developer should read in the console. Each warning is returned once.
    pub fn warnings(&mut self) -> Vec<Update> {
        let Some(catalog) = &self.catalog else { return Vec::new() };
        let named = &mut self.named;
        let mut warnings = Vec::new();
        if !std::mem::replace(&mut named.has_warned_of_stock, true) && !catalog.is_empty() {
            let (sold_out, can_be_shown) = named.stock(catalog);
            if can_be_shown == 0 {
                warnings.push(Warning::NothingToShow { sold_out, items: catalog.len() });
            }
        }
        if !named.has_warned_of_ids {
            let ids: BTreeSet<&String> = named.tracked.iter().chain(named.requested.keys()).collect();
            let unknown: Vec<&String> =
                ids.into_iter().filter(|id| !id.is_empty() && catalog.row(id).is_none()).collect();
            if let Some(first) = unknown.first() {
                warnings.push(Warning::UnknownIds { count: unknown.len(), first: (*first).clone() });
                named.has_warned_of_ids = true;
            }
        }
        warnings.into_iter().map(|warning| Update::Warning { warning }).collect()
    }
}

/// An id without case and punctuation, and the parts of it that may be an id by themselves.
struct NormalizedId<'a> {
    whole: String,
    parts: Vec<String>,
    digits: &'a str,
}

impl<'a> NormalizedId<'a> {
    fn new(id: &'a str) -> Self {
        let parts = id.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).filter(|part| !part.is_empty());
        let parts: Vec<String> = parts.collect();
        let digits = id.split(|c: char| !c.is_ascii_digit()).max_by_key(|run| run.len()).unwrap_or_default();
        Self { whole: parts.concat(), parts, digits }
    }

    /// The distance to the id of an item: the kind of similarity, then the edits. `None` where they are not similar.
    fn distance(&self, name: &NormalizedId, compare: bool) -> Option<(u8, usize)> {
        let (own, other) = (self.whole.as_str(), name.whole.as_str());
        let apart = own.len().abs_diff(other.len());
        let long = |text: &str| text.chars().count() >= FEWEST;
        if own.is_empty() || other.is_empty() {
            return None;
        }
        if own == other {
            return Some((0, 0));
        }
        let contains = |id: &NormalizedId, text: &str| long(text) && id.parts.iter().any(|part| part == text);
        if contains(self, other) || contains(name, own) {
            return Some((1, apart));
        }
        if long(own) && long(other) && (own.ends_with(other) || other.ends_with(own)) {
            return Some((2, apart));
        }
        if self.digits.len() >= FEWEST_DIGITS && self.digits == name.digits {
            return Some((3, apart));
        }
        let most = (own.len() / 5).clamp(1, 3);
        if !compare || !long(own) || apart > most {
            return None;
        }
        let edits = osa_distance(own, other);
        (edits <= most).then_some((4, edits))
    }
}

/// The most similar id of an item for each of `ids`, if one is similar.
fn nearest(catalog: &Catalog, ids: &[&str]) -> Vec<Option<String>> {
    if ids.is_empty() {
        return Vec::new();
    }
    let compare = catalog.len() + catalog.aliases.len() <= MOST_COMPARED;
    let ids: Vec<NormalizedId> = ids.iter().map(|id| NormalizedId::new(id)).collect();
    let mut best: Vec<Option<((u8, usize), String)>> = vec![None; ids.len()];
    let own = catalog.items.iter().map(|item| item.id().to_owned());
    for name in own.chain(catalog.aliases.iter().map(|(name, _)| name)) {
        let normalized = NormalizedId::new(&name);
        for (id, best) in ids.iter().zip(&mut best) {
            if let Some(distance) = id.distance(&normalized, compare)
                && best.as_ref().is_none_or(|(least, _)| distance < *least)
            {
                *best = Some((distance, name.clone()));
            }
        }
    }
    best.into_iter().map(|best| best.map(|(_, name)| name)).collect()
}
