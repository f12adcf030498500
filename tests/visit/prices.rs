//! Price limits in what the visitor writes: dearer items leave the list, and a note says so.

use nearmind_core::{
    profile::EventName::*,
    protocol::{Basis, Card, Shelf, TextNote},
};
use nearmind_session::MemoryStore;

use crate::script::*;

fn list_for_wish(lang: &str, wish: &str) -> Shelf {
    let mut visit = open(MemoryStore::default(), lang);
    for_you(&mut visit, lang);
    shelf(&track_text(&mut visit, Wish, wish, 1))
}

fn prices(cards: &[Card]) -> Vec<f64> {
    cards.iter().filter_map(|card| Some(card.price.as_ref()?.amount)).collect()
}

fn note(from: Option<f64>, to: Option<f64>, is_kept: bool) -> Option<TextNote> {
    Some(TextNote::PriceLimit { from, to, currency: "EUR".to_owned(), is_kept })
}

#[test]
fn a_wish_with_a_price_limit_shows_what_it_allows() {
    for (lang, wish, to) in
        [("en", "a light jacket or tent under 30 euros", 30.0), ("zh-CN", "送朋友的绿茶杯，预算25", 25.0)]
    {
        let list = list_for_wish(lang, wish);
        assert_eq!((list.basis, &list.notice), (Basis::Profile, &note(None, Some(to), true)), "{wish}");
        let prices = prices(&list.cards);
        assert!(prices.len() == list.cards.len() && prices.iter().all(|price| *price <= to), "{wish}: {prices:?}");
    }
    let list = list_for_wish("en", "camping tent, at least 33 euros");
    assert!(prices(&list.cards).iter().all(|price| *price >= 33.0), "{:?}", prices(&list.cards));
}

#[test]
fn a_limit_alone_is_a_varied_selection_of_what_it_allows() {
    let list = list_for_wish("en", "I don't want to spend more than 25");
    assert_eq!((list.basis, list.notice), (Basis::ColdStart, note(None, Some(25.0), true)));
    assert!(prices(&list.cards).iter().all(|price| *price <= 25.0), "{:?}", prices(&list.cards));
    let mut visit = open(MemoryStore::default(), "en");
    for_you(&mut visit, "en");
    track_text(&mut visit, Wish, "under 25 euros", 1);
    assert_eq!(profile(&mut visit).events[0].unused, None);
}

#[test]
fn a_limit_that_nothing_keeps_is_ignored_with_a_note() {
    let list = list_for_wish("en", "camping tent under 5 euros");
    assert_eq!((list.notice, list.cards.len()), (note(None, Some(5.0), false), 6));
    // The shop sells nothing in dollars, so this is no limit that it can keep.
    assert_eq!(list_for_wish("en", "camping tent under 5 dollars").notice, None);
}

#[test]
fn a_limit_ends_with_the_visit_or_with_the_next_wish() {
    let mut visit = open(MemoryStore::default(), "en");
    for_you(&mut visit, "en");
    let dearest = |list: &Shelf| prices(&list.cards).into_iter().fold(0.0, f64::max);
    let list = shelf(&track_text(&mut visit, Wish, "camping tent under 33 euros", 1));
    assert!(dearest(&list) <= 33.0);
    let list = shelf(&track_text(&mut visit, Wish, "camping tent", 2));
    assert!(dearest(&list) > 33.0 && list.notice.is_none());
    track_text(&mut visit, Wish, "camping tent under 33 euros", 3);
    let list = shelf(&track(&mut visit, ViewItem, "camping-0", 60 * 24));
    assert!(dearest(&list) > 33.0 && list.notice.is_none());
}

#[test]
fn a_search_with_a_price_limit_finds_what_it_allows() {
    let mut visit = open(MemoryStore::default(), "en");
    let found = prices(&search(&mut visit, "camping tent under 33 euros", "en"));
    assert!(!found.is_empty() && found.iter().all(|price| *price <= 33.0), "{found:?}");
    assert!(prices(&search(&mut visit, "camping tent", "en")).iter().any(|price| *price > 33.0));
}
