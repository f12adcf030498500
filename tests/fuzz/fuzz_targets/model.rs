//! Lets libFuzzer search for inputs that fail the check in ../model.rs.
#![no_main]

#[path = "../model.rs"]
mod model;

libfuzzer_sys::fuzz_target!(|input: &[u8]| model::check(input));
