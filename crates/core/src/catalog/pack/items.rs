//! The file of the items, column by column, because similar values next to each other compress well.
//!
//! ```text
//! items    8 bytes   "NMITEM02"
//!          varint    N, the number of items; then one block per column, in this order, and last the pool
//!          id        front-coded string; sorted
//!          url       front-coded string
//!          image     front-coded string
//!          languages varint number, then each, sorted: pooled
//!          category  for each language: varint number of steps, each pooled
//!          brand     pooled
//!          price     decimal
//!          currency  pooled
//!          stock     byte 0 unknown, 1 in stock, 2 out of stock, 3 preorder; varint pieces + 1, or 0 for unknown
//!          rating    decimal; varint number of ratings + 1, or 0 for unknown
//!          date      varint 0 for unknown, else 1 + zigzag of the days since 1970-01-01
//!          group     byte 0 none, or 1, then pooled
//!          tags      varint number, each pooled
//!          attribute varint number, then each, sorted by name: name pooled, value pooled
//!          pool      varint K, then K strings of at most 255 bytes, in the order of their first use
//!
//! pooled   varint 0 and a string, or varint 1 + index in the pool
//! decimal  varint 0 for unknown; else 1 + (digits * 8 + places): places 0..=6: digits / 10^places; places 7: then an f64
//! ```
//!
//! Titles and descriptions are in the file of the texts. A column in which all values are empty is an empty block.
//! Blocks, strings (front-coded or plain) and numbers are those of `bytes.rs`. A byte of the file expands to at most
//! 255 bytes in memory, not counting the fixed size of an item.

mod write;

use std::array;

pub use write::ItemsWriter;

use crate::{
    bytes::{DecodeError, MAX_SHARED_PREFIX, Reader},
    catalog::Availability,
    text::Strings,
};

const MAGIC: &[u8; 8] = b"NMITEM02";
/// The longest string of the pool, in bytes.
const MAX_POOLED_LEN: usize = 255;
/// The number of places of a decimal that is followed by an f64.
const RAW_F64: u64 = 7;
/// Powers of ten by the number of places.
const POWERS: [f64; 7] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

/// The columns in the order of the file.
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

/// The columns whose rows can be read by themselves, which are those without front-coded strings.
const RANDOM_ACCESS: [Column; COLUMNS - 3] =
    [Languages, Category, Brand, Price, Currency, Stock, Rating, Date, Group, Tags, Attribute];

/// The content of the file, validated, with the offset of each row in each column. A value is decoded when it is read.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    bytes: Vec<u8>,
    /// Offset of each string of the pool. `[K]`
    pool: Vec<u32>,
    /// `[N]`
    ids: Strings,
    url: FrontCodedColumn,
    image: FrontCodedColumn,
    /// Offset of each row in each column of [`RANDOM_ACCESS`]. `[N]`, or empty for a column without values.
    rows: [Vec<u32>; COLUMNS],
}

/// The other fields are derived from the bytes.
impl PartialEq for Columns {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

/// Decodes and validates the whole file once, so that later reads cannot fail. Takes ownership of `bytes`.
pub fn read(bytes: Vec<u8>) -> Result<Columns, DecodeError> {
    if u32::try_from(bytes.len()).is_err() {
        return Err(DecodeError("it is larger than 4 GiB"));
    }
    let mut columns = Columns::default();
    let mut reader = Reader::with_magic(&bytes, MAGIC)?;
    let count = reader.varint()? as usize;
    let mut blocks = array::from_fn::<_, COLUMNS, _>(|_| Reader::new(&[]));
    for block in &mut blocks {
        *block = reader.block()?;
    }
    let mut strings = reader.block()?;
    reader.finish()?;
    for _ in 0..strings.count()? {
        columns.pool.push(strings.position() as u32);
        if strings.str()?.len() > MAX_POOLED_LEN {
            return Err(DecodeError("a string of the pool is longer than 255 bytes"));
        }
    }
    strings.finish()?;
    let pool = Pool { bytes: &bytes, offsets: &columns.pool };
    let has_values = blocks.each_ref().map(|block| !block.is_empty());
    for column in RANDOM_ACCESS.into_iter().filter(|&column| has_values[column as usize]) {
        // A row has at least one byte, so the block limits how many rows there can be, whatever the count claims.
        columns.rows[column as usize].reserve_exact(count.min(blocks[column as usize].remaining()));
    }
    let mut before: [Vec<u8>; 3] = Default::default();
    for row in 0..count {
        let [ids, urls, images, ..] = &mut blocks;
        let id = if has_values[0] { ids.front_coded_str(&mut before[0])? } else { String::new() };
        if row > 0 && columns.ids.get(row - 1).is_none_or(|last| last >= id.as_str()) || !columns.ids.push(&id) {
            return Err(DecodeError("the items are not sorted by id, or an id occurs twice"));
        }
        if has_values[Url as usize] {
            columns.url.skip(row, urls, &mut before[1])?;
        }
        if has_values[Image as usize] {
            columns.image.skip(row, images, &mut before[2])?;
        }
        let mut languages = 0;
        for column in RANDOM_ACCESS.into_iter().filter(|&column| has_values[column as usize]) {
            let reader = &mut blocks[column as usize];
            columns.rows[column as usize].push(reader.position() as u32);
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
    columns.ids = columns.ids.shrink_to_fit();
    Ok(Columns { bytes, ..columns })
}

/// The values of a row. Those of a row that does not exist are empty.
impl Columns {
    /// The content of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The ids, sorted. `[N]`
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

    /// The languages of the row, sorted.
    pub fn languages(&self, row: u32) -> Vec<&str> {
        self.read(Languages, row, |pool, reader| pool.languages(reader))
    }

    /// The category path in the row's nth language.
    pub fn categories(&self, row: u32, nth: usize) -> Vec<&str> {
        self.read(Category, row, |pool, reader| {
            (0..nth).try_for_each(|_| pool.texts(reader).map(drop))?;
            pool.texts(reader)
        })
    }

    /// The brand.
    pub fn brand(&self, row: u32) -> &str {
        self.read(Brand, row, |pool, reader| pool.text(reader))
    }

    /// The current price.
    pub fn price(&self, row: u32) -> Option<f64> {
        self.read(Price, row, |_, reader| decimal(reader))
    }

    /// ISO 4217 code of the currency.
    pub fn currency(&self, row: u32) -> &str {
        self.read(Currency, row, |pool, reader| pool.text(reader))
    }

    /// The availability and the number of pieces in stock.
    pub fn stock(&self, row: u32) -> (Option<Availability>, Option<u32>) {
        self.read(Stock, row, |_, reader| stock(reader))
    }

    /// The mean rating and the number of ratings.
    pub fn rating(&self, row: u32) -> (Option<f32>, Option<u32>) {
        self.read(Rating, row, |_, reader| rating(reader))
    }

    /// The release date, in days since 1970-01-01.
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

    /// Names and values of other attributes, sorted by name.
    pub fn attributes(&self, row: u32) -> Vec<(&str, &str)> {
        self.read(Attribute, row, |pool, reader| pool.attributes(reader))
    }

    /// Decodes the value of `row` in `column`. It was validated when the file was opened, so this cannot fail.
    fn read<'a, T: Default>(
        &'a self,
        column: Column,
        row: u32,
        read: impl FnOnce(&Pool<'a>, &mut Reader<'a>) -> Result<T, DecodeError>,
    ) -> T {
        let Some(&offset) = self.rows[column as usize].get(row as usize) else { return T::default() };
        let pool = Pool { bytes: &self.bytes, offsets: &self.pool };
        read(&pool, &mut Reader::new(&self.bytes[offset as usize..])).unwrap_or_default()
    }
}

/// Random access to a column of front-coded strings: the state of the decoder at every 16th row, from which it reads
/// on.
#[derive(Debug, Clone, Default)]
struct FrontCodedColumn {
    /// Offset of every 16th row in the file.
    offsets: Vec<u32>,
    /// The prefix of the string before each of these rows, as long as a string can share.
    prefixes: Vec<u8>,
    /// End of each of them in `prefixes`.
    ends: Vec<u32>,
}

impl FrontCodedColumn {
    const INTERVAL: usize = 16;

    /// Reads past the string of `row`, and stores the state of the decoder at every 16th row.
    fn skip(&mut self, row: usize, reader: &mut Reader, before: &mut Vec<u8>) -> Result<(), DecodeError> {
        if row.is_multiple_of(Self::INTERVAL) {
            self.offsets.push(reader.position() as u32);
            self.prefixes.extend(before.iter().take(MAX_SHARED_PREFIX));
            self.ends.push(self.prefixes.len() as u32);
        }
        reader.front_coded_str(before).map(drop)
    }

    fn read(&self, row: u32, bytes: &[u8]) -> Option<String> {
        let (nth, rest) = (row as usize / Self::INTERVAL, row as usize % Self::INTERVAL);
        let mut reader = Reader::new(&bytes[*self.offsets.get(nth)? as usize..]);
        let start = nth.checked_sub(1).map_or(0, |last| self.ends[last] as usize);
        let mut before = self.prefixes[start..self.ends[nth] as usize].to_vec();
        (0..rest).try_for_each(|_| reader.front_coded_bytes(&mut before)).ok()?;
        reader.front_coded_str(&mut before).ok()
    }
}

/// Strings that rows share, and readers of the values made of them.
struct Pool<'a> {
    bytes: &'a [u8],
    /// Offset of each string. `[K]`
    offsets: &'a [u32],
}

impl<'a> Pool<'a> {
    fn text(&self, reader: &mut Reader<'a>) -> Result<&'a str, DecodeError> {
        match reader.varint()?.checked_sub(1) {
            None => reader.str(),
            Some(nth) => {
                let offset = self.offsets.get(nth as usize).ok_or(DecodeError("the pool has no such string"))?;
                Reader::new(&self.bytes[*offset as usize..]).str()
            }
        }
    }

    fn texts(&self, reader: &mut Reader<'a>) -> Result<Vec<&'a str>, DecodeError> {
        (0..reader.count()?).map(|_| self.text(reader)).collect()
    }

    fn languages(&self, reader: &mut Reader<'a>) -> Result<Vec<&'a str>, DecodeError> {
        let languages = self.texts(reader)?;
        let sorted = languages.is_sorted_by(|a, b| a < b);
        if sorted { Ok(languages) } else { Err(DecodeError("the languages of an item are not sorted")) }
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
        _ => return Err(DecodeError("an availability is unknown")),
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
    let places = code & RAW_F64;
    if places < RAW_F64 {
        return Ok(Some((code >> 3) as f64 / POWERS[places as usize]));
    }
    let value = reader.f64()?;
    if value.is_finite() { Ok(Some(value)) } else { Err(DecodeError("a number is not finite")) }
}
