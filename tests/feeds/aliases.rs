//! Aliases: alternative ids that the pages and the analytics of a shop use for an item or one of its variants.

use std::io::Cursor;

use nearmind_feeds::{Import, Options, ProblemKind, Report, Variants};

/// Imports feeds. Returns each alias with the id of its item, and the report.
fn import_aliases(feeds: &[&[u8]], variants: Variants) -> (Vec<(String, String)>, Report) {
    let mut import = Import::new(Options { variants, ..Options::default() }, Cursor::new(Vec::new()));
    for feed in feeds {
        import.read_feed("feed", Box::new(*feed), &mut |_| ()).unwrap();
    }
    let (items, report) = import.finish().unwrap();
    let aliases = items.aliases().iter().map(|(alias, row)| (alias, items.id(row as usize).to_owned())).collect();
    (aliases, report)
}

#[track_caller]
fn check(feed: &[u8], variants: Variants, expect: &[(&str, &str)]) {
    let (aliases, report) = import_aliases(&[feed], variants);
    let aliases: Vec<_> = aliases.iter().map(|(alias, id)| (alias.as_str(), id.as_str())).collect();
    assert_eq!(aliases, expect);
    assert_eq!(report.count(ProblemKind::NameClash), 0, "{report}");
}

#[test]
fn shopify_products_have_numbers_and_skus_as_aliases() {
    let (shirt, card, page) = ("linen-shirt", "gift-card", "second-page");
    let all = [("1", shirt), ("2", shirt), ("3", card), ("4", page), ("8101", shirt), ("8102", card), ("8103", page)];
    let skus = [("LS-M", shirt), ("LS-S", shirt)];
    let json = include_bytes!("samples/shopify.json");
    check(json, Variants::Fold, &[&all[..], &skus[..]].concat());
    check(include_bytes!("samples/shopify.csv"), Variants::Fold, &skus);
    // If variants are kept, the number of the product refers to none of them.
    let (small, middle) = ("linen-shirt:1", "linen-shirt:2");
    let kept = [
        ("1", small),
        ("2", middle),
        ("3", card),
        ("4", page),
        ("8102", card),
        ("8103", page),
        ("LS-M", middle),
        ("LS-S", small),
    ];
    check(json, Variants::Keep, &kept);
}

#[test]
fn a_folded_variant_is_found_by_its_own_id() {
    check(include_bytes!("samples/google.tsv"), Variants::Fold, &[("shirt-m", "shirt"), ("shirt-s", "shirt")]);
    check(include_bytes!("samples/google.tsv"), Variants::Keep, &[]);
    let woo =
        [("45", "44"), ("46", "44"), ("cap", "50"), ("hoodie", "44"), ("hoodie-blue", "44"), ("hoodie-red", "44")];
    check(include_bytes!("samples/woo.csv"), Variants::Fold, &woo);
    check(include_bytes!("samples/group.html"), Variants::Fold, &[("tea-100", "tea"), ("tea-50", "tea")]);
    check(b"id,sku,title,EAN\n7,CUP-7, Cup ,4001\n", Variants::Fold, &[("4001", "7"), ("CUP-7", "7")]);
    let own_format = r#"{"id": "cup", "aliases": ["CUP-7", " cup ", 7, null], "words": {"en": {"title": "Cup"}}}"#;
    check(own_format.as_bytes(), Variants::Fold, &[("7", "cup"), ("CUP-7", "cup")]);
}

#[test]
fn an_alias_of_two_items_finds_neither_and_is_reported() {
    let feed = "id,sku,title,description\na,X,Cup,Blue\nb,X,Mug,Red\nc,a,Bowl,Oak\nd,Y,Pan,Steel\nd,Y,Pan,Steel\ne,,Jug,Clay\n";
    let (aliases, report) = import_aliases(&[feed.as_bytes()], Variants::Fold);
    assert_eq!(aliases, [("Y".to_owned(), "d".to_owned())]);
    let problems = &report.problems[&ProblemKind::NameClash];
    let examples: Vec<_> = problems.examples.iter().map(|example| (example.row, example.excerpt.as_str())).collect();
    assert_eq!((problems.count, examples), (2, vec![(3, "X: a, b"), (4, "a: a, c")]));
    assert_eq!((report.items, report.left_out()), (5, 1), "their rows still become items");
}

#[test]
fn a_row_that_is_left_out_adds_no_aliases() {
    let feed = "id,sku,title,description\na,X,Cup,Blue\na,Z,Mug,Red\n\u{200b}b,Q,Pan,Oak\nb,R,Pot,Tin\n";
    let (aliases, report) = import_aliases(&[feed.as_bytes()], Variants::Fold);
    assert_eq!(aliases.iter().map(|(alias, _)| alias.as_str()).collect::<Vec<_>>(), ["Q", "X"]);
    assert_eq!((report.count(ProblemKind::Contradictory), report.count(ProblemKind::IdClash)), (1, 1));
}

#[test]
fn the_order_of_feeds_does_not_change_aliases() {
    let feeds: [&[u8]; 3] = [
        include_bytes!("samples/shopify.json"),
        include_bytes!("samples/google.tsv"),
        include_bytes!("samples/woo.csv"),
    ];
    let backwards: Vec<&[u8]> = feeds.into_iter().rev().collect();
    assert_eq!(import_aliases(&feeds, Variants::Fold).0, import_aliases(&backwards, Variants::Fold).0);
}
