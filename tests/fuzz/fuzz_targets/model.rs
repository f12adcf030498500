//! libFuzzer looks for what the check in ../model.rs does not survive.
#![no_main]

#[path = "../model.rs"]
mod model;

libfuzzer_sys::fuzz_target!(|input: &[u8]| model::check(input));
