//! Tests of a whole visit: commands in, updates out. The model is small and has random weights; the log is in memory.

mod aliases;
mod pictures;
mod prices;
mod random_sessions;
mod scenes;
mod script;
mod storage;
mod text_days;
mod texts;
mod unlearn;
mod without_vectors;
mod word_vectors;

use std::collections::BTreeSet;

use nearmind_core::{
    catalog::build_document,
    explain::{TextDecomposition, TokenStates},
    profile::{Event, EventName::*, Opinion},
    protocol::{Basis, Card, Claim, Command, Shelf, ShelfKind, ShelfRequest, Update, VERSION},
    text::words,
    vectors::{Query, arithmetic::dot},
};
use nearmind_encoder::{Encoder, OutputKind, manifest::Role};
use nearmind_session::{MemoryStore, Session};
use pollster::block_on;
use proptest::prelude::*;
use script::*;

#[test]
fn a_first_visit_begins_with_a_varied_selection() {
    let mut visit = open(MemoryStore::default(), "en");
    let cold = for_you(&mut visit, "en");
    let groups: BTreeSet<_> = cold.cards.iter().map(|card| card.category.clone()).collect();
    assert_eq!((cold.basis, cold.cards.len(), groups.len()), (Basis::ColdStart, 6, 4));
    assert!(cold.cards.iter().all(|card| card.claim.is_none()));
    assert!(block_on(visit.work()).is_none());
}

#[test]
fn views_bring_similar_items_and_a_dislike_removes_some() {
    let mut visit = open(MemoryStore::default(), "en");
    let cold = for_you(&mut visit, "en");
    track(&mut visit, ViewItem, "bicycle-0", 1);
    track(&mut visit, ViewItem, "bicycle-1", 2);
    let warm = shelf(&track(&mut visit, ViewItem, "bicycle-2", 3));
    assert_eq!((warm.basis, warm.revision), (Basis::Profile, cold.revision + 3));
    assert!(count_group(&warm, "bicycle") >= 4, "{:?}", ids(&warm));
    assert!(!ids(&warm).iter().any(|id| ["bicycle-0", "bicycle-1", "bicycle-2"].contains(id)));
    assert_eq!(warm.cards[0].claim, Some(Claim::Category { count: 3, category: "bicycle".into() }));

    let disliked = shelf(&track(&mut visit, Dislike, "bicycle-3", 4));
    assert!(count_group(&disliked, "bicycle") < count_group(&warm, "bicycle"), "{:?} {:?}", ids(&warm), ids(&disliked));
    let undo = Command::Undo { item: "bicycle-3".into(), name: Dislike }.at(NOW + 180e3, "en");
    assert_eq!(ids(&shelf(&send(&mut visit, undo))), ids(&warm));
}

#[test]
fn when_all_items_are_seen_all_but_bought_ones_are_shown() {
    let mut visit = open(MemoryStore::default(), "en");
    for_you(&mut visit, "en");
    for (minute, item) in items().iter().enumerate() {
        track(&mut visit, ViewItem, &item.id, minute as u32);
    }
    let last = items().len() as u32;
    let list = shelf(&track(&mut visit, Purchase, "home-7", last));
    assert_eq!((list.basis, list.cards.len()), (Basis::Profile, 6));
    assert!(!ids(&list).contains(&"home-7"), "{:?}", ids(&list));
    let hidden = ids(&list)[0].to_owned();
    let list = shelf(&track(&mut visit, Hide, &hidden, last + 1));
    assert!(list.cards.len() == 6 && !ids(&list).contains(&hidden.as_str()), "{:?}", ids(&list));
    for (minute, item) in items().iter().enumerate() {
        track(&mut visit, Purchase, &item.id, last + 2 + minute as u32);
    }
    assert!(for_you(&mut visit, "en").cards.is_empty(), "everything is bought");
}

#[test]
fn highlights_come_card_by_card_and_are_whole_words() {
    let mut visit = open(MemoryStore::default(), "en");
    for_you(&mut visit, "en");
    let warm = shelf(&track(&mut visit, ViewItem, "tea-0", 1));
    let (mut explained, mut marked) = (Vec::new(), Vec::new());
    while let Some(updates) = block_on(visit.work()) {
        for update in updates {
            let Update::Highlights { revision, item, title, description, .. } = update else { panic!("{update:?}") };
            assert_eq!(revision, warm.revision);
            let card = warm.cards.iter().find(|card| card.item == item).expect("a card of the shelf");
            assert_eq!((text(&title), text(&description)), (text(&card.title), text(&card.description)));
            let words = title.iter().chain(&description).filter(|part| part.share.is_some());
            assert!(words.clone().all(|word| word.text.chars().all(char::is_alphabetic)));
            if words.map(|word| word.share.unwrap()).sum::<f32>() > 0.0 {
                marked.push(item.clone());
            }
            explained.push(item);
        }
    }
    // Two cards are read at a time, and either may be complete first.
    let pairs = |ids: &[String]| ids.chunks(2).map(|pair| pair.iter().cloned().collect()).collect::<Vec<BTreeSet<_>>>();
    assert_eq!(pairs(&explained), pairs(&ids(&warm).into_iter().map(str::to_owned).collect::<Vec<_>>()));
    // A card that stays on the shelf has its highlights at once, or is marked as unread, so that the page keeps the old
    // ones.
    let next = shelf(&track(&mut visit, ViewItem, "tea-0", 2));
    let staying = next.cards.iter().filter(|card| marked.contains(&card.item)).collect::<Vec<_>>();
    let is_marked = |card: &&&Card| card.title.iter().chain(&card.description).any(|part| part.share.is_some());
    assert!(!staying.is_empty() && staying.iter().all(|card| card.unread || is_marked(&card)), "{staying:?}");
    assert!(staying.iter().filter(is_marked).count() > 0, "{staying:?}");
}

#[test]
fn more_like_this_leaves_out_the_item_and_hidden_items() {
    let mut visit = open(MemoryStore::default(), "en");
    let like = shelf(&send(&mut visit, shelf_command(ShelfKind::MoreLikeThis, Some("camping-0"), "en")));
    assert_eq!((like.basis, like.about.as_deref()), (Basis::Item, Some("summer camping tent mat")));
    assert!(count_group(&like, "camping") >= 4 && !ids(&like).contains(&"camping-0"), "{:?}", ids(&like));
    let hidden = like.cards[0].item.clone();
    assert!(!ids(&shelf(&track(&mut visit, Hide, &hidden, 1))).contains(&hidden.as_str()));
    let gone = shelf(&send(&mut visit, shelf_command(ShelfKind::MoreLikeThis, Some("nothing"), "en")));
    assert!(gone.cards.is_empty());
}

#[test]
fn a_wish_is_enough_without_a_history() {
    let mut visit = open(MemoryStore::default(), "en");
    for_you(&mut visit, "en");
    let wished = shelf(&track_text(&mut visit, Wish, "bright waterproof cycling jacket for rain", 1));
    assert!(count_group(&wished, "bicycle") >= 4, "{:?}", ids(&wished));
    assert!(matches!(wished.cards[0].claim, Some(Claim::Text { name: Wish, .. })));
    assert_eq!(reason(&wished.cards[0]), "bright waterproof cycling jacket for rain");
    // The small model does not know Chinese, so the list follows the words of the wish.
    let wished = shelf(&track_text(&mut visit, Wish, "露营帐篷", 2));
    assert!(ids(&wished)[0].starts_with("camping"), "{:?}", ids(&wished));
}

#[test]
fn search_finds_and_marks_words_in_both_languages() {
    let mut visit = open(MemoryStore::default(), "en");
    let found = search(&mut visit, "cycling jackets", "en");
    assert!(found.iter().filter(|card| card.item.starts_with("bicycle")).count() >= 4);
    let words: Vec<_> =
        found[0].title.iter().filter(|part| part.share.is_some()).map(|part| part.text.clone()).collect();
    assert_eq!(words, ["cycling", "jacket"]);

    let found = search(&mut visit, "防水夹克", "zh-CN");
    assert!(found.len() == 6 && found.iter().all(|card| card.item.starts_with("bicycle")));
    assert!(found[0].title.iter().any(|part| part.text == "夹克" && part.share.is_some()));
    assert!(search(&mut visit, "的", "zh-CN").is_empty());
    assert!(search(&mut visit, "  ", "en").is_empty());
}

#[test]
fn a_chinese_page_has_no_highlights_computed_from_english() {
    let mut visit = open(MemoryStore::default(), "zh-CN");
    for_you(&mut visit, "zh-CN");
    let warm = shelf(&track(&mut visit, AddToCart, "tea-0", 1));
    assert_eq!((warm.basis, &warm.scene_heading), (Basis::Profile, &None));
    assert!(text(&warm.cards[0].title).starts_with("绿茶杯"));
    assert_eq!(warm.cards[0].claim, Some(Claim::Event { name: AddToCart, title: "绿茶杯0号".into() }));
    assert!(block_on(visit.work()).is_none());
}

#[test]
fn baked_vectors_rank_items_before_the_model_is_loaded() {
    let mut visit: Visit = Session::new(MemoryStore::default());
    send(&mut visit, open_command(VERSION, "en"));
    assert!(send(&mut visit, shelf_command(ShelfKind::ForYou, None, "en")).is_empty());
    track(&mut visit, ViewItem, "camping-0", 1);
    let early = shelf(&block_on(visit.set_catalog(catalog(items()))));
    assert!(count_group(&early, "camping") >= 4, "{:?}", ids(&early));
    assert_eq!(search(&mut visit, "jacket", "en")[0].category, "bicycle");
    assert!(block_on(visit.work()).is_none());
    let later = block_on(visit.set_model(model(), device()));
    assert_eq!(ids(&shelf(&later)), ids(&early));
    assert!(block_on(visit.work()).is_some());
}

#[test]
fn a_reload_changes_nothing_and_forgetting_leaves_nothing() {
    let mut store = MemoryStore::default();
    let mut visit = open(MemoryStore::default(), "en");
    let cold = for_you(&mut visit, "en");
    track(&mut visit, ViewItem, "bicycle-0", 1);
    track(&mut visit, Like, "camping-1", 2);
    track_text(&mut visit, Wish, "green tea", 3);
    track_text(&mut visit, Search, "wool bag", 4);
    track(&mut visit, Hide, "tea-0", 5);
    send(&mut visit, Command::Undo { item: "camping-1".into(), name: Like }.at(NOW + 360e3, "en"));
    let before = for_you(&mut visit, "en");
    let summarize = |visit: &mut Visit| match send(visit, Command::Profile).remove(0) {
        Update::Profile(summary) => summary,
        other => panic!("{other:?}"),
    };
    let summary = summarize(&mut visit);
    assert_eq!(summary.events.len(), 4);
    assert_eq!(summary.events[0].label, "red waterproof cycling jacket");

    store.entries = visit.into_store().entries;
    assert_eq!(store.entries.len(), 6);
    let mut again = open(store, "en");
    let after = for_you(&mut again, "en");
    assert_eq!((ids(&after), after.basis), (ids(&before), before.basis));
    let scores = |shelf: &Shelf| shelf.cards.iter().map(|card| card.score.to_bits()).collect::<Vec<_>>();
    assert_eq!(scores(&after), scores(&before));
    assert_eq!(summarize(&mut again).stored_bytes, summary.stored_bytes);

    let updates = send(&mut again, Command::Forget);
    assert!(matches!(updates[0], Update::Forgotten));
    assert_eq!((shelf(&updates).basis, ids(&shelf(&updates))), (Basis::ColdStart, ids(&cold)));
    assert_eq!((summarize(&mut again).events.len(), summarize(&mut again).stored_bytes), (0, 0.0));
    assert!(again.into_store().entries.is_empty());
}

#[test]
fn an_event_that_is_delivered_twice_counts_once() {
    let mut visit = open(MemoryStore::default(), "en");
    track(&mut visit, ViewItem, "bicycle-0", 1);
    track(&mut visit, ViewItem, "bicycle-0", 2);
    assert!(track(&mut visit, ViewItem, "bicycle-0", 1).is_empty());
    assert_eq!(visit.into_store().entries.len(), 2);
}

#[test]
fn a_card_has_the_opinion_of_the_visitor() {
    let mut visit = open(MemoryStore::default(), "en");
    for_you(&mut visit, "en");
    track(&mut visit, ViewItem, "tea-0", 1);
    let liked = shelf(&track(&mut visit, Like, "tea-1", 2));
    let card = liked.cards.iter().find(|card| card.item == "tea-1").expect("a liked item stays on the shelf");
    assert_eq!(card.opinion, Some(Opinion::Like));
    assert_eq!(reason(card), text(&card.title), "the like weighs more than the view of another item");
    let other = liked.cards.iter().find(|card| card.item != "tea-1").expect("other items");
    assert_ne!(reason(other), text(&other.title));
}

#[test]
fn another_protocol_version_and_another_model_are_refused() {
    let mut visit: Visit = Session::new(MemoryStore::default());
    let refused = send(&mut visit, open_command(VERSION + 1, "en"));
    assert!(matches!(&refused[..], [Update::Error(problem)] if problem.fatal && problem.code == "protocol-version"));
    let mut other = catalog(items());
    other.model.digest = "another".into();
    block_on(visit.set_catalog(other));
    let updates = block_on(visit.set_model(model(), device()));
    assert!(updates.iter().any(|update| matches!(update, Update::Error(problem) if problem.code == "other-model")));
    assert_eq!(for_you(&mut visit, "en").basis, Basis::ColdStart);
}

#[test]
fn an_invalid_clock_of_the_page_does_no_harm() {
    let mut visit = open(MemoryStore::default(), "en");
    track(&mut visit, Like, "home-0", 1);
    for (now_ms, item) in [(f64::NAN, "tea-0"), (f64::INFINITY, "tea-1"), (f64::NEG_INFINITY, "tea-2")] {
        send(&mut visit, Command::Track { event: Event::for_item(Like, item, now_ms) }.at(now_ms, "en"));
    }
    let events = profile(&mut visit).events;
    assert!(events.iter().all(|line| line.event.time_ms.is_finite() && line.weight > 0.0), "{events:?}");
    assert_eq!(events.len(), 4);
}

#[test]
fn the_order_of_the_feed_changes_no_list() {
    let mut backwards = items();
    backwards.reverse();
    let mut visit: Visit = Session::new(MemoryStore::default());
    send(&mut visit, open_command(VERSION, "en"));
    block_on(visit.set_catalog(catalog(backwards)));
    block_on(visit.set_model(model(), device()));
    let mut plain = open(MemoryStore::default(), "en");
    for visit in [&mut visit, &mut plain] {
        track(visit, ViewItem, "home-3", 1);
    }
    let (one, other) = (for_you(&mut visit, "en"), for_you(&mut plain, "en"));
    assert_eq!(ids(&one), ids(&other));
}

/// Random events, and commands that undo them.
pub fn random_commands() -> impl Strategy<Value = Vec<Command>> {
    let names = vec![ViewItem, ViewItem, AddToCart, RemoveFromCart, Purchase, Like, Dislike, Hide];
    let item = (0..GROUPS.len(), 0usize..8).prop_map(|(group, nth)| format!("{}-{nth}", GROUPS[group].0));
    let texts = vec!["red tea cup", "绿茶", "warm wool"];
    let event = |name, item, text, minute: u32| {
        let time_ms = NOW + f64::from(minute) * 60e3;
        Command::Track { event: Event { name, item, text, time_ms, ..Event::default() } }
    };
    let command = prop_oneof![
        6 => (prop::sample::select(names.clone()), item.clone(), 0u32..600)
            .prop_map(move |(name, item, minute)| event(name, Some(item), None, minute)),
        1 => (prop::sample::select(vec![Wish, Search]), prop::sample::select(texts), 0u32..600)
            .prop_map(move |(name, text, minute)| event(name, None, Some(text.to_owned()), minute)),
        1 => (prop::sample::select(names), item, 0u32..600)
            .prop_map(|(name, item, _)| Command::Undo { item, name }),
    ];
    prop::collection::vec(command, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn replaying_the_log_gives_the_same_state(commands in random_commands()) {
        let mut visit = open(MemoryStore::default(), "en");
        for command in commands {
            send(&mut visit, command);
        }
        let lists = |visit: &mut Visit| [
            for_you(visit, "en"),
            shelf(&send(visit, shelf_command(ShelfKind::MoreLikeThis, Some("tea-3"), "en"))),
        ].map(|shelf| serde_json::to_string(&Shelf { revision: 0, ..shelf }).unwrap());
        let before = lists(&mut visit);
        let mut again = open(visit.into_store(), "en");
        prop_assert_eq!(lists(&mut again), before);
    }
}

#[test]
fn the_shares_of_an_items_words_sum_to_its_score() {
    let catalog = catalog(items());
    let (_, tokenizer, mut cpu) = synthetic();
    for (row, item) in catalog.items.iter().enumerate().step_by(5) {
        let text = build_document(&item.to_item()).text;
        let tokens = tokenizer.tokenize(&text, Role::Passage).unwrap();
        let batch = tokenizer.batch(&[&text], Role::Passage).unwrap();
        let encoded = block_on(cpu.encode(&batch, OutputKind::VectorsAndTokens)).unwrap();
        let states =
            TokenStates { spans: tokens.into_iter().map(|token| token.span).collect(), states: encoded.tokens };
        let direction = catalog.matrix.vector(11);
        let mut vector = encoded.vectors;
        catalog.centre.apply(&mut vector);
        let score = dot(&vector, &direction);
        let shares =
            TextDecomposition::new(&states, words(&text, &catalog.segmenter), &catalog.centre).shares(&direction);
        assert!((shares.score() - score).abs() < 1e-4, "{text}: {} {score}", shares.score());
        // The vectors of the catalogue are rounded to int8.
        assert!((score - catalog.matrix.score(row as u32, &Query::new(&direction))).abs() < 0.02, "{text}");
    }
}
