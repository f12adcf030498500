//! One product as the shop describes it. Must not know where it comes from or how it is ranked.
//!
//! In JSON, an absent field is the same as an empty one; empty fields are not written.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

/// The separator between the steps of a category path that is written as one string.
pub const PATH_SEPARATOR: &str = " > ";

/// The texts of an item in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ItemText {
    /// The name of the product, as a card shows it.
    pub title: String,
    /// The shop's description of the product; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The category path from the root to the leaf: `["Clothing", "Shoes"]`. Also read from
    /// `"category": "Clothing > Shoes"`.
    #[serde(default, alias = "category", deserialize_with = "path", skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
}

/// One product, or one variant of a product if the shop lists variants separately.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Item {
    /// The shop's own id; unique in a catalogue.
    pub id: String,
    /// Path or URL of the product's page.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Path or URL of its picture; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub image: String,
    /// The brand, as the shop writes it; empty if it is unknown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub brand: String,
    /// The current price in `currency`; that of the cheapest variant if there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
    /// ISO 4217 code of the currency.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub currency: String,
    /// Whether it can be bought; `None` if the shop does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
    /// The number of pieces in stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u32>,
    /// The mean customer rating, 0..=5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<f32>,
    /// The number of ratings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating_count: Option<u32>,
    /// The release date, in days since 1970-01-01.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<i64>,
    /// The product that this is a variant of, if variants are listed separately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The shop's own keywords: `sale`, `winter`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Other attributes, with the shop's names in lower case and its values: `color` -> `navy`, `size` -> `S, M, L`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The texts by primary language subtag: `en`, `zh`. At least one language.
    pub words: BTreeMap<String, ItemText>,
}

/// Whether an item can be bought. In JSON `in-stock`, `out-of-stock` or `preorder`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Availability {
    /// It can be bought now.
    InStock,
    /// It is sold out. The built-in scenes do not show it.
    OutOfStock,
    /// It can be ordered and is delivered on its release.
    Preorder,
}

impl Item {
    /// Returns the item's texts in `lang` (a primary subtag), else in English, else in its first language, with the
    /// language. `None` if it has no texts.
    pub fn text_in(&self, lang: &str) -> Option<(&str, &ItemText)> {
        let nth = preferred_language(self.words.keys().map(String::as_str), lang)?;
        self.words.iter().nth(nth).map(|(lang, words)| (lang.as_str(), words))
    }
}

/// Returns the index of `lang` in `languages`, else of English, else 0. `None` if there are no languages.
pub fn preferred_language<'a>(languages: impl Iterator<Item = &'a str> + Clone, lang: &str) -> Option<usize> {
    let find = |wanted| languages.clone().position(|language| language == wanted);
    find(lang).or_else(|| find("en")).or_else(|| languages.clone().next().map(|_| 0))
}

impl ItemText {
    /// Returns the leaf of the category path, which cards show. Empty if there is none.
    pub fn category(&self) -> &str {
        self.categories.last().map_or("", String::as_str)
    }
}

/// Splits a category path: `"Clothing > Shoes"` -> `["Clothing", "Shoes"]`. Empty steps are dropped.
pub fn split_path(text: &str) -> Vec<String> {
    text.split(PATH_SEPARATOR.trim()).map(str::trim).filter(|step| !step.is_empty()).map(str::to_owned).collect()
}

/// Reads a category path from a list of steps or from one string.
fn path<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Path {
        Text(String),
        Steps(Vec<String>),
    }
    Ok(match Path::deserialize(from)? {
        Path::Text(text) => split_path(&text),
        Path::Steps(steps) => steps,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_round_trips_without_empty_fields() {
        let text = r#"{"id":"a","words":{"en":{"title":"Boot","categories":["Clothing","Shoes"]}}}"#;
        let mut item: Item = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&item).unwrap(), text);
        assert_eq!(item.words["en"].category(), "Shoes");
        item.availability = Some(Availability::OutOfStock);
        (item.rating, item.rating_count, item.date) = (Some(4.9), Some(7), Some(20_000));
        item.attributes.insert("color".into(), "navy".into());
        let text = serde_json::to_string(&item).unwrap();
        assert!(text.contains(r#""availability":"out-of-stock","rating":4.9"#), "{text}");
        assert_eq!(serde_json::from_str::<Item>(&text).unwrap(), item);
    }

    #[test]
    fn a_category_may_be_written_as_one_string() {
        for (text, expect) in [
            (r#"{"title":"","category":"Cycling"}"#, vec!["Cycling"]),
            (r#"{"title":"","category":"Clothing > Shoes >"}"#, vec!["Clothing", "Shoes"]),
            (r#"{"title":"","categories":["R > B"]}"#, vec!["R > B"]),
            (r#"{"title":"","category":""}"#, vec![]),
        ] {
            assert_eq!(serde_json::from_str::<ItemText>(text).unwrap().categories, expect);
        }
    }
}
