//! Encodes items into the columns of their file. The format is drawn in `items.rs`.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use super::{COLUMNS, Column, MAGIC, MAX_POOLED_LEN, POWERS, RAW_F64};
use crate::{
    bytes::{put_front_coded_str, put_str, put_varint, put_varint64},
    catalog::{Availability, Item},
};

/// Encodes one item at a time, so that a catalogue can be written without being in memory.
#[derive(Default)]
pub struct ItemsWriter {
    count: u32,
    columns: [Vec<u8>; COLUMNS],
    /// Whether each column has any value that is not empty.
    has_values: [bool; COLUMNS],
    /// The index of each string of the pool.
    pool: HashMap<String, u32>,
    /// The encoded strings of the pool.
    pool_bytes: Vec<u8>,
    /// The previous string of each front-coded column.
    before: [Vec<u8>; 3],
}

impl ItemsWriter {
    /// Adds the next item. Items must be sorted by id. A price or rating that is not finite is written as unknown.
    pub fn push(&mut self, item: &Item) {
        self.count += 1;
        for (column, text) in [(Column::Id, &item.id), (Column::Url, &item.url), (Column::Image, &item.image)] {
            put_front_coded_str(&mut self.columns[column as usize], &mut self.before[column as usize], text);
            self.has_values[column as usize] |= !text.is_empty();
        }
        self.put_number(Column::Languages, item.words.len() as u64);
        for (language, words) in &item.words {
            self.put_pooled(Column::Languages, language);
            self.put_number(Column::Category, words.categories.len() as u64);
            words.categories.iter().for_each(|step| self.put_pooled(Column::Category, step));
        }
        self.put_pooled(Column::Brand, &item.brand);
        let price = item.price.filter(|price| price.is_finite());
        let code = price.map_or(0, |price| 1 + encode_decimal(price, |rounded| rounded.to_bits() == price.to_bits()));
        self.put_decimal(Column::Price, code, price);
        self.put_pooled(Column::Currency, &item.currency);
        let availability = match item.availability {
            None => 0,
            Some(Availability::InStock) => 1,
            Some(Availability::OutOfStock) => 2,
            Some(Availability::Preorder) => 3,
        };
        self.put_number(Column::Stock, availability);
        self.put_number(Column::Stock, item.stock.map_or(0, |pieces| u64::from(pieces) + 1));
        let rating = item.rating.filter(|rating| rating.is_finite());
        let code = rating.map_or(0, |rating| {
            1 + encode_decimal(rating.into(), |rounded| (rounded as f32).to_bits() == rating.to_bits())
        });
        self.put_decimal(Column::Rating, code, rating.map(f64::from));
        self.put_number(Column::Rating, item.rating_count.map_or(0, |count| u64::from(count) + 1));
        let date = item.date.map_or(0, |days| 1 + (days.clamp(-MAX_DAYS, MAX_DAYS) << 1 ^ days >> 63) as u64);
        self.put_number(Column::Date, date);
        self.put_number(Column::Group, item.group.is_some().into());
        item.group.iter().for_each(|group| self.put_pooled(Column::Group, group));
        self.put_number(Column::Tags, item.tags.len() as u64);
        item.tags.iter().for_each(|tag| self.put_pooled(Column::Tags, tag));
        self.put_number(Column::Attribute, item.attributes.len() as u64);
        for (name, value) in &item.attributes {
            self.put_pooled(Column::Attribute, name);
            self.put_pooled(Column::Attribute, value);
        }
    }

    /// Writes the file to `out`. Fails only if `out` does.
    pub fn finish(self, out: &mut impl Write) -> io::Result<()> {
        let mut head = MAGIC.to_vec();
        put_varint(&mut head, self.count);
        out.write_all(&head)?;
        for (column, has_values) in self.columns.iter().zip(self.has_values) {
            put_block(out, if has_values { column } else { &[] })?;
        }
        let mut pool = Vec::new();
        put_varint(&mut pool, self.pool.len() as u32);
        pool.extend_from_slice(&self.pool_bytes);
        put_block(out, &pool)
    }

    fn put_number(&mut self, column: Column, value: u64) {
        self.has_values[column as usize] |= value > 0;
        put_varint64(&mut self.columns[column as usize], value);
    }

    fn put_decimal(&mut self, column: Column, code: u64, value: Option<f64>) {
        self.put_number(column, code);
        if let Some(value) = value.filter(|_| code == 1 + RAW_F64) {
            self.columns[column as usize].extend(value.to_le_bytes());
        }
    }

    fn put_pooled(&mut self, column: Column, text: &str) {
        self.has_values[column as usize] |= !text.is_empty();
        let bytes = &mut self.columns[column as usize];
        if text.len() > MAX_POOLED_LEN {
            put_varint(bytes, 0);
            return put_str(bytes, text);
        }
        if let Some(&index) = self.pool.get(text) {
            return put_varint(bytes, index + 1);
        }
        let index = self.pool.len() as u32;
        self.pool.insert(text.to_owned(), index);
        put_str(&mut self.pool_bytes, text);
        put_varint(bytes, index + 1);
    }
}

/// 27 million years: dates are limited to this so that they fit in a varint.
const MAX_DAYS: i64 = 10_000_000_000;

/// Writes `block` with its length, in the format of [`crate::bytes::Reader::block`].
fn put_block(out: &mut impl Write, block: &[u8]) -> io::Result<()> {
    let mut len = Vec::new();
    put_varint64(&mut len, block.len() as u64);
    out.write_all(&len)?;
    out.write_all(block)
}

/// Returns `digits * 8 + places` of the shortest decimal for which `is_equal` is true, or [`RAW_F64`] if there is none.
fn encode_decimal(value: f64, is_equal: impl Fn(f64) -> bool) -> u64 {
    let places = (0..RAW_F64).find(|&places| {
        let digits = (value * POWERS[places as usize]).round();
        (0.0..MAX_DIGITS).contains(&digits) && is_equal(digits / POWERS[places as usize])
    });
    places.map_or(RAW_F64, |places| ((value * POWERS[places as usize]).round() as u64) << 3 | places)
}

/// Integers below this are exact in f64.
const MAX_DIGITS: f64 = 9_007_199_254_740_992.0;
