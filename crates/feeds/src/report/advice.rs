//! What helps where a whole catalogue lacks something, or rows were lost for want of an option. Must not know how anything
//! is found.

use super::{FeedReport, Kind, Report};
use crate::columns::normal;

/// Columns that a sentence names.
const MOST_NAMES: usize = 30;
/// Words in the names of columns that ids stand in.
#[rustfmt::skip]
const ID_WORDS: [&str; 28] = [
    "id", "ids", "sku", "nr", "nr.", "no", "no.", "number", "nummer", "num", "code", "ref", "reference", "handle", "slug",
    "article", "artikel", "key", "isbn", "ean", "gtin", "barcode", "mpn", "артикул", "код", "编号", "货号", "号",
];

/// A sentence for each, the gravest first.
pub fn advice(report: &Report) -> Vec<String> {
    let mut advice = Vec::new();
    if report.items > 0 && report.sold_out == report.items {
        let all = if report.items == 1 { "the only item is".into() } else { format!("all {} items are", report.items) };
        let columns = of_all(report, stock_columns);
        let read = match columns.as_str() {
            "" => String::new(),
            columns => format!(
                " The stock was read from: {columns}. If that is not the stock, name the column that is: --columns stock=NAME or --columns availability=NAME."
            ),
        };
        advice.push(format!("{all} sold out, and shelves do not show what is sold out: they stay EMPTY.{read}"));
    }
    let without_id = report.count(Kind::NoId);
    if without_id > 0 {
        let likely = of_all(report, |feed| columns(feed, |name, _| is_like_id(name)));
        let example = match (likely.split(", ").next().unwrap_or_default(), of_all(report, |feed| meant(feed, "title")))
        {
            ("", title) => title.split(", ").next().unwrap_or_default().to_owned(),
            (likely, _) => likely.to_owned(),
        };
        let likely = if likely.is_empty() { String::new() } else { format!(" Likely ones: {likely}.") };
        let example = if example.is_empty() { "NAME".to_owned() } else { example };
        advice.push(format!(
            "{without_id} rows have no id and were left out. The columns are: {}.{likely} Name the one that has ids, as in \
             --columns \"id={example}\"; or let ids be made of links or titles: --make-ids link, --make-ids title.",
            of_all(report, |feed| columns(feed, |_, _| true)),
        ));
    }
    if report.items > 0 && report.linked == 0 {
        advice.push(
            "no item has a link, so a click on a card leads nowhere: say how the shop's addresses are made, as in --link \
             \"https://shop.example/?p={id}\"."
                .into(),
        );
    }
    advice
}

/// Of all feeds, once each.
fn of_all(report: &Report, columns: impl Fn(&FeedReport) -> Vec<&str>) -> String {
    let mut all: Vec<&str> = report.feeds.iter().flat_map(columns).collect();
    all.sort_unstable();
    all.dedup();
    let more = if all.len() > MOST_NAMES { ", ..." } else { "" };
    all.truncate(MOST_NAMES);
    all.join(", ") + more
}

fn columns(feed: &FeedReport, want: impl Fn(&str, &str) -> bool) -> Vec<&str> {
    let wanted = |(name, meaning): &(&String, &String)| !name.is_empty() && want(name, meaning);
    feed.columns.iter().filter(wanted).map(|(name, _)| name.as_str()).collect()
}

fn meant<'f>(feed: &'f FeedReport, field: &str) -> Vec<&'f str> {
    columns(feed, |_, meaning| meaning == field)
}

fn stock_columns(feed: &FeedReport) -> Vec<&str> {
    columns(feed, |name, meaning| {
        let own = meaning.ends_with(" own")
            && ["inventory", "stock", "qty", "quantity"].iter().any(|word| name.contains(word));
        own || meaning == "stock" || meaning == "availability"
    })
}

fn is_like_id(name: &str) -> bool {
    let name = normal(name);
    name.split([' ', '.']).any(|word| ID_WORDS.contains(&word))
        || ID_WORDS.iter().any(|word| word.len() > 3 && name.contains(word))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::Format;

    fn report(columns: &[(&str, &str)]) -> Report {
        let columns: BTreeMap<String, String> =
            columns.iter().map(|(name, meaning)| ((*name).to_owned(), (*meaning).to_owned())).collect();
        let feed = FeedReport {
            name: "feed.csv".into(),
            format: Format::Table,
            encoding: String::new(),
            encoding_origin: Default::default(),
            bytes: 0,
            rows: 0,
            lang: String::new(),
            rating_scale: 5.0,
            columns,
            left_out: Vec::new(),
        };
        Report { feeds: vec![feed], ..Report::default() }
    }

    #[test]
    fn rows_without_ids_are_told_the_columns_and_the_option() {
        let mut report = report(&[("bestell nr.", ""), ("name", "title"), ("preis", "price")]);
        report.note(Kind::NoId, "feed.csv", 2, "Tea");
        let advice = advice(&report).concat();
        for part in
            ["bestell nr., name, preis", "Likely ones: bestell nr.", "--columns \"id=bestell nr.\"", "--make-ids"]
        {
            assert!(advice.contains(part), "{advice}");
        }
    }

    #[test]
    fn a_shop_where_all_is_sold_out_is_told_the_column() {
        let report = Report { items: 24, sold_out: 24, linked: 24, ..report(&[("qty", "stock"), ("cost", "")]) };
        let advice = advice(&report).concat();
        assert!(advice.starts_with("all 24 items are sold out") && advice.contains("read from: qty."), "{advice}");
        assert_eq!(super::advice(&Report { sold_out: 23, ..report }), [""; 0]);
    }
}
