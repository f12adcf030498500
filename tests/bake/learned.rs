//! Tests of `nearmind learn`: later bakes keep what was learned about items, and any name of an item can be used.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use nearmind::learn::MinVisitors;
use nearmind_core::{
    catalog::Catalog,
    profile::{Event, EventName},
    protocol::{self, Claim, ShelfRequest, Update},
};
use nearmind_encoder::{Model, cpu::CpuModel};
use nearmind_session::{MemoryStore, Session};
use pollster::block_on;

use super::{bake, bake_from_scratch, feed_lines, folder, published_files};

/// The interactions of 120 visitors, each with four items in turn.
fn histories() -> Vec<Vec<String>> {
    let item = |visitor: usize, step: usize| format!("item-{:02}", (visitor * 7 + step * (1 + visitor % 3)) % 40);
    (0..120).map(|visitor| (0..4).map(|step| item(visitor, step)).collect()).collect()
}

/// Runs `nearmind learn` on the catalogue in the folder `name` and returns its standard output. In the ids of the
/// items, `item` is replaced by `prefix`.
fn learn_with_prefix(prefix: &str, name: &str, more: &[&str]) -> String {
    let place = |item: &str| item[5..].parse::<usize>().unwrap() % 4;
    let line = |visitor: usize, step: usize, item: &String| format!("v{visitor}\t{item}\t{step}\t{}", place(item));
    let visit = |(visitor, items): (usize, Vec<String>)| {
        (0..).zip(&items).map(|(step, item)| line(visitor, step, item)).collect::<Vec<_>>().join("\n")
    };
    let lines: Vec<String> = histories().into_iter().enumerate().map(visit).collect();
    let path = folder("feeds").join(format!("{name}.tsv"));
    let lines = lines.join("\n").replace("item", prefix);
    fs::write(&path, format!("user_id\titem_id\ttimestamp\tplace\n{lines}")).unwrap();
    let mut learn = Command::new(env!("CARGO_BIN_EXE_nearmind"));
    let output =
        learn.arg("learn").arg("--pack").arg(folder(name)).arg("--interactions").arg(path).args(more).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn learn(name: &str) {
    learn_with_prefix("item", name, &[]);
}

/// By id: how many interactions the item has, and its learned neighbours with their probabilities in thousandths.
fn learned(catalog: &Catalog) -> BTreeMap<&str, (u32, BTreeMap<&str, i32>)> {
    let relations = catalog.relations.as_ref().expect("something was learned");
    let item = |row: u32| {
        let next = relations.neighbours(row).map(|(next, p)| (catalog.item(next).id(), (p * 1e3).round() as i32));
        (catalog.item(row).id(), (relations.count(row), next.collect()))
    };
    (0..catalog.len() as u32).map(item).collect()
}

/// The items that are popular in the context `place` = 2.
fn popular_at_place_2(catalog: &Catalog) -> BTreeSet<&str> {
    let scores =
        catalog.contexts.as_ref().expect("places predict items").scores(&[("place".to_owned(), "2".to_owned())]);
    (0..).zip(scores).filter(|(_, score)| *score > 0.0).map(|(row, _)| catalog.item(row).id()).collect()
}

#[test]
fn a_new_bake_keeps_what_was_learned_about_items() {
    let mut feed = feed_lines();
    bake_from_scratch("learned", &feed, &["--no-embed"]);
    learn("learned");
    let again = bake("learned", &feed, &["--no-embed"]);
    let (before, removed) = (again.catalog(), feed.remove(2));
    assert!(
        removed.contains("item-02") && again.output_text().contains("for 40 items; 0 items are new"),
        "{}",
        again.output_text()
    );
    feed.insert(0, removed.replace("item-02", "item-000"));
    let next = bake("learned", &feed, &["--no-embed"]);
    assert!(next.output_text().contains("for 39 items; 1 items are new"), "{}", next.output_text());
    let (after, mut expected) = (next.catalog(), learned(&before));
    assert!(
        expected.values().any(|(_, next)| next.contains_key("item-02")) && before.score_weights == after.score_weights
    );
    expected.remove("item-02");
    expected.values_mut().for_each(|(_, next)| next.retain(|id, _| *id != "item-02"));
    expected.insert("item-000", (0, BTreeMap::new()));
    assert_eq!(learned(&after), expected);
    let mut popular = popular_at_place_2(&before);
    assert!(popular.len() == 10 && popular.remove("item-02") && popular_at_place_2(&after) == popular);
    // The same in another folder with --previous.
    let earlier = folder("learned");
    let moved = bake_from_scratch("learned-moved", &feed, &["--no-embed", "--previous", earlier.to_str().unwrap()]);
    assert!(published_files(&moved) == published_files(&next), "{}", moved.output_text());
}

#[test]
fn interactions_may_use_any_name_of_an_item() {
    let add_alias = |(nth, line): (usize, &String)| format!(r#"{{"aliases":["code-{nth:02}"],{}"#, &line[1..]);
    let feed: Vec<String> = feed_lines().iter().enumerate().map(add_alias).collect();
    let [by_id, by_code] = ["by-id", "by-code"].map(|name| {
        assert!(bake_from_scratch(name, &feed, &["--no-embed"]).output_text().contains("40 items of 40 rows"));
        folder(name)
    });
    learn("by-id");
    learn_with_prefix("code", "by-code", &[]);
    let manifest = |folder: &PathBuf| fs::read_to_string(folder.join("manifest.json")).unwrap();
    assert!(manifest(&by_id).contains("aliases.") && manifest(&by_id).contains("relations."));
    assert_eq!(manifest(&by_id), manifest(&by_code), "codes and ids name the same items");
    let text = inspect(&by_code, &["--item", "code-07"]);
    assert!(text.contains(r#""id": "item-07""#) && text.contains("also called code-07\n"), "{text}");
}

fn inspect(folder: &Path, more: &[&str]) -> String {
    let mut inspect = Command::new(env!("CARGO_BIN_EXE_nearmind"));
    let output = inspect.arg("inspect").arg(folder).args(more).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_catalogue_states_its_minimum_number_of_visitors() {
    let feed = feed_lines();
    bake_from_scratch("limited", &feed, &["--no-embed"]);
    let pack = folder("limited");
    assert!(!inspect(&pack, &[]).contains("visitors"), "nothing was learned");
    let output = learn_with_prefix("item", "limited", &[]);
    let left_out = |output: &str| -> usize {
        let line =
            output.lines().find(|line| line.contains("left out: fewer than")).expect("a count of pairs left out");
        line.split(' ').next().unwrap().parse().unwrap()
    };
    assert!(left_out(&output) > 0 && output.contains("fewer than 3 visitors"), "{output}");
    assert!(inspect(&pack, &[]).contains("based on at least 3 visitors"));
    let limited = bake("limited", &feed, &["--no-embed"]).catalog();
    assert!(inspect(&pack, &[]).contains("based on at least 3 visitors"), "a new bake keeps the limit");
    assert!(inspect(&pack, &["--json"]).contains(r#""min_visitors": 3"#));
    let unlimited = learn_with_prefix("item", "limited", &["--min-visitors", "1"]);
    assert!(left_out(&unlimited) == 0 && inspect(&pack, &[]).contains("no minimum"), "{unlimited}");
    let strict = learn_with_prefix("item", "limited", &["--min-visitors", "1000"]);
    let without_pairs = bake("limited", &feed, &["--no-embed"]).catalog();
    assert!(left_out(&strict) > left_out(&output) && learned(&limited).values().any(|item| !item.1.is_empty()));
    assert!(
        learned(&without_pairs).values().all(|item| *item == (0, BTreeMap::new())),
        "{:?}",
        learned(&without_pairs)
    );
    // Catalogues from before this limit existed have no minVisitors.
    learn("limited");
    let manifest = pack.join("manifest.json");
    let json = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, json.replace("\"minVisitors\": 3,", "")).unwrap();
    assert!(inspect(&pack, &[]).contains("no minimum"));
}

/// The item and the reason of each card on the shelf of a visitor who has viewed the item `viewed`.
fn reasons(catalog: Catalog, viewed: &str) -> Vec<(String, Option<Claim>)> {
    let mut visit = Session::<Model<CpuModel>, MemoryStore>::new(MemoryStore::default());
    block_on(visit.set_catalog(catalog));
    let mut send = |envelope| block_on(visit.apply(envelope));
    send(protocol::Command::Track { event: Event::for_item(EventName::ViewItem, viewed, 1.0) }.at(1.0, "en"));
    let request = ShelfRequest { limit: 10, lang: "en".into(), ..ShelfRequest::default() };
    let updates = send(protocol::Command::Shelf { shelf: "s".into(), request }.at(2.0, "en"));
    let cards =
        updates.into_iter().find_map(|update| if let Update::Shelf(list) = update { Some(list.cards) } else { None });
    cards.unwrap().into_iter().map(|card| (card.item, card.claim)).collect()
}

#[test]
fn reasons_state_how_many_visitors_chose_both_items() {
    let (feed, visitors) = (feed_lines(), histories());
    for (name, more) in [("cooccurrence", &[][..]), ("cooccurrence-without-vectors", &["--no-embed"])] {
        bake_from_scratch(name, &feed, more);
        learn(name);
        let (baked, mut count) = (bake(name, &feed, more), 0);
        for viewed in ["item-00", "item-07", "item-14", "item-21"] {
            let catalog = baked.catalog();
            let title = catalog.item(catalog.row(viewed).unwrap()).text_in("en").unwrap().1.title.to_owned();
            for (item, reason) in reasons(catalog, viewed) {
                let both = visitors
                    .iter()
                    .filter(|items| items.iter().any(|id| id == viewed) && items.contains(&item))
                    .count();
                // Counts are rounded down, so the reason says "or more".
                let both = MinVisitors::default().round_count(both as u32);
                let Some(reason @ Claim::Together { .. }) = reason else { continue };
                assert_eq!(reason, Claim::Together { visitors: both, title: title.clone() }, "{item}");
                count += 1;
            }
        }
        assert!(count > 4, "{name}: {count}");
    }
}
