//! What the visitor's texts do to a list, beside where they lie: which of them count for nothing and which against, which
//! items they rule out, and what the visitor is told of the last one. Must not know how that is worded.

use std::collections::BTreeSet;

use super::{
    RankingOptions, RankingInputs,
    texts::{UnusedReason, containing, statement},
};
use crate::{
    catalog::Catalog,
    profile::{
        EventName, Opinion, Overrides, Profile, Source,
        weights::{SESSION_MS, UNWANTED_FACTOR, EventWeights},
    },
    rank::ShelfKind,
    text::{Statement, terms},
};

/// What became of the text that the visitor wrote last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextNote {
    /// It moves no list.
    Unused {
        /// The text as the visitor wrote it.
        text: String,
        /// Why it is not used.
        why: UnusedReason,
    },
    /// It only says what is not wanted: these things are left out.
    LeftOut {
        /// What is not wanted, each thing by itself: `wool`.
        things: Vec<String>,
    },
}

/// How the log's texts, and what the page `said`, count in a profile of these weights.
pub fn overrides(inputs: &RankingInputs, weights: &EventWeights, said: &[(Source, EventName)]) -> Overrides {
    let mut overrides = Overrides { ignored: inputs.muted.clone(), ..Overrides::default() };
    let is_text = |(source, _): &(Source, EventName)| matches!(source, Source::Text(_));
    if !inputs.history.has_texts() && !said.iter().any(is_text) {
        return overrides;
    }
    let profile = inputs.history.build_profile(weights, inputs.now_ms, &overrides, said);
    for signal in profile.strong_signals() {
        let Source::Text(text) = &signal.source else { continue };
        match inputs.texts.place(text, inputs.catalog) {
            Ok(placed) if placed.is_unwanted => _ = overrides.unwanted.insert(signal.source.clone()),
            // The model that has not read it yet may find something.
            Ok(_) | Err(UnusedReason::Pending) => {}
            Err(_) => _ = overrides.ignored.insert(signal.source.clone()),
        }
    }
    overrides
}

/// Rows that contain what a text of the profile does not want; unless a wish of more weight wants that very thing, or the
/// visitor likes the item.
pub fn unwanted_rows(catalog: &Catalog, profile: &Profile, overrides: &Overrides) -> BTreeSet<u32> {
    let mut said: Vec<(Statement, f32)> = Vec::new();
    for signal in profile.strong_signals() {
        if let Source::Text(text) = &signal.source {
            let turned = if overrides.unwanted.contains(&signal.source) { UNWANTED_FACTOR } else { 1.0 };
            said.push((statement(text, catalog), signal.weight / turned));
        }
    }
    let mut rows = BTreeSet::new();
    for (own, weight) in &said {
        for thing in &own.unwanted {
            let terms = terms(thing, &catalog.segmenter);
            let wants = |(other, more): &(Statement, f32)| {
                more > weight && {
                    let wanted = self::terms(&other.wanted, &catalog.segmenter);
                    terms.iter().all(|term| wanted.contains(term))
                }
            };
            if !said.iter().any(wants) {
                rows.extend(containing(catalog, &terms));
            }
        }
    }
    rows.retain(|row| profile.opinions.get(row) != Some(&Opinion::Like));
    rows
}

/// What to tell the visitor of the text that they wrote last, in this visit.
pub fn text_note(inputs: &RankingInputs, options: &RankingOptions) -> Option<TextNote> {
    let (text, time_ms) = inputs.history.last_text().filter(|_| options.scene.kind == ShelfKind::ForYou)?;
    let lately = inputs.now_ms - time_ms < SESSION_MS;
    if !lately || inputs.muted.contains(&Source::Text(text.to_owned())) {
        return None;
    }
    match inputs.texts.place(text, inputs.catalog) {
        Ok(placed) if placed.is_unwanted => Some(TextNote::LeftOut { things: statement(text, inputs.catalog).unwanted }),
        Ok(_) | Err(UnusedReason::Pending) => None,
        Err(why) => Some(TextNote::Unused { text: text.to_owned(), why }),
    }
}
