//! What a sentence wants and what it does not: "something warm, but no wool".
//!
//! Sentence vectors do not carry a "no": to a model, "I hate coffee" is about coffee. So plain negations of English and
//! Chinese are found by patterns, and the sentence is taken apart. A pattern whose scope is not plain ("I don't hate it
//! when coffee...") makes the sentence unclear: better not used than read the wrong way round. A text without any
//! negation is left as it is. Must not know items or models.

mod chinese;
mod english;

use super::language::is_han;

/// A sentence taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is left without the negated parts; empty where nothing but filler is left.
    pub wanted: String,
    /// The things that are negated, without filler: `wool`.
    pub unwanted: Vec<String>,
    /// Something is negated, and what cannot be told.
    pub is_unclear: bool,
}

impl Statement {
    /// Takes a text apart: as Chinese where it has a Han character, else as English.
    pub fn parse(text: &str) -> Self {
        if text.chars().any(is_han) { chinese::statement(text) } else { english::statement(text) }
    }

    /// One in which nothing is negated.
    pub fn plain(text: &str) -> Self {
        Self { wanted: text.to_owned(), unwanted: Vec::new(), is_unclear: false }
    }

    /// Whether anything in it is negated.
    pub fn has_negation(&self) -> bool {
        self.is_unclear || !self.unwanted.is_empty()
    }

    fn unclear() -> Self {
        Self { wanted: String::new(), unwanted: Vec::new(), is_unclear: true }
    }
}

#[cfg(test)]
mod tests;
