//! What a score consists of: by part, and by signal. Must not know how that is worded.

use std::collections::BTreeMap;

use super::RankedList;
use crate::{
    catalog::Catalog,
    profile::Signal,
    protocol::ScorePart,
    rank::{self, TitleWords},
    sort::{insert_all, sort_by},
};

/// A smaller share of a score is a rounding error.
pub const NEGLIGIBLE_SHARE: f32 = 1e-6;

/// What one signal adds to an item's score.
pub struct SignalContribution<'a> {
    /// The signal, about another item or a text.
    pub signal: &'a Signal,
    /// What it adds to the part `content`.
    pub content: f32,
    /// What it adds to the part `words`.
    pub words: f32,
    /// What it adds to the part `cooccurrence`.
    pub cooccurrence: f32,
}

impl SignalContribution<'_> {
    /// What it adds to these parts together.
    pub fn total(&self) -> f32 {
        self.content + self.words + self.cooccurrence
    }
}

/// The parts of a score by name; they sum to the score.
#[derive(Debug, Default)]
pub struct ScoreParts(Vec<(&'static str, f32)>);

impl ScoreParts {
    /// Adds `share` to the part `name`, which is created if it does not exist.
    pub fn add(&mut self, name: &'static str, share: f32) {
        match self.0.iter_mut().find(|part| part.0 == name) {
            Some(part) => part.1 += share,
            None => self.0.push((name, share)),
        }
    }

    /// The parts that are not negligible, the largest absolute share first.
    pub fn list(mut self) -> Vec<ScorePart> {
        self.0.retain(|(_, share)| share.abs() > NEGLIGIBLE_SHARE);
        sort_by(&mut self.0, |a, b| b.1.abs().total_cmp(&a.1.abs()));
        let part = |(name, share): (&str, f32)| ScorePart { name: name.to_owned(), share };
        self.0.into_iter().map(part).collect()
    }
}

impl RankedList<'_> {
    /// The score of the item at `row`, without the boosts of rules.
    pub fn total(&self, row: u32) -> f32 {
        self.scorer.as_ref().map_or(0.0, |scorer| scorer.breakdown(row).total())
    }

    /// The parts of the score of the item at `row`; empty for a varied selection, which is made without scores.
    pub fn score_parts(&self, row: u32) -> ScoreParts {
        ScoreParts(self.scorer.as_ref().map_or_else(Vec::new, |scorer| scorer.breakdown(row).named().to_vec()))
    }

    /// What each signal adds to the score of the item at `row`. Together they are its parts `content`, `words` and
    /// `cooccurrence`.
    pub fn signal_contributions<'s>(&'s self, catalog: &Catalog, row: u32) -> Vec<SignalContribution<'s>> {
        let Some(scorer) = &self.scorer else { return Vec::new() };
        let vector = catalog.matrix.vector(row);
        let mut cooccurrence_shares: BTreeMap<u32, f32> = scorer.cooccurrence_shares(row).into_iter().collect();
        let mut word_shares = self.word_shares(catalog, row, scorer.breakdown(row).words);
        let has_interactions = rank::has_interactions(catalog.relations.as_ref(), row);
        let unweighted: f32 = self.content_scorer.score(&vector, has_interactions);
        // The weight of `content` is the same for all signals.
        let factor = if unweighted != 0.0 { scorer.breakdown(row).content / unweighted } else { 0.0 };
        let mut contribution = |signal: &'s Signal, content: f32| {
            let share = |shares: &mut BTreeMap<u32, f32>| {
                signal.source.row().and_then(|row| shares.remove(&row)).unwrap_or(0.0)
            };
            let (words, cooccurrence) = (share(&mut word_shares), share(&mut cooccurrence_shares));
            SignalContribution { signal, content, words, cooccurrence }
        };
        let mut contributions: Vec<SignalContribution> = (self.content_scorer.contributions(&vector, has_interactions))
            .map(|(signal, share)| contribution(signal, share * factor))
            .collect();
        // A signal that is too weak for the content scorer, or has no vector, may still have other shares.
        let rest = self.subject.signals.iter().map(|signal| contribution(signal, 0.0));
        contributions.extend(rest.filter(|contribution| contribution.total() != 0.0));
        contributions
    }

    /// Divides `part`, the part `words` of the item at `row`, among the signals, by their rows.
    fn word_shares(&self, catalog: &Catalog, row: u32, part: f32) -> BTreeMap<u32, f32> {
        if part == 0.0 {
            return BTreeMap::new();
        }
        let words = TitleWords::of(catalog);
        let signals = self.subject.weighted_rows().into_iter();
        let shares: Vec<(u32, f32)> =
            signals.map(|(signal, weight)| (signal, weight * words.similarity(signal, row))).collect();
        let sum: f32 = shares.iter().map(|share| share.1).sum();
        let factor = if sum != 0.0 { part / sum } else { 0.0 };
        insert_all(shares.into_iter().map(|(signal, share)| (signal, share * factor)))
    }
}
