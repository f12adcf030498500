//! How the visitor's texts change a list, beside their vectors: which of them are ignored, which count as dislikes,
//! which items they rule out, what items may cost, and the note to the visitor about the last one. Must not know how the
//! note is worded.

use std::collections::BTreeSet;

use super::{
    RankingInputs, RankingOptions,
    texts::{rows_with_terms, statement},
};
use crate::{
    catalog::Catalog,
    profile::{
        EventName, Opinion, Overrides, Profile, Source,
        weights::{EventWeights, SESSION_MS, UNWANTED_FACTOR},
    },
    protocol::{TextNote, UnusedReason},
    rank::ShelfKind,
    text::{PriceLimit, Statement, terms},
};

/// The sources that a profile with these weights ignores, and the texts that count as dislikes. `page_signals` are
/// the page's cart and text.
pub fn overrides(inputs: &RankingInputs, weights: &EventWeights, page_signals: &[(Source, EventName)]) -> Overrides {
    let mut overrides = Overrides { ignored: inputs.muted.clone(), ..Overrides::default() };
    let is_text = |(source, _): &(Source, EventName)| matches!(source, Source::Text(_));
    if !inputs.history.has_texts() && !page_signals.iter().any(is_text) {
        return overrides;
    }
    let profile = inputs.history.build_profile(weights, inputs.now_ms, &overrides, page_signals);
    for signal in profile.strong_signals() {
        let Source::Text(text) = &signal.source else { continue };
        match inputs.texts.place(text, inputs.catalog) {
            Ok(placement) if placement.is_unwanted => _ = overrides.unwanted.insert(signal.source.clone()),
            // Not ignored while it waits for the model.
            Ok(_) | Err(UnusedReason::Pending) => {}
            Err(_) => _ = overrides.ignored.insert(signal.source.clone()),
        }
    }
    overrides
}

/// Rows that contain what a text of the profile does not want, except for things that a text of more weight wants, and
/// items that the visitor likes.
pub fn unwanted_rows(catalog: &Catalog, profile: &Profile, overrides: &Overrides) -> BTreeSet<u32> {
    let mut statements: Vec<(Statement, f32)> = Vec::new();
    for signal in profile.strong_signals() {
        if let Source::Text(text) = &signal.source {
            let sign = if overrides.unwanted.contains(&signal.source) { UNWANTED_FACTOR } else { 1.0 };
            statements.push((statement(text, catalog), signal.weight / sign));
        }
    }
    let mut rows = BTreeSet::new();
    for (statement, weight) in &statements {
        for thing in &statement.unwanted {
            let terms = terms(thing, &catalog.segmenter);
            let wants_it = |(other, other_weight): &(Statement, f32)| {
                other_weight > weight && {
                    let wanted = self::terms(&other.wanted, &catalog.segmenter);
                    terms.iter().all(|term| wanted.contains(term))
                }
            };
            if !statements.iter().any(wants_it) {
                rows.extend(rows_with_terms(catalog, &terms));
            }
        }
    }
    rows.retain(|row| profile.opinions.get(row) != Some(&Opinion::Like));
    rows
}

/// Whether each row may be shown and has a price that the visitor's last text of this visit allows, or else the page's
/// text. `[N]`; `None` if neither has a price limit, if no row is left, or if the list is not a `for-you` list.
pub fn within_price_limit(inputs: &RankingInputs, options: &RankingOptions) -> Option<Vec<bool>> {
    let page_text = || options.text().filter(|_| options.scene.kind == ShelfKind::ForYou);
    let limit = statement(last_text(inputs, options).or_else(page_text)?, inputs.catalog).price?;
    let rows = inputs.catalog.items.iter().zip(&options.eligible);
    let allowed: Vec<bool> =
        rows.map(|(item, eligible)| *eligible && limit.allows(item.price(), item.currency())).collect();
    allowed.contains(&true).then_some(allowed)
}

/// The text that the visitor wrote last in this visit, for `for-you` lists, unless they muted it.
fn last_text<'a>(inputs: &'a RankingInputs, options: &RankingOptions) -> Option<&'a str> {
    let (text, time_ms) = inputs.history.last_text().filter(|_| options.scene.kind == ShelfKind::ForYou)?;
    let is_recent = inputs.now_ms - time_ms < SESSION_MS;
    (is_recent && !inputs.muted.contains(&Source::Text(text.to_owned()))).then_some(text)
}

/// The note about the text that the visitor wrote last in this visit, for `for-you` lists. `None` if the text is used
/// as they expect.
pub fn text_note(inputs: &RankingInputs, options: &RankingOptions) -> Option<TextNote> {
    let text = last_text(inputs, options)?;
    let Statement { wanted, unwanted, price, .. } = statement(text, inputs.catalog);
    let price_note = || price.map(|limit| price_note(inputs, options, limit));
    match inputs.texts.place(text, inputs.catalog) {
        Ok(placement) if placement.is_unwanted => Some(TextNote::LeftOut { things: unwanted }),
        Ok(_) | Err(UnusedReason::Pending) => price_note(),
        Err(_) if wanted.is_empty() && price.is_some() => price_note(),
        Err(reason) => {
            let languages = inputs.catalog.languages.clone();
            Some(TextNote::Unused { text: text.to_owned(), reason, languages })
        }
    }
}

fn price_note(inputs: &RankingInputs, options: &RankingOptions, limit: PriceLimit) -> TextNote {
    let currencies = inputs.catalog.items.iter().map(|item| item.currency());
    TextNote::PriceLimit {
        from: Some(limit.from).filter(|from| *from > 0.0),
        to: Some(limit.to).filter(|to| to.is_finite()),
        currency: currencies.into_iter().find(|currency| limit.is_in(currency)).unwrap_or_default().to_owned(),
        is_kept: within_price_limit(inputs, options).is_some(),
    }
}
