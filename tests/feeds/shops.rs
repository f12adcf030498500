//! Common situations of real shops: hidden products, stock, titles and pictures of products with variants, and feeds
//! without links or ids.

use nearmind_core::catalog::Availability;
use nearmind_feeds::{ColumnMap, IdSource, Options, ProblemKind, Variants};

use super::{find, import, read};

const SHOPIFY: &str = "Handle,Title,Body (HTML),Vendor,Type,Published,Option1 Name,Option1 Value,Variant SKU,\
    Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Image Src,Status\n";

#[test]
fn a_shopify_product_is_hidden_by_either_of_two_columns() {
    let row = |handle: &str, published: &str, status: &str| {
        format!(
            "{handle},A {handle},,,,{published},Title,Default Title,,shopify,3,deny,5,https://x.example/1.jpg,{status}\n"
        )
    };
    let rows = [
        row("shown", "true", "active"),
        row("fee", "false", "active"),
        row("draft", "true", "draft"),
        row("gone", "FALSE", "archived"),
        row("unlisted", "true", "unlisted"),
    ];
    let (items, report) = read((SHOPIFY.to_owned() + &rows.concat()).as_bytes());
    assert_eq!((items.len(), items[0].id.as_str()), (1, "shown"));
    assert_eq!(report.count(ProblemKind::Unpublished), 4);
}

#[test]
fn untracked_and_oversellable_stock_is_available() {
    use Availability::{InStock, OutOfStock, Preorder};
    for (tracker, pieces, policy, expect) in [
        ("", "0", "deny", InStock),
        ("shopify", "0", "continue", Preorder),
        ("shopify", "-2", "continue", Preorder),
        ("shopify", "3", "continue", InStock),
        ("shopify", "0", "deny", OutOfStock),
        ("shopify", "3", "deny", InStock),
    ] {
        let row = format!("a,Poster,,,,true,Title,Default Title,,{tracker},{pieces},{policy},5,,active\n");
        let (items, _) = read((SHOPIFY.to_owned() + &row).as_bytes());
        assert_eq!(items[0].availability, Some(expect), "{tracker:?} {pieces} {policy}");
        let management = if tracker.is_empty() { "null".into() } else { format!("\"{tracker}\"") };
        let json = format!(
            r#"{{"products": [{{"id": 1, "title": "Poster", "handle": "a", "vendor": "", "variants": [{{"id": 2, "price": "5", "inventory_management": {management}, "inventory_quantity": {pieces}, "inventory_policy": "{policy}"}}]}}]}}"#
        );
        assert_eq!(read(json.as_bytes()).0[0].availability, Some(expect), "{json}");
    }
    // Without the column, the stock counts as tracked.
    let (items, _) = read(b"Handle,Title,Body (HTML),Variant Price,Variant Inventory Qty\na,Poster,,5,0\n");
    assert_eq!(items[0].availability, Some(OutOfStock));
}

#[test]
fn a_shop_with_everything_sold_out_gets_a_warning() {
    let row = "a,Poster,,,,true,Title,Default Title,,shopify,0,deny,5,,active\n";
    let (_, report) = read((SHOPIFY.to_owned() + row).as_bytes());
    let text = report.to_string();
    assert_eq!(report.sold_out, 1);
    assert!(text.contains("WARNING: the only item is sold out") && text.contains("variant inventory qty"), "{text}");
    let (_, report) = read(b"id,title,stock\n1,Tea,0\n2,Cup,3\n");
    assert_eq!(report.sold_out, 1);
    assert!(!report.to_string().contains("sold out, and"), "{report}");
}

#[test]
fn a_folded_item_has_no_size_in_its_title() {
    let feed = "id,title,item_group_id,size,color,link\n\
        a1,Camiseta - Talla S,a,S,rojo,https://x.example/a\na2,Camiseta - Talla M,a,M,rojo,https://x.example/a\n\
        b1,Shirt - Red / L,b,L,Red,\nc1,Tea,,,,\nb2,Shirt - Blue / L,b,L,Blue,\na3,Camiseta - Talla XL,a,XL,rojo,\n";
    let (items, report) = read(feed.as_bytes());
    let titles: Vec<_> = items.iter().map(|item| item.words.values().next().unwrap().title.as_str()).collect();
    assert_eq!((titles, report.folded), (vec!["Camiseta", "Shirt", "Tea"], 3));
}

#[test]
fn the_title_is_from_the_product_row_in_any_order() {
    let variant = |id: &str, size: &str| format!("{id},Shirt {size},shirt,{size},https://x.example/{size}.jpg\n");
    let own = "shirt,The Linen Shirt,shirt,,https://x.example/shirt.jpg\n".to_owned();
    let other = "tea,Tea,,,\n".to_owned();
    let (s, m) = (variant("s", "S"), variant("m", "M"));
    for rows in [
        [&own, &s, &m, &other],
        [&s, &own, &m, &other],
        [&s, &m, &other, &own],
        [&own, &other, &s, &m],
        [&s, &other, &own, &m],
    ] {
        let rows: String = rows.into_iter().map(String::as_str).collect();
        let (items, _) = read(format!("id,title,item_group_id,size,image_link\n{rows}").as_bytes());
        let shirt = find(&items, "shirt");
        assert_eq!(shirt.words.values().next().unwrap().title, "The Linen Shirt", "{rows}");
        assert_eq!(
            (shirt.image.as_str(), shirt.attributes["size"].len()),
            ("https://x.example/shirt.jpg", 4),
            "{rows}"
        );
    }
}

#[test]
fn a_folded_item_has_the_picture_of_the_first_position() {
    let csv = "Handle,Title,Body (HTML),Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Image Position,Variant Image\n\
        a,Shirt,,Size,S,A-S,5,https://x.example/2.jpg,2,https://x.example/s.jpg\n\
        a,,,,M,A-M,5,https://x.example/1.jpg,1,https://x.example/m.jpg\n\
        a,,,,,,,https://x.example/3.jpg,3,\n\
        b,Cap,,Title,Default Title,B,5,https://x.example/b.jpg,1,\n";
    let (items, report) = read(csv.as_bytes());
    assert_eq!(find(&items, "a").image, "https://x.example/1.jpg");
    assert_eq!((find(&items, "b").image.as_str(), report.rows), ("https://x.example/b.jpg", 3));
    let json = r#"{"products": [{"id": 1, "title": "Shirt", "handle": "a", "vendor": "", "images": [{"src": "https://x.example/2.jpg", "position": 2}, {"src": "https://x.example/1.jpg", "position": 1}], "options": [{"name": "Size"}], "variants": [{"id": 2, "option1": "S", "price": "5", "featured_image": {"src": "https://x.example/s.jpg"}}, {"id": 3, "option1": "M", "price": "5"}]}]}"#;
    assert_eq!(read(json.as_bytes()).0[0].image, "https://x.example/1.jpg");
}

#[test]
fn missing_links_are_made_from_a_pattern() {
    let woo = include_bytes!("samples/woo.csv");
    let (_, report) = read(woo);
    assert_eq!(report.linked, 0);
    assert!(
        report.to_string().contains("WARNING: no item has a link") && report.to_string().contains("--link"),
        "{report}"
    );
    let options = |pattern: &str| Options { link: Some(pattern.parse().unwrap()), ..Options::default() };
    let (items, report) = import(woo, options("https://shop.example/?p={id}")).unwrap();
    assert_eq!(find(&items, "44").url, "https://shop.example/?p=44");
    assert_eq!((find(&items, "50").url.as_str(), report.linked), ("https://shop.example/?p=50", 2));
    assert!(!report.to_string().contains("has a link"), "{report}");
    let (items, _) = import(woo, options("/product/{sku}/")).unwrap();
    assert_eq!(
        (find(&items, "44").url.as_str(), find(&items, "50").url.as_str()),
        ("/product/hoodie/", "/product/cap/")
    );
    // A link in the feed is kept.
    let line = br#"{"id": "a b", "title": "Tea", "slug": "te e"}
{"id": "c", "title": "Cup", "url": "https://own.example/c"}"#;
    let (items, _) = import(line, options("https://shop.example/{slug}/{id}")).unwrap();
    assert_eq!(
        (items[0].url.as_str(), items[1].url.as_str()),
        ("https://shop.example/te%20e/a%20b", "https://own.example/c")
    );
}

#[test]
fn rows_without_ids_get_stable_ones_on_request() {
    let feed = b"Bezeichnung;Link;Best.-Nr.\nOak table, round;https://x.example/oak?utm_source=feed;7\nAsh chair;https://x.example/ash;8\n";
    let (items, report) = read(feed);
    assert_eq!((items.len(), report.count(ProblemKind::NoId)), (0, 2));
    let text = report.to_string();
    for part in ["2 rows have no id", "best. nr., bezeichnung, link", "--columns \"id=best. nr.\"", "--make-ids link"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for (make_ids, expect) in [
        (IdSource::Link, ["https://x.example/ash", "https://x.example/oak"]),
        (IdSource::Title, ["ash-chair", "oak-table-round"]),
    ] {
        let options = Options { make_ids: Some(make_ids), ..Options::default() };
        let ids: Vec<String> = import(feed, options).unwrap().0.into_iter().map(|item| item.id).collect();
        assert_eq!(ids, expect);
    }
}

#[test]
fn pictures_can_be_json_arrays() {
    for feed in [
        r#"{"id": 1, "title": "Tea", "images": ["https://x.example/1.jpg", "https://x.example/2.jpg"]}"#,
        r#"{"id": 1, "title": "Tea", "images": [{"name": "front", "url": "https://x.example/1.jpg"}, {"url": "https://x.example/2.jpg"}]}"#,
        r#"{"id": 1, "title": "Tea", "image": {"original": "https://x.example/1.jpg"}}"#,
        "id,title,images\n1,Tea,\"[\"\"https://x.example/1.jpg\"\", \"\"https://x.example/2.jpg\"\"]\"\n",
        "id,title,images\n1,Tea,\"https://x.example/1.jpg, https://x.example/2.jpg\"\n",
    ] {
        assert_eq!(read(feed.as_bytes()).0[0].image, "https://x.example/1.jpg", "{feed}");
    }
}

#[test]
fn the_column_map_takes_precedence_over_a_layout() {
    let csv = "Handle,Title,Body (HTML),Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Warehouse,Outlet price\n\
        a,Shirt,,Size,S,A-S,50,0,3,40\na,,,,M,A-M,50,0,4,45\n";
    let columns = ColumnMap::parse("stock=Warehouse,price=Outlet price").unwrap();
    let (items, report) = import(csv.as_bytes(), Options { columns, ..Options::default() }).unwrap();
    assert_eq!((items[0].stock, items[0].price, items.len()), (Some(7), Some(40.0), 1), "{report}");
    let options = || Options {
        columns: ColumnMap::parse("id=Variant SKU").unwrap(),
        variants: Variants::Keep,
        ..Options::default()
    };
    let ids: Vec<String> = import(csv.as_bytes(), options()).unwrap().0.into_iter().map(|item| item.id).collect();
    assert_eq!(ids, ["A-M", "A-S"]);
}
