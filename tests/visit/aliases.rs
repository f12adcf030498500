//! Pages that use another name for an item than its id, such as the number of a variant or an SKU.

use nearmind_core::{
    catalog::{Aliases, Catalog},
    protocol::{Basis, Command, EventName::*},
};
use nearmind_session::MemoryStore;
use serde_json::json;

use crate::script::*;

/// The catalogue with aliases: `SKU-tea-3` is `tea-3`.
fn catalog_with_aliases() -> Catalog {
    let mut catalog = catalog(items());
    let names: Vec<_> = catalog.items.iter().map(|item| format!("SKU-{}", item.id())).collect();
    catalog.aliases =
        Aliases::new((0..).zip(&names).map(|(row, name)| (name.as_str(), row)).collect::<Vec<_>>().into_iter());
    catalog
}

fn visit() -> Visit {
    open_with(MemoryStore::default(), "en", catalog_with_aliases())
}

#[test]
fn an_event_by_alias_changes_the_shelf_as_one_by_id_does() {
    let (mut by_id, mut by_name) = (visit(), visit());
    for visit in [&mut by_id, &mut by_name] {
        for_you(visit, "en");
    }
    let expect = shelf(&track(&mut by_id, AddToCart, "bicycle-2", 1));
    let found = shelf(&track(&mut by_name, AddToCart, "SKU-bicycle-2", 1));
    assert_eq!((found.basis, ids(&found)), (Basis::Profile, ids(&expect)));
    assert!(!ids(&found).contains(&"bicycle-2"), "an item in the cart is not shown");
    // A view that is reported under two names counts once.
    let once = shelf(&track(&mut by_id, ViewItem, "tea-1", 2));
    track(&mut by_name, ViewItem, "tea-1", 2);
    let twice = shelf(&track(&mut by_name, ViewItem, "SKU-tea-1", 2));
    assert_eq!(ids(&twice), ids(&once));
    // Removed from the cart under the other name.
    let remove = |visit: &mut Visit, name| ids(&shelf(&track(visit, RemoveFromCart, name, 3))).join(" ");
    assert_eq!(remove(&mut by_name, "bicycle-2"), remove(&mut by_id, "bicycle-2"));
    // An unknown name is kept in the log and changes nothing.
    assert_eq!(
        ids(&shelf(&track(&mut by_name, ViewItem, "SKU-nothing", 4))),
        ids(&shelf(&track(&mut by_id, ViewItem, "none", 4)))
    );
}

#[test]
fn requests_filters_and_rules_accept_any_name_of_an_item() {
    let mut visit = visit();
    let like = |name: &str| json!({"kind": "more-like-this", "item": name});
    let [by_id, by_name] = ["tea-0", "SKU-tea-0"].map(|name| shelf(&request_shelf(&mut visit, like(name))));
    assert_eq!((by_name.basis, ids(&by_name)), (Basis::Item, ids(&by_id)));
    track(&mut visit, ViewItem, "bicycle-0", 1);
    let request = |prefix: &str| {
        let name = |id: &str| format!("{prefix}{id}");
        json!({
            "exclude": [name("bicycle-1")],
            "context": {"cart": [name("home-1")]},
            "filter": {"not": {"in": {"field": "id", "values": [name("bicycle-4")]}}},
            "rules": {
                "pin": [{"item": name("tea-5"), "place": 2}],
                "exclude": [{"eq": {"field": "id", "value": name("bicycle-2")}}],
                "bury": [{"eq": {"field": "id", "value": name("bicycle-3")}}],
                "goesWith": [{"with": {"eq": {"field": "id", "value": name("home-1")}},
                              "show": {"eq": {"field": "id", "value": name("tea-2")}}, "add": 20}],
            },
        })
    };
    let [by_id, by_name] = ["", "SKU-"].map(|prefix| shelf(&request_shelf(&mut visit, request(prefix))));
    assert_eq!(ids(&by_name), ids(&by_id));
    assert!(["tea-5", "tea-2"].iter().all(|id| ids(&by_name).contains(id)), "{:?}", ids(&by_name));
    assert!(!["bicycle-1", "bicycle-2", "bicycle-4"].iter().any(|id| ids(&by_name).contains(id)));
}

#[test]
fn events_are_undone_and_deleted_by_any_name_of_the_item() {
    let mut visit = visit();
    let before = ids(&for_you(&mut visit, "en")).join(" ");
    track(&mut visit, Like, "SKU-camping-1", 1);
    // The card has the id, not the name that the page used.
    let undo = Command::Undo { item: "camping-1".into(), name: Like }.at(NOW + 120e3, "en");
    assert_eq!(ids(&shelf(&send(&mut visit, undo))).join(" "), before);
    track(&mut visit, Like, "SKU-camping-2", 3);
    track(&mut visit, ViewItem, "camping-2", 4);
    let summary = profile(&mut visit);
    assert_eq!((summary.interests.len(), summary.interests[0].events.len(), summary.events.len()), (1, 2, 2));
    assert_eq!(summary.events[0].label, summary.events[1].label, "both have the title of the item");
    let interest = summary.interests[0].id.clone();
    let rename = Command::RenameInterest { interest: interest.clone(), name: "Tents".into() }.at(NOW + 300e3, "en");
    send(&mut visit, rename);
    assert_eq!(profile(&mut visit).interests[0].name, "Tents");
    send(&mut visit, Command::DeleteInterest { interest }.at(NOW + 360e3, "en"));
    let summary = profile(&mut visit);
    assert_eq!((summary.interests.len(), summary.events.len()), (0, 0));
}

#[test]
fn googles_id_of_a_variant_finds_at_least_its_product() {
    let catalog = catalog_with_aliases();
    for (name, expect) in [
        ("shopify_US_7_SKU-tea-1", Some("tea-1")),
        ("shopify_US_tea-2_7", Some("tea-2")),
        ("shopify_US_tea-2_tea-3", Some("tea-3")),
        ("shopify_tea-2", Some("tea-2")),
        ("shopify_tea-2_7", None), // without a country the first part is not a product
        ("shopify_US_7_8", None),
        ("shopify_", None),
    ] {
        assert_eq!(catalog.row(name).map(|row| catalog.item(row).id()), expect, "{name}");
    }
}
