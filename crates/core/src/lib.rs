//! What is recommended, and why: the pure core. Equal inputs give equal lists, on every machine.
//!
//! The modules in layer order; a module may use those above it in this list, never those below. Must not know the time of
//! day, chance, files, the network or JavaScript.

#![warn(missing_docs)]

pub mod bytes; //    numbers and strings of binary files
pub mod random; //   numbers that look random, the same everywhere
pub mod text; //     language, words, stop words, BM25
pub mod vectors; //  int8 matrix [N, H], exact top-k
pub mod catalog; //  items, the packed catalogue and its decoder
pub mod profile; //  log of events -> interests
pub mod rank; //     select -> score -> mix -> diversify
pub mod explain; //  score -> shares of words -> text parts
pub mod protocol; // Command and Update, the only wire types
pub mod recommend; // a visitor, a request and a catalogue -> one list
