//! What was wrong with the feeds, counted by kind with the first examples, as data and for people.
//!
//! Every row is accounted for: it is an item, was folded into one, or was left out for a reason that is counted.
//! Must not know how anything is found.

pub mod advice; // what helps

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{Format, raw::excerpt, source::encoding::Origin};

/// Examples that are kept of each kind.
const EXAMPLES: usize = 5;
/// Different reasons that are counted each by itself.
const MOST_REASONS: usize = 30;
/// Columns that the text names; the data names all.
const MOST_NAMES: usize = 40;

/// What became of a row that a problem was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The row is not in the catalogue.
    LeftOut,
    /// The item is there, without the value that is wrong or with a corrected one.
    Changed,
    /// The item is there as the feed has it.
    Kept,
    /// Nothing is wrong, but there is less to recommend the item by.
    Missing,
}

macro_rules! kinds {
    ($($kind:ident $outcome:ident $text:literal $zh:literal)*) => {
        /// What can be wrong with a row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind {
            $(#[doc = concat!("Rows that ", $text, ".")] $kind),*
        }

        impl Kind {
            /// All kinds, in the order in which a report lists them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// What becomes of a row with this problem.
            pub fn outcome(self) -> Outcome {
                match self { $(Self::$kind => Outcome::$outcome),* }
            }

            /// For people, after a count: "3 rows ...".
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
    NotProduct LeftOut "are no products and no posts" "不是商品，也不是文章"
    Duplicate LeftOut "repeat an earlier row" "与前面的某一行重复"
    Contradictory LeftOut "have an earlier row's id, but not its content" "编号与前面的某一行相同，内容却不同"
    IdClash LeftOut "have an id that differs from an earlier one only in white space or invisible characters" "编号与前面的某一行只差空白或不可见字符"
    EmptyTitle Changed "have no title in one of the languages, which is left out" "有一种语言缺标题，该语言已略去"
    PriceUnreadable Changed "have a price that is no number" "价格不是数字"
    PriceNegative Changed "have a negative price" "价格为负"
    AvailabilityUnknown Changed "have an availability that is not known" "供货状态无法识别"
    StockUnreadable Changed "have a stock that is no count" "库存不是数量"
    RatingUnreadable Changed "have a rating that cannot be" "评分不合理"
    DateUnreadable Changed "have a date that is not understood" "日期无法理解"
    UnsafeUrl Changed "have an address that is no web address" "地址不是网址"
    Markup Changed "have markup in the title" "标题中含有标记"
    Invisible Changed "have control, zero-width or direction-changing characters" "含有控制字符、零宽字符或改变文字方向的字符"
    LongText Changed "have a text that is cut off" "文字过长，已截断"
    NameClash Changed "have a name besides their id that another item has too: it finds neither" "除编号外的某个名称也被另一商品使用：该名称不再指向任何商品"
    ManyValues Changed "have more variants than an attribute lists" "变体多于一个属性所能列出的数量"
    Encoding Changed "are in another encoding than the feed" "的编码与全文不同"
    SaleAbovePrice Kept "have a sale price above the price, which stands" "促销价高于原价，以原价为准"
    ListBelowPrice Kept "have a crossed-out price below the price" "划线价低于售价"
    CurrencyMix Kept "have another currency than most" "货币与多数不同"
    NoCurrency Kept "have a price without a currency: name the currency" "价格没有货币：请注明货币"
    StockContradiction Kept "are out of stock with pieces in stock" "标为缺货，却有库存"
    Language Kept "have words in another language than stated" "文字的语言与所标不符"
    NoDescription Missing "have no description" "没有描述"
    NoPrice Missing "have no price" "没有价格"
    NoImage Missing "have no image" "没有图片"
    NoUrl Missing "have no address" "没有网址"
}

/// The problems of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problems {
    /// How many rows have it.
    pub count: u64,
    /// The first ones.
    pub examples: Vec<Example>,
    /// How many there are for each reason that the feed gives, as it words it: `draft`, `shop_order`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, u64>,
}

/// One row in which a problem was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The name of the feed.
    pub feed: String,
    /// From 1: the line of a file of lines, the row of a table as a spreadsheet counts, else the nth product.
    pub row: u64,
    /// The id, where there is one, and what was found.
    pub excerpt: String,
}

/// How one feed was understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedReport {
    /// The name of the feed, as the caller gave it.
    pub name: String,
    /// The format that it was read as.
    pub format: Format,
    /// The name of its encoding by the Encoding Standard, such as `UTF-8` or `GBK`.
    pub encoding: String,
    /// How that is known.
    #[serde(default)]
    pub encoding_origin: Origin,
    /// As it comes, before unpacking.
    pub bytes: u64,
    /// Rows that were read, those that are left out among them.
    pub rows: u64,
    /// Of texts that are too short to tell.
    pub lang: String,
    /// The best rating that the feed's ratings go up to.
    pub rating_scale: f32,
    /// What each column, key or tag was taken for; empty where it was left out.
    pub columns: BTreeMap<String, String>,
    /// The columns that are in no item, because nobody said that they describe a product.
    #[serde(default)]
    pub left_out: Vec<String>,
}

/// What was read, what became of it, and what was wrong.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The feeds, in the order in which they were read.
    pub feeds: Vec<FeedReport>,
    /// Rows = items + folded + those left out.
    pub rows: u64,
    /// Items in the end, no id twice.
    pub items: u64,
    /// Rows that became part of another row's item: variants of one product.
    pub folded: u64,
    /// Items by language.
    pub languages: BTreeMap<String, u64>,
    /// Prices by currency; the empty one is not known.
    pub currencies: BTreeMap<String, u64>,
    /// Only the kinds that were found.
    pub problems: BTreeMap<Kind, Problems>,
    /// Items that are not to be had: the built-in scenes do not show them.
    #[serde(default)]
    pub sold_out: u64,
    /// Items with an address.
    #[serde(default)]
    pub linked: u64,
    /// What to do about what is wrong with all of it, a sentence each.
    #[serde(default)]
    pub advice: Vec<String>,
}

impl Report {
    /// Counts one more row of `kind`; the first of a kind are kept as examples, shortened to one line.
    pub fn note(&mut self, kind: Kind, feed: &str, row: u64, text: &str) {
        let problems = self.problems.entry(kind).or_default();
        problems.count += 1;
        if problems.examples.len() < EXAMPLES {
            problems.examples.push(Example { feed: feed.to_owned(), row, excerpt: excerpt(text) });
        }
    }

    /// Counts one more row of `kind` for a reason; those beyond [`MOST_REASONS`] are counted together.
    pub fn reason(&mut self, kind: Kind, reason: &str) {
        let reasons = &mut self.problems.entry(kind).or_default().reasons;
        let reason = excerpt(reason);
        let known = reasons.len() < MOST_REASONS || reasons.contains_key(&reason);
        *reasons.entry(if known { reason } else { "others".into() }).or_default() += 1;
    }

    /// How many problems of this kind there are.
    pub fn count(&self, kind: Kind) -> u64 {
        self.problems.get(&kind).map_or(0, |problems| problems.count)
    }

    /// How many rows are not in the catalogue.
    pub fn left_out(&self) -> u64 {
        self.sum(Outcome::LeftOut)
    }

    /// Everything but what is merely missing.
    pub fn wrong(&self) -> u64 {
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
                let more = feed.left_out.len().saturating_sub(MOST_NAMES);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let names: Vec<_> = feed.left_out.iter().take(MOST_NAMES).map(String::as_str).collect();
                writeln!(f, "  columns left out of the catalogue: {}{more}", names.join(", "))?;
                writeln!(f, "  to publish some of them as attributes: --keep-columns NAME,NAME")?;
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
            (Outcome::Changed, "kept without it, or corrected"),
            (Outcome::Kept, "kept as they are"),
            (Outcome::Missing, "missing"),
        ];
        for (outcome, title) in titles {
            let of_it = || self.problems.iter().filter(|(kind, _)| kind.outcome() == outcome);
            if of_it().next().is_some() {
                writeln!(f, "{title}:")?;
            }
            for (kind, problems) in of_it() {
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
    fn a_report_counts_all_and_shows_the_first() {
        let mut report = Report { rows: 9, items: 2, ..Report::default() };
        for row in 1..=7 {
            report.note(Kind::NoId, "feed.csv", row, "\"Tea\"");
        }
        report.note(Kind::NoImage, "feed.csv", 8, "tea");
        let problems = &report.problems[&Kind::NoId];
        assert_eq!((problems.count, problems.examples.len()), (7, EXAMPLES));
        assert_eq!((report.left_out(), report.wrong()), (7, 7));
        let text = report.to_string();
        assert!(text.contains("9 rows: 2 items") && text.contains("7 have no id") && text.contains("feed.csv row 1"));
        let json = serde_json::to_string(&report).unwrap();
        assert!(json.contains("\"no-id\":{\"count\":7"));
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    }
}
