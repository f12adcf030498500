//! Explanations of lists: the parts sum to the score, and predicted places are compared with the real ones.

#[path = "../visit/script.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod script;

use nearmind_core::{
    catalog::{Pack, Relations},
    profile::{Event, EventName::*},
    protocol::{Attention, Basis, Card, Claim, Command, Explanation, Part, ShelfKind, Update, WhyNot},
    vectors::arithmetic::dot,
};
use nearmind_encoder::{Encoder, OutputKind, manifest::Role};
use nearmind_session::MemoryStore;
use pollster::block_on;
use script::*;

fn explain(visit: &mut Visit, item: &str) -> Explanation {
    let now_ms = NOW + 3600e3;
    match send(visit, Command::Explain { shelf: "s".into(), item: item.into() }.at(now_ms, "en")).remove(0) {
        Update::Explanation(explanation) => explanation,
        other => panic!("{other:?}"),
    }
}

fn why_not(visit: &mut Visit, item: &str) -> WhyNot {
    match send(visit, Command::WhyNot { shelf: "s".into(), item: item.into() }.at(NOW + 3600e3, "en")).remove(0) {
        Update::WhyNot(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn delete(visit: &mut Visit, event: &Event) {
    send(visit, Command::Delete { event: event.clone() }.at(NOW + 3600e3, "en"));
}

/// A visit with views of several groups, a wish and a dislike.
fn visit_with_history(lang: &str) -> Visit {
    let mut visit = open(MemoryStore::default(), lang);
    for_you(&mut visit, lang);
    track(&mut visit, ViewItem, "tea-0", 1);
    track(&mut visit, ViewItem, "tea-1", 2);
    track(&mut visit, AddToCart, "camping-2", 3);
    track_text(&mut visit, Wish, "warm wool bag", 4);
    track(&mut visit, Dislike, "bicycle-1", 5);
    track(&mut visit, ViewItem, "bicycle-4", 6);
    visit
}

#[test]
fn parts_and_events_sum_to_the_score() {
    let mut visit = visit_with_history("en");
    let list = for_you(&mut visit, "en");
    assert_eq!(list.cards.len(), 6);
    for (nth, card) in list.cards.iter().enumerate() {
        let why = explain(&mut visit, &card.item);
        assert_eq!((why.place, why.of), (Some(nth + 1), 6));
        let sum: f32 = why.parts.iter().map(|part| part.share).sum();
        assert!((sum - card.score).abs() < 1e-4, "{}: {sum} {}", card.item, card.score);
        let visit_parts =
            why.parts.iter().filter(|part| ["content", "words", "cooccurrence"].contains(&part.name.as_str()));
        let from_visit: f32 = visit_parts.map(|part| part.share).sum();
        let by_event: f32 = why.events.iter().map(|event| event.share).sum();
        assert!((from_visit - by_event).abs() < 1e-4, "{}: {from_visit} {by_event}", card.item);
        assert!(why.claim.is_some() && !why.interests.is_empty());
        assert!(why.events.is_sorted_by(|a, b| a.share.abs() >= b.share.abs() - 1e-6));
    }
}

#[test]
fn the_place_without_an_event_is_the_place_after_deleting_it() {
    let mut visit = visit_with_history("en");
    let list = for_you(&mut visit, "en");
    let mut tried = 0;
    for card in &list.cards {
        let why = explain(&mut visit, &card.item);
        for share in why.events.iter().filter(|event| event.without.is_some()) {
            let mut other = visit_with_history("en");
            for_you(&mut other, "en");
            let same = |event: &&nearmind_core::protocol::EventShare| {
                event.event.item == share.event.item && event.event.text == share.event.text
            };
            why.events.iter().filter(same).for_each(|event| delete(&mut other, &event.event));
            let then = for_you(&mut other, "en");
            let place = ids(&then).iter().position(|id| *id == card.item).map(|place| place + 1);
            let predicted = share.without.unwrap().place;
            assert_eq!(place, predicted.filter(|place| *place <= 6), "{} without {:?}", card.item, share.event);
            tried += 1;
        }
    }
    assert!(tried >= 6, "{tried}");
}

#[test]
fn a_text_scores_less_without_its_highlighted_words() {
    let (catalog, (_, tokenizer, mut cpu)) = (catalog(items()), synthetic());
    let (mut tried, mut unmarked) = (0, 0);
    for viewed in ["tea-0", "tea-5", "camping-2", "bicycle-1", "home-6"] {
        let mut visit = open(MemoryStore::default(), "en");
        for_you(&mut visit, "en");
        track(&mut visit, ViewItem, viewed, 1);
        let direction = catalog.matrix.vector(catalog.row(viewed).unwrap());
        let mut score = |text: &str| {
            let batch = tokenizer.batch(&[text], Role::Passage).unwrap();
            let mut vector = block_on(cpu.encode(&batch, OutputKind::Vectors)).unwrap().vectors;
            catalog.centre.apply(&mut vector);
            dot(&vector, &direction)
        };
        while let Some(updates) = block_on(visit.work()) {
            for update in updates {
                let Update::Highlights { item, title, description, .. } = update else { panic!("{update:?}") };
                let category = item.split('-').next().unwrap();
                let unmarked_text = |parts: &[Part]| -> String {
                    parts.iter().filter(|part| part.share.is_none()).map(|part| part.text.as_str()).collect()
                };
                let document = |title: &str, description: &str| format!("{category}: {title}. {description}");
                let claimed: f32 = title.iter().chain(&description).filter_map(|part| part.share).sum();
                let decrease = score(&document(&text(&title), &text(&description)))
                    - score(&document(&unmarked_text(&title), &unmarked_text(&description)));
                // Only the signs are compared, because the share includes the weight of the view in this visit.
                assert!(
                    claimed == 0.0 || decrease > 0.0,
                    "{viewed}: {item} without {title:?} {description:?}: {decrease}"
                );
                *(if claimed > 0.0 { &mut tried } else { &mut unmarked }) += 1;
            }
        }
    }
    assert!(tried > 5 && unmarked > 0, "{tried} {unmarked}");
}

#[test]
fn a_cooccurrence_reason_has_the_number_of_visitors() {
    let mut catalog = catalog(items());
    let row = |id: &str| catalog.row(id).unwrap();
    let (viewed, next) = (row("tea-0"), row("camping-4"));
    let mut rows = vec![Vec::new(); catalog.len()];
    rows[viewed as usize] = vec![(next, 0.9)];
    let relations = Relations::new(vec![20; catalog.len()], rows, 4);
    for (pairs, expect) in [
        (Some(12), Claim::Together { visitors: 12, title: "steel green tea cup".into() }),
        (None, Claim::Event { name: ViewItem, title: "steel green tea cup".into() }),
    ] {
        let relations = relations.clone();
        catalog.relations = Some(match pairs {
            Some(count) => relations.with_pair_counts(vec![count]),
            None => relations,
        });
        let mut visit = open_with(MemoryStore::default(), "en", Pack::new(&catalog).open().unwrap());
        for_you(&mut visit, "en");
        let list = shelf(&track(&mut visit, ViewItem, "tea-0", 1));
        let card =
            list.cards.iter().find(|card| card.item == "camping-4").unwrap_or_else(|| panic!("{:?}", ids(&list)));
        assert_eq!(card.claim, Some(expect));
    }
    let mut visit = open_with(MemoryStore::default(), "en", Pack::new(&catalog).open().unwrap());
    let popular = shelf(&request_shelf(&mut visit, serde_json::json!({"kind": "trending"})));
    assert!(popular.cards.iter().all(|card| card.claim == Some(Claim::Popular { times: 20 })), "{popular:?}");
}

#[test]
fn why_not_names_the_smallest_change_that_works() {
    let (mut removed, mut added) = (0, 0);
    for group in ["tea", "camping", "bicycle", "home"] {
        for nth in 3..8 {
            let item = format!("{group}-{nth}");
            let mut visit = visit_with_history("en");
            let is_shown = |visit: &mut Visit| ids(&for_you(visit, "en")).contains(&item.as_str());
            let answer = why_not(&mut visit, &item);
            assert_eq!(answer.place.is_some(), is_shown(&mut visit), "{item}");
            assert_eq!(answer.remove_labels.len(), answer.remove.len());
            assert!(!answer.title.is_empty() && answer.add_label.is_some() == answer.add.is_some());
            if let Some(event) = &answer.add {
                let mut other = visit_with_history("en");
                send(&mut other, Command::Track { event: event.clone() });
                assert!(is_shown(&mut other), "{item} with {event:?}");
                added += 1;
            }
            for kept in 0..=answer.remove.len() {
                // Removing all of them brings the item in; removing all but one does not.
                let mut other = visit_with_history("en");
                answer
                    .remove
                    .iter()
                    .enumerate()
                    .filter(|(nth, _)| *nth != kept)
                    .for_each(|(_, e)| delete(&mut other, e));
                let all = kept == answer.remove.len();
                if !answer.remove.is_empty() {
                    assert_eq!(is_shown(&mut other), all, "{item} without {:?}, but {kept}", answer.remove);
                    removed += 1;
                }
            }
        }
    }
    assert!(removed > 2 && added > 2, "{removed} {added}");
}

#[test]
fn why_not_says_that_an_item_is_hidden() {
    let mut visit = visit_with_history("en");
    let first = for_you(&mut visit, "en").cards[0].item.clone();
    track(&mut visit, Hide, &first, 7);
    let answer = why_not(&mut visit, &first);
    let names: Vec<_> = answer.remove.iter().map(|event| (event.name, event.item.as_deref())).collect();
    assert_eq!(names, [(Hide, Some(first.as_str()))]);
    assert!(answer.add.is_none(), "a view does not undo hiding");
}

#[test]
fn reasons_name_titles_in_the_pages_language() {
    let mut english = open(MemoryStore::default(), "en");
    for_you(&mut english, "en");
    track(&mut english, ViewItem, "tea-0", 1);
    let card = shelf(&track(&mut english, ViewItem, "tea-0", 2)).cards[0].clone();
    let viewed = "steel green tea cup";
    assert_eq!(card.claim, Some(Claim::Event { name: ViewItem, title: viewed.into() }));
    let why = explain(&mut english, &card.item);
    assert_eq!((why.claim, why.without.map(|without| without.label)), (card.claim, Some(viewed.to_owned())));
    for nth in 1..4 {
        track(&mut english, AddToCart, &format!("tea-{nth}"), 10 + nth);
    }
    track(&mut english, ViewItem, "bicycle-0", 20);
    let several = for_you(&mut english, "en");
    let is_tea = |card: &Card| matches!(&card.claim, Some(Claim::Category { category, .. }) if category == "tea");
    assert!(several.cards.iter().any(is_tea), "{several:?}");

    let mut chinese = visit_with_history("zh-CN");
    let list = for_you(&mut chinese, "zh-CN");
    let command = Command::Explain { shelf: "s".into(), item: list.cards[0].item.clone() }.at(NOW + 3600e3, "zh-CN");
    let Update::Explanation(why) = send(&mut chinese, command).remove(0) else { panic!("no explanation") };
    let mut titles = why.events.iter().filter(|share| share.event.item.is_some()).map(|share| &share.label).peekable();
    assert!(titles.peek().is_some() && titles.all(|title| !title.is_ascii()), "{:?}", why.events);
}

#[test]
fn a_reason_names_the_words_of_the_wish() {
    let mut visit = open(MemoryStore::default(), "en");
    for_you(&mut visit, "en");
    let first = shelf(&track_text(&mut visit, Wish, "a waterproof jacket for me", 1)).cards[0].item.clone();
    let why = explain(&mut visit, &first);
    let words = vec!["waterproof".to_owned(), "jacket".to_owned()];
    assert_eq!(why.claim, Some(Claim::Text { name: Wish, text: "a waterproof jacket for me".into(), words }));
}

#[test]
fn a_cold_start_claims_nothing_about_the_visitor() {
    let mut visit = open(MemoryStore::default(), "en");
    let cold = for_you(&mut visit, "en");
    let why = explain(&mut visit, &cold.cards[0].item);
    assert!(why.events.is_empty() && why.basis == Basis::ColdStart && why.claim.is_none() && why.without.is_none());
    assert!((why.parts.iter().map(|part| part.share).sum::<f32>() - cold.cards[0].score).abs() < 1e-4);
    let like = shelf(&send(&mut visit, shelf_command(ShelfKind::MoreLikeThis, Some("tea-3"), "en")));
    let why = explain(&mut visit, &like.cards[0].item);
    assert_eq!(why.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>(), ["context", "category"]);
}

#[test]
fn attention_covers_every_word_and_sums_to_less_than_one() {
    let mut visit = visit_with_history("en");
    let command = Command::Attention { item: "tea-3".into() };
    let Update::Attention(Attention { parts, .. }) = send(&mut visit, command).remove(0) else { panic!() };
    let sum: f32 = parts.iter().filter_map(|part| part.share).sum();
    assert!(sum > 0.2 && sum < 1.0, "special tokens receive attention, too: {sum}");
    assert!(text(&parts).contains("green tea cup"));
}

#[test]
fn an_unknown_shelf_or_item_is_an_error() {
    let mut visit = visit_with_history("en");
    for (shelf, item) in [("other", "tea-0"), ("s", "nothing")] {
        let command = Command::Explain { shelf: shelf.into(), item: item.into() };
        let updates = send(&mut visit, command);
        assert!(matches!(&updates[..], [Update::Error(problem)] if problem.code == "unknown" && !problem.fatal));
    }
}
