//! One product as the shop describes it. Must not know where it came from or how it is ranked.
//!
//! As JSON it has only what is known: an absent field and an empty one are the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

/// Between two steps of a category path where it is written as one text.
pub const PATH_SEPARATOR: &str = " > ";

/// What of an item depends on the language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ItemText {
    /// The name of the product, as a card shows it.
    pub title: String,
    /// The shop's text about the product; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// From the root to the leaf: `["Clothing", "Shoes"]`. Reads `"category": "Clothing > Shoes"` too.
    #[serde(default, alias = "category", deserialize_with = "path", skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
}

/// One product, or one variant of a product where the shop keeps variants apart.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Item {
    /// The shop's own id; unique in a catalogue.
    pub id: String,
    /// Path or URL of the product's page.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Path or URL of its picture; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub image: String,
    /// Who makes it, as the shop writes it; empty where it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub brand: String,
    /// What the visitor pays now; of the cheapest variant, where a product has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
    /// ISO 4217.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub currency: String,
    /// Whether it can be bought; `None` where the shop does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
    /// Pieces in stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u32>,
    /// Mean of what customers gave, 0..5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<f32>,
    /// Ratings that the mean is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating_count: Option<u32>,
    /// When it came out, in days since 1970-01-01.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<i64>,
    /// The product that this is a variant of, where variants are kept apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The shop's own keywords for it: `sale`, `winter`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What else is known, as the shop words it: `color` -> `navy`, `size` -> `S, M, L`. Names are lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// By primary language subtag: `en`, `zh`. At least one.
    pub words: BTreeMap<String, ItemText>,
}

/// Whether an item can be bought. As JSON `in-stock`, `out-of-stock` or `preorder`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Availability {
    /// It can be bought now.
    InStock,
    /// It is sold out. The built-in scenes do not show it.
    OutOfStock,
    /// It can be ordered, and is delivered when it comes out.
    Preorder,
}

impl Item {
    /// The item's words in `lang` (a primary subtag), else in English, else in the first language it has.
    pub fn text_in(&self, lang: &str) -> Option<(&str, &ItemText)> {
        let nth = preferred_language(self.words.keys().map(String::as_str), lang)?;
        self.words.iter().nth(nth).map(|(lang, words)| (lang.as_str(), words))
    }
}

/// Which of `languages`: `lang`, else English, else the first.
pub fn preferred_language<'a>(languages: impl Iterator<Item = &'a str> + Clone, lang: &str) -> Option<usize> {
    let place = |wanted| languages.clone().position(|language| language == wanted);
    place(lang).or_else(|| place("en")).or_else(|| languages.clone().next().map(|_| 0))
}

impl ItemText {
    /// The leaf of the category path: what a card says. Empty where the shop names none.
    pub fn category(&self) -> &str {
        self.categories.last().map_or("", String::as_str)
    }
}

/// `"Clothing > Shoes"` -> `["Clothing", "Shoes"]`; empty steps are left out.
pub fn split_path(text: &str) -> Vec<String> {
    text.split(PATH_SEPARATOR.trim()).map(str::trim).filter(|step| !step.is_empty()).map(str::to_owned).collect()
}

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
    fn an_item_says_only_what_is_known_and_reads_it_again() {
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
    fn a_category_may_be_written_as_one_text() {
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
