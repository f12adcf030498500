//! Why an item is where it is in a list: arithmetic over what the ranking computed, and replays of the ranking.
//!
//! Must not know where a direction comes from, how anything is worded, or the wire.

pub mod counterfactual; // the smallest change of a log that brings an item into a list
pub mod deletion; //       a text without some of its words: the test that highlights must pass
mod highlights; //         which words to highlight
mod part; //               a text cut into runs that a page can draw
mod shares; //             a vector, and every score, as a sum over words

pub use highlights::{Highlights, candidates, choose_highlights};
pub use part::Part;
pub use shares::{TextDecomposition, TokenStates, WordShares, sum_by_word};
