//! CSV and TSV: the first row names the columns, which also tell the shop system. Must not know what values mean.
//!
//! Each shop system has a [`Layout`]: its columns, and its rules for rows. Any other table has the columns that [`ColumnMap`]
//! knows, and one product per row.

mod etsy; //        listings
mod magento; //     Magento and Adobe Commerce, with configurable products
mod prestashop; //  the format of its import
mod shopify; //     with one row per variant or picture
mod spree;
mod squarespace;
mod vendure;
mod wix; //         both catalogue versions
mod woo; //         WooCommerce, in several languages

use std::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use super::{
    ParseError, RowQueue, RowReader, RowResult, TextReader,
    assign::{assign, describe},
    records::RecordReader,
};
use crate::{
    columns::{ColumnMap, Meaning},
    raw::{Field, RawRow, excerpt},
    source::ReadState,
};

/// The rules for the tables of one shop system.
trait Layout {
    /// The name of the shop system, for the report.
    fn system(&self) -> &'static str;

    /// The use of columns, by their usual names; `#` stands for a number. If two are for the same field, the first one wins.
    /// Other columns are left out.
    fn columns(&self) -> &'static [(&'static str, ColumnUse)];

    /// The meaning of a column, by its usual name.
    fn meaning(&self, column: &str) -> Option<Meaning> {
        meaning(self.columns(), column)
    }

    /// Adds the rows for a record: one, none yet, or also rows that waited for it. `raw` has the values of columns with a
    /// meaning.
    fn add_record(&mut self, cells: &RecordReader, raw: RawRow, rows: &mut RowQueue);

    /// Adds the rows that are still waiting at the end of the table.
    fn finish(&mut self, _: &mut RowQueue) {}

    /// How the pairs of names and values in one column were used, by name.
    fn nested_uses(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}

/// How a layout uses a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnUse {
    Field(Field),
    Tags,
    /// An attribute with this name.
    Attribute(&'static str),
    /// Read by the rules of the layout, such as ids, options and stock.
    Custom,
}

/// The use of a column in a layout, and its rank, from 1.
fn column_use(columns: &[(&str, ColumnUse)], column: &str) -> Option<(ColumnUse, u8)> {
    let find = |name: &str| {
        columns
            .iter()
            .zip(1..)
            .find(|((column, _), _)| *column == name)
            .map(|((_, column_use), rank)| (*column_use, rank))
    };
    find(column).or_else(|| find(&replace_numbers(column)))
}

fn meaning(columns: &[(&str, ColumnUse)], column: &str) -> Option<Meaning> {
    match column_use(columns, column)? {
        (ColumnUse::Field(field), rank) => Some(Meaning::Field(field, rank)),
        (ColumnUse::Tags, _) => Some(Meaning::Tags),
        (ColumnUse::Attribute(name), _) => Some(Meaning::Attribute(name.to_owned())),
        (ColumnUse::Custom, _) => None,
    }
}

/// Replaces numbers by `#`: `option1 name` -> `option# name`.
fn replace_numbers(column: &str) -> String {
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

/// Opens a table and chooses its layout by the columns.
pub fn open<'a>(
    text: TextReader<'a>,
    delimiter: u8,
    columns: ColumnMap,
    state: &Rc<ReadState>,
) -> Result<Box<dyn RowReader + 'a>, ParseError> {
    let mut records = RecordReader::open(text, delimiter)?;
    state.start_row();
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
            let is_custom =
                column_use(layout.columns(), usual).is_some_and(|(column_use, _)| column_use == ColumnUse::Custom);
            let description = if is_custom && meaning.is_none() {
                format!("{}-specific", layout.system())
            } else {
                describe(meaning.as_ref())
            };
            (meaning, description)
        }
        None => {
            let meaning = columns.meaning(name);
            let description = describe(meaning.as_ref());
            (meaning, description)
        }
    };
    let (meanings, descriptions): (Vec<_>, Vec<_>) = records.header.iter().zip(&records.names).map(column).unzip();
    if layout.is_none() && !meanings.iter().flatten().any(is_field) {
        return Err(ParseError::Broken(format!(
            "none of the columns is known: {}; map them with --columns, as in title=Name,price=Preis",
            excerpt(&records.header.join(", "))
        )));
    }
    let column_uses = records.header.iter().cloned().zip(descriptions).collect();
    Ok(Box::new(Table {
        records,
        state: state.clone(),
        meanings,
        column_uses,
        layout,
        rows: RowQueue::new(),
        ended: false,
    }))
}

fn is_field(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Field(..) => true,
        Meaning::Several(all) => all.iter().any(is_field),
        _ => false,
    }
}

struct Table<'a> {
    records: RecordReader<'a>,
    state: Rc<ReadState>,
    meanings: Vec<Option<Meaning>>,
    /// How each column is used, by name.
    column_uses: BTreeMap<String, String>,
    layout: Option<Box<dyn Layout>>,
    /// Rows that are ready.
    rows: RowQueue,
    ended: bool,
}

impl RowReader for Table<'_> {
    fn next(&mut self) -> Result<Option<RowResult>, ParseError> {
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
                        layout.finish(&mut self.rows);
                    }
                    continue;
                }
                Some(Err(unread)) => self.rows.push_back(Err(unread)),
                Some(Ok(())) => {
                    let mut raw = RawRow::new(self.records.row);
                    for (value, meaning) in self.records.record.iter().zip(&self.meanings) {
                        assign(&mut raw, meaning.as_ref(), value);
                    }
                    match &mut self.layout {
                        Some(layout) => layout.add_record(&self.records, raw, &mut self.rows),
                        None => self.rows.push_back(Ok(raw)),
                    }
                }
            }
            // Waiting rows do not count towards the size of the next one.
            self.state.start_row();
        }
    }

    fn row(&self) -> u64 {
        self.records.row
    }

    fn column_uses(&self) -> BTreeMap<String, String> {
        let nested = self.layout.iter().flat_map(|layout| layout.nested_uses());
        self.column_uses.clone().into_iter().chain(nested).collect()
    }
}

/// A product and its variants, in consecutive rows, kept until all have been read.
#[derive(Default)]
struct VariantGroup {
    product: RawRow,
    variants: VecDeque<RawRow>,
}

impl VariantGroup {
    /// The approximate maximum size, as each variant inherits the texts of the product.
    const MAX_BYTES: usize = 8 << 20;

    /// Whether no row of a product has been read yet.
    fn is_empty(&self) -> bool {
        self.product.row == 0
    }

    /// Whether the variants should be returned before all of them are read.
    fn is_full(&self) -> bool {
        self.variants.len() * self.product.size_bytes() > Self::MAX_BYTES
    }
}

/// Makes `raw` a variant of the product `group` with these options. Its id is `group:variant_id`, or `group:` and the option
/// values if `variant_id` is empty.
fn make_variant(raw: &mut RawRow, group: &str, variant_id: &str, options: &[(&str, &str)]) {
    for (name, value) in options {
        raw.add_attribute(if name.is_empty() { "option" } else { name }, value);
    }
    let values = || options.iter().map(|(_, value)| *value).collect::<Vec<_>>().join("/");
    let variant_id = if variant_id.is_empty() { values() } else { variant_id.to_owned() };
    raw.set(Field::Id, format!("{group}:{variant_id}"));
    raw.set(Field::Group, group);
}
