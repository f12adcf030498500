//! Negation: splits a sentence into what is wanted and what is not, as in "something warm, but no wool".
//!
//! Sentence vectors do not represent negation: to a model, "I hate coffee" is about coffee. So simple negations in
//! English and Chinese are found by patterns, and the sentence is split. If the scope of a negation is not clear ("I
//! don't hate it when coffee..."), the sentence is marked as unclear: not using it is better than reading it the wrong
//! way round. A text without negation stays as it is. Must not know items or models.

mod chinese;
mod english;

use super::language::is_han;

/// A sentence, split into its wanted and unwanted parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The sentence without the negated parts. Empty if only filler words remain.
    pub wanted: String,
    /// The things that are negated, without filler words: `wool`.
    pub unwanted: Vec<String>,
    /// Whether something is negated, but it is not clear what.
    pub is_unclear: bool,
}

impl Statement {
    /// Splits a text: as Chinese if it has a Han character, else as English.
    pub fn parse(text: &str) -> Self {
        if text.chars().any(is_han) { chinese::statement(text) } else { english::statement(text) }
    }

    /// A statement without negation.
    pub fn plain(text: &str) -> Self {
        Self { wanted: text.to_owned(), unwanted: Vec::new(), is_unclear: false }
    }

    /// Returns whether anything is negated.
    pub fn has_negation(&self) -> bool {
        self.is_unclear || !self.unwanted.is_empty()
    }

    fn unclear() -> Self {
        Self { wanted: String::new(), unwanted: Vec::new(), is_unclear: true }
    }
}

#[cfg(test)]
mod tests;
