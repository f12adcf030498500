//! Pages of shops: microdata, Open Graph, and JSON-LD inside comments that hide it from old browsers.

use std::time::Instant;

use nearmind_core::catalog::Availability;
use nearmind_feeds::Format;

use super::{find, read, title};

#[test]
fn microdata_with_unclosed_elements_and_lazy_pictures() {
    let (items, report) = read(include_bytes!("samples/microdata.html"));
    assert_eq!((items.len(), report.feeds[0].format), (1, Format::Html), "{report}");
    let pot = find(&items, "TH-9");
    assert_eq!((title(pot, "fr"), pot.brand.as_str()), ("Théière en fonte", "Iwachu"));
    assert_eq!(pot.words["fr"].categories, ["Cuisine", "Théières"]);
    assert!(pot.words["fr"].description.ends_with("pendant une heure entière."), "{:?}", pot.words);
    assert_eq!((pot.price, pot.currency.as_str(), pot.availability), (Some(79.9), "EUR", Some(Availability::InStock)));
    assert_eq!((pot.rating, pot.rating_count), (Some(4.5), Some(12)));
    assert_eq!(
        (pot.image.as_str(), pot.url.as_str()),
        ("https://maison.example/theiere.jpg", "https://maison.example/theiere")
    );
    assert!(!serde_json::to_string(&items).unwrap().contains("Carla"), "reviewers must not be published");
}

#[test]
fn open_graph_without_other_data() {
    let (items, report) = read(include_bytes!("samples/opengraph.html"));
    assert_eq!(items.len(), 1, "{report}");
    let socks = find(&items, "SOCK-1");
    assert_eq!((title(socks, "en"), socks.brand.as_str()), ("Wool Socks & Darning Kit", "Ewe"));
    assert_eq!(socks.words["en"].description, "Thick socks of undyed wool, with a kit to darn them.");
    assert_eq!(
        (socks.price, socks.currency.as_str(), socks.availability),
        (Some(18.0), "EUR", Some(Availability::OutOfStock))
    );
    assert_eq!(
        (socks.image.as_str(), socks.url.as_str()),
        ("https://socks.example/wool.jpg", "https://socks.example/wool")
    );
}

#[test]
fn json_ld_takes_precedence_and_the_head_fills_gaps() {
    let page = |json: &str| {
        format!(
            "<html lang=en><head><meta property=og:type content=product><meta property=og:title content=Social>\
             <meta property=product:price:amount content=7><meta property=product:price:currency content=EUR></head><body>\
             <script type=application/ld+json>{json}</script><div itemscope itemtype=https://schema.org/Product>\
             <b itemprop=name>Marked</b><b itemprop=sku>m</b></div></body></html>"
        )
    };
    let json_ld = r#"{"@type":"Product","sku":"j","name":"Linked","image":{"@type":"ImageObject","name":"x","url":"https://a.example/x.jpg"}}"#;
    let (items, _) = read(page(&format!("//<![CDATA[\n{json_ld}\n//]]>")).as_bytes());
    assert_eq!((items.len(), title(&items[0], "en"), items[0].price), (1, "Linked", Some(7.0)));
    assert_eq!((items[0].currency.as_str(), items[0].image.as_str()), ("EUR", "https://a.example/x.jpg"));
    // A page whose JSON-LD describes only the shop.
    let (items, report) = read(page(r#"{"@type":"Organization","name":"Shop"}"#).as_bytes());
    assert_eq!((items.len(), title(&items[0], "en"), items[0].id.as_str()), (1, "Marked", "m"), "{report}");
}

/// With a tree of elements, the time would grow with the square of the depth, and 2 MB would take minutes.
#[test]
fn a_deep_page_costs_no_more_than_a_flat_one() {
    let product = "<meta property=og:type content=product><meta property=og:title content=Tea><meta property=og:url content=/tea>";
    for deep in ["<div>", "<b itemprop=name>", "<div itemscope itemprop=offers itemtype=Product>", "<p><a><table><td>"]
    {
        let page =
            format!("<!doctype html>{product}{}{}", deep.repeat(2_000_000 / deep.len()), "</i></div>".repeat(100_000));
        let start = Instant::now();
        let _ = super::import(page.as_bytes(), nearmind_feeds::Options::default());
        assert!(start.elapsed().as_secs() < 20, "{deep} took {:?}", start.elapsed());
    }
}
