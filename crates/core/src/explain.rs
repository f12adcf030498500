//! Why an item stands where it stands: arithmetic over what the ranking computed, and replays of it.
//!
//! Must not know where a direction comes from, how anything is worded, or the wire.

pub mod counterfactual; // the smallest change of a log that changes an item's place
pub mod deletion; //       a text without some of its words: the test that marked words must stand
mod highlights; //               which words to mark
mod part; //               text cut into runs that a page can draw
mod shares; //             a vector, and every score, as a sum over words

pub use highlights::{Highlights, candidates, choose_highlights};
pub use part::Part;
pub use shares::{TextDecomposition, TokenStates, WordShares, sum_by_word};
