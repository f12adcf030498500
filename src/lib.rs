//! The work that is done before a page is served: models, catalogues, and what a shop's interactions teach.
//!
//! The modules in layer order; a module may use those above it in this list, never those below.

#![warn(missing_docs)]

pub mod learn; //    a shop's interactions -> relations and score_weights
pub mod convert; //  an f32 model directory -> int8 weights, manifest, probes
pub mod cli; //      the command line's verbs: convert, bake, inspect, embed, learn
