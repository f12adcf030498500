//! The command line `nearmind`: everything that happens before a page is served. It converts models, packs catalogues,
//! and learns from a shop's interactions.
//!
//! The modules are listed in layer order. A module may use those above it in the list, never those below.

#![warn(missing_docs)]

pub mod learn; //    a shop's interactions -> relations and score_weights
mod eigen; //        the eigenvectors of a symmetric matrix
pub mod word_vectors; // fits vectors of words to a model
pub mod languages; // the pieces of a multilingual vocabulary that a language needs
#[cfg(not(target_os = "wasi"))]
pub mod convert; //  a trained model -> int8 weights, tokenizer, manifest, probes
pub mod cli; //      the subcommands: convert, bake, inspect, embed, learn
