//! All items of a catalogue, kept in the format of their files. An item is a view that decodes a field when it is read:
//! with a struct for each item, a catalogue of 100,000 items took three times the memory.
//!
//! Must not know where the files come from.

use super::{
    Availability, Item, ItemText,
    item::preferred_language,
    pack::{
        items::{self, Columns, ItemsWriter},
        texts::{self, Texts},
    },
};
use crate::bytes::DecodeError;

/// N items, sorted by id.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Items {
    columns: Columns,
    texts: Texts,
}

/// A reference to an item in [`Items`]. Decodes a field when it is read.
#[derive(Clone, Copy)]
pub struct ItemRef<'a> {
    items: &'a Items,
    row: u32,
}

/// The texts of an item in one language, borrowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemTextRef<'a> {
    /// The name of the product.
    pub title: &'a str,
    /// The shop's description of the product; empty if there is none.
    pub description: &'a str,
    /// The category path from the root to the leaf.
    pub categories: Vec<&'a str>,
}

impl Items {
    /// Opens the items from the two files of a pack: the decoded file of the columns, and the bytes of the file of the
    /// texts. Fails if the texts cannot be decoded.
    pub fn open(columns: Columns, texts: Vec<u8>) -> Result<Self, DecodeError> {
        let languages = (0..columns.ids().len() as u32).map(|row| columns.languages(row).len());
        let texts = texts::read(texts, languages)?;
        Ok(Self { columns, texts })
    }

    /// Packs `items`. Fails if they are not sorted by id or an id occurs twice.
    pub fn pack<'a>(items: impl IntoIterator<Item = &'a Item>) -> Result<Self, DecodeError> {
        let (mut columns, mut texts, mut writer) = (Vec::new(), Vec::new(), ItemsWriter::default());
        let mut written = texts::begin(&mut texts);
        for item in items {
            writer.push(item);
            written = written.and_then(|()| texts::write(item, &mut texts));
        }
        let written = written.and_then(|()| writer.finish(&mut columns));
        written.map_err(|_| DecodeError("it cannot be written"))?; // writing to memory does not fail
        Self::open(items::read(columns)?, texts)
    }

    /// The contents of the two files in a pack: columns and texts.
    pub fn files(&self) -> [&[u8]; 2] {
        [self.columns.bytes(), self.texts.bytes()]
    }

    /// The number of items, N.
    pub fn len(&self) -> usize {
        self.columns.ids().len()
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the row of the item with this id. [`super::Catalog::row`] also finds items by their aliases.
    pub fn row(&self, id: &str) -> Option<u32> {
        self.columns.ids().find(id).ok().map(|row| row as u32)
    }

    /// Returns the item at `row`. If there is no such row, all its fields are empty.
    pub fn get(&self, row: u32) -> ItemRef<'_> {
        ItemRef { items: self, row }
    }

    /// Iterates over the items in the order of their rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ItemRef<'_>> {
        (0..self.len() as u32).map(|row| self.get(row))
    }
}

/// The fields of the item, as in [`Item`]. Unknown fields are empty or `None`.
impl<'a> ItemRef<'a> {
    /// The shop's own id of the item.
    pub fn id(self) -> &'a str {
        self.items.columns.ids().get(self.row as usize).unwrap_or_default()
    }

    /// Path or URL of the product's page.
    pub fn url(self) -> String {
        self.items.columns.url(self.row)
    }

    /// Path or URL of its picture.
    pub fn image(self) -> String {
        self.items.columns.image(self.row)
    }

    /// The brand.
    pub fn brand(self) -> &'a str {
        self.items.columns.brand(self.row)
    }

    /// The current price, in [`ItemRef::currency`].
    pub fn price(self) -> Option<f64> {
        self.items.columns.price(self.row)
    }

    /// ISO 4217 code of the currency.
    pub fn currency(self) -> &'a str {
        self.items.columns.currency(self.row)
    }

    /// Whether it can be bought; `None` if the shop does not say.
    pub fn availability(self) -> Option<Availability> {
        self.items.columns.stock(self.row).0
    }

    /// The number of pieces in stock.
    pub fn stock(self) -> Option<u32> {
        self.items.columns.stock(self.row).1
    }

    /// The mean customer rating, 0..=5.
    pub fn rating(self) -> Option<f32> {
        self.items.columns.rating(self.row).0
    }

    /// The number of ratings.
    pub fn rating_count(self) -> Option<u32> {
        self.items.columns.rating(self.row).1
    }

    /// The release date, in days since 1970-01-01.
    pub fn date(self) -> Option<i64> {
        self.items.columns.date(self.row)
    }

    /// The shop's id of the product that it is a variant of, if variants are listed separately.
    pub fn group(self) -> Option<&'a str> {
        self.items.columns.group(self.row)
    }

    /// The shop's own keywords.
    pub fn tags(self) -> Vec<&'a str> {
        self.items.columns.tags(self.row)
    }

    /// Names and values of other attributes, sorted by name.
    pub fn attributes(self) -> Vec<(&'a str, &'a str)> {
        self.items.columns.attributes(self.row)
    }

    /// Primary subtags of the languages that it has texts in, sorted.
    pub fn languages(self) -> Vec<&'a str> {
        self.items.columns.languages(self.row)
    }

    /// Iterates over the steps of its category paths in all languages.
    pub fn categories(self) -> impl Iterator<Item = &'a str> {
        (0..self.languages().len()).flat_map(move |nth| self.items.columns.categories(self.row, nth))
    }

    /// Iterates over its texts, each with the primary subtag of its language.
    pub fn words(self) -> impl Iterator<Item = (&'a str, ItemTextRef<'a>)> {
        self.languages().into_iter().enumerate().map(move |(nth, language)| (language, self.nth_text(nth)))
    }

    /// Returns its texts in `lang`, else in English, else in its first language: like [`Item::text_in`].
    pub fn text_in(self, lang: &str) -> Option<(&'a str, ItemTextRef<'a>)> {
        let languages = self.languages();
        let nth = preferred_language(languages.iter().copied(), lang)?;
        Some((languages[nth], self.nth_text(nth)))
    }

    /// The texts in the `nth` of its languages.
    fn nth_text(self, nth: usize) -> ItemTextRef<'a> {
        let (title, description) = self.items.texts.get(self.row, nth);
        ItemTextRef { title, description, categories: self.items.columns.categories(self.row, nth) }
    }

    /// Decodes all fields into an [`Item`].
    pub fn to_item(self) -> Item {
        let owned_strings = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<String>>();
        let owned_text = |text: ItemTextRef| ItemText {
            title: text.title.to_owned(),
            description: text.description.to_owned(),
            categories: owned_strings(text.categories),
        };
        let owned_attribute = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Item {
            id: self.id().to_owned(),
            url: self.url(),
            image: self.image(),
            brand: self.brand().to_owned(),
            price: self.price(),
            currency: self.currency().to_owned(),
            availability: self.availability(),
            stock: self.stock(),
            rating: self.rating(),
            rating_count: self.rating_count(),
            date: self.date(),
            group: self.group().map(str::to_owned),
            tags: owned_strings(self.tags()),
            attributes: self.attributes().into_iter().map(owned_attribute).collect(),
            words: self.words().map(|(lang, text)| (lang.to_owned(), owned_text(text))).collect(),
        }
    }
}

impl<'a> ItemTextRef<'a> {
    /// Returns the leaf of the category path; empty if there is none.
    pub fn category(&self) -> &'a str {
        self.categories.last().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An item. Some URLs are longer than the longest shared prefix; every fifth item has a picture.
    fn item(nth: usize) -> Item {
        let text = |title: &str| ItemText { title: format!("{title} {nth}"), ..ItemText::default() };
        Item {
            id: format!("{nth:03}"),
            url: format!("https://shop.example/{}{nth}", "夹克/".repeat(nth % 40)),
            image: if nth.is_multiple_of(5) { format!("/{nth}.svg") } else { String::new() },
            price: [Some(f64::NAN), Some(2.5), None][nth % 3],
            tags: vec!["a".into(), "b".repeat(300)],
            words: [("en".to_owned(), text("Jacket")), ("zh".to_owned(), text("夹克"))].into(),
            ..Item::default()
        }
    }

    #[test]
    fn items_round_trip_at_every_row() {
        let originals: Vec<Item> = (0..70).map(item).collect();
        let items = Items::pack(&originals).unwrap();
        for (nth, mut original) in originals.into_iter().enumerate().rev() {
            original.price = original.price.filter(|price| price.is_finite());
            assert_eq!(items.get(nth as u32).to_item(), original, "{nth}");
            assert_eq!(items.row(&original.id), Some(nth as u32));
        }
        assert_eq!((items.len(), items.row("7"), items.get(70).to_item()), (70, None, Item::default()));
        let (lang, text) = items.get(7).text_in("de").unwrap();
        assert_eq!((lang, text.title, text.category()), ("en", "Jacket 7", ""));
    }

    #[test]
    fn unsorted_and_duplicate_ids_are_rejected() {
        for wrong in [[item(2), item(1)], [item(1), item(1)]] {
            assert!(Items::pack(&wrong).is_err());
        }
        assert!(Items::pack(&[]).unwrap().is_empty());
    }
}
