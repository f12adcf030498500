//! Internal data of a shop stays out of the public catalogue: only columns that describe a product by the definition of
//! their format, and columns that the shop names, become attributes.

use nearmind_feeds::{ColumnMap, Options, Report};

use super::{import, read};

const TABLE: &str = "id,title,price,color,Wholesale price,cost,Supplier,margin,internal_note,Farbe,Größe\n\
    1,Red scarf,19.90 EUR,red,4.20,4.20,ACME Ltd,78%,do not sell to Bob,rot,M\n";

fn attributes(feed: &str, options: Options) -> (Vec<(String, String)>, Report) {
    let (items, report) = import(feed.as_bytes(), options).unwrap();
    assert_eq!(items.len(), 1, "{report}");
    (items[0].attributes.clone().into_iter().collect(), report)
}

#[track_caller]
fn check(feed: &str, expect: &[(&str, &str)], left_out: &[&str]) {
    let (attributes, report) = attributes(feed, Options::default());
    let attributes: Vec<_> = attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(attributes, expect, "{feed}");
    let text = report.to_string();
    for column in left_out {
        assert!(report.feeds[0].left_out.iter().any(|name| name == column), "{column}: {:?}", report.feeds[0].left_out);
        assert!(text.contains(column) && text.contains("--keep-columns"), "{text}");
    }
}

#[test]
fn a_table_publishes_only_product_attributes() {
    check(TABLE, &[("color", "red")], &["wholesale price", "cost", "supplier", "margin", "internal note", "farbe"]);
    let (items, _) = read(b"id,title,Wholesale price,cost price EUR\n1,Scarf,4.20,4.20\n");
    assert_eq!(items[0].price, None, "a wholesale price is not a price");
}

#[test]
fn json_lines_and_xml_publish_only_product_attributes() {
    let object = r#"{"id": 1, "title": "Scarf", "material": ["wool", "silk"], "cost": 4.2, "supplier": {"name": "ACME"}, "notes": ["do not sell"], "attributes": {"size": "M", "margin": "78%"}}"#;
    let expect = [("material", "wool, silk"), ("size", "M")];
    for feed in [object.to_owned(), format!("[{object}]"), format!("{{\"products\": [{object}]}}")] {
        check(&feed, &expect, &["cost", "supplier", "notes", "attributes.margin"]);
    }
    let xml = "<rss><item><id>1</id><title>Scarf</title><g:color>red</g:color><cost>4.20</cost><supplier>ACME</supplier></item></rss>";
    check(xml, &[("color", "red")], &["cost", "supplier"]);
    check(&xml.replace("g:color", "color"), &[("color", "red")], &["cost", "supplier"]);
}

#[test]
fn shopify_and_woo_publish_only_product_attributes() {
    let csv = "Handle,Title,Body (HTML),Variant Price,Option1 Name,Option1 Value,Cost per item,Supplier (product.metafields.custom.supplier),Color (product.metafields.shopify.color-pattern)\n\
        scarf,Scarf,Warm.,20,Size,M,4.20,ACME,red\n";
    check(csv, &[("color", "red"), ("size", "M")], &["cost per item", "supplier (product.metafields.custom.supplier)"]);
    let json = r#"{"products": [{"id": 1, "title": "Scarf", "handle": "scarf", "body_html": "", "supplier": "ACME", "metafields": [{"key": "cost", "value": "4"}], "variants": [{"id": 2, "title": "M", "option1": "M", "price": "20", "cost": "4"}], "options": [{"name": "Size"}]}]}"#;
    check(json, &[("size", "M")], &["supplier", "metafields"]);
    let woo = "ID,Type,SKU,Name,Published,Regular price,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Attribute 2 name,Attribute 2 value(s),Attribute 2 visible,Meta: _wholesale_price\n\
        1,simple,s,Scarf,1,20,Material,Wool,1,Supplier,ACME,0,4.20\n";
    check(woo, &[("material", "Wool")], &["meta: wholesale price"]);
}

#[test]
fn the_shop_can_publish_more_columns() {
    let mut columns = ColumnMap::parse("attr.colour=Farbe,attr.care=cost").unwrap();
    for column in ["Größe", "Internal_Note"] {
        columns.keep(column);
    }
    let (found, report) = attributes(TABLE, Options { columns, ..Options::default() });
    let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expect = [
        ("care", "4.20"),
        ("color", "red"),
        ("colour", "rot"),
        ("größe", "M"),
        ("internal note", "do not sell to Bob"),
    ];
    assert_eq!(found, expect);
    assert_eq!(report.feeds[0].left_out, ["margin", "supplier", "wholesale price"]);

    let mut columns = ColumnMap::default();
    columns.keep("Cost per item");
    columns.keep("supplier");
    columns.keep("details.glaze");
    let options = || Options { columns: columns.clone(), ..Options::default() };
    let csv = "Handle,Title,Body (HTML),Variant Price,Cost per item\nscarf,Scarf,Warm.,20,4.20\n";
    assert_eq!(attributes(csv, options()).0, [("cost per item".to_owned(), "4.20".to_owned())]);
    let line = r#"{"id": 1, "title": "Cup", "supplier": "ACME", "attributes": {"glaze": "matte"}}"#;
    assert_eq!(attributes(line, options()).0, [("supplier".to_owned(), "ACME".to_owned())]);
}

#[test]
fn one_column_can_be_used_for_two_fields() {
    let columns = ColumnMap::parse("id=name,title=name").unwrap();
    let (items, _) = import(b"name,price\nOak table,5 EUR\n", Options { columns, ..Options::default() }).unwrap();
    assert_eq!(
        (items[0].id.as_str(), items[0].words.values().next().unwrap().title.as_str()),
        ("Oak table", "Oak table")
    );
}
