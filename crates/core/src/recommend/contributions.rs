//! What a score consists of: by part, and by signal. Must not know how that is worded.

use std::collections::BTreeMap;

use super::RankedList;
use crate::{catalog::Catalog, profile::Signal, protocol::ScorePart, rank, sort::sort_by};

/// A smaller share of a score is a rounding error.
pub const NEGLIGIBLE_SHARE: f32 = 1e-6;

/// What one signal adds to an item's score.
pub struct SignalContribution<'a> {
    /// The signal, about another item or a text.
    pub signal: &'a Signal,
    /// What it adds to the part `content`.
    pub content: f32,
    /// What it adds to the part `cooccurrence`.
    pub cooccurrence: f32,
}

impl SignalContribution<'_> {
    /// What it adds to both parts.
    pub fn total(&self) -> f32 {
        self.content + self.cooccurrence
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

    /// What each signal adds to the score of the item at `row`. Together they are its parts `content` and
    /// `cooccurrence`.
    pub fn signal_contributions(&self, catalog: &Catalog, row: u32) -> Vec<SignalContribution<'_>> {
        let Some(scorer) = &self.scorer else { return Vec::new() };
        let vector = catalog.matrix.vector(row);
        let mut shares: BTreeMap<u32, f32> = scorer.cooccurrence_shares(row).into_iter().collect();
        let has_interactions = rank::has_interactions(catalog.relations.as_ref(), row);
        let unweighted: f32 = self.content_scorer.score(&vector, has_interactions);
        // The weight of `content` is the same for all signals.
        let factor = if unweighted != 0.0 { scorer.breakdown(row).content / unweighted } else { 0.0 };
        let mut cooccurrence = |signal: &Signal| signal.source.row().and_then(|row| shares.remove(&row)).unwrap_or(0.0);
        let mut contributions: Vec<SignalContribution> = (self.content_scorer.contributions(&vector, has_interactions))
            .map(|(signal, share)| SignalContribution {
                signal,
                content: share * factor,
                cooccurrence: cooccurrence(signal),
            })
            .collect();
        // A signal that is too weak for the content scorer, or has no vector, may still have a co-occurrence share.
        let rest = self.subject.signals.iter().map(|signal| SignalContribution {
            signal,
            content: 0.0,
            cooccurrence: cooccurrence(signal),
        });
        contributions.extend(rest.filter(|contribution| contribution.cooccurrence != 0.0));
        contributions
    }
}
