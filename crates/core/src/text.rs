//! Words of a text: where they lie, how they are compared, which of them say nothing, how rare they are.
//!
//! Must not know items or models.

pub mod bm25; //     which texts contain the words, weighed by rarity
pub mod fuzzy; //    the terms that a query means, mistyped or half typed
pub mod language; // Chinese or not, by script
pub mod negation; // what a sentence wants and what it does not
pub mod postings; // which texts each term occurs in
pub mod script; //   the script that a text is written in
pub mod segment; //  Chinese words
pub mod stop_words; //    words that explain nothing
pub mod strings; //  many strings in one
pub mod words; //    a text's words with their places

pub use bm25::Index;
pub use fuzzy::{WeightedTerm, expand_query};
pub use negation::Statement;
pub use postings::Postings;
pub use script::Script;
pub use segment::{Dictionary, Segmenter};
pub use strings::Strings;
pub use words::{Word, terms, words};
