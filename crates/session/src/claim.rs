//! The main reason why an item is in a list, as data: what contributes most to its score. Must not know any language.

use crate::card;
use nearmind_core::{
    catalog::Catalog,
    profile::Source,
    protocol::{Basis, Claim},
    recommend::{NEGLIGIBLE_SHARE, RankedList, RankingOptions, SignalContribution},
    sort::sort_by,
    text::{terms, words},
};

/// A signal with at least this share of what all signals contribute is the reason by itself. With less, the reason is
/// the category or brand that signals with this share have in common, if there is one.
const MAIN_SHARE: f32 = 0.5;
/// Prices that differ by at most this factor count as similar.
const SIMILAR_PRICE_FACTOR: f64 = 1.25;

/// The main reason for the item at `row`; `None` if neither the visitor's signals nor other visitors are one.
pub fn claim(catalog: &Catalog, lang: &str, ranked: &RankedList, options: &RankingOptions, row: u32) -> Option<Claim> {
    let popular = || {
        let times = catalog.relations.as_ref().map_or(0, |relations| relations.count(row));
        (times > 0).then_some(Claim::Popular { times })
    };
    match ranked.basis {
        Basis::Trending => return popular(),
        Basis::Profile | Basis::Cart => {}
        Basis::ColdStart | Basis::Item | Basis::Text | Basis::Viewed => return None,
    }
    let parts = ranked.scorer.as_ref()?.breakdown(row);
    let can_be_reason = |added: &SignalContribution| match &added.signal.source {
        // What the visitor did with this very item comes below.
        Source::Item(other) => *other != row,
        // Neither the page's own text nor being dissimilar to an unwanted text is a reason.
        Source::Text(text) => options.text() != Some(text) && added.signal.weight > 0.0,
    };
    let positive = ranked.signal_contributions(catalog, row).into_iter().filter(|added| added.total() > 0.0);
    let (mut added, own): (Vec<SignalContribution>, Vec<_>) = positive.partition(can_be_reason);
    sort_by(&mut added, |a, b| b.total().total_cmp(&a.total()));
    let sum: f32 = added.iter().map(SignalContribution::total).sum();
    let chosen: Vec<u32> = added.iter().filter_map(|added| added.signal.source.row()).collect();
    let count_same = |number: &dyn Fn(u32) -> u32| {
        let count = chosen.iter().filter(|&&other| number(other) == number(row)).count();
        if number(row) > 0 { count } else { 0 }
    };
    let fields = &catalog.fields;
    let in_category = count_same(&|row| fields.category[row as usize]);
    let of_brand = count_same(&|row| fields.brand[row as usize]);
    let category = || catalog.item(row).text_in(lang).map_or("", |(_, words)| words.category()).to_owned();
    let brand = || catalog.item(row).brand().to_owned();
    // Whether no other part, nor the sum of the signals, contributes more than this part.
    let is_largest = |part: f32| {
        let others = [parts.popularity, parts.brand, parts.category, parts.price, parts.context_popularity];
        part > others.into_iter().fold(sum, f32::max) - NEGLIGIBLE_SHARE
    };
    // A liked item stays in the list. If nothing contributes more than the like, it is the reason.
    let on_this_item = own.iter().find(|added| added.signal.source == Source::Item(row));
    if let Some(own) = on_this_item.filter(|own| is_largest(own.total())) {
        let title = card::title(catalog, row, lang).to_owned();
        return Some(Claim::Event { name: own.signal.main_event, title });
    }
    let popularity = parts.popularity.max(parts.context_popularity);
    if popularity > 0.0 && is_largest(popularity) {
        return popular();
    }
    if parts.price > 0.0 && is_largest(parts.price) {
        let count = count_similar_prices(catalog, row, &chosen);
        return (count > 0).then_some(Claim::Price { count });
    }
    let share_of = |number: &[u32]| -> f32 {
        let has_same = |added: &&SignalContribution| {
            added.signal.source.row().is_some_and(|other| number[other as usize] == number[row as usize])
        };
        added.iter().filter(has_same).map(SignalContribution::total).sum::<f32>() / sum
    };
    if added.first().is_none_or(|first| first.total() < MAIN_SHARE * sum) {
        let is_main = |part: f32, number: &[u32]| part > 0.0 && is_largest(part) || share_of(number) >= MAIN_SHARE;
        if in_category > 1 && is_main(parts.category, &fields.category) {
            return Some(Claim::Category { count: in_category, category: category() });
        }
        if of_brand > 1 && is_main(parts.brand, &fields.brand) {
            return Some(Claim::Brand { count: of_brand, brand: brand() });
        }
    }
    let first = added.first()?;
    let name = first.signal.main_event;
    // Co-occurrences that a new item borrowed from similar items have no count: then the visitor's event is the reason.
    let count_both = |other: u32| catalog.relations.as_ref().map_or(0, |relations| relations.pair_count(other, row));
    Some(match &first.signal.source {
        Source::Item(other) if first.cooccurrence > first.content && count_both(*other) > 0 => {
            Claim::Together { visitors: count_both(*other), title: card::title(catalog, *other, lang).to_owned() }
        }
        Source::Item(other) => Claim::Event { name, title: card::title(catalog, *other, lang).to_owned() },
        Source::Text(text) => Claim::Text { name, text: text.clone(), words: shared_words(catalog, lang, text, row) },
    })
}

/// How many of the `chosen` rows cost about as much as `row`.
fn count_similar_prices(catalog: &Catalog, row: u32, chosen: &[u32]) -> usize {
    let price = |row: u32| catalog.item(row).price().filter(|price| *price > 0.0);
    let near =
        |&&other: &&u32| price(other).zip(price(row)).is_some_and(|(a, b)| a.max(b) <= SIMILAR_PRICE_FACTOR * a.min(b));
    chosen.iter().filter(near).count()
}

/// The words of the visitor's `text` that the item's own text contains, as the visitor wrote them.
fn shared_words(catalog: &Catalog, lang: &str, text: &str, row: u32) -> Vec<String> {
    let own = catalog.item(row).text_in(lang).map_or_else(Vec::new, |(_, words)| {
        terms(&format!("{} {}", words.title, words.description), &catalog.segmenter)
    });
    let shared = words(text, &catalog.segmenter).into_iter().filter(|word| !word.is_stop && own.contains(&word.term));
    shared.map(|word| text[word.range].to_owned()).collect()
}
