//! Lets libFuzzer search for inputs that fail the check in ../feeds.rs.
#![no_main]

#[path = "../feeds.rs"]
mod feeds;

libfuzzer_sys::fuzz_target!(|input: &[u8]| feeds::check(input));
