//! Etsy's listings: no ids, no addresses and no categories; a listing is known by its SKU if it has one of its own,
//! else by its title. Must not know how values are cleaned.

use super::{Layout, Queue, Use};
use crate::{
    parse::records::Records,
    raw::{Field, Raw},
    value::slug,
};

const COLUMNS: &[(&str, Use)] = &[
    ("title", Use::Field(Field::Title)),
    ("description", Use::Field(Field::Description)),
    ("price", Use::Field(Field::Price)),
    ("currency code", Use::Field(Field::Currency)),
    ("quantity", Use::Field(Field::Stock)),
    ("image1", Use::Field(Field::Image)),
    ("tags", Use::Own),
    ("materials", Use::Own),
    ("sku", Use::Own),
    ("variation # name", Use::Own),
    ("variation # values", Use::Own),
];

pub fn open(records: &Records) -> Option<Box<dyn Layout>> {
    let etsy = ["title", "currency code", "quantity"].iter().all(|column| records.has(column))
        && ["materials", "image1", "variation 1 name"].iter().any(|column| records.has(column))
        && !records.has("id");
    etsy.then(|| Box::new(Etsy) as _)
}

struct Etsy;

impl Layout for Etsy {
    fn maker(&self) -> &'static str {
        "Etsy"
    }

    fn columns(&self) -> &'static [(&'static str, Use)] {
        COLUMNS
    }

    fn row(&mut self, cells: &Records, mut raw: Raw, rows: &mut Queue) {
        let list = |column: &str| {
            let values = cells.get(column).split(',').map(|value| value.trim().replace('_', " "));
            values.filter(|value| !value.is_empty()).collect::<Vec<_>>()
        };
        raw.tags = list("tags");
        raw.attribute("material", &list("materials").join(", "));
        for (name, values) in cells.numbered("variation # name", "variation # values") {
            let values: Vec<_> = values.split(',').map(str::trim).collect();
            raw.attribute(name, &values.join(", "));
        }
        let skus: Vec<String> = cells.get("sku").split(',').map(|sku| sku.trim().to_owned()).collect();
        // Several are those of the variations.
        let id = if skus.len() == 1 && !skus[0].is_empty() { skus[0].clone() } else { slug(&raw[Field::Title]) };
        raw.names = skus;
        raw.set(Field::Id, id);
        rows.push_back(Ok(raw));
    }
}
