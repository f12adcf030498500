//! Splits a sentence into what is wanted, what is not, and what it may cost, as in "something warm under 50 dollars, but
//! no wool".
//!
//! Sentence vectors do not represent negation: to a model, "I hate coffee" is about coffee. So simple negations in
//! English and Chinese are found by patterns, and the sentence is split. If the scope of a negation is not clear ("I
//! don't hate it when coffee..."), the sentence is marked as unclear: not using it is better than reading it the wrong
//! way round. A text without negation stays as it is. Must not know items or models.

mod chinese;
mod english;

use super::{PriceLimit, language::is_han};

/// A sentence, split into its wanted and unwanted parts and its price limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The sentence without the negated parts and the price limit. Empty if only filler words remain.
    pub wanted: String,
    /// The things that are negated, without filler words: `wool`.
    pub unwanted: Vec<String>,
    /// Whether something is negated, but it is not clear what.
    pub is_unclear: bool,
    /// The prices that the sentence allows, if it says so.
    pub price: Option<PriceLimit>,
}

impl Statement {
    /// Splits a text: as Chinese if it has a Han character, else as English.
    pub fn parse(text: &str) -> Self {
        let (text, price) = PriceLimit::split(text);
        let split = if text.chars().any(is_han) { chinese::statement } else { english::statement };
        Self { price, ..split(&text) }
    }

    /// A statement without negation and without a price limit.
    pub fn plain(text: &str) -> Self {
        Self { wanted: text.to_owned(), unwanted: Vec::new(), is_unclear: false, price: None }
    }

    /// Whether the text says more than what is wanted.
    pub fn is_plain(&self) -> bool {
        !self.is_unclear && self.unwanted.is_empty() && self.price.is_none()
    }

    fn unclear() -> Self {
        Self { wanted: String::new(), unwanted: Vec::new(), is_unclear: true, price: None }
    }
}

#[cfg(test)]
mod tests;
