//! What the names of columns, JSON keys and XML tags mean: one table for all formats, and what the shop itself says.
//!
//! A column that nobody knows means nothing: an item, and so the public catalogue, has only what formats define as
//! describing a product and what the shop names. Must not know formats.

mod names; // the table

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::LazyLock,
};

use super::{
    FeedError,
    raw::{Field, NAMED},
    value::price::currency_code,
};

/// What a column is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// The field, and its rank among the names of the field; the lower wins.
    Field(Field, u8),
    /// A price whose currency is in the column's name: `price_cny`.
    PriceIn(Field, &'static str),
    /// Tags, with commas between them.
    Tags,
    /// An attribute of this name.
    Attribute(String),
    /// A part of the addresses that are made of a pattern.
    LinkPart(String),
    /// All of these at once.
    Several(Vec<Meaning>),
}

/// The fields that a column map may name.
pub const FIELD_NAMES: &str = "id, group, title, description, url, image, brand, category, price, sale-price, \
    list-price, currency, availability, stock, rating, rating-best, rating-count, date, lang, published, tags, attr.NAME";

/// Which column means what: what the shop says first, then the table. Names in it are as [`normal`] makes them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    mapped: BTreeMap<String, Vec<Meaning>>,
    /// To be attributes under their own names, whatever else they are.
    kept: BTreeSet<String>,
    link_parts: BTreeSet<String>,
}

static KNOWN: LazyLock<HashMap<String, Meaning>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    let mut add = |name: &str, meaning: Meaning| _ = known.entry(squeezed(name)).or_insert(meaning);
    names::TAGS.iter().for_each(|name| add(name, Meaning::Tags));
    for (field, names) in names::FIELDS {
        names.iter().zip(1..).for_each(|(name, rank)| add(name, Meaning::Field(*field, rank)));
    }
    names::ATTRIBUTES.iter().for_each(|name| add(name, Meaning::Attribute((*name).to_owned())));
    known
});

impl Columns {
    /// `title=Name,price=Preis,attr.color=Farbe`. A column may serve several fields, each named by a pair of its own.
    pub fn parse(text: &str) -> Result<Self, FeedError> {
        let error = |pair: &str| FeedError::Columns(pair.to_owned());
        let mut columns = Self::default();
        for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
            let (field, column) = pair.split_once('=').ok_or_else(|| error(pair))?;
            let meaning = match field.trim().to_ascii_lowercase().as_str() {
                "tags" => Meaning::Tags,
                name => match name.strip_prefix("attr.") {
                    Some(name) if !name.is_empty() => Meaning::Attribute(name.to_owned()),
                    _ => Meaning::Field(named(name).ok_or_else(|| error(pair))?, NAMED),
                },
            };
            if column.trim().is_empty() {
                return Err(error(pair));
            }
            columns.mapped.entry(normal(column)).or_default().push(meaning);
        }
        Ok(columns)
    }

    /// The column becomes an attribute under its own name.
    pub fn keep(&mut self, column: &str) {
        self.kept.insert(normal(column));
    }

    /// The column is needed to make links.
    pub fn add_link_part(&mut self, column: &str) {
        self.link_parts.insert(normal(column));
    }

    /// What a column of this name is for, where anything is known of it.
    pub fn meaning(&self, column: &str) -> Option<Meaning> {
        self.find(normal(column), known)
    }

    /// The same where a format has names of its own: what the shop says comes first, else `known` decides.
    pub fn meaning_or(&self, column: &str, known: impl FnOnce() -> Option<Meaning>) -> Option<Meaning> {
        self.find(normal(column), |_| known())
    }

    fn find(&self, name: String, known: impl FnOnce(&str) -> Option<Meaning>) -> Option<Meaning> {
        let mut all = self.mapped.get(&name).cloned().unwrap_or_else(|| known(&name).into_iter().collect());
        if self.kept.contains(&name) {
            all.push(Meaning::Attribute(name.clone()));
        }
        if self.link_parts.contains(&name) {
            all.push(Meaning::LinkPart(name));
        }
        if all.len() > 1 { Some(Meaning::Several(all)) } else { all.pop() }
    }
}

/// What formats and shops in general mean by a column of this name.
pub fn known(name: &str) -> Option<Meaning> {
    if let Some(known) = KNOWN.get(&squeezed(name)) {
        return Some(known.clone());
    }
    let (stem, code) = name.rsplit_once(' ')?;
    let code = currency_code(code)?;
    match KNOWN.get(&squeezed(stem)) {
        Some(Meaning::Field(field @ (Field::Price | Field::SalePrice | Field::ListPrice), _)) => {
            Some(Meaning::PriceIn(*field, code))
        }
        _ => None,
    }
}

/// Whether formats define an attribute of this name, such as `size`.
pub fn describes_a_product(name: &str) -> bool {
    matches!(KNOWN.get(&squeezed(&normal(name))), Some(Meaning::Attribute(_)))
}

fn named(name: &str) -> Option<Field> {
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

/// `g:Image_Link` -> `image link`, and `Name *` -> `name`: the star marks what a form requires.
pub fn normal(name: &str) -> String {
    let name = name.trim().trim_start_matches('\u{feff}').trim_end_matches(['*', ' ']).to_lowercase();
    let name = name.strip_prefix("g:").unwrap_or(&name);
    name.split(|c: char| c.is_whitespace() || matches!(c, '_' | '-' | '/'))
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn squeezed(name: &str) -> String {
    name.replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_many_spellings_and_a_persons_own_map_comes_first() {
        let columns = Columns::parse("title=Bezeichnung, price = VK Preis,attr.color=Farbe,tags=Schlagworte").unwrap();
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
    fn a_column_may_serve_several_fields_and_be_kept() {
        let mut columns = Columns::parse("id=name,title=Name").unwrap();
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
    fn no_field_has_so_many_names_that_their_ranks_run_out() {
        assert!(names::FIELDS.iter().all(|(_, names)| names.len() < 100));
    }

    #[test]
    fn a_map_that_is_not_understood_says_which_part() {
        for text in ["title", "colour=Farbe", "title=", "attr.=x"] {
            let error = Columns::parse(text).unwrap_err().to_string();
            assert!(error.contains(text) && error.contains("title=Name"), "{error}");
        }
        assert_eq!(Columns::parse(" ").unwrap(), Columns::default());
    }
}
