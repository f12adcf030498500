//! One row of a feed as the feed has it: text by field, not interpreted yet. Must not know formats.

use std::ops::Index;

use super::value::{self, text::MAX_BYTES};
use nearmind_core::catalog::ItemText;

/// The product field that a column, key or tag holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The shop's own id of the item or variant.
    Id,
    /// The id of the product that the row is a variant of.
    Group,
    /// The name of the product, in the one language of the row.
    Title,
    /// The description; may contain HTML.
    Description,
    /// The address of the item's page.
    Url,
    /// The address of the item's picture.
    Image,
    /// The name of the brand or manufacturer.
    Brand,
    /// The category path in the shop, from the broadest to the narrowest.
    Category,
    /// The regular price, or the only one.
    Price,
    /// The current, reduced price.
    SalePrice,
    /// A higher, crossed-out price for comparison; never the price that is paid.
    ListPrice,
    /// The currency of prices that do not name their own.
    Currency,
    /// Whether the item can be bought: `in stock`, `out_of_stock` and other spellings.
    Availability,
    /// The number of pieces in stock.
    Stock,
    /// The mean customer rating, at most [`Field::RatingBest`].
    Rating,
    /// The highest possible rating.
    RatingBest,
    /// The number of ratings.
    RatingCount,
    /// The date when the item was released or first sold.
    Date,
    /// The language of the row's texts.
    Lang,
    /// Whether the shop shows the item; `false`, `0` and `draft` mean that it does not.
    Published,
}

/// The rank of a column that the shop mapped explicitly.
pub const MAPPED_RANK: u8 = 0;

const FIELDS: usize = Field::Published as usize + 1;

/// One row of a feed, parsed into fields but not cleaned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RawRow {
    /// The row number, from 1: the line in JSON Lines, the row in a table as a spreadsheet counts, else the nth product.
    pub row: u64,
    values: [String; FIELDS],
    ranks: [u8; FIELDS],
    /// Fields whose value comes from a column that the shop mapped. A format's own rules must not replace them.
    mapped: [bool; FIELDS],
    /// Tags of the product, as the feed has them.
    pub tags: Vec<String>,
    /// Names and values of other attributes, such as the size. A name may occur several times.
    pub attributes: Vec<(String, String)>,
    /// All identifiers that the row gives the item or variant, including the one used as its id.
    pub names: Vec<String>,
    /// All identifiers that the row gives the product it is a variant of.
    pub group_names: Vec<String>,
    /// The picture address of that product.
    pub group_image: String,
    /// Values of the columns used in the link pattern, by column name.
    pub link_parts: Vec<(String, String)>,
    /// Title, description and categories by language, in feeds that have them so; in other feeds they are fields.
    pub words: Vec<(String, ItemText)>,
    /// Why the row must not become an item; such a row has only an id.
    pub exclusion: Option<Exclusion>,
}

/// Why a row of an export must not become an item, as the export words it: `draft`, `shop_order`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exclusion {
    /// A draft or hidden row, with the status from the export.
    Unpublished(String),
    /// Neither a product nor a post, with the type from the export.
    NotProduct(String),
}

impl RawRow {
    /// Creates an empty row with its number, from 1.
    pub fn new(row: u64) -> Self {
        Self { row, ..Self::default() }
    }

    /// Sets a field unless a column of a lower or equal `rank` has set it already. An empty value is ignored.
    ///
    /// Descriptions are joined instead, until they are too long, because many shops have a short and a long one. White
    /// space around an id is kept, because two ids may differ only in that.
    pub fn offer(&mut self, field: Field, rank: u8, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        if field == Field::Id {
            self.names.push(value.to_owned());
        }
        let value = if field == Field::Id { value } else { value.trim() };
        // A shop can hide a product in several columns; one of them is enough.
        if field == Field::Published && value::parse_published(value) == Some(false) {
            self.set(Field::Published, value);
        }
        let (current, current_rank) = (&mut self.values[field as usize], &mut self.ranks[field as usize]);
        self.mapped[field as usize] |= rank == MAPPED_RANK;
        if current.is_empty() || (rank < *current_rank && field != Field::Description) {
            (*current, *current_rank) = (value.to_owned(), rank);
        } else if field == Field::Description && current.len() <= MAX_BYTES && !current.contains(value) {
            *current = if rank < *current_rank { format!("{value}\n{current}") } else { format!("{current}\n{value}") };
            *current_rank = rank.min(*current_rank);
        }
    }

    /// Replaces the value of a field, unless the shop mapped a column to it.
    pub fn set(&mut self, field: Field, value: impl Into<String>) {
        if self.mapped[field as usize] {
            return;
        }
        self.values[field as usize] = value.into();
        self.ranks[field as usize] = 0;
    }

    /// Copies the values that this variant lacks from the row of its product, except id and group.
    pub fn inherit(&mut self, product: &Self) {
        for (at, value) in product.values.iter().enumerate() {
            if self.values[at].is_empty() && at != Field::Id as usize && at != Field::Group as usize {
                (self.values[at], self.ranks[at]) = (value.clone(), product.ranks[at]);
            }
        }
        if value::parse_published(&product[Field::Published]) == Some(false) {
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

    /// The approximate size of the row in memory.
    pub fn size_bytes(&self) -> usize {
        size_of::<Self>() + self.values.iter().map(String::len).sum::<usize>()
    }

    /// Adds an attribute with name and value trimmed. Does nothing if either is empty.
    pub fn add_attribute(&mut self, name: &str, value: &str) {
        if !name.trim().is_empty() && !value.trim().is_empty() {
            self.attributes.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
}

impl Index<Field> for RawRow {
    type Output = str;

    fn index(&self, field: Field) -> &str {
        &self.values[field as usize]
    }
}

/// A row that could not be read. Later rows can still be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The row number, from 1, as in [`RawRow::row`].
    pub row: u64,
    /// Why the row could not be read, for people.
    pub why: String,
    /// The beginning of the row, as it is in the feed.
    pub excerpt: String,
}

/// Returns the first 120 characters of a text on one line, for examples in a report.
pub fn excerpt(text: &str) -> String {
    const MAX_CHARS: usize = 120;
    let mut characters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut excerpt: String = characters.by_ref().take(MAX_CHARS).collect();
    if characters.next().is_some() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_rank_wins_and_descriptions_are_joined() {
        let mut raw = RawRow::new(1);
        for (rank, value) in [(3, "third"), (1, " first "), (2, "second"), (0, " ")] {
            raw.offer(Field::Title, rank, value);
            raw.offer(Field::Description, rank, value);
        }
        assert_eq!(&raw[Field::Title], "first");
        assert_eq!(&raw[Field::Description], "first\nthird\nsecond");
    }
}
