//! The pack's items, column by column: what is alike lies together, and compresses to little.
//!
//! ```text
//! items    8 bytes   "NMITEM02"
//!          varint    N, items; then a block a column, in this order, and last the pool
//!          id        string that begins like the one before; ascending
//!          url       string that begins like the one before
//!          image     string that begins like the one before
//!          languages varint how many, then each, ascending: pooled
//!          category  of each language: varint steps, each pooled
//!          brand     pooled
//!          price     decimal
//!          currency  pooled
//!          stock     byte 0 not known, 1 in stock, 2 out of stock, 3 preorder; varint pieces + 1, or 0
//!          rating    decimal; varint ratings + 1, or 0
//!          date      varint 0 not known, else 1 + zigzag of the days since 1970
//!          group     byte 0 none, 1 some, then pooled
//!          tags      varint how many, each pooled
//!          attribute varint how many, then each, names ascending: name pooled, value pooled
//!          pool      varint K, then K strings of at most 255 bytes, in the order of their first use
//!
//! pooled   varint 0 and a string, or 1 + its place in the pool
//! decimal  varint 0 not known; else 1 + (digits * 8 + places), places 0..6: digits / 10^places; places 7: an f64 follows
//! ```
//!
//! Titles and descriptions are in the texts' file. A column in which nothing is known is an empty block. Blocks, strings
//! and numbers are those of `bytes.rs`. No byte stands for more than 255 in memory besides the items' own size.

mod write;

use std::array;

pub use write::ItemsWriter;

use crate::{
    bytes::{DecodeError, MAX_SHARED_PREFIX, Reader},
    catalog::Availability,
    text::Strings,
};

const MAGIC: &[u8; 8] = b"NMITEM02";
const MOST_POOLED: usize = 255;
const RAW: u64 = 7;
const POWERS: [f64; 7] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

/// Columns in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    Url,
    Image,
    Languages,
    Category,
    Brand,
    Price,
    Currency,
    Stock,
    Rating,
    Date,
    Group,
    Tags,
    Attribute,
}

const COLUMNS: usize = Column::Attribute as usize + 1;

use Column::{Attribute, Brand, Category, Currency, Date, Group, Image, Languages, Price, Rating, Stock, Tags, Url};

/// Those whose rows are read by themselves: not strings that begin like the one before.
const PLAIN: [Column; COLUMNS - 3] =
    [Languages, Category, Brand, Price, Currency, Stock, Rating, Date, Group, Tags, Attribute];

/// The file as it came, read through once, and where each row begins in each column: what is asked of a row is read then.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    bytes: Vec<u8>,
    /// Where each string of the pool begins. `[K]`
    pool: Vec<u32>,
    /// `[N]`
    ids: Strings,
    url: Signposts,
    image: Signposts,
    /// Where each row begins. `[N]` of each plain column, or none where nothing is known
    rows: [Vec<u32>; COLUMNS],
}

/// The rest follows from the bytes.
impl PartialEq for Columns {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

/// Reads through the file once: what a [`Columns`] has can be read. `bytes` become its.
pub fn read(bytes: Vec<u8>) -> Result<Columns, DecodeError> {
    if u32::try_from(bytes.len()).is_err() {
        return Err(DecodeError("it is larger than 4 GiB"));
    }
    let mut found = Columns::default();
    let mut reader = Reader::with_magic(&bytes, MAGIC)?;
    let count = reader.varint()? as usize;
    let mut blocks = array::from_fn::<_, COLUMNS, _>(|_| Reader::new(&[]));
    for block in &mut blocks {
        *block = reader.block()?;
    }
    let mut strings = reader.block()?;
    reader.finish()?;
    for _ in 0..strings.count()? {
        found.pool.push(strings.position() as u32);
        if strings.str()?.len() > MOST_POOLED {
            return Err(DecodeError("a string of the pool is too long"));
        }
    }
    strings.finish()?;
    let pool = Pool { bytes: &bytes, places: &found.pool };
    let known = blocks.each_ref().map(|block| !block.is_empty());
    for column in PLAIN.into_iter().filter(|&column| known[column as usize]) {
        // A row takes a byte at least: what a number claims is not taken on trust.
        found.rows[column as usize].reserve_exact(count.min(blocks[column as usize].remaining()));
    }
    let mut before: [Vec<u8>; 3] = Default::default();
    for row in 0..count {
        let [ids, urls, images, ..] = &mut blocks;
        let id = if known[0] { ids.front_coded_str(&mut before[0])? } else { String::new() };
        if row > 0 && found.ids.get(row - 1).is_none_or(|last| last >= id.as_str()) || !found.ids.push(&id) {
            return Err(DecodeError("the items are not in the order of their ids, or an id is there twice"));
        }
        if known[Url as usize] {
            found.url.pass(row, urls, &mut before[1])?;
        }
        if known[Image as usize] {
            found.image.pass(row, images, &mut before[2])?;
        }
        let mut languages = 0;
        for column in PLAIN.into_iter().filter(|&column| known[column as usize]) {
            let reader = &mut blocks[column as usize];
            found.rows[column as usize].push(reader.position() as u32);
            match column {
                Languages => languages = pool.languages(reader)?.len(),
                Category => (0..languages).try_for_each(|_| pool.texts(reader).map(drop))?,
                Price => drop(decimal(reader)?),
                Stock => drop(stock(reader)?),
                Rating => drop(rating(reader)?),
                Date => drop(date(reader)?),
                Group => drop(pool.group(reader)?),
                Tags => drop(pool.texts(reader)?),
                Attribute => drop(pool.attributes(reader)?),
                _ => drop(pool.text(reader)?),
            }
        }
    }
    blocks.into_iter().try_for_each(Reader::finish)?;
    found.ids = found.ids.shrink_to_fit();
    Ok(Columns { bytes, ..found })
}

/// What is known of a row; of one that is not there, nothing.
impl Columns {
    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Ascending. `[N]`
    pub fn ids(&self) -> &Strings {
        &self.ids
    }

    /// Path or URL of the product's page.
    pub fn url(&self, row: u32) -> String {
        self.url.read(row, &self.bytes).unwrap_or_default()
    }

    /// Path or URL of the picture.
    pub fn image(&self, row: u32) -> String {
        self.image.read(row, &self.bytes).unwrap_or_default()
    }

    /// Ascending.
    pub fn languages(&self, row: u32) -> Vec<&str> {
        self.read(Languages, row, |pool, reader| pool.languages(reader))
    }

    /// The path in the row's nth language.
    pub fn categories(&self, row: u32, nth: usize) -> Vec<&str> {
        self.read(Category, row, |pool, reader| {
            (0..nth).try_for_each(|_| pool.texts(reader).map(drop))?;
            pool.texts(reader)
        })
    }

    /// Who makes it.
    pub fn brand(&self, row: u32) -> &str {
        self.read(Brand, row, |pool, reader| pool.text(reader))
    }

    /// What the visitor pays now.
    pub fn price(&self, row: u32) -> Option<f64> {
        self.read(Price, row, |_, reader| decimal(reader))
    }

    /// ISO 4217 code of the price's currency.
    pub fn currency(&self, row: u32) -> &str {
        self.read(Currency, row, |pool, reader| pool.text(reader))
    }

    /// And the pieces.
    pub fn stock(&self, row: u32) -> (Option<Availability>, Option<u32>) {
        self.read(Stock, row, |_, reader| stock(reader))
    }

    /// And of how many.
    pub fn rating(&self, row: u32) -> (Option<f32>, Option<u32>) {
        self.read(Rating, row, |_, reader| rating(reader))
    }

    /// When it came out, in days since 1970-01-01.
    pub fn date(&self, row: u32) -> Option<i64> {
        self.read(Date, row, |_, reader| date(reader))
    }

    /// The product that it is a variant of.
    pub fn group(&self, row: u32) -> Option<&str> {
        self.read(Group, row, |pool, reader| pool.group(reader))
    }

    /// The shop's own keywords.
    pub fn tags(&self, row: u32) -> Vec<&str> {
        self.read(Tags, row, |pool, reader| pool.texts(reader))
    }

    /// Names and values of what else is known, sorted by name.
    pub fn attributes(&self, row: u32) -> Vec<(&str, &str)> {
        self.read(Attribute, row, |pool, reader| pool.attributes(reader))
    }

    /// What was read once when the file was opened is sound.
    fn read<'a, T: Default>(
        &'a self,
        column: Column,
        row: u32,
        read: impl FnOnce(&Pool<'a>, &mut Reader<'a>) -> Result<T, DecodeError>,
    ) -> T {
        let Some(&place) = self.rows[column as usize].get(row as usize) else { return T::default() };
        let pool = Pool { bytes: &self.bytes, places: &self.pool };
        read(&pool, &mut Reader::new(&self.bytes[place as usize..])).unwrap_or_default()
    }
}

/// Where to begin to read strings that begin like the one before: every so many rows, what stood before.
#[derive(Debug, Clone, Default)]
struct Signposts {
    places: Vec<u32>,
    /// As much of each string as the next one can share.
    before: Vec<u8>,
    /// Where each ends in `before`.
    ends: Vec<u32>,
}

impl Signposts {
    const EVERY: usize = 16;

    fn pass(&mut self, row: usize, reader: &mut Reader, before: &mut Vec<u8>) -> Result<(), DecodeError> {
        if row.is_multiple_of(Self::EVERY) {
            self.places.push(reader.position() as u32);
            self.before.extend(before.iter().take(MAX_SHARED_PREFIX));
            self.ends.push(self.before.len() as u32);
        }
        reader.front_coded_str(before).map(drop)
    }

    fn read(&self, row: u32, bytes: &[u8]) -> Option<String> {
        let (post, rest) = (row as usize / Self::EVERY, row as usize % Self::EVERY);
        let mut reader = Reader::new(&bytes[*self.places.get(post)? as usize..]);
        let start = post.checked_sub(1).map_or(0, |last| self.ends[last] as usize);
        let mut before = self.before[start..self.ends[post] as usize].to_vec();
        (0..rest).try_for_each(|_| reader.front_coded_bytes(&mut before)).ok()?;
        reader.front_coded_str(&mut before).ok()
    }
}

/// Strings that several rows have.
struct Pool<'a> {
    bytes: &'a [u8],
    places: &'a [u32],
}

impl<'a> Pool<'a> {
    fn text(&self, reader: &mut Reader<'a>) -> Result<&'a str, DecodeError> {
        match reader.varint()?.checked_sub(1) {
            None => reader.str(),
            Some(nth) => {
                let place = self.places.get(nth as usize).ok_or(DecodeError("the pool has no such string"))?;
                Reader::new(&self.bytes[*place as usize..]).str()
            }
        }
    }

    fn texts(&self, reader: &mut Reader<'a>) -> Result<Vec<&'a str>, DecodeError> {
        (0..reader.count()?).map(|_| self.text(reader)).collect()
    }

    fn languages(&self, reader: &mut Reader<'a>) -> Result<Vec<&'a str>, DecodeError> {
        let languages = self.texts(reader)?;
        let sorted = languages.is_sorted_by(|a, b| a < b);
        if sorted { Ok(languages) } else { Err(DecodeError("an item's languages are not sorted")) }
    }

    fn group(&self, reader: &mut Reader<'a>) -> Result<Option<&'a str>, DecodeError> {
        if reader.varint64()? > 0 { self.text(reader).map(Some) } else { Ok(None) }
    }

    fn attributes(&self, reader: &mut Reader<'a>) -> Result<Vec<(&'a str, &'a str)>, DecodeError> {
        (0..reader.count()?).map(|_| Ok((self.text(reader)?, self.text(reader)?))).collect()
    }
}

fn stock(reader: &mut Reader) -> Result<(Option<Availability>, Option<u32>), DecodeError> {
    let availability = match reader.varint64()? {
        0 => None,
        1 => Some(Availability::InStock),
        2 => Some(Availability::OutOfStock),
        3 => Some(Availability::Preorder),
        _ => return Err(DecodeError("an availability is none of ours")),
    };
    Ok((availability, optional(reader)?))
}

fn rating(reader: &mut Reader) -> Result<(Option<f32>, Option<u32>), DecodeError> {
    Ok((decimal(reader)?.map(|rating| rating as f32), optional(reader)?))
}

fn date(reader: &mut Reader) -> Result<Option<i64>, DecodeError> {
    Ok(reader.varint64()?.checked_sub(1).map(|days| (days >> 1) as i64 ^ -((days & 1) as i64)))
}

fn optional(reader: &mut Reader) -> Result<Option<u32>, DecodeError> {
    let number = reader.varint64()?.checked_sub(1);
    number.map(|number| u32::try_from(number).map_err(|_| DecodeError("a number is too large"))).transpose()
}

fn decimal(reader: &mut Reader) -> Result<Option<f64>, DecodeError> {
    let Some(code) = reader.varint64()?.checked_sub(1) else { return Ok(None) };
    let places = code & RAW;
    if places < RAW {
        return Ok(Some((code >> 3) as f64 / POWERS[places as usize]));
    }
    let value = reader.f64()?;
    if value.is_finite() { Ok(Some(value)) } else { Err(DecodeError("a number is not finite")) }
}
