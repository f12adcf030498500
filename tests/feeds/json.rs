//! JSON responses of the APIs of shop systems.

use nearmind_core::catalog::{Availability, Item};
use nearmind_feeds::{ColumnMap, Format, Options, ProblemKind};

use super::{find, import, read, title};

/// Checks that none of these words is in the items.
fn assert_absent(items: &[Item], words: &[&str]) {
    let all = serde_json::to_string(items).unwrap();
    words.iter().for_each(|word| assert!(!all.contains(word), "{word} must be absent: {all}"));
}

#[test]
fn spree_with_included_resources() {
    let (items, report) = read(include_bytes!("samples/spree.json"));
    assert_eq!((items.len(), report.folded, report.count(ProblemKind::Unpublished)), (2, 1, 1), "{report}");
    let vest = find(&items, "7");
    assert_eq!((title(vest, "en"), vest.url.as_str()), ("Trail Vest", "/products/trail-vest"));
    assert_eq!((vest.price, vest.currency.as_str(), vest.attributes["price max"].as_str()), (Some(89.0), "EUR", "95"));
    assert_eq!((vest.image.as_str(), vest.brand.as_str()), ("/rails/600.jpg", "Ridge"));
    assert_eq!(vest.words["en"].categories, ["Clothing", "Vests"]);
    assert_eq!((vest.attributes["size"].as_str(), vest.attributes["fabric"].as_str()), ("S, M", "ripstop"));
    assert_eq!(vest.availability, Some(Availability::InStock));
    let cup = find(&items, "8");
    assert_eq!(
        (cup.price, cup.availability),
        (Some(12.5), Some(Availability::Preorder)),
        "the price and stock of its variant"
    );
    assert_absent(&items, &["11.0", "Next Season"]);
}

#[test]
fn json_api_documents_in_any_order_or_several_in_a_row() {
    let product = r#"{"id":"1","type":"product","attributes":{"name":"Vest","price":"5","currency":"EUR"},"relationships":{"images":{"data":[{"id":"9","type":"image"}]}}}"#;
    let image = r#"{"id":"9","type":"image","attributes":{"original_url":"https://s.example/9.jpg"}}"#;
    for feed in [
        format!(r#"{{"data":[{product}],"included":[{image}]}}"#),
        format!(r#"{{"included":[{image}],"meta":{{"a":1}},"data":[{product}]}}"#),
        format!(r#"{{"data":{product},"included":[{image}]}}"#),
        format!(r#"[{{"data":[{product}],"included":[{image}]}}]"#),
        format!("{{\"data\":[{product}],\"included\":[{image}]}}\n{{\"data\":[],\"included\":[]}}"),
    ] {
        let (items, report) = read(feed.as_bytes());
        assert_eq!(items.len(), 1, "{feed}\n{report}");
        assert_eq!((items[0].price, items[0].image.as_str()), (Some(5.0), "https://s.example/9.jpg"), "{feed}");
    }
}

#[test]
fn vendure_search_and_products_queries() {
    let (items, report) = read(include_bytes!("samples/vendure-search.json"));
    assert_eq!((items.len(), report.feeds[0].format), (2, Format::Json), "{report}");
    let stool = find(&items, "1");
    assert_eq!((title(stool, "en"), stool.price, stool.currency.as_str()), ("Oak Stool", Some(129.0), "USD"));
    assert_eq!(
        (stool.image.as_str(), stool.url.as_str()),
        ("https://v.example/assets/stool.jpg", "/products/oak-stool")
    );
    let cup = find(&items, "2");
    assert_eq!((cup.price, cup.currency.as_str()), (Some(1800.0), "JPY"), "yen have no cents");
    assert_eq!(cup.availability, Some(Availability::OutOfStock));

    let (items, report) = read(include_bytes!("samples/vendure-products.json"));
    assert_eq!((items.len(), report.folded, report.count(ProblemKind::Unpublished)), (2, 1, 1), "{report}");
    let stool = find(&items, "1");
    assert_eq!(
        (stool.price, stool.attributes["price max"].as_str(), stool.brand.as_str()),
        (Some(129.0), "159", "Ash & Oak")
    );
    assert_eq!(stool.words["en"].categories, ["Furniture", "Stools"]);
    assert_eq!((stool.attributes["finish"].as_str(), stool.attributes["wood"].as_str()), ("natural, black", "oak"));
    assert_eq!(stool.availability, Some(Availability::InStock));
    let card = find(&items, "3");
    assert_eq!((card.price, card.stock), (Some(25.0), Some(12)));
    assert_absent(&items, &["S-77", "sell slowly", "108.4", "Coming"]);
}

#[test]
fn magento_without_hidden_variants_and_with_their_price() {
    let (items, report) = read(include_bytes!("samples/magento.json"));
    assert_eq!((items.len(), report.count(ProblemKind::Unpublished)), (2, 3), "{report}");
    let reasons = &report.problems[&ProblemKind::Unpublished].reasons;
    assert_eq!((reasons["not visible individually"], reasons["disabled"]), (2, 1));
    let bag = find(&items, "BAG-1");
    assert_eq!((title(bag, "en"), bag.url.as_str()), ("Canvas Bag", "/canvas-bag.html"));
    assert_eq!((bag.price, bag.attributes["list price"].as_str()), (Some(29.9), "34"));
    assert_eq!((bag.image.as_str(), bag.stock), ("/media/catalog/product/b/a/bag.jpg", Some(12)));
    assert_eq!((bag.brand.as_str(), bag.attributes["material"].as_str()), ("", "canvas"));
    assert!(
        bag.words["en"].categories.is_empty() && !bag.attributes.contains_key("color"),
        "option numbers are not published"
    );
    let tee = find(&items, "TEE");
    assert_eq!(
        (tee.price, tee.image.as_str()),
        (Some(18.0), ""),
        "the price of its cheapest variant, because a sale of 2020 is over"
    );
    assert_absent(&items, &["9.5", "second choice", "supplier"]);
}

#[test]
fn mapped_keys_of_shop_systems_are_published() {
    for (feed, id, column, expect) in [
        (include_bytes!("samples/bigcommerce.json").as_slice(), "77", "warehouse", "shelf 4"),
        (include_bytes!("samples/spree.json"), "8", "sku", "CUP"),
        (include_bytes!("samples/vendure-search.json"), "1", "sku", "OAK"),
        (include_bytes!("samples/magento.json"), "BAG-1", "supplier_note", "second choice"),
    ] {
        let columns = ColumnMap::parse(&format!("attr.own={column}")).unwrap();
        let (items, report) = import(feed, Options { columns, ..Options::default() }).unwrap();
        assert_eq!(find(&items, id).attributes["own"], expect, "{column}\n{report}");
    }
}

#[test]
fn bigcommerce_without_cost_prices() {
    let (items, report) = read(include_bytes!("samples/bigcommerce.json"));
    assert_eq!((items.len(), report.count(ProblemKind::Unpublished)), (1, 1), "{report}");
    let towel = find(&items, "77");
    assert_eq!(
        (towel.price, towel.attributes["list price"].as_str(), towel.brand.as_str()),
        (Some(45.0), "49", "Oldloom")
    );
    assert_eq!((towel.url.as_str(), towel.image.as_str()), ("/fog-linen/", "https://b.example/1.jpg"));
    assert_eq!(towel.availability, Some(Availability::InStock));
    assert!(towel.words["en"].categories.is_empty());
    assert_absent(&items, &["12.5", "shelf 4"]);
}

#[test]
fn pictures_in_lists_and_hidden_products() {
    for images in [
        r#"["https://a.example/1.jpg","https://a.example/2.jpg"]"#,
        r#"[{"id":5,"name":"one.jpg","src":"https://a.example/1.jpg"},{"src":"https://a.example/2.jpg"}]"#,
        r#"[{"url":"https://a.example/1.jpg","alt":"one"}]"#,
        r#"{"url":"https://a.example/1.jpg"}"#,
    ] {
        let feed = format!(r#"[{{"id":1,"name":"Cup","images":{images}}}]"#);
        assert_eq!(read(feed.as_bytes()).0[0].image, "https://a.example/1.jpg", "{images}");
    }
    for hidden in [
        r#""published":false"#,
        r#""is_visible":false"#,
        r#""isActive":false"#,
        r#""draft":true"#,
        r#""deleted_at":"2025-01-01""#,
        r#""catalog_visibility":"hidden""#,
        r#""status":"draft""#,
    ] {
        let feed = format!(
            r#"[{{"id":1,"name":"Cup",{hidden}}},{{"id":2,"name":"Tea","published":true,"draft":false,"deleted_at":null}}]"#
        );
        let (items, report) = read(feed.as_bytes());
        assert_eq!((items.len(), report.count(ProblemKind::Unpublished)), (1, 1), "{hidden} {report}");
    }
}

#[test]
fn woocommerce_with_attributes_and_minor_units() {
    let feed = r#"[{"id":44,"name":"Hoodie","permalink":"https://w.example/hoodie","status":"publish","catalog_visibility":"visible","sku":"H","price":"39","regular_price":"45","sale_price":"39","stock_status":"instock","stock_quantity":4,"categories":[{"id":1,"name":"Hoodies","slug":"hoodies"}],"tags":[{"id":2,"name":"warm"}],"images":[{"id":7,"src":"https://w.example/h.jpg","name":"h"}],"attributes":[{"id":1,"name":"Color","visible":true,"options":["Blue","Red"]},{"name":"Depot","visible":false,"options":["B4"]}],"total_sales":310,"meta_data":[{"key":"_cost","value":"9"}]},
        {"id":45,"name":"Cap","permalink":"https://w.example/cap","prices":{"price":"1600","regular_price":"1600","sale_price":"","currency_code":"EUR","currency_minor_unit":2},"images":[]}]"#;
    let (items, report) = read(feed.as_bytes());
    assert_eq!(items.len(), 2, "{report}");
    let hoodie = find(&items, "44");
    assert_eq!((hoodie.price, hoodie.attributes["list price"].as_str(), hoodie.stock), (Some(39.0), "45", Some(4)));
    assert_eq!((hoodie.image.as_str(), hoodie.attributes["color"].as_str()), ("https://w.example/h.jpg", "Blue, Red"));
    assert_eq!(
        (hoodie.tags.as_slice(), hoodie.words["en"].categories.as_slice()),
        (["warm".to_owned()].as_slice(), ["Hoodies".to_owned()].as_slice())
    );
    let cap = find(&items, "45");
    assert_eq!((cap.price, cap.currency.as_str()), (Some(16.0), "EUR"));
    assert_absent(&items, &["B4", "_cost"]);
}

#[test]
fn the_list_is_found_in_graphql_and_next_to_a_title() {
    let row = r#"{"id":"1","title":"Cup","price":5}"#;
    for feed in [
        format!(
            r#"{{"data":{{"products":{{"edges":[{{"cursor":"x","node":{row}}}],"pageInfo":{{"hasNextPage":false}}}}}}}}"#
        ),
        format!(r#"{{"data":{{"products":{{"nodes":[{row}]}}}}}}"#),
        format!(r#"{{"version":"1","title":"My shop","shop":{{"name":"A"}},"items":[{row}]}}"#),
        format!(r#"{{"data":{{"product":1,"total":1,"items":[{row}]}},"extensions":{{"name":"trace","cost":1}}}}"#),
    ] {
        let (items, report) = read(feed.as_bytes());
        assert_eq!((items.len(), report.rows), (1, 1), "{feed}\n{report}");
        assert_eq!(title(&items[0], "en"), "Cup");
    }
    // The offers of a product are not products.
    let linked = r#"{"@context":"https://schema.org","@type":"Product","sku":"7","name":"Cup","offers":[{"@type":"Offer","price":5,"priceCurrency":"EUR"}]}"#;
    for feed in [linked.to_owned(), linked.replace(",\"", ",\n\"")] {
        let (items, report) = read(feed.as_bytes());
        assert_eq!((items.len(), items[0].price), (1, Some(5.0)), "{feed}\n{report}");
    }
}
