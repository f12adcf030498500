//! The format of packs: samples of earlier versions still open, damaged files are refused, and memory is bounded.

#[path = "../model/memory.rs"]
mod memory;
mod footprint;
mod frozen;
mod mutations;
mod sample;
