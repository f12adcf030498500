//! Vendure's import CSV: further variants are below their product, with empty product columns. Column names may end in a
//! language, as in `name:en`; the first language is read. Must not know how variants are folded.

use super::{ColumnUse, Layout, RowQueue, make_variant};
use crate::{
    columns::ColumnMap,
    parse::{nested, object::ColumnUses, records::RecordReader},
    raw::{Field, RawRow},
};

const COLUMNS: &[(&str, ColumnUse)] = &[
    ("name", ColumnUse::Field(Field::Title)),
    ("description", ColumnUse::Field(Field::Description)),
    ("price", ColumnUse::Field(Field::Price)),
    ("enabled", ColumnUse::Field(Field::Published)),
    ("slug", ColumnUse::Custom),
    ("sku", ColumnUse::Custom),
    ("assets", ColumnUse::Custom),
    ("variantassets", ColumnUse::Custom),
    ("facets", ColumnUse::Custom),
    ("variantfacets", ColumnUse::Custom),
    ("optiongroups", ColumnUse::Custom),
    ("optionvalues", ColumnUse::Custom),
    ("stockonhand", ColumnUse::Custom),
    ("trackinventory", ColumnUse::Custom),
];
const LIST_SEPARATOR: char = '|';

pub fn open(records: &mut RecordReader, columns: &ColumnMap) -> Option<Box<dyn Layout>> {
    let without_language = |column: &str| column.split(':').next().unwrap_or_default().to_owned();
    if !["optiongroups", "optionvalues"]
        .iter()
        .all(|name| records.header.iter().any(|column| without_language(column) == *name))
    {
        return None;
    }
    let is_known = |name: &str| COLUMNS.iter().any(|(column, _)| *column == name);
    records.rename(|column| Some(without_language(column)).filter(|name| is_known(name)));
    Some(Box::new(Vendure { columns: columns.clone(), ..Vendure::default() }))
}

#[derive(Default)]
struct Vendure {
    columns: ColumnMap,
    nested_uses: ColumnUses,
    product: RawRow,
    id: String,
    groups: Vec<String>,
}

impl Vendure {
    /// Adds facets such as `category:Electronics|brand:Apple`.
    fn add_facets(&mut self, raw: &mut RawRow, facets: &str) {
        for (name, value) in facets.split(LIST_SEPARATOR).filter_map(|facet| facet.split_once(':')) {
            let (name, value) = (name.trim(), value.trim());
            if name.eq_ignore_ascii_case("category") {
                raw.offer(Field::Category, 1, value);
            } else {
                nested::assign_pair(raw, "facets", name, value, &self.columns, &mut self.nested_uses);
            }
        }
    }
}

impl Layout for Vendure {
    fn system(&self) -> &'static str {
        "Vendure"
    }

    fn columns(&self) -> &'static [(&'static str, ColumnUse)] {
        COLUMNS
    }

    fn add_record(&mut self, cells: &RecordReader, mut raw: RawRow, rows: &mut RowQueue) {
        let (title, sku) = (raw[Field::Title].to_owned(), cells.get("sku"));
        if !title.is_empty() {
            let slug = cells.get("slug");
            self.id = if slug.is_empty() { crate::value::slug(&title) } else { slug.to_owned() };
            self.groups = cells.get("optiongroups").split(LIST_SEPARATOR).map(|name| name.trim().to_owned()).collect();
            // The example in Vendure's documentation has spaces before its quotes, so they remain in the value.
            let description = raw[Field::Description].trim_matches('"').to_owned();
            raw.set(Field::Description, description);
            let image = cells.get("assets").split(LIST_SEPARATOR).next().unwrap_or_default().trim();
            raw.set(Field::Image, image);
            image.clone_into(&mut raw.group_image);
            self.add_facets(&mut raw, cells.get("facets"));
            self.product = raw.clone();
            self.product.set(Field::Price, "");
            if sku.is_empty() {
                return; // the variants have their own rows
            }
        }
        let image = cells.get("variantassets").split(LIST_SEPARATOR).next().unwrap_or_default().trim();
        if !image.is_empty() {
            raw.set(Field::Image, image);
        }
        self.add_facets(&mut raw, cells.get("variantfacets"));
        raw.inherit(&self.product);
        raw.group_image.clone_from(&self.product.group_image);
        match cells.get("trackinventory").to_ascii_lowercase().as_str() {
            "false" | "0" => raw.set(Field::Availability, "in stock"),
            _ => raw.set(Field::Stock, cells.get("stockonhand")),
        }
        raw.names = vec![sku.to_owned()];
        raw.set(Field::Id, self.id.as_str());
        let values = cells.get("optionvalues").split(LIST_SEPARATOR).map(str::trim);
        let names = self.groups.iter().map(|group| group.split(':').next().unwrap_or_default());
        let options: Vec<_> = names.zip(values).filter(|(_, value)| !value.is_empty()).collect();
        if !options.is_empty() {
            make_variant(&mut raw, &self.id, sku, &options);
        }
        rows.push_back(Ok(raw));
    }

    fn nested_uses(&self) -> ColumnUses {
        self.nested_uses.clone()
    }
}
