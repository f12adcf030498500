//! The texts of an item ([`nearmind_core::catalog::Item::words`]): title, description and categories of a row as plain
//! text, by language. Must not know prices or ids.

use std::collections::BTreeMap;

use super::{Cleaner, UNKNOWN_LANG};
use crate::{
    raw::{Field, RawRow},
    report::ProblemKind,
    value::text::{self, PlainText},
};
use nearmind_core::{
    catalog::ItemText,
    text::language::{detect_language, primary_subtag},
};

/// Separators between the steps of a category path, such as `Clothing > Shoes`. The first of these that a path contains
/// splits it.
const PATH_SEPARATORS: [&str; 5] = [">", "›", "»", "|", " / "];

impl Cleaner {
    /// Returns the texts by language, and whether invisible characters were removed from any of them; `None` if no
    /// language has a title. Calls `note` with each problem and an excerpt of the bad text.
    pub(super) fn clean_words(
        &mut self,
        raw: &RawRow,
        note: &mut impl FnMut(ProblemKind, &str),
    ) -> Option<(BTreeMap<String, ItemText>, bool)> {
        let mut words = BTreeMap::new();
        let mut invisible = false;
        if raw.words.is_empty() {
            let title = text::to_plain_text(&raw[Field::Title]);
            let description = self.plain_description(&raw[Field::Description]);
            let declared = primary_subtag(&raw[Field::Lang]);
            // Language codes have two or three letters; anything else is a mistake of the feed.
            let lang = if declared.len() == 2 || declared.len() == 3 {
                declared
            } else {
                self.languages.detect(&title.text, &description.text).unwrap_or(UNKNOWN_LANG).to_owned()
            };
            invisible |= note_problems(&raw[Field::Title], &title, &description, note);
            let text = ItemText {
                title: title.text,
                description: description.text,
                categories: parse_path(&raw[Field::Category]),
            };
            words.insert(lang, text);
        }
        for (lang, raw_text) in &raw.words {
            let (title, description) =
                (text::to_plain_text(&raw_text.title), text::to_plain_text(&raw_text.description));
            invisible |= note_problems(&raw_text.title, &title, &description, note);
            if title.text.is_empty() {
                note(ProblemKind::EmptyTitle, lang);
                continue;
            }
            // Only these two can be verified: `zh` must have a Chinese character, and `en` must have none.
            let detected = detect_language(&format!("{} {}", title.text, description.text));
            if ["en", "zh"].contains(&lang.as_str()) && lang != detected {
                note(ProblemKind::Language, &format!("{lang}: {}", title.text));
            }
            let steps = raw_text.categories.iter().map(|step| text::to_plain_text(step).text);
            let categories = steps.filter(|step| !step.is_empty()).collect();
            let text = ItemText { title: title.text, description: description.text, categories };
            words.insert(primary_subtag(lang), text);
        }
        words.retain(|_, text| !text.title.is_empty());
        if words.is_empty() {
            note(ProblemKind::NoTitle, &raw[Field::Title]);
            return None;
        }
        if words.values().all(|text| text.description.is_empty()) {
            note(ProblemKind::NoDescription, "");
        }
        Some((words, invisible))
    }
}

/// Notes problems of a title and a description. Returns whether invisible characters were removed from either.
fn note_problems(
    raw_title: &str,
    title: &PlainText,
    description: &PlainText,
    note: &mut impl FnMut(ProblemKind, &str),
) -> bool {
    if title.markup {
        note(ProblemKind::Markup, raw_title);
    }
    if title.cut || description.cut {
        note(ProblemKind::LongText, &title.text);
    }
    title.invisible || description.invisible
}

/// Splits a category path into its steps. A path that is only a number, as in Google's taxonomy, is dropped, because it
/// means nothing to people.
fn parse_path(category: &str) -> Vec<String> {
    let category = text::to_plain_text(category).text;
    if category.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let separator =
        PATH_SEPARATORS.iter().find(|separator| category.contains(**separator)).unwrap_or(&PATH_SEPARATORS[0]);
    category.split(separator).map(str::trim).filter(|step| !step.is_empty()).map(str::to_owned).collect()
}
