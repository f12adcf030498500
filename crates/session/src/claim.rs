//! What dominates an item's score, as one claim with its numbers. Must not know how it is worded.

use crate::{card, phrases::Claim};
use nearmind_core::{
    catalog::Catalog,
    profile::Source,
    protocol::Basis,
    recommend::{NEGLIGIBLE_SHARE, RankedList, RankingOptions, SignalContribution},
    text::{terms, words},
};

/// One signal that adds this part of all is the reason; below it, what several have in common.
const ALONE: f32 = 0.5;
/// Prices are alike within this factor.
const ALIKE: f64 = 1.25;

/// What speaks for the row most, if a visit or what others chose does at all.
pub fn claim<'a>(
    catalog: &'a Catalog,
    lang: &str,
    ranked: &'a RankedList,
    options: &RankingOptions,
    row: u32,
) -> Option<Claim<'a>> {
    let popular = || {
        let times = catalog.relations.as_ref().map_or(0, |relations| relations.count(row));
        (times > 0).then_some(Claim::Popular { times })
    };
    match ranked.basis {
        Basis::Trending => return popular(),
        Basis::Profile | Basis::Cart => {}
        Basis::ColdStart | Basis::Item | Basis::Text => return None,
    }
    let parts = ranked.scorer.as_ref()?.breakdown(row);
    // A liked card stays on the shelf, and that it is like itself is no reason; nor did the visitor write the page.
    let own = |added: &SignalContribution| match &added.signal.source {
        Source::Item(other) => *other != row,
        // Nor is it a reason that an item is unlike what the visitor does not want.
        Source::Text(text) => options.text() != Some(text) && added.signal.weight > 0.0,
    };
    let mut added: Vec<SignalContribution> = ranked
        .signal_contributions(catalog, row)
        .into_iter()
        .filter(|added| added.total() > 0.0 && own(added))
        .collect();
    added.sort_by(|a, b| b.total().total_cmp(&a.total()));
    let sum: f32 = added.iter().map(SignalContribution::total).sum();
    let chosen: Vec<u32> = added.iter().filter_map(|added| added.signal.source.row()).collect();
    let same = |number: &dyn Fn(u32) -> u32| {
        let count = chosen.iter().filter(|&&other| number(other) == number(row)).count();
        if number(row) > 0 { count } else { 0 }
    };
    let fields = &catalog.fields;
    let in_category = same(&|row| fields.category[row as usize]);
    let of_brand = same(&|row| fields.brand[row as usize]);
    let category = || catalog.item(row).text_in(lang).map_or("", |(_, words)| words.category());
    let brand = || catalog.item(row).brand();
    let larger = |part: f32| {
        let others = [parts.popularity, parts.brand, parts.category, parts.price, parts.context_popularity];
        part > others.into_iter().fold(sum, f32::max) - NEGLIGIBLE_SHARE
    };
    let chosen_anyway = parts.popularity.max(parts.context_popularity);
    if chosen_anyway > 0.0 && larger(chosen_anyway) {
        return popular();
    }
    if parts.price > 0.0 && larger(parts.price) {
        let count = alike(catalog, row, &chosen);
        return (count > 0).then_some(Claim::Price { count });
    }
    if parts.brand > 0.0 && larger(parts.brand) && of_brand > 0 {
        return Some(Claim::Brand { count: of_brand, brand: brand() });
    }
    if parts.category > 0.0 && larger(parts.category) && in_category > 0 {
        return Some(Claim::Category { count: in_category, category: category() });
    }
    let first = added.first()?;
    let share_of = |number: &[u32]| -> f32 {
        let alike = |added: &&SignalContribution| {
            added.signal.source.row().is_some_and(|other| number[other as usize] == number[row as usize])
        };
        added.iter().filter(alike).map(SignalContribution::total).sum::<f32>() / sum
    };
    if first.total() < ALONE * sum {
        if in_category > 1 && share_of(&fields.category) >= ALONE {
            return Some(Claim::Category { count: in_category, category: category() });
        }
        if of_brand > 1 && share_of(&fields.brand) >= ALONE {
            return Some(Claim::Brand { count: of_brand, brand: brand() });
        }
    }
    let name = first.signal.main_event;
    // What was borrowed from similar items nobody has chosen together: then what the visitor did is all that is known.
    let both = |other: u32| catalog.relations.as_ref().map_or(0, |relations| relations.pair_count(other, row));
    Some(match &first.signal.source {
        Source::Item(other) if first.cooccurrence > first.content && both(*other) > 0 => {
            Claim::Together { what: card::title(catalog, *other, lang), visitors: both(*other) }
        }
        Source::Item(other) => Claim::Event { name, what: card::title(catalog, *other, lang) },
        Source::Text(text) => Claim::Said { name, what: text, words: shared(catalog, lang, text, row) },
    })
}

/// How many of the `chosen` cost about as much.
fn alike(catalog: &Catalog, row: u32, chosen: &[u32]) -> usize {
    let price = |row: u32| catalog.item(row).price().filter(|price| *price > 0.0);
    let near = |&&other: &&u32| price(other).zip(price(row)).is_some_and(|(a, b)| a.max(b) <= ALIKE * a.min(b));
    chosen.iter().filter(near).count()
}

/// The words of what was said that the item's own text has, as they were said.
fn shared<'a>(catalog: &Catalog, lang: &str, said: &'a str, row: u32) -> Vec<&'a str> {
    let own = catalog.item(row).text_in(lang).map_or_else(Vec::new, |(_, words)| {
        terms(&format!("{} {}", words.title, words.description), &catalog.segmenter)
    });
    let said_words =
        words(said, &catalog.segmenter).into_iter().filter(|word| !word.is_stop && own.contains(&word.term));
    said_words.map(|word| &said[word.range]).collect()
}
