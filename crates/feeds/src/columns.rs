//! The meaning of column names, JSON keys and XML tags: one table for all formats, plus the shop's own column map.
//!
//! Unknown columns are ignored. Items, and so the public catalogue, contain only what feed formats define as describing a
//! product, and the columns that the shop names. Must not know formats.

mod names; // the table of known names

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::LazyLock,
};

use super::{
    FeedError,
    raw::{Field, MAPPED_RANK},
    value::price::currency_code,
};

/// What a column is used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A field, with the rank of the column name; of several columns for a field the lowest rank wins.
    Field(Field, u8),
    /// A price whose currency is part of the column name: `price_cny`.
    PriceIn(Field, &'static str),
    /// Tags, separated by commas.
    Tags,
    /// An attribute with this name.
    Attribute(String),
    /// A placeholder of the link pattern.
    LinkPart(String),
    /// Several of these at once.
    Several(Vec<Meaning>),
}

/// The fields that a column map can name.
pub const FIELD_NAMES: &str = "id, group, title, description, url, image, brand, category, price, sale-price, \
    list-price, currency, availability, stock, rating, rating-best, rating-count, date, lang, published, tags, attr.NAME";

/// The meaning of columns: first the shop's own map, then the table. Names are normalized with [`normalize_name`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMap {
    mapped: BTreeMap<String, Vec<Meaning>>,
    /// Columns to publish as attributes under their own names, whatever else they are used for.
    kept: BTreeSet<String>,
    link_parts: BTreeSet<String>,
}

static KNOWN_NAMES: LazyLock<HashMap<String, Meaning>> = LazyLock::new(|| {
    let mut meanings = HashMap::new();
    let mut add = |name: &str, meaning: Meaning| _ = meanings.entry(remove_spaces(name)).or_insert(meaning);
    names::TAGS.iter().for_each(|name| add(name, Meaning::Tags));
    for (field, names) in names::FIELDS {
        names.iter().zip(1..).for_each(|(name, rank)| add(name, Meaning::Field(*field, rank)));
    }
    names::ATTRIBUTES.iter().for_each(|name| add(name, Meaning::Attribute((*name).to_owned())));
    meanings
});

impl ColumnMap {
    /// Parses a column map such as `title=Name,price=Preis,attr.color=Farbe`. A column can be used for several fields, with
    /// one pair for each.
    pub fn parse(text: &str) -> Result<Self, FeedError> {
        let error = |pair: &str| FeedError::ColumnMap(pair.to_owned());
        let mut columns = Self::default();
        for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
            let (field, column) = pair.split_once('=').ok_or_else(|| error(pair))?;
            let meaning = match field.trim().to_ascii_lowercase().as_str() {
                "tags" => Meaning::Tags,
                name => match name.strip_prefix("attr.") {
                    Some(name) if !name.is_empty() => Meaning::Attribute(name.to_owned()),
                    _ => Meaning::Field(field_from_name(name).ok_or_else(|| error(pair))?, MAPPED_RANK),
                },
            };
            if column.trim().is_empty() {
                return Err(error(pair));
            }
            columns.mapped.entry(normalize_name(column)).or_default().push(meaning);
        }
        Ok(columns)
    }

    /// Publishes the column as an attribute under its own name.
    pub fn keep(&mut self, column: &str) {
        self.kept.insert(normalize_name(column));
    }

    /// Keeps the values of the column for the link pattern.
    pub fn add_link_part(&mut self, column: &str) {
        self.link_parts.insert(normalize_name(column));
    }

    /// The meaning of a column: from the shop's map, else from the table; `None` if it is in neither.
    pub fn meaning(&self, column: &str) -> Option<Meaning> {
        self.find(normalize_name(column), known_meaning)
    }

    /// The meaning of a column in a format with its own names: from the shop's map, else from `default`.
    pub fn meaning_or(&self, column: &str, default: impl FnOnce() -> Option<Meaning>) -> Option<Meaning> {
        self.find(normalize_name(column), |_| default())
    }

    fn find(&self, name: String, default: impl FnOnce(&str) -> Option<Meaning>) -> Option<Meaning> {
        let mut all = self.mapped.get(&name).cloned().unwrap_or_else(|| default(&name).into_iter().collect());
        if self.kept.contains(&name) {
            all.push(Meaning::Attribute(name.clone()));
        }
        if self.link_parts.contains(&name) {
            all.push(Meaning::LinkPart(name));
        }
        if all.len() > 1 { Some(Meaning::Several(all)) } else { all.pop() }
    }
}

/// The meaning of a column name in the table; a price name may end in a currency code.
pub fn known_meaning(name: &str) -> Option<Meaning> {
    if let Some(meaning) = KNOWN_NAMES.get(&remove_spaces(name)) {
        return Some(meaning.clone());
    }
    let (stem, code) = name.rsplit_once(' ')?;
    let code = currency_code(code)?;
    match KNOWN_NAMES.get(&remove_spaces(stem)) {
        Some(Meaning::Field(field @ (Field::Price | Field::SalePrice | Field::ListPrice), _)) => {
            Some(Meaning::PriceIn(*field, code))
        }
        _ => None,
    }
}

/// Whether feed formats define an attribute with this name, such as `size`.
pub fn is_product_attribute(name: &str) -> bool {
    matches!(KNOWN_NAMES.get(&remove_spaces(&normalize_name(name))), Some(Meaning::Attribute(_)))
}

fn field_from_name(name: &str) -> Option<Field> {
    Some(match name {
        "id" => Field::Id,
        "group" => Field::Group,
        "title" => Field::Title,
        "description" => Field::Description,
        "url" => Field::Url,
        "image" => Field::Image,
        "brand" => Field::Brand,
        "category" => Field::Category,
        "price" => Field::Price,
        "sale-price" => Field::SalePrice,
        "list-price" => Field::ListPrice,
        "currency" => Field::Currency,
        "availability" => Field::Availability,
        "stock" => Field::Stock,
        "rating" => Field::Rating,
        "rating-best" => Field::RatingBest,
        "rating-count" => Field::RatingCount,
        "date" => Field::Date,
        "lang" => Field::Lang,
        "published" => Field::Published,
        _ => return None,
    })
}

/// Normalizes a name: `g:Image_Link` -> `image link`, and `Name *` -> `name` (the asterisk marks required columns).
pub fn normalize_name(name: &str) -> String {
    let name = name.trim().trim_start_matches('\u{feff}').trim_end_matches(['*', ' ']).to_lowercase();
    let name = name.strip_prefix("g:").unwrap_or(&name);
    name.split(|c: char| c.is_whitespace() || matches!(c, '_' | '-' | '/'))
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn remove_spaces(name: &str) -> String {
    name.replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_in_many_spellings_and_the_own_map_wins() {
        let columns =
            ColumnMap::parse("title=Bezeichnung, price = VK Preis,attr.color=Farbe,tags=Schlagworte").unwrap();
        for (name, expect) in [
            ("g:image_link", Some(Meaning::Field(Field::Image, 1))),
            ("Body (HTML)", Some(Meaning::Field(Field::Description, 3))),
            ("商品名称", Some(Meaning::Field(Field::Title, 9))),
            ("itemGroupId", Some(Meaning::Field(Field::Group, 1))),
            ("Name *", Some(Meaning::Field(Field::Title, 2))),
            ("bezeichnung", Some(Meaning::Field(Field::Title, 0))),
            ("VK-Preis", Some(Meaning::Field(Field::Price, 0))),
            ("Farbe", Some(Meaning::Attribute("color".into()))),
            ("schlagworte", Some(Meaning::Tags)),
            ("price_cny", Some(Meaning::PriceIn(Field::Price, "CNY"))),
            ("g:age_group", Some(Meaning::Attribute("age group".into()))),
            ("my own thing", None),
            ("Wholesale price", None),
            ("wholesale price EUR", None),
            ("cost", None),
        ] {
            assert_eq!(columns.meaning(name), expect, "{name}");
        }
    }

    #[test]
    fn a_column_can_be_used_for_several_fields_and_kept() {
        let mut columns = ColumnMap::parse("id=name,title=Name").unwrap();
        columns.keep("Supplier_Name");
        columns.keep("Price");
        columns.add_link_part("slug");
        let field = Meaning::Field;
        for (name, expect) in [
            ("name", vec![field(Field::Id, 0), field(Field::Title, 0)]),
            ("price", vec![field(Field::Price, 1), Meaning::Attribute("price".into())]),
            ("Slug", vec![field(Field::Id, 10), Meaning::LinkPart("slug".into())]),
        ] {
            assert_eq!(columns.meaning(name), Some(Meaning::Several(expect)), "{name}");
        }
        assert_eq!(columns.meaning("supplier name"), Some(Meaning::Attribute("supplier name".into())));
    }

    #[test]
    fn every_field_has_fewer_than_a_hundred_names() {
        assert!(names::FIELDS.iter().all(|(_, names)| names.len() < 100));
    }

    #[test]
    fn an_error_in_a_column_map_names_the_pair() {
        for text in ["title", "colour=Farbe", "title=", "attr.=x"] {
            let error = ColumnMap::parse(text).unwrap_err().to_string();
            assert!(error.contains(text) && error.contains("title=Name"), "{error}");
        }
        assert_eq!(ColumnMap::parse(" ").unwrap(), ColumnMap::default());
    }
}
