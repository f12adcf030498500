//! Text analysis and search: tokenization, stop words, language detection, negation, and a BM25 index.
//!
//! Must not know items or models.

pub mod bm25; //       the inverted index and its BM25 scores
pub mod fuzzy; //      a query -> terms of the index, with typos and prefixes
pub mod language; //   Chinese or not, from the script
pub mod negation; //   which parts of a sentence are negated
pub mod price_limit; // the prices that a sentence allows
pub mod postings; //   which texts each term occurs in
pub mod script; //     the script that a text is written in
pub mod segment; //    Chinese word segmentation
pub mod stop_words; // words without content
pub mod strings; //    many strings in one allocation
pub mod words; //      tokenization: words, their positions and terms

pub use bm25::Index;
pub use fuzzy::{WeightedTerm, expand_query};
pub use negation::Statement;
pub use postings::Postings;
pub use price_limit::PriceLimit;
pub use script::Script;
pub use segment::{Dictionary, Segmenter};
pub use strings::Strings;
pub use words::{Word, terms, words};
