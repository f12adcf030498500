//! Scenes, filters, rules and contexts, as a page writes them.

use nearmind_core::{
    catalog::ContextPopularity,
    protocol::{Basis, Command, EventName::*, Shelf, Update},
};
use nearmind_session::MemoryStore;
use serde_json::json;

use crate::script::*;

#[test]
fn a_filter_and_the_exclude_list_apply_together() {
    let mut visit = open(MemoryStore::default(), "en");
    track(&mut visit, ViewItem, "bicycle-0", 1);
    let filter = json!({"all": [
        {"in": {"field": "category", "values": ["bicycle", "tea"]}},
        {"range": {"field": "price", "to": 22}},
    ]});
    let shown = shelf(&request_shelf(&mut visit, json!({"filter": filter, "exclude": ["bicycle-3"]})));
    assert!(!shown.cards.is_empty());
    assert!(shown.cards.iter().all(|card| card.price.as_ref().is_some_and(|price| price.amount <= 22.0)));
    assert!(shown.cards.iter().all(|card| ["bicycle", "tea"].contains(&card.category.as_str())));
    assert!(!ids(&shown).contains(&"bicycle-3"));
}

#[test]
fn rules_pin_bury_exclude_and_boost_by_context() {
    let mut visit = open(MemoryStore::default(), "en");
    track(&mut visit, ViewItem, "bicycle-0", 1);
    let rules = json!({
        "pin": [{"item": "tea-5", "place": 2}, {"item": "gone", "place": 1}],
        "exclude": [{"eq": {"field": "id", "value": "bicycle-1"}}],
        "bury": [{"eq": {"field": "id", "value": "bicycle-2"}}],
        "boost": [{
            "when": {"eq": {"field": "season", "value": "winter"}},
            "items": {"eq": {"field": "category", "value": "home"}},
            "add": 20,
        }],
    });
    let plain = shelf(&request_shelf(&mut visit, json!({"rules": rules})));
    assert_eq!(ids(&plain)[1], "tea-5");
    assert!(!ids(&plain).contains(&"bicycle-1") && count_group(&plain, "home") < 4, "{:?}", ids(&plain));
    assert!(ids(&plain).iter().position(|id| *id == "bicycle-2").is_none_or(|at| at == 5), "{:?}", ids(&plain));
    let winter = shelf(&request_shelf(&mut visit, json!({"rules": rules, "context": {"season": "winter", "hour": 9}})));
    assert_eq!((count_group(&winter, "home"), ids(&winter)[1]), (5, "tea-5"), "{:?}", ids(&winter));
    // An item that the visitor has hidden is not shown, even if it is pinned.
    track(&mut visit, Hide, "tea-5", 2);
    assert!(!ids(&shelf(&request_shelf(&mut visit, json!({"rules": rules})))).contains(&"tea-5"));
}

#[test]
fn recently_viewed_items_are_the_latest_first() {
    let mut visit = open(MemoryStore::default(), "en");
    let viewed = |visit: &mut _, more: serde_json::Value| {
        let mut request = json!({"scene": "recently-viewed"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let list = shelf(&request_shelf(visit, request));
        (list.basis, ids(&list).into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    assert_eq!(viewed(&mut visit, json!({})), (Basis::Viewed, vec![]));
    for (time, (name, item)) in
        [(ViewItem, "bicycle-0"), (SelectItem, "tea-1"), (Like, "tea-2"), (ViewItem, "tea-3"), (ViewItem, "bicycle-0")]
            .into_iter()
            .enumerate()
    {
        track(&mut visit, name, item, time as u32 + 1);
    }
    assert_eq!(viewed(&mut visit, json!({})).1, ["bicycle-0", "tea-3", "tea-1"]);
    assert_eq!(viewed(&mut visit, json!({"item": "tea-3", "limit": 1})).1, ["bicycle-0"]);
    assert_eq!(viewed(&mut visit, json!({"item": "bicycle-0"})).1, ["tea-3", "tea-1"]);
    track(&mut visit, AddToCart, "tea-1", 8);
    track(&mut visit, Hide, "tea-3", 9);
    assert_eq!(viewed(&mut visit, json!({})).1, ["bicycle-0"]);
}

#[test]
fn what_is_popular_at_a_place_counts_only_at_that_place() {
    let mut catalog = catalog(items());
    let teas: Vec<(u32, f32)> = (0..4).filter_map(|nth| Some((catalog.row(&format!("tea-{nth}"))?, 4.0))).collect();
    let place = ("place".to_owned(), "harbour".to_owned());
    catalog.contexts = Some(ContextPopularity::new(catalog.len(), vec![(place, teas)]));
    let mut visit = open_with(MemoryStore::default(), "en", catalog);
    track(&mut visit, ViewItem, "bicycle-0", 1);
    let at_hill = shelf(&request_shelf(&mut visit, json!({"context": {"place": "hill"}})));
    let at_harbour = shelf(&request_shelf(&mut visit, json!({"context": {"place": "Harbour"}})));
    assert!(
        count_group(&at_hill, "tea") < 2 && count_group(&at_harbour, "tea") >= 4,
        "{:?}, {:?}",
        ids(&at_hill),
        ids(&at_harbour)
    );
    assert_eq!(
        ids(&shelf(&request_shelf(&mut visit, json!({})))),
        ids(&at_hill),
        "the place of an earlier request is not kept"
    );
}

#[test]
fn a_cart_or_a_text_is_enough_without_a_history() {
    let mut visit = open(MemoryStore::default(), "en");
    let cart = shelf(&request_shelf(&mut visit, json!({"context": {"cart": ["camping-0", "unknown"]}})));
    assert_eq!(cart.basis, Basis::Cart);
    assert!(count_group(&cart, "camping") >= 3 && !ids(&cart).contains(&"camping-0"), "{:?}", ids(&cart));
    let page =
        shelf(&request_shelf(&mut visit, json!({"context": {"text": "a warm green tea cup for the kitchen table"}})));
    assert_eq!((page.basis, &page.scene_heading, &page.about), (Basis::Text, &None, &None));
    assert!(count_group(&page, "tea") >= 3, "{:?}", ids(&page));
    assert!(page.cards.iter().all(|card| card.claim.is_none()), "the visitor did not write the text of the page");
    // Neither the cart nor the text is kept.
    assert_eq!(shelf(&request_shelf(&mut visit, json!({}))).basis, Basis::ColdStart);
    assert!(visit.into_store().entries.is_empty());
}

#[test]
fn the_cart_page_shows_items_of_other_kinds() {
    let mut visit = open(MemoryStore::default(), "en");
    track(&mut visit, AddToCart, "bicycle-0", 1);
    let complements = shelf(&request_shelf(&mut visit, json!({"scene": "goes-with"})));
    assert_eq!((complements.basis, count_group(&complements, "bicycle")), (Basis::Cart, 0), "{:?}", ids(&complements));
    let rules = json!({"goesWith": [{
        "with": {"eq": {"field": "category", "value": "bicycle"}},
        "show": {"eq": {"field": "category", "value": "camping"}},
        "add": 9,
    }]});
    let with_rule = shelf(&request_shelf(&mut visit, json!({"scene": "goes-with", "rules": rules})));
    assert_eq!(count_group(&with_rule, "camping"), 6, "{:?}", ids(&with_rule));
    let empty = shelf(&send(&mut visit, Command::Undo { item: "bicycle-0".into(), name: AddToCart }));
    assert!(empty.cards.is_empty(), "nothing goes with an empty cart");
    assert_eq!(shelf(&request_shelf(&mut visit, json!({"scene": "goes-with", "item": "tea-0"}))).basis, Basis::Item);
}

#[test]
fn a_scene_sets_the_weights_of_events() {
    let mut visit = open(MemoryStore::default(), "en");
    for minute in 1..4 {
        track(&mut visit, ViewItem, &format!("bicycle-{minute}"), minute);
    }
    track(&mut visit, Like, "tea-0", 5);
    let likes =
        json!({"weights": {"events": {"view_item": 0.01, "like": 9}}, "heading": {"en": "Loved"}, "interests": 0});
    let views = json!({"weights": {"events": {"view_item": 9, "like": 0.01}}, "showSeen": true, "interests": 0});
    let loved = shelf(&request_shelf(&mut visit, json!({"scene": likes})));
    let viewed = shelf(&request_shelf(&mut visit, json!({"scene": views})));
    assert_eq!(loved.scene_heading.as_deref(), Some("Loved"));
    assert!(
        count_group(&loved, "tea") >= 4 && count_group(&viewed, "bicycle") >= 4,
        "{:?} {:?}",
        ids(&loved),
        ids(&viewed)
    );
    for scene in ["news", "music", "video", "courses", "trending"] {
        assert_eq!(shelf(&request_shelf(&mut visit, json!({"scene": scene}))).cards.len(), 6, "{scene}");
    }
}

#[test]
fn several_interests_share_a_list() {
    let mut visit = open(MemoryStore::default(), "en");
    for (minute, item) in ["tea-0", "bicycle-1", "tea-2", "bicycle-3", "bicycle-4", "tea-4"].iter().enumerate() {
        track(&mut visit, Like, item, minute as u32);
    }
    let shared = shelf(&request_shelf(&mut visit, json!({"scene": {"interests": 1, "diversity": {"method": "none"}}})));
    assert!(count_group(&shared, "tea") >= 2 && count_group(&shared, "bicycle") >= 2, "{:?}", ids(&shared));
}

#[test]
fn exploration_uses_the_seed_and_exposure_keeps_its_share() {
    let mut visit = open(MemoryStore::default(), "en");
    track(&mut visit, ViewItem, "bicycle-0", 1);
    let list = |visit: &mut Visit, scene: serde_json::Value, seed: u32| -> Shelf {
        shelf(&request_shelf(visit, json!({"scene": scene, "seed": seed})))
    };
    let exploring = json!({"exploration": 0.5});
    let one = list(&mut visit, exploring.clone(), 3);
    assert_eq!(ids(&list(&mut visit, exploring.clone(), 3)), ids(&one));
    assert!((4..9).any(|seed| ids(&list(&mut visit, exploring.clone(), seed)) != ids(&one)));
    let fair = json!({"exposure": [{"items": {"eq": {"field": "category", "value": "home"}}, "share": 0.5}]});
    let fair = list(&mut visit, fair, 0);
    assert!(count_group(&fair, "home") >= 3, "{:?}", ids(&fair));
}

#[test]
fn errors_are_reported_once_and_the_shelf_is_filled() {
    let mut visit = open(MemoryStore::default(), "en");
    let updates = request_shelf(
        &mut visit,
        json!({"scene": "nowhere", "filter": {"eq": {"field": "price"}}, "rules": {"pins": []}}),
    );
    let errors = problems(&updates);
    assert_eq!(errors.len(), 3, "{errors:?}");
    assert!(errors[0].starts_with("scene: ") && errors[0].contains("there is no scene \"nowhere\""), "{errors:?}");
    assert!(errors[1].contains("missing field `value`") && errors[2].contains("unknown field `pins`"), "{errors:?}");
    assert_eq!(shelf(&updates).cards.len(), 6);
    assert!(problems(&track(&mut visit, ViewItem, "tea-0", 1)).is_empty());
}

#[test]
fn search_tolerates_typos_and_unfinished_words() {
    let mut visit = open(MemoryStore::default(), "en");
    let found = search(&mut visit, "waterprof jakcet ", "en");
    assert!(found[0].item.starts_with("bicycle"), "{}", found[0].item);
    let words: Vec<_> = found[0].title.iter().filter(|part| part.share.is_some()).map(|part| &part.text).collect();
    assert_eq!(words, ["waterproof", "jacket"]);
    assert!(search(&mut visit, "camp", "en")[0].item.starts_with("camping"));
    assert!(search(&mut visit, "露", "zh-CN")[0].item.starts_with("camping"));
}

#[test]
fn a_page_can_request_the_scene_of_a_shelf() {
    let mut visit = open(MemoryStore::default(), "en");
    request_shelf(&mut visit, json!({"scene": "news", "rules": {"pin": [{"item": "tea-0", "place": 1}]}}));
    let updates = send(&mut visit, Command::Scene { shelf: "s".into() });
    let [Update::Scene { shelf, scene }] = &updates[..] else { panic!("{updates:?}") };
    assert_eq!((shelf.as_str(), &scene["kind"]), ("s", &json!("for-you")));
    assert_eq!(scene["rules"]["pin"][0]["item"], "tea-0", "it includes the rules of the page");
    assert!(scene["scoreWeights"]["content"].is_number(), "it includes the score weights of the catalogue: {scene}");
    assert!(scene["weights"]["step"].is_number());
    assert_eq!(problems(&send(&mut visit, Command::Scene { shelf: "none".into() })).len(), 1);
}

#[test]
fn an_excessive_limit_is_reduced() {
    let mut visit = open(MemoryStore::default(), "en");
    for limit in [2_147_483_648usize, usize::MAX] {
        let list = shelf(&request_shelf(&mut visit, json!({ "limit": limit })));
        assert_eq!(list.cards.len(), items().len());
        let search = Command::Search { query: "tea".into(), limit };
        assert!(matches!(&send(&mut visit, search)[..], [Update::Results { cards, .. }] if !cards.is_empty()));
    }
}
