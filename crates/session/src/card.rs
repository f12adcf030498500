//! An item as the page draws it, in the page's language, and with the words that a search has found.

use super::pictures::Pictures;
use nearmind_core::{
    catalog::{Catalog, Document, build_document},
    explain::Part,
    profile::{Opinion, Profile},
    protocol::{Card, Price},
    text::{WeightedTerm, Word, words},
    vectors::Hit,
};

/// The card of `hit` in `lang` (a primary subtag), without highlights and without a reason.
pub fn plain(catalog: &Catalog, pictures: &mut Pictures, profile: &Profile, lang: &str, hit: Hit) -> Card {
    let item = catalog.item(hit.row);
    let words = item.text_in(lang).map(|(_, words)| words).unwrap_or_default();
    let opinion: Option<Opinion> = profile.opinions.get(&hit.row).copied();
    Card {
        item: item.id().to_owned(),
        url: item.url(),
        image: pictures.address(item, hit.row),
        title: Part::plain(words.title),
        description: Part::plain(words.description),
        brand: item.brand().to_owned(),
        category: words.category().to_owned(),
        price: item.price().map(|amount| Price { amount, currency: item.currency().to_owned() }),
        claim: None,
        score: hit.score,
        opinion,
        unread: false,
    }
}

/// The item's title in `lang` or another language; its id where it has none.
pub fn title<'a>(catalog: &'a Catalog, row: u32, lang: &str) -> &'a str {
    let item = catalog.item(row);
    item.text_in(lang).map(|(_, words)| words.title).filter(|title| !title.is_empty()).unwrap_or(item.id())
}

/// The text that the item's vector was computed from, if a page in `lang` shows that text.
pub fn highlightable(catalog: &Catalog, row: u32, lang: &str) -> Option<Document> {
    let item = catalog.item(row);
    let document = build_document(&item.to_item());
    item.text_in(lang).is_some_and(|(shown, _)| shown == document.lang).then_some(document)
}

/// Highlights the words of a search result that matched, each with its share of the score by words.
pub fn highlight_matches(catalog: &Catalog, card: &mut Card, row: u32, found: &[WeightedTerm]) {
    for field in [&mut card.title, &mut card.description] {
        let text: String = field.iter().map(|part| part.text.as_str()).collect();
        let words: Vec<Word> = words(&text, &catalog.segmenter);
        let share = |nth: usize| {
            let term = &words[nth].term;
            found
                .iter()
                .find(|found| found.term == *term)
                .map(|found| found.weight * catalog.index.term_score(term, row))
        };
        *field = Part::cut(&text, 0..text.len(), &words, share);
    }
}
