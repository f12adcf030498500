//! Nearmind: recommendations that never leave the browser.
//!
//! The modules in layer order; a module may use those above it in this list, never those below.
//! ARCHITECTURE.md says what is absent from each, and `tests/tidy.rs` holds the code to it.

pub mod bytes; //    numbers and strings of binary files                    pure
pub mod text; //     language, words, stop words, BM25                      pure
pub mod vectors; //  int8 matrix [N, H], exact top-k                        pure
pub mod encoder; //  text -> vector: the seam, tokenizer, forward pass, devices
pub mod catalog; //  items, the packed catalogue and its decoder            pure
#[cfg(feature = "feeds")]
pub mod feeds; //    product feeds of every format -> clean items            pure
pub mod profile; //  log of events -> interests                             pure
pub mod rank; //     select -> score -> mix -> diversify                    pure
pub mod explain; //  score -> shares of words -> text parts                 pure
pub mod protocol; // Command and Update, the only wire types
pub mod recommend; // a visitor, a request and a catalogue -> one list       pure
pub mod session; //  owns all state: a Command in, Updates out

#[cfg(feature = "cli")]
pub mod learn; //    a shop's interactions -> relations and mixture
#[cfg(feature = "cli")]
pub mod convert; //  an f32 model directory -> int8 weights, manifest, probes
#[cfg(feature = "cli")]
pub mod cli; //      the command line's verbs: convert, bake, embed, eval

#[cfg(target_arch = "wasm32")]
pub mod web; //      the only place that knows JavaScript
