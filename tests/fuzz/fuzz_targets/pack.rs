//! Lets libFuzzer search for inputs that fail the check in ../pack.rs.
#![no_main]

#[path = "../../pack/sample.rs"]
mod sample;
#[path = "../pack.rs"]
mod pack;

libfuzzer_sys::fuzz_target!(|input: &[u8]| pack::check(input));
