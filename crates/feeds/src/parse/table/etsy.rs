//! Etsy listings: they have no ids, links or categories. The id of a listing is its SKU if it has exactly one, else made from
//! its title. Must not know how values are cleaned.

use super::{ColumnUse, Layout, RowQueue};
use crate::{
    parse::records::RecordReader,
    raw::{Field, RawRow},
    value::slug,
};

const COLUMNS: &[(&str, ColumnUse)] = &[
    ("title", ColumnUse::Field(Field::Title)),
    ("description", ColumnUse::Field(Field::Description)),
    ("price", ColumnUse::Field(Field::Price)),
    ("currency code", ColumnUse::Field(Field::Currency)),
    ("quantity", ColumnUse::Field(Field::Stock)),
    ("image1", ColumnUse::Field(Field::Image)),
    ("tags", ColumnUse::Custom),
    ("materials", ColumnUse::Custom),
    ("sku", ColumnUse::Custom),
    ("variation # name", ColumnUse::Custom),
    ("variation # values", ColumnUse::Custom),
];

pub fn open(records: &RecordReader) -> Option<Box<dyn Layout>> {
    let etsy = ["title", "currency code", "quantity"].iter().all(|column| records.has(column))
        && ["materials", "image1", "variation 1 name"].iter().any(|column| records.has(column))
        && !records.has("id");
    etsy.then(|| Box::new(Etsy) as _)
}

struct Etsy;

impl Layout for Etsy {
    fn system(&self) -> &'static str {
        "Etsy"
    }

    fn columns(&self) -> &'static [(&'static str, ColumnUse)] {
        COLUMNS
    }

    fn add_record(&mut self, cells: &RecordReader, mut raw: RawRow, rows: &mut RowQueue) {
        let list = |column: &str| {
            let values = cells.get(column).split(',').map(|value| value.trim().replace('_', " "));
            values.filter(|value| !value.is_empty()).collect::<Vec<_>>()
        };
        raw.tags = list("tags");
        raw.add_attribute("material", &list("materials").join(", "));
        for (name, values) in cells.numbered("variation # name", "variation # values") {
            let values: Vec<_> = values.split(',').map(str::trim).collect();
            raw.add_attribute(name, &values.join(", "));
        }
        let skus: Vec<String> = cells.get("sku").split(',').map(|sku| sku.trim().to_owned()).collect();
        // Several SKUs are those of the variations.
        let id = if skus.len() == 1 && !skus[0].is_empty() { skus[0].clone() } else { slug(&raw[Field::Title]) };
        raw.names = skus;
        raw.set(Field::Id, id);
        rows.push_back(Ok(raw));
    }
}
