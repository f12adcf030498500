//! The text of an item that is encoded, when the catalogue is built and when its words are explained.
//!
//! The text is `Category: Title. Description`, because models give the beginning the most weight. On the demo
//! catalogue, 77 of 100 nearest neighbours then share the category, against 50 with the category at the end and 42
//! without it, and search is as good. The brand is left out, because models read meaning into invented names. Must not
//! know the model.

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::item::Item;

/// The text of an item, as the model reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Category, title and description; the id if the item has no texts.
    pub text: String,
    /// Primary subtag of the language of the text; empty if the item has no texts.
    pub lang: String,
    /// Position of the title in `text`, in bytes.
    pub title: Range<usize>,
    /// Position of the description in `text`, in bytes.
    pub description: Range<usize>,
}

/// Builds the document of `item`, in English if the item has it: every model reads English, few read other languages.
pub fn build_document(item: &Item) -> Document {
    let Some((lang, words)) = item.text_in("en") else {
        return Document { text: item.id.clone(), lang: String::new(), title: 0..0, description: 0..0 };
    };
    let mut text = String::new();
    let mut add = |part: &str, after: &str| {
        if !text.is_empty() && !part.is_empty() {
            text.push_str(after);
        }
        text.push_str(part);
        text.len() - part.len()..text.len()
    };
    add(words.category(), "");
    let title = add(&words.title, ": ");
    let description = add(&words.description, ". ");
    Document { text, lang: lang.to_owned(), title, description }
}

/// The key by which the vector of a text is stored and found again: the first half of the text's SHA-256.
pub type Key = [u8; 16];

/// Returns the key of `text`: the first 16 bytes of its SHA-256.
pub fn key(text: &str) -> Key {
    let digest = Sha256::digest(text.as_bytes());
    std::array::from_fn(|at| digest[at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::ItemText;

    #[test]
    fn title_and_description_are_located() {
        let mut item = Item { id: "a".into(), ..Item::default() };
        let words = |title: &str, description: &str| ItemText {
            title: title.into(),
            description: description.into(),
            categories: vec!["Outdoor".into()],
        };
        item.words.insert("zh".into(), words("夹克", "防水"));
        let text = build_document(&item);
        assert_eq!((text.lang.as_str(), text.text.as_str()), ("zh", "Outdoor: 夹克. 防水"));
        assert_eq!((&text.text[text.title.clone()], &text.text[text.description.clone()]), ("夹克", "防水"));
        item.words.insert("en".into(), words("Jacket", ""));
        let text = build_document(&item);
        assert_eq!(text.text, "Outdoor: Jacket");
        assert_eq!((&text.text[text.title], &text.text[text.description]), ("Jacket", ""));
    }

    #[test]
    fn an_item_without_texts_is_its_id() {
        assert_eq!(build_document(&Item { id: "a".into(), ..Item::default() }).text, "a");
    }
}
