//! Title, description and category of a row as plain text, by language. Must not know prices or ids.

use std::collections::BTreeMap;

use super::{Cleaner, UNTOLD};
use crate::{
    raw::{Field, Raw},
    report::Kind,
    value::text::{self, Plain},
};
use nearmind_core::{
    catalog::Words,
    text::language::{language, primary},
};

/// Between the steps of a category path, as shops write it.
const STEPS: [&str; 5] = [">", "›", "»", "|", " / "];

impl Cleaner {
    /// `None` where no language has a title. The second value: whether invisible characters were taken out.
    pub(super) fn words(
        &mut self,
        raw: &Raw,
        note: &mut impl FnMut(Kind, &str),
    ) -> Option<(BTreeMap<String, Words>, bool)> {
        let mut words = BTreeMap::new();
        let mut invisible = false;
        if raw.words.is_empty() {
            let title = text::plain(&raw[Field::Title]);
            let description = self.plain_description(&raw[Field::Description]);
            let declared = primary(&raw[Field::Lang]);
            let lang = if declared.len() == 2 || declared.len() == 3 {
                declared
            } else {
                self.languages.find(&title.text, &description.text).unwrap_or(UNTOLD).to_owned()
            };
            invisible |= look(&raw[Field::Title], &title, &description, note);
            let own =
                Words { title: title.text, description: description.text, categories: path(&raw[Field::Category]) };
            words.insert(lang, own);
        }
        for (lang, own) in &raw.words {
            let (title, description) = (text::plain(&own.title), text::plain(&own.description));
            invisible |= look(&own.title, &title, &description, note);
            if title.text.is_empty() {
                note(Kind::EmptyTitle, lang);
                continue;
            }
            // Chinese without one Chinese character, or English that is Chinese.
            let reads = language(&format!("{} {}", title.text, description.text));
            if ["en", "zh"].contains(&lang.as_str()) && lang != reads {
                note(Kind::Language, &format!("{lang}: {}", title.text));
            }
            let steps = own.categories.iter().map(|step| text::plain(step).text).filter(|step| !step.is_empty());
            let own = Words { title: title.text, description: description.text, categories: steps.collect() };
            words.insert(primary(lang), own);
        }
        words.retain(|_, words| !words.title.is_empty());
        if words.is_empty() {
            note(Kind::NoTitle, &raw[Field::Title]);
            return None;
        }
        if words.values().all(|words| words.description.is_empty()) {
            note(Kind::NoDescription, "");
        }
        Some((words, invisible))
    }
}

fn look(raw_title: &str, title: &Plain, description: &Plain, note: &mut impl FnMut(Kind, &str)) -> bool {
    if title.markup {
        note(Kind::Markup, raw_title);
    }
    if title.cut || description.cut {
        note(Kind::LongText, &title.text);
    }
    title.invisible || description.invisible
}

/// `Clothing > Shoes` and its other spellings. Google's numbers for categories say nothing to a person.
fn path(category: &str) -> Vec<String> {
    let category = text::plain(category).text;
    if category.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let sign = STEPS.iter().find(|sign| category.contains(**sign)).unwrap_or(&STEPS[0]);
    category.split(sign).map(str::trim).filter(|step| !step.is_empty()).map(str::to_owned).collect()
}
