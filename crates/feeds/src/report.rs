//! The problems of the feeds, counted by kind, with the first examples of each; as data and as text for people.
//!
//! Every row is accounted for: it became an item, was folded into one, or was left out for a reason that is counted.
//! Must not know how problems are found.

pub mod advice; // which option helps

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{Format, raw::excerpt, source::encoding::EncodingOrigin};

/// Examples kept for each kind.
const EXAMPLES: usize = 5;
/// Different reasons that are counted separately.
const MAX_REASONS: usize = 30;
/// Columns listed in the text; the JSON lists all.
const MAX_NAMES: usize = 40;

/// What happened to a row with a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The row is not in the catalogue.
    LeftOut,
    /// The item is in the catalogue, with the bad value removed or corrected.
    Changed,
    /// The item is in the catalogue as the feed has it.
    Kept,
    /// Nothing is wrong, but there is less information for recommendations.
    Missing,
}

macro_rules! kinds {
    ($($kind:ident $outcome:ident $text:literal $zh:literal)*) => {
        /// The kinds of problems of a row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum ProblemKind {
            $(#[doc = concat!("Rows that ", $text, ".")] $kind),*
        }

        impl ProblemKind {
            /// All kinds, in the order in which a report lists them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// What happens to a row with this problem.
            pub fn outcome(self) -> Outcome {
                match self { $(Self::$kind => Outcome::$outcome),* }
            }

            /// A description for people, to follow a count: "3 have no id".
            pub fn text(self) -> &'static str {
                match self { $(Self::$kind => $text),* }
            }

            /// The same in Chinese, after "3 行".
            pub fn text_zh(self) -> &'static str {
                match self { $(Self::$kind => $zh),* }
            }
        }
    };
}

kinds! {
    Malformed LeftOut "cannot be read" "无法读取"
    NoId LeftOut "have no id" "没有编号"
    NoTitle LeftOut "have no title in any language" "没有任何语言的标题"
    Unpublished LeftOut "are drafts, archived or hidden in the shop" "在店铺中是草稿、已归档或已隐藏"
    NotProduct LeftOut "are neither products nor posts" "不是商品，也不是文章"
    Duplicate LeftOut "repeat an earlier row" "与前面的某一行重复"
    Contradictory LeftOut "have the id of an earlier row, but different content" "编号与前面的某一行相同，内容却不同"
    IdClash LeftOut "have an id that differs from an earlier one only in white space or invisible characters" "编号与前面的某一行只差空白或不可见字符"
    EmptyTitle Changed "have no title in one of their languages, which is left out" "有一种语言缺标题，该语言已略去"
    PriceUnreadable Changed "have a price that is not a number" "价格不是数字"
    PriceNegative Changed "have a negative price" "价格为负"
    AvailabilityUnknown Changed "have an unknown availability" "供货状态无法识别"
    StockUnreadable Changed "have a stock value that is not a number of pieces" "库存不是数量"
    RatingUnreadable Changed "have an invalid rating" "评分不合理"
    DateUnreadable Changed "have a date in an unknown format" "日期无法理解"
    UnsafeUrl Changed "have a link or picture that is not a web address" "地址不是网址"
    Markup Changed "have markup in the title" "标题中含有标记"
    Invisible Changed "have control, zero-width or direction-changing characters" "含有控制字符、零宽字符或改变文字方向的字符"
    LongText Changed "have a text that is too long and was cut off" "文字过长，已截断"
    NameClash Changed "have an alternative id that another item has too, so it is ignored" "除编号外的某个名称也被另一商品使用：该名称不再指向任何商品"
    ManyValues Changed "have more variants than an attribute can list" "变体多于一个属性所能列出的数量"
    Encoding Changed "are in a different encoding than the rest of the feed" "的编码与全文不同"
    SaleAbovePrice Kept "have a sale price above the price; the price is used" "促销价高于原价，以原价为准"
    ListBelowPrice Kept "have a crossed-out price below the price" "划线价低于售价"
    CurrencyMix Kept "have a different currency than most rows" "货币与多数不同"
    NoCurrency Kept "have a price without a currency; please specify it" "价格没有货币：请注明货币"
    StockContradiction Kept "are marked as out of stock, but have pieces in stock" "标为缺货，却有库存"
    Language Kept "have text in a different language than stated" "文字的语言与所标不符"
    NoDescription Missing "have no description" "没有描述"
    NoPrice Missing "have no price" "没有价格"
    NoImage Missing "have no image" "没有图片"
    NoUrl Missing "have no link" "没有网址"
}

/// The problems of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problems {
    /// The number of rows with this problem.
    pub count: u64,
    /// The first rows with it.
    pub examples: Vec<Example>,
    /// The number of rows by reason, as the feed words it: `draft`, `shop_order`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, u64>,
}

/// One row with a problem.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The name of the feed.
    pub feed: String,
    /// The row number, from 1, as in [`RawRow::row`](crate::RawRow::row).
    pub row: u64,
    /// The id, if there is one, and the bad value.
    pub excerpt: String,
}

/// How one feed was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedReport {
    /// The name of the feed, as given by the caller.
    pub name: String,
    /// The format that the feed was read as.
    pub format: Format,
    /// The name of its encoding in the Encoding Standard, such as `UTF-8` or `GBK`.
    pub encoding: String,
    /// How the encoding was determined.
    #[serde(default)]
    pub encoding_origin: EncodingOrigin,
    /// The size of the feed in bytes, before unpacking.
    pub bytes: u64,
    /// The number of rows read, including those that were left out.
    pub rows: u64,
    /// The language of texts that are too short for detection.
    pub lang: String,
    /// The highest rating on the feed's scale: 5, 10 or 100.
    pub rating_scale: f32,
    /// How each column, key or tag was used; empty if it was left out.
    pub columns: BTreeMap<String, String>,
    /// The columns that were left out, because no feed format defines them and the shop did not name them.
    #[serde(default)]
    pub left_out: Vec<String>,
}

/// The report of an import: what was read, what it became, and the problems.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The feeds, in reading order.
    pub feeds: Vec<FeedReport>,
    /// The number of rows: `items + folded + left_out()`.
    pub rows: u64,
    /// The number of items, all with different ids.
    pub items: u64,
    /// The number of rows folded into the item of another row, as variants of one product.
    pub folded: u64,
    /// The number of items by language.
    pub languages: BTreeMap<String, u64>,
    /// The number of prices by currency; the empty key counts prices without a known currency.
    pub currencies: BTreeMap<String, u64>,
    /// The problems by kind; only kinds that occurred.
    pub problems: BTreeMap<ProblemKind, Problems>,
    /// The number of items that are sold out; the built-in scenes do not show them.
    #[serde(default)]
    pub sold_out: u64,
    /// The number of items with a link.
    #[serde(default)]
    pub linked: u64,
    /// Advice on problems of the whole catalogue, one message each.
    #[serde(default)]
    pub advice: Vec<String>,
}

impl Report {
    /// Counts a problem of `kind` in a row. The first of a kind are kept as examples, shortened to one line.
    pub fn note(&mut self, kind: ProblemKind, feed: &str, row: u64, text: &str) {
        let problems = self.problems.entry(kind).or_default();
        problems.count += 1;
        if problems.examples.len() < EXAMPLES {
            problems.examples.push(Example { feed: feed.to_owned(), row, excerpt: excerpt(text) });
        }
    }

    /// Counts a row of `kind` for a reason. Once there are [`MAX_REASONS`], other reasons are counted together as `others`.
    pub fn count_reason(&mut self, kind: ProblemKind, reason: &str) {
        let reasons = &mut self.problems.entry(kind).or_default().reasons;
        let reason = excerpt(reason);
        let separate = reasons.len() < MAX_REASONS || reasons.contains_key(&reason);
        *reasons.entry(if separate { reason } else { "others".into() }).or_default() += 1;
    }

    /// The number of problems of this kind.
    pub fn count(&self, kind: ProblemKind) -> u64 {
        self.problems.get(&kind).map_or(0, |problems| problems.count)
    }

    /// The number of rows that are not in the catalogue.
    pub fn left_out(&self) -> u64 {
        self.sum(Outcome::LeftOut)
    }

    /// The number of problems, without missing values.
    pub fn problem_count(&self) -> u64 {
        self.sum(Outcome::LeftOut) + self.sum(Outcome::Changed) + self.sum(Outcome::Kept)
    }

    fn sum(&self, outcome: Outcome) -> u64 {
        self.problems.iter().filter(|(kind, _)| kind.outcome() == outcome).map(|(_, problems)| problems.count).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for feed in &self.feeds {
            let origin = feed.encoding_origin.text();
            writeln!(f, "{}: {} rows, {}, {}{origin}", feed.name, feed.rows, feed.format, feed.encoding)?;
            if !feed.left_out.is_empty() {
                let more = feed.left_out.len().saturating_sub(MAX_NAMES);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let names: Vec<_> = feed.left_out.iter().take(MAX_NAMES).map(String::as_str).collect();
                writeln!(f, "  columns left out of the catalogue: {}{more}", names.join(", "))?;
                writeln!(f, "  publish some of them as attributes with --keep-columns NAME,NAME")?;
            }
        }
        let left_out = self.left_out();
        writeln!(
            f,
            "{} rows: {} items, {} folded into them as variants, {left_out} left out",
            self.rows, self.items, self.folded
        )?;
        let titles = [
            (Outcome::LeftOut, "left out"),
            (Outcome::Changed, "kept, with the value removed or corrected"),
            (Outcome::Kept, "kept unchanged"),
            (Outcome::Missing, "missing values"),
        ];
        for (outcome, title) in titles {
            let matching = || self.problems.iter().filter(|(kind, _)| kind.outcome() == outcome);
            if matching().next().is_some() {
                writeln!(f, "{title}:")?;
            }
            for (kind, problems) in matching() {
                let reasons: Vec<String> =
                    problems.reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
                let reasons = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join(", ")) };
                writeln!(f, "  {} {}{reasons}", problems.count, kind.text())?;
                for example in problems.examples.iter().filter(|_| outcome != Outcome::Missing).take(3) {
                    writeln!(f, "    {} row {}: {}", example.feed, example.row, example.excerpt)?;
                }
            }
        }
        self.advice.iter().try_for_each(|advice| writeln!(f, "WARNING: {advice}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_all_problems_and_shows_the_first() {
        let mut report = Report { rows: 9, items: 2, ..Report::default() };
        for row in 1..=7 {
            report.note(ProblemKind::NoId, "feed.csv", row, "\"Tea\"");
        }
        report.note(ProblemKind::NoImage, "feed.csv", 8, "tea");
        let problems = &report.problems[&ProblemKind::NoId];
        assert_eq!((problems.count, problems.examples.len()), (7, EXAMPLES));
        assert_eq!((report.left_out(), report.problem_count()), (7, 7));
        let text = report.to_string();
        assert!(text.contains("9 rows: 2 items") && text.contains("7 have no id") && text.contains("feed.csv row 1"));
        let json = serde_json::to_string(&report).unwrap();
        assert!(json.contains("\"no-id\":{\"count\":7"));
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    }
}
