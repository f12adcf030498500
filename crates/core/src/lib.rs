//! The pure core: decides what is recommended and explains why. Equal inputs give equal lists on every machine.
//!
//! The modules are listed in layer order: a module may use those above it in the list, never those below. The crate
//! must not use a clock, randomness, files, the network or JavaScript.

#![warn(missing_docs)]

pub mod bytes; //    reading and writing binary files
pub mod json; //     reading JSON in few bytes of code
pub mod random; //   a seeded pseudo-random generator
pub mod sort; //     sorting in few bytes of code
pub mod text; //     language detection, tokenization, BM25
pub mod vectors; //  int8 matrix of N items by H dimensions, exact top-k search
pub mod catalog; //  items, the packed catalogue and its decoder
pub mod profile; //  event log -> signals and interests
pub mod rank; //     filter -> score -> combine -> diversify
pub mod explain; //  score -> share of each word -> text parts
pub mod protocol; // Command and Update: the messages between page and worker
pub mod recommend; // visitor, request and catalogue -> one list
