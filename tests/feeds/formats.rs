//! One sample of each format, with the expected items.

use nearmind_core::catalog::Availability;
use nearmind_feeds::{ColumnMap, Format, Options, ProblemKind, Variants, value::date};

use super::{find, import, import_all, read, title};

#[test]
fn google_merchant_as_a_table() {
    let (items, report) = read(include_bytes!("samples/google.tsv"));
    assert_eq!((items.len(), report.folded, report.feeds[0].format), (2, 1, Format::Table));
    let lamp = find(&items, "lamp-1");
    assert_eq!(title(lamp, "en"), "Reading Lamp \"Heron\"");
    assert_eq!(lamp.words["en"].description, "A bright lamp & a heavy foot for the desk, with a dimmer.");
    assert_eq!(lamp.words["en"].categories, ["Home", "Lighting", "Lamps"]);
    assert_eq!((lamp.price, lamp.currency.as_str()), (Some(39.9), "EUR"));
    assert_eq!(lamp.attributes["list price"], "49.9");
    assert_eq!(lamp.attributes["condition"], "new");
    assert!(!lamp.attributes.contains_key("shipping weight"), "columns that only Google needs are not attributes");
    let shirt = find(&items, "shirt");
    assert_eq!((shirt.price, shirt.attributes["price max"].as_str()), (Some(60.0), "65"));
    assert_eq!((shirt.availability, shirt.attributes["size"].as_str()), (Some(Availability::InStock), "S, M"));
    assert_eq!(shirt.group, None);
    assert_eq!(report.feeds[0].columns["item group id"], "group");
    assert_eq!(report.feeds[0].columns["shipping weight"], "");
}

#[test]
fn google_merchant_as_rss() {
    let (items, report) = read(include_bytes!("samples/google.xml"));
    assert_eq!((items.len(), report.feeds[0].format, report.feeds[0].lang.as_str()), (2, Format::Xml, "en"));
    let lamp = find(&items, "lamp-1");
    assert_eq!(title(lamp, "en"), "Reading Lamp \"Heron\"");
    assert_eq!(lamp.words["en"].description, "A bright lamp & a heavy foot.");
    assert_eq!(lamp.words["en"].categories, ["Home", "Lighting", "Lamps"]);
    assert_eq!(lamp.url, "https://shop.example/lamp-1?a=1&b=2");
    assert_eq!(
        (lamp.price, lamp.attributes["list price"].as_str()),
        (Some(39.9), "49.9"),
        "not the price of the shipping"
    );
    assert_eq!(lamp.attributes["color"], "black");
    // Unclosed HTML, an HTML entity and a bare & do not end the feed.
    let tea = find(&items, "tea-2");
    assert_eq!((title(tea, "en"), tea.words["en"].description.as_str()), ("Green Tea café R&D", "Leaves of spring"));
    assert_eq!(tea.availability, Some(Availability::Preorder));
}

#[test]
fn atom() {
    let (items, _) = read(include_bytes!("samples/atom.xml"));
    let lamp = find(&items, "lamp-1");
    assert_eq!((title(lamp, "de"), lamp.url.as_str()), ("Leselampe", "https://shop.example/lampe"));
    assert_eq!((lamp.price, lamp.date), (Some(1234.5), date::parse_days("2025-05-16")));
}

#[test]
fn shopify_in_both_exports_gives_the_same_ids() {
    let (json, report) = read(include_bytes!("samples/shopify.json"));
    assert_eq!((report.rows, report.items, report.folded), (4, 3, 1));
    let (csv, report) = read(include_bytes!("samples/shopify.csv"));
    assert_eq!((report.rows, report.items, report.folded, report.count(ProblemKind::Unpublished)), (4, 2, 1, 1));
    for items in [&json, &csv] {
        let shirt = find(items, "linen-shirt");
        assert_eq!((title(shirt, "en"), shirt.brand.as_str()), ("Linen Shirt", "Kestrel Lane"));
        assert_eq!((shirt.price, shirt.attributes["price max"].as_str()), (Some(60.0), "65"));
        assert_eq!((shirt.attributes["size"].as_str(), shirt.attributes["color"].as_str()), ("S, M", "sand"));
        assert_eq!((shirt.tags.len(), shirt.url.as_str()), (2, "/products/linen-shirt"));
        assert_eq!((shirt.availability, shirt.words["en"].category()), (Some(Availability::InStock), "Shirts"));
        assert_eq!(shirt.image, "https://cdn.example/shirt.jpg");
        assert!(find(items, "gift-card").attributes.is_empty());
    }
    assert_eq!(find(&json, "linen-shirt").words["en"].description, "Washed linen. cool light");
    assert_eq!(find(&csv, "linen-shirt").words["en"].description, "Washed \"linen\".");
    assert_eq!(find(&json, "second-page").price, Some(5.0));
}

#[test]
fn variants_can_be_kept_apart() {
    let keep = Options { variants: Variants::Keep, currency: Some("USD".into()), ..Options::default() };
    let (items, report) = import(include_bytes!("samples/shopify.csv"), keep.clone()).unwrap();
    assert_eq!((items.len(), report.folded), (3, 0));
    let large = find(&items, "linen-shirt:LS-M");
    assert_eq!((large.group.as_deref(), large.attributes["size"].as_str()), (Some("linen-shirt"), "M"));
    assert_eq!((large.image.as_str(), large.currency.as_str()), ("https://cdn.example/m.jpg", "USD"));
    assert_eq!(large.words["en"].description, "Washed \"linen\".");
    let (items, _) = import(include_bytes!("samples/google.tsv"), keep).unwrap();
    assert_eq!(items.len(), 3);
}

#[test]
fn woocommerce() {
    let (items, report) = read(include_bytes!("samples/woo.csv"));
    assert_eq!((report.rows, report.items, report.folded, report.count(ProblemKind::Unpublished)), (5, 2, 2, 1));
    let hoodie = find(&items, "44");
    assert_eq!((title(hoodie, "en"), hoodie.words["en"].description.as_str()), ("Hoodie", "Warm. Cotton fleece."));
    assert_eq!(hoodie.words["en"].categories, ["Clothing", "Hoodies"]);
    assert_eq!((hoodie.price, hoodie.attributes["price max"].as_str()), (Some(39.0), "42"));
    assert_eq!((hoodie.stock, hoodie.attributes["color"].as_str()), (Some(4), "Blue, Red"));
    let cap = find(&items, "50");
    assert_eq!((cap.price, cap.availability), (Some(16.0), Some(Availability::Preorder)));
    assert_eq!(report.count(ProblemKind::SaleAbovePrice), 1);
}

#[test]
fn json_ld_in_pages() {
    let pages: [&[u8]; 2] = [include_bytes!("samples/page.html"), include_bytes!("samples/group.html")];
    let (items, report) = import_all(&pages, Options::default()).unwrap();
    assert_eq!((items.len(), report.folded), (2, 1));
    let lamp = find(&items, "lamp-1");
    assert_eq!(lamp.words["en"].description, "A bright lamp for the desk & the bed.");
    assert_eq!(lamp.words["en"].categories, ["Lighting", "Lamps"]);
    assert_eq!(
        (lamp.price, lamp.currency.as_str(), lamp.rating, lamp.rating_count),
        (Some(39.9), "EUR", Some(4.6), Some(31))
    );
    assert_eq!((lamp.url.as_str(), lamp.image.as_str()), ("https://shop.example/lamp-1", "https://shop.example/1.jpg"));
    let tea = find(&items, "tea");
    assert_eq!((title(tea, "zh"), tea.price, tea.attributes["price max"].as_str()), ("龙井茶", Some(68.0), "128"));
    assert_eq!((tea.attributes["size"].as_str(), tea.availability), ("50克, 100克", Some(Availability::InStock)));
}

#[test]
fn a_table_in_another_language_by_a_column_map() {
    let columns =
        ColumnMap::parse("title=Bezeichnung,description=Text,price=VK Preis,attr.color=Farbe,stock=Lager").unwrap();
    let (items, report) =
        import(include_bytes!("samples/german.csv"), Options { columns, ..Options::default() }).unwrap();
    let chair = find(&items, "1");
    assert_eq!((title(chair, "de"), chair.price, chair.currency.as_str()), ("Stuhl \"Anna\"", Some(1234.5), "EUR"));
    assert_eq!((chair.stock, chair.attributes["color"].as_str()), (Some(3), "braun"));
    // Too short for detection, so it gets the language of the feed.
    assert_eq!((title(find(&items, "2"), "de"), report.feeds[0].lang.as_str()), ("Tisch", "de"));
    assert_eq!(find(&items, "2").availability, Some(Availability::OutOfStock));
    // Row numbers are those of a spreadsheet.
    let example = &report.problems[&ProblemKind::NoDescription].examples[0];
    assert_eq!((example.row, example.excerpt.as_str()), (3, "2: "));
}

#[test]
fn json_in_many_shapes_is_one_catalogue() {
    let row = r#"{"sku": 7, "name": "Cup", "price": {"amount": "3.50", "currency": "EUR"}, "category": ["Kitchen", "Cups"], "tags": ["red", "small"], "rating": {"rate": 3.9, "count": 120}, "glaze": "matte", "brand": {"name": "Clay"}, "reviews": [{"stars": 1}]}"#;
    for feed in [
        row.to_owned(),
        format!("{row}\n"),
        format!("[{row}]"),
        format!("{{\"products\": [{row}]}}"),
        format!(
            "{{\n  \"ok\": true, \"page\": {{\"items\": 0}},\n  \"data\": {{\"total\": 1, \"products\": [\n{row}\n]}}, \"after\": [1, 2]\n}}"
        ),
        format!("[{{\"products\": [{row}]}}]"),
        row.replace(", ", ",\n  "),
    ] {
        let (items, report) = read(feed.as_bytes());
        assert_eq!(items.len(), 1, "{feed}\n{report}");
        let cup = &items[0];
        assert_eq!((cup.id.as_str(), title(cup, "en"), cup.brand.as_str()), ("7", "Cup", "Clay"), "{feed}");
        assert_eq!(
            (cup.price, cup.currency.as_str(), cup.rating, cup.rating_count),
            (Some(3.5), "EUR", Some(3.9), Some(120))
        );
        assert_eq!(cup.words["en"].categories, ["Kitchen", "Cups"]);
        assert_eq!((cup.tags.len(), cup.attributes.len()), (2, 0));
    }
}

#[test]
fn items_in_our_own_format_are_unchanged() {
    let shop = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/www/demo/shop/items.jsonl")).unwrap();
    let (items, report) = read(&shop);
    assert_eq!(
        (report.problem_count(), report.items, report.rows),
        (0, report.rows, shop.split(|&b| b == b'\n').filter(|l| !l.is_empty()).count() as u64),
        "{report}"
    );
    let lines: String = items.iter().map(|item| serde_json::to_string(item).unwrap() + "\n").collect();
    let (again, _) = read(lines.as_bytes());
    assert_eq!(again, items);
    let originals: Vec<nearmind_core::catalog::Item> = shop
        .split(|&b| b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    for item in originals {
        assert_eq!(find(&items, &item.id), &item);
    }
}

#[test]
fn ratings_are_on_the_scale_of_their_feed() {
    let feed = "{\"id\":\"a\",\"title\":\"A\",\"rating\":8.9,\"pub_year\":\"2006-5\",\"price_cny\":29.0}\n{\"id\":\"b\",\"title\":\"B\",\"rating\":4.5}\n";
    let (items, report) = read(feed.as_bytes());
    assert_eq!(report.feeds[0].rating_scale, 10.0);
    assert_eq!((items[0].rating, items[1].rating), (Some(4.45), Some(2.25)));
    assert_eq!(
        (items[0].price, items[0].currency.as_str(), items[0].date),
        (Some(29.0), "CNY", date::parse_days("2006-05-01"))
    );
}

#[test]
fn several_feeds_are_one_catalogue_in_any_order() {
    let feeds: [&[u8]; 3] = [
        include_bytes!("samples/google.xml"),
        include_bytes!("samples/shopify.csv"),
        include_bytes!("samples/woo.csv"),
    ];
    let backwards: Vec<&[u8]> = feeds.iter().rev().copied().collect();
    let (items, report) = import_all(&feeds, Options::default()).unwrap();
    assert_eq!((items.len(), report.feeds.len()), (6, 3));
    assert_eq!(import_all(&backwards, Options::default()).unwrap().0, items);
}
