//! Bad feeds: each is read as far as possible, or refused with an error that says what to do. Nothing panics, and
//! nothing is left out without a report.

use std::io::{Read, Write};

use flate2::{Compression, write::GzEncoder};
use nearmind_feeds::{FeedError, Format, Import, Options, ProblemKind, Report};

use super::{find, import, read, title};

/// The error of an import, which must fail.
fn import_error(feed: &[u8]) -> String {
    match import(feed, Options::default()) {
        Ok((items, report)) => panic!("read {} items: {report}", items.len()),
        Err(error) => error.to_string(),
    }
}

/// The row and the excerpt of the first example of this problem.
fn first_example(report: &Report, kind: ProblemKind) -> (u64, &str) {
    let example = &report.problems.get(&kind).unwrap_or_else(|| panic!("no {kind:?} in {report}")).examples[0];
    (example.row, &example.excerpt)
}

#[test]
fn a_truncated_gzip_is_refused() {
    let lines: String = (0..20_000).map(|nth| format!("{{\"id\":\"{nth}\",\"title\":\"Tea {nth}\"}}\n")).collect();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(lines.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    assert_eq!(read(&packed).0.len(), 20_000);
    for cut in [packed.len() * 2 / 3, packed.len() - 4] {
        let error = import_error(&packed[..cut]);
        assert!(error.contains("the feed is truncated") && error.contains("download it again"), "{error}");
    }
}

#[test]
fn a_feed_that_ends_within_a_product_is_refused() {
    for feed in ["[{\"id\":1,\"title\":\"A\"},{\"id\":2", "{\"products\":[{\"id\":1}", "[{\"id\":1,\"title\":\"A\"}"] {
        let error = import(feed.as_bytes(), Options { format: Some(Format::Json), ..Options::default() }).unwrap_err();
        assert!(matches!(error, FeedError::CutOff { .. }), "{feed}: {error}");
    }
    let xml = include_str!("samples/google.xml");
    assert!(import_error(&xml.as_bytes()[..xml.len() / 2]).contains("the feed is truncated"));
}

#[test]
fn empty_feeds_and_feeds_without_products_are_refused() {
    for feed in ["", "  \n\r\n", "\u{feff}"] {
        assert!(import_error(feed.as_bytes()).contains("the feed is empty"), "{feed:?}");
    }
    for feed in ["id,title\n", "[]", "<rss><channel><title>Shop</title></channel></rss>", "{\"products\":[]}"] {
        assert!(import_error(feed.as_bytes()).contains("no product"), "{feed}");
    }
    assert!(import_error(b"colour;weight\nred;2\n").contains("--columns"));
    assert!(import_error(b"<html><body>Hello</body></html>").contains("no JSON-LD"));
}

#[test]
fn mixed_and_undeclared_encodings_are_read() {
    let gbk = encoding_rs::GBK.encode("编号,名称,价格\n1,防水夹克,¥99\n").0.into_owned();
    let (items, _) = read(&gbk);
    assert_eq!((title(&items[0], "zh"), items[0].price, items[0].currency.as_str()), ("防水夹克", Some(99.0), "CNY"));
    let mixed = [b"id,title\n1,Caf\xe9 cr\xe8me\n".as_slice(), "2,防水夹克\n".as_bytes()].concat();
    let (items, report) = read(&mixed);
    assert_eq!(title(&items[1], "zh"), "防水夹克");
    assert!(items[0].words.values().any(|words| words.title == "Café crème"));
    assert_eq!(first_example(&report, ProblemKind::Encoding), (2, "1,Café crème"));
}

#[test]
fn byte_order_marks_and_crlf_are_not_part_of_values() {
    let (items, report) = read("\u{feff}id,title,brand\r\na,Tea,Leaf\r\n\r\nb,Cup,Clay\r\n".as_bytes());
    assert_eq!((items.len(), items[0].brand.as_str(), items[1].brand.as_str()), (2, "Leaf", "Clay"), "{report}");
    let (items, _) = read(b"\xef\xbb\xbf{\"id\":\"a\",\"title\":\"Tea\"}\r\n{\"id\":\"b\",\"title\":\"Cup\"}\r\n");
    assert_eq!(items.len(), 2);
}

#[test]
fn quotes_inside_values_are_read_or_reported() {
    let feed = "id,title,brand\n1,\"A \"\"fine\"\" cup\",Clay\n2,\"A 5\" screen, black\",Clay\n3,Cup 3\" wide,Clay\n4,\"open,Clay\n5,Tea,Leaf\n";
    let (items, report) = read(feed.as_bytes());
    assert_eq!(title(find(&items, "1"), "en"), "A \"fine\" cup");
    assert_eq!(title(find(&items, "3"), "en"), "Cup 3\" wide");
    assert_eq!(items.len(), 2);
    let problems = &report.problems[&ProblemKind::Malformed];
    assert_eq!((problems.count, problems.examples[0].row), (2, 3));
    assert!(problems.examples[0].excerpt.contains("4 values for 3 columns"), "{report}");
    assert!(problems.examples[1].excerpt.contains("an unclosed quote spans 2 lines"), "{report}");
}

/// A reader of many bytes that needs no memory for them: `head`, then `body` repeated.
struct LongReader {
    head: &'static [u8],
    body: u8,
    /// The number of bytes that are still to be read.
    remaining: u64,
}

impl Read for LongReader {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let (size, head) = (out.len().min(self.remaining as usize), self.head.len().min(out.len()));
        out[..size].fill(self.body);
        out[..head].copy_from_slice(&self.head[..head]);
        self.head = &self.head[head..];
        self.remaining -= size as u64;
        Ok(size)
    }
}

#[test]
fn a_line_of_100_megabytes_is_refused_in_every_format() {
    for head in
        ["{\"id\":\"", "id,title\n1,", "[{\"id\":\"", "<rss><item><title>", "<html><script>", "<rss ", "{\"a\":"]
    {
        let mut import = Import::new(Options::default(), std::io::Cursor::new(Vec::new()));
        let line = LongReader { head: head.as_bytes(), body: b'x', remaining: 100 << 20 };
        let error = import.read_feed("long", Box::new(line), &mut |_| ()).unwrap_err();
        assert!(matches!(error, FeedError::TooLong { .. }), "{head}: {error}");
        assert!(error.to_string().contains("longer than 16 MB"), "{error}");
    }
}

#[test]
fn a_price_is_a_number_and_not_negative() {
    let feed = "id\ttitle\tprice\na\tA\tNaN\nb\tB\t-3 EUR\nc\tC\tfree\nd\tD\t1e999\ne\tE\t4 EUR\nf\tF\t5\ng\tG\t3 USD\nh\tH\t2 EUR\n";
    let (items, report) = read(feed.as_bytes());
    let prices: Vec<_> = items.iter().map(|item| item.price).collect();
    assert_eq!(prices, [None, None, None, None, Some(4.0), Some(5.0), Some(3.0), Some(2.0)]);
    assert_eq!(report.count(ProblemKind::PriceUnreadable), 3);
    assert_eq!(first_example(&report, ProblemKind::PriceUnreadable), (2, "a: NaN"));
    assert_eq!(first_example(&report, ProblemKind::PriceNegative), (3, "b: -3 EUR"));
    assert_eq!(first_example(&report, ProblemKind::NoCurrency), (7, "f: 5"));
    assert_eq!(first_example(&report, ProblemKind::CurrencyMix), (8, "USD"));
    // Python writes NaN and Infinity, which are not JSON.
    let lines = "{\"id\":1,\"title\":\"A \\\"NaN\\\" B\",\"price\":NaN,\"category\":NaN,\"tags\":[NaN],\"words\":NaN}\n{\"id\":2,\"title\":\"B\",\"price\":-Infinity}\n";
    let (items, report) = read(lines.as_bytes());
    assert_eq!((title(&items[0], "en"), items[0].price, items.len()), ("A \"NaN\" B", None, 2));
    assert_eq!(report.count(ProblemKind::PriceUnreadable), 2);
    assert!(items[0].tags.is_empty() && items[0].words["en"].categories.is_empty());
    let (items, _) =
        read(b"{\"id\":1,\"title\":\"A\",\"price\":-1,\"rating\":\"NaN\",\"stock\":\"-2\",\"reviews\":-5}");
    assert_eq!((items[0].price, items[0].rating, items[0].stock, items[0].rating_count), (None, None, Some(0), None));
}

#[test]
fn contradictory_values_are_reported() {
    let feed = "id,title,price,sale price,availability,quantity\na,Tea,5 EUR,7 EUR,in stock,1\nb,Cup,5 EUR,4 EUR,out of stock,12\n";
    let (items, report) = read(feed.as_bytes());
    assert_eq!((items[0].price, items[1].price), (Some(5.0), Some(4.0)));
    assert_eq!(first_example(&report, ProblemKind::SaleAbovePrice), (2, "a: 7 EUR above 5 EUR"));
    assert_eq!(first_example(&report, ProblemKind::StockContradiction), (3, "b: out of stock, 12 pieces"));
}

#[test]
fn repeated_clashing_and_contradictory_ids_are_distinguished() {
    let feed = "{\"id\":\"a\",\"title\":\"Tea\"}\n{\"id\":\"a\",\"title\":\"Tea\"}\n{\"id\":\" a \",\"title\":\"Cup\"}\n{\"id\":\"a\",\"title\":\"Pot\"}\n{\"id\":\"b\\u200b\",\"title\":\"Tea\"}\n{\"id\":\"\",\"title\":\"Tea\"}\n{\"id\":\"c\"}\nnonsense\n";
    let (items, report) = read(feed.as_bytes());
    assert_eq!((items.len(), title(&items[0], "en"), items[1].id.as_str()), (2, "Tea", "b"));
    assert_eq!(first_example(&report, ProblemKind::Duplicate), (2, "a: as feed-0 row 1"));
    assert_eq!(first_example(&report, ProblemKind::IdClash), (3, "a: as feed-0 row 1"));
    assert_eq!(first_example(&report, ProblemKind::Contradictory), (4, "a: as feed-0 row 1"));
    assert_eq!(
        (first_example(&report, ProblemKind::NoId), first_example(&report, ProblemKind::NoTitle)),
        ((6, "Tea"), (7, "c: "))
    );
    assert_eq!(first_example(&report, ProblemKind::Malformed).0, 8);
}

#[test]
fn ten_thousand_variants_are_one_item_in_any_order() {
    let row = |nth: usize| format!("v{nth},Shirt,shirt,{} EUR,size {nth}\n", 10 + nth % 7);
    let rows: String = (0..10_000).map(row).collect();
    let feed = format!("id,title,item group id,price,size\n{rows}x,Tea,,3 EUR,\nv-last,Shirt,shirt,99 EUR,last\n");
    let (items, report) = read(feed.as_bytes());
    let shirt = find(&items, "shirt");
    assert_eq!((items.len(), report.folded), (2, 10_000));
    assert_eq!((shirt.price, shirt.attributes["price max"].as_str()), (Some(10.0), "99"));
    assert!(shirt.attributes["size"].starts_with("size 0, size 1, ") && shirt.attributes["size"].len() < 400);
    assert!(report.count(ProblemKind::ManyValues) > 0);
}

#[test]
fn deeply_nested_json_and_xml_affect_only_their_row() {
    let deep = format!("{{\"id\":\"deep\",\"title\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for feed in [
        format!("[{{\"id\":1,\"title\":\"A\"}},{deep},{{\"id\":2,\"title\":\"B\"}}]"),
        format!("{{\"id\":1,\"title\":\"A\"}}\n{deep}\n{{\"id\":2,\"title\":\"B\"}}\n"),
    ] {
        let (items, report) = read(feed.as_bytes());
        assert_eq!((items.len(), report.count(ProblemKind::Malformed)), (2, 1));
        assert!(first_example(&report, ProblemKind::Malformed).1.contains("recursion"), "{report}");
    }
    let nested = "<a>".repeat(300_000) + &"</b>".repeat(300_000);
    let many: String = (0..20_000).map(|nth| format!("<description>more {nth}</description>")).collect();
    let feed = format!(
        "<rss><item><id>1</id><title>A</title>{nested}</item><item><id>2</id><title>B</title>{many}</item></rss>"
    );
    let (items, report) = read(feed.as_bytes());
    assert_eq!((items.len(), report.count(ProblemKind::LongText)), (2, 1), "{report}");
    assert!(items[1].words.values().all(|words| words.description.starts_with("more 0 more 1 ")));
}

#[test]
fn an_entity_bomb_is_not_expanded() {
    let mut bomb = "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\">".to_owned();
    for (name, inner) in
        [("b", "a"), ("c", "b"), ("d", "c"), ("e", "d"), ("f", "e"), ("g", "f"), ("h", "g"), ("i", "h")]
    {
        bomb += &format!("<!ENTITY {name} \"{}\">", format!("&{inner};").repeat(10));
    }
    bomb += "<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss><item><id>1</id><title>Tea &i; &x;</title></item></rss>";
    let (items, _) = read(bomb.as_bytes());
    assert_eq!(items[0].words["en"].title, "Tea &i; &x;");
}

#[test]
fn scripts_in_titles_and_links_are_removed() {
    let feed = r#"{"id":"a","title":"<script>alert(1)</script>Tea <img src=x onerror=alert(1)>","link":"javascript:alert(1)","image":"data:text/html,x","brand":"<b>Leaf</b>"}"#;
    let (items, report) = read(feed.as_bytes());
    let item = &items[0];
    assert_eq!(
        (title(item, "en"), item.brand.as_str(), item.url.as_str(), item.image.as_str()),
        ("Tea", "Leaf", "", "")
    );
    assert_eq!((report.count(ProblemKind::Markup), report.count(ProblemKind::UnsafeUrl)), (1, 2));
    let (items, _) = read(
        br#"{"id":"a","title":"<script>alert(1)</script>"}
{"id":"b","title":"x","image":"data:image/svg+xml,<svg/>"}"#,
    );
    assert_eq!((items.len(), items[0].image.as_str()), (1, "data:image/svg+xml,<svg/>"));
}

#[test]
fn right_to_left_text_stays_but_direction_marks_go() {
    let feed = "{\"id\":\"a\",\"title\":\"שולחן עץ\"}\n{\"id\":\"b\",\"title\":\"Te\\u200b\\u202ea\\u0000\\u0007\"}\n{\"id\":\"c\",\"title\":\"\\u200b\\u202e\"}\n";
    let (items, report) = read(feed.as_bytes());
    assert_eq!(title(find(&items, "a"), "he"), "שולחן עץ");
    assert!(find(&items, "b").words.values().any(|words| words.title == "Tea"));
    assert_eq!((report.count(ProblemKind::Invisible), report.count(ProblemKind::NoTitle)), (1, 1));
}
