//! CSV and TSV: the first row names the columns, and they say whose table it is. Must not know what values mean.
//!
//! What is particular to a maker's table is a [`Layout`] of its own: which columns it has, and what a row says beyond
//! them. A table of nobody in particular has the columns that [`Columns`] knows, and a product a row.

mod etsy; //        listings
mod magento; //     Magento and Adobe Commerce, with configurable products
mod prestashop; //  the format of its import
mod shopify; //     with a row a variant or a picture
mod spree;
mod squarespace;
mod vendure;
mod wix; //         both of its catalogues
mod woo; //         WooCommerce, in several languages

use std::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use super::{
    Queue, Row, Rows, Stop, Text,
    assign::{assign, describe},
    records::Records,
};
use crate::{
    columns::{Columns, Meaning},
    raw::{Field, Raw, excerpt},
    source::Shared,
};

/// The table of one maker.
trait Layout {
    fn maker(&self) -> &'static str;

    /// What the columns are for, by their usual names; `#` stands for a number. Of two for one field the earlier wins.
    /// Others are left out.
    fn columns(&self) -> &'static [(&'static str, Use)];

    fn meaning(&self, column: &str) -> Option<Meaning> {
        meaning(self.columns(), column)
    }

    /// Adds the rows that a record makes: one, none as yet, or those that waited for it. `raw` has the values of the
    /// columns.
    fn row(&mut self, cells: &Records, raw: Raw, rows: &mut Queue);

    /// Adds the rows that still wait when the table has ended.
    fn end(&mut self, _: &mut Queue) {}

    /// What was made of the pairs of names and values that stand in one column.
    fn nested(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}

/// What a layout does with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Field(Field),
    Tags,
    /// An attribute of this name.
    Attribute(&'static str),
    /// The layout reads it itself: ids, options, stock.
    Own,
}

fn used(columns: &[(&str, Use)], column: &str) -> Option<(Use, u8)> {
    let find = |name: &str| {
        columns.iter().zip(1..).find(|((known, _), _)| *known == name).map(|((_, how), rank)| (*how, rank))
    };
    find(column).or_else(|| find(&numberless(column)))
}

fn meaning(columns: &[(&str, Use)], column: &str) -> Option<Meaning> {
    match used(columns, column)? {
        (Use::Field(field), rank) => Some(Meaning::Field(field, rank)),
        (Use::Tags, _) => Some(Meaning::Tags),
        (Use::Attribute(name), _) => Some(Meaning::Attribute(name.to_owned())),
        (Use::Own, _) => None,
    }
}

/// `option1 name` -> `option# name`.
fn numberless(column: &str) -> String {
    let mut name = String::with_capacity(column.len());
    for c in column.chars() {
        match c {
            '0'..='9' if name.ends_with('#') => {}
            '0'..='9' => name.push('#'),
            c => name.push(c),
        }
    }
    name
}

/// Chooses the layout by the columns.
pub fn open<'a>(
    text: Text<'a>,
    delimiter: u8,
    columns: Columns,
    shared: &Rc<Shared>,
) -> Result<Box<dyn Rows + 'a>, Stop> {
    let mut records = Records::open(text, delimiter)?;
    shared.new_row();
    let layout: Option<Box<dyn Layout>> = shopify::open(&mut records)
        .or_else(|| wix::open(&records))
        .or_else(|| squarespace::open(&records))
        .or_else(|| magento::open(&records, &columns))
        .or_else(|| vendure::open(&mut records, &columns))
        .or_else(|| spree::open(&records))
        .or_else(|| prestashop::open(&mut records))
        .or_else(|| etsy::open(&records))
        .or_else(|| woo::open(&mut records));
    let column = |(name, usual): (&String, &String)| match &layout {
        Some(layout) => {
            let meaning = columns.meaning_or(name, || layout.meaning(usual));
            let own = used(layout.columns(), usual).is_some_and(|(how, _)| how == Use::Own);
            let about =
                if own && meaning.is_none() { format!("{}'s own", layout.maker()) } else { describe(meaning.as_ref()) };
            (meaning, about)
        }
        None => {
            let meaning = columns.meaning(name);
            let about = describe(meaning.as_ref());
            (meaning, about)
        }
    };
    let (meanings, about): (Vec<_>, Vec<_>) = records.header.iter().zip(&records.names).map(column).unzip();
    if layout.is_none() && !meanings.iter().flatten().any(is_field) {
        return Err(Stop::Broken(format!(
            "no column is known: {}; name them with --columns, as in title=Name,price=Preis",
            excerpt(&records.header.join(", "))
        )));
    }
    let about = records.header.iter().cloned().zip(about).collect();
    Ok(Box::new(Table { records, shared: shared.clone(), meanings, about, layout, rows: Queue::new(), ended: false }))
}

fn is_field(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Field(..) => true,
        Meaning::Several(all) => all.iter().any(is_field),
        _ => false,
    }
}

struct Table<'a> {
    records: Records<'a>,
    shared: Rc<Shared>,
    meanings: Vec<Option<Meaning>>,
    /// What is made of each column.
    about: BTreeMap<String, String>,
    layout: Option<Box<dyn Layout>>,
    /// Rows that are ready.
    rows: Queue,
    ended: bool,
}

impl Rows for Table<'_> {
    fn next(&mut self) -> Result<Option<Row>, Stop> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Ok(Some(row));
            }
            if self.ended {
                return Ok(None);
            }
            match self.records.advance()? {
                None => {
                    self.ended = true;
                    if let Some(layout) = &mut self.layout {
                        layout.end(&mut self.rows);
                    }
                    continue;
                }
                Some(Err(unread)) => self.rows.push_back(Err(unread)),
                Some(Ok(())) => {
                    let mut raw = Raw::new(self.records.row);
                    for (value, meaning) in self.records.record.iter().zip(&self.meanings) {
                        assign(&mut raw, meaning.as_ref(), value);
                    }
                    match &mut self.layout {
                        Some(layout) => layout.row(&self.records, raw, &mut self.rows),
                        None => self.rows.push_back(Ok(raw)),
                    }
                }
            }
            // Rows that wait for others are no part of the next one.
            self.shared.new_row();
        }
    }

    fn row(&self) -> u64 {
        self.records.row
    }

    fn used(&self) -> BTreeMap<String, String> {
        let nested = self.layout.iter().flat_map(|layout| layout.nested());
        self.about.clone().into_iter().chain(nested).collect()
    }
}

/// A product and its variants, which stand in rows that follow each other, held until all are there.
#[derive(Default)]
struct Family {
    product: Raw,
    variants: VecDeque<Raw>,
}

impl Family {
    /// Held rows each become as large as the product: so many bytes are not exceeded by much.
    const MOST_BYTES: usize = 8 << 20;

    /// No row of a product has come yet.
    fn is_new(&self) -> bool {
        self.product.row == 0
    }

    fn is_full(&self) -> bool {
        self.variants.len() * self.product.size_bytes() > Self::MOST_BYTES
    }
}

/// `raw` is the variant of the product `group` that has these options. Its id is `group:own`, or `group:` and the values
/// of its options where it has no name of its own.
fn make_variant(raw: &mut Raw, group: &str, own: &str, options: &[(&str, &str)]) {
    for (name, value) in options {
        raw.attribute(if name.is_empty() { "option" } else { name }, value);
    }
    let values = || options.iter().map(|(_, value)| *value).collect::<Vec<_>>().join("/");
    let own = if own.is_empty() { values() } else { own.to_owned() };
    raw.set(Field::Id, format!("{group}:{own}"));
    raw.set(Field::Group, group);
}
