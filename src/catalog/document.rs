//! The one text of an item that is encoded, at the bake and when its words are explained.
//!
//! Title first, so that it survives a short model's cut; then the description; then the category, which
//! draws what belongs together together. Not the brand: models read meaning into invented names.
//! Must not know the model.

use std::ops::Range;

use super::item::Item;

/// What an item says to the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub text: String,
    /// Primary subtag of the language that the text is in.
    pub lang: String,
    /// Where the title lies in `text`, in bytes.
    pub title: Range<usize>,
    /// Where the description lies in `text`, in bytes.
    pub description: Range<usize>,
}

/// English where the item has it: every model reads English, few read anything else.
pub fn document(item: &Item) -> Document {
    let Some((lang, words)) = item.words_in("en") else {
        return Document { text: item.id.clone(), lang: String::new(), title: 0..0, description: 0..0 };
    };
    let mut text = words.title.clone();
    let title = 0..text.len();
    let mut add = |part: &str, after: &str| {
        if !part.is_empty() {
            if !text.is_empty() {
                text.push_str(after);
            }
            text.push_str(part);
        }
        text.len() - part.len()..text.len()
    };
    let description = add(&words.description, ". ");
    add(&words.category, " ");
    Document { text, lang: lang.to_owned(), title, description }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Words;

    #[test]
    fn the_parts_are_found_again() {
        let mut item = Item { id: "a".into(), ..Item::default() };
        let words = |title: &str, description: &str| Words {
            title: title.into(),
            description: description.into(),
            category: "Outdoor".into(),
        };
        item.words.insert("zh".into(), words("夹克", "防水"));
        let text = document(&item);
        assert_eq!((text.lang.as_str(), text.text.as_str()), ("zh", "夹克. 防水 Outdoor"));
        assert_eq!((&text.text[text.title.clone()], &text.text[text.description.clone()]), ("夹克", "防水"));
        item.words.insert("en".into(), words("Jacket", ""));
        let text = document(&item);
        assert_eq!(text.text, "Jacket Outdoor");
        assert_eq!((&text.text[text.title], &text.text[text.description]), ("Jacket", ""));
    }

    #[test]
    fn an_item_without_words_still_has_a_text() {
        assert_eq!(document(&Item { id: "a".into(), ..Item::default() }).text, "a");
    }
}
