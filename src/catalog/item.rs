//! One product as the shop describes it. Must not know where it came from or how it is ranked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What of an item depends on the language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Words {
    pub title: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub category: String,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Item {
    /// The shop's own id; unique in a catalogue.
    pub id: String,
    /// Path or URL of the product's page.
    pub url: String,
    #[serde(default)]
    pub image: String,
    #[serde(default)]
    pub brand: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
    /// ISO 4217.
    #[serde(default)]
    pub currency: String,
    /// By primary language subtag: `en`, `zh`. At least one.
    pub words: BTreeMap<String, Words>,
}

impl Item {
    /// The item's words in `lang` (a primary subtag), else in English, else in the first language it has.
    pub fn words_in(&self, lang: &str) -> Option<(&str, &Words)> {
        self.words
            .get_key_value(lang)
            .or_else(|| self.words.get_key_value("en"))
            .or_else(|| self.words.first_key_value())
            .map(|(lang, words)| (lang.as_str(), words))
    }
}
