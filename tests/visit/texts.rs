//! Texts that a list cannot use, because they are meaningless, a negation or in an unsupported language: the list stays
//! full, and a note says why. Also the warnings about ids and stock.

use nearmind_core::{
    catalog::{Availability, Item},
    profile::EventName::*,
    protocol::{Basis, Command, Diagnosis, Shelf, TextNote, UnmatchedId, UnusedReason, Update, Warning},
};
use nearmind_session::MemoryStore;
use serde_json::json;

use crate::script::*;

fn visit_with_wishes(lang: &str, texts: &[&str]) -> (Visit, Shelf) {
    let mut visit = open(MemoryStore::default(), lang);
    let mut list = for_you(&mut visit, lang);
    for (text, minute) in texts.iter().zip(1..) {
        list = shelf(&track_text(&mut visit, Wish, text, minute));
    }
    (visit, list)
}

/// Whether a card has the word in its title or description.
fn has_word(shelf: &Shelf, word: &str) -> bool {
    shelf.cards.iter().any(|card| format!("{} {}", text(&card.title), text(&card.description)).contains(word))
}

#[test]
fn a_wish_without_a_match_leaves_a_varied_shelf() {
    let (_, cold_start) = visit_with_wishes("en", &[]);
    for (lang, wish, reason) in [
        ("en", "qwxz vbnm", UnusedReason::NoMatch),
        ("zh-CN", "qwxz vbnm", UnusedReason::NoMatch),
        ("en", "тёплая куртка", UnusedReason::Language),
        ("zh-CN", "تيشيرت", UnusedReason::Language),
        ("en", "I don't hate tea", UnusedReason::Unclear),
    ] {
        let (mut visit, list) = visit_with_wishes(lang, &[wish]);
        assert_eq!((list.basis, ids(&list)), (Basis::ColdStart, ids(&cold_start)), "{wish}");
        let languages = vec!["en".to_owned(), "zh".to_owned()];
        assert_eq!(list.notice, Some(TextNote::Unused { text: wish.into(), reason, languages }));
        let line = profile(&mut visit).events.remove(0);
        assert_eq!((line.unused, line.weight), (Some(reason), 0.0), "{wish}");
    }
    assert_eq!(cold_start.notice, None);
}

fn is_language_unsupported(list: &Shelf) -> bool {
    matches!(list.notice, Some(TextNote::Unused { reason: UnusedReason::Language, .. }))
}

fn left_out_note(thing: &str) -> Option<TextNote> {
    Some(TextNote::LeftOut { things: vec![thing.to_owned()] })
}

#[test]
fn with_a_history_an_unusable_wish_only_adds_a_note() {
    let mut visit = open(MemoryStore::default(), "en");
    for_you(&mut visit, "en");
    let before = shelf(&track(&mut visit, ViewItem, "tea-0", 1));
    let after = shelf(&track_text(&mut visit, Wish, "ζεστό μπουφάν", 2));
    assert_eq!((after.basis, ids(&after)), (Basis::Profile, ids(&before)));
    assert!(is_language_unsupported(&after), "{:?}", after.notice);
    // Only the latest wish has a note.
    let next = shelf(&track_text(&mut visit, Wish, "camping tent", 3));
    assert_eq!(next.notice, None);
    assert!(ids(&next)[0].starts_with("camping"), "{:?}", ids(&next));
    // The note of a wish is not shown on the next day.
    track_text(&mut visit, Wish, "qwxz vbnm", 4);
    assert_eq!(shelf(&track(&mut visit, ViewItem, "tea-2", 60 * 24)).notice, None);
}

#[test]
fn a_wish_in_an_unknown_script_has_a_note() {
    for wish in ["дождевик", "αδιάβροχο", "معطف", "מעיל", "जैकेट", "เสื้อ", "재킷", "ジャケット", "ქურთუკი"]
    {
        let (_, list) = visit_with_wishes("en", &[wish]);
        assert!(is_language_unsupported(&list), "{wish}: {:?}", list.notice);
        assert_eq!((list.basis, list.cards.len()), (Basis::ColdStart, 6), "{wish}");
    }
    // The catalogue is also in Chinese, so words of a Chinese wish are found, although the model does not know them.
    let (_, list) = visit_with_wishes("en", &["露营帐篷"]);
    assert_eq!((list.basis, &list.notice), (Basis::Profile, &None));
}

#[test]
fn unwanted_things_are_neither_shown_nor_a_reason() {
    for (lang, wish, word) in
        [("en", "I hate tea", "tea"), ("en", "no tea please", "tea"), ("zh-CN", "不要绿茶", "绿茶")]
    {
        let (_, list) = visit_with_wishes(lang, &[wish]);
        assert_eq!((list.basis, &list.notice, list.cards.len()), (Basis::ColdStart, &left_out_note(word), 6), "{wish}");
        assert!(!has_word(&list, word), "{wish}: {:?}", ids(&list));
    }
    let (_, list) = visit_with_wishes("en", &["soft warm things for the kitchen, but no tea"]);
    assert_eq!((list.basis, &list.notice), (Basis::Profile, &None));
    assert!(!has_word(&list, "tea") && list.cards.len() == 6, "{:?}", ids(&list));
    let reasons: Vec<&str> = list.cards.iter().map(reason).collect();
    assert!(reasons.iter().any(|reason| reason.contains("but no tea")), "{reasons:?}");
    // A later text about the same thing counts more.
    let (_, list) = visit_with_wishes("en", &["no tea please", "green tea cup"]);
    assert!(ids(&list)[0].starts_with("tea") && count_group(&list, "tea") >= 3, "{:?}", ids(&list));
    let (_, list) = visit_with_wishes("en", &["green tea cup", "no tea please"]);
    assert!(!has_word(&list, "tea"), "{:?}", ids(&list));
}

#[test]
fn a_wish_with_a_negation_is_not_the_reason_for_a_card() {
    let mut visit = open(MemoryStore::default(), "en");
    for_you(&mut visit, "en");
    track(&mut visit, ViewItem, "camping-0", 1);
    let list = shelf(&track_text(&mut visit, Wish, "I hate tea", 2));
    assert_eq!((list.basis, &list.notice), (Basis::Profile, &left_out_note("tea")));
    assert!(!has_word(&list, "tea"), "{:?}", ids(&list));
    for card in &list.cards {
        assert!(!reason(card).contains("hate"), "{}: {}", card.item, reason(card));
    }
    let line = profile(&mut visit).events.remove(1);
    assert!(line.weight < 0.0 && line.unused.is_none(), "{line:?}");
}

#[test]
fn a_shop_with_only_unwanted_items_still_shows_them() {
    let tea = items().into_iter().filter(|item| item.id.starts_with("tea")).collect();
    let mut visit = open_with(MemoryStore::default(), "en", catalog(tea));
    for_you(&mut visit, "en");
    let list = shelf(&track_text(&mut visit, Wish, "I hate tea", 1));
    assert_eq!((list.basis, list.cards.len()), (Basis::ColdStart, 6));
}

#[test]
fn a_negation_in_the_title_of_an_item_excludes_nothing() {
    let mut items = items();
    let words = items[0].words.get_mut("en").unwrap();
    words.title = "A bicycle jacket without rain".into();
    let mut visit = open_with(MemoryStore::default(), "en", catalog(items));
    for_you(&mut visit, "en");
    let list = shelf(&track_text(&mut visit, Search, "bicycle jacket without rain", 1));
    assert_eq!((ids(&list)[0], &list.notice), ("bicycle-0", &None), "{:?}", ids(&list));
    // Without an item of that title, the negation counts, and all bicycle jackets here are for rain.
    let (_, list) = visit_with_wishes("en", &["bicycle jacket without rain"]);
    assert!(count_group(&list, "bicycle") == 0, "{:?}", ids(&list));
}

#[test]
fn deleting_a_wish_deletes_its_note() {
    let (mut visit, list) = visit_with_wishes("en", &["qwxz vbnm"]);
    assert_ne!(list.notice, None);
    let event = profile(&mut visit).events.remove(0).event;
    let after = shelf(&send(&mut visit, Command::Delete { event }.at(NOW + 120e3, "en")));
    assert_eq!((after.notice, after.basis), (None, Basis::ColdStart));
}

fn diagnosis(visit: &mut Visit) -> Diagnosis {
    match send(visit, Command::Diagnose).remove(0) {
        Update::Diagnosis(diagnosis) => diagnosis,
        other => panic!("{other:?}"),
    }
}

fn warnings(visit: &mut Visit) -> Vec<Warning> {
    let warning = |update| if let Update::Warning { warning } = update { Some(warning) } else { None };
    visit.warnings().into_iter().filter_map(warning).collect()
}

#[test]
fn unknown_ids_are_reported_with_the_nearest_known_id() {
    let mut visit = open(MemoryStore::default(), "en");
    request_shelf(&mut visit, json!({"exclude": ["TEA_3"], "context": {"cart": ["camping-0", "Kamping-1"]}}));
    for (id, minute) in [("shopify_US_123_456", 1), ("bicycle-0", 2), ("sku:tea-1", 3), ("shopify_US_123_456", 60)] {
        track(&mut visit, ViewItem, id, minute);
    }
    let found = diagnosis(&mut visit);
    let line = |id: &str, count, nearest: Option<&str>| UnmatchedId {
        id: id.into(),
        count,
        nearest: nearest.map(str::to_owned),
    };
    let expect = [
        line("shopify_US_123_456", 2, None),
        line("Kamping-1", 1, Some("camping-1")),
        line("TEA_3", 1, Some("tea-3")),
        line("sku:tea-1", 1, Some("tea-1")),
    ];
    assert_eq!((found.unmatched.as_slice(), found.more_unmatched, found.items), (&expect[..], 0, 32));
    // The warning comes once.
    assert_eq!(warnings(&mut visit), [Warning::UnknownIds { count: 4, first: "Kamping-1".into() }]);
    track(&mut visit, ViewItem, "another", 5);
    assert_eq!(warnings(&mut visit), []);
    for nth in 0..100 {
        track(&mut visit, ViewItem, &format!("none of these {nth}"), 100 + nth);
    }
    assert_eq!((diagnosis(&mut visit).unmatched.len(), diagnosis(&mut visit).more_unmatched), (20, 85));
}

#[test]
fn known_ids_cause_no_warning() {
    let mut visit = open(MemoryStore::default(), "en");
    for_you(&mut visit, "en");
    track(&mut visit, ViewItem, "tea-0", 1);
    assert_eq!(warnings(&mut visit), []);
    let found = diagnosis(&mut visit);
    assert_eq!((found.sold_out, found.can_be_shown, found.unmatched.len()), (0, 32, 0));
}

#[test]
fn a_sold_out_catalogue_causes_one_warning() {
    let sold_out = |item: Item| Item { availability: Some(Availability::OutOfStock), ..item };
    let mut visit = open_with(MemoryStore::default(), "en", catalog(items().into_iter().map(sold_out).collect()));
    assert!(for_you(&mut visit, "en").cards.is_empty());
    assert_eq!(warnings(&mut visit), [Warning::NothingToShow { sold_out: 32, items: 32 }]);
    assert_eq!(warnings(&mut visit), []);
    let found = diagnosis(&mut visit);
    assert_eq!((found.sold_out, found.can_be_shown), (32, 0));
    // The scene that the warning recommends shows sold-out items.
    assert_eq!(shelf(&request_shelf(&mut visit, json!({"scene": {"kind": "for-you"}}))).cards.len(), 6);
}
