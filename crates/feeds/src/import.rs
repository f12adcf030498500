//! The whole import: reads feeds, cleans their rows, folds variants, and yields items sorted by unique id.
//!
//! Items are written to a spool (a temporary file, or memory in a page); only their ids and positions stay in memory here.
//! Must not know where bytes come from.

mod items; //   the spool, and the items in the order of their ids
mod aliases; // other names of the items

use std::{
    collections::BTreeMap,
    io::{self, Read, Seek, Write},
};

pub use items::Items;
use items::{FeedDefaults, Spool, SpoolEntry};

use super::{
    Bytes, ColumnMap, FeedError, FeedReader, Format, ProblemKind, RawRow, Report, SitePage, Variants,
    clean::{CleanRow, Cleaner, Problem, UNKNOWN_LANG, ids::IdSource, link::LinkPattern},
    raw::{Exclusion, Field, RowError},
    report::{Example, FeedReport, Problems, advice::advice},
    source::encoding::{EncodingLabel, EncodingOrigin},
    variants::fold_variant,
};
use nearmind_core::catalog::Item;

/// How feeds are read. The default detects format, encoding and language, and folds variants.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The format; detected if `None`.
    pub format: Option<Format>,
    /// The encoding; detected if `None`.
    pub encoding: Option<EncodingLabel>,
    /// The shop's own mapping of columns; it takes precedence over the built-in names.
    pub columns: ColumnMap,
    /// Whether the variants of a product become one item or one item each.
    pub variants: Variants,
    /// The currency of prices that do not name one, as an ISO 4217 code.
    pub currency: Option<String>,
    /// The language of texts that are too short for detection, as a primary subtag such as `en`.
    pub lang: Option<String>,
    /// The pattern that makes links for rows without one.
    pub link: Option<LinkPattern>,
    /// What to make ids from, for rows without one.
    pub make_ids: Option<IdSource>,
}

/// The progress of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Bytes read from the current feed, before unpacking.
    pub bytes: u64,
    /// Rows read from all feeds.
    pub rows: u64,
}

/// Rows between two progress callbacks.
const PROGRESS_ROWS: usize = 1000;

/// Reads feeds into a spool, one feed after the other.
pub struct Import<'a, S> {
    options: Options,
    cleaner: Cleaner,
    spool: Spool<S>,
    report: Report,
    defaults: Vec<FeedDefaults>,
    /// The feed being read, its report, and its statistics so far.
    feed: Option<(FeedReader<'a>, FeedReport, FeedStats)>,
    /// The product whose variants are being folded, because they follow each other in the feed.
    pending: Option<PendingItem>,
    problems: Vec<Problem>,
}

/// Statistics of a feed, collected while it is read.
#[derive(Default)]
struct FeedStats {
    best_rating: f32,
    /// The number of items by language of their text.
    languages: BTreeMap<String, u64>,
    /// The number of rows by currency, with the first row of each.
    currencies: BTreeMap<String, (u64, Example)>,
}

impl FeedStats {
    /// Counts an item from a row of the feed.
    fn add_item(&mut self, item: &Item, feed: &str, row: u64) {
        self.best_rating = self.best_rating.max(item.rating.unwrap_or(0.0));
        if item.price.is_some() {
            let example = || Example { feed: feed.to_owned(), row, excerpt: item.currency.clone() };
            self.currencies.entry(item.currency.clone()).or_insert_with(|| (0, example())).0 += 1;
        }
        for lang in item.words.keys() {
            *self.languages.entry(lang.clone()).or_default() += 1;
        }
    }
}

/// An item whose further variants may still follow in the feed.
struct PendingItem {
    item: Item,
    row: u64,
    trimmed: bool,
    names: Vec<String>,
    /// The texts are those of the product itself, not of a variant.
    by_product: bool,
    /// The report already says that it has more values than are listed.
    reported: bool,
}

impl<'a, S: Read + Write + Seek> Import<'a, S> {
    /// Creates an import without items. `spool` is an empty file or buffer that the items are written to.
    pub fn new(mut options: Options, spool: S) -> Self {
        if let Some(link) = &options.link {
            link.columns().for_each(|column| options.columns.add_link_part(column));
        }
        let cleaner = Cleaner::new(options.clone());
        let (report, defaults) = (Report::default(), Vec::new());
        Self {
            options,
            cleaner,
            spool: Spool::new(spool),
            report,
            defaults,
            feed: None,
            pending: None,
            problems: Vec::new(),
        }
    }

    /// Reads a feed to its end. `name` is used in messages and the report.
    pub fn read_feed(
        &mut self,
        name: &str,
        reader: Bytes<'a>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), FeedError> {
        self.open(name, reader)?;
        while let Some(current) = self.step(PROGRESS_ROWS)? {
            progress(current);
        }
        Ok(())
    }

    /// Opens a feed, which [`Import::step`] then reads in steps.
    pub fn open(&mut self, name: &str, reader: Bytes<'a>) -> Result<(), FeedError> {
        let feed = FeedReader::open(name, reader, self.options.format, self.options.encoding, &self.options.columns)?;
        self.begin(name, feed);
        Ok(())
    }

    /// Opens a site, whose pages [`Import::step`] then reads in steps.
    pub fn open_site(&mut self, name: &str, pages: impl Iterator<Item = io::Result<SitePage>> + 'a) {
        self.begin(name, FeedReader::open_site(name, pages));
    }

    fn begin(&mut self, name: &str, feed: FeedReader<'a>) {
        let report = FeedReport {
            name: name.to_owned(),
            format: feed.format,
            encoding: String::new(),
            encoding_origin: EncodingOrigin::default(),
            bytes: 0,
            rows: 0,
            lang: String::new(),
            rating_scale: 5.0,
            columns: BTreeMap::new(),
            left_out: Vec::new(),
        };
        self.feed = Some((feed, report, FeedStats::default()));
    }

    /// Reads up to `rows` rows. Returns `None` when the feed has ended.
    pub fn step(&mut self, rows: usize) -> Result<Option<Progress>, FeedError> {
        for _ in 0..rows {
            let Some((feed, report, _)) = &mut self.feed else { return Ok(None) };
            match feed.next() {
                Some(row) => {
                    report.rows += 1;
                    self.report.rows += 1;
                    self.add_row(row?)?;
                }
                None => {
                    self.finish_feed()?;
                    return Ok(None);
                }
            }
        }
        let bytes = self.feed.as_ref().map_or(0, |(feed, ..)| feed.bytes());
        Ok(Some(Progress { bytes, rows: self.report.rows }))
    }

    /// The number of items in the spool. Once duplicates are removed and variants are folded there may be fewer.
    pub fn spooled_items(&self) -> usize {
        self.spool.len()
    }

    fn add_row(&mut self, row: Result<RawRow, RowError>) -> Result<(), FeedError> {
        let Some((_, FeedReport { name, .. }, stats)) = &mut self.feed else { return Ok(()) };
        let raw = match row {
            Ok(raw) => raw,
            Err(RowError { row, why, excerpt }) => {
                self.report.note(ProblemKind::Malformed, name, row, &format!("{why}: {excerpt}"));
                return Ok(());
            }
        };
        if let Some(exclusion) = &raw.exclusion {
            let (kind, reason) = match exclusion {
                Exclusion::Unpublished(reason) => (ProblemKind::Unpublished, reason),
                Exclusion::NotProduct(reason) => (ProblemKind::NotProduct, reason),
            };
            self.report.note(kind, name, raw.row, &format!("{}: {reason}", &raw[Field::Id]));
            self.report.count_reason(kind, reason);
            return Ok(());
        }
        let cleaned = self.cleaner.clean(&raw, &mut self.problems);
        for problem in self.problems.drain(..) {
            self.report.note(problem.kind, name, raw.row, &problem.text);
        }
        let Some(CleanRow { mut item, trimmed, mut names, group_names, group_image }) = cleaned else { return Ok(()) };
        stats.add_item(&item, name, raw.row);
        let Some(group) = item.group.clone().filter(|_| self.options.variants == Variants::Fold) else {
            self.flush()?;
            return self.spool_item(PendingItem {
                item,
                row: raw.row,
                trimmed,
                names,
                by_product: true,
                reported: false,
            });
        };
        // The row of the product itself, among the rows of its variants.
        let by_product = item.id == group;
        item.id = group;
        if !group_image.is_empty() {
            item.image = group_image;
        }
        names.extend(group_names);
        match &mut self.pending {
            Some(pending) if pending.item.id == item.id => {
                if by_product && !pending.by_product {
                    std::mem::swap(&mut pending.item, &mut item);
                    pending.by_product = true;
                }
                self.report.folded += 1;
                pending.names.extend(names);
                if !fold_variant(&mut pending.item, item, pending.by_product) && !pending.reported {
                    pending.reported = true;
                    self.report.note(ProblemKind::ManyValues, name, raw.row, &pending.item.id);
                }
            }
            _ => {
                self.flush()?;
                self.pending = Some(PendingItem { item, row: raw.row, trimmed, names, by_product, reported: false });
            }
        }
        Ok(())
    }

    /// Writes the pending item to the spool.
    fn flush(&mut self) -> Result<(), FeedError> {
        match self.pending.take() {
            Some(pending) => self.spool_item(pending),
            None => Ok(()),
        }
    }

    fn spool_item(
        &mut self,
        PendingItem { item, row, trimmed, names, by_product, .. }: PendingItem,
    ) -> Result<(), FeedError> {
        let product = self.options.variants == Variants::Fold && item.group.is_some();
        self.spool.push(
            &item,
            SpoolEntry::new(self.defaults.len() as u32, row, trimmed, product.then_some(by_product)),
            names,
        )?;
        Ok(())
    }

    /// Completes the report of a feed that was read to its end.
    fn finish_feed(&mut self) -> Result<(), FeedError> {
        self.flush()?;
        let Some((feed, mut report, stats)) = self.feed.take() else { return Ok(()) };
        if report.rows == 0 {
            let why = format!("it was read as {}; if that is wrong, name the format with --format", report.format);
            return Err(FeedError::NoProducts { feed: report.name, why });
        }
        let most = stats.languages.iter().filter(|(lang, _)| *lang != UNKNOWN_LANG).max_by_key(|(_, count)| **count);
        report.lang = [feed.lang(), self.options.lang.clone(), most.map(|(lang, _)| lang.clone())]
            .into_iter()
            .flatten()
            .next()
            .unwrap_or_else(|| "en".into());
        report.rating_scale = [5.0, 10.0].into_iter().find(|best| stats.best_rating <= *best).unwrap_or(100.0);
        report.bytes = feed.bytes();
        report.encoding = feed.state().encoding.get().to_owned();
        report.encoding_origin = feed.state().origin.get();
        report.columns = feed.column_uses();
        let left_out = report.columns.iter().filter(|(column, meaning)| meaning.is_empty() && !column.is_empty());
        report.left_out = left_out.map(|(column, _)| column.clone()).collect();
        let misencoded = feed.state().misencoded_lines.get();
        if misencoded > 0 {
            let example = |(row, excerpt): &(u64, String)| Example {
                feed: report.name.clone(),
                row: *row,
                excerpt: excerpt.clone(),
            };
            let problems: &mut Problems = self.report.problems.entry(ProblemKind::Encoding).or_default();
            problems.count += misencoded;
            problems.examples.extend(feed.state().misencoded_examples.borrow().iter().map(example));
        }
        let most = stats.currencies.iter().max_by_key(|(_, (count, _))| *count).map(|(currency, _)| currency.clone());
        for (currency, (count, example)) in stats.currencies {
            *self.report.currencies.entry(currency.clone()).or_default() += count;
            if Some(&currency) != most.as_ref() && !currency.is_empty() {
                let problems = self.report.problems.entry(ProblemKind::CurrencyMix).or_default();
                problems.count += count;
                problems.examples.push(example);
            }
        }
        self.defaults.push(FeedDefaults { lang: report.lang.clone(), rating_scale: report.rating_scale });
        self.report.feeds.push(report);
        Ok(())
    }

    /// Returns all items, sorted by id, and the report.
    pub fn finish(mut self) -> Result<(Items<S>, Report), FeedError> {
        self.finish_feed()?;
        let items = Items::new(self.spool, self.defaults, &mut self.report)?;
        self.report.advice = advice(&self.report);
        Ok((items, self.report))
    }
}
