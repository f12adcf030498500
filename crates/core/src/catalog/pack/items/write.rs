//! Items into the columns of their file. The format is drawn in `items.rs`.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use super::{COLUMNS, Column, MAGIC, MOST_POOLED, POWERS, RAW};
use crate::{
    bytes::{put_front_coded_str, put_str, put_varint, put_varint64},
    catalog::{Availability, Item},
};

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
    /// Items come in the order of their ids. A price or rating that is no number is not known.
    pub fn push(&mut self, item: &Item) {
        self.count += 1;
        for (column, text) in [(Column::Id, &item.id), (Column::Url, &item.url), (Column::Image, &item.image)] {
            put_front_coded_str(&mut self.columns[column as usize], &mut self.before[column as usize], text);
            self.known[column as usize] |= !text.is_empty();
        }
        self.number(Column::Languages, item.words.len() as u64);
        for (language, words) in &item.words {
            self.pooled(Column::Languages, language);
            self.number(Column::Category, words.categories.len() as u64);
            words.categories.iter().for_each(|step| self.pooled(Column::Category, step));
        }
        self.pooled(Column::Brand, &item.brand);
        let price = item.price.filter(|price| price.is_finite());
        let code = price.map_or(0, |price| 1 + decimal(price, |near| near.to_bits() == price.to_bits()));
        self.decimal(Column::Price, code, price);
        self.pooled(Column::Currency, &item.currency);
        let availability = match item.availability {
            None => 0,
            Some(Availability::InStock) => 1,
            Some(Availability::OutOfStock) => 2,
            Some(Availability::Preorder) => 3,
        };
        self.number(Column::Stock, availability);
        self.number(Column::Stock, item.stock.map_or(0, |pieces| u64::from(pieces) + 1));
        let rating = item.rating.filter(|rating| rating.is_finite());
        let code =
            rating.map_or(0, |rating| 1 + decimal(rating.into(), |near| (near as f32).to_bits() == rating.to_bits()));
        self.decimal(Column::Rating, code, rating.map(f64::from));
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

    /// Writes the file to `out`. The only errors are those of `out`.
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

/// Integers below this are exact in f64.
const MOST_DIGITS: f64 = 9_007_199_254_740_992.0;
