//! Feeds to items, the whole way: read, cleaned, variants folded, sorted by id, no id twice.
//!
//! Items wait in a spool (a temporary file, or memory in a page); only ids and places stay here. Must not know where
//! bytes come from.

mod items; // what waits in the spool, by id
mod names; // what else the items are called

use std::{
    collections::BTreeMap,
    io::{Read, Seek, Write},
};

pub use items::Items;
use items::{Ends, Key, Spool};

use super::{
    Bytes, Columns, Feed, FeedError, Format, Kind, Raw, Report, Variants,
    clean::{Cleaned, Cleaner, Note, UNTOLD, ids::MakeIds, link::LinkPattern},
    raw::{Field, Unread, Withheld},
    report::{Example, FeedReport, Problems, advice::advice},
    source::encoding::{Label, Origin},
    variants::fold,
};
use nearmind_core::catalog::Item;

/// How feeds are read. The default recognises what it can, and folds variants.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Recognised where it is not named.
    pub format: Option<Format>,
    /// Recognised where it is not named.
    pub encoding: Option<Label>,
    /// What the shop says its columns mean; it comes before what is known of columns in general.
    pub columns: Columns,
    /// Whether the variants of a product become one item, or one item each.
    pub variants: Variants,
    /// ISO 4217, for prices that name none.
    pub currency: Option<String>,
    /// Primary subtag, for texts that are too short to tell.
    pub lang: Option<String>,
    /// For rows without a link.
    pub link: Option<LinkPattern>,
    /// For rows without an id.
    pub make_ids: Option<MakeIds>,
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Of the current feed, as it comes.
    pub bytes: u64,
    /// Of all feeds.
    pub rows: u64,
}

/// Rows between two words of progress.
const STRIDE: usize = 1000;

/// Feeds that are being read into a spool, one feed after the other.
pub struct Import<'a, S> {
    options: Options,
    cleaner: Cleaner,
    spool: Spool<S>,
    report: Report,
    ends: Vec<Ends>,
    /// The feed that is being read, and what is known of it so far.
    feed: Option<(Feed<'a>, FeedReport, Known)>,
    /// The product whose variants follow each other.
    pending: Option<Pending>,
    notes: Vec<Note>,
}

/// What becomes known as a feed is read.
#[derive(Default)]
struct Known {
    best_rating: f32,
    /// Items by the language of their text.
    languages: BTreeMap<String, u64>,
    /// Rows by currency, with the first of each.
    currencies: BTreeMap<String, (u64, Example)>,
}

struct Pending {
    item: Item,
    row: u64,
    trimmed: bool,
    names: Vec<String>,
    /// Its words are those of the product, not of a variant.
    by_product: bool,
    /// It has more values than are listed; said once.
    told: bool,
}

impl<'a, S: Read + Write + Seek> Import<'a, S> {
    /// An import without items yet. `spool` is an empty file or buffer, where the items wait.
    pub fn new(mut options: Options, spool: S) -> Self {
        if let Some(link) = &options.link {
            link.columns().for_each(|column| options.columns.add_link_part(column));
        }
        let cleaner = Cleaner::new(options.clone());
        let (report, ends) = (Report::default(), Vec::new());
        Self { options, cleaner, spool: Spool::new(spool), report, ends, feed: None, pending: None, notes: Vec::new() }
    }

    /// Reads a feed to its end. `name` is for messages and the report.
    pub fn feed(&mut self, name: &str, reader: Bytes<'a>, progress: &mut dyn FnMut(Progress)) -> Result<(), FeedError> {
        self.begin(name, reader)?;
        while let Some(now) = self.step(STRIDE)? {
            progress(now);
        }
        Ok(())
    }

    /// Opens a feed that [`Import::step`] then reads piece by piece.
    pub fn begin(&mut self, name: &str, reader: Bytes<'a>) -> Result<(), FeedError> {
        let feed = Feed::open(name, reader, self.options.format, self.options.encoding, &self.options.columns)?;
        let report = FeedReport {
            name: name.to_owned(),
            format: feed.format,
            encoding: String::new(),
            encoding_origin: Origin::default(),
            bytes: 0,
            rows: 0,
            lang: String::new(),
            rating_scale: 5.0,
            columns: BTreeMap::new(),
            left_out: Vec::new(),
        };
        self.feed = Some((feed, report, Known::default()));
        Ok(())
    }

    /// Reads so many rows; `None` when the feed has ended.
    pub fn step(&mut self, rows: usize) -> Result<Option<Progress>, FeedError> {
        for _ in 0..rows {
            let Some((feed, report, _)) = &mut self.feed else { return Ok(None) };
            match feed.next() {
                Some(row) => {
                    report.rows += 1;
                    self.report.rows += 1;
                    self.row(row?)?;
                }
                None => {
                    self.end()?;
                    return Ok(None);
                }
            }
        }
        let bytes = self.feed.as_ref().map_or(0, |(feed, ..)| feed.bytes());
        Ok(Some(Progress { bytes, rows: self.report.rows }))
    }

    /// Items that wait for the feed's end: at least as many as there will be.
    pub fn waiting(&self) -> usize {
        self.spool.len()
    }

    fn row(&mut self, row: Result<Raw, Unread>) -> Result<(), FeedError> {
        let Some((_, FeedReport { name, .. }, known)) = &mut self.feed else { return Ok(()) };
        let raw = match row {
            Ok(raw) => raw,
            Err(Unread { row, why, excerpt }) => {
                self.report.note(Kind::Malformed, name, row, &format!("{why}: {excerpt}"));
                return Ok(());
            }
        };
        if let Some(withheld) = &raw.withheld {
            let (kind, reason) = match withheld {
                Withheld::Unpublished(reason) => (Kind::Unpublished, reason),
                Withheld::NotProduct(reason) => (Kind::NotProduct, reason),
            };
            self.report.note(kind, name, raw.row, &format!("{}: {reason}", &raw[Field::Id]));
            self.report.reason(kind, reason);
            return Ok(());
        }
        let cleaned = self.cleaner.clean(&raw, &mut self.notes);
        for note in self.notes.drain(..) {
            self.report.note(note.kind, name, raw.row, &note.text);
        }
        let Some(Cleaned { mut item, trimmed, mut names, group_names, group_image }) = cleaned else { return Ok(()) };
        known.best_rating = known.best_rating.max(item.rating.unwrap_or(0.0));
        if item.price.is_some() {
            let example = || Example { feed: name.clone(), row: raw.row, excerpt: item.currency.clone() };
            known.currencies.entry(item.currency.clone()).or_insert_with(|| (0, example())).0 += 1;
        }
        for lang in item.words.keys() {
            *known.languages.entry(lang.clone()).or_default() += 1;
        }
        let Some(group) = item.group.clone().filter(|_| self.options.variants == Variants::Fold) else {
            self.flush()?;
            return self.keep(Pending { item, row: raw.row, trimmed, names, by_product: true, told: false });
        };
        // A row for the product itself, among those of its variants.
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
                if !fold(&mut pending.item, item, pending.by_product) && !pending.told {
                    pending.told = true;
                    self.report.note(Kind::ManyValues, name, raw.row, &pending.item.id);
                }
            }
            _ => {
                self.flush()?;
                self.pending = Some(Pending { item, row: raw.row, trimmed, names, by_product, told: false });
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), FeedError> {
        match self.pending.take() {
            Some(pending) => self.keep(pending),
            None => Ok(()),
        }
    }

    fn keep(&mut self, Pending { item, row, trimmed, names, by_product, .. }: Pending) -> Result<(), FeedError> {
        let product = self.options.variants == Variants::Fold && item.group.is_some();
        self.spool.push(&item, Key::new(self.ends.len() as u32, row, trimmed, product.then_some(by_product)), names)?;
        Ok(())
    }

    /// The feed has ended: what could not be known before is.
    fn end(&mut self) -> Result<(), FeedError> {
        self.flush()?;
        let Some((feed, mut report, known)) = self.feed.take() else { return Ok(()) };
        if report.rows == 0 {
            let why = format!("read as {}; name the right format with --format", report.format);
            return Err(FeedError::NoProducts { feed: report.name, why });
        }
        let most = known.languages.iter().filter(|(lang, _)| *lang != UNTOLD).max_by_key(|(_, count)| **count);
        report.lang = [feed.lang(), self.options.lang.clone(), most.map(|(lang, _)| lang.clone())]
            .into_iter()
            .flatten()
            .next()
            .unwrap_or_else(|| "en".into());
        report.rating_scale = [5.0, 10.0].into_iter().find(|best| known.best_rating <= *best).unwrap_or(100.0);
        report.bytes = feed.bytes();
        report.encoding = feed.shared().encoding.get().to_owned();
        report.encoding_origin = feed.shared().origin.get();
        report.columns = feed.used();
        let left_out = report.columns.iter().filter(|(column, meaning)| meaning.is_empty() && !column.is_empty());
        report.left_out = left_out.map(|(column, _)| column.clone()).collect();
        let strange = feed.shared().strange_lines.get();
        if strange > 0 {
            let example = |(row, excerpt): &(u64, String)| Example {
                feed: report.name.clone(),
                row: *row,
                excerpt: excerpt.clone(),
            };
            let problems: &mut Problems = self.report.problems.entry(Kind::Encoding).or_default();
            problems.count += strange;
            problems.examples.extend(feed.shared().strange.borrow().iter().map(example));
        }
        let most = known.currencies.iter().max_by_key(|(_, (count, _))| *count).map(|(currency, _)| currency.clone());
        for (currency, (count, example)) in known.currencies {
            *self.report.currencies.entry(currency.clone()).or_default() += count;
            if Some(&currency) != most.as_ref() && !currency.is_empty() {
                let problems = self.report.problems.entry(Kind::CurrencyMix).or_default();
                problems.count += count;
                problems.examples.push(example);
            }
        }
        self.ends.push(Ends { lang: report.lang.clone(), rating_scale: report.rating_scale });
        self.report.feeds.push(report);
        Ok(())
    }

    /// All items, ascending by id, and the report.
    pub fn finish(mut self) -> Result<(Items<S>, Report), FeedError> {
        self.end()?;
        let items = Items::new(self.spool, self.ends, &mut self.report)?;
        self.report.advice = advice(&self.report);
        Ok((items, self.report))
    }
}
