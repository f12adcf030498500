//! Items in the spool, and the order of their ids. Rows with one id become one: variants are folded, anything else is
//! a duplicate, and the first row stands. Must not know how items are read from a feed.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::names::Names;
use crate::{FeedError, Kind, Report, clean::UNTOLD, variants::fold};
use nearmind_core::catalog::{Aliases, Availability, Item};

/// Written at once.
const BUFFER_BYTES: usize = 256 << 10;

/// What a feed's items still lack until the feed has been read.
#[derive(Debug, Clone)]
pub struct Ends {
    /// Of texts that are too short to tell.
    pub lang: String,
    pub rating_scale: f32,
}

/// Where an item waits.
#[derive(Debug, Clone, Default)]
pub struct Key {
    id: Box<str>,
    /// Which it was to come.
    nth: u32,
    at: u64,
    size: u32,
    /// `u32::MAX` for an item that lacks nothing any more.
    feed: u32,
    row: u64,
    trimmed: bool,
    /// One of the rows of a product with variants, and whether its words are those of the product itself.
    product: Option<bool>,
    sold_out: bool,
    linked: bool,
}

impl Key {
    /// Of an item that is not in the spool yet.
    pub fn new(feed: u32, row: u64, trimmed: bool, product: Option<bool>) -> Self {
        Self { feed, row, trimmed, product, ..Self::default() }
    }

    /// Takes from the item what is counted of all.
    fn look_at(&mut self, item: &Item) {
        self.sold_out = item.availability == Some(Availability::OutOfStock);
        self.linked = !item.url.is_empty();
    }
}

/// Items one after the other, as JSON.
pub struct Spool<S> {
    store: S,
    keys: Vec<Key>,
    names: Names,
    buffer: Vec<u8>,
    written: u64,
}

impl<S: Read + Write + Seek> Spool<S> {
    pub fn new(store: S) -> Self {
        Self { store, keys: Vec::new(), names: Names::default(), buffer: Vec::new(), written: 0 }
    }

    /// How many items wait, of all feeds so far.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// `names` are what else the item is called.
    pub fn push(&mut self, item: &Item, mut key: Key, names: Vec<String>) -> io::Result<()> {
        let (at, size) = self.write(item)?;
        key.look_at(item);
        let nth = self.keys.len() as u32;
        self.keys.push(Key { id: item.id.as_str().into(), nth, at, size, ..key });
        self.names.add(nth, names.into_iter().filter(|name| *name != item.id));
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

/// Clean items, ascending by id, no id twice; as often as they are asked for.
pub struct Items<S> {
    spool: Spool<S>,
    ends: Vec<Ends>,
    aliases: Aliases,
}

impl<S: Read + Write + Seek> Items<S> {
    pub(super) fn new(mut spool: Spool<S>, ends: Vec<Ends>, report: &mut Report) -> Result<Self, FeedError> {
        spool.flush()?;
        let (mut keys, names) = (std::mem::take(&mut spool.keys), std::mem::take(&mut spool.names));
        let mut rows = vec![None; keys.len()];
        keys.sort_by(|a, b| (&a.id, a.feed, a.row).cmp(&(&b.id, b.feed, b.row)));
        let mut items = Self { spool, ends, aliases: Aliases::default() };
        let mut kept: Vec<Key> = Vec::with_capacity(keys.len());
        let mut keys = keys.into_iter().peekable();
        while let Some(mut key) = keys.next() {
            let mut folded: Option<Item> = None;
            let row = Some(kept.len() as u32);
            rows[key.nth as usize] = row;
            while let Some(next) = keys.next_if(|next| next.id == key.id) {
                if items.join(&mut folded, &mut key, &next, report)? {
                    rows[next.nth as usize] = row;
                }
            }
            if let Some(item) = folded {
                (key.at, key.size) = items.spool.write(&item)?;
                key.look_at(&item);
                key.feed = u32::MAX;
            }
            kept.push(key);
        }
        items.spool.flush()?;
        kept.shrink_to_fit();
        let (aliases, clashes) = names.aliases(&rows, |name| kept.binary_search_by(|key| (*key.id).cmp(name)).ok());
        for clash in clashes {
            let (first, second) = (&kept[clash.rows[0] as usize], &kept[clash.rows[1] as usize]);
            let text = format!("{}: {}, {}", clash.name, first.id, second.id);
            let of = report.feeds.get(second.feed as usize).map(|feed| feed.name.clone()).unwrap_or_default();
            report.note(Kind::NameClash, &of, second.row, &text);
        }
        items.aliases = aliases;
        items.spool.keys = kept;
        report.items = items.len() as u64;
        report.sold_out = items.spool.keys.iter().filter(|key| key.sold_out).count() as u64;
        report.linked = items.spool.keys.iter().filter(|key| key.linked).count() as u64;
        report.languages.clear();
        Ok(items)
    }

    /// `next` has the id of `key`, which came before it: whether it is of the same product.
    fn join(
        &mut self,
        folded: &mut Option<Item>,
        key: &mut Key,
        next: &Key,
        report: &mut Report,
    ) -> Result<bool, FeedError> {
        let mut first = match folded.take() {
            Some(item) => item,
            None => self.load(key)?,
        };
        let mut other = self.load(next)?;
        let name = |report: &Report, key: &Key| {
            report.feeds.get(key.feed as usize).map_or_else(String::new, |feed| feed.name.clone())
        };
        let (of, at) = (name(report, next), format!("as {} row {}", name(report, key), key.row));
        if let (Some(by_product), Some(next_by_product)) = (key.product, next.product) {
            report.folded += 1;
            if next_by_product && !by_product {
                std::mem::swap(&mut first, &mut other);
            }
            key.product = Some(by_product || next_by_product);
            if !fold(&mut first, other, by_product || next_by_product) {
                report.note(Kind::ManyValues, &of, next.row, &key.id);
            }
            *folded = Some(first);
            return Ok(true);
        }
        let kind = match () {
            () if key.trimmed || next.trimmed => Kind::IdClash,
            () if first == other => Kind::Duplicate,
            () => Kind::Contradictory,
        };
        report.note(kind, &of, next.row, &format!("{}: {at}", key.id));
        // What was folded before stays so.
        if key.product.is_some() && first.group.is_some() {
            *folded = Some(first);
        }
        Ok(kind == Kind::Duplicate)
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.spool.keys.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.spool.keys.is_empty()
    }

    /// What else the items are called.
    pub fn aliases(&self) -> &Aliases {
        &self.aliases
    }

    /// The shop's own id of the nth item, from 0 in the order of ids.
    pub fn id(&self, nth: usize) -> &str {
        &self.spool.keys[nth].id
    }

    /// The nth item by id.
    pub fn read(&mut self, nth: usize) -> io::Result<Item> {
        let key = self.spool.keys[nth].clone();
        let mut item = self.load(&key)?;
        if key.product.is_some() {
            item.group = None;
        }
        Ok(item)
    }

    /// All items, one by one, ascending by id.
    pub fn iter(&mut self) -> impl Iterator<Item = io::Result<Item>> {
        (0..self.len()).map(|nth| self.read(nth))
    }

    fn load(&mut self, key: &Key) -> io::Result<Item> {
        let mut bytes = vec![0; key.size as usize];
        self.spool.store.seek(SeekFrom::Start(key.at))?;
        self.spool.store.read_exact(&mut bytes)?;
        let mut item: Item = serde_json::from_slice(&bytes).map_err(io::Error::other)?;
        if let Some(ends) = self.ends.get(key.feed as usize) {
            if let Some(words) = item.words.remove(UNTOLD) {
                item.words.entry(ends.lang.clone()).or_insert(words);
            }
            item.rating = item.rating.map(|rating| rating / ends.rating_scale * 5.0);
        }
        Ok(item)
    }
}
