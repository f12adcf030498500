//! One row of a feed as the feed words it: texts by field, nothing understood yet. Must not know formats.

use std::ops::Index;

use super::value::{self, text::MOST_BYTES};
use nearmind_core::catalog::Words;

/// What a column, a key or a tag is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The shop's own id of the item or variant.
    Id,
    /// The id of the product whose variant the row is.
    Group,
    /// The name of the product, in the one language of the row.
    Title,
    /// What the product is like; may have HTML in it.
    Description,
    /// The address of the item's page.
    Url,
    /// The address of the item's picture.
    Image,
    /// The maker's name.
    Brand,
    /// The path of categories in the shop, from the widest to the narrowest.
    Category,
    /// The price without a sale, or the only one.
    Price,
    /// The lower price of now.
    SalePrice,
    /// A higher one that is crossed out; says nothing of what is paid.
    ListPrice,
    /// The currency of the prices that name none themselves.
    Currency,
    /// Whether it can be bought: `in stock`, `out_of_stock`, and what else shops write.
    Availability,
    /// How many pieces there are.
    Stock,
    /// The mean rating that customers gave, up to [`Field::RatingBest`].
    Rating,
    /// The best rating there can be.
    RatingBest,
    /// How many customers gave a rating.
    RatingCount,
    /// When the item came out or was put on sale.
    Date,
    /// The language of the row's texts.
    Lang,
    /// `false`, `0`, `draft`: the shop does not show it.
    Published,
}

/// The rank of a column that the shop named.
pub const NAMED: u8 = 0;

const FIELDS: usize = Field::Published as usize + 1;

/// A row that could be cut out of the feed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Raw {
    /// From 1: the line of a file of lines, the row of a table as a spreadsheet counts, else the nth product.
    pub row: u64,
    values: [String; FIELDS],
    ranks: [u8; FIELDS],
    /// Which fields have what the shop named a column for: it stands, whatever a format makes of its own columns.
    named: [bool; FIELDS],
    /// Keywords of the product, as the feed has them.
    pub tags: Vec<String>,
    /// Names and values of what else describes the product, such as its size. A name may come several times.
    pub attributes: Vec<(String, String)>,
    /// Every name that the row gives the item or variant: ids that were offered, the one that is taken among them.
    pub names: Vec<String>,
    /// Those that the row gives the product whose variant it is.
    pub group_names: Vec<String>,
    /// The picture of that product.
    pub group_image: String,
    /// Values of the columns that links are made of, by column.
    pub link_parts: Vec<(String, String)>,
    /// Where the feed has words by language; else title, description and category are fields.
    pub words: Vec<(String, Words)>,
    /// Why this is nothing that the shop shows; of such a row only the id is known.
    pub withheld: Option<Withheld>,
}

/// Why a row of a site's export is nothing for its visitors, in the words of the export: `draft`, `shop_order`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withheld {
    /// A draft, or something hidden: the status that the export gives.
    Unpublished(String),
    /// Something other than a product or post: the type that the export gives.
    NotProduct(String),
}

impl Raw {
    /// An empty row with its number, from 1.
    pub fn new(row: u64) -> Self {
        Self { row, ..Self::default() }
    }

    /// Of several columns for one field the one of the lowest `rank` that says something is taken.
    /// Descriptions are joined instead, until they are too long: a shop has a short one and a long one.
    /// White space around an id is kept, because two ids may differ in nothing else.
    pub fn offer(&mut self, field: Field, rank: u8, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        if field == Field::Id {
            self.names.push(value.to_owned());
        }
        let value = if field == Field::Id { value } else { value.trim() };
        // A shop has several ways to hide a product, and any of them does.
        if field == Field::Published && value::published(value) == Some(false) {
            self.set(Field::Published, value);
        }
        let (own, known) = (&mut self.values[field as usize], &mut self.ranks[field as usize]);
        self.named[field as usize] |= rank == NAMED;
        if own.is_empty() || (rank < *known && field != Field::Description) {
            (*own, *known) = (value.to_owned(), rank);
        } else if field == Field::Description && own.len() <= MOST_BYTES && !own.contains(value) {
            *own = if rank < *known { format!("{value}\n{own}") } else { format!("{own}\n{value}") };
            *known = rank.min(*known);
        }
    }

    /// Replaces what is there, unless the shop named a column for it.
    pub fn set(&mut self, field: Field, value: impl Into<String>) {
        if self.named[field as usize] {
            return;
        }
        self.values[field as usize] = value.into();
        self.ranks[field as usize] = 0;
    }

    /// What this row lacks, but for its ids, is taken from the row of the product whose variant it is.
    pub fn inherit(&mut self, product: &Self) {
        for (at, value) in product.values.iter().enumerate() {
            if self.values[at].is_empty() && at != Field::Id as usize && at != Field::Group as usize {
                (self.values[at], self.ranks[at]) = (value.clone(), product.ranks[at]);
            }
        }
        if value::published(&product[Field::Published]) == Some(false) {
            self.set(Field::Published, &product[Field::Published]);
        }
        if self.tags.is_empty() {
            self.tags = product.tags.clone();
        }
        for (name, value) in &product.attributes {
            if !self.attributes.iter().any(|(own, _)| own == name) {
                self.attributes.push((name.clone(), value.clone()));
            }
        }
        for part in &product.link_parts {
            if !self.link_parts.iter().any(|(own, _)| *own == part.0) {
                self.link_parts.push(part.clone());
            }
        }
    }

    /// About what the row takes in memory.
    pub fn size_bytes(&self) -> usize {
        size_of::<Self>() + self.values.iter().map(String::len).sum::<usize>()
    }

    /// Adds an attribute, without white space around name and value; nothing where either is empty.
    pub fn attribute(&mut self, name: &str, value: &str) {
        if !name.trim().is_empty() && !value.trim().is_empty() {
            self.attributes.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
}

impl Index<Field> for Raw {
    type Output = str;

    fn index(&self, field: Field) -> &str {
        &self.values[field as usize]
    }
}

/// A row that could not be read; the ones after it can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// From 1, as [`Raw::row`].
    pub row: u64,
    /// Why it could not be read, for people.
    pub why: String,
    /// The beginning of the row as it stands in the feed.
    pub excerpt: String,
}

/// The first characters of a text, in one line, for an example.
pub fn excerpt(text: &str) -> String {
    const MOST_CHARS: usize = 120;
    let mut characters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut excerpt: String = characters.by_ref().take(MOST_CHARS).collect();
    if characters.next().is_some() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_column_wins_and_descriptions_are_joined() {
        let mut raw = Raw::new(1);
        for (rank, value) in [(3, "third"), (1, " first "), (2, "second"), (0, " ")] {
            raw.offer(Field::Title, rank, value);
            raw.offer(Field::Description, rank, value);
        }
        assert_eq!(&raw[Field::Title], "first");
        assert_eq!(&raw[Field::Description], "first\nthird\nsecond");
    }
}
