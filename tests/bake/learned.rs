//! What visitors did with items stays with the items, by whichever name they were called.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use nearmind::learn::Limit;
use nearmind_core::{
    catalog::Catalog,
    profile::{Event, EventName},
    protocol::{self, Card, ShelfRequest, Update},
};
use nearmind_encoder::cpu::CpuModel;
use nearmind_session::{MemoryStore, Session};
use pollster::block_on;

use super::{bake, bake_anew, folder, lines, served};

/// Each of 120 visitors looks at four items, one after the other, each at the one of four places that has it.
fn histories() -> Vec<Vec<String>> {
    let item = |visitor: usize, step: usize| format!("item-{:02}", (visitor * 7 + step * (1 + visitor % 3)) % 40);
    (0..120).map(|visitor| (0..4).map(|step| item(visitor, step)).collect()).collect()
}

/// Items of the file are called by this instead of `item`.
fn learn_by(called: &str, name: &str, more: &[&str]) -> String {
    let place = |item: &str| item[5..].parse::<usize>().unwrap() % 4;
    let line = |visitor: usize, step: usize, item: &String| format!("v{visitor}\t{item}\t{step}\t{}", place(item));
    let visit = |(visitor, items): (usize, Vec<String>)| {
        (0..).zip(&items).map(|(step, item)| line(visitor, step, item)).collect::<Vec<_>>().join("\n")
    };
    let lines: Vec<String> = histories().into_iter().enumerate().map(visit).collect();
    let path = folder("feeds").join(format!("{name}.tsv"));
    let lines = lines.join("\n").replace("item", called);
    fs::write(&path, format!("user_id\titem_id\ttimestamp\tplace\n{lines}")).unwrap();
    let mut learn = Command::new(env!("CARGO_BIN_EXE_nearmind"));
    let output =
        learn.arg("learn").arg("--pack").arg(folder(name)).arg("--interactions").arg(path).args(more).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn learn(name: &str) {
    learn_by("item", name, &[]);
}

/// By id: how often the item was chosen, and what follows it.
fn learned(catalog: &Catalog) -> BTreeMap<&str, (u32, BTreeMap<&str, i32>)> {
    let relations = catalog.relations.as_ref().expect("something was learned");
    let item = |row: u32| {
        let next = relations.neighbours(row).map(|(next, p)| (catalog.item(next).id(), (p * 1e3).round() as i32));
        (catalog.item(row).id(), (relations.count(row), next.collect()))
    };
    (0..catalog.len() as u32).map(item).collect()
}

/// Which items are chosen at the third place.
fn there(catalog: &Catalog) -> BTreeSet<&str> {
    let scores = catalog.contexts.as_ref().expect("places foretell").scores(&[("place".to_owned(), "2".to_owned())]);
    (0..).zip(scores).filter(|(_, score)| *score > 0.0).map(|(row, _)| catalog.item(row).id()).collect()
}

#[test]
fn what_was_learned_of_an_item_stays_with_it() {
    let mut feed = lines();
    bake_anew("learned", &feed, &["--no-embed"]);
    learn("learned");
    let again = bake("learned", &feed, &["--no-embed"]);
    let (before, gone) = (again.catalog(), feed.remove(2));
    assert!(gone.contains("item-02") && again.said().contains("of 40 items stays; 0 are new"), "{}", again.said());
    feed.insert(0, gone.replace("item-02", "item-000"));
    let next = bake("learned", &feed, &["--no-embed"]);
    assert!(next.said().contains("of 39 items stays; 1 are new"), "{}", next.said());
    let (after, mut expected) = (next.catalog(), learned(&before));
    assert!(
        expected.values().any(|(_, next)| next.contains_key("item-02")) && before.score_weights == after.score_weights
    );
    expected.remove("item-02");
    expected.values_mut().for_each(|(_, next)| next.retain(|id, _| *id != "item-02"));
    expected.insert("item-000", (0, BTreeMap::new()));
    assert_eq!(learned(&after), expected);
    let mut places = there(&before);
    assert!(places.len() == 10 && places.remove("item-02") && there(&after) == places);
    // In another folder, too, where the earlier one is named.
    let earlier = folder("learned");
    let moved = bake_anew("learned-moved", &feed, &["--no-embed", "--previous", earlier.to_str().unwrap()]);
    assert!(served(&moved) == served(&next), "{}", moved.said());
}

#[test]
fn a_catalogue_knows_its_items_by_all_that_the_shop_calls_them() {
    let named = |(nth, line): (usize, &String)| format!(r#"{{"aliases":["code-{nth:02}"],{}"#, &line[1..]);
    let feed: Vec<String> = lines().iter().enumerate().map(named).collect();
    let [by_id, by_code] = ["by-id", "by-code"].map(|name| {
        assert!(bake_anew(name, &feed, &["--no-embed"]).said().contains("40 items of 40 rows"));
        folder(name)
    });
    learn("by-id");
    learn_by("code", "by-code", &[]);
    let manifest = |folder: &PathBuf| fs::read_to_string(folder.join("manifest.json")).unwrap();
    assert!(manifest(&by_id).contains("aliases.") && manifest(&by_id).contains("relations."));
    assert_eq!(manifest(&by_id), manifest(&by_code), "what visitors did with codes they did with the items");
    let said = inspect(&by_code, &["--item", "code-07"]);
    assert!(said.contains(r#""id": "item-07""#) && said.contains("also called code-07\n"), "{said}");
}

fn inspect(folder: &Path, more: &[&str]) -> String {
    let mut inspect = Command::new(env!("CARGO_BIN_EXE_nearmind"));
    let output = inspect.arg("inspect").arg(folder).args(more).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_pack_says_how_many_visitors_everything_learned_rests_on() {
    let feed = lines();
    bake_anew("limited", &feed, &["--no-embed"]);
    let at = folder("limited");
    assert!(!inspect(&at, &[]).contains("visitors"), "nothing was learned");
    let said = learn_by("item", "limited", &[]);
    let left_out = |said: &str| -> usize {
        let line = said.lines().find(|line| line.contains("left out: fewer than")).expect("says what is left out");
        line.split(' ').next().unwrap().parse().unwrap()
    };
    assert!(left_out(&said) > 0 && said.contains("fewer than 3 visitors"), "{said}");
    assert!(inspect(&at, &[]).contains("rests on 3 visitors or more"));
    let limited = bake("limited", &feed, &["--no-embed"]).catalog();
    assert!(inspect(&at, &[]).contains("rests on 3 visitors or more"), "a new bake keeps it");
    assert!(inspect(&at, &["--json"]).contains(r#""min_visitors": 3"#));
    let mut fewer = learn_by("item", "limited", &["--min-visitors", "1"]);
    assert!(left_out(&fewer) == 0 && inspect(&at, &[]).contains("not limited"), "{fewer}");
    fewer = learn_by("item", "limited", &["--min-visitors", "1000"]);
    let nothing = bake("limited", &feed, &["--no-embed"]).catalog();
    assert!(left_out(&fewer) > left_out(&said) && learned(&limited).values().any(|item| !item.1.is_empty()));
    assert!(learned(&nothing).values().all(|item| *item == (0, BTreeMap::new())), "{:?}", learned(&nothing));
    // A pack from before the limit says nothing of it.
    learn("limited");
    let manifest = at.join("manifest.json");
    let json = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, json.replace("\"minVisitors\": 3,", "")).unwrap();
    assert!(inspect(&at, &[]).contains("not limited"));
}

/// The reasons of the cards that a visitor sees who looked at this item.
fn reasons(catalog: Catalog, viewed: &str) -> Vec<(String, String)> {
    let mut visit = Session::<CpuModel, MemoryStore>::new(MemoryStore::default());
    block_on(visit.set_catalog(catalog));
    let mut send = |sent| block_on(visit.apply(sent));
    send(protocol::Command::Track { event: Event::for_item(EventName::ViewItem, viewed, 1.0) }.at(1.0, "en"));
    let request = ShelfRequest { limit: 10, lang: "en".into(), ..ShelfRequest::default() };
    let updates = send(protocol::Command::Shelf { shelf: "s".into(), request }.at(2.0, "en"));
    let cards =
        updates.into_iter().find_map(|update| if let Update::Shelf(list) = update { Some(list.cards) } else { None });
    let text = |card: &Card| card.reason.iter().map(|part| part.text.as_str()).collect();
    cards.unwrap().iter().map(|card| (card.item.clone(), text(card))).collect()
}

#[test]
fn a_reason_says_how_many_visitors_of_the_shop_chose_both() {
    let (feed, visitors) = (lines(), histories());
    for (name, more) in [("together", &[][..]), ("together-wordless", &["--no-embed"])] {
        bake_anew(name, &feed, more);
        learn(name);
        let (baked, mut told) = (bake(name, &feed, more), 0);
        for viewed in ["item-00", "item-07", "item-14", "item-21"] {
            let catalog = baked.catalog();
            let title = catalog.item(catalog.row(viewed).unwrap()).words_in("en").unwrap().1.title.to_owned();
            for (item, reason) in reasons(catalog, viewed) {
                let both =
                    visitors.iter().filter(|own| own.iter().any(|id| id == viewed) && own.contains(&item)).count();
                // As many at least: counts are rounded down.
                let both = Limit::default().count(both as u32);
                let expect = format!("Chosen together with {title} by {both} or more visitors");
                assert!(!reason.starts_with("Chosen together") || reason == expect, "{item}: {reason}, not {expect}");
                told += usize::from(reason == expect);
            }
        }
        assert!(told > 4, "{name}: {told}");
    }
}
