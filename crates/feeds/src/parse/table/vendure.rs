//! Vendure's import CSV: further variants stand below their product, with nothing in its columns. Names of columns may
//! end in a language, as in `name:en`; the first language is read. Must not know how variants are folded.

use super::{Layout, Queue, Use, make_variant};
use crate::{
    columns::Columns,
    parse::{nested, object::Used, records::Records},
    raw::{Field, Raw},
};

const COLUMNS: &[(&str, Use)] = &[
    ("name", Use::Field(Field::Title)),
    ("description", Use::Field(Field::Description)),
    ("price", Use::Field(Field::Price)),
    ("enabled", Use::Field(Field::Published)),
    ("slug", Use::Own),
    ("sku", Use::Own),
    ("assets", Use::Own),
    ("variantassets", Use::Own),
    ("facets", Use::Own),
    ("variantfacets", Use::Own),
    ("optiongroups", Use::Own),
    ("optionvalues", Use::Own),
    ("stockonhand", Use::Own),
    ("trackinventory", Use::Own),
];
const BETWEEN: char = '|';

pub fn open(records: &mut Records, columns: &Columns) -> Option<Box<dyn Layout>> {
    let plain = |column: &str| column.split(':').next().unwrap_or_default().to_owned();
    if !["optiongroups", "optionvalues"].iter().all(|name| records.header.iter().any(|column| plain(column) == *name)) {
        return None;
    }
    let known = |name: &str| COLUMNS.iter().any(|(column, _)| *column == name);
    records.rename(|column| Some(plain(column)).filter(|name| known(name)));
    Some(Box::new(Vendure { columns: columns.clone(), ..Vendure::default() }))
}

#[derive(Default)]
struct Vendure {
    columns: Columns,
    nested: Used,
    product: Raw,
    id: String,
    groups: Vec<String>,
}

impl Vendure {
    /// `category:Electronics|brand:Apple`
    fn facets(&mut self, raw: &mut Raw, facets: &str) {
        for (name, value) in facets.split(BETWEEN).filter_map(|facet| facet.split_once(':')) {
            let (name, value) = (name.trim(), value.trim());
            if name.eq_ignore_ascii_case("category") {
                raw.offer(Field::Category, 1, value);
            } else {
                nested::put(raw, "facets", name, value, &self.columns, &mut self.nested);
            }
        }
    }
}

impl Layout for Vendure {
    fn maker(&self) -> &'static str {
        "Vendure"
    }

    fn columns(&self) -> &'static [(&'static str, Use)] {
        COLUMNS
    }

    fn row(&mut self, cells: &Records, mut raw: Raw, rows: &mut Queue) {
        let (title, sku) = (raw[Field::Title].to_owned(), cells.get("sku"));
        if !title.is_empty() {
            let slug = cells.get("slug");
            self.id = if slug.is_empty() { crate::value::slug(&title) } else { slug.to_owned() };
            self.groups = cells.get("optiongroups").split(BETWEEN).map(|name| name.trim().to_owned()).collect();
            // The documentation's own example has spaces before its quotes.
            let description = raw[Field::Description].trim_matches('"').to_owned();
            raw.set(Field::Description, description);
            let image = cells.get("assets").split(BETWEEN).next().unwrap_or_default().trim();
            raw.set(Field::Image, image);
            image.clone_into(&mut raw.group_image);
            self.facets(&mut raw, cells.get("facets"));
            self.product = raw.clone();
            self.product.set(Field::Price, "");
            if sku.is_empty() {
                return; // the variants have rows of their own
            }
        }
        let image = cells.get("variantassets").split(BETWEEN).next().unwrap_or_default().trim();
        if !image.is_empty() {
            raw.set(Field::Image, image);
        }
        self.facets(&mut raw, cells.get("variantfacets"));
        raw.inherit(&self.product);
        raw.group_image.clone_from(&self.product.group_image);
        match cells.get("trackinventory").to_ascii_lowercase().as_str() {
            "false" | "0" => raw.set(Field::Availability, "in stock"),
            _ => raw.set(Field::Stock, cells.get("stockonhand")),
        }
        raw.names = vec![sku.to_owned()];
        raw.set(Field::Id, self.id.as_str());
        let values = cells.get("optionvalues").split(BETWEEN).map(str::trim);
        let names = self.groups.iter().map(|group| group.split(':').next().unwrap_or_default());
        let options: Vec<_> = names.zip(values).filter(|(_, value)| !value.is_empty()).collect();
        if !options.is_empty() {
            make_variant(&mut raw, &self.id, sku, &options);
        }
        rows.push_back(Ok(raw));
    }

    fn nested(&self) -> Used {
        self.nested.clone()
    }
}
