//! The pack's items, column by column: what is alike lies together, and compresses to little.
//!
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
//!
//! Titles and descriptions are in the texts' file. A column in which nothing is known is an empty block. Blocks, strings
//! and numbers are those of `bytes.rs`. No byte stands for more than 255 in memory besides the items' own size.

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write},
};

use crate::catalog::{
    Availability, Item, Words,
    bytes::{Malformed, Reader, put_next_str, put_str, put_varint, put_varint64},
};

const MAGIC: &[u8; 8] = b"NMITEM02";
const MOST_POOLED: usize = 255;
const RAW: u64 = 7;

/// Columns in the order of the file.
#[derive(Clone, Copy)]
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

/// Takes items one by one, so that a catalogue need not be in memory to be written.
#[derive(Default)]
pub struct ItemsWriter {
    count: u32,
    columns: [Vec<u8>; COLUMNS],
    /// Whether anything is known in a column.
    known: [bool; COLUMNS],
    pool: HashMap<String, u32>,
    pooled: Vec<u8>,
    before: [Vec<u8>; 3],
}

impl ItemsWriter {
    /// Items come in the order of their ids.
    pub fn push(&mut self, item: &Item) {
        self.count += 1;
        for (column, text) in [(Column::Id, &item.id), (Column::Url, &item.url), (Column::Image, &item.image)] {
            put_next_str(&mut self.columns[column as usize], &mut self.before[column as usize], text);
            self.known[column as usize] |= !text.is_empty();
        }
        self.number(Column::Languages, item.words.len() as u64);
        for (language, words) in &item.words {
            self.pooled(Column::Languages, language);
            self.number(Column::Category, words.categories.len() as u64);
            words.categories.iter().for_each(|step| self.pooled(Column::Category, step));
        }
        self.pooled(Column::Brand, &item.brand);
        let price = item.price.map_or(0, |price| 1 + decimal(price, |near| near.to_bits() == price.to_bits()));
        self.decimal(Column::Price, price, item.price);
        self.pooled(Column::Currency, &item.currency);
        let availability = match item.availability {
            None => 0,
            Some(Availability::InStock) => 1,
            Some(Availability::OutOfStock) => 2,
            Some(Availability::Preorder) => 3,
        };
        self.number(Column::Stock, availability);
        self.number(Column::Stock, item.stock.map_or(0, |pieces| u64::from(pieces) + 1));
        let rating = item
            .rating
            .map_or(0, |rating| 1 + decimal(rating.into(), |near| (near as f32).to_bits() == rating.to_bits()));
        self.decimal(Column::Rating, rating, item.rating.map(f64::from));
        self.number(Column::Rating, item.rating_count.map_or(0, |count| u64::from(count) + 1));
        let date = item.date.map_or(0, |days| 1 + (days.clamp(-MOST_DAYS, MOST_DAYS) << 1 ^ days >> 63) as u64);
        self.number(Column::Date, date);
        self.number(Column::Group, item.group.is_some().into());
        item.group.iter().for_each(|group| self.pooled(Column::Group, group));
        self.number(Column::Tags, item.tags.len() as u64);
        item.tags.iter().for_each(|tag| self.pooled(Column::Tags, tag));
        self.number(Column::Attribute, item.attributes.len() as u64);
        for (name, value) in &item.attributes {
            self.pooled(Column::Attribute, name);
            self.pooled(Column::Attribute, value);
        }
    }

    pub fn finish(self, out: &mut impl Write) -> io::Result<()> {
        let mut head = MAGIC.to_vec();
        put_varint(&mut head, self.count);
        out.write_all(&head)?;
        for (column, known) in self.columns.iter().zip(self.known) {
            put(out, if known { column } else { &[] })?;
        }
        let mut pool = Vec::new();
        put_varint(&mut pool, self.pool.len() as u32);
        pool.extend_from_slice(&self.pooled);
        put(out, &pool)
    }

    fn number(&mut self, column: Column, value: u64) {
        self.known[column as usize] |= value > 0;
        put_varint64(&mut self.columns[column as usize], value);
    }

    fn decimal(&mut self, column: Column, code: u64, value: Option<f64>) {
        self.number(column, code);
        if let Some(value) = value.filter(|_| code == 1 + RAW) {
            self.columns[column as usize].extend(value.to_le_bytes());
        }
    }

    fn pooled(&mut self, column: Column, text: &str) {
        self.known[column as usize] |= !text.is_empty();
        let bytes = &mut self.columns[column as usize];
        if text.len() > MOST_POOLED {
            put_varint(bytes, 0);
            return put_str(bytes, text);
        }
        if let Some(&place) = self.pool.get(text) {
            return put_varint(bytes, place + 1);
        }
        let place = self.pool.len() as u32;
        self.pool.insert(text.to_owned(), place);
        put_str(&mut self.pooled, text);
        put_varint(bytes, place + 1);
    }
}

/// 27 million years: all dates that can be meant, in fewer bits than a varint has.
const MOST_DAYS: i64 = 10_000_000_000;

fn put(out: &mut impl Write, block: &[u8]) -> io::Result<()> {
    let mut len = Vec::new();
    put_varint64(&mut len, block.len() as u64);
    out.write_all(&len)?;
    out.write_all(block)
}

/// `digits * 8 + places` of the shortest decimal that `same` takes for the value.
fn decimal(value: f64, same: impl Fn(f64) -> bool) -> u64 {
    let places = (0..RAW).find(|&places| {
        let digits = (value * POWERS[places as usize]).round();
        (0.0..MOST_DIGITS).contains(&digits) && same(digits / POWERS[places as usize])
    });
    places.map_or(RAW, |places| ((value * POWERS[places as usize]).round() as u64) << 3 | places)
}

const POWERS: [f64; 7] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];
/// Integers below this are exact in f64.
const MOST_DIGITS: f64 = 9_007_199_254_740_992.0;

/// Items without titles and descriptions, which [`super::texts`] has.
pub fn read(bytes: &[u8]) -> Result<Vec<Item>, Malformed> {
    let mut reader = Reader::new(bytes, MAGIC)?;
    let count = reader.varint()? as usize;
    let mut columns = Vec::with_capacity(COLUMNS);
    for _ in 0..COLUMNS {
        let block = reader.block()?;
        columns.push(if block.is_empty() { None } else { Some(block) });
    }
    let mut block = reader.block()?;
    reader.end()?;
    let mut pool = Vec::new();
    for _ in 0..block.count()? {
        let text = block.str()?;
        if text.len() > MOST_POOLED {
            return Err(Malformed("a string of the pool is too long"));
        }
        pool.push(text);
    }
    block.end()?;
    let mut columns = Columns { columns, pool, before: Default::default() };
    let mut items: Vec<Item> = Vec::new();
    for _ in 0..count {
        let item = columns.item()?;
        if items.last().is_some_and(|last| last.id >= item.id) {
            return Err(Malformed("the items are not in the order of their ids, or an id is there twice"));
        }
        items.push(item);
    }
    columns.columns.into_iter().flatten().try_for_each(Reader::end)?;
    Ok(items)
}

struct Columns<'a> {
    /// `None` where nothing is known.
    columns: Vec<Option<Reader<'a>>>,
    pool: Vec<&'a str>,
    before: [Vec<u8>; 3],
}

impl<'a> Columns<'a> {
    fn item(&mut self) -> Result<Item, Malformed> {
        let [id, url, image] = [self.next(Column::Id)?, self.next(Column::Url)?, self.next(Column::Image)?];
        let mut words = BTreeMap::new();
        for _ in 0..self.many(Column::Languages)? {
            let language = self.text(Column::Languages)?;
            if words.last_key_value().is_some_and(|(last, _)| *last >= language) {
                return Err(Malformed("an item's languages are not sorted"));
            }
            words.insert(language, Words { categories: self.texts(Column::Category)?, ..Words::default() });
        }
        let brand = self.text(Column::Brand)?;
        let price = self.decimal(Column::Price)?;
        let currency = self.text(Column::Currency)?;
        let availability = match self.number(Column::Stock)? {
            0 => None,
            1 => Some(Availability::InStock),
            2 => Some(Availability::OutOfStock),
            3 => Some(Availability::Preorder),
            _ => return Err(Malformed("an availability is none of ours")),
        };
        let stock = self.optional(Column::Stock)?;
        let rating = self.decimal(Column::Rating)?.map(|rating| rating as f32);
        let rating_count = self.optional(Column::Rating)?;
        let date = self.number(Column::Date)?.checked_sub(1).map(|days| (days >> 1) as i64 ^ -((days & 1) as i64));
        let group = if self.number(Column::Group)? > 0 { Some(self.text(Column::Group)?) } else { None };
        let tags = self.texts(Column::Tags)?;
        let mut attributes = BTreeMap::new();
        for _ in 0..self.many(Column::Attribute)? {
            attributes.insert(self.text(Column::Attribute)?, self.text(Column::Attribute)?);
        }
        Ok(Item {
            id,
            url,
            image,
            brand,
            price,
            currency,
            availability,
            stock,
            rating,
            rating_count,
            date,
            group,
            tags,
            attributes,
            words,
        })
    }

    fn next(&mut self, column: Column) -> Result<String, Malformed> {
        let before = &mut self.before[column as usize];
        self.columns[column as usize].as_mut().map_or(Ok(String::new()), |reader| reader.next_str(before))
    }

    fn number(&mut self, column: Column) -> Result<u64, Malformed> {
        self.columns[column as usize].as_mut().map_or(Ok(0), Reader::varint64)
    }

    fn optional(&mut self, column: Column) -> Result<Option<u32>, Malformed> {
        let number = self.number(column)?.checked_sub(1);
        number.map(|number| u32::try_from(number).map_err(|_| Malformed("a number is too large"))).transpose()
    }

    fn decimal(&mut self, column: Column) -> Result<Option<f64>, Malformed> {
        let Some(code) = self.number(column)?.checked_sub(1) else { return Ok(None) };
        let places = code & RAW;
        if places < RAW {
            return Ok(Some((code >> 3) as f64 / POWERS[places as usize]));
        }
        let Some(reader) = &mut self.columns[column as usize] else { return Ok(None) };
        let value = reader.f64()?;
        if value.is_finite() { Ok(Some(value)) } else { Err(Malformed("a number is not finite")) }
    }

    fn many(&mut self, column: Column) -> Result<usize, Malformed> {
        self.columns[column as usize].as_mut().map_or(Ok(0), Reader::count)
    }

    fn text(&mut self, column: Column) -> Result<String, Malformed> {
        let Some(reader) = &mut self.columns[column as usize] else { return Ok(String::new()) };
        let text = match reader.varint()?.checked_sub(1) {
            None => reader.str()?,
            Some(place) => self.pool.get(place as usize).ok_or(Malformed("the pool has no such string"))?,
        };
        Ok(text.to_owned())
    }

    fn texts(&mut self, column: Column) -> Result<Vec<String>, Malformed> {
        let count = self.many(column)?;
        (0..count).map(|_| self.text(column)).collect()
    }
}
