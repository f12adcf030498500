//! Items in the spool, sorted by id. Rows with the same id become one item: variants are folded; any other row is a
//! duplicate, and the first row is used. Must not know how items are read from a feed.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::aliases::AliasBuilder;
use crate::{FeedError, ProblemKind, Report, clean::UNKNOWN_LANG, variants::fold_variant};
use nearmind_core::catalog::{Aliases, Availability, Item};

/// The size at which the buffer is written to the spool.
const BUFFER_BYTES: usize = 256 << 10;

/// Values for the items of a feed that are only known once the whole feed has been read.
#[derive(Debug, Clone)]
pub struct FeedDefaults {
    /// The language of texts that are too short for detection.
    pub lang: String,
    /// The highest rating on the feed's scale: 5, 10 or 100.
    pub rating_scale: f32,
}

/// The position of an item in the spool, and what sorting and counting need to know of it.
#[derive(Debug, Clone, Default)]
pub struct SpoolEntry {
    id: Box<str>,
    /// The order of arrival, from 0.
    nth: u32,
    /// Byte offset in the spool.
    at: u64,
    /// Length in bytes.
    size: u32,
    /// The number of the feed, from 0; `u32::MAX` for an item that needs no [`FeedDefaults`] any more.
    feed: u32,
    row: u64,
    trimmed: bool,
    /// For a row of a product with variants: whether its texts are those of the product itself.
    product: Option<bool>,
    sold_out: bool,
    linked: bool,
}

impl SpoolEntry {
    /// Creates the entry of an item that is not in the spool yet.
    pub fn new(feed: u32, row: u64, trimmed: bool, product: Option<bool>) -> Self {
        Self { feed, row, trimmed, product, ..Self::default() }
    }

    /// Copies from the item what the report counts.
    fn copy_flags(&mut self, item: &Item) {
        self.sold_out = item.availability == Some(Availability::OutOfStock);
        self.linked = !item.url.is_empty();
    }
}

/// A file or buffer of items, one after the other, as JSON.
pub struct Spool<S> {
    store: S,
    entries: Vec<SpoolEntry>,
    aliases: AliasBuilder,
    buffer: Vec<u8>,
    written: u64,
}

impl<S: Read + Write + Seek> Spool<S> {
    pub fn new(store: S) -> Self {
        Self { store, entries: Vec::new(), aliases: AliasBuilder::default(), buffer: Vec::new(), written: 0 }
    }

    /// The number of items written, from all feeds so far.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds an item. `names` are its alternative ids.
    pub fn push(&mut self, item: &Item, mut entry: SpoolEntry, names: Vec<String>) -> io::Result<()> {
        let (at, size) = self.write(item)?;
        entry.copy_flags(item);
        let nth = self.entries.len() as u32;
        self.entries.push(SpoolEntry { id: item.id.as_str().into(), nth, at, size, ..entry });
        self.aliases.add(nth, names.into_iter().filter(|name| *name != item.id));
        Ok(())
    }

    fn write(&mut self, item: &Item) -> io::Result<(u64, u32)> {
        let start = self.buffer.len();
        serde_json::to_writer(&mut self.buffer, item).map_err(io::Error::other)?;
        let place = (self.written + start as u64, (self.buffer.len() - start) as u32);
        if self.buffer.len() >= BUFFER_BYTES {
            self.flush()?;
        }
        Ok(place)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.store.seek(SeekFrom::Start(self.written))?;
        self.store.write_all(&self.buffer)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// Clean items, sorted by unique id. They can be read several times.
pub struct Items<S> {
    spool: Spool<S>,
    defaults: Vec<FeedDefaults>,
    aliases: Aliases,
}

impl<S: Read + Write + Seek> Items<S> {
    pub(super) fn new(
        mut spool: Spool<S>,
        defaults: Vec<FeedDefaults>,
        report: &mut Report,
    ) -> Result<Self, FeedError> {
        spool.flush()?;
        let (mut entries, aliases) = (std::mem::take(&mut spool.entries), std::mem::take(&mut spool.aliases));
        let mut rows = vec![None; entries.len()];
        entries.sort_by(|a, b| (&a.id, a.feed, a.row).cmp(&(&b.id, b.feed, b.row)));
        let mut items = Self { spool, defaults, aliases: Aliases::default() };
        let mut kept: Vec<SpoolEntry> = Vec::with_capacity(entries.len());
        let mut entries = entries.into_iter().peekable();
        while let Some(mut entry) = entries.next() {
            let mut folded: Option<Item> = None;
            let row = Some(kept.len() as u32);
            rows[entry.nth as usize] = row;
            while let Some(next) = entries.next_if(|next| next.id == entry.id) {
                if items.merge(&mut folded, &mut entry, &next, report)? {
                    rows[next.nth as usize] = row;
                }
            }
            if let Some(item) = folded {
                (entry.at, entry.size) = items.spool.write(&item)?;
                entry.copy_flags(&item);
                entry.feed = u32::MAX;
            }
            kept.push(entry);
        }
        items.spool.flush()?;
        kept.shrink_to_fit();
        let (aliases, clashes) = aliases.build(&rows, |name| kept.binary_search_by(|entry| (*entry.id).cmp(name)).ok());
        for clash in clashes {
            let (first, second) = (&kept[clash.rows[0] as usize], &kept[clash.rows[1] as usize]);
            let text = format!("{}: {}, {}", clash.name, first.id, second.id);
            let feed = report.feeds.get(second.feed as usize).map(|feed| feed.name.clone()).unwrap_or_default();
            report.note(ProblemKind::NameClash, &feed, second.row, &text);
        }
        items.aliases = aliases;
        items.spool.entries = kept;
        report.items = items.len() as u64;
        report.sold_out = items.spool.entries.iter().filter(|entry| entry.sold_out).count() as u64;
        report.linked = items.spool.entries.iter().filter(|entry| entry.linked).count() as u64;
        report.languages.clear();
        Ok(items)
    }

    /// Merges `next` into `entry`, an earlier row with the same id. Returns whether both are the same product.
    fn merge(
        &mut self,
        folded: &mut Option<Item>,
        entry: &mut SpoolEntry,
        next: &SpoolEntry,
        report: &mut Report,
    ) -> Result<bool, FeedError> {
        let mut first = match folded.take() {
            Some(item) => item,
            None => self.load(entry)?,
        };
        let mut other = self.load(next)?;
        let name = |report: &Report, entry: &SpoolEntry| {
            report.feeds.get(entry.feed as usize).map_or_else(String::new, |feed| feed.name.clone())
        };
        let (feed, earlier) = (name(report, next), format!("as {} row {}", name(report, entry), entry.row));
        if let (Some(by_product), Some(next_by_product)) = (entry.product, next.product) {
            report.folded += 1;
            if next_by_product && !by_product {
                std::mem::swap(&mut first, &mut other);
            }
            entry.product = Some(by_product || next_by_product);
            if !fold_variant(&mut first, other, by_product || next_by_product) {
                report.note(ProblemKind::ManyValues, &feed, next.row, &entry.id);
            }
            *folded = Some(first);
            return Ok(true);
        }
        let kind = match () {
            () if entry.trimmed || next.trimmed => ProblemKind::IdClash,
            () if first == other => ProblemKind::Duplicate,
            () => ProblemKind::Contradictory,
        };
        report.note(kind, &feed, next.row, &format!("{}: {earlier}", entry.id));
        // Keep what has been folded before.
        if entry.product.is_some() && first.group.is_some() {
            *folded = Some(first);
        }
        Ok(kind == ProblemKind::Duplicate)
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        self.spool.entries.len()
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.spool.entries.is_empty()
    }

    /// The alternative ids of the items.
    pub fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    /// The shop's own id of the nth item, from 0 in id order.
    pub fn id(&self, nth: usize) -> &str {
        &self.spool.entries[nth].id
    }

    /// Reads the nth item, from 0 in id order.
    pub fn read(&mut self, nth: usize) -> io::Result<Item> {
        let entry = self.spool.entries[nth].clone();
        let mut item = self.load(&entry)?;
        if entry.product.is_some() {
            item.group = None;
        }
        Ok(item)
    }

    /// Reads all items, in id order.
    pub fn iter(&mut self) -> impl Iterator<Item = io::Result<Item>> {
        (0..self.len()).map(|nth| self.read(nth))
    }

    fn load(&mut self, entry: &SpoolEntry) -> io::Result<Item> {
        let mut bytes = vec![0; entry.size as usize];
        self.spool.store.seek(SeekFrom::Start(entry.at))?;
        self.spool.store.read_exact(&mut bytes)?;
        let mut item: Item = serde_json::from_slice(&bytes).map_err(io::Error::other)?;
        if let Some(defaults) = self.defaults.get(entry.feed as usize) {
            if let Some(words) = item.words.remove(UNKNOWN_LANG) {
                item.words.entry(defaults.lang.clone()).or_insert(words);
            }
            item.rating = item.rating.map(|rating| rating / defaults.rating_scale * 5.0);
        }
        Ok(item)
    }
}
