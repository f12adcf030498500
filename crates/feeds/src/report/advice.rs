//! Advice where the whole catalogue lacks something, or where rows were left out for lack of an option. Must not know how
//! problems are found.

use super::{FeedReport, ProblemKind, Report};
use crate::columns::normalize_name;

/// Columns listed in one message.
const MAX_NAMES: usize = 30;
/// Words that occur in the names of id columns.
#[rustfmt::skip]
const ID_WORDS: [&str; 28] = [
    "id", "ids", "sku", "nr", "nr.", "no", "no.", "number", "nummer", "num", "code", "ref", "reference", "handle", "slug",
    "article", "artikel", "key", "isbn", "ean", "gtin", "barcode", "mpn", "артикул", "код", "编号", "货号", "号",
];

/// Returns one message for each problem, the most serious first.
pub fn advice(report: &Report) -> Vec<String> {
    let mut advice = Vec::new();
    if report.items > 0 && report.sold_out == report.items {
        let all = if report.items == 1 { "the only item is".into() } else { format!("all {} items are", report.items) };
        let columns = list_columns(report, stock_columns);
        let source = match columns.as_str() {
            "" => String::new(),
            columns => format!(
                " The stock was read from: {columns}. If that is wrong, name the right column with --columns stock=NAME or --columns availability=NAME."
            ),
        };
        advice.push(format!("{all} sold out, and shelves do not show sold-out items, so they stay EMPTY.{source}"));
    }
    let without_id = report.count(ProblemKind::NoId);
    if without_id > 0 {
        let likely = list_columns(report, |feed| columns(feed, |name, _| looks_like_id(name)));
        let example = match (
            likely.split(", ").next().unwrap_or_default(),
            list_columns(report, |feed| columns_for(feed, "title")),
        ) {
            ("", title) => title.split(", ").next().unwrap_or_default().to_owned(),
            (likely, _) => likely.to_owned(),
        };
        let likely = if likely.is_empty() { String::new() } else { format!(" Likely ones: {likely}.") };
        let example = if example.is_empty() { "NAME".to_owned() } else { example };
        advice.push(format!(
            "{without_id} rows have no id and were left out. The columns are: {}.{likely} Name the id column, as in \
             --columns \"id={example}\", or make ids from links or titles with --make-ids link or --make-ids title.",
            list_columns(report, |feed| columns(feed, |_, _| true)),
        ));
    }
    if report.items > 0 && report.linked == 0 {
        advice.push(
            "no item has a link, so clicking a card does nothing. Give the pattern of the shop's product pages, as in --link \
             \"https://shop.example/?p={id}\"."
                .into(),
        );
    }
    advice
}

/// Lists the chosen columns of all feeds, each once, sorted.
fn list_columns(report: &Report, columns: impl Fn(&FeedReport) -> Vec<&str>) -> String {
    let mut all: Vec<&str> = report.feeds.iter().flat_map(columns).collect();
    all.sort_unstable();
    all.dedup();
    let more = if all.len() > MAX_NAMES { ", ..." } else { "" };
    all.truncate(MAX_NAMES);
    all.join(", ") + more
}

/// The columns of a feed whose name and use satisfy `matches`.
fn columns(feed: &FeedReport, matches: impl Fn(&str, &str) -> bool) -> Vec<&str> {
    let chosen = |(name, meaning): &(&String, &String)| !name.is_empty() && matches(name, meaning);
    feed.columns.iter().filter(chosen).map(|(name, _)| name.as_str()).collect()
}

fn columns_for<'f>(feed: &'f FeedReport, field: &str) -> Vec<&'f str> {
    columns(feed, |_, meaning| meaning == field)
}

fn stock_columns(feed: &FeedReport) -> Vec<&str> {
    columns(feed, |name, meaning| {
        let is_custom = meaning.ends_with("-specific")
            && ["inventory", "stock", "qty", "quantity"].iter().any(|word| name.contains(word));
        is_custom || meaning == "stock" || meaning == "availability"
    })
}

fn looks_like_id(name: &str) -> bool {
    let name = normalize_name(name);
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
    fn advice_for_missing_ids_names_columns_and_option() {
        let mut report = report(&[("bestell nr.", ""), ("name", "title"), ("preis", "price")]);
        report.note(ProblemKind::NoId, "feed.csv", 2, "Tea");
        let advice = advice(&report).concat();
        for part in
            ["bestell nr., name, preis", "Likely ones: bestell nr.", "--columns \"id=bestell nr.\"", "--make-ids"]
        {
            assert!(advice.contains(part), "{advice}");
        }
    }

    #[test]
    fn advice_for_an_all_sold_out_shop_names_the_column() {
        let report = Report { items: 24, sold_out: 24, linked: 24, ..report(&[("qty", "stock"), ("cost", "")]) };
        let advice = advice(&report).concat();
        assert!(advice.starts_with("all 24 items are sold out") && advice.contains("read from: qty."), "{advice}");
        assert_eq!(super::advice(&Report { sold_out: 23, ..report }), [""; 0]);
    }
}
