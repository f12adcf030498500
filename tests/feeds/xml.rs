//! XML feeds of shops and price comparison sites, and a WordPress export.

use std::collections::BTreeMap;

use nearmind_core::catalog::{Availability, Item};
use nearmind_feeds::{ColumnMap, Format, Options, ProblemKind, Report, Variants, value::date};

use super::{find, import, read, title};

fn reasons(report: &Report, kind: ProblemKind) -> BTreeMap<&str, u64> {
    let reasons = report.problems.get(&kind).map(|problems| &problems.reasons);
    reasons.into_iter().flatten().map(|(reason, count)| (reason.as_str(), *count)).collect()
}

/// Checks that none of these words is in the items or the report.
fn assert_absent(items: &[Item], report: &Report, words: &[&str]) {
    let all = serde_json::to_string(items).unwrap() + &serde_json::to_string(report).unwrap() + &report.to_string();
    words.iter().for_each(|word| assert!(!all.contains(word), "{word} must be absent: {all}"));
}

#[test]
fn a_wordpress_export_gives_published_products_and_posts() {
    let (items, report) = read(include_bytes!("samples/wordpress.xml"));
    let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["101", "102", "104", "121"], "{report}");
    let mug = find(&items, "101");
    assert_eq!((title(mug, "en"), mug.url.as_str()), ("Stoneware Mug", "https://clay.example/product/stoneware-mug/"));
    assert_eq!((mug.price, mug.attributes["list price"].as_str()), (Some(19.5), "24"));
    assert_eq!(mug.image, "https://clay.example/wp-content/uploads/mug.jpg");
    assert_eq!(mug.words["en"].categories, ["Kitchen & Table", "Mugs"]);
    assert!(mug.words["en"].description.starts_with("A mug for a lifetime. A heavy mug with a thumb rest"));
    assert_eq!((mug.tags.as_slice(), mug.brand.as_str()), (["Gift".to_owned()].as_slice(), "Wood Kiln"));
    assert_eq!((mug.attributes["colour"].as_str(), mug.stock), ("Blue, Sand", Some(7)));
    assert_eq!((mug.availability, mug.date), (Some(Availability::InStock), date::parse_days("2025-11-03")));
    // It has the lowest price of its variations and a picture that comes later. An outdated number is not its stock.
    let bowl = find(&items, "102");
    assert_eq!((bowl.price, bowl.image.as_str()), (Some(40.0), "https://clay.example/wp-content/uploads/bowl.jpg"));
    assert_eq!((bowl.stock, bowl.availability), (None, Some(Availability::InStock)));
    // The price of a future sale is not published.
    let vase = find(&items, "104");
    assert_eq!((vase.price, vase.attributes.len()), (Some(90.0), 0));
    assert_eq!(vase.availability, Some(Availability::Preorder));
    let post = find(&items, "121");
    assert_eq!(
        (title(post, "en"), post.words["en"].categories.as_slice()),
        ("How we fire the kiln", ["News".to_owned()].as_slice())
    );
}

#[test]
fn custom_fields_that_the_shop_names_are_published() {
    let columns = ColumnMap::parse("attr.cost=_wc_cog_cost").unwrap();
    let (items, _) =
        import(include_bytes!("samples/wordpress.xml"), Options { columns, ..Options::default() }).unwrap();
    assert_eq!(find(&items, "101").attributes["cost"], "4.10");
}

#[test]
fn drafts_orders_and_customers_are_not_published() {
    let (items, report) = read(include_bytes!("samples/wordpress.xml"));
    let unpublished = [
        ("draft", 2),
        ("future", 1),
        ("hidden", 1),
        ("password", 1),
        ("private", 1),
        ("trash", 1),
        ("without a status", 1),
    ];
    assert_eq!(reasons(&report, ProblemKind::Unpublished), unpublished.into());
    let others = [
        ("attachment", 2),
        ("nav_menu_item", 1),
        ("page", 1),
        ("product_variation", 1),
        ("revision", 1),
        ("shop_coupon", 1),
        ("shop_order", 2),
        ("without a type", 1),
    ];
    assert_eq!(reasons(&report, ProblemKind::NotProduct), others.into());
    assert!(report.to_string().contains("2 shop_order"), "{report}");
    let secret = [
        "Secret",
        "Private",
        "Wholesale",
        "Spring",
        "Order",
        "SAVE20",
        "carla",
        "Carla",
        "owner@",
        "hidden-login",
        "4.10",
        "from Ann",
    ];
    assert_absent(&items, &report, &secret);
}

#[test]
fn an_export_is_recognised_by_items_and_any_prefix() {
    let items = "<item><title>Hat</title><x:post_id>1</x:post_id><x:status>publish</x:status><x:post_type>product</x:post_type></item>\
        <item><title>Cap</title><guid>2</guid><x:post_id>2</x:post_id><x:status>draft</x:status><x:post_type>product</x:post_type></item>";
    let declared = format!("<rss xmlns:x=\"http://wordpress.org/export/1.1/\"><channel>{items}</channel></rss>");
    let bare = format!("<rss><channel>{}</channel></rss>", items.replace("x:", "wp:"));
    // With neither type nor status, an item is not a product just because it is in an RSS feed.
    let nothing = "<rss xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><item><title>Hat</title><guid>1</guid></item></channel></rss>";
    for (feed, expect) in [(declared.as_str(), 1), (bare.as_str(), 1), (nothing, 0)] {
        let (items, report) = read(feed.as_bytes());
        assert_eq!(items.len(), expect, "{feed}\n{report}");
        assert!(items.iter().all(|item| item.id == "1"));
    }
}

#[test]
fn heureka_in_czech() {
    let (items, report) = read(include_bytes!("samples/heureka.xml"));
    assert_eq!((report.rows, items.len(), report.folded, report.feeds[0].lang.as_str()), (3, 2, 1, "cs"), "{report}");
    let sweater = find(&items, "AB123");
    assert_eq!(title(sweater, "cs"), "Vlněný svetr Bobr");
    assert_eq!(sweater.words["cs"].categories, ["Oblečení, obuv a doplňky", "Dámské oblečení", "Svetry"]);
    assert_eq!((sweater.price, sweater.currency.as_str()), (Some(1289.0), "CZK"));
    assert_eq!((sweater.image.as_str(), sweater.brand.as_str()), ("https://obchod.example.cz/svetr.jpg", "Bobr"));
    assert_eq!(sweater.url, "https://obchod.example.cz/svetr?velikost=M&x=1");
    assert_eq!(
        (sweater.attributes["velikost"].as_str(), sweater.attributes["materiál"].as_str()),
        ("M, L", "merino, elastan")
    );
    assert_eq!(sweater.availability, Some(Availability::InStock));
    let mug = find(&items, "CD9");
    assert_eq!((title(mug, "cs"), mug.price, mug.availability), ("Hrnek", Some(199.0), Some(Availability::Preorder)));
    assert_absent(&items, &report, &["512", "5,8", "1065"]);
}

#[test]
fn element_names_are_case_insensitive() {
    for (product, upper) in [("item", false), ("shopitem", false), ("item", true), ("SHOPITEM", true)] {
        let names =
            ["item_id", "productname", "price_vat"].map(|name| if upper { name.to_uppercase() } else { name.into() });
        let row = |id: &str, title: &str, price: &str| {
            let values = names.iter().zip([id, title, price]);
            let inside: String = values.map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
            format!("<{product}>{inside}</{product}>")
        };
        let feed = format!(
            "<?xml version=\"1.0\"?><shop>{}{}</shop>",
            row("1", "Red scarf", "12,50"),
            row("2", "Blue hat", "22,50")
        );
        let (items, report) = read(feed.as_bytes());
        assert_eq!(items.len(), 2, "{feed}\n{report}");
        assert_eq!(
            (title(&items[0], "en"), items[0].price, items[1].price),
            ("Red scarf", Some(12.5), Some(22.5)),
            "{feed}"
        );
    }
}

#[test]
fn yandex_market() {
    let (items, report) = read(include_bytes!("samples/yml.xml"));
    assert_eq!(
        (report.rows, items.len(), report.folded, report.count(ProblemKind::Unpublished)),
        (5, 3, 1, 1),
        "{report}"
    );
    let pot = find(&items, "50");
    assert_eq!(title(pot, "ru"), "Чайник заварочный Гончар Осень 0.8 л");
    assert_eq!(pot.words["ru"].categories, ["Посуда", "Чайники"]);
    assert_eq!((pot.price, pot.currency.as_str()), (Some(3490.0), "RUB"));
    assert_eq!((pot.attributes["list price"].as_str(), pot.attributes["объём"].as_str()), ("3990", "800 мл"));
    assert_eq!((pot.image.as_str(), pot.brand.as_str()), ("https://chai.example/i/501.jpg", "Гончар"));
    assert_eq!(
        (pot.url.as_str(), pot.availability),
        ("https://chai.example/p/501?a=1&b=2", Some(Availability::InStock))
    );
    let unused = &report.feeds[0].left_out;
    assert!(!unused.contains(&"categoryId".into()) && unused.contains(&"purchase_price".into()), "{unused:?}");
    let tea = find(&items, "503");
    assert_eq!((tea.currency.as_str(), tea.availability), ("USD", Some(Availability::InStock)));
    assert_eq!(tea.words["ru"].categories, ["Чай & травы"]);
    assert_eq!(find(&items, "504").stock, Some(0));
    let keep = Options { variants: Variants::Keep, ..Options::default() };
    let (items, _) = import(include_bytes!("samples/yml.xml"), keep).unwrap();
    let ordered = find(&items, "502");
    assert_eq!((ordered.availability, ordered.attributes["цвет"].as_str()), (Some(Availability::Preorder), "зелёный"));
    assert_absent(&items, &report, &["1200", "owner@", "Скрытый"]);
}

#[test]
fn idealo() {
    let (items, report) = read(include_bytes!("samples/idealo.xml"));
    assert_eq!((items.len(), report.feeds[0].format, report.feeds[0].lang.as_str()), (2, Format::Xml, "de"));
    let lamp = find(&items, "4711");
    assert_eq!((title(lamp, "de"), lamp.brand.as_str()), ("Nordlicht Stehlampe \"Fjord\", Eiche", "Nordlicht"));
    assert_eq!(lamp.words["de"].categories, ["Wohnen", "Lampen", "Stehlampen"]);
    assert_eq!(
        (lamp.price, lamp.currency.as_str(), lamp.attributes["list price"].as_str()),
        (Some(189.0), "EUR", "229")
    );
    assert_eq!(lamp.image, "https://lampen.example.de/1.jpg");
    let reading = find(&items, "4712");
    assert_eq!((reading.price, reading.image.as_str()), (Some(1049.5), "https://lampen.example.de/3.jpg"));
    assert_absent(&items, &Report::default(), &["80,00"]);
}

#[test]
fn google_merchant_with_another_prefix_and_media_rss() {
    let (items, report) = read(include_bytes!("samples/google-variants.xml"));
    assert_eq!((items.len(), report.folded), (1, 1), "{report}");
    let boot = find(&items, "b");
    assert_eq!(
        (title(boot, "en"), boot.words["en"].categories.as_slice()),
        ("Boot & Sole", ["Shoes", "Boots"].map(String::from).as_slice())
    );
    assert_eq!(
        (boot.price, boot.currency.as_str(), boot.image.as_str()),
        (Some(120.0), "GBP", "https://s.example/b-1.jpg")
    );
    assert_eq!((boot.attributes["sole"].as_str(), boot.attributes["size"].as_str()), ("Rubber", "42, 43"));
    assert_absent(&items, &Report::default(), &["41.00"]);
}
